"""Pages that somebody else makes, served as they lie in a folder; made when first asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from mockserver.answers import Refused
from mockserver.framework import Message, Receive, Scope, Send
from mockserver.wire import VARY

if TYPE_CHECKING:
    from starlette.staticfiles import StaticFiles

Make = Callable[[], Awaitable[Path]]
"""Makes the pages and returns their folder, which must stay; raises `Unmade` where it cannot."""

# The next server at this address may have other pages.
_FRESH = (b"cache-control", b"no-cache")


class Unmade(Exception):
    """The pages could not be made; the text says why."""


class Shelf:
    """The files of a folder below a path, with `index.html` for a folder of theirs.

    Attributes:
        path: Where they are served, without a slash at its end.
    """

    def __init__(self, path: str, make: Make) -> None:
        self.path = path
        self._make = make
        self._making = asyncio.Lock()
        self._files: StaticFiles | None = None

    def holds(self, scope: Scope) -> bool:
        """Return whether a request is for this shelf."""
        path: str = scope["path"]
        is_below = path == self.path or path.startswith(f"{self.path}/")
        return is_below and scope["method"] in ("GET", "HEAD")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request with a file.

        Raises:
            Refused: there is no such file, or the pages could not be made.
        """
        files = await self._filled()

        async def fresh(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], _FRESH, VARY]
            await send(message)

        try:
            await files({**scope, "root_path": self.path}, receive, fresh)
        except HTTPException as problem:
            raise Refused(
                "unknownPath", f"There is no page {scope['path']}; begin at {self.path}/."
            ) from problem

    async def _filled(self) -> StaticFiles:
        async with self._making:
            if self._files is None:
                # Here, not above: most servers are never asked for a page.
                from starlette.staticfiles import StaticFiles

                try:
                    self._files = StaticFiles(directory=await self._make(), html=True)
                except Unmade as problem:
                    raise Refused("internal", f"The pages could not be made: {problem}") from problem
            return self._files
