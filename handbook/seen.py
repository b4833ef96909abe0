"""Examples of resources that live: what an answer shows of one, in the state that it then is in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from handbook.errors import resource_of
from handbook.lived import Example, Lives, Way, between, first_state
from handbook.samples.values import Values
from speckit.checks.showing import body_of, is_reshaped, views_of
from speckit.lifecycle import REMOVED, Lifecycle, Rule, Seed, Success
from speckit.operation import Operation
from speckit.specification import Specification

_ROLES = ("create", "replace", "get", "list", "update", "trigger")
_OF_ONE = ("get", "update", "trigger")


class Seen:
    """Computes what one operation shows, from its lifecycle and from the schema of its answer.

    It is the resource that the samples ask for, where that is one from the start.
    """

    def __init__(self, specification: Specification, operation: Operation) -> None:
        self._specification = specification
        self._operation = operation
        self._lifecycle = resource_of(specification, operation)
        self._lives = Lives(specification)

    def example(self, status: str, schema: Any) -> Example | None:
        """Return the state of the resource and the body that shows it; None where it cannot be computed.

        Args:
            status: The one it is documented for.
            schema: What the body fits.

        Raises:
            LookupError, TypeError, ValueError, AttributeError: the schema is none that values can be made of.
        """
        lifecycle = self._lifecycle
        rule = lifecycle.rules[self._operation.id] if lifecycle else None
        if lifecycle is None or rule is None or rule.role not in _ROLES:
            return None
        success = next((each for each in rule.success if self._status(each) == status), None)
        if success is None or is_reshaped(lifecycle, rule, success):
            return None
        body, views = body_of(rule, success), views_of(lifecycle, rule, success)
        found = (
            self._lives.shown(lifecycle, way, body, views, schema, seed)
            for seed, way in self._ways(lifecycle, rule, success)
        )
        return next((each for each in found if each is not None), None)

    def _ways(self, lifecycle: Lifecycle, rule: Rule, success: Success) -> Iterator[tuple[Seed | None, Way]]:
        """Yield the lives that may be shown: of the one that the samples ask for, then of a new one."""
        asked = Values(self._specification, self._operation).seed if rule.role in _OF_ONE else None
        if asked and (way := _way(lifecycle, rule, success, asked.state)):
            yield asked, way
        if way := _way(lifecycle, rule, success, first_state(lifecycle)):
            yield None, way

    def _status(self, success: Success) -> str:
        return str(success.status or self._operation.success)


def _way(lifecycle: Lifecycle, rule: Rule, success: Success, first: str) -> Way | None:
    """Return how a resource gets from its `first` state to where the operation shows it."""
    if rule.role == "trigger":
        caused = [each for each in lifecycle.transitions if rule.operation in each.triggers]
        meant = [each for each in caused if not success.on or each.name in success.on]
        moves = [(each, before) for each in meant for before in each.starts if each.ends != REMOVED]
        ways = ((each, between(lifecycle, first, before)) for each, before in moves)
        return min(([*way, each] for each, way in ways if way is not None), key=len, default=None)
    wanted = (rule.available_in if rule.role == "get" else rule.states) or (first,)
    wanted = (first,) if first in wanted else wanted
    ways_to = (between(lifecycle, first, each) for each in wanted)
    return next((way for way in ways_to if way is not None), None)
