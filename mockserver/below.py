"""A base path: all of the contract is served below it."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from mockserver.answers import Catalogue, Refused
from mockserver.control import PREFIX
from mockserver.direct import direct
from mockserver.evaluation import Frame, Request
from mockserver.framework import ASGIApp, Message, Receive, Scope, Send
from mockserver.wire import READ, headers_of, respond
from speckit.conventions import Conventions

log = logging.getLogger("understudy")

_ADDRESSES = frozenset({b"location", b"content-location"})
_PREFIX = b"x-forwarded-prefix"
_LINK = re.compile(r"<([^<>]*)>")


class Below:
    """The middleware that takes a base path away, and adds it to addresses that go back.

    What is below `/_understudy/` is at the root as well, where tools look for it.

    Args:
        base: The base path, such as `/v1`.
        leads: Whether a path, without the base path, is one of the document.
    """

    def __init__(self, app: ASGIApp, *, base: str, leads: Callable[[str], bool]) -> None:
        self._app = direct(app)
        self._base = base
        self._leads = leads
        self._catalogue = Catalogue(Conventions())

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass a request on that is for something below the base path."""
        if scope["type"] != "http":
            return self._app(scope, receive, send)
        path: str = scope["path"]
        if path == self._base or (path.startswith(f"{self._base}/") and self._is_parted(scope)):
            # What is noted there on the way is looked at by those before.
            scope.setdefault("extensions", {})
            return self._app({**scope, **self._rest(scope)}, receive, self._saying(scope, send))
        if path.startswith(f"{PREFIX}/"):
            return self._app(scope, receive, send)
        return self._refuse(scope, send)

    def _is_parted(self, scope: Scope) -> bool:
        """Return whether the slash behind the base path is one: `%2F` is a part of a name."""
        raw, start = scope.get("raw_path") or b"", self._base.encode()
        return not raw.startswith(start) or raw[len(start) :].startswith(b"/")

    def _rest(self, scope: Scope) -> dict[str, Any]:
        """Return the paths of a request without the base path, which a header tells those behind of."""
        path = scope["path"].removeprefix(self._base) or "/"
        raw = scope.get("raw_path") or b""
        start = self._base.encode()
        rest = raw.removeprefix(start) or b"/"
        headers = [(_PREFIX, start), *(each for each in scope["headers"] if each[0] != _PREFIX)]
        return {
            "path": path,
            "raw_path": rest if raw.startswith(start) else quote(path).encode(),
            "headers": headers,
            READ: None,
        }

    async def _refuse(self, scope: Scope, send: Send) -> None:
        path = scope["path"]
        meant = f"; ask {self._base}{path}" if self._leads(path) else ""
        refused = Refused("unknownPath", f"There is nothing at {path}: all is below {self._base}{meant}.")
        log.info("%s", refused.detail)
        reply = self._catalogue.reply(refused, Frame(Request(), 0, {}))
        await respond(send, reply, head=scope["method"] == "HEAD")

    def _saying(self, scope: Scope, send: Send) -> Send:
        """Return what sends, with the base path in headers that say where something is."""
        host = headers_of(scope).get(b"host", b"").decode("latin-1")

        async def saying(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    (name, self._based(name, value, host)) for name, value in message["headers"]
                ]
            await send(message)

        return saying

    def _based(self, name: bytes, value: bytes, host: str) -> bytes:
        if name in _ADDRESSES:
            return self._address(value.decode("latin-1"), host).encode("latin-1")
        if name == b"link":
            text = value.decode("latin-1")
            return _LINK.sub(lambda each: f"<{self._address(each[1], host)}>", text).encode("latin-1")
        return value

    def _address(self, address: str, host: str) -> str:
        """Return where an address of this server is found; those of others stay."""
        start, path = _parted(address, host)
        if not path.startswith("/") or path.startswith(("//", f"{PREFIX}/")):
            return address
        return address if self._has_base(path) else f"{start}{self._base}{path}"

    def _has_base(self, path: str) -> bool:
        """Return whether a path begins with the base path; one of the document may do so by itself."""
        plain = path.partition("?")[0].partition("#")[0]
        if plain != self._base and not plain.startswith(f"{self._base}/"):
            return False
        return self._leads(plain.removeprefix(self._base)) or not self._leads(plain)


def _parted(address: str, host: str) -> tuple[str, str]:
    """Return the scheme and host of an address where they are this server's, and the rest."""
    for scheme in ("http", "https"):
        start = f"{scheme}://{host}"
        if host and address.startswith(f"{start}/"):
            return start, address.removeprefix(start)
    return "", address
