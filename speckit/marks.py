"""Marks: where in a value a schema says `readOnly` or `writeOnly`, and values without what is there."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from speckit.references import deref_or_none

Path = tuple[str, ...]

EACH = "*"
"""In a path: every item of an array, or every member of a map."""
_MOST = 2000
"""In how many schemas marks are looked for, the outer ones first: what goes into itself has no last one."""


def marked(data: Mapping[str, Any], schema: Any, mark: str) -> tuple[Path, ...]:
    """Return the paths of what `schema` gives the `mark`, the outermost alone; `*` stands for every item.

    References and all branches of compositions are followed. What one branch gives the mark and another
    does not is left out, for which of them is meant only the value tells.
    """
    found: dict[Path, None] = {}
    plain: set[Path] = set()
    waiting = deque([_Spot((), schema)])
    for _ in range(_MOST):
        if not waiting:
            break
        spot = waiting.popleft()
        node = _node(data, spot.schema)
        if node is None or id(node) in spot.within:
            continue
        if spot.at and (node.get(mark) is True or spot.schema.get(mark) is True):
            found[spot.at] = None
            continue
        if spot.is_choice:
            plain.add(spot.at)
        waiting += _below(spot, node)
    return tuple(path for path in found if path not in plain)


@dataclass(frozen=True, slots=True)
class _Spot:
    """A schema at a path, the schemas around it, and whether it is a branch or in one."""

    at: Path
    schema: Any
    within: tuple[int, ...] = ()
    is_choice: bool = False


def _below(spot: _Spot, node: Mapping[str, Any]) -> Iterator[_Spot]:
    within = (*spot.within, id(node))
    for key in ("allOf", "oneOf", "anyOf"):
        is_choice = spot.is_choice or key != "allOf"
        parts = node.get(key)
        yield from (
            _Spot(spot.at, part, within, is_choice) for part in (parts if isinstance(parts, list) else ())
        )
    for step, part in _inside(node):
        yield _Spot((*spot.at, step), part, within, spot.is_choice)


def _node(data: Mapping[str, Any], schema: Any) -> Mapping[str, Any] | None:
    """Return what `schema` refers to, or itself; None where that is no schema with keywords."""
    node = deref_or_none(data, schema) if isinstance(schema, Mapping) else None
    return node if isinstance(node, Mapping) else None


def _inside(node: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the schemas of members and items, with the step that leads there."""
    properties = node.get("properties")
    yield from properties.items() if isinstance(properties, Mapping) else ()
    yield from ((EACH, node[key]) for key in ("items", "additionalProperties") if key in node)


def strip(value: Any, path: Path) -> None:
    """Take away what `path` leads to inside `value`, which is nobody else's.

    >>> order = {"items": [{"sku": "a", "price": 3}, {"sku": "b"}]}
    >>> strip(order, ("items", "*", "price"))
    >>> order
    {'items': [{'sku': 'a'}, {'sku': 'b'}]}
    """
    step, *rest = path
    if not rest:
        if isinstance(value, dict):
            value.pop(step, None)
        return
    for part in _parts(value, step):
        strip(part, tuple(rest))


def _parts(value: Any, step: str) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values()) if step == EACH else [value[step]] if step in value else []
    return value if isinstance(value, list) and step == EACH else []
