"""What a template comes to for somebody outside: a value, with holes where only the server knows."""

from __future__ import annotations

import math
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


class _Perhaps:
    """The hole that may also be nothing at all."""

    def __repr__(self) -> str:
        return "PERHAPS"


PERHAPS: Any = _Perhaps()
"""Stands for a value of which it cannot be known from outside whether there is one."""


_WRITTEN_LATER = ("host", "user-agent", "accept", "content-type", "content-length")
"""The headers that a request gets as it is sent."""


@dataclass(frozen=True, slots=True)
class Like:
    """A text with holes, as a pattern; in words it is `shown`."""

    pattern: str
    shown: str

    def __repr__(self) -> str:
        return repr(self.shown)


ANYWHERE = Like(r"https?://[^/?#\s]+(/[^?#\s]*)?", "http://...")
"""Stands for the URL of the server: it has more than one name, and answers under each of them."""


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
            pairs = ((key, _member_of(part, known)) for key, part in items)
            return {key: value for key, value in pairs if value is not ABSENT}
        case expression.Items(items):
            return [value for part in items if (value := reckoned(part, known)) is not ABSENT]
        case expression.First(options, skips_null):
            return _first(options, known, skips_null=skips_null)
        case expression.Encoded(inner):
            return _encoded(reckoned(inner, known))
        case expression.Decoded(inner):
            return _decoded(reckoned(inner, known))
        case expression.Moment():
            return _moment(template, known)
        case expression.Choice():
            return _chosen(template, known)
        case expression.Part(whole, steps):
            return _reached(reckoned(whole, known), [reckoned(step, known) for step in steps])
        case expression.Sum(terms):
            return _total([reckoned(term, known) for term in terms])


def assigned(template: Template, known: Known) -> Any:
    """Return what a field holds once `template` is assigned to it; ABSENT where it is taken away.

    What comes to nothing changes nothing: UNKNOWN stands for what was there.
    """
    value = reckoned(template, known)
    return UNKNOWN if value is ABSENT and template != expression.GONE else value


def _member_of(part: Template, known: Known) -> Any:
    """Return what a member comes to; a field that was never seen may as well be absent."""
    value = reckoned(part, known)
    is_field = isinstance(part, Source) and part.kind in ("resource", "parent", "origin") and part.pointer
    return PERHAPS if value is UNKNOWN and is_field else value


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
    if source.kind == "server":
        return ANYWHERE
    if source.kind == "absent":
        return ABSENT
    return {"id": known.id, "state": known.state}.get(source.kind, UNKNOWN)


def _asked(source: Source, call: Call | None) -> Any:
    if call is None:
        return UNKNOWN
    if source.kind == "request.body":
        return _member(call.body, source.pointer)
    if source.kind == "request.header":
        value = call.header(source.name)
        return UNKNOWN if value is ABSENT and source.name.lower() in _WRITTEN_LATER else value
    holder = call.path if source.kind == "request.path" else call.query
    return _member(holder.get(source.name, ABSENT), source.pointer)


def _member(value: Any, path: tuple[str, ...]) -> Any:
    if value is ABSENT or isinstance(value, bytes):
        return ABSENT if value is ABSENT else PERHAPS
    return pointer.read(value, path) if path else value


def _first(options: tuple[Template, ...], known: Known, *, skips_null: bool) -> Any:
    for option in options:
        value = reckoned(option, known)
        if value is PERHAPS or (skips_null and value is UNKNOWN):
            return UNKNOWN
        if value is not ABSENT and not (skips_null and value is None):
            return value
    return ABSENT


def _chosen(choice: expression.Choice, known: Known) -> Any:
    is_met = holds(choice.when, known)
    if is_met is None:
        return PERHAPS
    if is_met:
        return reckoned(choice.then, known)
    return ABSENT if choice.otherwise is None else reckoned(choice.otherwise, known)


def _reached(value: Any, steps: list[Any]) -> Any:
    if any(map(has_hole, [value, *steps])):
        return PERHAPS
    for step in steps:
        if isinstance(value, list) and isinstance(step, int):
            value = value[step] if -len(value) <= step < len(value) else ABSENT
        else:
            value = ABSENT if step is ABSENT else pointer.read(value, (text(step),))
    return value


def _total(terms: list[Any]) -> Any:
    if any(map(has_hole, terms)):
        return PERHAPS
    are_numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in terms)
    return sum(terms) if are_numbers else ABSENT


def _decoded(value: Any) -> Any:
    if has_hole(value):
        return PERHAPS
    try:
        return orjson.loads(value) if isinstance(value, str) else ABSENT
    except orjson.JSONDecodeError:
        return ABSENT


def _text(parts: tuple[str | Source, ...], known: Known) -> Any:
    values = [part if isinstance(part, str) else looked_up(part, known) for part in parts]
    if all(not has_hole(value) for value in values):
        return "".join("" if value is ABSENT else text(value) for value in values)
    likes = [_like(value) for value in values if value is not ABSENT]
    return Like("".join(each.pattern for each in likes), "".join(each.shown for each in likes))


def _like(value: Any) -> Like:
    if isinstance(value, Like):
        return value
    return Like(".*", "...") if has_hole(value) else Like(re.escape(text(value)), text(value))


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
    return value is UNKNOWN or value is PERHAPS or isinstance(value, Like | At | Json)


def differs(expected: Any, actual: Any) -> bool:
    """Return whether `actual` cannot be what was `expected`."""
    if expected is UNKNOWN or expected is PERHAPS or isinstance(expected, At):
        return False
    if isinstance(expected, Like):
        return not (isinstance(actual, str) and re.fullmatch(expected.pattern, actual, re.DOTALL))
    if isinstance(expected, Json):
        return _differs_inside(expected.value, actual)
    if isinstance(expected, dict) and isinstance(actual, dict):
        sure = {key for key, part in expected.items() if part is not PERHAPS}
        return not sure <= actual.keys() <= expected.keys() or any(
            differs(expected[key], actual[key]) for key in sure
        )
    if isinstance(expected, list) and isinstance(actual, list):
        if PERHAPS in expected:
            return False
        return len(expected) != len(actual) or any(map(differs, expected, actual))
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is not actual
    if isinstance(expected, int) and isinstance(actual, float):
        return _rounded(expected) != actual
    return bool(expected != actual)


def _rounded(number: int) -> float:
    """Return a whole number as servers read it that have no others (RFC 8259, section 6)."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


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
    if condition.kind in ("contains", "lacks"):
        return (isinstance(value, str | list) and condition.value in value) is (condition.kind == "contains")
    return _same(value, condition.value) == (condition.kind == "equals")


def _same(one: Any, other: Any) -> bool:
    return one is not ABSENT and not differs(other, one)
