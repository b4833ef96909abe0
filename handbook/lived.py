"""A resource made and moved in mind: what is shown of one that has gone some way through its life."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from handbook.samples import bodies
from handbook.samples.request import Json
from handbook.samples.seeds import fields_of
from speckit import pointer, ways
from speckit.expression import GONE, Constant, First, Items, Members, Source, Template, Text
from speckit.lifecycle import Lifecycle, Path, Seed, Transition, View
from speckit.pointer import ABSENT
from speckit.sample import Making
from speckit.schema import Schemas
from speckit.specification import Specification

Way = list[Transition | str]
"""How a resource gets somewhere: its first state, then transitions."""
Example = tuple[str, Any]
"""A state, and a body that shows a resource in it."""

_LEAVES = "writeOnly"
_PLAIN = "string"
_TIME = "2026-01-01T00:00:00Z"


class Lives:
    """Shows the resources of one document.

    What only a running server knows, such as an id, is as the schema has it.
    """

    def __init__(self, specification: Specification) -> None:
        self._specification = specification
        self._data = specification.document.data
        self._schemas = Schemas(self._data)

    def shown(
        self,
        lifecycle: Lifecycle,
        way: Way,
        body: Template,
        views: list[View],
        schema: Any,
        seed: Seed | None = None,
    ) -> Example | None:
        """Return the state at the end of `way`, and the body; None where that does not fit its schema.

        Args:
            body: What shows the resource.
            views: How it is shown; the first of them counts.
            schema: What the body fits.
            seed: What is there from the start, in the state with which the way begins; without it, the way
                begins when a request makes one.

        Raises:
            LookupError, TypeError, ValueError, AttributeError: the schema is none that values can be made of.
        """
        made = Making(self._data, _LEAVES).value(schema, ())
        seeded = fields_of(seed) if seed else {}
        sent = {} if seed else self._sent(lifecycle)
        named = pointer.read(seeded, lifecycle.identity.field)
        life = _Life(lifecycle, sent, way, self._id(lifecycle) if named is ABSENT else named, seeded)
        found = _filled(body, made, life, views)
        is_fit = self._schemas.validator(schema, leaves=_LEAVES).is_valid(found)
        return (life.state, found) if is_fit else None

    def _sent(self, lifecycle: Lifecycle) -> Any:
        """Return the body with which one is made; ABSENT where none is."""
        for rule in lifecycle.rules.values():
            if rule.role == "create" and (found := self._specification.operations.get(rule.operation)):
                body = bodies.body(self._data, found)
                return body.value if isinstance(body, Json) else ABSENT
        return ABSENT

    def _id(self, lifecycle: Lifecycle) -> Any:
        """Return an id as paths have it; ABSENT where they do not say how it looks."""
        if lifecycle.identity.generate == Source("sequence"):
            return _next(lifecycle)
        operations = map(self._specification.operations.get, lifecycle.rules)
        found = (each.parameter("path", lifecycle.identity.param) for each in operations if each)
        schema = next((each.schema for each in found if each), None)
        made = Making(self._data).value(schema, ()) if schema else _PLAIN
        return ABSENT if made == _PLAIN else made


def _next(lifecycle: Lifecycle) -> int:
    """Return the first number that a new resource gets: above those that are there from the start."""
    known = [pointer.read(fields_of(seed), lifecycle.identity.field) for seed in lifecycle.seeds]
    return max([lifecycle.identity.start, *(each + 1 for each in known if isinstance(each, int))])


def first_state(lifecycle: Lifecycle) -> str:
    """Return the state in which most lives begin; empty for a resource without states."""
    return lifecycle.initial[0][1] if lifecycle.initial else ""


def between(lifecycle: Lifecycle, first: str, last: str) -> Way | None:
    """Return the shortest way from one state to another; None where none leads there."""
    moves = ways.between(lifecycle.transitions, first, last)
    return None if moves is None else [first, *moves]


class _Life:
    """One resource, made and moved in mind."""

    def __init__(
        self, lifecycle: Lifecycle, sent: Any, way: Way, identity: Any, seeded: Mapping[str, Any]
    ) -> None:
        self.lifecycle = lifecycle
        self._seeded = seeded
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
        found |= deepcopy(dict(self._seeded))
        self._stamp(found, guess, self.lifecycle.timestamps.created)
        for number, each in enumerate(self._way):
            self._go(found, guess, each)
            # What a seed says counts more than what its state sets, and less than what comes after.
            found |= {} if number else deepcopy(dict(self._seeded))
        self._mark(found, guess)
        return _viewed(found, self.lifecycle.hidden, views)

    def _go(self, found: dict[str, Any], guess: Mapping[str, Any], step: Transition | str) -> None:
        """Enter a state as a server does: its time, then what the state sets, then what the move does."""
        name = step if isinstance(step, str) else step.ends
        state = self.lifecycle.states.get(name)
        self._stamp(found, guess, self.lifecycle.timestamps.entered.get(name))
        for path, template in (*(state.set if state else ()), *(() if isinstance(step, str) else step.set)):
            if template == GONE:
                pointer.remove(found, path)
            elif (value := self.value(template, pointer.read(guess, path))) is not ABSENT:
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
