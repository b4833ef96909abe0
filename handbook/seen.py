"""Examples of resources that live: what an answer shows of one, in the state that it then is in."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from handbook.errors import resource_of
from handbook.samples import bodies
from handbook.samples.request import Json
from speckit import pointer
from speckit.checks.showing import body_of, is_reshaped, views_of
from speckit.expression import Constant, First, Items, Members, Source, Template, Text
from speckit.lifecycle import REMOVED, Lifecycle, Path, Rule, Success, Transition, View
from speckit.operation import Operation
from speckit.pointer import ABSENT
from speckit.sample import Making
from speckit.schema import Schemas
from speckit.specification import Specification

_LEAVES = "writeOnly"
_ROLES = ("create", "replace", "get", "list", "update", "trigger")
_PLAIN = "string"
_TIME = "2026-01-01T00:00:00Z"


class Seen:
    """Computes what one operation shows, from its lifecycle and from the schema of its answer.

    What only a running server knows, such as an id, is as the schema has it.
    """

    def __init__(self, specification: Specification, operation: Operation) -> None:
        self._specification = specification
        self._data = specification.document.data
        self._operation = operation
        self._lifecycle = resource_of(specification, operation)
        self._schemas = Schemas(self._data)

    def example(self, status: str, schema: Any) -> tuple[str, Any] | None:
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
        way = _way(lifecycle, rule, success)
        if way is None:
            return None
        made = Making(self._data, _LEAVES).value(schema, ())
        life = _Life(lifecycle, self._sent(lifecycle), way, self._id(lifecycle))
        shown = _filled(body_of(rule, success), made, life, views_of(lifecycle, rule, success))
        is_fit = self._schemas.validator(schema, leaves=_LEAVES).is_valid(shown)
        return (life.state, shown) if is_fit else None

    def _status(self, success: Success) -> str:
        return str(success.status or self._operation.success)

    def _sent(self, lifecycle: Lifecycle) -> Any:
        """Return the body with which one is made; ABSENT where none is."""
        for rule in lifecycle.rules.values():
            if rule.role == "create" and (found := self._specification.operations.get(rule.operation)):
                body = bodies.body(self._data, found)
                return body.value if isinstance(body, Json) else ABSENT
        return ABSENT

    def _id(self, lifecycle: Lifecycle) -> Any:
        """Return an id as paths have it; ABSENT where they do not say how it looks."""
        operations = map(self._specification.operations.get, lifecycle.rules)
        found = (each.parameter("path", lifecycle.identity.param) for each in operations if each)
        schema = next((each.schema for each in found if each), None)
        made = Making(self._data).value(schema, ()) if schema else _PLAIN
        return ABSENT if made == _PLAIN else made


def _way(lifecycle: Lifecycle, rule: Rule, success: Success) -> list[Transition | str] | None:
    """Return how a resource gets to where the operation shows it: its first state, then transitions."""
    first = lifecycle.initial[0][1] if lifecycle.initial else ""
    if rule.role == "trigger":
        caused = [each for each in lifecycle.transitions if rule.operation in each.triggers]
        meant = [each for each in caused if not success.on or each.name in success.on]
        moves = [(each, before) for each in meant for before in each.starts if each.ends != REMOVED]
        ways = ((each, _between(lifecycle, first, before)) for each, before in moves)
        return next(([*way, each] for each, way in ways if way is not None), None)
    wanted = (rule.available_in if rule.role == "get" else rule.states) or (first,)
    ways_to = (_between(lifecycle, first, each) for each in wanted)
    return next((way for way in ways_to if way is not None), None)


def _between(lifecycle: Lifecycle, first: str, last: str) -> list[Transition | str] | None:
    """Return the shortest way from one state to another; None where none leads there."""
    ways: dict[str, list[Transition | str]] = {first: [first]}
    waiting = [first]
    while waiting and last not in ways:
        here = waiting.pop(0)
        for each in lifecycle.transitions:
            if here in each.starts and each.ends not in (*ways, REMOVED):
                ways[each.ends] = [*ways[here], each]
                waiting.append(each.ends)
    return ways.get(last)


class _Life:
    """One resource, made and moved in mind."""

    def __init__(self, lifecycle: Lifecycle, sent: Any, way: list[Transition | str], identity: Any) -> None:
        self.lifecycle = lifecycle
        self._sent = sent
        self._way = way
        self._id = identity
        self.state = way[-1] if isinstance(way[-1], str) else way[-1].ends

    def fields(self, guess: Any, views: list[View]) -> dict[str, Any]:
        """Return what is shown of it; `guess` is as the schema has it."""
        guess = guess if isinstance(guess, Mapping) else {}
        found: dict[str, Any] = {}
        for name, template in self.lifecycle.initially:
            if (value := self.value(template, guess.get(name, ABSENT))) is not ABSENT:
                found[name] = deepcopy(value)
        self._stamp(found, guess, self.lifecycle.timestamps.created)
        for each in self._way:
            self._go(found, guess, each)
        self._mark(found, guess)
        return _viewed(found, self.lifecycle.hidden, views)

    def _go(self, found: dict[str, Any], guess: Mapping[str, Any], step: Transition | str) -> None:
        """Enter a state as a server does: its time, then what the state sets, then what the move does."""
        name = step if isinstance(step, str) else step.ends
        state = self.lifecycle.states.get(name)
        self._stamp(found, guess, self.lifecycle.timestamps.entered.get(name))
        for path, template in (*(state.set if state else ()), *(() if isinstance(step, str) else step.set)):
            if (value := self.value(template, pointer.read(guess, path))) is not ABSENT:
                pointer.write(found, path, deepcopy(value))

    def _stamp(self, found: dict[str, Any], guess: Mapping[str, Any], path: Path | None) -> None:
        """Write a time, as the schema has it or else ours, at `path`; nowhere where there is none."""
        if path:
            known = pointer.read(guess, path)
            pointer.write(found, path, _TIME if known in (ABSENT, None) else known)

    def _mark(self, found: dict[str, Any], guess: Mapping[str, Any]) -> None:
        """Fill in what is kept up by itself: state, the last change and history."""
        lifecycle = self.lifecycle
        if lifecycle.state_field and self.state in lifecycle.states:
            pointer.write(found, lifecycle.state_field, lifecycle.states[self.state].value)
        self._stamp(found, guess, lifecycle.timestamps.updated)
        if lifecycle.history and (known := pointer.read(guess, lifecycle.history.field)) is not ABSENT:
            pointer.write(found, lifecycle.history.field, known)

    def value(self, template: Template, guess: Any) -> Any:
        """Return what a template comes to; `guess` where only a server knows it."""
        match template:
            case Constant():
                return template.value
            case Source():
                return self._looked_up(template, guess)
            case First():
                options = (self.value(each, guess) for each in template.options)
                return next((each for each in options if each is not ABSENT), ABSENT)
            case Members():
                known = guess if isinstance(guess, Mapping) else {}
                parts = {name: self.value(part, known.get(name, ABSENT)) for name, part in template.items}
                return {name: part for name, part in parts.items() if part is not ABSENT}
            case Items():
                return [part for each in template.items if (part := self.value(each, ABSENT)) is not ABSENT]
            case Text():
                parts_of = [
                    each if isinstance(each, str) else self.value(each, ABSENT) for each in template.parts
                ]
                return guess if ABSENT in parts_of else "".join(map(str, parts_of))
        return guess

    def _looked_up(self, source: Source, guess: Any) -> Any:
        match source.kind:
            case "state" if self.state in self.lifecycle.states:
                return self.lifecycle.states[self.state].value
            case "id" if self._id is not ABSENT:
                return self._id
            case "absent":
                return ABSENT
            case "request.body" if self._sent is not ABSENT:
                return pointer.read(self._sent, source.pointer)
        return guess


def _viewed(found: dict[str, Any], hidden: tuple[Path, ...], views: list[View]) -> dict[str, Any]:
    """Return `found` without what the first of `views`, or no view at all, does not show."""
    view = views[0] if views else View("")
    for path in view.left_out(hidden):
        pointer.remove(found, path)
    if not view.only:
        return found
    chosen: dict[str, Any] = {}
    for path in view.only:
        if (value := pointer.read(found, path)) is not ABSENT:
            pointer.write(chosen, path, value)
    return chosen


def _filled(body: Template, guess: Any, life: _Life, views: list[View]) -> Any:
    """Return the body of an answer that shows `life`; `guess` is as the schema has it."""
    match body:
        case Source("resource", _, ()):
            return life.fields(guess, views)
        case Source("resource", _, path):
            return pointer.read(life.fields({}, views), path)
        case Source("list", _, ("items",)):
            return [life.fields(guess[0] if isinstance(guess, list) and guess else {}, views)]
        case Source("list", _, ("next",)):
            return None
        case Source("list", _, ("total",)):
            return 1
        case Members():
            known = guess if isinstance(guess, Mapping) else {}
            filled = {name: _filled(part, known.get(name, ABSENT), life, views) for name, part in body.items}
            return {name: part for name, part in filled.items() if part is not ABSENT}
    return life.value(body, guess)
