"""Clocks: where the present moment comes from, in microseconds since the Unix epoch."""

from __future__ import annotations

import time
from typing import Protocol

from speckit import timing

START = 1_767_225_600 * timing.SECOND
"""What a manual clock shows at first: 2026-01-01T00:00:00Z."""


class Clock(Protocol):
    """Tells the time. `manual` says whether it moves only when told to."""

    manual: bool

    def now(self) -> int:
        """Return the present moment in microseconds since the Unix epoch."""


class RealClock:
    """The machine's clock, running `speed` times as fast since it was made."""

    manual = False

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._started = time.time_ns() // 1000

    def now(self) -> int:
        """Return the machine's time, with what passed since the start multiplied by the speed."""
        now = time.time_ns() // 1000
        return now if self.speed == 1 else self._started + int((now - self._started) * self.speed)


class ManualClock:
    """A clock that stands still until it is moved; it never goes back but to its start."""

    manual = True

    def __init__(self, start: int = START) -> None:
        self._now = self._start = start

    def now(self) -> int:
        """Return the moment it was last set to."""
        return self._now

    def set(self, moment: int) -> None:
        """Move the clock to `moment`.

        Raises:
            ValueError: `moment` is in the past, or later than any clock can show.
        """
        if moment < self._now:
            raise ValueError(f"The clock shows {shown(self._now)}; it cannot go back to {shown(moment)}.")
        if moment > timing.LATEST:
            raise ValueError(f"No clock goes further than {shown(timing.LATEST)}.")
        self._now = moment

    def restart(self) -> None:
        """Show what it showed at first: only where nobody holds anything that has a later time."""
        self._now = self._start


def shown(moment: int) -> str:
    """Return `moment` as people read it (RFC 3339)."""
    return str(timing.render(moment, "date-time"))
