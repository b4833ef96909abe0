"""Holds our own responses to the document: a response that breaks it is a bug of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonschema_rs
import orjson

from mockserver.answers import BODILESS, PROBLEM, Refused, Reply
from mockserver.choices import misfit
from mockserver.samples.choosing import is_json
from mockserver.samples.making import LEAVES
from mockserver.xml import Markup, is_xml
from speckit.operation import Operation, Response
from speckit.pointer import ABSENT
from speckit.schema import Schemas

PROTOCOL = frozenset(
    {
        "malformedBody",
        "invalidBody",
        "invalidParameter",
        "malformedId",
        "unauthorized",
        "forbidden",
        "payloadTooLarge",
        "unsupportedMediaType",
        "notAcceptable",
        "overloaded",
    }
)
"""Errors that HTTP itself brings with it; a document need not list their statuses."""


class Conformance:
    """Checks the replies of one operation."""

    def __init__(self, operation: Operation, schemas: Schemas, data: Mapping[str, Any]) -> None:
        self._operation = operation
        self._schemas = schemas
        self._data = data
        self._markups: dict[tuple[int, str], Markup] = {}
        self._validators: dict[tuple[int, str], jsonschema_rs.Validator | None] = {}

    def problem(self, reply: Reply, kind: str = "") -> str:
        """Return what is wrong with `reply`, an answer to an error of `kind` if any; empty if nothing."""
        if kind in PROTOCOL and reply.content_type == PROBLEM:
            return ""  # the document says nothing of its own for this kind of error
        if reply.status == 304:
            return ""  # RFC 9110, section 15.4.5: never with a body, whatever the default response has
        response = self._operation.response(reply.status)
        if response is None:
            if kind in PROTOCOL or (not kind and not _has_success(self._operation)):
                return ""
            return f"{self._operation.id} does not document the status {reply.status}."
        return self._body(reply, response, kind) or _headers(reply, response)

    def _body(self, reply: Reply, response: Response, kind: str) -> str:
        if not response.content:
            # A refusal tells what went wrong where the document tells only the status.
            is_silent = reply.body is ABSENT or (kind and reply.content_type in (PROBLEM, *response.produces))
            return "" if is_silent else f"The response {reply.status} is documented without a body."
        if reply.body is ABSENT and reply.status in BODILESS:
            return ""
        if reply.body is ABSENT:
            return f"The response {reply.status} is documented with a body, and there is none."
        media = _media(response, reply.content_type)
        if media is None:
            return f"{reply.content_type} is not among the documented {', '.join(response.content)}."
        validator = self._validator(reply, media)
        try:
            value = self._value(reply, media)
        except (Refused, orjson.JSONDecodeError) as problem:
            return f"The body of {reply.status} is not {reply.content_type}: {problem}"
        if validator is None or value is ABSENT or validator.is_valid(value):
            return ""
        path, told = misfit(next(validator.iter_errors(value)))
        at = f" at {'/'.join(map(str, path))}" if path else ""
        return f"The body of {reply.status} breaks its schema{at}: {told}."

    def _value(self, reply: Reply, media: Mapping[str, Any]) -> Any:
        """Return the value that the body stands for; ABSENT for a media type that has none.

        Raises:
            Refused: It is to be XML and is not.
            orjson.JSONDecodeError: It is to be JSON and is not.
        """
        kind = reply.content_type.split(";")[0].strip()
        if not isinstance(reply.body, bytes):
            return reply.body
        if is_json(kind):
            return orjson.loads(reply.body)
        return self._markup(reply, media).read(reply.body) if is_xml(kind) else ABSENT

    def _markup(self, reply: Reply, media: Mapping[str, Any]) -> Markup:
        key = (reply.status, reply.content_type)
        if key not in self._markups:
            self._markups[key] = Markup(media.get("schema", {}), self._data)
        return self._markups[key]

    def _validator(self, reply: Reply, media: Mapping[str, Any]) -> jsonschema_rs.Validator | None:
        key = (reply.status, reply.content_type)
        if key not in self._validators:
            where = f"The response {reply.status} of {self._operation.id}"
            self._validators[key] = self._schemas.validator_or_none(
                media.get("schema", True), where, leaves=LEAVES, bars=True
            )
        return self._validators[key]


def _media(response: Response, content_type: str) -> Mapping[str, Any] | None:
    """Return the media type object for `content_type`: its own, or that of a range it is in."""
    kind = content_type.split(";")[0].strip().lower()
    keys = (kind, f"{kind.split('/')[0]}/*", "*/*")
    return next((response.content[key] for key in keys if key in response.content), None)


def _has_success(operation: Operation) -> bool:
    """Return whether the document says at all what a success is answered with."""
    return any(code == "default" or code[:1] in "23" for code in operation.responses)


def _headers(reply: Reply, response: Response) -> str:
    sent = {name.lower() for name, _ in reply.headers}
    missing = [
        name for name, header in response.headers.items() if header.get("required") and name not in sent
    ]
    return f"The documented header {missing[0]} is missing." if missing else ""
