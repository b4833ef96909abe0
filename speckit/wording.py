"""What an error says of its status for machines: a word, a number, a phrase, each where its schema has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from functools import reduce
from operator import getitem
from typing import Any

from speckit.pointer import ABSENT
from speckit.references import deref
from speckit.scalars import PLAIN
from speckit.statuses import is_phrase, phrase, ranked

Place = tuple[str | int, ...]

ERRORS = 400
"""From which status on an answer is an error."""
_DEEPEST = 3
_NUMBERS = frozenset({"status", "statuscode", "httpstatus", "httpstatuscode", "httpcode", "code"})
_PHRASES = frozenset({"title", "error"})
_WORDS = frozenset(
    {"code", "error", "type", "name", "status", "kind", "reason", "title"}
    | {f"error{each}" for each in ("code", "type", "name", "status", "kind", "reason")}
)
"""Names of members, by their letters, that tell machines what went wrong."""
_COMPOSING = ("allOf", "oneOf", "anyOf")
_CHOICES = ("enum", "examples", "x-extensible-enum")
_SINGLE = ("const", "example", "default")


class Wording:
    """Finds and corrects what error bodies of one schema say of their status.

    Args:
        data: The document that references lead into.
        schema: That of the bodies.
        fits: Whether a body fits it.
    """

    def __init__(self, data: Mapping[str, Any], schema: Any, fits: Callable[[Any], bool]) -> None:
        self._data = data
        self._schema = schema
        self._fits = fits

    def told(
        self, value: Any, status: int, kind: str = "", shown: Iterable[Any] = (), *, is_exact: bool = False
    ) -> Any:
        """Return `value` with all that is about its status saying `status`, as far as it fits the schema.

        Args:
            kind: The kind of error (`speckit.conventions.KINDS`), if it is known.
            shown: Examples of the response.
            is_exact: Whether they are for just this status: then what they say stays.
        """
        shown = list(shown)
        found = [
            (place, right)
            for place, now, right in self._wrong(value, status, kind)
            if not ((is_exact or _is_own(now)) and _is_shown(now, place, shown))
        ]
        if not found:
            return value
        anything = not self._fits(value)
        whole = reduce(lambda body, each: put(body, *each), found, value)
        if anything or self._fits(whole):
            return whole
        for place, right in found:
            changed = put(value, place, right)
            value = changed if self._fits(changed) else value
        return value

    def said(self, value: Any, status: int, kind: str = "") -> list[Place]:
        """Return where `value` says its status rightly, be it in a word, a number or a phrase."""
        return [place for place, now in _named(value) if self._right(place, now, status, kind) == now]

    def is_word(self, place: Place) -> bool:
        """Return whether the text at `place` is a word for machines: the document lists what it can be."""
        return _letters(place[-1]) in _WORDS - {"title"} and bool(self._choices(place))

    def _wrong(self, value: Any, status: int, kind: str) -> Iterator[tuple[Place, Any, Any]]:
        for place, now in _named(value):
            right = self._right(place, now, status, kind)
            if right is not ABSENT and right != now:
                yield place, now, right

    def _right(self, place: Place, now: Any, status: int, kind: str) -> Any:
        """Return what should be at `place`; ABSENT where that is not about the status."""
        name = _letters(place[-1])
        if type(now) is int:
            return status if name in _NUMBERS and self._is_status(place, now) else ABSENT
        if not isinstance(now, str):
            return ABSENT
        choices = self._choices(place) if name in _WORDS else []
        best = _best(choices, now, status, kind)
        if best is ABSENT and name in _PHRASES and (now == PLAIN or is_phrase(now)):
            return phrase(status)
        return best

    def _is_status(self, place: Place, now: int) -> bool:
        """Return whether a number is a status: it looks like one, or nobody but we chose it."""
        if not _is_own(now) or _letters(place[-1]) != "code":
            return True
        return not any(part.keys() & {*_CHOICES, *_SINGLE} for part in self._parts(place))

    def _choices(self, place: Place) -> list[str]:
        """Return the texts that the document lists for what is at `place`."""
        parts = self._parts(place)
        lists = [part[key] for part in parts for key in _CHOICES if isinstance(part.get(key), list)]
        lists += [[part[key]] for part in parts for key in _SINGLE if key in part]
        return list(dict.fromkeys(each for listed in lists for each in listed if isinstance(each, str)))

    def _parts(self, place: Place) -> list[Mapping[str, Any]]:
        """Return the schemas of what is at `place`, in whichever branch they stand."""
        parts = _composed(self._data, [self._schema])
        for step in place:
            key, step = ("properties", step) if isinstance(step, str) else ("items", "")
            inner = [each[key] for each in parts if isinstance(each.get(key), Mapping)]
            parts = _composed(self._data, [each.get(step) for each in inner] if step else inner)
        return parts


def _composed(data: Mapping[str, Any], schemas: list[Any]) -> list[Mapping[str, Any]]:
    """Return `schemas` and all that they are composed of or may be, each once."""
    found: dict[int, Mapping[str, Any]] = {}
    waiting = list(reversed(schemas))
    while waiting:
        node = _followed(data, waiting.pop())
        if isinstance(node, Mapping) and id(node) not in found:
            found[id(node)] = node
            inner = [node[key] for key in _COMPOSING if isinstance(node.get(key), list)]
            waiting += reversed([part for parts in inner for part in parts])
    return list(found.values())


def _followed(data: Mapping[str, Any], schema: Any) -> Any:
    try:
        return deref(dict(data), schema)
    except LookupError:
        return None


def _best(choices: list[str], now: str, status: int, kind: str) -> Any:
    """Return the choice that says `status`, or `kind`, in the most fitting word; ABSENT where none does."""
    spelt = {each: _letters(each) for each in dict.fromkeys([now, *choices] if now in choices else choices)}
    for words in ranked(status, kind):
        for word in words:
            if found := [each for each, letters in spelt.items() if letters == word]:
                return found[0]
        for word in [each for each in words if len(each) >= _TELLING]:
            if found := [each for each, letters in spelt.items() if word in letters]:
                return found[0]
    return ABSENT


_TELLING = 8
"""How many letters a word has that tells enough as a part of another: `notfound` in JOB_NOT_FOUND."""


def _letters(name: Any) -> str:
    return "".join(each for each in str(name).lower() if each.isalnum())


def _named(value: Any) -> Iterator[tuple[Place, Any]]:
    """Yield the members of `value` whose names may tell of a status, with their values."""
    level: list[tuple[Place, Any]] = [((), value)]
    for _ in range(_DEEPEST):
        members = [((*path, key), part) for path, node in level for key, part in inside(node)]
        yield from (each for each in members if _letters(each[0][-1]) in _WORDS | _NUMBERS)
        level = members


def inside(node: Any) -> list[tuple[str | int, Any]]:
    """Return what is directly in `node`; of a list the first item."""
    if isinstance(node, Mapping):
        return list(node.items())
    return [(0, node[0])] if isinstance(node, list) and node else []


def _is_own(now: Any) -> bool:
    """Return whether a number is none of HTTP, but the API's own."""
    return type(now) is int and not 100 <= now < 600


def _is_shown(now: Any, place: Place, shown: list[Any]) -> bool:
    return any(_at(each, place) == now for each in shown)


def _at(value: Any, place: Place) -> Any:
    try:
        return reduce(getitem, place, value)
    except (LookupError, TypeError):
        return ABSENT


def put(value: Any, place: Place, told: Any) -> Any:
    """Return a copy of `value` with `told` at `place`."""
    value = deepcopy(value)
    reduce(getitem, place[:-1], value)[place[-1]] = told
    return value
