"""The differences between two schemas, each found once however often the schemas are used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from speckit.faults import Pointer
from toolkit.diff.alternatives import alternatives
from toolkit.diff.constraints import Difference, differences, emptiness
from toolkit.diff.properties import properties
from toolkit.diff.sameness import Sameness
from toolkit.diff.schema import Schema

Key = tuple[tuple[Pointer, ...], tuple[Pointer, ...], str]


@dataclass(slots=True)
class _Pair:
    """Two schemas compared: how they differ themselves, and the pairs that stand below them."""

    differences: tuple[Difference, ...]
    below: tuple[Key, ...]


@dataclass(slots=True)
class Schemas:
    """Compares schemas of two documents, and keeps what it has found.

    Schemas refer to each other, in circles too, so what is below a pair is followed by its key.
    """

    sameness: Sameness
    _pairs: dict[Key, _Pair] = field(default_factory=dict)
    _entries: dict[Key, list[str]] = field(default_factory=dict)

    def compare(self, old: Schema, new: Schema, side: str, subject: str) -> None:
        """Take in that `subject` had the schema `old` and has `new`, in a request or a response."""
        entry = (old.key, new.key, side)
        self._entries.setdefault(entry, []).append(subject)
        waiting = [(old, new)]
        while waiting:
            one, other = waiting.pop()
            key = (one.key, other.key, side)
            if key in self._pairs:
                continue
            if self._is_same(one, other):
                self._pairs[key] = _Pair((), ())
            else:
                found, below = _looked(one, other, side)
                self._pairs[key] = _Pair(tuple(found), tuple((a.key, b.key, side) for a, b in below))
                waiting += below

    def _is_same(self, old: Schema, new: Schema) -> bool:
        if len(old.nodes) != len(new.nodes):
            return False
        return all(self.sameness.is_same(*nodes) for nodes in zip(old.nodes, new.nodes, strict=True))

    def found(self) -> Iterator[tuple[str, Difference, tuple[str, ...]]]:
        """Yield each difference with its side, and the subjects whose schemas have it."""
        relevant = self._relevant()
        subjects: dict[Key, dict[str, None]] = {}
        for entry, names in self._entries.items():
            for key in self._reached(entry, relevant):
                subjects.setdefault(key, {}).update(dict.fromkeys(names))
        for key, concerned in subjects.items():
            yield from ((key[2], each, tuple(concerned)) for each in self._pairs[key].differences)

    def _relevant(self) -> set[Key]:
        """Return the pairs from which a difference can be reached."""
        above: dict[Key, list[Key]] = {}
        for key, pair in self._pairs.items():
            for each in pair.below:
                above.setdefault(each, []).append(key)
        waiting = [key for key, pair in self._pairs.items() if pair.differences]
        found = set(waiting)
        while waiting:
            for key in above.get(waiting.pop(), ()):
                if key not in found:
                    found.add(key)
                    waiting.append(key)
        return found

    def _reached(self, entry: Key, relevant: set[Key]) -> Iterator[Key]:
        waiting, seen = ([entry], {entry}) if entry in relevant else ([], set())
        while waiting:
            key = waiting.pop()
            yield key
            fresh = [each for each in self._pairs[key].below if each in relevant and each not in seen]
            seen.update(fresh)
            waiting += fresh


def _looked(old: Schema, new: Schema, side: str) -> tuple[list[Difference], list[tuple[Schema, Schema]]]:
    """Return how two schemas differ themselves, and what stands below them."""
    if old.is_nothing or new.is_nothing:
        return list(emptiness(old, new)), []
    choice = alternatives(old, new)
    if choice.is_whole:
        return list(choice.differences), list(choice.pairs)
    named = properties(old, new, side)
    found = [*differences(old, new), *choice.differences, *named.differences]
    return found, [*named.pairs, *choice.pairs, *_inner(old, new)]


def _inner(old: Schema, new: Schema) -> Iterator[tuple[Schema, Schema]]:
    for word in ("items", "additionalProperties", "propertyNames", "contains"):
        one, other = old.below(word), new.below(word)
        if one and other and not (word == "additionalProperties" and (old.is_closed or new.is_closed)):
            yield one, other
    for name, each in old.pattern_properties.items():
        if name in new.pattern_properties:
            yield each, new.pattern_properties[name]
