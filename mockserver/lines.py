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
        if not self._abort(scope):
            await send({"type": "http.response.start", "status": 500, "headers": [(b"content-length", b"1")]})
            return
        while (await receive())["type"] != "http.disconnect":
            pass

    def _abort(self, scope: Scope) -> bool:
        # Whatever is changed in a scope on its way, this stays the same object.
        state = scope.get("state")
        for each in self.open:
            cycle = getattr(each, "cycle", None)
            if cycle is not None and state is not None and cycle.scope["state"] is state:
                each.transport.abort()
                return True
        return False
