"""How values are put together: texts, objects, arrays, choices, sums."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any

import orjson

from speckit import pointer
from speckit.pointer import ABSENT

Compute = Callable[[Any], Any]
"""Computes a value in a frame."""

LEAST, MOST = -(2**63), 2**64 - 1
"""The integers that can be written."""


def text(parts: list[str | Compute]) -> Compute:
    """Return the function that writes `parts` one after the other; what is absent leaves nothing behind."""
    if len(parts) == 2 and isinstance(parts[0], str) and not isinstance(parts[1], str):
        return _prefixed(parts[0], parts[1])
    return lambda frame: "".join([part if isinstance(part, str) else shown(part(frame)) for part in parts])


def _prefixed(prefix: str, compute: Compute) -> Compute:
    """Return what most ids are: a prefix, and something new."""

    def prefixed(frame: Any) -> str:
        value = compute(frame)
        return prefix + (value if value.__class__ is str else shown(value))

    return prefixed


def shown(value: Any) -> str:
    """Return `value` as text inside other text: strings as they are, other JSON as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is ABSENT else orjson.dumps(value).decode()


def members(items: list[tuple[str, Compute]]) -> Compute:
    """Return the function that makes an object; a member whose value is absent is left out."""
    if len(items) == 1:
        return _envelope(*items[0])

    def made(frame: Any) -> Any:
        return {key: value for key, compute in items if (value := compute(frame)) is not ABSENT}

    return made


def _envelope(key: str, compute: Compute) -> Compute:
    def envelope(frame: Any) -> Any:
        value = compute(frame)
        return {} if value is ABSENT else {key: value}

    return envelope


def items(parts: list[Compute]) -> Compute:
    """Return the function that makes an array; an item whose value is absent is left out."""
    return lambda frame: [value for value in (part(frame) for part in parts) if value is not ABSENT]


def first(options: list[Compute], *, skips_null: bool = False) -> Compute:
    """Return the function that yields the first of `options` that is present; with `skips_null`, not null."""
    if skips_null:
        return _some(options)
    if len(options) == 2:
        return _either(*options)

    def found(frame: Any) -> Any:
        for option in options:
            if (value := option(frame)) is not ABSENT:
                return value
        return ABSENT

    return found


def _some(options: list[Compute]) -> Compute:
    def some(frame: Any) -> Any:
        values = (option(frame) for option in options)
        return next((value for value in values if value is not ABSENT and value is not None), ABSENT)

    return some


def _either(one: Compute, other: Compute) -> Compute:
    def either(frame: Any) -> Any:
        value = one(frame)
        return other(frame) if value is ABSENT else value

    return either


def encoded(compute: Compute) -> Compute:
    """Return the function that writes a value into a text as JSON."""

    def written(frame: Any) -> Any:
        value = compute(frame)
        return ABSENT if value is ABSENT else orjson.dumps(value).decode()

    return written


def decoded(compute: Compute) -> Compute:
    """Return the function that reads a value out of a text with JSON; absent where it holds none."""

    def read(frame: Any) -> Any:
        value = compute(frame)
        try:
            return orjson.loads(value) if isinstance(value, str) else ABSENT
        except orjson.JSONDecodeError:
            return ABSENT

    return read


def choice(test: Callable[[Any], bool], then: Compute, other: Compute | None) -> Compute:
    """Return the function that computes `then` where the test holds, and else `other`, if anything."""
    if other is None:
        return lambda frame: then(frame) if test(frame) else ABSENT
    return lambda frame: then(frame) if test(frame) else other(frame)


def part(whole: Compute, steps: list[Compute]) -> Compute:
    """Return the function that goes into a value by computed steps; -1 is the last item of an array."""

    def reached(frame: Any) -> Any:
        value = whole(frame)
        for step in steps:
            value = _inside(value, step(frame))
        return value

    return reached


def _inside(value: Any, step: Any) -> Any:
    if isinstance(value, list) and isinstance(step, int) and not isinstance(step, bool):
        return value[step] if -len(value) <= step < len(value) else ABSENT
    return pointer.read(value, (shown(step),)) if isinstance(step, str | int) else ABSENT


def total(terms: list[Compute]) -> Compute:
    """Return the function that adds numbers up; absent where one of them is none."""

    def added(frame: Any) -> Any:
        values = [term(frame) for term in terms]
        are_numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in values)
        return _sum(values) if are_numbers else ABSENT

    return added


def _sum(values: list[Any]) -> Any:
    """Return the sum as it can be written and read again: beyond 64 bits a float, as JSON has it read.

    What no float reaches comes to nothing.
    """
    try:
        found = sum(values)
        if found.__class__ is int and LEAST <= found <= MOST:
            return found
        found = float(found)
    except OverflowError:
        return ABSENT
    return found if isfinite(found) else ABSENT
