"""How requests reach an implementation: an answer has so much time and so many bytes, whole."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

import contracts.wire
from contracts.wire import Application, Network, Sent, Unreachable

PATIENCE = 0.6
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


@contextmanager
def serving(parts: Sequence[bytes], pause: float) -> Iterator[str]:
    """A server that answers everything with `parts`, and waits `pause` seconds after each."""
    is_over = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        while not is_over.is_set():
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                try:
                    for part in parts:
                        connection.sendall(part)
                        if is_over.wait(pause):
                            return
                except OSError:
                    continue

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        is_over.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(timeout=5)


def asked(url: str) -> tuple[Any, float]:
    """Return what came of a request, and after how many seconds."""
    wire = Network(timeout=PATIENCE)
    start = time.monotonic()
    try:
        try:
            return wire.send(Sent("GET", f"{url}/jobs", {})), time.monotonic() - start
        except Unreachable as problem:
            return str(problem), time.monotonic() - start
    finally:
        wire.close()


@pytest.mark.parametrize(
    "parts",
    [
        [HEAD + b"Content-Length: 400\r\n\r\n", *[b"x"] * 400],
        [HEAD, *[bytes([each]) for each in b"X-Slow: " + b"x" * 400]],
    ],
    ids=["body", "head"],
)
def test_an_answer_that_comes_byte_by_byte_has_so_long_and_no_longer(parts):
    """Each byte comes in time, and the whole never does."""
    with serving(parts, 0.05) as url:
        told, seconds = asked(url)

    assert told == f"GET {url}/jobs was not answered in time."
    assert PATIENCE <= seconds < PATIENCE + 2


def test_an_answer_that_takes_its_time_within_the_limit_is_whole():
    """What is slow is no fault."""
    with serving([HEAD + b"Content-Length: 4\r\n\r\n", b"a", b"b", b"c", b"d"], 0.02) as url:
        told, _ = asked(url)

    assert (told.status, told.content) == (200, b"abcd")


def test_an_answer_without_an_end_is_read_as_far_as_it_matters(monkeypatch):
    """Nobody's memory is filled by a server that does not stop."""
    monkeypatch.setattr(contracts.wire, "MOST_BYTES", 100_000)
    with serving([HEAD + b"\r\n", *[b"x" * 50_000] * 1_000_000], 0) as url:
        told, seconds = asked(url)

    assert len(told.content) == 100_000
    assert seconds < PATIENCE


def test_an_application_that_answers_too_much_is_cut_as_well(monkeypatch):
    """In this process, too."""
    monkeypatch.setattr(contracts.wire, "MOST_BYTES", 1000)

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for more in (True, True, False):
                await send({"type": "http.response.body", "body": b"x" * 700, "more_body": more})

    wire = Application(app)
    try:
        assert len(wire.send(Sent("GET", "http://localhost/", {})).content) == 1000
    finally:
        wire.close()


def test_many_answers_in_a_row_are_each_in_time():
    """The watch is over each answer, not over all of them."""
    wire = Network(timeout=0.4)
    whole = HEAD + b"Content-Length: 1\r\nConnection: close\r\n\r\nx"
    with serving([whole], 0) as url:
        try:
            until = time.monotonic() + 0.9
            while time.monotonic() < until:
                assert wire.send(Sent("GET", url, {})).content == b"x"
                time.sleep(0.05)
        finally:
            wire.close()


def test_https_where_http_is_spoken_is_told_as_that() -> None:
    """Somebody listens there: to say that nobody does would send people to the wrong place."""
    with serving([HEAD + b"Content-Length: 0\r\n\r\n"], 0.0) as url:
        network = Network(PATIENCE)
        with pytest.raises(Unreachable, match=r"does not speak TLS\. Write http:// instead of https://\."):
            network.send(Sent("GET", url.replace("http://", "https://"), {}))
        network.close()
