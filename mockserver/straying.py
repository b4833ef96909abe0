"""What a path that leads nowhere may have meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from mockserver.routing import LONGEST, Router, UnreadablePath

_PARAMETER = re.compile(r"\{([^{}]+)\}")
_NEAR = 0.8
"""How alike a path must be to one of the document's to be taken for it misspelt."""


class Signpost:
    """Says, for a path that the document does not have, which one may have been meant.

    Args:
        router: Finds what would have been found.
        paths: The path templates of the document.
        data: The document; the paths of its `servers` are left out here.
    """

    def __init__(self, router: Router, paths: Iterable[str], data: Mapping[str, Any]) -> None:
        self._router = router
        self._templates = [
            path.partition("#")[0].partition("?")[0].split("/") for path in dict.fromkeys(paths)
        ]
        self._bases = list(dict.fromkeys(_bases(data)))

    def __call__(self, path: str) -> str:
        """Return a sentence, with a blank before it; empty where nothing resembles `path`.

        Args:
            path: As it was sent.
        """
        if len(path) > LONGEST:
            return ""
        for base in self._bases:
            rest = path.removeprefix(base)
            if rest != path and rest.startswith("/") and self._leads(rest):
                return f" The base path {base} of `servers` is left out here; ask {rest}."
        meant = next((each for each in self._near(path) if self._leads(each)), None)
        return f" Did you mean {meant}?" if meant else ""

    def _near(self, path: str) -> Iterator[str]:
        """Yield `path` with the other form of its end, then spelt as the nearest path of the document."""
        yield path.rstrip("/") if path.endswith("/") else f"{path}/"
        sent = path.split("/")
        same = (each for each in self._templates if len(each) == len(sent))
        yield from get_close_matches(path, map("/".join, (_filled(each, sent) for each in same)), 1, _NEAR)

    def _leads(self, path: str) -> bool:
        try:
            return self._router.find(path.encode(), "GET") is not None
        except UnreadablePath:
            return False


def _filled(template: list[str], sent: list[str]) -> list[str]:
    """Return the segments of a template, those with parameters as they were sent."""
    return [there if _PARAMETER.search(own) else own for own, there in zip(template, sent, strict=True)]


def _bases(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the paths of the servers, their variables at their defaults."""
    servers = data.get("servers")
    for server in servers if isinstance(servers, list) else ():
        url, variables = str(server.get("url", "")), server.get("variables") or {}
        for name, each in variables.items():
            url = url.replace(f"{{{name}}}", str(each.get("default", "")))
        if base := _path(url).rstrip("/"):
            yield base


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""
