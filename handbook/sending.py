"""When a webhook or a callback is sent, and what it then carries, as the lifecycles say it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from handbook import words
from handbook.lived import Example, Lives, Way, between, first_state
from speckit.expression import Source
from speckit.lifecycle import REMOVED, Lifecycle, Notice, State, Transition
from speckit.specification import Specification


@dataclass(frozen=True, slots=True)
class Occasion:
    """What sends something: a resource that reaches a state, or makes a transition."""

    lifecycle: Lifecycle
    notice: Notice
    cause: State | Transition


class Sending:
    """Knows when one webhook or callback is sent.

    Args:
        name: Which webhook, or which callback of `operation`.
        operation: The id of the operation that asks for the callback; empty for a webhook.
        link: Leads from the name of a resource to the page about its lifecycle; empty for one without.
    """

    def __init__(
        self, specification: Specification, name: str, operation: str, link: Callable[[str], str]
    ) -> None:
        self._specification = specification
        self._link = link
        self._occasions = [
            each
            for each in _occasions(specification)
            if (each.notice.name, each.notice.operation) == (name, operation)
        ]

    def told(self) -> Iterator[str]:
        """Yield each occasion, as in Once an `Export` is `done`, with its body where that is spelled out."""
        yield from map(self._words, self._occasions)

    def _words(self, each: Occasion) -> str:
        where = self._link(each.lifecycle.name)
        name = words.code(each.lifecycle.name)
        one = f"{words.article(each.lifecycle.name)} {f'[{name}]({where})' if where else name}"
        cause = each.cause
        if isinstance(cause, State):
            what = f"Once {one} is {words.code(cause.name)}"
        else:
            starts = words.listed(map(words.code, cause.starts), "or")
            ends = "gone" if cause.ends == REMOVED else words.code(cause.ends)
            what = f"When {one} goes from {starts} to {ends} (*{words.text(cause.name)}*)"
        only = f", if {words.guard(each.notice.when)}" if each.notice.when else ""
        body = f", with {words.template(each.notice.body)}" if each.notice.body is not None else ""
        return f"{what}{only}{body}."

    def example(self, schema: Any) -> Example | None:
        """Return the state of the resource and what is sent; None where no lifecycle tells it.

        Raises:
            LookupError, TypeError, ValueError, AttributeError: the schema is none that values can be made of.
        """
        lives = Lives(self._specification)
        found = (self._shown(lives, each, schema) for each in self._occasions)
        return next((each for each in found if each is not None), None)

    def _shown(self, lives: Lives, each: Occasion, schema: Any) -> Example | None:
        lifecycle, notice = each.lifecycle, each.notice
        way = _way(lifecycle, each.cause)
        views = [lifecycle.views[notice.view]] if notice.view in lifecycle.views else []
        if way is None or any(view.body is not None for view in views):
            return None
        body = Source("resource") if notice.body is None else notice.body
        return lives.shown(lifecycle, way, body, views, schema)


def _occasions(specification: Specification) -> Iterator[Occasion]:
    for lifecycle in specification.lifecycles.values():
        causes: list[State | Transition] = [*lifecycle.states.values(), *lifecycle.transitions]
        for cause in causes:
            yield from (Occasion(lifecycle, notice, cause) for notice in cause.sends)


def _way(lifecycle: Lifecycle, cause: State | Transition) -> Way | None:
    """Return how a resource gets to where something is sent; None where no way leads there."""
    first = first_state(lifecycle)
    if isinstance(cause, State):
        return between(lifecycle, first, cause.name)
    if cause.ends == REMOVED:
        return None
    ways = (between(lifecycle, first, start) for start in cause.starts)
    return next(([*way, cause] for way in ways if way is not None), None)
