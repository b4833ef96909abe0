"""From a method and a path to an operation, in as many steps as the path has segments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from speckit.conventions import Conventions, governing
from speckit.operation import Operation

_PARAMETER = re.compile(r"\{([^{}]+)\}")
DEEPEST = 100
"""How many segments a path may have."""
LONGEST = 512
"""How many bytes a path may have to be remembered."""


class UnreadablePath(ValueError):
    """The path is not UTF-8 below its percent signs."""


@dataclass(slots=True)
class Found:
    """What a path leads to: its operations by method, and the values of its parameters."""

    operations: Mapping[str, Operation]
    values: Mapping[str, str]

    def allow(self, *, serves_head: bool) -> str:
        """Return what the Allow header says (RFC 9110, section 10.2.1).

        Args:
            serves_head: HEAD is answered wherever GET is.
        """
        more = {"OPTIONS", "HEAD"} if serves_head and "GET" in self.operations else {"OPTIONS"}
        return ", ".join(sorted({*self.operations, *more}))


class _Leaf:
    __slots__ = ("names", "operations")

    def __init__(self) -> None:
        self.operations: dict[str, Operation] = {}
        self.names: dict[str, tuple[str, ...]] = {}


class _Node:
    """One segment of all paths. Fixed text comes first, then mixed text, then a whole parameter.

    Where one segment may fit more than one way on, the node forks.
    """

    __slots__ = ("any", "fixed", "forks", "leaf", "mixed")

    def __init__(self) -> None:
        self.forks = False
        self.fixed: dict[str, _Node] = {}
        self.mixed: list[tuple[re.Pattern[str], _Node]] = []
        self.any: _Node | None = None
        self.leaf: _Leaf | None = None

    def child(self, segment: str) -> _Node:
        """Return the node below for one segment of a path template, made if it is new."""
        below = self._below(segment)
        self.forks = bool(self.mixed) or (self.any is not None and bool(self.fixed))
        return below

    def _below(self, segment: str) -> _Node:
        if not _PARAMETER.search(segment):
            return self.fixed.setdefault(segment, _Node())
        if _PARAMETER.fullmatch(segment):
            self.any = self.any or _Node()
            return self.any
        pattern = _pattern(segment)
        for known, node in self.mixed:
            if known.pattern == pattern:
                return node
        self.mixed.append((re.compile(pattern, re.DOTALL), _Node()))
        return self.mixed[-1][1]


def _pattern(segment: str) -> str:
    pieces = _PARAMETER.split(segment)
    return "".join("(.+)" if i % 2 else re.escape(piece) for i, piece in enumerate(pieces))


class Router:
    """All paths of a document."""

    def __init__(self, operations: Iterable[Operation], conventions: tuple[Conventions, ...]) -> None:
        self._root = _Node()
        # Clients poll: the same few paths come again and again.
        self._remembered = lru_cache(maxsize=4096)(self._find)
        self._conventions = conventions
        for operation in operations:
            self._add(operation, operation.path)
            if governing(conventions, operation.path).ignores_trailing_slash:
                self._add(operation, _other_form(operation.path))

    def _add(self, operation: Operation, path: str) -> None:
        node = self._root
        for segment in path.split("/")[1:]:
            node = node.child(segment)
        node.leaf = node.leaf or _Leaf()
        if operation.method not in node.leaf.operations:
            node.leaf.operations[operation.method] = operation
            node.leaf.names[operation.method] = tuple(_PARAMETER.findall(path))

    def find(self, raw_path: bytes, method: str) -> Found | None:
        """Return what the path leads to, or None if it is none of the document's.

        What is returned is remembered, and not to be changed. The path is split
        before percent signs are decoded, so that an id may hold a slash.

        Raises:
            UnreadablePath: it cannot be decoded.
        """
        # A long path would take up more than it saves.
        return (self._find if len(raw_path) > LONGEST else self._remembered)(raw_path, method)

    def _find(self, raw_path: bytes, method: str) -> Found | None:
        segments = decoded(raw_path)
        if len(segments) > DEEPEST:
            return None
        values: list[str] = []
        leaf = _walk(self._root, segments, 0, values)
        if leaf is None:
            return None
        names = leaf.names.get("GET" if method == "HEAD" and "HEAD" not in leaf.names else method)
        names = names if names is not None else next(iter(leaf.names.values()))
        return Found(leaf.operations, dict(zip(names, values, strict=True)))


def decoded(raw_path: bytes) -> list[str]:
    """Return the decoded segments of a path.

    Raises:
        UnreadablePath: it is not UTF-8.
    """
    try:
        segments = raw_path.decode().split("/")[1:]
        if b"%" not in raw_path:
            return segments
        return [unquote(segment, errors="strict") for segment in segments]
    except UnicodeDecodeError as problem:
        raise UnreadablePath(str(problem)) from problem


def _walk(node: _Node, segments: list[str], at: int, values: list[str]) -> _Leaf | None:
    """Return the leaf that the segments from `at` on lead to; the most concrete way wins."""
    for position in range(at, len(segments)):
        segment = segments[position]
        if node.forks:
            return _choose(node, segments, position, values)
        below = node.fixed.get(segment)
        if below is None:
            below = node.any
            if below is None or not segment:
                return None
            values.append(segment)
        node = below
    return node.leaf


def _choose(node: _Node, segments: list[str], at: int, values: list[str]) -> _Leaf | None:
    """Return the leaf behind a node with several ways on, tried one after the other."""
    segment = segments[at]
    if segment in node.fixed and (leaf := _with(node.fixed[segment], segments, at, values, ())):
        return leaf
    for pattern, below in node.mixed:
        match = pattern.fullmatch(segment)
        if match and (leaf := _with(below, segments, at, values, match.groups())):
            return leaf
    if node.any is not None and segment:
        return _with(node.any, segments, at, values, (segment,))
    return None


def _with(node: _Node, segments: list[str], at: int, values: list[str], more: Iterable[Any]) -> _Leaf | None:
    known = len(values)
    values.extend(more)
    leaf = _walk(node, segments, at + 1, values)
    if leaf is None:
        del values[known:]
    return leaf


def _other_form(path: str) -> str:
    return path.rstrip("/") if path.endswith("/") else path + "/"
