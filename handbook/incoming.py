"""Requests that the API sends, and the reader answers: webhooks, and the callbacks of an operation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from handbook import access, parameters, prose, raw, runtime
from handbook.content import Contents
from handbook.errors import Errors
from handbook.prose import code
from handbook.raw import Data, Node
from handbook.sending import Sending
from handbook.shape import MOST_ROWS, Shapes
from handbook.status import status_title
from speckit.conventions import governing
from speckit.operation import Operation, operations

_PATH = "/"
"""Stands for the address of the reader, which is no path of the API."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One request that the API sends.

    Attributes:
        name: What the document calls the webhook or the callback.
        url: Where a callback goes, with expressions in it; empty for a webhook.
        data: The document as if the request were one to itself, so that it can be read like any other.
    """

    name: str
    url: str
    data: Data
    operation: Operation

    @property
    def key(self) -> str:
        """What tells it from all others of the document."""
        return self.name if self.operation.method == "POST" else f"{self.name} {self.operation.method}"

    @property
    def title(self) -> str:
        """What it is called, as plain text."""
        return " ".join(self.operation.summary.split()) or self.name


def webhooks(data: Data, only: Iterable[str] = ()) -> tuple[Incoming, ...]:
    """Return the webhooks of a document, in its order.

    Args:
        only: Tags; where any are given, webhooks with other tags are left out.
    """
    wanted = set(only)
    every = (one for name, item in raw.pairs(data.get("webhooks")) for one in _of(data, name, "", item))
    return tuple(one for one in every if not wanted or wanted & set(one.operation.tags))


def callbacks(data: Data, node: Node) -> Iterator[Incoming]:
    """Yield the callbacks of an operation, which is given as the document has it."""
    for name, callback in raw.pairs(node.get("callbacks")):
        for url, item in raw.pairs(raw.looked_up(data, callback)):
            if not url.startswith("x-"):
                yield from _of(data, name, url, item)


def _of(data: Data, name: str, url: str, item: Any) -> Iterator[Incoming]:
    seen = {**data, "paths": {_PATH: raw.looked_up(data, item)}}
    for each in operations(seen).values():
        yield Incoming(str(name), url, seen, each)


def markdown(
    each: Incoming, shapes: Shapes, contents: Contents, level: int, sending: Sending
) -> Iterator[str]:
    """Yield what there is to know of one: where it goes, when, what it carries, and what to answer.

    Args:
        level: The level of the heading above it.
        sending: What knows when it is sent.
    """
    node = raw.operation_object(each.data, each.operation)
    yield _sent(each, shapes.form)
    if node.get("deprecated") is True:
        yield "**Deprecated.** It may no longer be sent some day."
    yield prose.block(node.get("description"), shapes.form, below=level)
    if "security" in node:
        yield prose.heading(level + 1, "Authentication")
        yield access.markdown(each.data, each.operation, shapes.form)
    errors = Errors(governing((), ""))
    yield from _occasions(sending, level)
    yield from parameters.markdown(each.data, each.operation, errors, shapes, level + 1)
    yield from _carried(each, shapes.form, contents, level, sending)
    yield from _answers(each, shapes, contents, level)


def _sent(each: Incoming, form: str) -> str:
    method = f"**`{each.operation.method}`**"
    if not each.url:
        return f"The API sends {method} to an address of yours: webhook {code(each.name, form)}."
    told = runtime.parts(each.url, form)
    where = f", where {prose.listed(told)}" if told else ""
    return f"The API sends {method} to {code(each.url, form)}{where}."


def _occasions(sending: Sending, level: int) -> Iterator[str]:
    if told := list(sending.told()):
        yield prose.heading(level + 1, "When it is sent")
        yield "\n".join(f"-   {each}" for each in told)


def _carried(each: Incoming, form: str, contents: Contents, level: int, sending: Sending) -> Iterator[str]:
    body = raw.request_body(each.data, each.operation)
    if not body:
        return
    yield prose.heading(level + 1, "What it carries")
    yield prose.block(body.get("description"), form, below=level + 1)
    shown, name = sending.example, code(each.name, form)
    yield from contents.markdown(body.get("content") or {}, name, MOST_ROWS, shown)


def _answers(each: Incoming, shapes: Shapes, contents: Contents, level: int) -> Iterator[str]:
    found = raw.responses(each.data, each.operation)
    if not found:
        return
    yield prose.heading(level + 1, "What to answer")
    for status, node in found.items():
        about = prose.cell(node.get("description") or node.get("summary"), shapes.form)
        yield f"**{status_title(status)}**{f': {about}' if about else ''}"
        yield parameters.headers(node.get("headers") or {}, each.data, shapes)
        yield from contents.markdown(node.get("content") or {}, f"`{status}`", MOST_ROWS)
