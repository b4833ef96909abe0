"""From a method and a path to an operation, in as many steps as the path has segments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

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
    """Where a path ends.

    `asked` are the leaves of paths that go on with a query, each with what must be in it.
    """

    __slots__ = ("asked", "names", "operations")

    def __init__(self) -> None:
        self.operations: dict[str, Operation] = {}
        self.names: dict[str, tuple[str, ...]] = {}
        self.asked: list[tuple[frozenset[tuple[str, str]], _Leaf]] = []

    def add(self, operation: Operation, path: str) -> None:
        """Let the path lead to `operation`, unless there is one with its method already."""
        if operation.method not in self.operations:
            self.operations[operation.method] = operation
            self.names[operation.method] = tuple(_PARAMETER.findall(path))

    def asking(self, query: str) -> _Leaf:
        """Return the leaf for paths that go on with `query`; this one where there is none."""
        pairs = frozenset(parse_qsl(query, keep_blank_values=True))
        if not pairs:
            return self
        found = next((leaf for known, leaf in self.asked if known == pairs), None)
        if found is None:
            found = _Leaf()
            self.asked.append((pairs, found))
            self.asked.sort(key=lambda each: -len(each[0]))
        return found

    def asked_by(self, query: bytes, method: str) -> _Leaf:
        """Return the leaf that a request with `query` means."""
        pairs = set(parse_qsl(query.decode("latin-1"), keep_blank_values=True)) if query else set()
        fitting = [leaf for wanted, leaf in self.asked if wanted <= pairs and method in leaf.operations]
        # A path that the document has with a query only is found without it too.
        return next(iter(fitting), self if self.operations else self.asked[0][1])


class _Mixed:
    """A segment of text and parameters, such as `{id}:cancel` or `{name}.{format}`."""

    __slots__ = ("between", "first", "last", "node")

    def __init__(self, pieces: list[str]) -> None:
        self.first, *self.between, self.last = pieces
        self.node = _Node()

    @property
    def pieces(self) -> list[str]:
        """The text before, between and behind the parameters."""
        return [self.first, *self.between, self.last]

    def match(self, segment: str) -> list[str] | None:
        """Return the values of the parameters, none of them empty; each as long as those behind it allow.

        Looking from the right finds this at once, where a pattern would try all the ways there are.
        """
        start, end = len(self.first), len(segment) - len(self.last)
        if start >= end or not (segment.startswith(self.first) and segment.endswith(self.last)):
            return None
        values: list[str] = []
        for text in reversed(self.between):
            at = segment.rfind(text, start + 1, end - 1)
            if at < 0:
                return None
            values.append(segment[at + len(text) : end])
            end = at
        return [segment[start:end], *reversed(values)]


class _Node:
    """One segment of all paths. Fixed text comes first, then mixed text, then a whole parameter.

    Where one segment may fit more than one way on, the node forks. A parameter
    is not empty, unless an operation says that it may be.
    """

    __slots__ = ("any", "fixed", "forks", "leaf", "may_be_empty", "mixed")

    def __init__(self) -> None:
        self.forks = False
        self.may_be_empty = False
        self.fixed: dict[str, _Node] = {}
        self.mixed: list[_Mixed] = []
        self.any: _Node | None = None
        self.leaf: _Leaf | None = None

    def child(self, segment: str) -> _Node:
        """Return the node below for one segment of a path template, made if it is new."""
        below = self._below(segment)
        self.forks = bool(self.mixed) or (self.any is not None and bool(self.fixed))
        return below

    def _below(self, segment: str) -> _Node:
        if not _PARAMETER.search(segment):
            return self.fixed.setdefault(unquote(segment), _Node())
        if _PARAMETER.fullmatch(segment):
            self.any = self.any or _Node()
            return self.any
        pieces = [unquote(piece) for piece in _PARAMETER.split(segment)[::2]]
        for known in self.mixed:
            if known.pieces == pieces:
                return known.node
        new = _Mixed(pieces)
        self.mixed.append(new)
        # The one with the most text of its own is the most concrete.
        self.mixed.sort(key=lambda each: -sum(map(len, each.pieces)))
        return new.node


class Router:
    """All paths of a document."""

    def __init__(self, operations: Iterable[Operation], conventions: tuple[Conventions, ...]) -> None:
        self._root = _Node()
        # Clients poll: the same few paths come again and again.
        self._remembered = lru_cache(maxsize=4096)(self._find)
        self._conventions = conventions
        self._asks = False
        for operation in operations:
            self._add(operation, operation.path)
            if governing(conventions, operation.path).ignores_trailing_slash:
                self._add(operation, _other_form(operation.path))

    def _add(self, operation: Operation, path: str) -> None:
        # What stands behind # never leaves the client; it only tells two paths of a document apart.
        way, _, query = path.partition("#")[0].partition("?")
        self._asks = self._asks or bool(query)
        node = self._root
        for segment in way.split("/")[1:]:
            below = node.child(segment)
            node.may_be_empty = node.may_be_empty or _may_be_empty(operation, segment)
            node = below
        node.leaf = node.leaf or _Leaf()
        node.leaf.asking(query).add(operation, way)

    def find(self, raw_path: bytes, method: str, query: bytes = b"") -> Found | None:
        """Return what the path leads to, or None if it is none of the document's.

        What is returned is remembered, and not to be changed. The path is split
        before percent signs are decoded, so that an id may hold a slash.

        Args:
            raw_path: The path as it was sent.
            method: Of several templates of one form, each method has its own.
            query: What follows the path; some documents have paths that go on with it.

        Raises:
            UnreadablePath: it cannot be decoded.
        """
        # A long path would take up more than it saves.
        query = query if self._asks else b""
        find = self._find if len(raw_path) + len(query) > LONGEST else self._remembered
        return find(raw_path, method, query)

    def _find(self, raw_path: bytes, method: str, query: bytes) -> Found | None:
        segments = decoded(raw_path)
        if len(segments) > DEEPEST:
            return None
        values: list[str] = []
        leaf = _walk(self._root, segments, 0, values)
        if leaf is None:
            return self._with_fewer_slashes(segments, method, query)
        if leaf.asked:
            leaf = leaf.asked_by(query, method)
        names = leaf.names.get("GET" if method == "HEAD" and "HEAD" not in leaf.names else method)
        names = names if names is not None else next(iter(leaf.names.values()))
        return Found(leaf.operations, dict(zip(names, values, strict=True)))

    def _with_fewer_slashes(self, segments: list[str], method: str, query: bytes) -> Found | None:
        """Return what a path leads to where slashes are ignored and each of several counts as one."""
        if "" not in segments[:-1]:
            return None
        way = "".join(f"/{quote(each, safe='')}" for each in (*filter(None, segments[:-1]), segments[-1]))
        if not governing(self._conventions, way).ignores_trailing_slash:
            return None
        return self._find(way.encode(), method, query)


def _may_be_empty(operation: Operation, segment: str) -> bool:
    """Return whether a whole segment is a parameter that is empty by one of its fixed values."""
    name = _PARAMETER.fullmatch(segment)
    parameter = operation.parameter("path", name[1]) if name else None
    values = parameter.schema.get("enum") if parameter else None
    return isinstance(values, list) and "" in values


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
            if below is None or not (segment or node.may_be_empty):
                return None
            values.append(segment)
        node = below
    return node.leaf


def _choose(node: _Node, segments: list[str], at: int, values: list[str]) -> _Leaf | None:
    """Return the leaf behind a node with several ways on, tried one after the other."""
    segment = segments[at]
    if segment in node.fixed and (leaf := _with(node.fixed[segment], segments, at, values, ())):
        return leaf
    for mixed in node.mixed:
        found = mixed.match(segment)
        if found and (leaf := _with(mixed.node, segments, at, values, found)):
            return leaf
    if node.any is not None and (segment or node.may_be_empty):
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
