"""Indexes: which resources hold some values in some fields, in the order of their lists."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any

from speckit import pointer
from speckit.lifecycle import Path

Rank = Any
"""What a resource is ordered by: its id, or its serial number, or a field and the serial number."""

CHUNK = 8192
"""How many ranks stand together."""

_LAST = itemgetter(-1)


class Bucket:
    """Ranks in order: counted at once, added at the end at once, and reached anywhere in a few steps.

    They stand in sorted lists of some thousands, one list after the other, so
    that one in the middle of a million moves a few and not half of them.
    """

    __slots__ = ("_chunks", "_length")

    def __init__(self, ranks: Iterable[Rank] = ()) -> None:
        known = list(ranks)
        self._chunks = [known[start : start + CHUNK] for start in range(0, len(known), CHUNK)] or [[]]
        self._length = len(known)

    def __len__(self) -> int:
        return self._length

    def add(self, rank: Rank) -> None:
        """Put `rank` in its place."""
        last = self._chunks[-1]
        if last and rank < last[-1]:
            self._insert(rank)
        elif len(last) < CHUNK:
            last.append(rank)
        else:
            self._chunks.append([rank])
        self._length += 1

    def _insert(self, rank: Rank) -> None:
        at = bisect_left(self._chunks, rank, key=_LAST)
        chunk = self._chunks[at]
        insort(chunk, rank)
        if len(chunk) > 2 * CHUNK:
            self._chunks[at : at + 1] = [chunk[:CHUNK], chunk[CHUNK:]]

    def discard(self, rank: Rank) -> None:
        """Take `rank` away.

        Raises:
            LookupError: it is not there.
        """
        at = bisect_left(self._chunks, rank, key=_LAST)
        chunk = self._chunks[at]
        place = bisect_left(chunk, rank)
        if chunk[place] != rank:
            raise KeyError(rank)
        del chunk[place]
        if not chunk and len(self._chunks) > 1:
            del self._chunks[at]
        self._length -= 1

    def slice(self, start: int, stop: int | None, descending: bool) -> Iterable[Rank]:
        """Return the ranks from position `start` up to `stop`, counted from the end the order begins at."""
        stop = self._length if stop is None else min(stop, self._length)
        if start >= stop:
            return ()
        if len(self._chunks) == 1:
            return _part(self._chunks[0], start, stop, descending)
        return self._across(start, stop, descending)

    def _across(self, start: int, stop: int, descending: bool) -> Iterator[Rank]:
        """Yield what `slice` returns where it is more than one list."""
        for chunk in reversed(self._chunks) if descending else self._chunks:
            length = len(chunk)
            if start < length:
                yield from _part(chunk, start, min(stop, length), descending)
                if stop <= length:
                    return
                start = length
            start -= length
            stop -= length

    def after(self, rank: Rank, descending: bool) -> int:
        """Return the position of the first rank behind `rank`, which need not be there any more."""
        if not self._length:
            return 0
        bisect: Any = bisect_left if descending else bisect_right
        at = bisect(self._chunks, rank, key=_LAST)
        inside = bisect(self._chunks[at], rank) if at < len(self._chunks) else 0
        before: int = sum(map(len, self._chunks[:at])) + inside
        return self._length - before if descending else before


def _part(chunk: list[Rank], start: int, stop: int, descending: bool) -> Iterable[Rank]:
    """Return the ranks from `start` up to `stop`, both counted from the end the order begins at."""
    if not descending:
        return chunk[start:stop]
    return reversed(chunk[len(chunk) - stop : len(chunk) - start])


EMPTY = Bucket()


class Index:
    """All resources of a kind by the values of `paths` taken together."""

    __slots__ = ("_buckets", "_only", "_parts", "paths")

    def __init__(self, paths: tuple[Path, ...]) -> None:
        self.paths = paths
        self._buckets: dict[Any, Bucket] = {}
        # Most fields are at the top, where no walk is needed.
        self._parts = [(path[0] if len(path) == 1 else "", path) for path in paths]
        self._only = self._parts[0][0] if len(paths) == 1 else ""

    def key(self, fields: Mapping[str, Any]) -> Any:
        """Return the values of this index's fields, as something hashable."""
        if self._only:
            value = fields.get(self._only)
            return value if value.__class__ is str else hashable(value)
        values = [
            hashable(fields.get(key) if key else pointer.read(fields, path)) for key, path in self._parts
        ]
        return values[0] if len(values) == 1 else tuple(values)

    def same(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        """Return whether a resource that changes keeps the very values it is indexed by."""
        return all(
            before.get(key) is after.get(key)
            if key
            else pointer.read(before, path) is pointer.read(after, path)
            for key, path in self._parts
        )

    def fill(self, ranks: Mapping[Any, list[Rank]]) -> None:
        """Enter many at once: the ranks of each key, in order."""
        self._buckets = {key: Bucket(each) for key, each in ranks.items()}

    def add(self, key: Any, rank: Rank) -> None:
        """Enter a resource under `key`."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket()
        bucket.add(rank)

    def discard(self, key: Any, rank: Rank) -> None:
        """Strike a resource out; an empty bucket goes with it."""
        bucket = self._buckets[key]
        bucket.discard(rank)
        if not len(bucket):
            del self._buckets[key]

    def bucket(self, values: tuple[Any, ...]) -> Bucket:
        """Return the resources whose fields hold `values`."""
        key = hashable(values[0]) if len(values) == 1 else tuple(map(hashable, values))
        return self._buckets.get(key, EMPTY)


def hashable(value: Any) -> Any:
    """Return a stand-in for a JSON value that can be a key: the same for what JSON takes for the same.

    True and 1 stay apart, as an array and the text that looks like it do; the order of members is nothing.

    >>> hashable([1, {"a": 2, "b": True}]) == hashable([1.0, {"b": True, "a": 2}])
    True
    """
    kind = value.__class__
    if kind is str or kind is int or value is None:
        return value
    if isinstance(value, dict):
        return "object", frozenset([(name, hashable(each)) for name, each in value.items()])
    if isinstance(value, list):
        return "array", tuple(map(hashable, value))
    return int(value) if kind is float and value.is_integer() else (kind.__name__, value)
