"""Shapes: what the schemas of a document plainly say of one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from speckit.references import deref_or_none

_CHOICES = frozenset(("oneOf", "anyOf", "if", "not", "patternProperties", "$dynamicRef", "discriminator"))
_KINDS = {str: "string", bool: "boolean", int: "integer", float: "number", dict: "object", list: "array"}


@dataclass(frozen=True, slots=True)
class Shape:
    """One value; `parts` are the schemas that must all hold for it, none where nothing is plain."""

    data: Mapping[str, Any]
    parts: tuple[Mapping[str, Any], ...] = ()

    def member(self, *path: str) -> Shape:
        """Return the shape of the value at `path` inside this one."""
        shape = self
        for name in path:
            shape = _shape(self.data, *(each[name] for each in shape._maps if name in each))
        return shape

    @property
    def items(self) -> Shape:
        """The shape of each item of a list."""
        return _shape(self.data, *(part["items"] for part in self.parts if "items" in part))

    @property
    def is_object(self) -> bool:
        """Whether the value can only be an object."""
        return any(
            part.get("type", "object" if "properties" in part else "") == "object" for part in self.parts
        )

    @property
    def is_scalar(self) -> bool:
        """Whether the value can be neither an object nor an array."""
        named = (part.get("type") for part in self.parts)
        kinds = [{each} if isinstance(each, str) else set(each) for each in named if each]
        return any(each.isdisjoint({"object", "array"}) for each in kinds)

    @property
    def properties(self) -> list[str] | None:
        """The names of all documented properties; None where they cannot be told for certain."""
        if not self.is_object or any(not _CHOICES.isdisjoint(part) for part in self.parts):
            return None
        return list(dict.fromkeys(name for each in self._maps for name in each)) or None

    @property
    def is_closed(self) -> bool:
        """Whether an object has no properties but the documented ones."""
        keys = ("additionalProperties", "unevaluatedProperties")
        return any(part.get(key) is False for part in self.parts for key in keys)

    @property
    def is_open(self) -> bool:
        """Whether an object is said to have properties besides the documented ones."""
        return any(part.get("additionalProperties") not in (None, False) for part in self.parts)

    @property
    def first_list(self) -> str:
        """The name of the first property that is a list; empty where there is none."""
        names = self.properties or ()
        return next((n for n in names if any(p.get("type") == "array" for p in self.member(n).parts)), "")

    @property
    def required(self) -> list[str]:
        """The members that an answer has to have: not those that are for requests only."""
        listed = [part["required"] for part in self.parts if isinstance(part.get("required"), list)]
        names = dict.fromkeys(name for each in listed for name in each if isinstance(name, str))
        return [n for n in names if not any(p.get("writeOnly") is True for p in self.member(n).parts)]

    def outside(self, value: Any) -> list[Any] | None:
        """Return the values of the first enum that `value` is not in; None where it is in all of them."""
        enums = [part["enum"] for part in self.parts if isinstance(part.get("enum"), list)]
        enums += [[part["const"]] for part in self.parts if "const" in part]
        return next(
            (enum for enum in enums if not self._may_be_null(value) and not _among(value, enum)), None
        )

    def mistyped(self, value: Any) -> list[str]:
        """Return the types of the first schema whose type `value` is not of; empty where it is of all."""
        kind = _KINDS.get(type(value), "null")
        fitting = {kind, "number"} if kind == "integer" else {kind}
        if kind == "number" and float(value).is_integer():
            fitting.add("integer")
        types = (_listed(part["type"]) for part in self.parts if "type" in part)
        return next((each for each in types if not self._may_be_null(value) and fitting.isdisjoint(each)), [])

    @property
    def _maps(self) -> list[Mapping[str, Any]]:
        return [part["properties"] for part in self.parts if isinstance(part.get("properties"), dict)]

    def _may_be_null(self, value: Any) -> bool:
        return value is None and any(part.get("nullable") is True for part in self.parts)


def shape_of(data: Mapping[str, Any], schema: Any) -> Shape:
    """Return the shape that `schema`, somewhere in the document `data`, gives a value."""
    return _shape(data, schema)


def _shape(data: Mapping[str, Any], *schemas: Any) -> Shape:
    """Return the shape of `schemas`, with all they are composed of, each once."""
    found: dict[int, Mapping[str, Any]] = {}
    waiting = list(reversed(schemas))
    while waiting:
        node = deref_or_none(data, waiting.pop())
        if id(node) not in found and isinstance(node, dict):
            found[id(node)] = node
            parts = node.get("allOf")
            waiting += reversed(parts) if isinstance(parts, list) else ()
    return Shape(data, tuple(found.values()))


def _among(value: Any, enum: list[Any]) -> bool:
    return any(value == each and isinstance(value, bool) == isinstance(each, bool) for each in enum)


def _listed(types: Any) -> list[str]:
    return types if isinstance(types, list) else [types]
