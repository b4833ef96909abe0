"""Positions: where in a document examples stand, each with the schema that it has to fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from speckit import pointer
from speckit.faults import Pointer
from speckit.references import BUNDLED, deref

REQUEST = "readOnly"
RESPONSE = "writeOnly"
"""By the direction, the mark of properties that may be left out."""

_BODIES = ("requestBody", "requestBodies", "parameters")
_ANSWERS = ("responses", "headers")
_HOLDERS = {*_BODIES, *_ANSWERS, "content", "callbacks", "pathItems", "mediaTypes", "webhooks", "paths"}
_SCHEMA_MAPS = ("properties", "patternProperties", "$defs", "dependentSchemas")
_SCHEMA_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SCHEMAS = ("items", "not", "additionalProperties", "if", "then", "else", "contains", "propertyNames")
_PAYLOADS = ("example", "examples", "default", "enum", "const")


@dataclass(frozen=True, slots=True)
class Example:
    """One example.

    Attributes:
        path: Where it stands.
        schema: What it has to fit.
        leaves: The mark of properties that may be left out; empty where the direction is open.
        media: The media type that it is an example of; empty for a parameter or a schema.
    """

    path: Pointer
    schema: Mapping[str, Any]
    value: Any
    leaves: str = ""
    media: str = ""


@dataclass(frozen=True, slots=True)
class _Spot:
    """A part of the document that may hold examples; `key` is the one it stands under."""

    path: Pointer
    node: Any
    key: str = ""
    leaves: str = ""
    is_schema: bool = False


def examples(data: Mapping[str, Any]) -> Iterator[Example]:
    """Yield every example of the document `data` that has a schema, each once."""
    for spot in _spots(data):
        if isinstance(spot.node, dict):
            yield from _of_schema(spot) if spot.is_schema else _of_holder(data, spot)


def schemas(data: Mapping[str, Any]) -> Iterator[tuple[Pointer, Mapping[str, Any]]]:
    """Yield every schema of the document `data` with its place, each once; not those that are a boolean."""
    seen: set[int] = set()
    for spot in _spots(data):
        if spot.is_schema and isinstance(spot.node, dict) and id(spot.node) not in seen:
            seen.add(id(spot.node))
            yield spot.path, spot.node


def _spots(data: Mapping[str, Any]) -> Iterator[_Spot]:
    walk = _Walk(data)
    walk.waiting = [
        _Spot((key,), data[key], key) for key in ("webhooks", "components", "paths") if key in data
    ]
    while walk.waiting:
        yield from walk.step(walk.waiting.pop())


class _Walk:
    """A way through all parts of a document, none gone twice."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.waiting: list[_Spot] = []
        self._seen: set[tuple[int, str, bool]] = set()

    def step(self, spot: _Spot) -> Iterator[_Spot]:
        """Yield one part, if it is a new one, and have the parts below it wait."""
        node, path = self._followed(spot)
        mark = (id(node), spot.leaves, spot.is_schema)
        if mark in self._seen:
            return
        self._seen.add(mark)
        here = _Spot(path, node, spot.key, spot.leaves, spot.is_schema)
        yield here
        if isinstance(node, list):
            self.waiting += [_Spot((*path, i), each, "", spot.leaves) for i, each in enumerate(node)]
        elif isinstance(node, dict):
            self.waiting += list(_below_schema(here) if spot.is_schema else _below(here))

    def _followed(self, spot: _Spot) -> tuple[Any, Pointer]:
        """Return what stands there; what other files brought in is looked at where it is referred to."""
        node = spot.node
        ref = node.get("$ref") if isinstance(node, dict) else None
        if not isinstance(ref, str) or not ref.startswith(f"#/{BUNDLED}/"):
            return node, spot.path
        return deref(self.data, node), pointer.parse(ref[1:])


def _of_holder(data: Mapping[str, Any], spot: _Spot) -> Iterator[Example]:
    """Yield the examples of a media type, a parameter or a header."""
    node = spot.node
    schema = node.get("schema")
    media = spot.key if "/" in spot.key else ""
    if not isinstance(schema, dict):
        return
    if "example" in node:
        yield Example((*spot.path, "example"), schema, node["example"], spot.leaves, media)
    named = node.get("examples")
    for name, each in named.items() if isinstance(named, dict) else ():
        found = deref(data, each)
        for key in ("value", "dataValue"):
            if isinstance(found, dict) and key in found:
                where = (*spot.path, "examples", name)
                yield Example(
                    (*where, key) if found is each else where, schema, found[key], spot.leaves, media
                )


def _of_schema(spot: _Spot) -> Iterator[Example]:
    """Yield the examples that a schema gives of itself."""
    node = spot.node
    if "example" in node:
        yield Example((*spot.path, "example"), node, node["example"], spot.leaves)
    many = node.get("examples")
    for index, each in enumerate(many) if isinstance(many, list) else ():
        yield Example((*spot.path, "examples", index), node, each, spot.leaves)


def _below_schema(spot: _Spot) -> Iterator[_Spot]:
    for key, child in spot.node.items():
        where = (*spot.path, key)
        if key in _SCHEMA_MAPS and isinstance(child, dict):
            yield from (_Spot((*where, n), each, n, spot.leaves, True) for n, each in child.items())
        elif key in _SCHEMA_LISTS and isinstance(child, list):
            yield from (_Spot((*where, i), each, "", spot.leaves, True) for i, each in enumerate(child))
        elif key in _SCHEMAS and isinstance(child, dict):
            yield _Spot(where, child, key, spot.leaves, True)


def _below(spot: _Spot) -> Iterator[_Spot]:
    for key, child in spot.node.items():
        if not isinstance(child, dict | list) or (key in _PAYLOADS and spot.key not in _HOLDERS):
            continue
        if isinstance(key, str) and key.startswith("x-"):
            continue
        where = (*spot.path, key)
        leaves = REQUEST if key in _BODIES else RESPONSE if key in _ANSWERS else spot.leaves
        if key == "schemas" and spot.path == ("components",) and isinstance(child, dict):
            yield from (_Spot((*where, name), each, name, "", True) for name, each in child.items())
        else:
            is_schema = key in ("schema", "itemSchema") and spot.key not in _HOLDERS
            yield _Spot(where, child, str(key), leaves, is_schema)
