"""How an implementation is asked: within a budget, and with everybody told who listens."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import httpx2

from contracts.client import Client, OutOfBudget
from contracts.exchange import Call, Exchange, Moment
from contracts.exchanges.document import rule_of
from contracts.recorded import Recorder, Verbatim
from contracts.wire import Received, Sent, Unreachable
from speckit.operation import Operation
from speckit.specification import Specification

PHASE = "exchanges"
LOST = 0
"""The status of an exchange in which no answer came."""
_OURS = (httpx2.LocalProtocolError, httpx2.UnsupportedProtocol, httpx2.InvalidURL)
_AWAY = (httpx2.ConnectError, httpx2.ConnectTimeout)


class Unsendable(Exception):
    """What was generated cannot be sent over HTTP."""


Send = Callable[[Sent], Received]
"""Sends a request; may raise OutOfBudget, and Unreachable where no answer came."""


def _clock() -> Moment:
    seconds = time.monotonic()
    return Moment(seconds, seconds)


def _key() -> str:
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True)
class Line:
    """The implementation at one end, and who listens at the other.

    Attributes:
        observe: Gets every exchange with an operation of the document, once.
        url: Where the implementation is.
        principal: Who asks.
        credential: The headers by which it is known.
        headers: Sent with every request.
        now: Both clocks of the judge.
        number: The next number of an exchange.
        key: A new idempotency key, which no earlier run has used.
    """

    send: Send
    observe: Callable[[Exchange], Any]
    url: str
    principal: str = ""
    credential: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    now: Callable[[], Moment] = _clock
    number: Callable[[], int] = field(default_factory=lambda: count(1).__next__)
    key: Callable[[], str] = _key

    @classmethod
    def of(cls, client: Client, principal: str, headers: Mapping[str, str] | None = None) -> Line:
        """Return the line of a client: its budget, its clocks and its numbers, and who watches it."""

        def send(request: Sent) -> Received:
            return client.patiently(lambda: client.wire.send(request))[1]

        def number() -> int:
            client.number += 1
            return client.number

        return cls(
            send,
            lambda exchange: client.watch(exchange, ""),
            client.url,
            principal,
            client.credentials.get(principal, {}),
            headers or {},
            client.clock.now,
            number,
        )


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: its path and query percent-encoded, its body as it is sent.

    Attributes:
        credential: In place of the principal's own; then nobody asks.
    """

    operation: Operation
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    credential: Mapping[str, str] | None = None


class Asking:
    """Asks over a line, as often and as long as it may."""

    def __init__(self, specification: Specification, line: Line, requests: int, seconds: float) -> None:
        self._specification = specification
        self.line = line
        self._recorder = Recorder(specification, line.url)
        self.left = requests
        self._end = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        """Whether the budget is spent."""
        return self.left <= 0 or time.monotonic() >= self._end

    def __call__(self, ask: Ask) -> Exchange:
        """Return the exchange; its status is LOST where no answer came.

        Raises:
            OutOfBudget: It would be one too many.
            Unsendable: No client can send it.
            Unreachable: Nobody is there any more.
        """
        if self.is_over:
            raise OutOfBudget
        self.left -= 1
        credential = self.line.credential if ask.credential is None else ask.credential
        asked = replace(
            ask, headers={**self._conditions(ask.operation), **self.line.headers, **ask.headers, **credential}
        )
        before = self.line.now()
        answer = self._answer(asked)
        times = (before, self.line.now())
        exchange = self._exchange(asked, answer, times)
        if exchange is None:
            return self._stray(asked, answer, times)
        if answer is not None:
            self.line.observe(exchange)
        return exchange

    def _answer(self, ask: Ask) -> Received | None:
        try:
            return self.line.send(Sent(ask.operation.method, self._url(ask), ask.headers, ask.content))
        except UnicodeEncodeError as problem:
            raise Unsendable(str(problem)) from problem
        except Unreachable as problem:
            if isinstance(problem.__cause__, _OURS):
                raise Unsendable(str(problem)) from problem
            if isinstance(problem.__cause__, _AWAY):
                raise
            return None

    def _exchange(self, ask: Ask, answer: Received | None, times: tuple[Moment, Moment]) -> Exchange | None:
        call = self._recorder.call(
            ask.operation.method, self._url(ask), ask.headers, ask.content, self._principal(ask)
        )
        if call is None:
            return None
        # A credential that is nobody's is part of what was meant: without it, it is another request.
        odd = replace(call, headers={**call.headers, **(ask.credential or {})})
        return self._made(odd, ask, answer, times)

    def _stray(self, ask: Ask, answer: Received | None, times: tuple[Moment, Moment]) -> Exchange:
        """Return an exchange with what is no operation of the document, which nobody is told of."""
        call = Verbatim(
            ask.operation,
            principal=self._principal(ask),
            sent_target=ask.target,
            sent_content=ask.content,
        )
        return self._made(call, ask, answer, times)

    def _made(self, call: Call, ask: Ask, answer: Received | None, times: tuple[Moment, Moment]) -> Exchange:
        return Exchange(
            number=self.line.number(),
            call=call,
            url=self._url(ask),
            before=times[0],
            after=times[1],
            status=answer.status if answer else LOST,
            headers=answer.headers if answer else {},
            content=answer.content if answer else b"",
            credential=self._recorder.credential(ask.headers),
            phase=PHASE,
        )

    def _principal(self, ask: Ask) -> str:
        return self.line.principal if ask.credential is None else ""

    def _url(self, ask: Ask) -> str:
        return self.line.url.rstrip("/") + ask.target

    def _conditions(self, operation: Operation) -> Mapping[str, str]:
        """Return the headers that make a request conditional or unique, where the document requires them."""
        lifecycle, rule = rule_of(self._specification, operation)
        required = {
            p.name.lower(): p.name for p in operation.parameters if p.place == "header" and p.required
        }
        key = (rule.idempotency_header if rule else "") or "Idempotency-Key"
        conditions = {required[key.lower()]: self.line.key()} if key.lower() in required else {}
        needs_match = bool(lifecycle and lifecycle.etag and lifecycle.etag.required)
        changes = rule is not None and rule.role in ("update", "trigger")
        if "if-match" in required or (needs_match and changes):
            conditions["If-Match"] = "*"
        return conditions
