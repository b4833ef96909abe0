"""A lifecycle made ready for judging: who may write which field, and what each state shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from contracts.anatomy import Sighting
from speckit import expression
from speckit.expression import Constant, Source, Template
from speckit.lifecycle import EXTERNAL, REMOVED, Lifecycle, Path, Transition
from speckit.pointer import ABSENT

BIRTH = ""
"""Stands for the creation among the writers of a field."""


@dataclass(frozen=True, slots=True)
class Writer:
    """What wrote a field: the template, and whether that was at creation.

    Attributes:
        is_circular: The template looks at something that the same move writes, such as a counter at itself.
    """

    template: Template
    is_birth: bool = False
    is_circular: bool = False


class Nature:
    """What a lifecycle means for somebody who watches. Made once, changed by nobody."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        self.lifecycle = lifecycle
        self.name = lifecycle.name
        self.stamps = _stamps(lifecycle)
        self.slots: Mapping[Path, Template] = dict(_slots(lifecycle))
        """Every part of the resource that is written as a whole, with what it is at creation."""
        self.machine_written = self._machine_written()
        moves = lifecycle.transitions
        self._timed = {s: [t for t in moves if s in t.starts and t.after] for s in lifecycle.states}
        self._unasked = {
            s: [t for t in moves if s in t.starts and (t.after or EXTERNAL in t.triggers)]
            for s in lifecycle.states
        }
        self.changed_by = {
            name: frozenset(self.slot(path) for path, _ in rule.change)
            for name, rule in lifecycle.rules.items()
        }
        self.updatable = frozenset(path for paths in self.changed_by.values() for path in paths)

    @property
    def has_outsiders(self) -> bool:
        """Whether somebody outside the API may move it."""
        return any(EXTERNAL in transition.triggers for transition in self.lifecycle.transitions)

    def slot(self, path: Path) -> Path:
        """Return the slot that the field at `path` is in."""
        for length in range(1, len(path) + 1):
            if path[:length] in self.slots:
                return path[:length]
        return path

    def timed(self, state: str) -> Sequence[Transition]:
        """Return the moves out of `state` that time alone makes."""
        return self._timed.get(state, ())

    def unasked(self, state: str, *, external: bool = False) -> Sequence[Transition]:
        """Return the moves out of `state` by time; with `external` also those that outsiders make."""
        return (self._unasked if external else self._timed).get(state, ())

    def triggered(self, state: str, operation: str) -> list[Transition]:
        """Return the moves out of `state` that `operation` may cause."""
        return [t for t in self.lifecycle.transitions if state in t.starts and operation in t.triggers]

    def recognised(self, sighting: Sighting) -> list[str] | None:
        """Return the states that a sighting fits; None where it tells nothing of the state."""
        lifecycle = self.lifecycle
        if not lifecycle.states:
            return None
        telling = [path for path in self._telling if sighting.get(path) is not ABSENT]
        if sighting.state is ABSENT and (lifecycle.state_field or not telling):
            return None
        return [
            name
            for name, state in lifecycle.states.items()
            if sighting.state in (ABSENT, state.value) and self._marked(name, sighting, telling)
        ]

    def _marked(self, state: str, sighting: Sighting, telling: list[Path]) -> bool:
        """Return whether the fields that tell states apart have the values they have in `state`."""
        marks = self._marks[state]
        return all(sighting.get(path) == marks[path] for path in telling if path in marks)

    @cached_property
    def _marks(self) -> Mapping[str, Mapping[Path, Any]]:
        return {
            name: {path: part.value for path, part in state.set if isinstance(part, Constant)}
            for name, state in self.lifecycle.states.items()
        }

    @cached_property
    def _telling(self) -> tuple[Path, ...]:
        """The fields that only states write, and that are needed to tell states apart."""
        written = {path for t in self.lifecycle.transitions for path, _ in t.set} | self.updatable
        paths = dict.fromkeys(path for marks in self._marks.values() for path in marks)
        alike = len({repr(state.value) for state in self.lifecycle.states.values()}) < len(self._marks)
        needed = alike or not self.lifecycle.state_field
        return tuple(path for path in paths if path not in written) if needed else ()

    @cached_property
    def reaching(self) -> Mapping[str, Mapping[Path, tuple[Writer, ...]]]:
        """By state and slot, every writer that may have been the last to write the slot."""
        found: dict[str, dict[Path, list[Writer]]] = {
            name: {path: [] for path in self.slots} for name in self.lifecycle.states
        }
        grown = True
        while grown:
            news = [self._flows(found, source, transition) for source, transition in self._arrows()]
            grown = any(news)
        return {s: {path: tuple(each) for path, each in slots.items()} for s, slots in found.items()}

    def _arrows(self) -> Iterator[tuple[str, Transition | str]]:
        for _, state in self.lifecycle.initial:
            yield BIRTH, state
        for transition in self.lifecycle.transitions:
            if transition.ends != REMOVED:
                yield from ((start, transition) for start in transition.starts)

    def _flows(
        self, found: dict[str, dict[Path, list[Writer]]], source: str, arrow: Transition | str
    ) -> bool:
        """Carry what may have been written before `arrow` over it; say whether that was news."""
        end = arrow if isinstance(arrow, str) else arrow.ends
        writes = {self.slot(path): (path, part) for path, part in self.lifecycle.states[end].set}
        if isinstance(arrow, Transition):
            writes |= {self.slot(path): (path, part) for path, part in arrow.set}
        grown = False
        for slot, birth in self.slots.items():
            into = found[end][slot]
            if slot in writes:
                path, part = writes[slot]
                news = [self._writer(part, writes) if path == slot else Writer(Source("random.hex"))]
            else:
                news = [Writer(birth, is_birth=True)] if source == BIRTH else found[source][slot]
            fresh = [writer for writer in news if writer not in into]
            into += fresh
            grown |= bool(fresh)
        return grown

    def _writer(self, part: Template, writes: Mapping[Path, object]) -> Writer:
        sources = [each for each in expression.sources(part) if each.kind == "resource"]
        is_circular = any(not each.pointer or self.slot(each.pointer) in writes for each in sources)
        return Writer(part, is_circular=is_circular)

    @cached_property
    def drifting(self) -> frozenset[Path]:
        """The slots that are written by moves which nobody asks for."""
        moves = [each for moves in self._unasked.values() for each in moves]
        ends = [self.lifecycle.states[each.ends] for each in moves if each.ends != REMOVED]
        paths = [path for writes in (*(m.set for m in moves), *(e.set for e in ends)) for path, _ in writes]
        return frozenset([*map(self.slot, paths), *self.deadlines])

    @cached_property
    def deadlines(self) -> tuple[Path, ...]:
        """The slots that say when a move by itself is due."""
        moves = (t.after for t in self.lifecycle.transitions if t.after and t.after.until)
        paths = (self.slot(a.until.pointer) for a in moves if a.until and a.until.kind == "resource")
        return tuple(dict.fromkeys(paths))

    @cached_property
    def times(self) -> tuple[Path, ...]:
        """The slots that hold nothing but times of the server, or null."""
        found = []
        for slot, birth in self.slots.items():
            writers = [birth, *(w.template for each in self.reaching.values() for w in each[slot])]
            if any(map(_is_time, writers)) and all(_is_time(w) or w == Constant(None) for w in writers):
                found.append(slot)
        return tuple(found)

    def _machine_written(self) -> frozenset[Path]:
        """Return the slots that a move may write."""
        lifecycle = self.lifecycle
        paths = [path for state in lifecycle.states.values() for path, _ in state.set]
        paths += [path for transition in lifecycle.transitions for path, _ in transition.set]
        paths += [
            t.after.until.pointer for t in lifecycle.transitions if t.every and t.after and t.after.until
        ]
        paths += self.stamps
        if lifecycle.state_field:
            paths.append(lifecycle.state_field)
        if lifecycle.history:
            paths.append(lifecycle.history.field)
        return frozenset(map(self.slot, paths))


def _is_time(template: Template) -> bool:
    """Return whether a template yields a time that the server's clock says."""
    if isinstance(template, expression.Moment):
        return template.base == Source("now")
    if isinstance(template, expression.First):
        return any(map(_is_time, template.options)) and not any(
            source.kind.startswith("request") for source in expression.sources(template)
        )
    return template == Source("now")


def _stamps(lifecycle: Lifecycle) -> tuple[Path, ...]:
    """Return the fields that moves keep up to date by themselves."""
    times = lifecycle.timestamps
    return tuple(path for path in (times.updated, *times.entered.values()) if path)


def _slots(lifecycle: Lifecycle) -> Iterator[tuple[Path, Template]]:
    deep = {path for path in _written(lifecycle) if len(path) > 1}
    for key, template in lifecycle.initially:
        yield from _split((key,), template, deep)


def _split(at: Path, template: Template, deep: set[Path]) -> Iterator[tuple[Path, Template]]:
    if not any(path[: len(at)] == at and len(path) > len(at) for path in deep):
        yield at, template
        return
    match template:
        case expression.Members(items):
            parts = list(items)
        case Constant(dict() as value):
            parts = [(key, Constant(part)) for key, part in value.items()]
        case _:
            yield at, template
            return
    for key, part in parts:
        yield from _split((*at, key), part, deep)


def _written(lifecycle: Lifecycle) -> Iterator[Path]:
    yield from (path for state in lifecycle.states.values() for path, _ in state.set)
    yield from (path for transition in lifecycle.transitions for path, _ in transition.set)
    yield from (path for rule in lifecycle.rules.values() for path, _ in rule.change)
    yield from _stamps(lifecycle)
    yield from (path for path in lifecycle.hidden)
    yield from (path for view in lifecycle.views.values() for path in (*view.omit, *view.show, *view.only))
    if lifecycle.state_field:
        yield lifecycle.state_field
