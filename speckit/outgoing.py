"""Requests that the document says the API sends itself: callbacks of operations, and webhooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from speckit import expression, sample
from speckit.expression import ExpressionError, Template
from speckit.operation import Operation, methods
from speckit.pointer import ABSENT
from speckit.references import deref

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request that the API sends.

    Attributes:
        url: Where a callback goes, computed from the request that asked for it; None of a webhook.
        media: The media type of its body; empty where it has none.
        example: A body that the document gives, or that its schema allows; ABSENT without one.
    """

    method: str
    url: Template | None = None
    media: str = ""
    example: Any = ABSENT


def callbacks(data: Data, operation: Operation) -> Mapping[str, Mapping[str, Any]]:
    """Return the callbacks of `operation` by name: path items by the expression for their URL."""
    found = _object(data, operation).get("callbacks") or {}
    return {name: deref(data, each) for name, each in found.items() if not name.startswith("x-")}


def webhooks(data: Data) -> Mapping[str, Any]:
    """Return the path items of the webhooks by name; before OpenAPI 3.1 they are below `x-webhooks`."""
    return {**(data.get("x-webhooks") or {}), **(data.get("webhooks") or {})}


def called_back(data: Data, callback: Mapping[str, Any]) -> list[Outgoing]:
    """Return the requests of one callback.

    Raises:
        ExpressionError: its URL cannot be told from the request that asked for it.
    """
    return [
        found
        for key, item in callback.items()
        if not key.startswith("x-")
        for found in _sent(data, item, _url(key))
    ]


def hooked(data: Data, item: Any) -> list[Outgoing]:
    """Return the request of the webhook whose path item is `item`; none where it has no method."""
    return list(_sent(data, item, None))


def _url(key: str) -> Template:
    """Return the expression for the URL of a callback (OpenAPI 3.1, section 4.8.18.2)."""
    template = expression.template(key)
    for source in expression.sources(template):
        if not source.kind.startswith("request."):
            known = "$request.path, $request.query, $request.header and $request.body"
            raise ExpressionError(f"'{source}' is no part of a request. {known} are.")
    return template


def _sent(data: Data, item: Any, url: Template | None) -> Iterator[Outgoing]:
    """Yield the first method of a path item as a request."""
    for method, _, raw in list(methods(deref(data, item)))[:1]:
        content = deref(data, raw.get("requestBody") or {}).get("content") or {}
        media, form = next(iter(content.items()), ("", {}))
        example = sample.example(data, deref(data, form)) if media else ABSENT
        yield Outgoing(method, url, media, example)


def _object(data: Data, operation: Operation) -> Mapping[str, Any]:
    item = deref(data, (data.get("paths") or {}).get(operation.path) or {})
    found = (raw for method, _, raw in methods(item) if method == operation.method)
    object_: Mapping[str, Any] = next(found, {})
    return object_
