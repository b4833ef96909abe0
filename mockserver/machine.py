"""The state machine of one resource: which transition may happen, and to what. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from speckit.lifecycle import Guard, Lifecycle, Transition

Holds = Callable[[Guard], bool]
"""Answers whether a guard holds for the request and resource at hand."""


class Machine:
    """An immutable table of moves, made once per lifecycle.

    It reads no clock and writes nothing; a guard is asked through the function
    handed in, so a test needs neither a request nor a world.
    """

    def __init__(self, lifecycle: Lifecycle) -> None:
        self._initial = lifecycle.initial
        self._triggered: dict[tuple[str, str], list[Transition]] = defaultdict(list)
        self._automatic: dict[tuple[str, str], list[Transition]] = defaultdict(list)
        for transition in lifecycle.transitions:
            for start in transition.starts:
                self._enter(start, transition)

    def _enter(self, start: str, transition: Transition) -> None:
        for trigger in transition.triggers:
            self._triggered[start, trigger].append(transition)
        if transition.after is not None:
            self._automatic[start, transition.scenario].append(transition)

    def initial(self, holds: Holds) -> str:
        """Return the state a new resource starts in; empty where it has no states."""
        return next((state for guard, state in self._initial if holds(guard)), "")

    def triggered(self, state: str, trigger: str, holds: Holds) -> Transition | None:
        """Return the transition `trigger` causes in `state`, if there is one."""
        moves = self._triggered.get((state, trigger), ())
        return next((move for move in moves if holds(move.when)), None)

    def automatic(self, state: str, scenario: str) -> Iterable[Transition]:
        """Return the moves that happen by themselves in `state`.

        A scenario's own moves take the place of the plain ones.
        """
        return self._automatic.get((state, scenario)) or self._automatic.get((state, "")) or ()
