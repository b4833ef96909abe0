"""Sends calls in the name of principals, keeps time, and counts what it costs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import orjson

from contracts.exchange import Call, Exchange, Moment
from contracts.pacing import Pace
from contracts.wire import Received, Sent, Unreachable, Wire
from speckit import timing
from speckit.pointer import ABSENT

LOST = 0
"""The status of an exchange in which no answer came."""
_MOST_LOST = 3
"""After so many requests in a row without an answer nobody is there any more."""


_A_TICK_SECONDS = 0.01
"""How far two readings of a clock are apart that show whether it runs."""


class OutOfBudget(Exception):
    """The time or the number of requests that may be used is used up."""


@dataclass(slots=True)
class Budget:
    """How much may be used: seconds of wall time, and requests, a second of which are `rate` at most."""

    seconds: float = 60.0
    requests: int = 5000
    used: int = 0
    started: float = field(default_factory=time.monotonic)
    rate: float = 0.0
    _next: float = 0.0

    @property
    def elapsed(self) -> float:
        """How many seconds were used."""
        return time.monotonic() - self.started

    @property
    def left(self) -> float:
        """How many seconds are left."""
        return self.seconds - self.elapsed

    def spend(self) -> None:
        """Take one request from the budget.

        Raises:
            OutOfBudget: there is none left.
        """
        if self.spent:
            raise OutOfBudget(self.spent)
        if self.rate:
            time.sleep(self._till_its_turn)
            self._next = max(self._next, time.monotonic()) + 1 / self.rate
        self.used += 1

    @property
    def _till_its_turn(self) -> float:
        """How many seconds the next request has to wait."""
        return max(self._next - time.monotonic(), 0.0)

    @property
    def spent(self) -> str:
        """What is used up, in words for a report; empty where there is some left."""
        if self.used >= self.requests:
            return f"{self.requests} requests were used up (--max-requests)"
        is_late = self.left < self._till_its_turn
        return f"{self.seconds:g} seconds were used up (--max-time)" if is_late else ""


class Clock:
    """The judge's two clocks; moves the implementation's where it can be moved.

    Args:
        wire: The way to it.
        url: Where it is read and moved; empty where it runs by itself alone.
    """

    def __init__(self, wire: Wire, url: str = "") -> None:
        self._wire = wire
        self._url = url
        self._start = time.monotonic()
        self._moved = 0.0
        self._first: int | None = None
        self.is_frozen = False
        """Whether it stands still unless it is moved: it says so, and does."""

    @property
    def is_movable(self) -> bool:
        """Whether the implementation's clock can be moved."""
        return bool(self._url)

    def now(self) -> Moment:
        """Return the present moment on both clocks."""
        passed = time.monotonic() - self._start
        runs = 0.0 if self.is_frozen else passed
        return Moment(slow=self._moved + (0.0 if self._url else passed), fast=self._moved + runs)

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass: move the clock, or wait.

        Raises:
            Unreachable: the clock does not answer as agreed.
        """
        if seconds <= 0:
            return
        if not self._url:
            time.sleep(seconds)
            return
        answer = self._ask("POST", orjson.dumps({"advance": f"PT{seconds:.3f}S"}))
        self._moved += seconds
        if self.is_frozen and self._first is not None:
            self._doubt(self._first, self._read(answer)[0])

    def told(self) -> int | None:
        """Return what the clock says, in microseconds since 1970; None if it says nothing.

        One that is said to be moved by hand alone is read twice, for it may run by itself all the same.
        """
        first, self.is_frozen = self._read(self._ask("GET", b""))
        if self.is_frozen and first is not None:
            self._first = first - round(self._moved * timing.SECOND)
            time.sleep(_A_TICK_SECONDS)
            again, _ = self._read(self._ask("GET", b""))
            self.is_frozen = again == first
        return first

    def _doubt(self, first: int, now: int | None) -> None:
        """Take the clock for one that runs if it shows more than it was moved by: the time that went by.

        Where it tells whole seconds alone, it may be one second ahead all the same.
        """
        if now is not None and now - first - round(self._moved * timing.SECOND) > timing.SECOND:
            self.is_frozen = False

    def _read(self, answer: Received) -> tuple[int | None, bool]:
        """Return the time that an answer tells, and whether it says that the clock is moved by hand."""
        try:
            told = orjson.loads(answer.content)
            now, is_manual = told.get("now"), told.get("manual") is True
        except (orjson.JSONDecodeError, AttributeError):
            return None, False
        return timing.parse(now, "date-time"), is_manual

    def _ask(self, method: str, content: bytes) -> Received:
        answer = self._wire.send(Sent(method, self._url, {"Content-Type": "application/json"}, content))
        if not 200 <= answer.status < 300:
            said = answer.content[:200].decode("utf-8", "replace")
            raise Unreachable(f"{method} {self._url} (--clock-url) was answered {answer.status}: {said}")
        return answer


class Client:
    """Speaks to one implementation in the name of several principals.

    Args:
        wire: The way to it.
        url: Its base URL.
        credentials: By name, the headers by which each principal is known.
        headers: Sent with every request.
    """

    def __init__(
        self,
        wire: Wire,
        url: str,
        credentials: Mapping[str, Mapping[str, str]],
        budget: Budget,
        clock: Clock,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.wire = wire
        self.url = url.rstrip("/")
        self.credentials = credentials
        self.budget = budget
        self.clock = clock
        self.pace = Pace(clock)
        self.phase = ""
        self.number = 0
        self.watch: Callable[[Exchange, str], Any] = lambda _exchange, _race: None
        self._headers = dict(headers or {})
        self._lost = 0
        self._races = 0

    def send(self, call: Call) -> Exchange:
        """Return the exchange that `call` leads to, once the watcher has seen it.

        Raises:
            Unreachable: no answer came.
            OutOfBudget: it may not be sent any more.
        """
        request = self._request(call)
        before, answer = self.patiently(lambda: self._answer(request))
        exchange = self._exchange(call, request, answer, before, self.clock.now())
        self.watch(exchange, "")
        return exchange

    def race(self, calls: Sequence[Call], law: str) -> list[Exchange]:
        """Return the exchanges of calls that are on their way at the same time, successes first.

        Args:
            law: What a second success breaks.
        """
        requests = [self._request(call) for call in calls]
        before, answers = self._raced(requests)
        after = self.clock.now()
        self._races += 1
        raced = [
            self._exchange(call, request, answer, before, after, self._races)
            for call, request, answer in zip(calls, requests, answers, strict=True)
        ]
        raced.sort(key=lambda exchange: (not exchange.is_success, exchange.number))
        for exchange in raced:
            self.watch(exchange, law)
        return raced

    def patiently(self, ask: Callable[[], Received]) -> tuple[Moment, Received]:
        """Return when a request was sent, and its answer; where it is held off, it is sent again in time.

        Raises:
            OutOfBudget: it may not be sent any more.
        """
        for times in count():
            self.budget.spend()
            before = self.clock.now()
            answer = ask()
            if not self.pace.has_waited([answer], times, self.budget.left):
                break
        return before, answer

    def _raced(self, requests: Sequence[Sent]) -> tuple[Moment, list[Received]]:
        """Return when requests were sent at once, and their answers; again where all were held off."""
        for times in count():
            for _ in requests:
                self.budget.spend()
            before = self.clock.now()
            answers = self.wire.race(requests)
            if not self.pace.has_waited(answers, times, self.budget.left):
                break
        return before, answers

    def _answer(self, request: Sent) -> Received:
        """Return the answer; one with the status LOST where none came, unless that goes on."""
        try:
            answer = self.wire.send(request)
        except Unreachable:
            self._lost += 1
            if self._lost >= _MOST_LOST or self.number == 0:
                raise
            return Received(LOST, {}, b"")
        self._lost = 0
        return answer

    def _request(self, call: Call) -> Sent:
        headers = {**self._headers, **self.credentials.get(call.principal, {}), **call.headers}
        if call.body is not ABSENT:
            headers["Content-Type"] = call.content_type
        return Sent(call.operation.method, self.url + call.target, headers, call.content)

    def _exchange(
        self, call: Call, request: Sent, answer: Received, before: Moment, after: Moment, race: int = 0
    ) -> Exchange:
        self.number += 1
        return Exchange(
            number=self.number,
            call=call,
            url=request.url,
            before=before,
            after=after,
            status=answer.status,
            headers=answer.headers,
            content=answer.content,
            credential=self.credentials.get(call.principal, {}),
            phase=self.phase,
            race=race,
        )
