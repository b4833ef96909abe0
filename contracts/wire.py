"""How requests reach an implementation: over the network, or into an application in this process."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import httpx2 as httpx

T = TypeVar("T")

MOST_BYTES = 16 * 1024 * 1024
"""An answer longer than that is no answer of an API that can be judged."""


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
        timeout: How many seconds an answer may take.
        is_insecure: Certificates are not checked.
    """

    def __init__(self, timeout: float = 10.0, *, is_insecure: bool = False) -> None:
        self._timeout = timeout
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

    def _on(self, number: int, request: Sent) -> Received:
        client = self._client(number, request.url)
        try:
            answer = client.request(
                request.method, request.url, headers=dict(request.headers), content=request.content or None
            )
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            raise Unreachable(explained(request, problem)) from problem
        return received(answer)

    def _client(self, number: int, url: str) -> httpx.Client:
        while len(self._clients) <= number:
            verify = self._plain if url.startswith("http://") else self._verify
            client = httpx.Client(timeout=self._timeout, follow_redirects=False, verify=verify)
            client.headers = httpx.Headers({"Accept": "*/*", "User-Agent": "understudy"})
            self._clients.append(client)
        return self._clients[number]


class Application:
    """Into an ASGI application in this process, on an event loop of its own."""

    def __init__(self, app: Callable[..., Any], timeout: float = 10.0) -> None:
        self._app = app
        self._timeout = timeout
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._closing: asyncio.Event
        self._lifespan = self._run(self._open())
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True, client=("127.0.0.1", 1))
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


def received(answer: httpx.Response) -> Received:
    """Return an answer as the judge keeps it."""
    headers: dict[str, str] = {}
    for name, value in answer.headers.multi_items():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return Received(answer.status_code, headers, answer.content[:MOST_BYTES])


def explained(request: Sent, problem: Exception) -> str:
    """Return in a sentence why there was no answer."""
    asked = f"{request.method} {request.url}"
    if isinstance(problem, httpx.TimeoutException | TimeoutError):
        return f"{asked} was not answered in time."
    if isinstance(problem, httpx.ConnectError):
        return f"{asked}: nobody listens there ({problem})."
    if isinstance(problem, httpx.RemoteProtocolError):
        return f"{asked}: the connection broke off, or what came is not HTTP ({problem})."
    return f"{asked}: {type(problem).__name__}: {problem}"
