"""A query string, or a form that is written like one: its texts by name."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from mockserver.answers import Refused

MOST_PARAMETERS = 1000
DEEPEST = 10
"""How many brackets a name may have."""

Texts = dict[str, list[str]]


class Query:
    """The texts of a query string by name: decoded, nested by brackets, or as they were sent."""

    def __init__(self, texts: Texts, raw: bytes = b"") -> None:
        self.texts = texts
        self._raw = raw

    def sent(self, name: str) -> str:
        """Return the first text of `name` as it was sent: an encoded comma is none between items."""
        for part in self._raw.decode("ascii").split("&"):
            found, _, text = part.partition("=")
            if unquote_plus(found) == name:
                return text
        return ""

    @cached_property
    def nested(self) -> dict[str, Any]:
        """What is written with brackets, `a[b][0]=1`, as objects; a list has its positions as names."""
        return nested(self.texts)


def nested(texts: Texts) -> dict[str, Any]:
    """Return the texts whose names have brackets as objects within objects.

    >>> nested({"a[b]": ["1"], "a[c][]": ["2", "3"], "d": ["4"]})
    {'a': {'b': '1', 'c': {'0': '2', '1': '3'}}}
    """
    found: dict[str, Any] = {}
    for name, several in texts.items():
        if path := brackets(name):
            _put(found, path, several)
    return found


def brackets(name: str) -> list[str]:
    """Return the parts of a name with brackets; none where it has none, or too many.

    >>> brackets("a[b][]"), brackets("a"), brackets("a[b")
    (['a', 'b', ''], [], [])
    """
    root, bracket, rest = name.partition("[")
    if not bracket or not root or not rest.endswith("]"):
        return []
    parts = [root, *rest[:-1].split("][")]
    return parts if len(parts) <= DEEPEST else []


def _put(tree: dict[str, Any], path: list[str], several: list[str]) -> None:
    *above, last = path
    if "" in above:
        # `a[][b]=1&a[][b]=2`: the texts of one name belong to one member of the list each.
        for i, text in enumerate(several):
            _put(tree, [part or str(i) for part in above] + [last], [text])
        return
    for part in above:
        below = tree.setdefault(part, {})
        if not isinstance(below, dict):
            # `a[b]=1&a[b][c]=2`: what is there stays, as a member without a name.
            below = tree[part] = {"": below}
        tree = below
    if not last:
        tree.update({str(len(tree) + i): text for i, text in enumerate(several)})
    else:
        tree[last] = several[0] if len(several) == 1 else list(several)


def query_texts(raw: bytes) -> Texts:
    """Return the texts of a query string by name.

    Raises:
        Refused: it is not UTF-8 below its percent signs, or has too many parts.
    """
    try:
        pairs = _pairs(raw)
    except UnicodeDecodeError as problem:
        detail = "The query string is not UTF-8 below its percent signs; send percent-encoded UTF-8."
        raise Refused("invalidParameter", detail) from problem
    except ValueError as problem:
        detail = f"The query string has too many parameters; send at most {MOST_PARAMETERS}."
        raise Refused("invalidParameter", detail) from problem
    return by_name(pairs)


def by_name(pairs: Iterable[tuple[str, str]]) -> Texts:
    """Return the texts of `pairs` by name, in their order."""
    texts: Texts = {}
    for name, text in pairs:
        texts.setdefault(name, []).append(text)
    return texts


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    text = raw.decode("ascii")
    if b"%" in raw or b"+" in raw or raw.count(b"&") >= MOST_PARAMETERS:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    # Nothing is encoded, as in most requests, which pays for the few lines.
    parts = (part.partition("=") for part in text.split("&") if part)
    return [(name, value) for name, _, value in parts]
