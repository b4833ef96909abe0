"""Which filters compare moments: those of fields that hold times, by their schemas and the time stamps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from speckit.checks.shapes import Shape, shape_of
from speckit.checks.showing import alone, answer_shape, is_reshaped
from speckit.expression import Source
from speckit.lifecycle import Filter, Lifecycle, Rule
from speckit.operation import Operation

BOUNDS = frozenset(("from", "to", "after", "before"))
"""The matches that compare by more and less."""

_FORMATS = ("date-time", "date")
_ITEMS = Source("list", pointer=("items",))
_DEEPEST = 4
"""How many choices inside of choices a schema is looked through for."""

Raw = Mapping[str, Any]


def timed(lifecycle: Lifecycle, found: Mapping[str, Operation], data: Raw) -> Lifecycle:
    """Return `lifecycle` with each filter that has a bound knowing whether that is a time.

    Args:
        found: The operations of the document, by id.
        data: The whole document, for its schemas.
    """
    rules = {
        name: replace(rule, filters=tuple(_filters(lifecycle, rule, found[name], data)))
        for name, rule in lifecycle.rules.items()
        if name in found and any(map(_is_bound, rule.filters))
    }
    return replace(lifecycle, rules={**lifecycle.rules, **rules}) if rules else lifecycle


def _filters(lifecycle: Lifecycle, rule: Rule, operation: Operation, data: Raw) -> Iterator[Filter]:
    stamps = lifecycle.timestamps
    kept = () if rule.of else (stamps.created, stamps.updated, *stamps.entered.values())
    items = list(_items(lifecycle, rule, operation, data))
    for each in rule.filters:
        asked = operation.query(each.param)
        shapes = [shape_of(data, asked.schema)] if asked else []
        shapes += [item.member(*each.field) for item in items]
        is_time = _is_bound(each) and (each.field in kept or any(map(_is_time, shapes)))
        yield replace(each, is_time=is_time)


def _is_bound(each: Filter) -> bool:
    return not BOUNDS.isdisjoint((each.match, *(match for _, match in each.matches)))


def _items(lifecycle: Lifecycle, rule: Rule, operation: Operation, data: Raw) -> Iterator[Shape]:
    """Yield the shape of an item of the list, wherever an answer has it."""
    for success in rule.success:
        if rule.of or not is_reshaped(lifecycle, rule, success):
            body = _ITEMS if success.body is None else success.body
            yield from alone(
                body, answer_shape(data, operation, success.status or operation.success, success.content_type)
            )


def _is_time(shape: Shape, depth: int = _DEEPEST) -> bool:
    if any(part.get("format") in _FORMATS for part in shape.parts):
        return True
    choices = [part.get(key) for part in shape.parts for key in ("anyOf", "oneOf")] if depth else []
    options = [option for each in choices if isinstance(each, list) for option in each]
    return any(_is_time(shape_of(shape.data, option), depth - 1) for option in options)
