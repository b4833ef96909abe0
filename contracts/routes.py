"""From a method and a path to an operation of the document: the most concrete template wins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from speckit.conventions import Conventions, governing
from speckit.operation import Operation

_PARAMETER = re.compile(r"\{([^{}]+)\}")


class Undecodable(ValueError):
    """The path is not UTF-8 below its percent signs."""


@dataclass(frozen=True, slots=True)
class Found:
    """An operation and the texts of its path parameters."""

    operation: Operation
    values: Mapping[str, str]


@dataclass(slots=True)
class _Template:
    """Every operation of one path; `rank` is the lower, segment by segment, the more concrete it is."""

    rank: tuple[int, ...]
    segments: tuple[re.Pattern[str], ...]
    names: tuple[str, ...]
    operations: dict[str, Operation]

    def read(self, segments: list[str]) -> dict[str, str] | None:
        """Return the values of the parameters in a path, or None if it is another's."""
        matches = [
            pattern.fullmatch(segment) for pattern, segment in zip(self.segments, segments, strict=True)
        ]
        if not all(matches):
            return None
        texts = [text for match in matches if match for text in match.groups()]
        return dict(zip(self.names, texts, strict=True))


class Routes:
    """All paths of a document, by the number of their segments and compiled once."""

    def __init__(self, operations: Iterable[Operation], conventions: tuple[Conventions, ...]) -> None:
        self._templates: dict[str, _Template] = {}
        for operation in operations:
            self._add(operation, operation.path)
            if governing(conventions, operation.path).ignores_trailing_slash:
                self._add(operation, _other_form(operation.path))
        self._by_length: dict[int, list[_Template]] = {}
        for template in self._templates.values():
            self._by_length.setdefault(len(template.segments), []).append(template)
        for group in self._by_length.values():
            group.sort(key=lambda each: each.rank)

    def _add(self, operation: Operation, path: str) -> None:
        template = self._templates.setdefault(path, _template(path))
        template.operations.setdefault(operation.method, operation)

    def find(self, method: str, path: str) -> Found | None:
        """Return the operation that a request is to, or None.

        The path is split before percent signs are decoded, so that an id may hold
        a slash. Templates that differ only in the names of their parameters are
        one path, whichever of them has the method.

        Raises:
            Undecodable: The path is not UTF-8.
        """
        segments = _decoded(path)
        rank: tuple[int, ...] | None = None
        for template in self._by_length.get(len(segments), ()):
            values = template.read(segments) if rank in (None, template.rank) else None
            if values is None:
                continue
            if method in template.operations:
                return Found(template.operations[method], values)
            rank = template.rank
        return None


def _template(path: str) -> _Template:
    pieces = path.split("/")[1:]
    return _Template(
        rank=tuple(_rank(piece) for piece in pieces),
        segments=tuple(re.compile(_pattern(piece), re.DOTALL) for piece in pieces),
        names=tuple(_PARAMETER.findall(path)),
        operations={},
    )


def _rank(segment: str) -> int:
    if not _PARAMETER.search(segment):
        return 0
    return 2 if _PARAMETER.fullmatch(segment) else 1


def _pattern(segment: str) -> str:
    pieces = _PARAMETER.split(segment)
    return "".join("(.+)" if i % 2 else re.escape(piece) for i, piece in enumerate(pieces))


def _decoded(path: str) -> list[str]:
    try:
        return [unquote(segment, errors="strict") for segment in path.split("/")[1:]]
    except UnicodeDecodeError as problem:
        raise Undecodable(str(problem)) from problem


def _other_form(path: str) -> str:
    return path.rstrip("/") if path.endswith("/") else path + "/"
