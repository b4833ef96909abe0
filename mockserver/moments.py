"""When a resource moves next by itself, and how. Pure: nothing is moved here."""

from __future__ import annotations

from collections.abc import Callable

from mockserver.evaluation import Frame
from mockserver.kind import Ahead, Kind, Move
from mockserver.store import Resource
from speckit import timing

Look = Callable[[], Frame]
"""Returns a frame in which a resource is looked up and nobody asks."""


def following(resource: Resource, ahead: Ahead, look: Look) -> tuple[int, Move] | None:
    """Return when `resource` moves next by itself, and how; of equals the first declared.

    Args:
        resource: What moves.
        ahead: The moves that it has.
        look: Returns a frame in which it is looked up; not called where nothing has to be.
    """
    if ahead.sure is not None:
        return resource.entered + ahead.sure[0], ahead.sure[1]
    if not ahead.moves:
        return None
    earliest: tuple[int, Move] | None = None
    frame = look()
    for move in ahead.moves:
        when = _moment(resource, move, frame)
        if when is not None and (earliest is None or when < earliest[0]):
            earliest = when, move
    return earliest


def _moment(resource: Resource, move: Move, frame: Frame) -> int | None:
    """Return when `resource` makes `move`, or None if not by time or not as it is."""
    if move.delay is not None:
        return resource.entered + move.delay
    after = move.transition.after
    if after is None or after.polls or not move.holds(frame):
        return None
    if move.until is None:
        return resource.entered + (after.duration or 0)
    when = timing.parse(move.until(frame), resource.store.kind.form)
    return None if when is None else max(when, resource.entered)


def undisturbed(resource: Resource, recurring: Move, due: int, period: int, now: int, frame: Frame) -> int:
    """Return up to when nothing but `recurring` happens to `resource`, `now` at the latest."""
    until = now
    kind: Kind = resource.store.kind
    for move in kind.ahead(resource.state, resource.scenario).moves:
        moment, after = _moment(resource, move, frame), move.transition.after
        if move is recurring or moment is None or after is None:
            continue
        if after.duration is None:
            until = min(until, moment - 1)
        elif after.duration <= period:  # counted from the recurrence, which enters the state anew
            until = due
    return max(until, due)
