"""Answers in one piece: what uvicorn does to the two messages of an answer it knows nothing of, left out.

uvicorn looks through every header for characters that would break the message, and writes head and body
one after the other. Most answers here have the same few headers, and a body that is there already: for them
both can be spared, which is a fifth of what a request costs.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from mockserver.answers import Reply
from mockserver.direct import direct
from mockserver.framework import Send
from mockserver.wire import PLAIN, RawHeaders, Wholly, encoded, in_parts, is_plain, messages

log = logging.getLogger("understudy")

_HEAD = b"".join(b"%b: %b\r\n" % header for header in PLAIN) + b"content-length: "


class _Written:
    """Writes a reply on the connection of a request, as uvicorn itself would."""

    def __init__(self) -> None:
        self._usual: RawHeaders = []
        self._lines = b""

    def __call__(self, send: Send, reply: Reply) -> bool:
        """Write `reply` if `send` is uvicorn's own and both are as they mostly are; say whether they were."""
        cycle = getattr(send, "__self__", None)
        if cycle.__class__ is not RequestResponseCycle or not is_plain(reply):
            return False
        if not cycle.keep_alive or cycle.access_log or cycle.disconnected or cycle.flow.write_paused:
            return False
        content = encoded(reply)
        if not content:
            return False
        if cycle.default_headers != self._usual:
            # They change each second, with the date.
            self._usual = list(cycle.default_headers)
            self._lines = b"".join(b"%b: %b\r\n" % header for header in self._usual)
        head = b"%b%b%b%d\r\n\r\n" % (STATUS_LINE[reply.status], self._lines, _HEAD, len(content))
        cycle.waiting_for_100_continue = cycle.chunked_encoding = False
        cycle.response_started = cycle.response_complete = True
        cycle.transport.write(head + content)
        cycle.message_event.set()
        cycle.on_response()
        return True


def wholly() -> Wholly:
    """Return what writes answers in one piece; for a uvicorn that is not as it was known, `in_parts`.

    uvicorn promises nothing about its insides. So one answer is written both ways first, and whatever is left
    behind is compared.
    """
    written = direct(_Written())
    try:
        if _left_by_uvicorn() == _left_by(written):
            return written
        problem = "it writes another answer"
    except Exception as difference:  # whatever a uvicorn that nobody has seen yet may do
        problem = str(difference)
    log.info("Answers are written in two pieces, for this uvicorn is not the one that was known: %s", problem)
    return in_parts


_TRIAL = Reply(201, {"id": "job-1"})


def _left_by(written: Wholly) -> dict[str, Any]:
    """Return what a connection is left with once `written` has written an answer."""
    cycle, paper = _cycle()
    send: Any = cycle.send
    if not written(send, _TRIAL):
        raise RuntimeError("it has another state before an answer")
    return _left(cycle, paper)


def _left_by_uvicorn() -> dict[str, Any]:
    cycle, paper = _cycle()
    send: Any = cycle.send
    for message in messages(_TRIAL):
        try:
            send(message).send(None)
        except StopIteration:
            continue
        raise RuntimeError("it waits for something before it writes")
    return _left(cycle, paper)


class _Paper(asyncio.Transport):
    """The server's end of a connection that leads nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self.content = b""
        self.ended = 0

    def write(self, data: Any) -> None:
        """Keep what is written."""
        self.content += bytes(data)

    def end(self) -> None:
        """Count that an answer has ended."""
        self.ended += 1


def _cycle() -> tuple[RequestResponseCycle, _Paper]:
    """Return what uvicorn makes of a request, and what its answer is written on."""
    paper = _Paper()
    cycle = RequestResponseCycle(
        scope={"type": "http", "method": "POST", "http_version": "1.1"},  # type: ignore[typeddict-item]
        transport=paper,
        flow=FlowControl(paper),
        logger=log,
        access_logger=log,
        access_log=False,
        default_headers=[(b"date", b"Sun, 22 Nov 2026 12:00:00 GMT")],
        message_event=asyncio.Event(),
        expect_100_continue=True,
        keep_alive=True,
        on_response=paper.end,
    )
    return cycle, paper


def _left(cycle: RequestResponseCycle, paper: _Paper) -> dict[str, Any]:
    """Return the state of `cycle`, as far as it can be compared, and what was written."""
    plain = {name: value for name, value in vars(cycle).items() if value is None or isinstance(value, int)}
    told = {"written": paper.content, "ended": paper.ended, "told": cycle.message_event.is_set()}
    return plain | told
