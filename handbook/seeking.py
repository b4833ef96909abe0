"""Keeps the index of a site's search small enough to be loaded by a browser."""

from __future__ import annotations

import re
from typing import Any

import orjson

MOST_LETTERS = 6_000_000
"""How long all texts in an index may be together; every section of the site has a text there."""
_FEWEST = 120
_TAG = re.compile(r"<[^<>]*>")


def shortened(index: bytes) -> bytes:
    """Return an index, as JSON or as the script with it, with the ends of long texts left out if need be.

    Titles stay whole, so that every heading of a big site is found.
    """
    start, end = index.find(b"{"), index.rfind(b"}") + 1
    if end - start <= MOST_LETTERS:
        return index
    data = orjson.loads(index[start:end])
    _shorten(data["items"])
    return index[:start] + orjson.dumps(data) + index[end:]


def _shorten(items: list[dict[str, Any]]) -> None:
    """Cut the longest texts down to one length, with which all of them fit."""
    most = _fitting([len(item["text"]) for item in items])
    for item in items:
        if len(item["text"]) > most:
            # Without its tags, none of which is then left open.
            plain = _TAG.sub("", item["text"])
            item["text"] = plain if len(plain) <= most else plain[:most].rpartition(" ")[0]


def _fitting(lengths: list[int]) -> int:
    """Return to which length texts must be cut for all of them to be short enough together.

    >>> _fitting([10, 20, 30])
    30
    """
    left = MOST_LETTERS
    for number, length in enumerate(sorted(lengths)):
        share = left // (len(lengths) - number)
        if length > share:
            return max(share, _FEWEST)
        left -= length
    return max(lengths, default=0)
