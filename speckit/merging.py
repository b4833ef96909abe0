"""Two schemas merged into one that allows what both allow, as far as one schema can say so."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

Schema = Mapping[str, Any]


def merged(one: Schema, other: Schema) -> dict[str, Any]:
    """Return a schema for what fits both; where no schema says so, the second counts.

    >>> merged({"type": "number", "minimum": 1}, {"type": "integer", "minimum": 3})
    {'type': 'integer', 'minimum': 3}
    """
    both = {**one, **other}
    for key in one.keys() & other.keys() & _JOINED.keys():
        try:
            both[key] = _JOINED[key](one[key], other[key])
        except (TypeError, AttributeError, KeyError):
            continue  # one of them is no such keyword; whoever checks documents says so
    return both


def _types(one: Any, other: Any) -> Any:
    mine, theirs = (each if isinstance(each, list) else [each] for each in (one, other))
    both = [each for each in theirs if each in mine or (each == "integer" and "number" in mine)]
    both += [each for each in mine if each == "integer" and "number" in theirs and each not in both]
    return (both[0] if len(both) == 1 else both) if both else other


def _shared(one: list[Any], other: list[Any]) -> list[Any]:
    return [each for each in other if each in one] or other


def _properties(one: Schema, other: Schema) -> dict[str, Any]:
    shared = {name: _both(one[name], other[name]) for name in one if name in other}
    return {**one, **other, **shared}


def _both(one: Any, other: Any) -> Any:
    return one if one is other else {"allOf": [one, other]}


def _additional(one: Any, other: Any) -> Any:
    if one is False or other is False:
        return False
    return _both(one, other) if isinstance(one, Mapping) and isinstance(other, Mapping) else other


def _required(one: list[str], other: list[str]) -> list[str]:
    return list(dict.fromkeys((*one, *other)))


def _dependent(one: Mapping[str, list[str]], other: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {name: [*one.get(name, ()), *other.get(name, ())] for name in {**one, **other}}


def _neither(one: Any, other: Any) -> Any:
    return {"anyOf": [one, other]}


def _multiple(one: Any, other: Any) -> Any:
    return math.lcm(one, other) if isinstance(one, int) and isinstance(other, int) else other


def _either(one: Any, other: Any) -> bool:
    return bool(one or other)


_JOINED: Mapping[str, Callable[[Any, Any], Any]] = {
    "type": _types,
    "enum": _shared,
    "properties": _properties,
    "patternProperties": _properties,
    "required": _required,
    "dependentRequired": _dependent,
    "items": _both,
    "additionalProperties": _additional,
    "not": _neither,
    "multipleOf": _multiple,
    "uniqueItems": _either,
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
}
