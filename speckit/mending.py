"""Make a document usable in spite of its faults: what is wrong is left out, filled in, or read anyway."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from speckit.agreement import disagreements
from speckit.faults import Fault, Origin, Pointer
from speckit.operation import METHODS
from speckit.pointer import parse
from speckit.position import origin_among
from speckit.references import BUNDLED, dangling, resolve
from speckit.structure import MOST_ERRORS, Cause, Misfit, Mistaken, misfits, mistaken, version_of

MOST_INLINED = 1_000_000
"""How many parts may be copied to where OpenAPI allows no reference."""

_ROUNDS = 8
"""Mending may lay bare what was hidden; after so many rounds the whole part is left out."""

_UNKNOWN = ("additionalProperties", "unevaluatedProperties")
_HARMLESS = frozenset(
    {
        *(*_UNKNOWN, "propertyNames", "not", "pattern", "format", "uniqueItems", "minLength"),
        *("minItems", "minProperties", "maxItems", "maxProperties"),
        *("oneOf", "dependentRequired", "falseSchema"),
    }
)
"""Keywords that can be broken, and nobody who plays, judges or explains the document minds."""

_FILLED: Mapping[str, Any] = {
    "content": {},
    "description": "",
    "flows": {},
    "info": {},
    "items": {},
    "paths": {},
    "required": True,
    "responses": {"default": {"description": ""}},
    "schema": {},
    "scopes": {},
    "title": "",
    "type": "string",
    "url": "/",
    "version": "",
    **dict.fromkeys(("authorizationUrl", "tokenUrl", "openIdConnectUrl", "deviceAuthorizationUrl"), ""),
}
"""What is taken for a field that is missing; what misses another one is left out."""

_IGNORED = "It is ignored."
_NOTHING = "Nothing is read there."
_READ = "What it names is read there."
_ELSEWHERE = "Refer from the mapping above it, or from a part of it."


class Beyond(Exception):
    """The document has no form that it could be given."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What was wrong with a document, and where parts of it were written that now stand elsewhere too."""

    faults: tuple[Fault, ...]
    copied: tuple[Origin, ...]


def mend(data: dict[str, Any], loose: Iterable[Fault], origins: Sequence[Origin]) -> Mended:
    """Change `data` so that its form is sound; return its faults, each with what comes of it.

    Args:
        loose: Faults of references that lead nowhere, at the mappings that hold them.
        origins: Where the parts of `data` were written.

    Raises:
        Beyond: It cannot be done.
    """
    mending = _Mending(data, origins)
    mending.cut(loose)
    mending.shape()
    mending.agree()
    return Mended(tuple(dict.fromkeys(mending.faults)), tuple(mending.copied))


class _Mending:
    """One document being mended."""

    def __init__(self, data: dict[str, Any], origins: Sequence[Origin]) -> None:
        self.data = data
        self.copied: list[Origin] = []
        self._origins = {origin.at: origin for origin in origins}
        self.version = version_of(data)
        self.faults: list[Fault] = []
        self._told: set[tuple[Pointer, str]] = set()
        self._touched: set[Pointer] = set()
        self._above: set[Pointer] = set()
        self._filled: set[tuple[Pointer, str]] = set()
        self._dropped: dict[Pointer, None] = {}
        self._changes: list[Pointer] = []
        self._emptied: dict[int, Any] = {}
        self._left = MOST_INLINED

    def cut(self, loose: Iterable[Fault]) -> None:
        """Take away references that lead nowhere."""
        for fault in loose:
            self._tell(fault, _NOTHING)
            self._cut(_at(self.data, fault.path))
            self._changes.append(fault.path)
        self._settle()

    def _cut(self, holder: Any) -> None:
        if isinstance(holder, dict):
            holder.pop("$ref", None)
            self._emptied[id(holder)] = holder

    def shape(self) -> None:
        """Give the document, and what its references lead to, the form that its version asks for."""
        for place in _maps(self.data):
            self._follow(place)
        is_changed = False
        for _ in range(_ROUNDS):
            self._mend(list(misfits(self.data, self.version)))
            # What was left out may have been referred to; and only what has a form can be looked into.
            if not self._changes and not (is_changed and self._cut_loose()):
                self._correct(list(mistaken(self.data)))
                if not self._changes:
                    return
            is_changed = True
            self._settle()
        self._give_up()

    def _cut_loose(self) -> bool:
        """Take away references to what is there no more; return whether there were any."""
        loose = list(dangling(self.data))
        for fault in loose:
            self._cut(_at(self.data, fault.path))
        return bool(loose)

    def agree(self) -> None:
        """Settle what contradicts each other."""
        for each in list(islice(disagreements(self.data), MOST_ERRORS)):
            self.faults.append(replace(each.fault, outcome=each.mend()))

    def _settle(self) -> None:
        """Remember what was changed: faults of the next round that come from it are not told."""
        for path in self._changes:
            self._touched.add(path)
            self._above.update(path[:length] for length in range(len(path)))
        self._changes = []

    def _tell(self, fault: Fault, outcome: str) -> None:
        path, key = fault.path, (fault.path, fault.message)
        comes_from = any(path[:length] in self._touched for length in range(1, len(path) + 1))
        comes_from = comes_from or id(_at(self.data, path)) in self._emptied
        if key not in self._told and path not in self._above and not comes_from:
            self._told.add(key)
            self.faults.append(replace(fault, outcome=outcome))

    def _mend(self, found: list[Misfit] | list[Mistaken]) -> None:
        referring = {
            cause: place for each in found for cause in each.causes if (place := self._referring(cause))
        }
        for place in dict.fromkeys(referring.values()):
            self._follow(place)
        for each in found:
            if any(cause in referring for cause in each.causes):
                continue
            outcomes = [self._repaired(cause) for cause in each.causes]
            self._tell(each.fault, min(outcomes, key=(_IGNORED, "").__contains__, default=""))
        # From the end, so that the indexes of the others stay true.
        for path in sorted(self._dropped, key=_order, reverse=True):
            _drop(self.data, path)
        self._dropped = {}

    def _correct(self, found: list[Mistaken]) -> None:
        """Mend what files hold; of the rest, the reference is wrong."""
        harmful = [each for each in found if not each.causes or any(map(self._matters, each.causes))]
        mendable = [each for each in harmful if self._is_mendable(each)]
        self._mend(mendable)
        for each in harmful:
            if each not in mendable:
                for holder in each.target.holders:
                    self._cut(holder)
                self._tell(each.fault, _NOTHING)
                self._changes.append(each.target.at)

    def _is_mendable(self, each: Mistaken) -> bool:
        at = each.target.at
        whole = (cause for cause in each.causes if cause.path == at and self._matters(cause))
        return at[:1] == (BUNDLED,) and bool(each.causes) and all(map(self._is_fillable, whole))

    def _matters(self, cause: Cause) -> bool:
        return cause.keyword not in _HARMLESS or bool(self._referring(cause))

    def _is_fillable(self, cause: Cause) -> bool:
        return (
            cause.keyword == "required"
            and cause.fields[0] in _FILLED
            and (cause.path, *cause.fields) not in self._filled
        )

    def _repaired(self, cause: Cause) -> str:
        """Mend what one cause is about; return what comes of it."""
        if cause.keyword in _UNKNOWN:
            return self._ignored(cause)
        if cause.keyword in _HARMLESS:
            return ""
        if self._is_fillable(cause):
            return self._fill(cause)
        self._leave_out(cause.path)
        return _left_out(cause.path)

    def _ignored(self, cause: Cause) -> str:
        """Take away fields that are not known where everything is read."""
        path = cause.path
        if path[-1:] == ("responses",) and path[0] not in ("components", "responses"):
            for field in cause.fields:
                self._leave_out((*path, field))
        return _IGNORED

    def _leave_out(self, path: Pointer) -> None:
        self._dropped[path] = None
        self._changes.append(path)

    def _follow(self, place: Pointer) -> None:
        """Read what is referred to where OpenAPI allows no reference; leave it out if that cannot be."""
        ref = _at(self.data, place)["$ref"]
        fault = Fault(place, "OpenAPI allows no reference here.", _ELSEWHERE)
        if self._inline(place, ref):
            self._tell(fault, _READ)
        else:
            self._tell(fault, _left_out(place))
            self._leave_out(place)

    def _referring(self, cause: Cause) -> Pointer | None:
        """Return where a reference stands that OpenAPI does not allow, if that is what is wrong."""
        path = cause.path[:-1] if cause.path[-1:] == ("$ref",) else cause.path
        node = _at(self.data, path)
        if not path or not isinstance(node, dict) or not isinstance(node.get("$ref"), str):
            return None
        is_field = cause.keyword in _UNKNOWN and "$ref" not in cause.fields
        return None if is_field else path

    def _inline(self, place: Pointer, ref: str) -> bool:
        """Put what a reference names in its place, if there is such a thing and it is not too large."""
        try:
            node = resolve(self.data, ref)
        except LookupError:
            return False
        there = parse(unquote(ref[1:]))
        self._left -= _size(node, self._left)
        if self._left <= 0 or place[: len(there)] == there:
            return False
        _at(self.data, place[:-1])[place[-1]] = copy.deepcopy(node)
        origin = origin_among(self._origins, there) or Origin(there, Path(), there)
        self._origins[place] = replace(origin, at=place)
        self.copied.append(self._origins[place])
        self._changes.append(place)
        return True

    def _fill(self, cause: Cause) -> str:
        node, name = _at(self.data, cause.path), cause.fields[0]
        if isinstance(node, dict):
            node.setdefault(name, copy.deepcopy(_FILLED[name]))
        self._filled.add((cause.path, name))
        self._changes.append((*cause.path, name))
        is_plain = isinstance(_FILLED[name], str) and _FILLED[name]
        return f"It is taken as '{_FILLED[name]}'." if is_plain else ""

    def _give_up(self) -> None:
        """Leave out whole operations and components that could not be mended.

        Raises:
            Beyond: That does not help either.
        """
        for _ in range(2):
            found = list(misfits(self.data, self.version))
            causes = [cause for each in found for cause in each.causes if self._matters(cause)]
            if not causes:
                return
            for path in {_part(cause.path) for cause in causes}:
                _drop(self.data, path)
        raise Beyond


def _maps(data: Mapping[str, Any]) -> Iterator[Pointer]:
    """Yield where a map of shared parts is a reference, which not every JSON Schema of OpenAPI notices."""
    home = data.get("components")
    shelves = [("components", name) for name in home] if isinstance(home, dict) else []
    for place in [*shelves, ("definitions",), ("parameters",), ("responses",)]:
        node = _at(data, place)
        if isinstance(node, dict) and isinstance(node.get("$ref"), str):
            yield place


def _part(path: Pointer) -> Pointer:
    return path[: 3 if path[:1] in (("paths",), ("components",)) else 1]


def _left_out(path: Pointer) -> str:
    if path[:1] == ("paths",) and len(path) == 2:
        return "The path is left out."
    if path[:1] == ("paths",) and len(path) == 3 and path[-1] in METHODS:
        return "The operation is left out."
    return "It is left out." if not path or isinstance(path[-1], int) else f"'{path[-1]}' is left out."


def _at(node: Any, path: Pointer) -> Any:
    """Return what stands at `path`; None if nothing does any more."""
    for segment in path:
        try:
            node = node[segment]
        except (KeyError, IndexError, TypeError):
            return None
    return node


def _drop(data: Any, path: Pointer) -> None:
    """Take away what stands at `path`, if it still does.

    Raises:
        Beyond: It is the whole.
    """
    if not path:
        raise Beyond
    holder, name = _at(data, path[:-1]), path[-1]
    if isinstance(holder, dict):
        holder.pop(name, None)
    elif isinstance(holder, list) and isinstance(name, int) and name < len(holder):
        del holder[name]


def _order(pointer: Pointer) -> tuple[tuple[int, int, str], ...]:
    return tuple((0, s, "") if isinstance(s, int) else (1, 0, s) for s in pointer)


def _size(node: Any, limit: int) -> int:
    """Return how many parts `node` has, shared ones counted each time; no more than just above `limit`."""
    count, waiting = 0, [node]
    while waiting and count <= limit:
        each = waiting.pop()
        count += 1
        if isinstance(each, dict | list):
            waiting += each.values() if isinstance(each, dict) else each
    return count
