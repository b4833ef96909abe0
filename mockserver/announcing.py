"""Notices: what a state or a transition sends, put together at the moment it happens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from mockserver import evaluation
from mockserver.evaluation import Compute, Frame
from mockserver.outbox import Message, Outbox
from mockserver.store import Resource
from speckit import outgoing
from speckit.lifecycle import Lifecycle, Notice, Transition, ViewChoice
from speckit.operation import Operation
from speckit.outgoing import Outgoing
from speckit.pointer import ABSENT


@dataclass(frozen=True, slots=True)
class Post:
    """Where notices come from, and where they go.

    Attributes:
        data: The document.
        operations: Those that are played, by id.
        outbox: What takes the messages.
        addresses: The URL of each webhook that has one.
    """

    data: Mapping[str, Any]
    operations: Mapping[str, Operation]
    outbox: Outbox
    addresses: Mapping[str, str]


class Notices:
    """All that the resources of one kind send."""

    def __init__(self, lifecycle: Lifecycle, view: Callable[[ViewChoice], Compute], post: Post) -> None:
        self._name = lifecycle.name
        self._form = lifecycle.timestamps.format
        self._post = post
        self._view = view
        self._entered = {name: list(self._made(each.sends)) for name, each in lifecycle.states.items()}
        self._moved = {each.name: list(self._made(each.sends)) for each in lifecycle.transitions}
        self._ways = self._listened(lifecycle)

    def listen(self, resource: Resource, operation: str, frame: Frame) -> None:
        """Keep with `resource` where the request of `frame`, which made it, wants to be told."""
        ways = self._ways.get(operation)
        if ways:
            resource.listeners = {name: [_text(each(frame)) for each in urls] for name, urls in ways.items()}

    def tell(self, frame: Frame, resource: Resource, transition: Transition | None, world: str) -> None:
        """Send what goes with `transition`, and with the state `resource` in `world` has entered by it."""
        moved = self._moved[transition.name] if transition else []
        is_gone = transition is not None and transition.ends not in self._entered
        for each in (*moved, *(() if is_gone else self._entered.get(resource.state, ()))):
            for message in each.messages(frame, resource, self._name, world):
                self._post.outbox.put(message)

    def _listened(self, lifecycle: Lifecycle) -> dict[str, dict[str, list[Compute]]]:
        """Return, by operation and callback, what computes each URL that may be told."""
        found: dict[str, dict[str, list[Compute]]] = {}
        for notice in all_notices(lifecycle):
            if notice.operation in self._post.operations:
                urls = [each.url for each in self._outgoing(notice) if each.url is not None]
                computes = [evaluation.compiled(url, self._form) for url in urls]
                found.setdefault(notice.operation, {})[notice.name] = computes
        return found

    def _made(self, notices: tuple[Notice, ...]) -> Iterator[_Told]:
        for notice in notices:
            if not notice.operation or notice.operation in self._post.operations:
                view = self._view(ViewChoice(notice.view))
                address = self._post.addresses.get(notice.name, "")
                yield _Told(notice, self._outgoing(notice), view, self._form, address)

    def _outgoing(self, notice: Notice) -> list[Outgoing]:
        data = self._post.data
        if not notice.operation:
            return outgoing.hooked(data, outgoing.webhooks(data)[notice.name])
        known = outgoing.callbacks(data, self._post.operations[notice.operation])
        return outgoing.called_back(data, known[notice.name])


class _Told:
    """One notice, compiled."""

    def __init__(self, notice: Notice, ways: list[Outgoing], view: Compute, form: str, address: str) -> None:
        self._notice = notice
        self._ways = ways
        self._address = address
        self._holds = evaluation.holds(notice.when, form)
        self._view = view
        self._body = None if notice.body is None else evaluation.compiled(notice.body, form)
        self._headers = [(name, evaluation.compiled(each, form)) for name, each in notice.headers]

    def messages(self, frame: Frame, resource: Resource, kind: str, world: str) -> Iterator[Message]:
        """Yield what is to be sent of `resource` of `world` as it is in `frame`."""
        fields, holds = frame.resource, self._holds(frame)
        for way, url in self._meant(resource) if holds else ():
            frame.resource = self._view(frame)
            body = self._content(frame, way)
            frame.resource = fields
            yield Message(
                moment=frame.now,
                world=world,
                principal=str(frame.principal["name"]),
                resource=kind,
                id=resource.id,
                name=self._notice.name,
                operation=self._notice.operation,
                method=way.method,
                url=url,
                headers=tuple(self._heading(frame, way, body)),
                content=encoded(body),
                retries=self._notice.retries,
            )

    def _meant(self, resource: Resource) -> Iterator[tuple[Outgoing, str]]:
        """Yield each request with its URL; a callback that nobody asked for is none, a webhook always is."""
        if not self._notice.operation:
            yield from ((each, self._address) for each in self._ways)
        elif resource.listeners:
            urls = resource.listeners.get((self._notice.name), ())
            yield from (pair for pair in zip(self._ways, urls, strict=False) if pair[1])

    def _content(self, frame: Frame, way: Outgoing) -> Any:
        if self._body is not None:
            return self._body(frame)
        if self._notice.view:
            return frame.resource
        return filled(way.example, frame.resource)

    def _heading(self, frame: Frame, way: Outgoing, body: Any) -> Iterator[tuple[str, str]]:
        given = [(name, compute(frame)) for name, compute in self._headers]
        if body is not ABSENT and "content-type" not in {name.lower() for name, _ in given}:
            yield "Content-Type", way.media or "application/json"
        yield from ((name, evaluation.shown(value)) for name, value in given if value is not ABSENT)


def all_notices(lifecycle: Lifecycle) -> Iterator[Notice]:
    """Yield everything that a resource of this lifecycle may send."""
    for state in lifecycle.states.values():
        yield from state.sends
    for transition in lifecycle.transitions:
        yield from transition.sends


def filled(example: Any, fields: Any) -> Any:
    """Return `example` with the members that `fields` has too as they are there.

    >>> filled({"type": "job", "data": {"id": "j0"}}, {"id": "j7", "state": "done"})
    {'type': 'job', 'data': {'id': 'j7'}}
    """
    if not isinstance(example, dict) or not isinstance(fields, dict):
        return example
    return {key: fields[key] if key in fields else filled(part, fields) for key, part in example.items()}


def _text(url: Any) -> str:
    return url if isinstance(url, str) else ""


def encoded(body: Any) -> bytes:
    """Return what is sent for `body`: a text as it is, nothing for what is absent, else JSON.

    >>> encoded("a b"), encoded({"a": 1})
    (b'a b', b'{"a":1}')
    """
    if body is ABSENT:
        return b""
    if isinstance(body, str):
        return body.encode("utf-8", "replace")
    try:
        return orjson.dumps(body)
    except TypeError:  # a number of more than 64 bits
        return json.dumps(body).encode()
