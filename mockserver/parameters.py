"""Reads the parameters of a request: from text to values, checked against their schemas."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import jsonschema_rs

from mockserver.answers import Refused
from mockserver.evaluation import NOTHING
from mockserver.locating import integer
from speckit.operation import Operation, Parameter
from speckit.pointer import ABSENT
from speckit.schema import Schemas

Values = dict[str, list[str]]
MOST_PARAMETERS = 1000
LONGEST = 512
"""How many bytes a query string may have to be remembered."""


class Reader:
    """Reads one parameter."""

    def __init__(
        self, parameter: Parameter, schemas: Schemas, *, is_lenient: bool, is_id: bool, one: bool
    ) -> None:
        self.name = parameter.name
        self.place = parameter.place
        self.parameter = parameter
        self._parse = parser(parameter.schema)
        self._default = parameter.schema.get("default", ABSENT)
        self._is_lenient = is_lenient
        self._kind = "malformedId" if is_id else "invalidParameter"
        self._first_wins = one
        self._items = parameter.schema.get("type") == "array"
        self._validator = _validator(schemas, parameter)

    @property
    def takes_any(self) -> bool:
        """Whether any single text is a value as it stands."""
        return self._parse is str and self._validator is None and not self._items

    def read(self, texts: list[str]) -> Any:
        """Return the value of the parameter; ABSENT where it was not sent and has no default.

        Raises:
            Refused: it is missing, repeated, or does not fit its schema.
        """
        if not texts or (self.parameter.allow_empty and texts == [""]):
            return self._missing(bool(texts))
        if self._items:
            return self._list(texts)
        if len(texts) > 1 and not self._first_wins:
            raise self._refused(f"is there {len(texts)} times; send it once")
        return self._one(texts[0])

    def _missing(self, is_empty: bool) -> Any:
        if self.parameter.required and not is_empty:
            raise self._refused("is required and was not sent")
        return self._default

    def _one(self, text: str) -> Any:
        value = self._parse(text)
        if self._is_lenient:
            return None if value is ABSENT else value
        if value is ABSENT:
            kind = self.parameter.schema.get("type", "value")
            raise self._refused(f"is '{text}', which is not of type {kind}", self._kind)
        return self._checked(value)

    def _list(self, texts: list[str]) -> Any:
        if not self.parameter.explode:
            if len(texts) > 1 and not self._first_wins:
                raise self._refused(f"is there {len(texts)} times; send it once, its items joined")
            texts = texts[0].split(
                {"spaceDelimited": " ", "pipeDelimited": "|"}.get(self.parameter.style, ",")
            )
        parse = parser(self.parameter.schema.get("items", NOTHING))
        values = [parse(text) for text in texts]
        if ABSENT in values:
            raise self._refused(f"is '{','.join(texts)}', whose items are not all of the documented type")
        return self._checked(values)

    def _checked(self, value: Any) -> Any:
        if self._validator is None or self._validator.is_valid(value):
            return value
        error = next(self._validator.iter_errors(value))
        raise self._refused(f"does not fit: {error.message}")

    def _refused(self, problem: str, kind: str = "invalidParameter") -> Refused:
        return Refused(kind, f"The {self.place} parameter '{self.name}' {problem}.")


class Parameters:
    """Reads all parameters of one operation."""

    def __init__(
        self,
        operation: Operation,
        schemas: Schemas,
        *,
        lenient: frozenset[str],
        ids: frozenset[str],
        first_wins: bool,
    ) -> None:
        readers = [
            Reader(
                p,
                schemas,
                is_lenient=p.name in lenient,
                is_id=p.place == "path" and p.name in ids,
                one=first_wins,
            )
            for p in operation.parameters
            if p.schema.get("type") != "object"
        ]
        # A path always has all its parameters, so one that may be any text needs no reading.
        self._path = [reader for reader in readers if reader.place == "path" and not reader.takes_any]
        self._query = [reader for reader in readers if reader.place == "query"]
        self._headers = [reader for reader in readers if reader.place == "header"]
        defaults = {reader.name: reader.read([]) for reader in self._query if not reader.parameter.required}
        self._absent = {name: value for name, value in defaults.items() if value is not ABSENT}
        # Clients ask again and again for the same few lists.
        self._remembered = lru_cache(maxsize=256)(self._read_query)
        self._requires_query = any(reader.parameter.required for reader in self._query)

    def path(self, raw: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the path parameters; one that cannot be read keeps its text for the error answer."""
        if not self._path:
            return raw
        values: dict[str, Any] = dict(raw)
        for reader in self._path:
            values[reader.name] = reader.read([raw[reader.name]])
        return values

    def query(self, raw: bytes) -> Mapping[str, Any]:
        """Return the query parameters, defaults included; undeclared ones are left out.

        What is returned is remembered, and not to be changed.
        """
        if not raw and not self._requires_query:
            return self._absent
        # A long one would take up more than it saves.
        return (self._read_query if len(raw) > LONGEST else self._remembered)(raw)

    def _read_query(self, raw: bytes) -> Mapping[str, Any]:
        texts = query_texts(raw)
        values = {reader.name: reader.read(texts.get(reader.name, [])) for reader in self._query}
        return {name: value for name, value in values.items() if value is not ABSENT}

    def check_headers(self, headers: Mapping[str, str]) -> None:
        """Check the declared header parameters.

        Raises:
            Refused: one is missing or does not fit.
        """
        for reader in self._headers:
            text = headers.get(reader.name.lower())
            reader.read([] if text is None else [text])


def query_texts(raw: bytes) -> Values:
    """Return the texts of a query string by name.

    Raises:
        Refused: it is not UTF-8 below its percent signs, or has too many parts.
    """
    try:
        pairs = _pairs(raw)
    except (UnicodeDecodeError, ValueError) as problem:
        way_out = f"send at most {MOST_PARAMETERS} parameters, as percent-encoded UTF-8"
        detail = f"The query string cannot be read ({problem}); {way_out}."
        raise Refused("invalidParameter", detail) from problem
    texts: Values = {}
    for name, text in pairs:
        texts.setdefault(name, []).append(text)
    return texts


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    text = raw.decode("ascii")
    if b"%" in raw or b"+" in raw or raw.count(b"&") >= MOST_PARAMETERS:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    # Nothing is encoded, as in most requests, which pays for the few lines.
    parts = (part.partition("=") for part in text.split("&") if part)
    return [(name, value) for name, _, value in parts]


def _validator(schemas: Schemas, parameter: Parameter) -> jsonschema_rs.Validator | None:
    plain = {"type", "default", "example", "description", "nullable", "format"}
    if set(parameter.schema) <= plain and "format" not in parameter.schema:
        return None
    return schemas.validator_or_none(parameter.schema, f"The {parameter.place} parameter '{parameter.name}'")


def parser(schema: Mapping[str, Any]) -> Callable[[str], Any]:
    """Return the function that reads text as `schema` says; it yields ABSENT for what cannot be read so."""
    kinds = schema.get("type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    parsers = [_PARSERS[kind] for kind in ("integer", "number", "boolean") if kind in kinds]
    if not parsers:
        return str
    if "string" in kinds:
        parsers.append(str)
    if len(parsers) == 1:
        return parsers[0]
    return lambda text: next((v for v in (parse(text) for parse in parsers) if v is not ABSENT), ABSENT)


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


_PARSERS: Mapping[str, Callable[[str], Any]] = {"integer": _integer, "number": _number, "boolean": _boolean}
