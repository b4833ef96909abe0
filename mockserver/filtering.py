"""Filters: which values a query leaves in a list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from mockserver import evaluation
from mockserver.combining import shown
from mockserver.evaluation import Request
from mockserver.index import hashable
from mockserver.store import sortable
from speckit import pointer, timing
from speckit.lifecycle import Filter
from speckit.operation import Operation
from speckit.pointer import ABSENT
from speckit.timed import BOUNDS

Test = Callable[[Any], bool]
"""Tells whether the fields of a resource, or an item of an array, stay in a list."""
Match = Callable[[Any], bool]
"""Tells whether one value fits."""

Asked = tuple[Filter, str, Any]
"""A filter in force, with how it compares and the value asked for."""


class Filters:
    """The filters of one list, ready to read what a request asks for."""

    def __init__(self, filters: Iterable[Filter], form: str, operation: Operation) -> None:
        self._filters = [
            (
                each,
                _reading(each, operation),
                evaluation.compiled(each.by, form) if each.by is not None else None,
                dict(each.matches),
            )
            for each in filters
        ]

    def asked(self, request: Request) -> list[Asked]:
        """Return the filters in force."""
        found: list[Asked] = []
        for each, read, chosen, matches in self._filters:
            value = request.query.get(each.param, ABSENT) if read is None else read(request.query)
            value = each.default if value is ABSENT else value
            if value is not None:
                match = each.match
                if chosen is not None:
                    frame = evaluation.Frame(request, 0, {})
                    match = matches.get(shown(chosen(frame)), match)
                found.append((each, match, value))
        return found


def _reading(each: Filter, operation: Operation) -> Callable[[Any], Any] | None:
    """Return what reads the member of a parameter that a filter names; None for one that names it whole."""
    parameter, path = operation.asked(each.param) or (None, ())
    return pointer.reader((parameter.name, *path)) if parameter is not None and path else None


def test(asked: Asked) -> Test:
    """Return what a filter in force asks of each item."""
    each, match, value = asked
    field, fits = each.field, _match(each, match, value)
    return lambda fields: fits(pointer.read(fields, field))


def _match(each: Filter, match: str, value: Any) -> Match:
    if match in BOUNDS:
        if each.scale:
            return _scaled(match, value, each.scale)
        return _bound(match, value, is_time=each.is_time)
    if match == "includes":
        return _including(value)
    if match.startswith(("prefix", "contains")) or match == "equals-any-case":
        return _text(match, shown(value))
    if match == "any" and isinstance(value, str):
        words = set(value.split(","))
        return lambda found: shown(found) in words
    wanted = {hashable(part) for part in (value if isinstance(value, list) else [value])}
    return lambda found: hashable(found) in wanted


def _text(match: str, wanted: str) -> Match:
    """Return the comparison of texts; nothing but a text fits."""
    way = match.removesuffix("-any-case")
    fold: Callable[[str], str] = str if way == match else str.casefold
    wanted = fold(wanted)
    if way == "prefix":
        return lambda found: isinstance(found, str) and fold(found).startswith(wanted)
    if way == "contains":
        return lambda found: isinstance(found, str) and wanted in fold(found)
    return lambda found: fold(shown(found)) == wanted


def _including(value: Any) -> Match:
    """Return whether all that is asked for is in an object (member by member) or in an array."""
    wanted = _parsed(value)
    if isinstance(wanted, Mapping):
        parts = {key: shown(part) for key, part in wanted.items()}
        return lambda found: (
            isinstance(found, dict)
            and all(key in found and shown(found[key]) == part for key, part in parts.items())
        )
    texts = {shown(part) for part in (wanted if isinstance(wanted, list) else [wanted])}
    return lambda found: isinstance(found, list) and texts <= set(map(shown, found))


def _parsed(value: Any) -> Any:
    """Return what a parameter written as a JSON object stands for; anything else as it is."""
    if not (isinstance(value, str) and value.startswith("{")):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def _scaled(match: str, value: Any, scale: tuple[str, ...]) -> Match:
    """Return the comparison of words by their places on a scale."""
    places = {word: place for place, word in enumerate(scale)}
    fits = _bound(match, places.get(hashable(value), -1))
    return lambda found: isinstance(found, str) and found in places and fits(places[found])


def _bound(match: str, value: Any, *, is_time: bool = False) -> Match:
    """Return the comparison by more and less: of moments where a field holds times, else of what is written.

    The same moment can be written in many ways, so times are not compared as texts. A text that may be
    read as a date is a text like others; but two that are all of a date and a time are moments anywhere.
    """
    compare, limit = _COMPARISONS[match], sortable(value)
    moment = _moment(value, is_time=is_time)

    def fits(found: Any) -> bool:
        if moment is not None and isinstance(found, str):
            when = _moment(found, is_time=is_time)
            if when is not None or is_time:
                return when is not None and compare(when, moment)
        key = sortable(found)
        return key[0] == limit[0] and compare(key, limit)

    return fits


def _moment(value: Any, *, is_time: bool) -> int | None:
    """Return the moment that a text is written for; None for anything else."""
    if not isinstance(value, str) or not (is_time or _WHOLE.match(value)):
        return None
    return timing.parse(value, "date-time")


_WHOLE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d")
"""How a text begins that is a date and a time, and nothing else."""

_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "from": lambda one, other: one >= other,
    "to": lambda one, other: one <= other,
    "after": lambda one, other: one > other,
    "before": lambda one, other: one < other,
}
