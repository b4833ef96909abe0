"""Makes the request of a sample out of an operation."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from handbook.samples.bodies import body, is_json
from handbook.samples.credentials import credentials
from handbook.samples.request import BYTES, EITHER, JSON, STATUS, TEXT, Request
from handbook.samples.values import Values
from speckit.lifecycle import Lifecycle
from speckit.operation import Operation, Response
from speckit.pointer import ABSENT
from speckit.specification import Specification

IF_MATCH = "If-Match"
ANY_VERSION = "any version; or the ETag that you have read"
ONCE = "new for each request"
_REDIRECTS = frozenset({"301", "302", "303", "307", "308", "3XX"})
_TEXTUAL = ("text/", "application/xml", "application/yaml", "application/javascript", "application/x-ndjson")


def made(specification: Specification, operation: Operation, *, base_url: str, credential: str) -> Request:
    """Return the request that a sample of `operation` sends."""
    data = specification.document.data
    values = Values(specification, operation)
    who = credentials(data, operation, credential)
    headers = dict([*who.headers, *values.headers(), *_promised(specification, operation, values)])
    return Request(
        method=operation.method,
        url=base_url.rstrip("/") + values.path(),
        query=(*values.query(), *who.query),
        headers=tuple({**headers, **dict(_accept(operation))}.items()),
        cookies=(*who.cookies, *values.cookies()),
        basic=who.basic,
        body=body(data, operation),
        notes=_notes(specification, operation, headers),
        answer=_answer(operation),
        redirects=bool(_REDIRECTS & operation.responses.keys()),
    )


def _promised(
    specification: Specification, operation: Operation, values: Values
) -> Iterator[tuple[str, str]]:
    """Yield the headers that the lifecycle of the operation's resource asks for."""
    for lifecycle in specification.lifecycles.values():
        if rule := lifecycle.rules.get(operation.id):
            if rule.idempotency_header:
                name, value = values.header(rule.idempotency_header)
                yield name, _text(value, str(uuid.uuid5(uuid.NAMESPACE_URL, operation.id)))
            if _is_conditional(lifecycle, rule.role):
                name, value = values.header(IF_MATCH)
                yield name, _text(value, "*")


def _notes(specification: Specification, operation: Operation, headers: Mapping[str, str]) -> dict[str, str]:
    """Return what a reader has to know of headers before they send them again."""
    rules = [rule for each in specification.lifecycles.values() if (rule := each.rules.get(operation.id))]
    keys = {rule.idempotency_header.lower() for rule in rules if rule.idempotency_header}
    notes = {name: ONCE for name in headers if name.lower() in keys}
    return notes | ({IF_MATCH: ANY_VERSION} if headers.get(IF_MATCH) == "*" else {})


def _is_conditional(lifecycle: Lifecycle, role: str) -> bool:
    return bool(lifecycle.etag and lifecycle.etag.required and role in ("update", "trigger"))


def _text(value: Any, otherwise: str) -> str:
    return otherwise if value is ABSENT else str(value)


def _successes(operation: Operation) -> list[Response]:
    found = [each for code, each in operation.responses.items() if code.startswith("2")]
    is_elsewhere = bool(_REDIRECTS & operation.responses.keys())
    return found or ([] if is_elsewhere else [e for c, e in operation.responses.items() if c == "default"])


def _accept(operation: Operation) -> Iterator[tuple[str, str]]:
    """Yield the wish for JSON, where an answer may come in several forms."""
    for response in _successes(operation):
        kind = next(filter(is_json, response.content), None)
        if kind and len(response.content) > 1 and "*" not in kind:
            yield "Accept", kind
            return


def _answer(operation: Operation) -> str:
    """Return what to show of the answer."""
    successes = _successes(operation)
    kinds = {_shown(response) for response in successes} or {TEXT}
    if operation.method == "HEAD":
        return STATUS
    return kinds.pop() if len(kinds) == 1 else EITHER


def _shown(response: Response) -> str:
    if not response.content:
        return STATUS
    kind = next(filter(is_json, response.content), next(iter(response.content)))
    if is_json(kind):
        return JSON
    return TEXT if kind.startswith(_TEXTUAL) or kind.endswith(("+xml", "+yaml")) else BYTES
