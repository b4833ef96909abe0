"""What kinds of value a schema allows, read through its references and combinations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from speckit.schema import Schemas

DEEPEST = 16
"""How many references and combinations are followed: a schema may lead back to itself."""

_KINDS = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "string"),
    (list, "array"),
    (dict, "object"),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """The types a schema allows (none: any), and the schemas of what is inside.

    `additional` is what the schema says of properties it does not name: a schema, or None for nothing.
    """

    kinds: frozenset[str] = frozenset()
    items: Any = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    additional: Any = None

    @property
    def is_list(self) -> bool:
        """Whether an array is allowed, and said to be."""
        return "array" in self.kinds

    @property
    def is_object(self) -> bool:
        """Whether an object is allowed, and said to be."""
        return "object" in self.kinds

    @property
    def is_plain(self) -> bool:
        """Whether a single text can be a value: any type is allowed, or one that is not made of others."""
        return not self.kinds or bool(self.kinds - {"array", "object"})


def shape(schemas: Schemas, schema: Any, depth: int = DEEPEST) -> Shape:
    """Return the shape of `schema`, its references, `allOf`, `oneOf` and `anyOf` followed."""
    schema = schemas.resolved(schema)
    if depth == 0:
        return Shape()
    found = _own(schema)
    for part in _parts(schema, "allOf"):
        found = _both(found, shape(schemas, part, depth - 1))
    for key in ("oneOf", "anyOf"):
        if branches := [shape(schemas, part, depth - 1) for part in _parts(schema, key)]:
            found = _both(found, reduce(_either, branches))
    if schema.get("nullable") is True and found.kinds:
        return Shape(found.kinds | {"null"}, found.items, found.properties, found.additional)
    return found


def _parts(schema: Mapping[str, Any], key: str) -> list[Any]:
    parts = schema.get(key)
    return parts if isinstance(parts, list) else []


def _own(schema: Mapping[str, Any]) -> Shape:
    properties = schema.get("properties")
    return Shape(
        _kinds(schema),
        schema.get("items"),
        properties if isinstance(properties, Mapping) else {},
        schema.get("additionalProperties"),
    )


def _kinds(schema: Mapping[str, Any]) -> frozenset[str]:
    kinds = schema.get("type")
    if isinstance(kinds, str):
        return frozenset({kinds})
    if isinstance(kinds, list):
        return frozenset(filter(lambda kind: isinstance(kind, str), kinds))
    if isinstance(values := schema.get("enum"), list):
        return _kinds_of(values)
    if "const" in schema:
        return _kinds_of([schema["const"]])
    implied = {"object": ("properties", "additionalProperties"), "array": ("items", "prefixItems")}
    return frozenset(kind for kind, keys in implied.items() if any(key in schema for key in keys))


def _kinds_of(values: Iterable[Any]) -> frozenset[str]:
    return frozenset(
        next((name for kind, name in _KINDS if isinstance(value, kind)), "null") for value in values
    )


def _both(one: Shape, other: Shape) -> Shape:
    """Return the shape of what fits both."""
    return Shape(
        _common(one.kinds, other.kinds),
        other.items if one.items is None else one.items,
        {**other.properties, **one.properties},
        other.additional if one.additional is None else one.additional,
    )


def _common(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    if not one or not other:
        return one or other
    numbers = {"integer", "number"}
    common = one & other
    if not common & numbers and one & numbers and other & numbers:
        common |= {"integer"}
    return common


def _either(one: Shape, other: Shape) -> Shape:
    """Return the shape of what fits one of two."""
    shared = one.properties.keys() & other.properties.keys()
    properties = {**one.properties, **other.properties}
    for name in shared:
        properties[name] = _choice(one.properties[name], other.properties[name])
    items = [each.items for each in (one, other) if each.items is not None]
    return Shape(
        one.kinds | other.kinds if one.kinds and other.kinds else frozenset(),
        reduce(_choice, items) if items else None,
        properties,
        other.additional if one.additional in (None, False) else one.additional,
    )


def _choice(one: Any, other: Any) -> Any:
    return one if one == other else {"anyOf": [one, other]}
