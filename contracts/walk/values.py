"""Random values that fit a schema, as strategies: any script, every boundary, empty, long, left out."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from speckit.schema import Schemas

Strategy = SearchStrategy[Any]

_DEEPEST = 4
_LONG = 300
"""How many characters a text has at most where the schema sets no bound."""
_INT32 = 2**31 - 1
"""Whole numbers without a bound stay within what every language and database has."""
_NUMBER = 10**6
_CENTURY = datetime(2000, 1, 1)
_MOST_ITEMS = 3

_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_.,'\"<>&%/\\"
_WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=12)
_FORMATS: Mapping[str, Strategy] = {
    "date-time": st.datetimes(_CENTURY, _CENTURY.replace(year=2099)).map("{:%Y-%m-%dT%H:%M:%SZ}".format),
    "date": st.dates(_CENTURY.date(), date(2099, 12, 31)).map(str),
    "uuid": st.uuids(version=4).map(str),
    "email": _WORDS.map(lambda word: f"{word}@example.com"),
    "uri": _WORDS.map(lambda word: f"https://example.com/{word}"),
    "url": _WORDS.map(lambda word: f"https://example.com/{word}"),
    "hostname": _WORDS.map(lambda word: f"{word}.example.com"),
    "ipv4": st.ip_addresses(v=4).map(str),
    "ipv6": st.ip_addresses(v=6).map(str),
}


class Values:
    """Makes strategies for the schemas of one document."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._schemas = Schemas(data)

    def fitting(self, schema: Any) -> Strategy:
        """Return a strategy for values that fit `schema`, as far as its simple keywords tell.

        What it says by `not`, `if` or `patternProperties` is not heeded: a value is to be held to the
        schema before use.
        """
        return self._made(schema, _DEEPEST)

    def _made(self, schema: Any, depth: int) -> Strategy:
        whole = self._whole(schema, depth)
        if "const" in whole:
            return st.just(whole["const"])
        if isinstance(whole.get("enum"), list) and whole["enum"]:
            return st.sampled_from(whole["enum"])
        for key in ("oneOf", "anyOf"):
            if whole.get(key) and depth:
                rest = {name: value for name, value in whole.items() if name != key}
                return st.one_of([self._made(_folded(rest, each), depth - 1) for each in whole[key]])
        kinds = [self._typed(kind, whole, depth) for kind in _kinds(whole)]
        return st.one_of([*kinds, st.none()] if whole.get("nullable") else kinds)

    def _whole(self, schema: Any, depth: int) -> Mapping[str, Any]:
        """Return a schema, its reference followed and the parts of its `allOf` put together."""
        whole = self._schemas.resolved(schema)
        for part in whole.get("allOf", ()) if depth else ():
            rest = {name: value for name, value in whole.items() if name != "allOf"}
            whole = {**_folded(rest, self._whole(part, depth - 1)), "allOf": whole["allOf"]}
        return whole

    def _typed(self, kind: str, schema: Mapping[str, Any], depth: int) -> Strategy:
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            return self._array(schema, depth)
        return _SIMPLE.get(kind, _string)(schema)

    def _object(self, schema: Mapping[str, Any], depth: int) -> Strategy:
        properties = schema.get("properties") or {}
        required = set(schema.get("required") or ())
        made = {
            name: self._made(part, depth - 1)
            for name, part in properties.items()
            if depth > 0 or name in required
        }
        return st.fixed_dictionaries(
            {name: each for name, each in made.items() if name in required},
            optional={name: each for name, each in made.items() if name not in required},
        )

    def _array(self, schema: Mapping[str, Any], depth: int) -> Strategy:
        least = schema.get("minItems", 0)
        most = min(schema.get("maxItems", math.inf), least + _MOST_ITEMS)
        items = self._made(schema.get("items", {}), depth - 1) if depth > 0 else _WORDS
        is_unique = bool(schema.get("uniqueItems"))
        return st.lists(items, min_size=least, max_size=int(most), unique_by=repr if is_unique else None)


def _folded(one: Mapping[str, Any], other: Any) -> Mapping[str, Any]:
    """Return a schema that says what both say; of what both say differently, the latter's."""
    if not isinstance(other, Mapping):
        return one
    properties = {**(one.get("properties") or {}), **(other.get("properties") or {})}
    required = [*(one.get("required") or ()), *(other.get("required") or ())]
    return {**one, **other, "properties": properties, "required": required}


def _kinds(schema: Mapping[str, Any]) -> list[str]:
    kind = schema.get("type")
    if isinstance(kind, list) and kind:
        return [str(each) for each in kind]
    if isinstance(kind, str):
        return [kind]
    return ["object"] if schema.get("properties") else ["array"] if "items" in schema else ["string"]


def _string(schema: Mapping[str, Any]) -> Strategy:
    least = schema.get("minLength", 0)
    most = schema.get("maxLength", max(_LONG, least))
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    if isinstance(schema.get("pattern"), str):
        return _patterned(schema["pattern"], least, most)
    letters = st.one_of(st.sampled_from(_PLAIN), st.characters(exclude_categories=("C", "Z"), codec="utf-8"))
    sizes = {(least, min(most, max(least, 20)))}
    sizes |= {(size, size) for size in (least, most) if size <= _LONG}
    # Blanks at the ends are trimmed by many a server, and no document says so.
    return st.one_of([st.text(letters, min_size=low, max_size=high) for low, high in sorted(sizes)]).map(
        lambda text: text.strip() or text.replace(" ", "x")
    )


def _patterned(pattern: str, least: int, most: int) -> Strategy:
    try:
        made = st.from_regex(re.compile(pattern, re.ASCII))
    except re.error:
        return _WORDS
    return made.filter(lambda text: least <= len(text) <= most and text.isprintable())


def _bounds(schema: Mapping[str, Any], usual: int) -> tuple[float, float]:
    low, high = schema.get("minimum"), schema.get("maximum")
    over, under = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    step = 1 if schema.get("type") == "integer" else 0.01
    # Before OpenAPI 3.1 the exclusive bounds were flags beside the others.
    low = low + step if low is not None and over is True else low
    high = high - step if high is not None and under is True else high
    lows = [low, over + step if isinstance(over, int | float) and over is not True else None]
    highs = [high, under - step if isinstance(under, int | float) and under is not True else None]
    least = max((each for each in lows if each is not None), default=-usual)
    most = min((each for each in highs if each is not None), default=max(usual, least + usual))
    return min(least, most), most


def _integer(schema: Mapping[str, Any]) -> Strategy:
    low, high = (math.ceil(each) for each in _bounds(schema, _INT32))
    step = schema.get("multipleOf", 1)
    if step != 1 and step == int(step):
        step = int(step)
        return st.integers(-(-low // step), max(-(-low // step), high // step)).map(lambda n: n * step)
    edges = st.sampled_from([low, high, min(max(0, low), high)])
    return st.one_of(st.integers(low, high), st.integers(max(low, -100), max(low, min(high, 100))), edges)


def _number(schema: Mapping[str, Any]) -> Strategy:
    low, high = _bounds(schema, _NUMBER)
    return st.integers(math.ceil(low * 100), math.floor(high * 100)).map(lambda n: n / 100)


_SIMPLE: Mapping[str, Callable[[Mapping[str, Any]], Strategy]] = {
    "integer": _integer,
    "number": _number,
    "boolean": lambda _schema: st.booleans(),
    "null": lambda _schema: st.none(),
}
