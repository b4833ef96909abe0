"""Finds links in the pages of a site that lead nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from posixpath import dirname, join, normpath
from urllib.parse import unquote

_ANCHOR = re.compile(r'\sid="([^"]+)"')
_LINK = re.compile(r'<a\b[^>]*?\shref="([^"]+)"')
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|/", re.IGNORECASE)


class Links:
    """What leads where; pages are added one by one, and what is broken is known at the end."""

    def __init__(self) -> None:
        self._anchors: dict[str, frozenset[str]] = {}
        self._links: dict[str, tuple[str, ...]] = {}

    def add(self, path: str, content: str) -> None:
        """Take note of a page: its path in the site, and its content as HTML."""
        self._anchors[path] = frozenset(map(unescape, _ANCHOR.findall(content)))
        links = dict.fromkeys(_LINK.findall(content))
        self._links[path] = tuple(each for each in links if not _ELSEWHERE.match(each))

    def add_file(self, path: str) -> None:
        """Take note of a file that is no page."""
        self._anchors[path] = frozenset()

    def broken(self) -> tuple[str, ...]:
        """Return a line for each link that leads nowhere: the page that has it, and where it should lead."""
        return tuple(
            f"{page}: the link to '{unescape(link)}' leads nowhere"
            for page, links in sorted(self._links.items())
            for link in self._lost(page, links)
        )

    def _lost(self, page: str, links: tuple[str, ...]) -> Iterator[str]:
        for link in links:
            path, _, anchor = unquote(unescape(link)).partition("#")
            target = normpath(join(dirname(page), path.partition("?")[0])) if path else page
            if target not in self._anchors or (anchor and anchor not in self._anchors[target]):
                yield link
