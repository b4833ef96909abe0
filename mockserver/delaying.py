"""A server that is slow on purpose."""

from __future__ import annotations

import asyncio

from mockserver.direct import direct
from mockserver.framework import ASGIApp, Receive, Scope, Send
from speckit import timing


class Delaying:
    """The middleware that lets every request wait, on the clock of the machine.

    Args:
        microseconds: How long.
    """

    def __init__(self, app: ASGIApp, *, microseconds: int) -> None:
        self._app = direct(app)
        self._seconds = microseconds / timing.SECOND

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, after a while."""
        if scope["type"] == "http":
            await asyncio.sleep(self._seconds)
        await self._app(scope, receive, send)
