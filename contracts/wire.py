"""How requests reach an implementation: over the network, or into an application in this process."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import httpx2 as httpx

T = TypeVar("T")

MOST_BYTES = 16 * 1024 * 1024
"""An answer longer than that is no answer of an API that can be judged."""
_NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")
"""What OpenSSL calls an answer that is no TLS."""
ANSWER_SECONDS = 10.0
"""How long a whole answer may take, from the request to its last byte."""


class Unreachable(Exception):
    """The implementation does not answer; the message says what happened."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it goes out."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Received:
    """An answer as it came in; header names are in lower case, repeated ones joined by a comma."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Wire(Protocol):
    """Carries requests."""

    def send(self, request: Sent) -> Received:
        """Return the answer.

        Raises:
            Unreachable: there is none.
        """

    def race(self, requests: Sequence[Sent]) -> list[Received]:
        """Return the answers to requests that are on their way at the same time.

        Raises:
            Unreachable: one of them has none.
        """

    def close(self) -> None:
        """Let go of every connection."""


class Network:
    """Over HTTP. Racing requests have a connection each.

    Args:
        timeout: How many seconds an answer may take, to its last byte.
        is_insecure: Certificates are not checked.
    """

    def __init__(self, timeout: float = ANSWER_SECONDS, *, is_insecure: bool = False) -> None:
        self._timeout = timeout
        self._watchman = _Watchman(timeout)
        # Making the usual context reads every certificate of the machine: only where one is needed.
        self._verify: ssl.SSLContext | bool = not is_insecure
        self._clients: list[httpx.Client] = []
        self._plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._pool: ThreadPoolExecutor | None = None

    def send(self, request: Sent) -> Received:
        """Return the answer."""
        return self._on(0, request)

    def race(self, requests: Sequence[Sent]) -> list[Received]:
        """Return the answers to requests that are sent at the same moment, each on its own connection."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(16)
        for number in range(len(requests)):
            self._client(number, requests[0].url)
        barrier = threading.Barrier(len(requests))

        def started(number: int, request: Sent) -> Received:
            barrier.wait(timeout=10)
            return self._on(number, request)

        return [each.result() for each in [self._pool.submit(started, *job) for job in enumerate(requests)]]

    def close(self) -> None:
        """Close the connections."""
        for client in self._clients:
            client.close()
        if self._pool is not None:
            self._pool.shutdown()
        self._watchman.close()

    def _on(self, number: int, request: Sent) -> Received:
        client = self._client(number, request.url)
        until = time.monotonic() + self._timeout
        try:
            with (
                self._watchman.over(number) as trace,
                client.stream(
                    request.method,
                    request.url,
                    headers=dict(request.headers),
                    content=request.content or None,
                    extensions={"trace": trace},
                ) as answer,
            ):
                return received(answer, _body(answer, until))
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            is_late = time.monotonic() >= until
            raise Unreachable(explained(request, TimeoutError() if is_late else problem)) from problem

    def _client(self, number: int, url: str) -> httpx.Client:
        while len(self._clients) <= number:
            verify = self._plain if url.startswith("http://") else self._verify
            client = httpx.Client(timeout=self._timeout, follow_redirects=False, verify=verify)
            client.headers = httpx.Headers({"Accept": "*/*", "User-Agent": "understudy"})
            self._clients.append(client)
        return self._clients[number]


def _body(answer: httpx.Response, until: float) -> bytes:
    """Return the body of an answer, as much of it as is read.

    Raises:
        httpx.ReadTimeout: it is not there by `until`.
    """
    content = bytearray()
    for part in answer.iter_bytes():
        content += part
        if len(content) >= MOST_BYTES:
            break
        if time.monotonic() >= until:
            raise httpx.ReadTimeout("The answer did not come to its end.")
    return bytes(content[:MOST_BYTES])


class _Watchman:
    """Ends connections on which an answer takes too long, however often a byte of it comes.

    The timeouts of a connection are for one read each: who sends a header byte by byte keeps
    every one of them.
    """

    _ROUND_SECONDS = 0.25

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._sockets: dict[int, socket.socket] = {}
        self._due: dict[int, float] = {}
        self._is_over = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    @contextmanager
    def over(self, number: int) -> Iterator[Callable[[str, Mapping[str, Any]], None]]:
        """Watch over a request on connection `number`; give what is to be told of its events."""

        def trace(event: str, told: Mapping[str, Any]) -> None:
            if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
                self._take(number, told["return_value"].get_extra_info("socket"))

        with self._lock:
            self._due[number] = time.monotonic() + self._timeout
        try:
            yield trace
        finally:
            with self._lock:
                del self._due[number]

    def close(self) -> None:
        """End the watch."""
        self._is_over.set()
        if self._thread is not None:
            self._thread.join()

    def _take(self, number: int, connected: socket.socket) -> None:
        with self._lock:
            self._sockets[number] = connected
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, daemon=True)
                self._thread.start()

    def _watch(self) -> None:
        while not self._is_over.wait(self._ROUND_SECONDS):
            now = time.monotonic()
            with self._lock:
                late = [number for number, due in self._due.items() if due <= now]
                for each in filter(None, map(self._sockets.get, late)):
                    with suppress(OSError):
                        # Not by the method of a TLS socket, which would leave its reader without one.
                        socket.socket.shutdown(each, socket.SHUT_RDWR)


def _at_most(app: Callable[..., Any]) -> Callable[..., Any]:
    """Return an ASGI application whose answers are dropped where they become too long."""

    async def limited(scope: Any, receive: Any, send: Callable[[Any], Any]) -> None:
        left = MOST_BYTES

        async def send_some(message: dict[str, Any]) -> None:
            nonlocal left
            body = message.get("body", b"")[: max(left, 0)]
            left -= len(body)
            await send({**message, "body": body} if "body" in message else message)

        await app(scope, receive, send_some)

    return limited


class Application:
    """Into an ASGI application in this process, on an event loop of its own."""

    def __init__(self, app: Callable[..., Any], timeout: float = ANSWER_SECONDS) -> None:
        self._app = app
        self._timeout = timeout
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._closing: asyncio.Event
        self._lifespan = self._run(self._open())
        transport = httpx.ASGITransport(app=_at_most(app), raise_app_exceptions=True, client=("127.0.0.1", 1))
        self._client = httpx.AsyncClient(transport=transport, follow_redirects=False)
        self._client.headers = httpx.Headers({"Accept": "*/*", "User-Agent": "understudy"})

    def send(self, request: Sent) -> Received:
        """Return the answer."""
        return self._run(self._answer(request))

    def race(self, requests: Sequence[Sent]) -> list[Received]:
        """Return the answers to requests that take turns wherever the application waits."""

        async def all_at_once() -> list[Received]:
            return list(await asyncio.gather(*map(self._answer, requests)))

        return self._run(all_at_once())

    def close(self) -> None:
        """End the application's life and the loop it ran on."""
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _answer(self, request: Sent) -> Received:
        try:
            answer = await asyncio.wait_for(
                self._client.request(
                    request.method,
                    request.url,
                    headers=dict(request.headers),
                    content=request.content or None,
                ),
                self._timeout,
            )
        except Exception as problem:  # what the application does not catch ends the connection
            raise Unreachable(explained(request, problem)) from problem
        return received(answer)

    async def _open(self) -> asyncio.Task[None]:
        """Start the application's lifespan, where it has one (ASGI, lifespan protocol)."""
        started, self._closing = asyncio.Event(), asyncio.Event()
        asked = iter(({"type": "lifespan.startup"},))

        async def receive() -> dict[str, str]:
            if (message := next(asked, None)) is not None:
                return message
            await self._closing.wait()
            return {"type": "lifespan.shutdown"}

        async def send(_message: Mapping[str, Any]) -> None:
            started.set()

        async def live() -> None:
            try:
                await self._app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
            except Exception:  # an application without a lifespan may refuse it as it likes
                pass
            finally:
                started.set()

        task = asyncio.get_running_loop().create_task(live())
        await started.wait()
        return task

    async def _close(self) -> None:
        await self._client.aclose()
        self._closing.set()
        await asyncio.wait([self._lifespan], timeout=5)


class WsgiApplication(Network):
    """Into a WSGI application in this process, each racing request in a thread of its own."""

    def __init__(self, app: Callable[..., Any]) -> None:
        super().__init__()
        self._transport = httpx.WSGITransport(app=app, raise_app_exceptions=False)

    def _client(self, number: int, url: str) -> httpx.Client:
        while len(self._clients) <= number:
            client = httpx.Client(transport=self._transport, follow_redirects=False)
            client.headers = httpx.Headers({"Accept": "*/*", "User-Agent": "understudy"})
            self._clients.append(client)
        return self._clients[number]


def received(answer: httpx.Response, content: bytes | None = None) -> Received:
    """Return an answer as the judge keeps it, with `content` where it was read by somebody else."""
    headers: dict[str, str] = {}
    for name, value in answer.headers.multi_items():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return Received(answer.status_code, headers, answer.content[:MOST_BYTES] if content is None else content)


def _unconnected(why: str) -> str:
    """Return in a sentence why there is no connection."""
    if "SSL" not in why:
        return f"nobody listens there ({why})."
    if "CERTIFICATE_VERIFY_FAILED" in why:
        return f"its certificate is not trusted ({why}). --insecure has it not checked."
    if any(each in why for each in _NO_TLS):
        return "somebody listens there, and does not speak TLS. Write http:// instead of https://."
    return f"somebody listens there, and no TLS connection comes about ({why})."


def explained(request: Sent, problem: Exception) -> str:
    """Return in a sentence why there was no answer."""
    asked = f"{request.method} {request.url}"
    if isinstance(problem, httpx.TimeoutException | TimeoutError):
        return f"{asked} was not answered in time."
    if isinstance(problem, httpx.ConnectError):
        return f"{asked}: {_unconnected(str(problem))}"
    if isinstance(problem, httpx.RemoteProtocolError):
        return f"{asked}: the connection broke off, or what came is not HTTP ({problem})."
    return f"{asked}: {type(problem).__name__}: {problem}"
