"""Sends messages to other people's servers, beside the requests that are answered here."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit, urlunsplit

from mockserver.clock import Clock, RealClock
from mockserver.control import PREFIX, is_loopback
from mockserver.direct import direct
from mockserver.framework import ASGIApp, Message, Receive, Scope, Send
from mockserver.outbox import DROPPED, FAILED, SENT, UNSENT, Delivery, Outbox
from mockserver.worlds import Worlds
from speckit import timing

log = logging.getLogger("understudy")

PATIENCE_SECONDS = 5.0
"""How long somebody may take to answer a message."""
FIRST_BREAK_SECONDS = 0.2
"""How long to wait before the first repetition; each further one waits twice as long."""
SETTLING_SECONDS = 10.0
"""How long who asks what was sent waits for what is on its way."""
MOST_WARNED = 100
"""For how many hosts the log says that nothing may be sent there."""
_TICK_SECONDS = 0.02
_LONGEST_NAP_SECONDS = 3600.0
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which another try may help."""


class _Unsendable(Exception):
    """The message is not even tried: why, and what would work."""


class _Closed(_Unsendable):
    """It may not go to `host`, unless whoever starts the server says so."""

    def __init__(self, host: str, address: str = "") -> None:
        place = f"'{host}' is {address}" if address not in ("", host) else f"'{host}' is another machine"
        hint = f"Start the server with --allow-callbacks {host} to let it."
        super().__init__(f"{place}, and messages go to this machine only. {hint}")
        self.host = host


class _Lost(Exception):
    """The message was tried in vain, and another try will not help."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Whom messages may be sent to: this machine, and the hosts and networks that were named."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    def resolves(self, host: str) -> bool:
        """Return whether the address of `host` may be looked for; for others no name server is asked."""
        return is_loopback(host) or host.lower() in self.hosts or bool(self.networks) or _is_address(host)

    def admits(self, host: str, address: str) -> bool:
        """Return whether `host`, which is at `address`, may get a message."""
        found = ip_address(address.partition("%")[0])
        return found.is_loopback or host.lower() in self.hosts or any(found in each for each in self.networks)


def allowed(named: Iterable[str]) -> Allowed:
    """Return whom messages may be sent to where hosts, addresses and networks (10.0.0.0/8) are `named`.

    Raises:
        ValueError: one of them is none.
    """
    hosts, networks = set(), []
    for text in named:
        try:
            networks.append(ip_network(text.strip("[]"), strict=False))
        except ValueError:
            if not text or set(text) & set("/:@?#* "):
                raise ValueError(f"'{text}' is neither a host nor a network.") from None
            hosts.add(text.lower())
    return Allowed(frozenset(hosts), tuple(networks))


class Courier:
    """Sends what is in the outbox, one message after the other, and wakes worlds in which something is due.

    Args:
        outbox: What is to be sent.
        worlds: Where it comes from; with a real clock they are woken when something is due.
        clock: With a manual one nobody is woken, and repetitions follow at once.
        allowed: Who may get a message.
    """

    def __init__(self, outbox: Outbox, worlds: Worlds, clock: Clock, allowed: Allowed) -> None:
        self._outbox = outbox
        self._worlds = worlds
        self._clock = clock
        self._allowed = allowed
        self._warned: set[str] = set()
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_closed = False

    def attend(self) -> None:
        """See to what a request has left behind: messages to be sent, moves that will be due."""
        if self._is_closed:
            return
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            # A test client may have a loop for each request; with the last one went what it had to do.
            self._loop, self._task, self._timer = loop, None, None
        if len(self._outbox) and (self._task is None or self._task.done()):
            self._task = loop.create_task(self._run())
        if not self._clock.manual:
            self._nap(_TICK_SECONDS)

    async def settled(self) -> None:
        """Wait until nothing is on its way, but not for ever."""
        if self._task is not None and not self._task.done():
            await asyncio.wait({self._task}, timeout=SETTLING_SECONDS)

    async def close(self) -> None:
        """Stop; what was not sent is given up, and the log says so."""
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
        under_way = 0
        if self._task is not None and not self._task.done():
            under_way = 1
            self._task.cancel()
            await asyncio.wait({self._task})
        if count := self._outbox.drop("The server ended.") + under_way:
            log.warning("%d messages to others were not sent: the server ends.", count)

    def _nap(self, seconds: float) -> None:
        """Look for what is due after so many seconds, if that is not done earlier anyway."""
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            if not self._timer.cancelled() and self._timer.when() <= loop.time() + seconds:
                return
            self._timer.cancel()
        self._timer = loop.call_later(seconds, self._wake)

    def _wake(self) -> None:
        self._timer = None
        due = self._worlds.settle()
        if len(self._outbox):
            self.attend()
        if due is not None:
            speed = self._clock.speed if isinstance(self._clock, RealClock) else 1.0
            seconds = (due - self._clock.now()) / timing.SECOND / speed
            self._nap(min(max(seconds, _TICK_SECONDS), _LONGEST_NAP_SECONDS))

    async def _run(self) -> None:
        while delivery := self._outbox.next():
            try:
                await self._deliver(delivery)
                _tell(delivery)
            except asyncio.CancelledError:
                delivery.end(DROPPED, "The server ended.")
                raise
            except Exception as problem:
                log.exception("A message to %s", delivery.message.url)
                delivery.end(FAILED, f"It could not be sent: {type(problem).__name__}.")

    async def _deliver(self, delivery: Delivery) -> None:
        """Send one message, again if that may help and the document asks for it."""
        for attempt in range(delivery.message.retries + 1):
            if attempt and not self._clock.manual:
                await asyncio.sleep(FIRST_BREAK_SECONDS * 2 ** (attempt - 1))
            delivery.attempts += 1
            if not await self._is_to_be_repeated(delivery):
                return

    async def _is_to_be_repeated(self, delivery: Delivery) -> bool:
        """Try once, and say whether another try may help."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                status = await self._answered(delivery)
        except _Unsendable as why:
            delivery.attempts = 0
            delivery.end(UNSENT, str(why))
            self._warn(why)
            return False
        except _Lost as why:
            delivery.end(FAILED, str(why))
            return False
        except TimeoutError:
            delivery.end(FAILED, f"There was no answer within {PATIENCE_SECONDS:.0f} s.")
            return True
        except OSError as problem:
            delivery.end(FAILED, str(problem))
            return True
        delivery.status = status
        if 200 <= status < 300:
            delivery.end(SENT)
        else:
            followed = " Redirects are not followed." if 300 <= status < 400 else ""
            delivery.end(FAILED, f"It was answered {status}.{followed}")
        return status in _AGAIN

    def _warn(self, why: _Unsendable) -> None:
        """Say in the log what would let messages out: once for each host, and not without end."""
        if isinstance(why, _Closed) and why.host not in self._warned and len(self._warned) < MOST_WARNED:
            self._warned.add(why.host)
            log.warning("A message is not sent: %s", why)

    async def _answered(self, delivery: Delivery) -> int:
        """Return the status with which the message is answered.

        Raises:
            _Unsendable: it may not or cannot be sent.
            _Lost: its host is not found.
            OSError: nobody is there, or no answer came.
        """
        url = urlsplit(delivery.message.url)
        host, port = _place(url)
        addresses = await self._addresses(host, port)
        for number, address in enumerate(addresses, 1):
            try:
                return await _post(delivery, url, host, _at(address, port))
            except ConnectionError:
                if number == len(addresses):
                    raise
        raise _Lost(f"The host '{host}' has no address.")

    async def _addresses(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host: what is looked at here is what is connected to."""
        loop = asyncio.get_running_loop()
        if not self._allowed.resolves(host):
            raise _Closed(host)
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as problem:
            raise _Lost(f"The host '{host}' is not found: {problem}.") from None
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        for each in addresses:
            if not self._allowed.admits(host, each):
                raise _Closed(host, each)
        return addresses


def _tell(delivery: Delivery) -> None:
    """Say in the log what became of a message, without the URL that it was sent to: it may hold a secret."""
    said = delivery.detail or f"It was answered {delivery.status}."
    log.info("The message %s is %s. %s", delivery.message.name, delivery.state, said)


def _is_address(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


async def _post(delivery: Delivery, url: SplitResult, host: str, place: str) -> int:
    """Return the status with which the one at `place` answers."""
    # Here, not above: few documents send anything, and it takes a while to import.
    import httpx2

    message = delivery.message
    # Nobody else's headers: User-Agent aside, it is the document that says what is sent.
    headers = [("Host", url.netloc), ("User-Agent", "understudy"), *message.headers]
    target = urlunsplit((url.scheme, place, url.path or "/", url.query, ""))
    verify = _certificates() if url.scheme == "https" else _nothing()
    try:
        async with (
            httpx2.AsyncClient(trust_env=False, verify=verify, timeout=None) as client,
            client.stream(
                message.method,
                target,
                headers=headers,
                content=message.content,
                follow_redirects=False,
                extensions={"sni_hostname": host},
            ) as response,
        ):
            status: int = response.status_code
            return status
    except httpx2.ConnectError as problem:
        raise ConnectionError(f"Nobody answers at {url.netloc}: {problem}.") from None
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as problem:
        raise OSError(f"It could not be sent: {problem or type(problem).__name__}.") from None


def _place(url: SplitResult) -> tuple[str, int]:
    if url.scheme not in ("http", "https") or not url.hostname or url.username is not None:
        raise _Unsendable("The URL is none that messages go to. Write it like http://localhost:9000/done.")
    try:
        return url.hostname, url.port or {"http": 80, "https": 443}[url.scheme]
    except ValueError:
        raise _Unsendable("The port of the URL is no number up to 65535.") from None


def _at(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


@cache
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()


@cache
def _nothing() -> ssl.SSLContext:
    """Return a context for what is not encrypted, without reading the certificates of the machine."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Sending:
    """The middleware that has the courier see to what requests leave behind, and stop with the server."""

    def __init__(self, app: ASGIApp, *, courier: Courier) -> None:
        self._app = direct(app)
        self._courier = courier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] == "lifespan":
            await self._app(scope, self._ending(receive), send)
            return
        if scope["type"] == "http" and scope["path"] == f"{PREFIX}/sent":
            await self._courier.settled()
        try:
            await self._app(scope, receive, send)
        finally:
            self._courier.attend()

    def _ending(self, receive: Receive) -> Receive:
        async def ending() -> Message:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await self._courier.close()
            return message

        return ending
