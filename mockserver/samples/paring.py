"""A made-up body without what may be left out: large documents make large errors that say little."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from speckit.sample import Making

Place = tuple[str | int, ...]


def pared(data: Mapping[str, Any], schema: Any, value: Any, kept: Iterable[Place]) -> Any:
    """Return `value` without the members that its schema does not require.

    Args:
        data: The document that references lead into.
        kept: Places of members that stay all the same.
    """
    return _pared(Making(data), schema, value, frozenset(_ways(kept)), ())


def _ways(places: Iterable[Place]) -> Iterable[Place]:
    """Return the places, and all that they lie in."""
    return (place[:end] for place in places for end in range(1, len(place) + 1))


def _pared(making: Making, schema: Any, value: Any, kept: frozenset[Place], at: Place) -> Any:
    if isinstance(value, list):
        return [_pared(making, schema, each, kept, (*at, i)) for i, each in enumerate(value)]
    if not isinstance(value, Mapping):
        return value
    return {
        name: _pared(making, schema, part, kept, here)
        for name, part in value.items()
        if (here := (*at, name)) in kept or not making.inside(schema, here)[1]
    }
