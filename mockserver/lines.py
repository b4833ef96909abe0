"""Open connections, so that one of them can be broken off."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from mockserver.framework import Receive, Scope, Send


class Lines:
    """The connections of a server.

    Attributes:
        open: The protocols of uvicorn, one for each connection; the server puts its own set here.
    """

    def __init__(self) -> None:
        self.open: Collection[Any] = ()

    async def hang_up(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Break off the connection on which a request came, without an answer.

        Where the connections are not known, the answer ends after its head, and
        the server has to end the connection.
        """
        line = self._line(scope)
        start = {"type": "http.response.start", "status": 500, "headers": [(b"content-length", b"1")]}
        if line is None:
            await send(start)
            return
        line.transport.abort()
        if line.cycle.scope["state"] is scope.get("state"):
            while (await receive())["type"] != "http.disconnect":
                pass
        else:
            # Of several that were sent ahead of their answers, uvicorn tells only the last that nobody is
            # there any more; the others need an end, which goes nowhere.
            await send(start)
            await send({"type": "http.response.body", "body": b"."})

    def _line(self, scope: Scope) -> Any:
        """Return the connection on which a request came; None where that is not known."""
        # Each connection has a pair of its own here, and nobody on the way puts another one in its place.
        server = scope.get("server")
        return next((each for each in self.open if server is not None and each.server is server), None)
