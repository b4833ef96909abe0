"""Which states a resource can be in: sets, with the time each can have been entered. Pure.

A create happened somewhere between sending and receiving, a scheduler may be
late, clocks differ. So the question is never what comes next but what is
possible, and only what is impossible is a broken promise.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from contracts.exchange import Moment
from contracts.nature import Nature
from speckit.lifecycle import REMOVED, Transition
from speckit.timing import SECOND


@dataclass(frozen=True, slots=True)
class Since:
    """When a state was entered: not before `earliest` of the fast clock, not after `latest` of the slow."""

    earliest: float
    latest: float


Belief = Mapping[str, Since]
"""The states a resource can be in."""


class Prospect(Protocol):
    """What is known of the moves that a resource has before it."""

    def due(self, transition: Transition) -> Moment | None:
        """Return when a move at a time is due: not before `fast`, by `slow`; None if unknown.

        One that looks bring about is due at plus infinity before they were
        taken, and at minus infinity from then on.
        """

    def holds(self, transition: Transition) -> bool | None:
        """Return whether the guard of a move holds; None if that is not known."""


UNKNOWN_SINCE = Since(-math.inf, math.inf)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far an implementation may be off and still keep its promise, in seconds.

    `late` is how long after its due time a move may happen, `early` how long before.
    """

    late: float = 2.0
    early: float = 0.6

    def before(self, transition: Transition) -> float:
        """Return by how much a move may be early: never by half of the time it takes."""
        duration = transition.after.duration if transition.after else None
        return self.early if duration is None else min(self.early, duration / SECOND * 0.4)


def between(before: Moment, after: Moment) -> Since:
    """Return when something was entered that happened between sending and receiving."""
    return Since(before.fast, after.slow)


def evolved(
    nature: Nature,
    belief: Belief,
    now: float,
    tolerance: Tolerance,
    prospect: Prospect,
    *,
    external: bool = False,
) -> Belief:
    """Return the states possible at `now` (fast clock), given those possible before.

    Args:
        external: Outsiders may have had a hand in it.
    """
    found = dict(belief)
    queue = list(found)
    while queue:
        state = queue.pop()
        for transition in nature.unasked(state, external=external):
            earliest = _earliest(transition, found[state], prospect) - tolerance.before(transition)
            if earliest > now or transition.ends == state or prospect.holds(transition) is False:
                continue
            if transition.ends not in found:
                # When it was entered is known from below only; from above, it may be this very moment.
                found[transition.ends] = Since(max(earliest, found[state].earliest), math.inf)
                queue.append(transition.ends)
    return found


def moved(nature: Nature, belief: Belief, now: Moment, tolerance: Tolerance, prospect: Prospect) -> Belief:
    """Return what is possible at `now`, deadlines for what is entered by time included.

    Where a state must have been left by a known time, the state that follows it
    was entered by then.
    """
    found = dict(evolved(nature, belief, now.fast, tolerance, prospect))
    for state in list(found):
        if state in belief or state == REMOVED:
            continue
        sources = [(s, t) for s in found for t in nature.timed(s) if t.ends == state and s != state]
        latest = [_latest(t, found[s], prospect) for s, t in sources]
        if latest and None not in latest and len(sources) == len(_ways_in(nature, state, found)):
            found[state] = Since(
                found[state].earliest, max(x for x in latest if x is not None) + tolerance.late
            )
    return found


def _ways_in(nature: Nature, state: str, found: Belief) -> list[Transition]:
    return [t for s in found for t in nature.unasked(s) if t.ends == state and s != state]


def overdue(
    nature: Nature, state: str, since: Since, now: float, tolerance: Tolerance, prospect: Prospect
) -> float | None:
    """Return by how many seconds a resource still in `state` at `now` (slow clock) is too late to leave it.

    None where it is not too late, or where that cannot be told.
    """
    if state == REMOVED:
        return None
    leaving = [t for t in nature.timed(state) if t.ends != state and prospect.holds(t) is not False]
    certain = [t for t in leaving if prospect.holds(t) and not t.scenario]
    deadlines = [_latest(t, since, prospect) for t in certain]
    known = [deadline for deadline in deadlines if deadline is not None]
    if not known:
        return None
    slowest = [_latest(t, since, prospect) for t in leaving if t.scenario]
    late = now - max([min(known), *(x for x in slowest if x is not None)]) - tolerance.late
    return late if late > 0 else None


def reachable(nature: Nature, starts: Iterable[str], *, unasked: bool = False) -> frozenset[str]:
    """Return every state that transitions lead to from `starts`, themselves included.

    Args:
        unasked: Count only moves by time.
    """
    found = set(starts)
    queue = list(found)
    while queue:
        here = queue.pop()
        moves = nature.unasked(here) if unasked else nature.lifecycle.transitions
        for transition in moves:
            if here in transition.starts and transition.ends not in found:
                found.add(transition.ends)
                queue.append(transition.ends)
    return frozenset(found)


def _earliest(transition: Transition, since: Since, prospect: Prospect) -> float:
    after = transition.after
    if after is None:
        return since.earliest
    if after.duration is not None:
        return since.earliest + after.duration / SECOND
    when = prospect.due(transition)
    return since.earliest if when is None else max(when.fast, since.earliest)


def _latest(transition: Transition, since: Since, prospect: Prospect) -> float | None:
    after = transition.after
    if after is None:
        return None
    if after.duration is not None:
        return since.latest + after.duration / SECOND
    when = prospect.due(transition)
    if when is None or math.isinf(when.slow):
        return None if when is None or when.slow > 0 else when.slow
    return max(when.slow, since.latest)
