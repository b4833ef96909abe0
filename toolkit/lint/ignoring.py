"""Ignoring: `x-understudy-ignore` beside what a rule finds keeps it quiet there and below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from speckit.faults import Fault, Pointer, did_you_mean
from speckit.references import deref
from toolkit.lint.finding import WARNING
from toolkit.lint.matter import Matter
from toolkit.lint.rule import Rule, rule

KEY = "x-understudy-ignore"
"""The key of the node, with the name of a rule or a list of them."""


def ignored(data: Mapping[str, Any], path: Pointer) -> set[str]:
    """Return the rules that some node on the way to `path` wants to be quiet."""
    found = set(_names(data.get(KEY)))
    node: Any = data
    for segment in path:
        node = _step(node, segment)
        if isinstance(node, dict) and isinstance(node.get("$ref"), str):
            found |= set(_names(node.get(KEY)))
            node = _followed(data, node)
        found |= set(_names(node.get(KEY))) if isinstance(node, dict) else set()
    return found


def _step(node: Any, segment: str | int) -> Any:
    if isinstance(node, dict):
        return node.get(segment, node.get(str(segment)))
    if isinstance(node, list) and isinstance(segment, int) and segment < len(node):
        return node[segment]
    return None


def _followed(data: Mapping[str, Any], node: Any) -> Any:
    try:
        return deref(data, node)
    except LookupError:
        return node


def _names(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [each for each in listed if isinstance(each, str)]


def unknown_rule(known: Iterable[str]) -> Rule:
    """Return the rule that only rules are ignored that there are: `known`, and itself."""
    names = [*known, "unknown-ignore"]

    @rule(
        "unknown-ignore", WARNING, why="It keeps nothing quiet, and whoever wrote it believes that it does."
    )
    def check(matter: Matter) -> Iterator[Fault]:
        """An x-understudy-ignore names a rule that there is not."""
        for path, value in _marks(matter.data):
            for name in _names(value):
                if name not in names:
                    yield Fault((*path, KEY), f"'{name}' is not a rule.", did_you_mean(name, names))

    return check


def _marks(data: Any) -> Iterator[tuple[Pointer, Any]]:
    """Yield every x-understudy-ignore with the path of the node that it stands in."""
    waiting: list[tuple[Pointer, Any]] = [((), data)]
    seen: set[int] = set()
    while waiting:
        path, node = waiting.pop()
        if not isinstance(node, dict | list) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, dict):
            if KEY in node:
                yield path, node[KEY]
            waiting += [((*path, key), each) for key, each in node.items() if isinstance(each, dict | list)]
        else:
            waiting += [((*path, i), each) for i, each in enumerate(node) if isinstance(each, dict | list)]
