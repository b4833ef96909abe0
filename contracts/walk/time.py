"""Lets time pass in a walk: up to, onto and past the moments at which something is due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from contracts.client import Client
from contracts.making import Maker
from contracts.observed import Track
from speckit.timing import SECOND

_PAST_SECONDS = 2.7
"""More than an implementation may be late."""
_NAP_SECONDS = 0.25
"""How long is waited at a time where the clock cannot be moved ..."""
_SHARE = 0.2
"""... and how much of the time that is left may go by so."""


class Patience:
    """Waits, or moves the clock."""

    def __init__(self, client: Client, maker: Maker) -> None:
        self._client = client
        self._maker = maker
        self._most = client.budget.left * _SHARE

    def wait(self, tracks: Sequence[Track], dice: Random) -> None:
        """Let time pass: a while, or until one of `tracks` is nearly, just or surely due."""
        track = dice.choice(list(tracks) or [None])
        seconds = sorted(_moments(self._maker, self._client, track)) if track else []
        chosen = dice.choice(seconds or [1.0]) * dice.choice([0.3, 0.9, 1.0, 1.0])
        chosen += dice.choice([0.02, _PAST_SECONDS])
        if not self._client.clock.is_movable:
            chosen = min(chosen, _NAP_SECONDS, self._most)
            self._most -= max(chosen, 0.0)
        self._client.clock.advance(chosen)


def _moments(maker: Maker, client: Client, track: Track) -> Iterator[float]:
    """Yield in how many seconds a resource is due, as far as known, and every declared duration."""
    now = client.clock.now().slow
    for state in track.belief:
        for transition in track.nature.timed(state):
            due = maker.deadline(track, transition)
            if due is not None and due > now:
                yield due - now
    for transition in track.nature.lifecycle.transitions:
        if transition.after is not None and transition.after.duration:
            yield transition.after.duration / SECOND
