"""Moments, in whole milliseconds since 1970, and how they are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

SECOND = 1000
HOUR = 3600 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def written(moment: int | None) -> str | None:
    """Return a moment as RFC 3339 has it.

    >>> written(1767225600250)
    '2026-01-01T00:00:00.250Z'
    """
    if moment is None:
        return None
    when = _EPOCH + timedelta(milliseconds=moment)
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def next_hour(moment: int) -> int:
    """Return the first full hour after a moment."""
    return (moment // HOUR + 1) * HOUR
