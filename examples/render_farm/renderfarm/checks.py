"""Checks of values that come from outside: what a field may hold, and what is wrong if it does not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

Check = Callable[[Any], str]
"""Returns what is wrong with a value; an empty text if nothing is."""

_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})", re.ASCII | re.IGNORECASE
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST = 2**63 - 1


def text(least: int = 0, most: int | None = None, pattern: str = "") -> Check:
    """Check that a value is a text of `least` to `most` characters that fits `pattern` as a whole."""
    fits = re.compile(pattern).fullmatch if pattern else None

    def check(value: Any) -> str:
        if not isinstance(value, str):
            return "is no text"
        if len(value) < least or (most is not None and len(value) > most):
            return f"has {len(value)} characters; {least} to {most} are allowed"
        return "" if fits is None or fits(value) else f"does not look like {pattern}"

    return check


def number(low: float, high: float) -> Check:
    """Check that a value is a number within its bounds."""

    def check(value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return "is no number"
        return "" if low <= value <= high else f"is not from {low} to {high}"

    return check


def whole(low: int, high: int) -> Check:
    """Check that a value is a whole number within its bounds; in JSON 2.0 is one too."""
    within = number(low, high)

    def check(value: Any) -> str:
        if isinstance(value, float) and not value.is_integer():
            return "is no whole number"
        return within(value)

    return check


def flag(value: Any) -> str:
    """Check that a value is true or false."""
    return "" if isinstance(value, bool) else "is neither true nor false"


def one_of(*words: Any) -> Check:
    """Check that a value is one of `words`."""
    return lambda value: "" if value in words else f"is none of {', '.join(map(str, words))}"


def or_null(check: Check) -> Check:
    """Check a value that may also be null."""
    return lambda value: "" if value is None else check(value)


def many(check: Check, least: int, most: int) -> Check:
    """Check a list of `least` to `most` different items."""

    def check_all(value: Any) -> str:
        if not isinstance(value, list) or not least <= len(value) <= most:
            return f"is no list of {least} to {most} items"
        if len(set(map(str, value))) < len(value):
            return "has the same item twice"
        return next(filter(None, map(check, value)), "")

    return check_all


def shape(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """Check an object: what must be in it, what may be, and nothing else."""
    known = {**required, **(optional or {})}

    def check(value: Any) -> str:
        if not isinstance(value, dict):
            return "is no object"
        missing = [name for name in required if name not in value]
        if missing:
            return f"lacks {missing[0]}"
        for name, part in value.items():
            problem = known[name](part) if name in known else "is not known here"
            if problem:
                return f"{name} {problem}"
        return ""

    return check


def as_whole(written: str) -> int | None:
    """Return the whole number of at most 64 bits that `written` spells, or None."""
    value = int(written) if _WHOLE.fullmatch(written) else None
    return value if value is not None and -_LARGEST - 1 <= value <= _LARGEST else None


def as_moment(written: str) -> int | None:
    """Return the moment (RFC 3339) in microseconds since 1970, or None."""
    if not _MOMENT.fullmatch(written):
        return None
    try:
        return (datetime.fromisoformat(written.upper()) - _EPOCH) // timedelta(microseconds=1)
    except ValueError:
        return None
