"""Where an API is served, and where the samples about it ask."""

from __future__ import annotations

from collections.abc import Sequence

from handbook import raw
from handbook.prose import code
from handbook.raw import Data, Node
from speckit.operation import Operation
from speckit.servers import filled

HERE = "http://localhost:8080"
"""Where an API is thought to be if its document does not say."""


def asked(data: Data, operation: Operation | None = None) -> str:
    """Return where the samples of an operation ask, or those of the whole document; without `/` at its end.

    It is the first server, its variables filled in; by https, where the same is served by that too. One
    without a host is on this machine.
    """
    own = raw.own_servers(data, operation) if operation else []
    urls = [_whole(each) for each in own or raw.servers(data)]
    url = _safest(urls) if urls else ""
    return (url if _has_host(url) else f"{HERE}/{url.lstrip('/')}").rstrip("/")


def explained(servers: Sequence[Node], where: str, form: str, *, has_mock: bool = True) -> str:
    """Return how servers go together with where the samples ask; empty where that is plain.

    Args:
        has_mock: Whether a mock server is spoken of.
    """
    urls = [str(each.get("url", "/")) for each in servers]
    told = f"The samples ask {code(where, form)}"
    here = ", where `understudy serve` answers" if has_mock and where.startswith(HERE) else ""
    if not urls:
        return f"The document names no server. {told}{here}."
    if not all(map(_has_host, urls)):
        return f"A URL without a host begins where the API is served. {told}{here}."
    return "" if where in [url.rstrip("/") for url in urls[:1]] else f"{told}."


def _whole(server: Node) -> str:
    """Return the URL of a server, by https where it names no scheme."""
    url = filled(server)
    return f"https:{url}" if url.startswith("//") else url


def _safest(urls: Sequence[str]) -> str:
    """Return the first URL, or the one that differs from it in nothing but its scheme, https.

    >>> _safest(["http://a.example/v1", "https://b.example/v1", "https://a.example/v1"])
    'https://a.example/v1'
    """
    rest = urls[0].partition("://")[2]
    safe = f"https://{rest}"
    return safe if rest and safe in urls else urls[0]


def _has_host(url: str) -> bool:
    return "://" in url or url.startswith("//")
