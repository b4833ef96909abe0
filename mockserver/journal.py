"""The journal: the last requests and how they were answered, for who asks for it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from mockserver.answers import Refused, Reply
from mockserver.callers import Callers
from mockserver.clock import Clock, shown
from mockserver.control import LONGEST_LIST, PREFIX
from mockserver.direct import direct
from mockserver.doors import Desk, Names, Order, number
from mockserver.framework import ROUTING_CONTEXT, ASGIApp, Message, Receive, Scope, Send
from mockserver.wire import headers_of

MOST_BODY = 8192
"""How many bytes of a request body are kept."""
_MASK = "***"
_ALWAYS_SECRET = frozenset({b"authorization", b"proxy-authorization", b"cookie"})


@dataclass(slots=True)
class Entry:
    """One request; `status` is None until it is answered, and where it never is.

    Attributes:
        at: When it came, in microseconds since the Unix epoch, by the clock of the server.
        raw: Its headers by lower-case name, as they came.
        started: When it came, in nanoseconds of a clock that only measures.
        took: How many nanoseconds went by until its answer ended.
        size: How many bytes of its body were read.
    """

    number: int
    at: int
    scope: Scope
    raw: Mapping[bytes, bytes]
    started: int = field(default_factory=time.perf_counter_ns)
    status: int | None = None
    took: int | None = None
    body: bytes = b""
    size: int = 0

    @property
    def operation(self) -> str | None:
        """The id of the operation that it leads to, if it leads to one."""
        found = self.scope["extensions"].get(ROUTING_CONTEXT)
        return found and str(found["operation_id"])

    def hear(self, chunk: bytes) -> None:
        """Keep what is read of its body."""
        self.size += len(chunk)
        self.body += chunk[: MOST_BODY - len(self.body)]

    def end(self) -> None:
        """Note that it is over."""
        self.took = time.perf_counter_ns() - self.started


class Journal:
    """The last requests.

    Args:
        most: How many are kept.
        clock: Tells when each came.
        callers: Tells who sent it.
        names: What may be asked for.
        schemes: The security schemes of the document: where secrets are.
    """

    def __init__(
        self,
        most: int,
        clock: Clock,
        callers: Callers,
        names: Names,
        schemes: Iterable[Mapping[str, Any]],
    ) -> None:
        self._entries: deque[Entry] = deque(maxlen=most)
        self._count = 0
        self._clock = clock
        self._callers = callers
        self._names = names
        keys = [each for each in schemes if each.get("type") == "apiKey" and each.get("name")]
        named = {str(each["name"]).lower().encode() for each in keys if each.get("in") == "header"}
        self._secret_headers = _ALWAYS_SECRET | named
        self._secret_names = {str(each["name"]) for each in keys if each.get("in") == "query"}

    def begin(self, scope: Scope) -> Entry:
        """Return the entry of a request that has come."""
        scope.setdefault("extensions", {})
        self._count += 1
        entry = Entry(self._count, self._clock.now(), scope, headers_of(scope))
        self._entries.append(entry)
        return entry

    def list(self, order: Order) -> Reply:
        """Return what an order asks for, the newest last."""
        found = list(self._asked(order))
        return Reply(
            200, {"requests": [self._told(each) for each in found[-LONGEST_LIST:]], "count": len(found)}
        )

    def empty(self, order: Order) -> Reply:
        """Forget what an order asks for; return how much that was."""
        gone = {each.number for each in self._asked(order)}
        self._keep(lambda each: each.number not in gone)
        return Reply(200, {"forgotten": len(gone)})

    def forget(self, principal: str | None) -> None:
        """Forget what `principal` has asked, or everything."""
        self._keep(lambda each: not self._is_by(each, principal))

    def _keep(self, is_kept: Callable[[Entry], bool]) -> None:
        self._entries = deque(filter(is_kept, self._entries), maxlen=self._entries.maxlen)

    def _asked(self, order: Order) -> Iterator[Entry]:
        status = number(order, "status", 100, 599)
        operation, principal = self._names.operation(order), self._names.principal(order)
        for each in self._entries:
            is_meant = operation in (None, each.operation) and status in (None, each.status)
            if is_meant and self._is_by(each, principal):
                yield each

    def _is_by(self, entry: Entry, principal: str | None) -> bool:
        return principal is None or self._who(entry) == principal

    def _who(self, entry: Entry) -> str | None:
        if entry.operation is None:
            return None
        return self._callers.name(entry.operation, entry.raw, entry.scope["query_string"])

    def _told(self, entry: Entry) -> dict[str, Any]:
        scope = entry.scope
        return {
            "number": entry.number,
            "at": shown(entry.at),
            "method": scope["method"],
            "path": scope["path"],
            "query": self._query(scope["query_string"].decode("latin-1")),
            "operation": entry.operation,
            "principal": self._who(entry),
            "status": entry.status,
            "milliseconds": None if entry.took is None else round(entry.took / 1e6, 1),
            "headers": dict(self._headers(entry.raw)),
            "body": entry.body.decode("utf-8", "replace") if entry.size else None,
            "size": entry.size,
        }

    def _headers(self, raw: Mapping[bytes, bytes]) -> Iterator[tuple[str, str]]:
        for name, value in raw.items():
            text = value.decode("latin-1")
            yield name.decode("latin-1"), _masked(name, text) if name in self._secret_headers else text

    def _query(self, query: str) -> str:
        if not self._secret_names:
            return query
        return "&".join(
            f"{name}={_MASK}" if unquote_plus(name) in self._secret_names else pair
            for pair in query.split("&")
            for name in [pair.partition("=")[0]]
        )


def _masked(name: bytes, value: str) -> str:
    """Return a header without its secret, but with the word that says of what kind it is."""
    if name == b"cookie":
        return "; ".join(f"{pair.strip().partition('=')[0]}={_MASK}" for pair in value.split(";"))
    word, blank, _ = value.partition(" ")
    return f"{word} {_MASK}" if blank and name in _ALWAYS_SECRET else _MASK


class Journaling:
    """The middleware that enters requests of the API in the journal.

    Args:
        journal: Where they are entered.
        base: The path that everything is served below; `/_understudy/` is there too.
    """

    def __init__(self, app: ASGIApp, *, journal: Journal, base: str = "") -> None:
        self._app = direct(app)
        self._journal = journal
        self._outside = (f"{PREFIX}/", f"{base}{PREFIX}/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and look on."""
        if scope["type"] != "http" or scope["path"].startswith(self._outside):
            await self._app(scope, receive, send)
            return
        entry = self._journal.begin(scope)

        async def hearing() -> Message:
            message = await receive()
            entry.hear(message.get("body", b""))
            return message

        async def saying(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.status = message["status"]
            await send(message)

        try:
            await self._app(scope, hearing, saying)
        finally:
            entry.end()


def desk(journal: Journal | None) -> Desk:
    """Return the door at which the journal is read, or where one hears that there is none."""
    listing, emptying, forget = (
        (journal.list, journal.empty, journal.forget) if journal else (_none, _none, _pass)
    )
    filters = ("operation", "principal", "status")
    return Desk("/requests", {"GET": listing, "DELETE": emptying}, filters, forget)


def _none(_order: Order) -> Reply:
    raise Refused("refused", "The server keeps no journal; start it with --journal 1000.")


def _pass(_principal: str | None) -> None:
    return
