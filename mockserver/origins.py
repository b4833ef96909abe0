"""Which web pages may call: cross-origin rules, as the Fetch standard has them."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Iterable, Mapping

from mockserver.answers import Catalogue, Refused
from mockserver.control import PREFIX
from mockserver.direct import direct
from mockserver.evaluation import Frame, Request
from mockserver.framework import ASGIApp, Message, Receive, Scope, Send
from mockserver.wire import VARY, RawHeaders, headers_of, respond
from speckit.conventions import Conventions

log = logging.getLogger("understudy")

ANY = "*"
"""Stands for every origin."""
NOBODY = "null"
"""The origin of pages that have none: files, and frames in a sandbox. Any site can make one."""
_HERE = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")
_MOST_TOLD = 100
_SECONDS = b"600"
"""How long a browser may remember what it was allowed."""
_READABLE = frozenset(
    {b"cache-control", b"content-language", b"content-length", b"content-type", b"expires"}
    | {b"last-modified", b"pragma", b"vary", b"set-cookie"}
)
"""Headers that a page can read anyway, or never."""


class Origins:
    """The middleware that lets pages of some origins in; a request without an origin goes straight through.

    Pages of this machine, and of origins that are named, may send credentials. Where any origin is let
    in, or pages that have none, those may not: else any site could act as whoever uses the browser.

    Args:
        allowed: Origins besides those of this machine; `ANY` and `NOBODY` may be among them.
    """

    def __init__(self, app: ASGIApp, *, allowed: Iterable[str] = ()) -> None:
        self._app = direct(app)
        self._allowed = frozenset(map(str.lower, allowed))
        self._told: set[str] = set()
        self._catalogue = Catalogue(Conventions())

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass the request on."""
        if scope["type"] != "http" or b"origin" not in headers_of(scope):
            return self._app(scope, receive, send)
        return self._ruled(scope, receive, send)

    async def _ruled(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw = headers_of(scope)
        origin = raw[b"origin"].decode("latin-1")
        allowance = self._allowance(origin)
        is_preflight = scope["method"] == "OPTIONS" and b"access-control-request-method" in raw
        if is_preflight and allowance:
            await send({"type": "http.response.start", "status": 200, "headers": _preflight(allowance, raw)})
            await send({"type": "http.response.body", "body": b""})
        elif is_preflight:
            await self._refuse(origin, send)
        elif allowance or _is_same(origin, scope, raw):
            await self._app(scope, receive, _saying(send, allowance))
        else:
            if f"{PREFIX}/" not in scope["path"]:
                self._tell(origin)
            await self._app(scope, receive, _saying(send, []))

    def _allowance(self, origin: str) -> RawHeaders:
        """Return what is said to the browser of a page that is let in; nothing for others."""
        who = (b"access-control-allow-origin", origin.encode("latin-1"))
        if origin == NOBODY:
            return [who] if self._allowed & {NOBODY, ANY} else []
        if origin.lower() in self._allowed or _HERE.fullmatch(origin):
            return [who, (b"access-control-allow-credentials", b"true")]
        return [(b"access-control-allow-origin", b"*")] if ANY in self._allowed else []

    async def _refuse(self, origin: str, send: Send) -> None:
        self._tell(origin)
        refused = Refused("forbidden", _closed(origin))
        await respond(send, self._catalogue.reply(refused, Frame(Request(), 0, {})))

    def _tell(self, origin: str) -> None:
        """Say in the log, once for each origin, that its pages are kept out."""
        if origin not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(origin)
            log.warning("%s", _closed(origin))


def _closed(origin: str) -> str:
    shown = "".join(each for each in origin if each.isprintable())[:200]
    return f"A page of the origin {shown} may not call this server; start it with --origin {shown} to let it."


def _is_same(origin: str, scope: Scope, raw: Mapping[bytes, bytes]) -> bool:
    """Return whether a page is from this very server: browsers ask nobody then."""
    return origin == f"{scope.get('scheme', 'http')}://{raw.get(b'host', b'').decode('latin-1')}"


def _preflight(allowance: RawHeaders, raw: Mapping[bytes, bytes]) -> RawHeaders:
    """Return the headers by which whatever was asked for is allowed: with credentials `*` is just a star."""
    headers = raw.get(b"access-control-request-headers")
    asked = (b"vary", b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
    return [
        asked,
        *allowance,
        (b"access-control-allow-methods", raw[b"access-control-request-method"]),
        *([(b"access-control-allow-headers", headers)] if headers else []),
        (b"access-control-max-age", _SECONDS),
        (b"content-length", b"0"),
    ]


def _saying(send: Send, allowance: RawHeaders) -> Send:
    """Return what sends with an allowance, the names of what a page may read, and one header Vary."""

    async def saying(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = _allowed(message["headers"], allowance)
        await send(message)

    return saying


def _allowed(sent: Iterable[tuple[bytes, bytes]], allowance: RawHeaders) -> RawHeaders:
    raw = [(name.lower(), value) for name, value in sent]
    varies = b", ".join(value for name, value in raw if name == b"vary")
    kept = dict.fromkeys([*VARY[1].split(b", "), *re.split(rb"\s*,\s*", varies)])
    told = {name for name, _ in allowance}
    raw = [each for each in raw if each[0] not in told]
    rest = [each for each in raw if each[0] != b"vary"]
    names = sorted({name for name, _ in rest} - _READABLE) if allowance else []
    exposed = [(b"access-control-expose-headers", b", ".join(names))] if names else []
    return [(b"vary", b", ".join(filter(None, kept))), *rest, *allowance, *exposed]
