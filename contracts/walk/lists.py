"""Random questions to a list: filters with values that resources have, an order, the length of a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from contracts.bench import Binding
from contracts.exchange import text
from contracts.inputs import Inputs
from contracts.matching import together, value_of
from contracts.observed import Track
from contracts.reckoning import has_hole
from speckit.lifecycle import Filter
from speckit.pointer import ABSENT


def query(inputs: Inputs, binding: Binding, tracks: Sequence[Track], dice: Random) -> dict[str, Any]:
    """Return a query that a sound client may ask; the same for the same `dice`."""
    return {
        **_filters(inputs, binding, tracks, dice),
        **_order(binding, dice),
        **_size(binding, dice),
    }


def _filters(inputs: Inputs, binding: Binding, tracks: Sequence[Track], dice: Random) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in binding.rule.filters:
        values = list(_values(inputs, binding, each, tracks))
        wanted = dice.random() < 0.35
        if wanted and values:
            value = _asked(binding, each, values, dice)
            found |= {each.param: value} if _is_sound(inputs, binding, each, value) else {}
    return found


def _values(inputs: Inputs, binding: Binding, each: Filter, tracks: Sequence[Track]) -> Iterator[Any]:
    """Yield values to ask for: those that resources have, and those that the document lists."""
    for track in tracks:
        value = value_of(track, each.field, {})
        if not has_hole(value) and isinstance(value, str | int | float) and value != "":
            yield value
    parameter = binding.operation.query(each.param)
    if parameter is not None and "enum" in parameter.schema:
        yield from inputs.others(parameter.schema, ABSENT)


def _asked(binding: Binding, each: Filter, values: Sequence[Any], dice: Random) -> Any:
    value = dice.choice(values)
    if each.match == "any" and dice.random() < 0.5:
        return together(binding, each, [value, dice.choice(values)])
    if each.match == "prefix" and isinstance(value, str):
        return value[: dice.randint(1, len(value))]
    return value


def _is_sound(inputs: Inputs, binding: Binding, each: Filter, value: Any) -> bool:
    """Return whether the document lets a client ask that; a comma would be read as two values."""
    parameter = binding.operation.query(each.param)
    if parameter is None or not inputs.is_valid(parameter.schema, value):
        return False
    return each.match != "any" or "," not in text(value).replace(",", "", 1)


def _order(binding: Binding, dice: Random) -> dict[str, Any]:
    sort = binding.rule.sort
    if sort is None or dice.random() < 0.5:
        return {}
    found: dict[str, Any] = {sort.param: dice.choice(list(sort.fields))} if sort.param else {}
    if sort.direction:
        found |= dice.choice([{}, {sort.direction: sort.descending}])
    return found


def _size(binding: Binding, dice: Random) -> dict[str, Any]:
    paging = binding.rule.paging
    if paging is None or not paging.size or dice.random() < 0.4:
        return {}
    least = max(1, paging.min)
    return {paging.size: dice.randint(least, min(least + 6, paging.max or least + 6))}
