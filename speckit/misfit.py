"""Where a value breaks a JSON Schema, and how the value is named to a person."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from speckit.faults import Pointer

_LONGEST = 80


def exact(raw: Any, path: Iterable[str | int]) -> Pointer:
    """Return `path` with its segments as `raw` has them.

    The validator reads the key '1' as a number, and leaves the key '' out.
    """
    exact: list[str | int] = []
    for segment in path:
        while isinstance(raw, dict) and str(segment) not in raw and "" in raw:
            exact.append("")
            raw = raw[""]
        key: Any = str(segment) if isinstance(raw, dict) else segment
        exact.append(key)
        raw = raw[key]
    return tuple(exact)


def brief(value: Any) -> str:
    """Return `value` as a sentence can hold it."""
    if isinstance(value, dict | list):
        return "This mapping" if isinstance(value, dict) else "This list"
    # By the standard library: a whole number may have any length.
    text = f"'{value}'" if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
