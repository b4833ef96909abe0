"""Servers that are odd and keep every promise: about them nothing may ever be found."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.clock import Clock, ManualClock
from speckit import timing
from speckit.specification import Specification
from tests.contracts.broken.documents import DOCUMENTS, FARM, routes, serving
from tests.contracts.broken.parts import jobs
from tests.contracts.broken.wire import DOOR, Answer, Asked, Between, Handler, Server
from tests.contracts.odd.others import Others

Make = Callable[..., ASGIApp]


@dataclass(frozen=True)
class Oddity:
    """A way to be odd.

    Attributes:
        make: Builds the server of a document: `make(specification)`, or with a clock of
            the caller's, `make(specification, clock)`. The control door moves that clock.
    """

    name: str
    description: str
    make: Make


ODDITIES: dict[str, Oddity] = {}
"""Every oddity by its name."""


def document_of(specification: Specification) -> str:
    """Which of the six documents `specification` is."""
    tags = {tag for operation in specification.operations.values() for tag in operation.tags}
    return next((name for name in DOCUMENTS if tags == {name}), FARM)


def odd(description: str) -> Callable[[Make], Make]:
    """Register what makes a server as an oddity, named after it."""

    def register(make: Make) -> Make:
        name = make.__name__.replace("_", "-")
        ODDITIES[name] = Oddity(name, description, make)
        return make

    return register


def between(description: str) -> Callable[[Handler], Handler]:
    """Register what deals with the requests to a correct server as an oddity, named after it."""

    def register(handler: Handler) -> Handler:
        def make(specification: Specification, clock: Clock | None = None) -> ASGIApp:
            inner = serving(specification, clock)
            return Between(inner, handler, routes(document_of(specification)))

        make.__name__ = handler.__name__
        odd(description)(make)
        return handler

    return register


def each_answer(description: str) -> Callable[[Callable[[Answer, Asked], None]], Handler]:
    """Register a change of every answer as an oddity."""

    def register(change: Callable[[Answer, Asked], None]) -> Handler:
        async def handler(asked: Asked, server: Server) -> Answer:
            answer = await server.ask(asked)
            change(answer, asked)
            return answer

        handler.__name__ = change.__name__
        return between(description)(handler)

    return register


# ------------------------------------------------------------------------------------------------ time


class Lagging:
    """A clock that shows whole seconds to those who only read, and the true time to the others."""

    manual = False

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.is_exact = True

    def now(self) -> int:
        """Return the moment, or the second it lies in."""
        now = self._clock.now()
        return now if self.is_exact else now - now % timing.SECOND


class Shifted:
    """A clock that is ahead of another."""

    manual = False

    def __init__(self, clock: Clock, ahead: int) -> None:
        self._clock, self._ahead = clock, ahead

    def now(self) -> int:
        """Return the other clock's time, and what this one is ahead."""
        return self._clock.now() + self._ahead


class TwoDoors:
    """Sends to `door` what is about the clock, and everything else to `app`."""

    def __init__(self, app: ASGIApp, door: ASGIApp) -> None:
        self._app, self._door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_clock = scope["type"] == "http" and scope["path"] == DOOR + "clock"
        await (self._door if is_clock else self._app)(scope, receive, send)


@odd("What moves by itself is seen to have moved up to a second late, or when somebody changes something.")
def late(specification: Specification, clock: Clock | None = None) -> ASGIApp:
    hand = clock or ManualClock()
    lagging = Lagging(hand)

    async def handler(asked: Asked, server: Server) -> Answer:
        lagging.is_exact = asked.method not in ("GET", "HEAD")
        try:
            return await server.ask(asked)
        finally:
            lagging.is_exact = True

    # The body is here already, so nothing comes between setting the clock and answering.
    return TwoDoors(Between(serving(specification, lagging), handler), serving(specification, hand))


@odd("The server's clock is an hour ahead of the world's.")
def an_hour_ahead(specification: Specification, clock: Clock | None = None) -> ASGIApp:
    hand = clock or ManualClock()
    return TwoDoors(serving(specification, Shifted(hand, 3600 * timing.SECOND)), serving(specification, hand))


@odd("The server's clock is three hundred days behind the world's.")
def far_behind(specification: Specification, clock: Clock | None = None) -> ASGIApp:
    hand = clock or ManualClock()
    behind = Shifted(hand, -300 * 86_400 * timing.SECOND)
    return TwoDoors(serving(specification, behind), serving(specification, hand))


STAMPED = ("createdAt", "updatedAt", "startAt")


@between("Times are told in whole seconds; what is asked up to a second is asked up to its end.")
async def whole_seconds(asked: Asked, server: Server) -> Answer:
    latest = asked.query.get("created_to", "")
    if re.search(r":\d\d(Z|[+-]\d\d:\d\d)$", latest):
        asked = asked.asking(created_to=re.sub(r"(:\d\d)(Z|[+-]\d\d:\d\d)$", r"\1.999\2", latest))
    answer = await server.ask(asked)
    for job in answer.shown(*STAMPED):
        job |= {name: job[name] and job[name] // 1000 * 1000 for name in STAMPED}
    answer.settled()
    answer.write(re.sub(rb"(\d\d[T ]\d\d:\d\d:\d\d)\.\d+(?=Z?\")", rb"\1", answer.content))
    return answer


# ---------------------------------------------------------------------------------------------- manners


@between("Every answer takes 20 to 80 milliseconds.")
async def slow(asked: Asked, server: Server) -> Answer:
    server.memory["asked"] = number = server.memory.get("asked", 0) + 1
    await asyncio.sleep((20 + number * 37 % 61) / 1000)
    return await server.ask(asked)


@odd("Others are busy in the same account: before every third request they make or remove a job of theirs.")
def busy(specification: Specification, clock: Clock | None = None) -> ASGIApp:
    document = document_of(specification)
    others, numbers = Others(document), count(1)

    async def handler(asked: Asked, server: Server) -> Answer:
        if asked.credential and next(numbers) % 3 == 0:
            await others.act(asked, server)
        return await server.ask(asked)

    return Between(serving(specification, clock), handler, routes(document))


@each_answer("Jobs have members that the document does not name, where their schema leaves room.")
def more_members(answer: Answer, asked: Asked) -> None:
    for problem in answer.shown("type", "title", "status", "detail"):
        problem["instance"] = "/incidents/4711"
    for _, job in jobs(asked, answer):
        if "engine" not in job:  # a render's schema shuts out what it does not name
            job |= {"region": "eu-north", "labels": {"team": [1, None]}}


@each_answer("Members come in another order, and JSON is written with blanks and escapes.")
def other_writing(answer: Answer, _asked: Asked) -> None:
    if answer.json is None:
        return
    answer.write(json.dumps(_turned(answer.json), indent=1).encode())


def _turned(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _turned(value[name]) for name in reversed(value)}
    return [_turned(each) for each in value] if isinstance(value, list) else value


@each_answer("Headers are written in capitals, and there are more of them.")
def other_headers(answer: Answer, _asked: Asked) -> None:
    more = {"X-Request-Id": "4f2a", "Cache-Control": "no-store", "Server": "farm/7", "Vary": "Accept"}
    headers = [(name.title(), value) for name, value in answer.headers]
    answer.headers = headers + [(name.encode(), value.encode()) for name, value in more.items()]


@each_answer("The media type comes with a charset, in capitals and with a blank.")
def charset(answer: Answer, _asked: Asked) -> None:
    kind = answer.header("content-type")
    if kind.endswith("json"):
        answer.put("content-type", kind.replace("application", "Application") + " ; charset=UTF-8")


@each_answer("The connection is closed after every answer.")
def closing(answer: Answer, _asked: Asked) -> None:
    answer.put("connection", "close")


@between("ETags are weak; one that comes back strong or weak is known.")
async def weak_etags(asked: Asked, server: Server) -> Answer:
    sent = {name: asked.headers.get(name.replace("_", "-")) for name in ("if_match", "if_none_match")}
    answer = await server.ask(
        asked.saying(**{name: tag.replace("W/", "") for name, tag in sent.items() if tag is not None})
    )
    if answer.header("etag"):
        answer.put("etag", "W/" + answer.header("etag"))
    return answer


@between("ETags are as long as a hash.")
async def long_etags(asked: Asked, server: Server) -> Answer:
    sent = {name: asked.headers.get(name.replace("_", "-")) for name in ("if_match", "if_none_match")}
    answer = await server.ask(
        asked.saying(**{name: re.sub(r"0{60}", "", tag) for name, tag in sent.items() if tag is not None})
    )
    if answer.header("etag"):
        answer.put("etag", answer.header("etag").removesuffix('"') + "0" * 60 + '"')
    return answer


FREE_TEXT: Mapping[str, Callable[[dict[str, Any]], bool]] = {
    "message": lambda error: error.get("code") not in ("slugTaken", "noSuchScene", "frameDrawn"),
    "detail": lambda error: error.get("type") == "about:blank",
}
"""Members that hold a text for people, and where that text is the server's own affair."""


@each_answer("Errors are told in other words, where the document leaves the words open.")
def other_words(answer: Answer, asked: Asked) -> None:
    if answer.status < 400 or "/api/v1/" in asked.path:
        return
    for member, is_free in FREE_TEXT.items():
        for error in answer.shown(member):
            if is_free(error):
                error[member] = "Das ging leider nicht \u2013 sorry."


@each_answer("Of jobs that were created at the same moment the last comes first.")
def ties_turned(answer: Answer, asked: Asked) -> None:
    if asked.operation == "listTaipyJobs" and isinstance(answer.json, list):
        answer.json.reverse()
        answer.json.sort(key=lambda job: job["creation_date"])


class Chunked:
    """Sends every body in pieces, without saying how long it is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        is_meant = scope["type"] == "http" and not scope["path"].startswith(DOOR)
        await self._app(scope, receive, _in_pieces(send) if is_meant and scope["method"] != "HEAD" else send)


def _in_pieces(send: Send) -> Callable[[Message], Awaitable[None]]:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [(name, value) for name, value in message["headers"] if name != b"content-length"]
            await send({**message, "headers": headers})
            return
        body = message.get("body", b"")
        for start in range(0, len(body), 7):
            await send({"type": "http.response.body", "body": body[start : start + 7], "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    return sent


@odd("Bodies come in small pieces, and nothing says how long they are.")
def chunked(specification: Specification, clock: Clock | None = None) -> ASGIApp:
    return Chunked(serving(specification, clock))
