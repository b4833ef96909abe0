"""Schemas of Swagger 2.0 as schemas of OpenAPI 3.0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from speckit import pointer
from speckit.faults import Pointer
from speckit.references import resolve
from speckit.upgrade.moves import Moves
from speckit.upgrade.names import component_names, fresh

_HOME = ("components", "schemas")
_MAPS = ("properties", "patternProperties")
_LISTS = ("allOf", "anyOf", "oneOf")
_SINGLE = ("items", "additionalProperties", "not")
# Not in OpenAPI 3.0; the definitions inside a schema are found through the references to them.
_DROPPED = ("collectionFormat", "definitions", "$schema", "id")
_VALUE = "x-ms-discriminator-value"


class Schemas:
    """Turns the schemas of one document; what references name becomes a component."""

    def __init__(self, source: Mapping[str, Any], moves: Moves) -> None:
        self._source = source
        self._moves = moves
        names = component_names(source.get("definitions", ()))
        self._named: dict[Pointer, str] = {("definitions", old): new for old, new in names.items()}
        self._taken = set(names.values())
        self._waiting: list[Pointer] = list(self._named)
        # Parts that YAML aliases share stay shared, or a small file could become a large document.
        self._done: dict[int, Any] = {}

    def of(self, schema: Any) -> Any:
        """Return `schema`, a part of the source document, in the words of OpenAPI 3.0."""
        if not isinstance(schema, dict):
            return schema
        if id(schema) not in self._done:
            self._done[id(schema)] = self.made_of(schema)
        return self._done[id(schema)]

    def made_of(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return the schema that `fields` make: those of a parameter or header, say."""
        ref = fields.get("$ref")
        if isinstance(ref, str):
            return self._referring(ref, fields)
        made = {}
        # No comprehension: it would cost each level of nesting one more frame.
        for key, value in fields.items():
            if key not in _DROPPED:
                made[key] = self._member(key, value)
        return _retyped(made)

    def components(self) -> dict[str, Any]:
        """Return all definitions, and what else was referred to, by name."""
        made: dict[str, Any] = {}
        while self._waiting:
            where = self._waiting.pop(0)
            name = self._named[where]
            self._moves.note((*_HOME, name), where)
            made[name] = self.of(resolve_once(self._source, where))
        _map_discriminators(made, {name: str(at[-1]) if at else name for at, name in self._named.items()})
        return made

    def _referring(self, ref: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        where = pointer_of(ref)
        if where not in self._named:
            self._named[where] = fresh(str(where[-1]) if where else "document", self._taken)
            self._taken.add(self._named[where])
            self._waiting.append(where)
        target = {"$ref": f"#/components/schemas/{self._named[where]}"}
        if fields.get("x-nullable") is True:
            return {"allOf": [target], "nullable": True}
        return {**fields, **target}

    def _member(self, key: str, value: Any) -> Any:
        if key in _MAPS and isinstance(value, dict):
            return {name: self.of(part) for name, part in value.items()}
        if isinstance(value, list) and (key in _LISTS or key == "items"):
            return [self.of(part) for part in value]
        return self.of(value) if key in _SINGLE else value


def pointer_of(ref: str) -> Pointer:
    """Return where a local reference leads."""
    return pointer.parse(unquote(ref[1:]))


def resolve_once(source: Mapping[str, Any], where: Pointer) -> Any:
    """Return the node at `where`, itself perhaps a reference; references on the way there are followed."""
    if not where:
        return source
    above = resolve(source, "#" + quote(pointer.render(tuple(map(str, where[:-1])))))
    return above[int(where[-1])] if isinstance(above, list) else above[where[-1]]


def _retyped(schema: dict[str, Any]) -> dict[str, Any]:
    if schema.get("type") == "file":
        schema |= {"type": "string", "format": "binary"}
    if isinstance(schema.get("type"), list):
        schema = _of_one_type(schema)
    if (nullable := schema.pop("x-nullable", None)) is not None:
        schema["nullable"] = nullable
    if isinstance(schema.get("discriminator"), str):
        schema["discriminator"] = {"propertyName": schema["discriminator"]}
    if isinstance(schema.get("items"), list):
        schema["items"] = {"anyOf": schema["items"]} if schema["items"] else {}
    if schema.get("type") == "array":
        schema.setdefault("items", {})
    return schema


def _of_one_type(schema: dict[str, Any]) -> dict[str, Any]:
    """Return `schema`, whose type is a list, with one type or alternatives."""
    given = schema.pop("type")
    types = [each for each in given if each != "null"]
    nullable = {"nullable": True} if "null" in given else {}
    if len(types) == 1:
        return schema | {"type": types[0]} | nullable
    return schema | {"anyOf": [{"type": each} for each in types]} | nullable


def _map_discriminators(made: Mapping[str, Any], originals: Mapping[str, str]) -> None:
    """Say which schema each value means, where that is not the schema's name."""
    for name, schema in made.items():
        value = schema.get(_VALUE, originals[name])
        for part in schema.get("allOf", ()) if value != name else ():
            base = made.get(part.get("$ref", "").rpartition("/")[2], {}) if isinstance(part, dict) else {}
            if "discriminator" in base:
                base["discriminator"].setdefault("mapping", {})[value] = f"#/components/schemas/{name}"
