"""Holds our own responses to the document: a response that breaks it is a bug of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from mockserver.answers import PROBLEM, Reply
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
        "overloaded",
    }
)
"""Errors that HTTP itself brings with it; a document need not list their statuses."""


class Conformance:
    """Checks the replies of one operation."""

    def __init__(self, operation: Operation, schemas: Schemas) -> None:
        self._operation = operation
        self._schemas = schemas
        self._validators: dict[tuple[int, str], jsonschema_rs.Validator | None] = {}

    def problem(self, reply: Reply, kind: str = "") -> str:
        """Return what is wrong with `reply`, an answer to an error of `kind` if any; empty if nothing."""
        if kind in PROTOCOL and reply.content_type == PROBLEM:
            return ""  # the document says nothing of its own for this kind of error
        if reply.status == 304:
            return ""  # RFC 9110, section 15.4.5: never with a body, whatever the default response has
        response = self._operation.response(reply.status)
        if response is None:
            if kind in PROTOCOL:
                return ""
            return f"{self._operation.id} does not document the status {reply.status}."
        return self._body(reply, response) or _headers(reply, response)

    def _body(self, reply: Reply, response: Response) -> str:
        if not response.content:
            return (
                "" if reply.body is ABSENT else f"The response {reply.status} is documented without a body."
            )
        if reply.body is ABSENT:
            return f"The response {reply.status} is documented with a body, and there is none."
        media = response.content.get(reply.content_type.split(";")[0])
        if media is None:
            return f"{reply.content_type} is not among the documented {', '.join(response.content)}."
        validator = self._validator(reply, media)
        if validator is None or validator.is_valid(reply.body):
            return ""
        error = next(validator.iter_errors(reply.body))
        return f"The body of {reply.status} breaks its schema at {error.instance_path}: {error.message}."

    def _validator(self, reply: Reply, media: Mapping[str, Any]) -> jsonschema_rs.Validator | None:
        key = (reply.status, reply.content_type)
        if key not in self._validators:
            where = f"The response {reply.status} of {self._operation.id}"
            self._validators[key] = self._schemas.validator_or_none(media.get("schema", True), where)
        return self._validators[key]


def _headers(reply: Reply, response: Response) -> str:
    sent = {name.lower() for name, _ in reply.headers}
    missing = [
        name for name, header in response.headers.items() if header.get("required") and name not in sent
    ]
    return f"The documented header {missing[0]} is missing." if missing else ""
