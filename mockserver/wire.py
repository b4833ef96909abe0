"""HTTP as ASGI speaks it: headers in, a whole body in, one reply out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from mockserver.answers import JSON, NEGOTIATED, Refused, Reply
from mockserver.framework import Receive, Scope, Send
from speckit.pointer import ABSENT

RawHeaders = list[tuple[bytes, bytes]]

_JSON = (b"content-type", JSON.encode())
VARY = (b"vary", b"Origin")
"""Whether a page may read an answer depends on where the page is from."""
VARY_ACCEPT = (b"vary", b"Origin, Accept")
"""And which media type it has, on what the client accepts."""


def headers_of(scope: Scope) -> dict[str, str]:
    """Return the request headers by lower-case name; repeated ones are joined (RFC 9110, section 5.3)."""
    raw = scope["headers"]
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in raw}
    return headers if len(headers) == len(raw) else _joined(raw)


def _joined(raw: RawHeaders) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


async def content_of(receive: Receive, headers: dict[str, str], limit: int) -> bytes:
    """Return the whole request body.

    Raises:
        Refused: it is larger than `limit` bytes, by its own account or in fact;
            or the client went away before its end.
    """
    declared = headers.get("content-length", "")
    if declared.isdigit() and (len(declared) > 18 or int(declared) > limit):
        raise too_large(limit)
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            # What came so far may well be readable, but it is not what was to be sent.
            raise Refused("malformedBody", "The body ended before its end; send it whole.")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise too_large(limit)
        if not message.get("more_body"):
            return chunk if not chunks else b"".join((*chunks, chunk))
        chunks.append(chunk)


def too_large(limit: int) -> Refused:
    """Return the refusal of a body over `limit` bytes."""
    return Refused("payloadTooLarge", f"The body is larger than {limit} bytes; send a smaller one.")


def encoded(reply: Reply) -> bytes:
    """Return the body of `reply` as bytes: JSON, or text where its media type is not JSON."""
    body: Any = reply.body
    if body is ABSENT:
        return b""
    if isinstance(body, bytes):
        return body
    if isinstance(body, str) and "json" not in reply.content_type:
        return body.encode()
    return orjson.dumps(body)


async def respond(
    send: Send, reply: Reply, *, head: bool = False, more: Sequence[tuple[str, str]] = ()
) -> None:
    """Send `reply`; for a HEAD request, everything but its body."""
    content = encoded(reply)
    await send({"type": "http.response.start", "status": reply.status, "headers": _raw(reply, content, more)})
    await send({"type": "http.response.body", "body": b"" if head else content})


def _raw(reply: Reply, content: bytes, more: Sequence[tuple[str, str]]) -> RawHeaders:
    raw: RawHeaders = [VARY_ACCEPT if NEGOTIATED in reply.headers else VARY]
    if content:
        kind = reply.content_type
        raw.append(_JSON if kind is JSON else (b"content-type", kind.encode("latin-1")))
    if reply.status not in (204, 304):
        raw.append((b"content-length", b"%d" % len(content)))
    if reply.headers or more:
        raw.extend(_encodable(name, value) for name, value in (*reply.headers, *more) if name != "Vary")
    return raw


def _encodable(name: str, value: str) -> tuple[bytes, bytes]:
    """Return a header as bytes; what would break the message is left out of its value."""
    clean = "".join(character for character in value if character.isprintable())
    return name.lower().encode("latin-1"), clean.encode("latin-1", "replace")
