"""What the server's clock says, as far as its own stamps tell."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.exchange import Moment
from speckit.timing import SECOND

RESOLUTION = 1.0
"""How coarse a stamp may be, in seconds: many APIs write whole seconds."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The server's clock said `seconds` (since 1970) between two moments, cut by up to `RESOLUTION`."""

    seconds: float
    before: Moment
    after: Moment

    def moment(self, stamp: int) -> Moment:
        """Return when that clock shows `stamp` (microseconds): not before `fast`, and by `slow`."""
        ahead = stamp / SECOND - self.seconds
        return Moment(slow=self.after.slow + ahead + RESOLUTION, fast=self.before.fast + ahead - RESOLUTION)


@dataclass(slots=True)
class Wall:
    """Translates times that the server writes into moments of the judge.

    Attributes:
        own: The last reading taken from a stamp of a resource.
        told: The last reading of a clock that tells the time by itself; used where there is no stamp.
    """

    own: Reading | None = None
    told: Reading | None = None

    def read(self, stamp: int, before: Moment, after: Moment) -> None:
        """Keep that a resource was stamped with `stamp` (microseconds) between two moments."""
        self.own = Reading(stamp / SECOND, before, after)

    def tell(self, stamp: int, before: Moment, after: Moment) -> None:
        """Keep that a clock said `stamp` (microseconds) between two moments."""
        self.told = Reading(stamp / SECOND, before, after)

    def agrees(self, stamp: int, before: Moment, after: Moment, slack: float) -> bool:
        """Return whether a resource that was stamped between two moments may hold `stamp`.

        Between that and the last reading at least as much must have passed as the
        stamps say, and at most; without a reading everything agrees.
        """
        known = self.own
        if known is None:
            return True
        passed = stamp / SECOND - known.seconds
        least = min(before.slow - known.after.slow, before.fast - known.after.fast)
        most = max(after.slow - known.before.slow, after.fast - known.before.fast)
        return least - slack <= passed <= most + slack

    def moment(self, stamp: int) -> Moment | None:
        """Return when the server's clock shows `stamp`; None if that is not known."""
        reading = self.own or self.told
        return reading.moment(stamp) if reading else None
