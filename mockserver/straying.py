"""What a path that leads nowhere may have meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from heapq import nlargest
from operator import eq
from typing import Any

from mockserver.routing import LONGEST, Router, UnreadablePath
from speckit import servers

_PARAMETER = re.compile(r"\{([^{}]+)\}")
_NEAR = 0.8
"""How alike a path must be to one of the document's to be taken for it misspelt."""
_MOST = 50
"""How many paths of the document one is compared with: those that have most segments as it has them."""


class Signpost:
    """Says, for a path that the document does not have, which one may have been meant.

    Args:
        router: Finds what would have been found.
        paths: The path templates of the document.
        data: The document; the paths of its `servers` are left out here, unless there is a base path.
        base: The base path that everything is served below, and that is taken away from what is looked for.
    """

    def __init__(self, router: Router, paths: Iterable[str], data: Mapping[str, Any], base: str = "") -> None:
        self._router = router
        self._base = base
        self._templates = list(map(_segments, dict.fromkeys(paths)))
        self._bases = [base] if base else list(dict.fromkeys(_bases(data)))

    def __call__(self, path: str) -> str:
        """Return a sentence, with a blank before it; empty where nothing resembles `path`.

        Args:
            path: As it was sent.
        """
        if len(path) > LONGEST:
            return ""
        for base in self._bases:
            rest = path.removeprefix(base)
            if rest != path and rest.startswith("/") and self.leads(rest):
                return self._once(base, rest)
        meant = next((each for each in self._near(path) if self.leads(each)), None)
        return f" Did you mean {self._base}{meant}?" if meant else ""

    def _once(self, base: str, rest: str) -> str:
        """Return what to do about a base path too many."""
        if self._base:
            return f" The base path {base} comes once; ask {base}{rest}."
        option = f"start the server with --base-path {base}"
        return f" The base path {base} of `servers` is left out here; ask {rest}, or {option}."

    def _near(self, path: str) -> Iterator[str]:
        """Yield `path` with the other form of its end, then spelt as the nearest path of the document."""
        yield path.rstrip("/") if path.endswith("/") else f"{path}/"
        sent = path.split("/")
        same = (_filled(each, sent) for each in self._templates if len(each) == len(sent))
        # Whole paths are compared slowly, and requests wait meanwhile.
        likely = nlargest(_MOST, same, key=lambda each: sum(map(eq, each, sent)))
        yield from get_close_matches(path, map("/".join, likely), 1, _NEAR)

    def leads(self, path: str) -> bool:
        """Return whether `path`, as it was sent and without a base path, is one of the document."""
        try:
            return self._router.find(path.encode(), "GET") is not None
        except UnreadablePath:
            return False


def _segments(path: str) -> list[str | None]:
    """Return the segments of a path template, without a query; None for those with parameters."""
    plain = path.partition("#")[0].partition("?")[0]
    return [None if _PARAMETER.search(each) else each for each in plain.split("/")]


def _filled(template: list[str | None], sent: list[str]) -> list[str]:
    """Return the segments of a template, those with parameters as they were sent."""
    return [there if own is None else own for own, there in zip(template, sent, strict=True)]


def base_path(data: Mapping[str, Any]) -> str:
    """Return the path of the first server of a document, without a slash at its end; empty for none."""
    return next(map(servers.path, _servers(data)), "")


def _bases(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the paths of the servers."""
    yield from filter(None, map(servers.path, _servers(data)))


def _servers(data: Mapping[str, Any]) -> list[Any]:
    found = data.get("servers")
    return found if isinstance(found, list) else []
