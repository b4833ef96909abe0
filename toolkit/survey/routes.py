"""Routes: which paths are collections, items, verbs and parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from speckit.operation import Operation
from toolkit.survey.spelling import words
from toolkit.survey.vocabulary import SEARCHES, VERBS

_PARAM = re.compile(r"\{([^{}]+)\}")
_CUSTOM = re.compile(r"(.*\}):([A-Za-z_]\w*)")
_BY = re.compile(r"by[-_]?[A-Za-z]+", re.IGNORECASE)
_HOLE = "{}"

Shape = tuple[str, ...]
"""The segments of a path, parameters without their names."""


@dataclass(frozen=True, slots=True)
class Route:
    """One operation and the segments of its path, those like `byname` left out.

    `custom` is a verb after a colon.
    """

    operation: Operation
    shape: Shape
    params: tuple[str, ...]
    custom: str = ""


@dataclass(slots=True)
class Group:
    """The operations around one collection.

    Attributes:
        shape: The collection's path.
        whole: Those on the collection itself.
        item: Those on one of it.
        below: Those on a part of one, and verbs, each with the word that follows the item.
    """

    shape: Shape
    whole: list[Route] = field(default_factory=list)
    item: list[Route] = field(default_factory=list)
    below: list[tuple[str, Route]] = field(default_factory=list)

    @property
    def word(self) -> str:
        """The last plain word of the collection's path."""
        return next((each for each in reversed(self.shape) if each != _HOLE), "")

    def method(self, name: str) -> Route | None:
        """Return the operation with method `name` on one item, if there is one."""
        return next((each for each in self.item if each.operation.method == name), None)


def groups(operations: Iterable[Operation], without: frozenset[Shape] = frozenset()) -> dict[Shape, Group]:
    """Return the collections among `operations` by path, each with what is around it.

    Args:
        without: Paths that look like collections and are none: what is there belongs to what is above.
    """
    routes = [route(each) for each in operations]
    shapes = dict.fromkeys((*(each.shape[:-1] for each in routes if _is_item(each)), *_kept(routes)))
    found = {shape: Group(shape) for shape in shapes if shape not in without}
    for each in routes:
        _place(each, found)
    return {shape: group for shape, group in found.items() if group.item or group.whole}


def route(operation: Operation) -> Route:
    """Return where `operation` is."""
    path, custom = operation.path.strip("/"), ""
    if match := _CUSTOM.fullmatch(path):
        path, custom = match[1], match[2]
    segments = _addressed(path.split("/"))
    shape = tuple(_HOLE if _PARAM.fullmatch(each) else _PARAM.sub("{x}", each) for each in segments)
    return Route(operation, shape, tuple(_PARAM.findall(path)), custom)


def _addressed(segments: list[str]) -> list[str]:
    """Return `segments` without those that only say which id follows: `byname` in `/jobs/byname/{name}`."""
    after = [*segments[1:], ""]
    return [
        each
        for each, later in zip(segments, after, strict=True)
        if not (_BY.fullmatch(each) and _PARAM.fullmatch(later))
    ]


def verb(found: Route, word: str = "") -> tuple[str, str]:
    """Return what an operation asks for and the word that says so; empty where no word is a verb."""
    name = found.operation.id if " " not in found.operation.id else ""
    candidates = (found.custom, word, *_first_words(name), *_first_words(found.operation.summary))
    for each in candidates:
        for spelled in words(each)[:1]:
            if spelled in VERBS:
                return VERBS[spelled], spelled
    return "", ""


def _first_words(text: str) -> tuple[str, ...]:
    """Return the words of a name of which one may be a verb, the first and the last."""
    spelled = words(text)
    return (spelled[0].removesuffix("s"), spelled[0], spelled[-1]) if spelled else ()


def _is_item(each: Route) -> bool:
    """Return whether a path ends in the id of one of several."""
    shape, method = each.shape, each.operation.method
    ends = len(shape) > 1 and shape[-1] == _HOLE and shape[-2] != _HOLE and not each.custom
    return ends and method in ("GET", "PUT", "PATCH", "DELETE") and not _is_verb_before_id(each)


def _is_verb_before_id(each: Route) -> bool:
    """Return whether the path is like `/jobs/cancel/{id}`."""
    is_asking = each.operation.method in ("POST", "PUT", "DELETE")
    return is_asking and len(each.shape) > 2 and each.shape[-2] in VERBS and each.shape[-3] != _HOLE


def _kept(routes: Iterable[Route]) -> list[Shape]:
    """Return the paths that can be listed and added to, whether or not one of them can be read."""
    methods: dict[Shape, set[str]] = {}
    for each in routes:
        is_search = each.shape[-1] in SEARCHES
        if each.shape[-1] != _HOLE and not each.custom and not is_search and not _is_bare_verb(each):
            methods.setdefault(each.shape, set()).add(each.operation.method)
    return [shape for shape, found in methods.items() if {"GET", "POST"} <= found and shape[-1]]


def _is_bare_verb(each: Route) -> bool:
    """Return whether a POST asks for something, and sends nothing that could be kept."""
    return each.operation.method == "POST" and each.operation.body is None and verb(each) != ("", "")


def _place(each: Route, found: Mapping[Shape, Group]) -> None:
    shape = each.shape
    if each.custom and shape[-1] == _HOLE and shape[:-1] in found:
        found[shape[:-1]].below.append((each.custom, each))
    elif shape in found:
        found[shape].whole.append(each)
    elif shape[-1] == _HOLE and shape[:-1] in found:
        found[shape[:-1]].item.append(each)
    elif _is_verb_before_id(each) and shape[:-2] in found:
        found[shape[:-2]].below.append((shape[-2], each))
    elif len(shape) > 2 and shape[-2] == _HOLE and shape[:-2] in found:
        found[shape[:-2]].below.append((shape[-1], each))
    elif each.operation.method == "GET" and (home := _home(shape, found)):
        found[home].below.append((next(part for part in reversed(shape) if part != _HOLE), each))


def _home(shape: Shape, found: Mapping[Shape, Group]) -> Shape:
    """Return the collection of which a path names a part of a part of one; empty where there is none."""
    return next(
        (shape[:end] for end in range(len(shape) - 3, 0, -1) if shape[end] == _HOLE and shape[:end] in found),
        (),
    )
