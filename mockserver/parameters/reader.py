"""Reads one parameter: finds its texts, makes a value of them, and holds it to its schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import jsonschema_rs

from mockserver import json_text
from mockserver.answers import Refused
from mockserver.parameters.query import Query, query_texts
from mockserver.parameters.styles import PLACES, Pick, Style, Unreadable, once
from mockserver.parameters.values import Parse, Tree, Values, is_unchecked
from mockserver.problems import misfits, sentences, shortened
from speckit.operation import Parameter
from speckit.pointer import ABSENT
from speckit.schema import SENT, Schemas

FORM = "application/x-www-form-urlencoded"


class Reader:
    """Reads one parameter.

    Args:
        parameter: What the document says of it.
        schemas: Compiles its schema.
        is_lenient: The document answers wrong values by itself.
        is_id: It names a resource, and one that cannot be read is a malformed id.
        first_wins: Of repeated ones the first counts.
        others: The names of the parameters beside it.
    """

    def __init__(
        self,
        parameter: Parameter,
        schemas: Schemas,
        *,
        is_lenient: bool = False,
        is_id: bool = False,
        first_wins: bool = False,
        others: frozenset[str] = frozenset(),
    ) -> None:
        self.name, self.place, self.parameter = parameter.name, parameter.place, parameter
        self.values = Values(schemas, parameter.schema)
        repeated = "first" if first_wins else ""
        self._style = Style(
            self.name, parameter.style, parameter.explode, self.values.shape, repeated, others
        )
        self._pick = self._picker()
        self._default = parameter.schema.get("default", ABSENT)
        self._is_lenient = is_lenient
        self._kind = "malformedId" if is_id else "invalidParameter"
        self._validator = _validator(schemas, parameter)

    @property
    def takes_any(self) -> bool:
        """Whether any single text is a value as it stands."""
        return self.quick == (self.name, str, None)

    @property
    def quick(self) -> tuple[str, Parse, jsonschema_rs.Validator | None] | None:
        """Its name, what reads its text and what checks the value, where this is all there is to do."""
        shape, parsers = self.values.shape, self.values.parsers
        has_style = self.parameter.style in ("label", "matrix") or bool(self.parameter.media)
        if has_style or shape.is_list or shape.is_object or len(parsers) != 1:
            return None
        return self.name, parsers[0], self._validator

    def read(self, source: Any) -> Any:
        """Return the value of the parameter; ABSENT where it was not sent and has no default.

        Args:
            source: Where its texts are: for a path or a header parameter its text, if any;
                for another a query, or cookies by name.

        Raises:
            Refused: it is missing, repeated, or does not fit its schema.
        """
        try:
            tree = None if source is None else self._pick(source)
        except Unreadable as problem:
            raise self._refused(shortened(str(problem))) from problem
        if tree is None or (self.parameter.allow_empty and tree in ("", [""], [])):
            return self._missing(tree is not None)
        value = self._value(tree)
        return value if self._is_lenient or self._validator is None else self._checked(value)

    def _missing(self, is_empty: bool) -> Any:
        if self.parameter.required and not is_empty:
            raise self._refused("is required and was not sent")
        return self._default

    def _value(self, tree: Tree) -> Any:
        if self.parameter.media:
            return self._content(tree)
        shape = self.values.shape
        if not isinstance(tree, str) or not shape.is_plain or shape.is_list:
            return self.values.of(tree)
        value = self.values.scalar(tree)
        if value is not ABSENT:
            return value
        if self._is_lenient:
            return None
        kinds = " or ".join(sorted(shape.kinds))
        raise self._refused(f"is '{shortened(tree)}', which is not of type {kinds}", self._kind)

    def _content(self, tree: Tree) -> Any:
        """Return the value of a parameter that is described by a media type."""
        if not isinstance(tree, str):
            return self.values.of(tree)
        if "json" not in self.parameter.media:
            return tree
        try:
            return json_text.parsed(tree.encode())
        except json_text.UnreadableJSON as problem:
            raise self._refused(str(problem)) from problem

    def _checked(self, value: Any) -> Any:
        assert self._validator is not None
        if self._validator.is_valid(value):
            return value
        found = (f"{f'at {at} ' if at else ''}{message}" for at, message in misfits(self._validator, value))
        raise self._refused(f"does not fit: {sentences(found, '; ')}")

    def _refused(self, problem: str, kind: str = "invalidParameter") -> Refused:
        return Refused(kind, f"The {self.place} parameter '{self.name}' {problem}.")

    def _picker(self) -> Pick:
        if self.place == "querystring":
            return _whole(self.parameter.media)
        if self.parameter.media:
            return _single(self._style, self.place)
        return PLACES[self.place](self._style)


def _single(style: Style, place: str) -> Pick:
    """Return what finds the one text of a parameter that has a media type and no style."""
    if place in ("path", "header"):
        return lambda text: text

    def read(source: Any) -> str | None:
        texts: Mapping[str, list[str]] = source.texts if isinstance(source, Query) else source
        found = texts.get(style.name)
        return None if found is None else once(style, found)

    return read


def _whole(media: str) -> Pick:
    """Return what reads a whole query string as one value (OpenAPI 3.2, `in: querystring`)."""

    def form(raw: bytes) -> Tree | None:
        texts = query_texts(raw)
        return {name: each[0] if len(each) == 1 else each for name, each in texts.items()} if raw else None

    def text(raw: bytes) -> Tree | None:
        return unquote(raw.decode("latin-1")) if raw else None

    return form if media == FORM else text


def _validator(schemas: Schemas, parameter: Parameter) -> jsonschema_rs.Validator | None:
    if is_unchecked(parameter.schema) and not parameter.media:
        return None
    where = f"The {parameter.place} parameter '{parameter.name}'"
    return schemas.validator_or_none(parameter.schema, where, leaves=SENT)
