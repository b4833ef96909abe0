"""What a move that somebody asked for wrote: reckoned at the move, from what was there before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from contracts.exchange import Exchange
from contracts.observed import Track
from contracts.reckoning import UNKNOWN, At, assigned
from speckit.expression import Template
from speckit.lifecycle import REMOVED, Path, Transition


def take_in(track: Track, exchange: Exchange, transitions: Iterable[Transition | None]) -> None:
    """Keep what a move has written; where it may have been one of several, or none, that nobody knows.

    Args:
        transitions: What may have happened; None for no move at all.
    """
    moves = {id(each): each for each in transitions}
    for each in filter(None, moves.values()):
        for path, _ in _writes(track, each):
            track.wrote.pop(track.nature.slot(path), None)
    only = next(iter(moves.values()), None) if len(moves) == 1 else None
    if only is None:
        return
    written = _written(track, exchange, only)
    track.wrote |= written
    for slot in written:
        track.updates.pop(slot, None)
    _forget_times(track, only)


def _writes(track: Track, transition: Transition) -> Iterator[tuple[Path, Template]]:
    """Yield what is written by a move, in its order."""
    if transition.ends != REMOVED:
        yield from track.nature.lifecycle.states[transition.ends].set
    yield from transition.set


def _written(track: Track, exchange: Exchange, transition: Transition) -> dict[Path, Any]:
    nature, found = track.nature, dict[Path, Any]()

    def before(path: Path) -> Any:
        # Whether a template sees what the same move has written already, the document leaves open.
        slot = nature.slot(path)
        return UNKNOWN if slot in found or slot in track.free else track.look(path)

    known = replace(track.known(call=exchange.call), resource=before)
    for path, template in _writes(track, transition):
        value = assigned(template, known)
        is_whole = nature.slot(path) == path and not isinstance(value, At)
        found[nature.slot(path)] = value if is_whole else UNKNOWN
    return {slot: each for slot, each in found.items() if slot not in nature.drifting}


def _forget_times(track: Track, transition: Transition) -> None:
    """Take the states for not entered of which a move has set back the time."""
    entered = track.nature.lifecycle.timestamps.entered
    slots = {track.nature.slot(path) for path, _ in _writes(track, transition)}
    set_back = {state for state, path in entered.items() if path in slots}
    track.visited -= set_back - {transition.ends}
