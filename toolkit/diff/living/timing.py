"""How what happens by itself differs: whether, where to, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from speckit.faults import Pointer
from speckit.lifecycle import REMOVED, Lifecycle, Transition
from speckit.timing import SECOND
from toolkit.diff.living.pair import Pair


@dataclass(frozen=True, slots=True)
class _Timed:
    """One way out of a state by time."""

    number: int
    move: Transition

    @property
    def at(self) -> Pointer:
        """Where it stands in the lifecycle."""
        return ("transitions", self.number)


_Moves = dict[tuple[str, str], list[_Timed]]
"""By the state that is left and the one that it leads to."""


def compare_timed(pair: Pair) -> None:
    """Write down which transitions by time have come and gone, and which happen at another time."""
    ones, others = _moves(pair.old), _moves(pair.new)
    for (start, ends), moves in ones.items():
        now, there = pair.state(start), pair.state(ends)
        if not now or not there:
            continue
        if (now, there) in others:
            _compare(pair, now, there, moves, others[now, there])
        else:
            _gone(pair, now, there, moves[0], goes_on=any(each == now for each, _ in others))
    kept = {(pair.state(start), pair.state(ends)) for start, ends in ones}
    for (start, ends), moves in others.items():
        if (start, ends) not in kept and start in pair.states.values():
            rule = "removal-added" if ends == REMOVED else "timed-transition-added"
            what = f"From '{start}' it goes to {_end(ends)} by itself."
            pair.add(rule, what, ("transitions",), moves[0].at)


def _moves(lifecycle: Lifecycle) -> _Moves:
    found: _Moves = {}
    for number, each in enumerate(lifecycle.transitions):
        for start in each.starts if each.after else ():
            found.setdefault((start, each.ends), []).append(_Timed(number, each))
    return found


def _end(ends: str) -> str:
    return "its removal" if ends == REMOVED else f"'{ends}'"


def _gone(pair: Pair, start: str, ends: str, timed: _Timed, *, goes_on: bool) -> None:
    rule = "timed-transition-withdrawn" if goes_on else "progress-withdrawn"
    rule = "removal-withdrawn" if ends == REMOVED else rule
    what = f"From '{start}' it does not go to {_end(ends)} by itself any more."
    pair.add(rule, what, timed.at, pair.namesake(timed.number))


def _compare(pair: Pair, start: str, ends: str, old: list[_Timed], new: list[_Timed]) -> None:
    was, now = (sorted(map(_due, each)) for each in (old, new))
    if was == now:
        return
    one, other = _latest(old), _latest(new)
    rule, said = "timing-changed", "at another time"
    if one is not None and other is not None and one != other:
        words = (
            ("retention-longer", "retention-shorter")
            if ends == REMOVED
            else ("deadline-longer", "deadline-shorter")
        )
        rule = words[0] if other > one else words[1]
        said = f"after {other / SECOND:g} s, not {one / SECOND:g} s"
    pair.add(rule, f"From '{start}' it goes to {_end(ends)} {said}.", old[0].at, new[0].at)


def _due(timed: _Timed) -> str:
    return repr((timed.move.after, timed.move.every, timed.move.when))


def _latest(moves: Sequence[_Timed]) -> int | None:
    """Return after how many microseconds it happens at the latest; None where that is not fixed."""
    found = [each.move.after.duration for each in moves if each.move.after]
    fixed = [each for each in found if each is not None]
    return max(fixed) if fixed and len(fixed) == len(found) else None
