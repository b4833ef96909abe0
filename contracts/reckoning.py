"""What a template comes to for somebody outside: a value, with holes where only the server knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from contracts.exchange import Call, text
from speckit import expression, pointer
from speckit.expression import Source, Template
from speckit.lifecycle import Condition, Guard
from speckit.pointer import ABSENT
from speckit.timing import SECOND


class _Unknown:
    """The hole: a value that only the server knows."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Any = _Unknown()
"""Stands for a value that cannot be known from outside; every value matches it."""


@dataclass(frozen=True, slots=True)
class Like:
    """A text with holes, as a pattern."""

    pattern: str


@dataclass(frozen=True, slots=True)
class At:
    """A moment counted from the request: `plus` microseconds later, then up to the `next` full unit."""

    plus: int = 0
    next: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known when a template is reckoned.

    Attributes:
        call: The request that the template is about.
        resource: Looks a field of the resource up; UNKNOWN where it was never seen.
        parent: Looks a field of a parent up, by the parent's name.
        state: What the wire says for the state.
    """

    call: Call | None = None
    resource: Callable[[tuple[str, ...]], Any] = lambda _path: UNKNOWN
    parent: Callable[[str, tuple[str, ...]], Any] = lambda _name, _path: UNKNOWN
    id: Any = UNKNOWN
    state: Any = UNKNOWN
    parts: Mapping[str, Any] = field(default_factory=dict)


def reckoned(template: Template, known: Known) -> Any:
    """Return what `template` comes to: a value, ABSENT, or one with UNKNOWN, Like and At inside."""
    match template:
        case Source():
            return looked_up(template, known)
        case expression.Constant(value):
            return value
        case expression.Text(parts):
            return _text(parts, known)
        case expression.Members(items):
            pairs = ((key, reckoned(part, known)) for key, part in items)
            return {key: value for key, value in pairs if value is not ABSENT}
        case expression.Items(items):
            return [value for part in items if (value := reckoned(part, known)) is not ABSENT]
        case expression.First(options):
            return _first(options, known)
        case expression.Encoded(inner):
            return _encoded(reckoned(inner, known))
        case expression.Moment():
            return _moment(template, known)


def looked_up(source: Source, known: Known) -> Any:
    """Return the value of one expression; ABSENT or UNKNOWN where there is none or nobody can tell."""
    if source.kind.startswith("request."):
        return _asked(source, known.call)
    if source.kind == "resource":
        return known.resource(source.pointer) if source.pointer else UNKNOWN
    if source.kind == "parent":
        return known.parent(source.name, source.pointer)
    if source.kind == "now":
        return At()
    return {"id": known.id, "state": known.state}.get(source.kind, UNKNOWN)


def _asked(source: Source, call: Call | None) -> Any:
    if call is None:
        return UNKNOWN
    if source.kind == "request.body":
        return _member(call.body, source.pointer)
    if source.kind == "request.header":
        return call.header(source.name)
    holder = call.path if source.kind == "request.path" else call.query
    return _member(holder.get(source.name, ABSENT), source.pointer)


def _member(value: Any, path: tuple[str, ...]) -> Any:
    if value is ABSENT or isinstance(value, bytes):
        return ABSENT if value is ABSENT else UNKNOWN
    return pointer.read(value, path) if path else value


def _first(options: tuple[Template, ...], known: Known) -> Any:
    for option in options:
        value = reckoned(option, known)
        if value is not ABSENT:
            return value
    return ABSENT


def _text(parts: tuple[str | Source, ...], known: Known) -> Any:
    values = [part if isinstance(part, str) else looked_up(part, known) for part in parts]
    if all(not has_hole(value) for value in values):
        return "".join("" if value is ABSENT else text(value) for value in values)
    return Like("".join(".*" if has_hole(v) else "" if v is ABSENT else re.escape(text(v)) for v in values))


def _encoded(value: Any) -> Any:
    return ABSENT if value is ABSENT else Json(value)


@dataclass(frozen=True, slots=True)
class Json:
    """A text that holds JSON: the same value, however it is written."""

    value: Any


def _moment(template: expression.Moment, known: Known) -> Any:
    base, plus = reckoned(template.base, known), template.plus
    if not isinstance(plus, int):
        seconds = reckoned(plus, known)
        plus = seconds * SECOND if isinstance(seconds, int) and not isinstance(seconds, bool) else -1
    if not isinstance(base, At):
        return base if not plus and not template.next else UNKNOWN
    return At(base.plus + plus, template.next) if plus >= 0 and not base.next else UNKNOWN


def has_hole(value: Any) -> bool:
    """Return whether something in `value` is not known."""
    if isinstance(value, dict):
        return any(map(has_hole, value.values()))
    if isinstance(value, list):
        return any(map(has_hole, value))
    return value is UNKNOWN or isinstance(value, Like | At | Json)


def differs(expected: Any, actual: Any) -> bool:
    """Return whether `actual` cannot be what was `expected`."""
    if expected is UNKNOWN or isinstance(expected, At):
        return False
    if isinstance(expected, Like):
        return not (isinstance(actual, str) and re.fullmatch(expected.pattern, actual, re.DOTALL))
    if isinstance(expected, Json):
        return _differs_inside(expected.value, actual)
    if isinstance(expected, dict) and isinstance(actual, dict):
        return expected.keys() != actual.keys() or any(
            differs(expected[key], actual[key]) for key in expected
        )
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) != len(actual) or any(map(differs, expected, actual))
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is not actual
    return bool(expected != actual)


def _differs_inside(expected: Any, actual: Any) -> bool:
    try:
        return differs(expected, orjson.loads(actual))
    except (TypeError, ValueError):
        return True


def holds(guard: Guard, known: Known) -> bool | None:
    """Return whether all conditions of `guard` hold; None where that cannot be known."""
    found = [_holds(condition, looked_up(source, known)) for source, condition in guard]
    if False in found:
        return False
    return None if None in found else True


def _holds(condition: Condition, value: Any) -> bool | None:
    if has_hole(value):
        return None
    if condition.kind == "present":
        return (value is not ABSENT) is bool(condition.value)
    if condition.kind == "in":
        return any(_same(value, each) for each in condition.value)
    return _same(value, condition.value) == (condition.kind == "equals")


def _same(one: Any, other: Any) -> bool:
    return one is not ABSENT and not differs(other, one)
