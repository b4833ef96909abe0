"""Holds one answer to what the document lists for its operation: status, media type, schema, headers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from contracts.docket import Docket
from contracts.exchange import Exchange
from contracts.finding import Subject
from speckit.operation import Response
from speckit.pointer import ABSENT
from speckit.schema import Schemas, worded
from speckit.specification import Specification

Misfit = Callable[[Any], tuple[str, str]]
"""Says how a value does not fit a schema, and where: whichever item of an array. Empty where it fits."""

_ANYTIME = frozenset({304, 405, 406, 408, 413, 414, 415, 429, 431, 501, 503})
"""Statuses that HTTP itself gives to any request; a document need not list them."""


class Documented:
    """Every documented response, its schemas compiled on first use."""

    def __init__(self, specification: Specification, docket: Docket) -> None:
        self._schemas = Schemas(specification.document.data)
        self._docket = docket
        self._compiled: dict[int, Misfit] = {}

    def judge(self, exchange: Exchange, subject: Subject, *, is_silent: bool = False) -> None:
        """Hold the answer to its operation's responses; `is_silent` where they say nothing of the case."""
        response = exchange.call.operation.response(exchange.status)
        if response is None:
            self._unlisted(exchange, subject, is_silent)
            return
        self._docket.hold("documented-status", subject, True)
        self._body(exchange, subject, response)
        missing = [
            name
            for name, header in response.headers.items()
            if header.get("required") and name not in exchange.headers
        ]
        self._docket.hold(
            "documented-header",
            subject,
            not missing,
            lambda: f"The header {missing[0]} is missing from the answer {exchange.status}.",
            [exchange],
            cause=str(exchange.status),
        )

    def _unlisted(self, exchange: Exchange, subject: Subject, is_silent: bool) -> None:
        listed = ", ".join(exchange.call.operation.responses)
        message = f"The answer is {exchange.status}; the document lists {listed}."
        if is_silent or exchange.status in _ANYTIME:
            self._docket.note("documented-status", subject, message, [exchange])
        elif exchange.status >= 500:
            self._docket.hold("no-crash", subject, False, message, [exchange], cause=str(exchange.status))
        else:
            self._docket.hold(
                "documented-status", subject, False, message, [exchange], cause=str(exchange.status)
            )

    def _body(self, exchange: Exchange, subject: Subject, response: Response) -> None:
        said, where = self._misfit(exchange, response)
        cause = f"{exchange.status} {where}".rstrip()
        self._docket.hold("documented-body", subject, not said, said, [exchange], cause)

    def _misfit(self, exchange: Exchange, response: Response) -> tuple[str, str]:
        media = _media(response.content, exchange.media_type)
        if said := self._wrong_kind(exchange, response, media):
            return said, ""
        is_readable = media is not None and "json" in exchange.media_type and "schema" in media
        if media is None or not is_readable or exchange.call.operation.method == "HEAD":
            return "", ""
        if exchange.answer is ABSENT:
            return "The answer says it is JSON and is not.", ""
        return self._check(media["schema"])(exchange.answer)

    def _wrong_kind(self, exchange: Exchange, response: Response, media: Mapping[str, Any] | None) -> str:
        """Return what is wrong with there being a body, or none, and with its media type."""
        if not response.content:
            is_empty = not exchange.content or exchange.status >= 300
            return "" if is_empty else f"The answer {exchange.status} has a body; the document has none."
        if exchange.call.operation.method == "HEAD":
            return ""
        if not exchange.content and not exchange.media_type:
            return f"The answer {exchange.status} has no body."
        if media is None:
            wanted = " or ".join(response.content)
            return f"The answer is {exchange.media_type or 'of no media type'}; the document has {wanted}."
        return ""

    def _check(self, schema: Mapping[str, Any]) -> Misfit:
        if id(schema) not in self._compiled:
            self._compiled[id(schema)] = self._compile(schema)
        return self._compiled[id(schema)]

    def _compile(self, schema: Mapping[str, Any]) -> Misfit:
        validator = self._schemas.validator_or_none(schema, "a response", leaves="writeOnly", bars=True)
        if validator is None:
            return lambda _value: ("", "")

        def misfit(value: Any) -> tuple[str, str]:
            problem = next(iter(validator.iter_errors(value)), None)
            if problem is None:
                return "", ""
            told = worded(problem)
            where = "/" + "/".join(map(str, problem.instance_path))
            anywhere = "/".join("*" if isinstance(part, int) else part for part in problem.instance_path)
            return f"The answer does not fit its schema at {where}: {told}.", f"/{anywhere}"

        return misfit


def _media(content: Mapping[str, Any], kind: str) -> Mapping[str, Any] | None:
    """Return the media type object for `kind`: exact, then by range."""
    for key in (kind, f"{kind.split('/')[0]}/*", "*/*"):
        if key in content:
            found: Mapping[str, Any] = content[key]
            return found
    return None
