"""When a resource moves next by itself, and how. Pure: nothing is moved here."""

from __future__ import annotations

from collections.abc import Callable

from mockserver.evaluation import Frame
from mockserver.kind import Ahead, Kind, Move
from mockserver.recurring import MOST_REPEATED
from mockserver.store import Resource
from speckit import timing

Look = Callable[[], Frame]
"""Returns a frame in which a resource is looked up and nobody asks."""


def following(
    resource: Resource, ahead: Ahead, look: Look, behind: Move | None = None
) -> tuple[int, Move] | None:
    """Return when `resource` moves next by itself, and how; of equals the first declared.

    Args:
        resource: What moves.
        ahead: The moves that it has.
        look: Returns a frame in which it is looked up; not called where nothing has to be.
        behind: A move that came to nothing: only those count whose turn is after it.
    """
    if ahead.sure is not None and behind is None:
        return resource.entered + ahead.sure[0], ahead.sure[1]
    if not ahead.moves:
        return None
    earliest: tuple[int, Move] | None = None
    frame = look()
    passed = None if behind is None else (moment(resource, behind, frame) or 0, ahead.moves.index(behind))
    for number, move in enumerate(ahead.moves):
        when = moment(resource, move, frame) if move.delay is not None or move.holds(frame) else None
        if when is None or (passed is not None and (when, number) <= passed):
            continue
        if earliest is None or when < earliest[0]:
            earliest = when, move
    return earliest


def moment(resource: Resource, move: Move, frame: Frame) -> int | None:
    """Return when `resource` makes `move` if its guard holds; None if not by time, or never as it is."""
    if move.delay is not None:
        return resource.entered + move.delay
    after = move.transition.after
    if after is None or after.polls:
        return None
    if move.until is None:
        return resource.entered + (after.duration or 0)
    when = timing.parse(move.until(frame), resource.store.kind.form)
    if when is None or (move.recurrence is not None and when >= timing.LATEST):  # there is no next time
        return None
    return max(when, resource.entered)


def skipped(resource: Resource, move: Move, due: int, now: int, before: int, frame: Frame) -> tuple[int, int]:
    """Return how many times of a `move` that recurs need not be made from `due` on, and then the next one.

    Where nothing tells these times apart, that are all but the last. Else all are
    made, if there are not too many.

    Args:
        resource: What makes it.
        move: How it moves.
        due: When it is due now.
        now: The present moment.
        before: From when on others move that may see it, or whom it may see.
        frame: In which it is looked up.
    """
    recurrence, period = move.recurrence, move.every(frame)
    # The guard that let this one happen was asked at the one before.
    if recurrence is None or not move.holds(frame):
        return 0, due
    kept = recurrence.kept
    end, alone = now, min(now, before - 1)
    for other in _others(resource, move):
        if not recurrence.spares_guard(other.transition.when):
            kept = MOST_REPEATED
        if not other.holds(frame):
            continue
        if not recurrence.spares(other.transition):
            kept = MOST_REPEATED
        until = _undisturbed(resource, other, due, period, frame)
        alone = min(alone, until)
        if other.recurrence is None:
            end = min(end, until)
    exactly, roughly = ((until - due) // period + 1 for until in (alone, end))
    count = max(exactly - kept, roughly - MOST_REPEATED, 0)
    return count, due + count * period


def _others(resource: Resource, move: Move) -> list[Move]:
    """Return the moves by time that `resource` has before it besides `move`."""
    kind: Kind = resource.store.kind
    moves = kind.ahead(resource.state, resource.scenario).moves
    return [each for each in moves if each is not move and not each.is_polled]


def _undisturbed(resource: Resource, other: Move, due: int, period: int, frame: Frame) -> int:
    """Return up to when `other` lets what recurs every `period` from `due` on go on."""
    after = other.transition.after
    if after is not None and after.duration is not None:
        # It is counted from the recurrence, which enters the state anew.
        return due if after.duration <= period else timing.LATEST
    when = moment(resource, other, frame)
    # One whose time has come and that has not happened came to nothing.
    return timing.LATEST if when is None or when < due else max(when - 1, due)
