"""What lies behind a resource that nobody saw coming: the moves that would have led to where it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mockserver.evaluation import NOTHING, Frame
from mockserver.kind import Kind
from speckit import pointer
from speckit.lifecycle import Transition
from speckit.pointer import ABSENT
from speckit.ways import between

Leg = Sequence[Transition]
"""The moves that lead from one state to the next, the likeliest first."""


class Past:
    """How a resource of one kind came into a state: made in a first one and moved on, all in one moment.

    Nobody is told of it, and nothing else comes about by it.

    Args:
        kind: What it is.
        state: Where it is now.
        scenario: Whose moves and values count besides the plain ones, if they lead there; else those of
            another scenario that do.
        said: Fields that are as somebody said, whatever happened.
    """

    def __init__(self, kind: Kind, state: str, scenario: str, said: Mapping[str, Any]) -> None:
        self._kind = kind
        self._said = said
        self.last = state
        """The state it has come to."""
        self.first, self._legs, lived = _found(kind, state, scenario) or (state, [], scenario)
        """The state it was made in: where no way leads to the last one, this itself."""
        self._scenario = kind.lifecycle.scenarios.get(lived, NOTHING)

    def live(self, frame: Frame, fields: dict[str, Any]) -> None:
        """Write into the `fields` of a resource in its first state what has happened to it since."""
        kind, usual = self._kind, frame.scenario
        if self._legs:
            frame.scenario = self._scenario
            for leg in self._legs:
                kind.make(_likely(kind, frame, leg), frame, fields)
            frame.scenario = usual
            kind.touch(frame.now, fields)
        fields.update(self._said)
        # Inside of what was said, too, its state and its id are its own.
        shown = kind.lifecycle.state_field
        if shown and isinstance(self._said.get(shown[0]), dict):
            pointer.write(fields, shown, frame.state)
        if kind.read_identity(fields) is ABSENT:
            pointer.write(fields, kind.identity, frame.id)


def _found(kind: Kind, state: str, scenario: str) -> tuple[str, list[Leg], str] | None:
    """Return a first state, the legs from there to `state`, and by which scenario; None without a way."""
    for name in dict.fromkeys((scenario, *kind.lifecycle.scenarios)):
        moves = [each for each in kind.lifecycle.transitions if each.scenario in ("", name)]
        moves.sort(key=lambda each: each.scenario != name)
        # Of equally short ways the one counts that begins without a condition.
        firsts = sorted(kind.lifecycle.initial, key=lambda pair: bool(pair[0]))
        ways = ((first, between(moves, first, state)) for _, first in firsts)
        found = [(first, way) for first, way in ways if way is not None]
        if found:
            first, way = min(found, key=lambda pair: len(pair[1]))
            return first, list(_legs(moves, first, way)), name
    return None


def _legs(moves: Sequence[Transition], first: str, way: Sequence[Transition]) -> Iterator[Leg]:
    """Yield for each move of a `way` all that lead from where it starts to where it ends."""
    here = first
    for step in way:
        yield [each for each in moves if here in each.starts and each.ends == step.ends]
        here = step.ends


def _likely(kind: Kind, frame: Frame, leg: Leg) -> Transition:
    """Return the first move whose guard holds although nobody asks; where none does, the first of all."""
    holds = kind.guard(frame)
    return next((each for each in leg if holds(each.when)), leg[0])
