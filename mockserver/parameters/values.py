"""Makes values of texts, as a schema says: `{"a": ["1"]}` may mean `{"a": [1]}`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

import jsonschema_rs

from mockserver.locating import integer
from mockserver.parameters.shape import Shape, shape
from speckit.pointer import ABSENT
from speckit.schema import Schemas

Tree = str | list[Any] | dict[str, Any]
"""What was sent: a text, or texts in lists and by name."""
Parse = Callable[[str], Any]
"""Reads a text as a value of one type; ABSENT where it is none."""

_NO_CHECK = {"type", "default", "example", "examples", "description", "title", "nullable", "deprecated"}
"""What a schema may say without refusing anything that could be read."""
_FREE_FORMATS = {"password", "byte", "binary", "float", "double"}


class Values:
    """Makes values for one schema. What cannot be read stays text: the validator refuses it."""

    def __init__(self, schemas: Schemas, schema: Any) -> None:
        self._schemas = schemas
        self._schema = schema
        self.shape: Shape = shape(schemas, schema)
        self.parsers = parsers(self.shape.kinds)
        self._below: dict[str, Values] = {}

    def of(self, tree: Tree) -> Any:
        """Return the value that `tree` stands for."""
        if isinstance(tree, str):
            return self._text(tree)
        return self._list(tree) if isinstance(tree, list) else self._object(tree)

    def scalar(self, text: str) -> Any:
        """Return what `text` is as one of the allowed types; ABSENT where it is none of them."""
        if len(self.parsers) == 1:
            return self.parsers[0](text)
        return self._best([parse(text) for parse in self.parsers])

    def _best(self, values: list[Any]) -> Any:
        """Return the first of several readings that fits the schema, or just the first."""
        readable = [value for value in values if value is not ABSENT]
        if len(readable) > 1 and self._validator is not None:
            return next(filter(self._validator.is_valid, readable), readable[0])
        return readable[0] if readable else ABSENT

    @cached_property
    def _validator(self) -> jsonschema_rs.Validator | None:
        """What decides between several readings of one text; compiled when the first one is in doubt."""
        return self._schemas.validator_or_none(self._schema, "A choice of types in a request")

    def _text(self, text: str) -> Any:
        value = self.scalar(text)
        if value is not ABSENT:
            return value
        if self.shape.is_list:
            return [self.items.of(text)]
        # An object without members leaves nothing but its name in a form.
        return {} if self.shape.is_object and not text else text

    def _list(self, trees: list[Any]) -> Any:
        several = [self.items.of(tree) for tree in trees] if self.shape.is_list else ABSENT
        one = self.of(trees[0]) if len(trees) == 1 and self.shape.is_plain else ABSENT
        found = self._best([one, several])
        return list(trees) if found is ABSENT else found

    def _object(self, trees: dict[str, Any]) -> Any:
        if self.shape.is_list and not (self.shape.is_object and not _is_numbered(trees)):
            ordered = sorted(trees, key=int) if _is_numbered(trees) else trees
            return [self.items.of(trees[name]) for name in ordered]
        return {name: self._property(name).of(tree) for name, tree in trees.items()}

    @cached_property
    def items(self) -> Values:
        """What makes the items of a list."""
        return Values(self._schemas, {} if self.shape.items is None else self.shape.items)

    def _property(self, name: str) -> Values:
        found = self.shape.properties.get(name)
        # Undeclared ones share what is made for them: clients choose their names.
        key = name if found is not None else ""
        if key not in self._below:
            schema = self.shape.additional if found is None else found
            self._below[key] = Values(self._schemas, schema if isinstance(schema, Mapping) else {})
        return self._below[key]


def _is_numbered(names: Iterable[str]) -> bool:
    return all(name.isdigit() for name in names)


def is_unchecked(schema: Mapping[str, Any]) -> bool:
    """Return whether whatever can be read as `schema` says also fits it."""
    if not set(schema) <= _NO_CHECK | {"format"}:
        return False
    form = schema.get("format")
    # An integer of more than 64 bits is not read in the first place.
    return form is None or form in _FREE_FORMATS or (form == "int64" and schema.get("type") == "integer")


def parsers(kinds: frozenset[str]) -> tuple[Parse, ...]:
    """Return what reads a text as each of `kinds`, the narrowest first; of no kinds, a text is a text."""
    if not kinds or not kinds <= {*_PARSERS, "string", "array", "object"}:
        return (str,)
    is_text = "string" in kinds
    narrow = kinds - {"null"} if is_text else kinds
    found = [parse for kind, parse in _PARSERS.items() if kind in narrow]
    return (*found, str) if is_text else tuple(found)


def _integer(text: str) -> Any:
    number = integer(text)
    return ABSENT if number is None else number


def _number(text: str) -> Any:
    try:
        number = float(text)
    except ValueError:
        return ABSENT
    return number if math.isfinite(number) and "_" not in text else ABSENT


def _boolean(text: str) -> Any:
    # Some clients write Python's True and False.
    return {"true": True, "false": False}.get(text.lower(), ABSENT)


def _null(text: str) -> Any:
    return None if text in ("", "null") else ABSENT


_PARSERS: Mapping[str, Parse] = {"integer": _integer, "number": _number, "boolean": _boolean, "null": _null}
