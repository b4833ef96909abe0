"""How a filter compares what a resource holds with what is asked for, as seen from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from contracts.exchange import text
from contracts.reckoning import has_hole
from speckit import timing
from speckit.lifecycle import Filter
from speckit.pointer import ABSENT

BOUNDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "from": lambda one, other: one >= other,
    "to": lambda one, other: one <= other,
    "after": lambda one, other: one > other,
    "before": lambda one, other: one < other,
}
"""The matches that compare by more and less."""


def fits(rule: Filter, asked_for: str, value: Any) -> bool | None:
    """Return whether a resource that holds `value` belongs in the list; None where nobody can tell."""
    if has_hole(value):
        return None
    if value is ABSENT or value is None:
        return False if asked_for else None
    if rule.match in BOUNDS:
        return _placed(rule, asked_for, value) if rule.scale else _bound(rule.match, asked_for, value)
    if rule.match == "includes":
        return _includes(asked_for, value)
    if rule.match == "any":
        return _is_among(text(value), asked_for)
    return _alike(rule.match, asked_for, value)


def _is_among(held: str, asked_for: str) -> bool | None:
    """Return whether one of the texts asked for is held; None where a comma may part them or be in one."""
    if "," in held and held in asked_for:
        return None
    return held in asked_for.split(",")


def _alike(match: str, asked_for: str, value: Any) -> bool | None:
    """Return how texts compare: whole, from their beginning, or anywhere."""
    way, shown = match.removesuffix("-any-case"), text(value)
    if way != match:
        if asked_for.lower() != asked_for.casefold() or shown.lower() != shown.casefold():
            return None  # Which letters are the same in another case, languages do not agree on.
        asked_for, shown = asked_for.lower(), shown.lower()
    if way == "prefix":
        return shown.startswith(asked_for)
    if way == "contains":
        return asked_for in shown if isinstance(value, str) else None
    return shown == asked_for


def _includes(asked_for: str, value: Any) -> bool | None:
    try:
        wanted = orjson.loads(asked_for)
    except orjson.JSONDecodeError:
        wanted = asked_for.split(",")
    if isinstance(wanted, dict) and isinstance(value, dict):
        return all(key in value and text(value[key]) == text(part) for key, part in wanted.items())
    if isinstance(value, list):
        held = set(map(text, value))
        return {text(part) for part in (wanted if isinstance(wanted, list) else [wanted])} <= held
    return None


def _placed(rule: Filter, asked_for: str, value: Any) -> bool | None:
    """Return how words compare by their places on the scale."""
    if asked_for not in rule.scale:
        return None
    return value in rule.scale and BOUNDS[rule.match](rule.scale.index(value), rule.scale.index(asked_for))


def _bound(match: str, asked_for: str, value: Any) -> bool | None:
    mine, theirs = comparable(value), comparable(asked_for)
    if isinstance(mine, float) and isinstance(theirs, str):
        theirs = _number(theirs)
    if theirs is None or type(mine) is not type(theirs):
        return None
    return BOUNDS[match](mine, theirs)


def comparable(value: Any) -> Any:
    """Return `value` as something that orders: a number, a moment, or the text itself."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str) and value[:4].isdigit() and len(value) >= 19:
        stamp = timing.parse(value, "date-time")
        return value if stamp is None else float(stamp)
    return value


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None
