"""What in a request does not fit the document, in a sentence: which part, its value, and what is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs

import jsonschema_rs
import orjson

from contracts.exchanges.cases import Request
from speckit.operation import Operation, Parameter
from speckit.schema import Schemas
from speckit.specification import Specification

UNSEEN = "The request does not fit the document."
"""What is told where nothing is seen that does not fit."""
_LONGEST = 120
_JSON = "application/json"


class Misfits:
    """Compares requests with the parameters and bodies of a document."""

    def __init__(self, specification: Specification) -> None:
        self._schemas = Schemas(specification.document.data)

    def told(self, operation: Operation, request: Request, path: Mapping[str, str]) -> str:
        """Return the first thing in the request that does not fit; general words where none is seen.

        What comes first in the sentence says what is wrong, whatever the value: it tells findings apart.

        Args:
            path: The texts of its path parameters.
        """
        for what, how in self._wrong(operation, request, path):
            return f"{what} does not fit the document: {_short(how)}."
        return UNSEEN

    def _wrong(
        self, operation: Operation, request: Request, path: Mapping[str, str]
    ) -> Iterator[tuple[str, str]]:
        query = parse_qs(request.target.partition("?")[2], keep_blank_values=True)
        headers = {name.lower(): value for name, value in request.headers.items()}
        for each in operation.parameters:
            given = {
                "query": query.get(each.name, []),
                "path": [path[each.name]] if each.name in path else [],
                "header": [headers[each.name.lower()]] if each.name.lower() in headers else [],
            }.get(each.place)
            if given is not None and each.name.lower() not in ("accept", "authorization", "content-type"):
                how = self._parameter(operation, each, given)
                yield from ((f"The {each.place} parameter {each.name}", said) for said in how)
        yield from self._body(operation, request)
        declared = {each.name for each in operation.parameters if each.place == "query"}
        for name in query:
            # One that is an object is written as parameters of other names.
            if name not in declared and "[" not in name:
                yield f"The query parameter {name[:_LONGEST]}", "it is not declared"

    def _parameter(self, operation: Operation, parameter: Parameter, given: list[str]) -> Iterator[str]:
        """Yield what is wrong with one parameter, sent with the values `given`."""
        kind = self._schemas.resolved(parameter.schema).get("type")
        if not given:
            yield from ["it is required and not sent"] if parameter.required else []
        elif len(given) > 1 and kind not in ("array", "object"):
            yield f"it is sent {len(given)} times"
        elif kind not in ("array", "object"):
            yield from self._value(operation, parameter.schema, given[0])

    def _value(self, operation: Operation, schema: Mapping[str, Any], text: str) -> Iterator[str]:
        """Yield what is wrong with a text as a value of `schema`, if it fits in no reading."""
        validator = self._schemas.validator_or_none(schema, operation.id)
        if validator is None:
            return
        readings = [*_read(text), text]
        if not any(validator.is_valid(each) for each in readings):
            yield from (problem.message for problem in validator.iter_errors(readings[0]))

    def _body(self, operation: Operation, request: Request) -> Iterator[tuple[str, str]]:
        """Yield what is wrong with the body."""
        body = operation.body
        if body is None or (not request.content and not body.required):
            return
        if not request.content:
            yield "The body", "it is required and not sent"
            return
        try:
            value = orjson.loads(request.content)
        except orjson.JSONDecodeError:
            yield from [("The body", "it is no JSON")] if set(body.schemas) == {_JSON} else []
            return
        validator = self._schemas.validator_or_none(body.schemas.get(_JSON, {}), operation.id)
        for problem in validator.iter_errors(value) if validator else ():
            yield _member(problem), problem.message


def _read(text: str) -> Iterator[Any]:
    """Yield the number or truth value that a text stands for, if it does."""
    if text in ("true", "false"):
        yield text == "true"
    for kind in (int, float):
        with suppress(ValueError):
            yield kind(text)
            return


def _member(problem: jsonschema_rs.ValidationError) -> str:
    where = "".join(f"/{each}" for each in problem.instance_path)
    return f"The member {where} of the body" if where else "The body"


def _short(text: str) -> str:
    """Return a message in one line, a long value in it cut: what is asked of it stands at the end."""
    line = " ".join(text.split())
    return line if len(line) <= 2 * _LONGEST else f"{line[:_LONGEST]}... {line[-_LONGEST:]}"
