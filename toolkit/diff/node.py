"""A part of a document that knows where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from speckit.faults import Pointer
from speckit.pointer import parse

_CHAIN = 100
"""So many references may follow each other; more never end."""


@dataclass(frozen=True, slots=True)
class Node:
    """What stands at `pointer` in the document `root`."""

    root: Mapping[str, Any]
    pointer: Pointer
    value: Any

    @property
    def is_30(self) -> bool:
        """Whether schemas are those of OpenAPI 3.0."""
        return str(self.root.get("openapi", "")).startswith("3.0")

    def get(self, key: str) -> Any:
        """Return the value of a member; None where there is none."""
        return self.value.get(key) if isinstance(self.value, Mapping) else None

    def child(self, *keys: str | int) -> Node:
        """Return what `keys` lead to; a node without a value where that is nothing."""
        value = self.value
        for key in keys:
            value = _member(value, key)
        return Node(self.root, (*self.pointer, *keys), value)

    def members(self) -> Iterator[tuple[Any, Node]]:
        """Yield the members of a mapping, or the items of a list, with their names or numbers."""
        if isinstance(self.value, Mapping):
            yield from ((name, self.child(name)) for name in self.value)
        elif isinstance(self.value, list):
            yield from ((number, self.child(number)) for number in range(len(self.value)))

    def children(self, key: str) -> Iterator[tuple[Any, Node]]:
        """Yield the members, or items, of what stands at `key`."""
        yield from self.child(key).members()

    def followed(self) -> Node:
        """Return what the node refers to, or itself where it is no reference."""
        node = self
        for _ in range(_CHAIN):
            ref = node.get("$ref")
            if not isinstance(ref, str):
                return node
            node = _target(node.root, ref)
        return Node(self.root, self.pointer, None)


def present(root: Mapping[str, Any], pointer: Pointer) -> Pointer:
    """Return as much of `pointer` as there is in the document `root`.

    >>> present({"paths": {"/jobs": {}}}, ("paths", "/jobs", "get"))
    ('paths', '/jobs')
    """
    value: Any = root
    for length, key in enumerate(pointer):
        value = _member(value, key)
        if value is None:
            return pointer[:length]
    return pointer


def _member(value: Any, key: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return None


def _target(root: Mapping[str, Any], ref: str) -> Node:
    segments = parse(unquote(ref.removeprefix("#"))) if ref.startswith(("#/", "#")) else ()
    pointer: list[str | int] = []
    value: Any = root
    for segment in segments:
        key = int(segment) if isinstance(value, list) and segment.isdigit() else segment
        value = _member(value, key)
        pointer.append(key)
    return Node(root, tuple(pointer), value)
