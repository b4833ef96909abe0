"""Fetch what a document refers to on the network: once, within limits, and never from private addresses."""

from __future__ import annotations

import hashlib
import ipaddress
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from speckit.faults import DocumentFaults, Fault
from speckit.source import LARGEST_BYTES

MOST_FILES = 200
"""How many files one document may fetch."""

MOST_BYTES = 4 * LARGEST_BYTES
"""How many bytes they may have together."""

MOST_REDIRECTS = 5
PATIENCE_SECONDS = 20.0
"""How long one file may take, from the first try to the last byte."""

_REDIRECTS = (301, 302, 303, 307, 308)
_UNREAL = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))
"""IPv6 addresses that hold an IPv4 address, which may be a private one."""


class _Unfetched(Exception):
    """The file is not fetched: why, and what would work."""


def is_url(text: str) -> bool:
    """Return whether `text` names something on the network.

    >>> is_url("https://example.com/a.yaml"), is_url("a.yaml")
    (True, False)
    """
    return text.lower().startswith(("http://", "https://"))


def is_public(address: str) -> bool:
    """Return whether anybody may be asked at `address`, which is an IP address.

    >>> is_public("93.184.215.14"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1"), is_public("fe80::1")
    (True, False, False, False)
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif any(found in network for network in _UNREAL):
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


@dataclass
class Remote:
    """What may be fetched for one document, and what has been.

    Attributes:
        cache: The folder of what was fetched, this time or earlier: nothing in it is fetched again.
        admits: Says whether an IP address may be asked.
        urls: The URL of each file that was fetched.
    """

    cache: Path = field(default_factory=lambda: _cache())
    admits: Callable[[str], bool] = is_public
    urls: dict[Path, str] = field(default_factory=dict)
    _bytes: int = 0

    def fetch(self, url: str) -> Path:
        """Return the file with what `url` names, fetched unless it is there already.

        Raises:
            DocumentFaults: It cannot be had, or is not to be.
        """
        file = self.cache.resolve() / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}{_suffix(url)}"
        source = file.with_suffix(".url")
        try:
            if not (file.is_file() and source.is_file()):
                content, final = self._fetched(url)
                self.cache.mkdir(parents=True, exist_ok=True)
                _write(file, content)
                _write(source, final.encode())
            self.urls[file] = source.read_text("utf-8")
        except _Unfetched as refusal:
            raise DocumentFaults([Fault((), *refusal.args)]) from None
        except OSError as problem:
            why = f"It cannot be kept in {self.cache}: {problem.strerror}."
            raise DocumentFaults([Fault((), why, "XDG_CACHE_HOME names another folder.")]) from None
        return file

    def _fetched(self, url: str) -> tuple[bytes, str]:
        """Return what `url` names, and under which URL it was found in the end."""
        if len(self.urls) >= MOST_FILES:
            raise _Unfetched(
                f"More than {MOST_FILES} files would be fetched.", "Save them beside the document."
            )
        until = time.monotonic() + PATIENCE_SECONDS
        for _ in range(MOST_REDIRECTS + 1):
            content, further = self._asked(urlsplit(url), until)
            if not further:
                return content, url
            following = urljoin(url, further)
            if url.startswith("https:") and not following.startswith("https:"):
                raise _Unfetched(f"It is redirected from https to {following}.", "Refer to that URL itself.")
            url = following
        raise _Unfetched(f"It is redirected more than {MOST_REDIRECTS} times.", "Refer to where it ends.")

    def _asked(self, url: SplitResult, until: float) -> tuple[bytes, str]:
        """Return what a server answers, or where it sends us."""
        # Here, not above: few documents need it, and it takes longer to import than to read them.
        import httpx2

        request = self._request(url)
        try:
            with (
                httpx2.Client(trust_env=False, timeout=_left(until)) as client,
                client.stream("GET", request.pop("url"), **request) as response,
            ):
                if response.status_code in _REDIRECTS and "location" in response.headers:
                    return b"", response.headers["location"]
                if response.status_code != 200:
                    raise _Unfetched(f"The server answers {response.status_code}.", "Correct the URL.")
                if response.headers.get("content-encoding", "identity") != "identity":
                    raise _Unfetched("The server sends it compressed, unasked.", "Save it as a file.")
                return b"".join(self._parts(response.iter_raw(), until)), ""
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as problem:
            raise _Unfetched(f"It cannot be fetched: {problem or type(problem).__name__}.", "") from None

    def _parts(self, parts: Iterator[bytes], until: float) -> Iterator[bytes]:
        size = 0
        for part in parts:
            size += len(part)
            self._bytes += len(part)
            if size > LARGEST_BYTES or self._bytes > MOST_BYTES:
                most = LARGEST_BYTES if size > LARGEST_BYTES else MOST_BYTES
                raise _Unfetched(f"More than {most >> 20} MiB would be fetched.", "Save it as a file.")
            _left(until)
            yield part

    def _request(self, url: SplitResult) -> dict[str, Any]:
        """Return the request for `url`, addressed to an address that has been looked at.

        The name is resolved here and nowhere else: who answers differently a moment later is not asked.
        """
        host, port = _host(url)
        address = self._address(host, port)
        place = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        return {
            "url": urlunsplit((url.scheme, place, url.path or "/", url.query, "")),
            "headers": {"Host": url.netloc, "Accept-Encoding": "identity", "Accept": "*/*"},
            "extensions": {"sni_hostname": host},
            "follow_redirects": False,
        }

    def _address(self, host: str, port: int) -> str:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as problem:
            raise _Unfetched(f"The host '{host}' is not found: {problem}.", "Correct the URL.") from None
        addresses = [str(each[4][0]) for each in found]
        if refused := [each for each in addresses if not self.admits(each)]:
            why = f"'{host}' is {refused[0]}, and only public addresses are asked."
            raise _Unfetched(why, "Save it beside the document and refer to that file.")
        return addresses[0]


def _host(url: SplitResult) -> tuple[str, int]:
    if url.scheme not in ("http", "https"):
        raise _Unfetched(f"'{url.scheme}' is not fetched.", "Only http and https are.")
    if url.username is not None:
        raise _Unfetched("A URL with a credential is not fetched.", "Save it as a file.")
    try:
        port = url.port or {"http": 80, "https": 443}[url.scheme]
    except ValueError:
        raise _Unfetched("The port is no number up to 65535.", "Correct the URL.") from None
    if not url.hostname:
        raise _Unfetched("The URL names no host.", "Write it like https://example.com/openapi.yaml.")
    return url.hostname, port


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise _Unfetched(f"It takes longer than {PATIENCE_SECONDS:.0f} s.", "Save it as a file.")
    return left


def _suffix(url: str) -> str:
    return ".json" if PurePosixPath(urlsplit(url).path).suffix.lower() == ".json" else ".yaml"


def _write(file: Path, content: bytes) -> None:
    """Write a file whole or not at all, so that another process never reads half of it."""
    draft = file.with_suffix(f".{os.getpid()}.tmp")
    try:
        draft.write_bytes(content)
        draft.replace(file)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(home) if Path(home).is_absolute() else Path.home() / ".cache") / "understudy" / "remote"
