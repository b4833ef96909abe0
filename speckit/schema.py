"""Schemas of a document, compiled: one validator for each schema in use, no reference followed twice."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from speckit.references import deref, resolve
from speckit.telling import narrowings

log = logging.getLogger("understudy")

_MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLE = ("items", "not", "additionalProperties", "if", "then", "else", "contains", "propertyNames")
_DROPPED = ("example", "xml", "externalDocs", "discriminator", "deprecated")

SENT = "readOnly"
"""What a request leaves out."""
BARRED = {"not": {"$comment": "writeOnly"}}
"""Holds a property that an answer may not have to not being there."""
_NOT_ONE = " is not one of "
_MOST_NAMED = 10
"""How many values are named to somebody who has sent none of them; the validator names two."""
_LONGEST = 160
"""How many characters they may have together."""
_WHOLE = {"int32": 2**31, "int64": 2**63}
"""The first whole number too large for a format (OpenAPI format registry)."""


class SchemaError(Exception):
    """A schema cannot be compiled; the message says why."""


class Schemas:
    """Compiles the schemas of one document.

    A schema is translated into JSON Schema 2020-12 together with the components
    it refers to, and no others: a large document costs what is used of it.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self._is_30 = str(data.get("openapi", "")).startswith("3.0")

    @property
    def data(self) -> Mapping[str, Any]:
        """The document."""
        return self._data

    def validator(
        self, schema: Mapping[str, Any] | bool, *, leaves: str = "", bars: bool = False
    ) -> jsonschema_rs.Validator:
        """Return a validator for `schema`, which may refer to anything in the document.

        Args:
            leaves: `readOnly` for what is sent, `writeOnly` for what is answered: a property that says so
                may hold anything, and is not required. With either, a discriminator tells which branch a
                value is held to. What is sent keeps within its whole-number format, and need not tell
                apart the branches of a `oneOf` that has a discriminator.
            bars: Whether such a property may not be there at all.

        Raises:
            SchemaError: it is not a schema that can be compiled.
        """
        needed = _Needed(leaves, bars=bars)
        root = self._translate(schema, needed)
        if isinstance(root, bool):
            root = {} if root else {"not": {}}
        try:
            return jsonschema_rs.Draft202012Validator(
                root | {"$defs": dict(needed)},
                validate_formats=True,
                ignore_unknown_formats=True,
                offline=True,
            )
        except (ValueError, jsonschema_rs.ReferencingError, TypeError) as problem:
            raise SchemaError(str(problem).splitlines()[0]) from problem

    def resolved(self, schema: Any) -> Mapping[str, Any]:
        """Return what `schema` refers to, or itself; empty for one that is true or false."""
        found = deref(dict(self._data), schema)
        return found if isinstance(found, Mapping) else {}

    def validator_or_none(
        self, schema: Mapping[str, Any] | bool, where: str, *, leaves: str = "", bars: bool = False
    ) -> jsonschema_rs.Validator | None:
        """Return a validator for `schema`; None, with a word in the log, if it cannot be compiled."""
        try:
            return self.validator(schema, leaves=leaves, bars=bars)
        except SchemaError as problem:
            log.warning("%s is not checked: its schema cannot be compiled (%s)", where, problem)
            return None

    def _translate(self, schema: Any, needed: _Needed) -> Any:
        if not isinstance(schema, Mapping):
            return schema
        if isinstance(ref := schema.get("$ref"), str):
            self._need(ref, needed)
            here = {"$ref": f"#/$defs/{_key(ref)}"}
            return here if self._is_30 else here | self._members(schema, needed, skip=("$ref",))
        found = self._members(schema, needed)
        if needed.leaves and (left := self.marked(schema, needed.leaves)):
            found = _without(found, left, BARRED if needed.bars else True)
        if needed.leaves and "discriminator" in schema:
            found = self._told_apart(schema, found)
        if needed.leaves == SENT:
            found = _as_sent(found, has_discriminator="discriminator" in schema)
        return _from_30(found) if self._is_30 else found

    def _told_apart(self, schema: Mapping[str, Any], found: dict[str, Any]) -> dict[str, Any]:
        """Return `found`, the translation of `schema`, with each branch held to its values of the tag."""
        for key in ("oneOf", "anyOf"):
            if isinstance(options := schema.get(key), list):
                more = narrowings(self._data, schema, options)
                pairs = zip(found[key], more, strict=True)
                found[key] = [part if each is None else {"allOf": [part, each]} for part, each in pairs]
        return found

    def marked(self, schema: Any, mark: str, depth: int = 8) -> frozenset[str]:
        """Return the properties of `schema`, those of its `allOf` included, that say `readOnly` or so."""
        schema = self.resolved(schema)
        properties = schema.get("properties")
        properties = properties if isinstance(properties, Mapping) else {}
        own = {name for name, part in properties.items() if self._says(part, mark)}
        parts = schema.get("allOf") if depth else None
        parts = parts if isinstance(parts, list) else []
        return frozenset(own).union(*(self.marked(part, mark, depth - 1) for part in parts))

    def _says(self, schema: Any, mark: str) -> bool:
        """Return whether `schema` says `mark`, itself or beside its reference."""
        beside = schema.get(mark) if isinstance(schema, Mapping) else None
        return beside is True or self.resolved(schema).get(mark) is True

    def _need(self, ref: str, needed: _Needed) -> None:
        key = _name(ref)
        if key in needed:
            return
        needed[key] = True
        try:
            needed[key] = self._translate(resolve(dict(self._data), ref), needed)
        except LookupError as problem:
            raise SchemaError(str(problem)) from problem

    def _members(
        self, schema: Mapping[str, Any], needed: _Needed, skip: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        found = {
            key: self._member(key, value, needed)
            for key, value in schema.items()
            if key not in skip and key not in _DROPPED and not key.startswith("x-")
        }
        # Without properties beside it, the validator would not name what is too much.
        return {"properties": {}, **found} if found.get("additionalProperties") is False else found

    def _member(self, key: str, value: Any, needed: _Needed) -> Any:
        if key in _MAPS and isinstance(value, Mapping):
            return {name: self._translate(part, needed) for name, part in value.items()}
        if key in _LISTS and isinstance(value, list):
            return [self._translate(part, needed) for part in value]
        return self._translate(value, needed) if key in _SINGLE else value


class _Needed(dict[str, Any]):
    """The components a schema refers to, translated; and the mark of what is left out or barred."""

    def __init__(self, leaves: str, *, bars: bool = False) -> None:
        super().__init__()
        self.leaves = leaves
        self.bars = bars


def _without(schema: dict[str, Any], left: frozenset[str], instead: Any) -> dict[str, Any]:
    """Return a schema that does not require the properties `left`, and holds them to `instead`."""
    schema = dict(schema)
    if isinstance(required := schema.get("required"), list):
        schema["required"] = [name for name in required if name not in left]
    if isinstance(properties := schema.get("properties"), dict):
        schema["properties"] = {name: instead if name in left else part for name, part in properties.items()}
    if isinstance(parts := schema.get("allOf"), list):
        schema["allOf"] = [
            _without(part, left, instead) if isinstance(part, dict) else part for part in parts
        ]
    return schema


def _as_sent(schema: dict[str, Any], *, has_discriminator: bool) -> dict[str, Any]:
    """Return `schema` as requests are held to it, where its words leave room."""
    if has_discriminator and "oneOf" in schema and "anyOf" not in schema:
        # It is the discriminator that tells which branch is meant, be another one met as well.
        schema["anyOf"] = schema.pop("oneOf")
    if bound := _WHOLE.get(str(schema.get("format"))):
        return {"minimum": -bound, "maximum": bound - 1, **schema}
    return schema


def is_barred(error: jsonschema_rs.ValidationError) -> bool:
    """Return whether `error` is that an answer has what is only sent."""
    return getattr(error.kind, "schema", None) == BARRED["not"]


def worded(error: jsonschema_rs.ValidationError) -> str:
    """Return what is wrong with a value, in words."""
    if is_barred(error):
        return "it is writeOnly"
    if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Enum):
        return _none_of(error, list(error.kind.options))
    is_never = isinstance(error.kind, jsonschema_rs.ValidationErrorKind.FalseSchema)
    return "no value is allowed here" if is_never else error.message


def _none_of(error: jsonschema_rs.ValidationError, options: list[Any]) -> str:
    """Return that a value is none of `options`, all of them named where they are few and short."""
    named = [json.dumps(each, ensure_ascii=False, default=str) for each in options]
    value, found, _ = error.message.rpartition(_NOT_ONE)
    if not found or not 1 < len(named) <= _MOST_NAMED or len(" ".join(named)) > _LONGEST:
        return error.message
    return f"{value}{_NOT_ONE}{', '.join(named[:-1])} or {named[-1]}"


def _name(ref: str) -> str:
    """Return a key for `ref` that is safe inside a pointer."""
    return ref.replace("~", "~0").replace("/", ".")


def _key(ref: str) -> str:
    """Return that key as it is written in a reference."""
    return _name(ref).replace("~", "~0").replace("%", "%25").replace("#", "%23")


def _from_30(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema of OpenAPI 3.0 in the words of JSON Schema 2020-12."""
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if schema.get(exclusive) is True and bound in schema:
            schema[exclusive] = schema.pop(bound)
        elif isinstance(schema.get(exclusive), bool):
            del schema[exclusive]
    if schema.pop("nullable", False):
        return _nullable(schema)
    return schema


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    if isinstance(schema.get("type"), str):
        return schema | {"type": [schema["type"], "null"]}
    # Without a type, 3.0.3 gives nullable no effect; people mean it all the same.
    return {"anyOf": [schema, {"type": "null"}]}
