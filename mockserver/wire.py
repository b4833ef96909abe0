"""HTTP as ASGI speaks it: headers in, a whole body in, one reply out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from mockserver.answers import BODILESS, JSON, NEGOTIATED, Refused, Reply, is_header
from mockserver.framework import Message, Receive, Scope, Send
from speckit.pointer import ABSENT

RawHeaders = list[tuple[bytes, bytes]]

READ = "understudy.headers"
"""Where the headers of a request are kept once they are read: more than one middleware looks at them."""
Wholly = Callable[[Send, Reply], bool]
"""Sends a reply in one piece where it can, by what it knows of the server; says whether it did."""

_JSON = (b"content-type", JSON.encode())
VARY = (b"vary", b"Origin")
"""Whether a page may read an answer depends on where the page is from."""
VARY_ACCEPT = (b"vary", b"Origin, Accept")
"""And which media type it has, on what the client accepts."""
PLAIN = (VARY, _JSON)
"""What most answers have, before the length of their body."""


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    """Return the request headers by lower-case name; repeated ones are joined (RFC 9110, section 5.3)."""
    raw: dict[bytes, bytes] | None = scope.get(READ)
    if raw is None:
        sent = scope["headers"]
        raw = dict(sent)
        scope[READ] = raw = raw if len(raw) == len(sent) else _joined(sent)
    return raw


def _joined(sent: RawHeaders) -> dict[bytes, bytes]:
    raw: dict[bytes, bytes] = {}
    for name, value in sent:
        raw[name] = b"%b, %b" % (raw[name], value) if name in raw else value
    return raw


async def content_of(receive: Receive, raw: Mapping[bytes, bytes], limit: int) -> bytes:
    """Return the whole request body.

    Args:
        receive: Where it comes from.
        raw: The request's headers by lower-case name.
        limit: In bytes.

    Raises:
        Refused: it is larger than `limit` bytes, by its own account or in fact;
            or the client went away before its end.
    """
    check_length(raw, limit)
    return await rest_of(receive, await receive(), limit)


def check_length(raw: Mapping[bytes, bytes], limit: int) -> None:
    """Look at how long a request says that its body is.

    Raises:
        Refused: it is longer than `limit` bytes.
    """
    declared = raw.get(b"content-length", b"")
    if declared.isdigit() and (len(declared) > 18 or int(declared) > limit):
        raise too_large(limit)


async def rest_of(receive: Receive, message: Message, limit: int) -> bytes:
    """Return the whole body of which `message` is the first part; raises what `content_of` does."""
    chunks: list[bytes] = []
    size = 0
    while True:
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
        message = await receive()


def too_large(limit: int) -> Refused:
    """Return the refusal of a body over `limit` bytes."""
    hint = "send a smaller one, or start the server with a larger --body-limit"
    return Refused("payloadTooLarge", f"The body is larger than {limit} bytes; {hint}.")


def encoded(reply: Reply) -> bytes:
    """Return the body of `reply` as bytes: JSON, or text where its media type is not JSON.

    Some answers end with their head whatever the document has for a body (RFC 9110, section 6.4.1).
    """
    body: Any = reply.body
    if body is ABSENT or reply.status in BODILESS:
        return b""
    if body.__class__ is dict:
        return orjson.dumps(body)
    if isinstance(body, bytes):
        return body
    if isinstance(body, str) and "json" not in reply.content_type:
        return body.encode()
    return orjson.dumps(body)


async def respond(
    send: Send, reply: Reply, *, head: bool = False, more: Sequence[tuple[str, str]] = ()
) -> None:
    """Send `reply`; for a HEAD request, everything but its body."""
    start, end = messages(reply, head=head, more=more)
    await send(start)
    await send(end)


def messages(
    reply: Reply, *, head: bool = False, more: Sequence[tuple[str, str]] = ()
) -> tuple[Message, Message]:
    """Return the two ASGI messages that are `reply`; for a HEAD request, everything but its body."""
    content = encoded(reply)
    if content and is_plain(reply) and not more:
        raw = [*PLAIN, (b"content-length", b"%d" % len(content))]
    else:
        raw = _raw(reply, content, more)
    start = {"type": "http.response.start", "status": reply.status, "headers": raw}
    return start, {"type": "http.response.body", "body": b"" if head else content}


def is_plain(reply: Reply) -> bool:
    """Return whether `reply` has the headers `PLAIN`, if it has a body."""
    return reply.content_type is JSON and not reply.headers


def in_parts(_send: Send, _reply: Reply) -> bool:
    """Leave a reply to be sent as ASGI has it: its head, then its body."""
    return False


def _raw(reply: Reply, content: bytes, more: Sequence[tuple[str, str]]) -> RawHeaders:
    raw: RawHeaders = [VARY_ACCEPT if NEGOTIATED in reply.headers else VARY]
    said = [
        _encodable(*each) for each in (*reply.headers, *more) if each != NEGOTIATED and is_header(each[0])
    ]
    if content and not any(name == b"content-type" for name, _ in said):
        kind = reply.content_type
        raw.append(_JSON if kind is JSON else _encodable("content-type", kind))
    if reply.status not in (204, 304):
        raw.append((b"content-length", b"%d" % len(content)))
    return raw + said


def _encodable(name: str, value: str) -> tuple[bytes, bytes]:
    """Return a header as bytes; what would break the message is left out of its value."""
    clean = "".join(character for character in value if character.isprintable())
    return name.lower().encode(), clean.encode("latin-1", "replace")
