"""What a schema asks for: its references followed, its `allOf` joined, old and new spellings made one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from speckit.faults import Pointer
from toolkit.diff.node import Node

TYPES = frozenset(("string", "number", "integer", "boolean", "object", "array"))
"""All types but null, of which a schema says otherwise whether it is allowed."""

_OBJECT = ("properties", "required", "additionalProperties", "minProperties", "maxProperties")
_ARRAY = ("items", "minItems", "maxItems", "uniqueItems", "prefixItems")
_MOST_PARTS = 200
"""No sensible schema is composed of more; one that refers to itself by `allOf` is."""


class Schema:
    """A schema as it is meant: the conjunction of some nodes of a document."""

    def __init__(self, *nodes: Node) -> None:
        self.nodes = nodes

    @cached_property
    def key(self) -> tuple[Pointer, ...]:
        """Tell it from all others of its document; a mere reference is what it refers to."""
        return tuple(_bare(each).pointer for each in self.nodes)

    @property
    def pointer(self) -> Pointer:
        """Where it begins: at the component, if it only refers to one."""
        return self.parts[0].pointer if self.parts else self.nodes[0].pointer

    @property
    def names(self) -> frozenset[str]:
        """What the references that lead to it are called."""
        return frozenset(each.get("$ref") or "" for each in self.nodes) - {""}

    @cached_property
    def _joined(self) -> tuple[tuple[Node, ...], tuple[tuple[Schema, ...], ...], bool]:
        parts: list[Node] = []
        groups: list[tuple[Schema, ...]] = []
        nullable = any(_bare(each).get("nullable") is True for each in self.nodes if each.is_30)
        waiting = list(reversed(self.nodes))
        seen: set[Pointer] = set()
        while waiting and len(parts) < _MOST_PARTS:
            node = waiting.pop()
            if node.pointer in seen:
                continue
            seen.add(node.pointer)
            if isinstance(node.get("$ref"), str):
                waiting.append(node.followed())
                if node.is_30:
                    continue
            parts.append(node)
            waiting += reversed([each for _, each in node.children("allOf")])
            for word in ("oneOf", "anyOf"):
                branches = [each for _, each in node.children(word)]
                real = [each for each in branches if not _is_null(each)]
                nullable = nullable or len(real) < len(branches)
                if len(real) == 1:
                    waiting.append(real[0])
                elif real:
                    groups.append(tuple(Schema(each) for each in real))
        return tuple(parts), tuple(groups), nullable

    @property
    def parts(self) -> tuple[Node, ...]:
        """The schemas that must all hold, without references and alternatives."""
        return self._joined[0]

    @property
    def groups(self) -> tuple[tuple[Schema, ...], ...]:
        """Its alternatives: of each group one at least must hold."""
        return self._joined[1]

    def said(self, key: str) -> list[Any]:
        """Return what its parts say under a keyword."""
        return [
            part.value[key] for part in self.parts if isinstance(part.value, Mapping) and key in part.value
        ]

    def at(self, key: str) -> Pointer:
        """Return where a keyword stands, or the schema where none of its parts has it."""
        held = (part for part in self.parts if isinstance(part.value, Mapping) and key in part.value)
        found = next(held, None)
        return (*found.pointer, key) if found else self.pointer

    def is_true(self, key: str) -> bool:
        """Return whether one of its parts says true under a keyword."""
        return any(each is True for each in self.said(key))

    @cached_property
    def is_nothing(self) -> bool:
        """Whether no value fits: it is the schema `false`."""
        return any(part.value is False for part in self.parts)

    @cached_property
    def types(self) -> frozenset[str] | None:
        """The types allowed, null apart; None where it does not say."""
        found = [kinds for part in self.parts if (kinds := _types(part)) is not None]
        return frozenset.intersection(*found) - {"null"} if found else None

    @cached_property
    def is_nullable(self) -> bool | None:
        """Whether null is allowed; None where it does not say."""
        if self._joined[2]:
            return True
        found = [kinds for part in self.parts if (kinds := _types(part)) is not None]
        return all("null" in kinds for kinds in found) if found else None

    @cached_property
    def enum(self) -> list[Any] | None:
        """The values allowed, null apart; None where there are no such bounds."""
        sets = [each for each in self.said("enum") if isinstance(each, list)]
        sets += [[each] for each in self.said("const")]
        if not sets:
            return None
        shared = [each for each in sets[0] if all(_has(other, each) for other in sets[1:])]
        return [each for each in shared if each is not None]

    def least(self, key: str) -> float | None:
        """Return the tightest of its lower bounds under a keyword such as `minLength`."""
        return max(filter(_is_number, self.said(key)), default=None)

    def most(self, key: str) -> float | None:
        """Return the tightest of its upper bounds under a keyword such as `maxLength`."""
        return min(filter(_is_number, self.said(key)), default=None)

    @property
    def minimum(self) -> tuple[float, bool] | None:
        """The lower bound of numbers, and whether it is outside itself."""
        return max(self._bounds("minimum", "exclusiveMinimum"), default=None)

    @property
    def maximum(self) -> tuple[float, bool] | None:
        """The upper bound of numbers, and whether it is outside itself."""
        return min(self._bounds("maximum", "exclusiveMaximum"), key=_upper, default=None)

    def _bounds(self, plain: str, exclusive: str) -> Iterator[tuple[float, bool]]:
        for part in self.parts:
            bound, strict = part.get(plain), part.get(exclusive)
            if _is_number(bound):
                yield bound, strict is True
            if _is_number(strict):
                yield strict, True

    @cached_property
    def required(self) -> frozenset[str]:
        """The properties that must be there."""
        lists = [each for each in self.said("required") if isinstance(each, list)]
        return frozenset(str(name) for each in lists for name in each)

    @cached_property
    def properties(self) -> dict[str, Schema]:
        """What is said of each property."""
        return self._named("properties")

    @cached_property
    def pattern_properties(self) -> dict[str, Schema]:
        """What is said of properties whose names match a pattern."""
        return self._named("patternProperties")

    def _named(self, key: str) -> dict[str, Schema]:
        found: dict[str, list[Node]] = {}
        for part in self.parts:
            for name, node in part.children(key):
                found.setdefault(str(name), []).append(node)
        return {name: Schema(*nodes) for name, nodes in found.items()}

    def below(self, key: str) -> Schema | None:
        """Return the schema under a keyword such as `items`, or None where there is none."""
        nodes = [part.child(key) for part in self.parts if isinstance(part.get(key), Mapping | bool)]
        return Schema(*nodes) if nodes else None

    @cached_property
    def is_closed(self) -> bool:
        """Whether properties that it does not name are shut out."""
        words = ("additionalProperties", "unevaluatedProperties")
        return any(each is False for word in words for each in self.said(word))


def _bare(node: Node) -> Node:
    """Return what a node refers to, unless it says something besides."""
    is_bare = isinstance(node.get("$ref"), str) and (node.is_30 or len(node.value) == 1)
    return node.followed() if is_bare else node


def _upper(bound: tuple[float, bool]) -> tuple[float, bool]:
    return bound[0], not bound[1]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)


def _has(values: list[Any], wanted: Any) -> bool:
    return any(each == wanted and type(each) is type(wanted) for each in values)


def _is_null(node: Node) -> bool:
    kind = node.get("type")
    return kind in ("null", ["null"]) or node.get("enum") == [None]


def _types(part: Node) -> frozenset[str] | None:
    """Return the types that one part allows, null among them; those of its keywords if it is mute."""
    kind = part.get("type")
    kinds = [kind] if isinstance(kind, str) else kind
    if isinstance(kinds, list) and kinds:
        found = {str(each) for each in kinds}
        found |= {"integer"} if "number" in found else set()
        found |= {"null"} if part.is_30 and part.get("nullable") is True else set()
        return frozenset(found)
    if any(part.get(word) is not None for word in _OBJECT):
        return frozenset(("object",))
    return frozenset(("array",)) if any(part.get(word) is not None for word in _ARRAY) else None
