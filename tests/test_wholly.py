"""Answers in one piece: the same bytes as uvicorn's own two, and uvicorn's own where anything is unusual."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http import httptools_impl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from mockserver.answers import Reply
from mockserver.app import Settings, build
from mockserver.clock import ManualClock
from mockserver.wire import in_parts, messages
from understudy import wholly
from understudy.shipped import specified

WHO = "Authorization: Bearer me\r\nX-Api-Key: me"
JSON = "Content-Type: application/json"
JOBS = "/public/3sWXSsqHgSKnE87YkNJK/jobs"
ENQUEUE = "/webapi/v3/workflows/66ebd0f23d6200007e000d11/jobs"


def request(line: str, body: str = "", *headers: str, version: str = "1.1") -> bytes:
    """Return a request as a client sends it."""
    fields = ["Host: localhost", WHO, *headers]
    if body:
        fields += [JSON, f"Content-Length: {len(body.encode())}"]
    return "\r\n".join([f"{line} HTTP/{version}", *fields, "", body]).encode()


ONE_PIECE = [
    pytest.param(request(f"GET {JOBS}/3451"), 200, id="one job"),
    pytest.param(request(f"GET {JOBS}?limit=50"), 200, id="a list"),
    pytest.param(request("GET /v1/jobs"), 200, id="a list of another API"),
    pytest.param(request("GET /v1/jobs/none"), 404, id="a job that is not there"),
    pytest.param(request(f"POST {ENQUEUE}", '{"questions":5}'), 400, id="a body that does not fit"),
    pytest.param(request(f"POST {ENQUEUE}", '{"workerTag":"","questions":[]}'), 200, id="a new job"),
    pytest.param(request(f"POST {ENQUEUE}", "{"), 400, id="a body that is no JSON"),
    pytest.param(request(f"DELETE {JOBS}/3451"), 200, id="a cancelled job"),
    pytest.param(
        request(f"POST {ENQUEUE}", '{"questions":[]}', "Expect: 100-continue"),
        200,
        id="a client that asks before",
    ),
]
TWO_PIECES = [
    pytest.param(request(f"HEAD {JOBS}/3451"), 200, id="no body wanted"),
    pytest.param(request(f"GET {JOBS}/3451", "", "Connection: close"), 200, id="the last request"),
    pytest.param(request(f"GET {JOBS}/3451", version="1.0"), 200, id="HTTP/1.0"),
    pytest.param(request(f"GET {JOBS}/3451", "", "Origin: http://localhost"), 200, id="a web page"),
    pytest.param(request("GET /nowhere"), 404, id="no operation"),
    pytest.param(request("PUT /v1/jobs"), 405, id="a header of its own"),
    pytest.param(request("GET /v1/jobs").replace(b"Bearer", b"Nobody"), 401, id="a challenge"),
    pytest.param(request("GET /_understudy/health"), 200, id="the control door"),
]


class Paper(asyncio.Transport):
    """The server's end of a connection; what is written on it stays."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 40_000), "sockname": ("127.0.0.1", 8000)})
        self.pieces: list[bytes] = []
        self.is_over = False

    def write(self, data: Any) -> None:
        self.pieces.append(bytes(data))

    def close(self) -> None:
        self.is_over = True

    def is_closing(self) -> bool:
        return self.is_over

    def pause_reading(self) -> None:
        """Nothing is read here."""

    def resume_reading(self) -> None:
        """Nothing is read here."""

    def taken(self) -> list[bytes]:
        """Return what was written since the last time."""
        pieces, self.pieces = self.pieces, []
        return pieces


class Connection:
    """A connection to a server of its own, without a socket."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, settings: Settings, *, is_logged: bool = False
    ) -> None:
        application = build(specified(None), clock=ManualClock(), settings=settings).middleware
        config = uvicorn.Config(
            application, interface="asgi3", http="httptools", lifespan="off", log_config=None
        )
        config.load()
        state = ServerState()
        state.default_headers = [(b"date", b"Sun, 22 Nov 2026 12:00:00 GMT"), (b"server", b"test")]
        self._loop, self._state, self._config, self._is_logged = loop, state, config, is_logged
        self.connect()

    def connect(self) -> None:
        """Connect anew."""
        self.paper = Paper()
        self.protocol = HttpToolsProtocol(self._config, self._state, {}, self._loop)
        # It goes by the handlers of a logger, and here the tests have theirs.
        self.protocol.access_log = self._is_logged
        self.protocol.connection_made(self.paper)

    def ask(self, content: bytes) -> list[bytes]:
        """Send `content`; return what is written until nothing more happens, piece by piece."""
        if self.paper.is_over:
            self.connect()
        self.protocol.data_received(content)
        self.go_on()
        return self.paper.taken()

    def go_on(self) -> None:
        """Let happen what is about to."""
        for _ in range(20):
            self._loop.run_until_complete(asyncio.sleep(0))


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


Connect = Callable[..., Connection]


@pytest.fixture(scope="module")
def connected(loop) -> Connect:
    """Connects to a server that has the shipped document, by default one that answers in one piece."""

    def connected(*, whole: bool = True, is_logged: bool = False, **settings: Any) -> Connection:
        chosen = Settings(wholly=wholly.wholly() if whole else in_parts, **settings)
        return Connection(loop, chosen, is_logged=is_logged)

    return connected


@pytest.fixture(scope="module")
def both(connected) -> tuple[Connection, Connection]:
    """Two servers, each asked the same in the same order: in one piece, and as uvicorn has it."""
    return connected(), connected(whole=False)


def status_of(content: bytes) -> int:
    return int(content.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n").split(b" ", 2)[1])


@pytest.mark.parametrize(("content", "status"), ONE_PIECE)
def test_an_answer_in_one_piece_has_the_bytes_of_one_in_two(both, content, status):
    ours, usual = (each.ask(content) for each in both)
    answers = [piece for piece in ours if not piece.startswith(b"HTTP/1.1 100")]
    assert len(answers) == 1
    assert len(usual) - len(ours) == 1
    assert status_of(answers[0]) == status
    assert b"".join(ours) == b"".join(usual)


@pytest.mark.parametrize(("content", "status"), TWO_PIECES)
def test_what_is_unusual_is_left_to_uvicorn(both, content, status):
    ours, usual = (each.ask(content) for each in both)
    assert status_of(ours[0]) == status
    assert ours == usual


def test_the_connection_goes_on_afterwards(connected):
    """Ten requests at once are answered in their order, and so is one that comes when they are over."""
    connection = connected()
    pieces = connection.ask(b"".join(request(f"GET {JOBS}/{3440 + number}") for number in range(10)))
    assert len(pieces) == 10
    asked = [f'"jobId":{3440 + number},'.encode() in piece for number, piece in enumerate(pieces)]
    assert asked == [piece.startswith(b"HTTP/1.1 200") for piece in pieces]
    assert any(asked)
    assert len(connection.ask(request(f"GET {JOBS}/3451"))) == 1
    assert connection.protocol.timeout_keep_alive_task is not None


def test_the_date_is_that_of_the_server(connected):
    connection = connected()
    connection.ask(request(f"GET {JOBS}/3451"))
    connection.protocol.server_state.default_headers = [(b"date", b"Mon, 23 Nov 2026 00:00:00 GMT")]
    (answer,) = connection.ask(request(f"GET {JOBS}/3451"))
    assert b"date: Mon, 23 Nov 2026 00:00:00 GMT\r\n" in answer
    assert b"server:" not in answer


def test_who_looks_on_still_sees_both_messages(connected):
    """The journal stands between: what goes through it is ASGI's two messages."""
    connection = connected(journal=5)
    assert len(connection.ask(request(f"GET {JOBS}/3451"))) == 2
    (entry,) = connection.ask(request("GET /_understudy/requests?operation=getOpenReplayJob"))[1:]
    assert b'"status":200' in entry


def test_a_line_for_each_request_is_left_to_uvicorn(connected, caplog):
    with caplog.at_level("INFO", logger="uvicorn.access"):
        connection = connected(is_logged=True)
        assert len(connection.ask(request(f"GET {JOBS}/3451"))) == 2
    assert f"GET {JOBS}/3451 HTTP/1.1" in caplog.text


def test_a_client_that_does_not_read_is_waited_for(connected):
    connection = connected()
    connection.protocol.pause_writing()
    assert connection.ask(request(f"GET {JOBS}/3451")) == []
    connection.protocol.resume_writing()
    connection.go_on()
    assert status_of(connection.paper.taken()[0]) == 200


def test_a_client_that_is_gone_gets_nothing(connected):
    connection = connected()
    connection.protocol.data_received(request(f"GET {JOBS}/3451"))
    connection.protocol.connection_lost(ConnectionResetError())
    connection.go_on()
    assert connection.paper.taken() == []


def test_a_server_that_ends_says_so(connected):
    connection = connected()
    connection.protocol.data_received(request(f"GET {JOBS}/3451"))
    connection.protocol.shutdown()
    connection.go_on()
    assert b"connection: close\r\n" in connection.paper.taken()[0]
    assert connection.paper.is_over


class Without(RequestResponseCycle):
    """A uvicorn that keeps something elsewhere."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        del self.flow


class Otherwise(RequestResponseCycle):
    """A uvicorn that notes something more once an answer is over."""

    async def send(self, message: Any) -> None:
        await super().send(message)
        self.is_over = self.response_complete


class Numbered(RequestResponseCycle):
    """A uvicorn that writes a header of its own."""

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"number", b"1")]}
        await super().send(message)


class Slow(RequestResponseCycle):
    """A uvicorn that lets others have a turn before it writes."""

    async def send(self, message: Any) -> None:
        await asyncio.sleep(0)
        await super().send(message)


@pytest.mark.parametrize("other", [Without, Otherwise, Numbered, Slow])
def test_another_uvicorn_is_left_to_itself(monkeypatch, caplog, other):
    """What uvicorn keeps to itself may change with any version: it is tried before it is built on."""
    monkeypatch.setattr(wholly, "RequestResponseCycle", other)
    with caplog.at_level("INFO", logger="understudy"):
        assert wholly.wholly() is in_parts
    assert "two pieces" in caplog.text


def test_a_status_that_is_none_is_written_by_neither(monkeypatch, connected):
    """The fault is told as one, not half an answer."""
    connection = connected()
    monkeypatch.delitem(httptools_impl.STATUS_LINE, 200)
    pieces = connection.ask(request(f"GET {JOBS}/3451"))
    assert status_of(pieces[0]) == 500


@pytest.mark.parametrize("status", [204, 205, 304])
def test_what_ends_with_its_head_has_no_body_whatever_is_said(status):
    """A body there would be read as the beginning of the next answer (RFC 9110, section 6.4.1)."""
    reply = Reply(status, {"id": 1})
    start, end = messages(reply)

    assert end["body"] == b""
    assert {name: value for name, value in start["headers"] if name != b"vary"} == (
        {b"content-length": b"0"} if status == 205 else {}
    )


def test_nor_in_one_piece(connected):
    connection = connected()
    connection.ask(request(f"GET {JOBS}/3451"))
    cycle = connection.protocol.cycle
    cycle.response_complete = False

    assert not wholly.wholly()(cycle.send, Reply(204, {"id": 1}))
    assert connection.paper.taken() == []


@pytest.mark.parametrize(
    ("name", "is_sent"),
    [
        *(
            ("X-Trace", True),
            ("Set-Cookie", True),
            ("X Bad", False),
            ("X:Y", False),
            ("X-日", False),
            ("", False),
        ),
        *((each, False) for each in ("Date", "Content-Length", "Transfer-Encoding", "Connection")),
    ],
)
def test_headers_that_no_answer_can_have_are_left_out(name, is_sent):
    """A document or a hook may name them; the message would be broken, or end somewhere else."""
    start, _ = messages(Reply(200, {"id": 1}, headers=((name, "5"),)))

    assert dict(start["headers"])[b"content-length"] == b"8"
    assert len(start["headers"]) == (4 if is_sent else 3)


def test_a_content_type_that_is_said_is_the_only_one():
    start, _ = messages(Reply(200, {"id": 1}, headers=(("content-type", "application/hal+json"),)))

    kinds = [value for name, value in start["headers"] if name == b"content-type"]
    assert kinds == [b"application/hal+json"]
