"""An ASGI application that another one takes the place of, while the server and its connections stay."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from mockserver.framework import ASGIApp, Message, Receive, Scope, Send
from speckit.specification import Specification
from understudy.live import Live

GRACE_SECONDS = 3
"""How long requests under way may take to end once their application is told to stop."""


@dataclass(frozen=True, slots=True)
class Served:
    """A document with the application that plays it, and the pages about it."""

    specification: Specification
    app: ASGIApp
    live: Live


class Companion(Protocol):
    """What goes on beside the application, and may have it replaced."""

    def begin(self, replace: Callable[[Served], Awaitable[None]]) -> None:
        """Begin, now that requests are about to be answered."""

    async def end(self) -> None:
        """End; nothing is replaced from now on."""


class Replaceable:
    """Answers by one application at a time.

    Args:
        first: What answers at first.
        companion: Begins and ends with the server.
    """

    def __init__(self, first: Served, companion: Companion) -> None:
        self._turn = _Turn(first)
        self._companion = companion
        self._ending: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, by the same application to its end."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await self._turn(scope, receive, send)

    async def replace(self, following: Served) -> None:
        """Answer by `following` from now on; the one before ends with its last request."""
        turn = _Turn(following)
        await turn.begin()
        before, self._turn = self._turn, turn
        ending = asyncio.create_task(before.end())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._turn.begin()
        self._companion.begin(self.replace)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._companion.end()
        await asyncio.gather(self._turn.end(), *self._ending)
        await send({"type": "lifespan.shutdown.complete"})


class _Turn:
    """One application from its first request to its last."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._under_way = 0
        self._is_idle = asyncio.Event()
        self._is_idle.set()
        self._has_begun = asyncio.Event()
        self._told: asyncio.Queue[Message] = asyncio.Queue()
        self._life: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._under_way += 1
        self._is_idle.clear()
        try:
            await self._served.app(scope, receive, send)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._is_idle.set()

    async def begin(self) -> None:
        """Have the application make ready; what keeps it from that is raised."""
        self._told.put_nowait({"type": "lifespan.startup"})
        self._life = asyncio.create_task(self._lived())
        await self._has_begun.wait()
        if self._life.done():
            self._life.result()

    async def end(self) -> None:
        """Have it put everything away once its requests have ended, or have had their time."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_idle.wait(), GRACE_SECONDS)
        self._told.put_nowait({"type": "lifespan.shutdown"})
        if self._life is not None:
            await asyncio.wait({self._life})
        await self._is_idle.wait()
        self._served.live.close()

    async def _lived(self) -> None:
        async def send(_message: Message) -> None:
            self._has_begun.set()

        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        try:
            await self._served.app(scope, self._told.get, send)
        finally:
            self._has_begun.set()
