"""Durations and timestamps, in whole microseconds since the Unix epoch."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

SECOND = 1_000_000
_UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_DURATION = re.compile(
    r"P(?!$)(?:(?P<w>\d+)W)?(?:(?P<d>\d+)D)?(?:T(?!$)(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?)?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp()) * SECOND
"""The last moment a clock may show."""
EARLIEST = int(datetime(1, 1, 1, tzinfo=UTC).timestamp()) * SECOND
"""The first moment that can be written."""


def duration(text: str) -> int:
    """Return an ISO 8601 duration (weeks to seconds; no months or years) in microseconds.

    Raises:
        ValueError: `text` is not such a duration.

    >>> duration("PT1M0.5S")
    60500000
    """
    match = _DURATION.fullmatch(text)
    if not match or not any(match.groupdict().values()):
        raise ValueError(f"'{text}' is not a duration. Write it like PT5S, PT1H30M or P2D (ISO 8601).")
    whole = sum(int(match[unit] or 0) * _UNITS[unit] for unit in "wdhm")
    return whole * SECOND + round(float(match["s"] or 0) * SECOND)


def renderer(form: str) -> Callable[[int], str | int]:
    """Return what writes moments in the format `form`, as `render` does."""
    if form == "date-time":
        return lambda moment: _millisecond(moment // 1000)
    return lambda moment: render(moment, form)


def render(moment: int, form: str) -> str | int:
    """Return `moment` (microseconds) as the API writes it.

    Args:
        moment: Microseconds since the Unix epoch.
        form: `date-time` (RFC 3339, UTC, milliseconds), `date-time-s` (whole seconds),
            `date-time-local` (a blank for the T, no zone, microseconds unless zero),
            `epoch-s` or `epoch-ms`.
    """
    if form == "date-time":
        return _millisecond(moment // 1000)
    if form == "epoch-s":
        return moment // SECOND
    if form == "epoch-ms":
        return moment // 1000
    if form == "date-time-local":
        fraction = moment % SECOND
        return _second(moment // SECOND, " ") + (f".{fraction:06d}" if fraction else "")
    return f"{_second(moment // SECOND, 'T')}Z"


@lru_cache(maxsize=1024)
def _millisecond(milliseconds: int) -> str:
    """Return a moment with its zone."""
    return f"{_second(milliseconds // 1000, 'T')}.{milliseconds % 1000:03d}Z"


@lru_cache(maxsize=1024)
def _second(seconds: int, separator: str) -> str:
    """Return a full second without its zone. Times of one request, or of one moment, share most of them."""
    return (_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat(separator)


def parse(value: Any, form: str) -> int | None:
    """Return the moment `value` stands for, or None where it stands for none.

    A number that is later than any clock can show stands for the moment after its last.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return int(max(EARLIEST, min(value * (1000 if form == "epoch-ms" else SECOND), LATEST + 1)))
    try:
        when = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return (when - _EPOCH) // timedelta(microseconds=1)


def next_full(moment: int, unit: str) -> int:
    """Return the first full `unit` (midnight, hour, minute; UTC) after `moment`."""
    step = {"midnight": 86_400, "hour": 3_600, "minute": 60}[unit] * SECOND
    return (moment // step + 1) * step
