"""Indexes: which resources hold some values in some fields, in the order of their lists."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sortedcontainers import SortedList

from speckit import pointer
from speckit.lifecycle import Path

Rank = Any
"""What a resource is ordered by: its id, or its serial number, or a field and the serial number."""


_FEW = 200


class Bucket:
    """Ranks in order: counted at once, sliced anywhere in logarithmic time.

    A few are kept in a plain list, a tenth of the size: where values are as
    many as resources, so are buckets.
    """

    __slots__ = ("_ranks",)

    def __init__(self, ranks: Iterable[Rank] = ()) -> None:
        known = list(ranks)
        self._ranks: Any = known if len(known) <= _FEW else SortedList(known)

    def __len__(self) -> int:
        return len(self._ranks)

    def add(self, rank: Rank) -> None:
        """Put `rank` in its place."""
        ranks = self._ranks
        if ranks.__class__ is not list:
            ranks.add(rank)
        elif len(ranks) < _FEW:
            insort(ranks, rank)
        else:
            self._ranks = SortedList([*ranks, rank])

    def discard(self, rank: Rank) -> None:
        """Take `rank` away."""
        self._ranks.remove(rank)

    def slice(self, start: int, stop: int | None, descending: bool) -> Iterator[Rank]:
        """Yield the ranks from position `start` up to `stop`, counted from the end the order begins at."""
        ranks, length = self._ranks, len(self._ranks)
        stop = length if stop is None else min(stop, length)
        if descending:
            start, stop = length - stop, max(length - start, 0)
        if ranks.__class__ is not list:
            return iter(ranks.islice(start, stop, reverse=descending))
        return reversed(ranks[start:stop]) if descending else iter(ranks[start:stop])

    def after(self, rank: Rank, descending: bool) -> int:
        """Return the position of the first rank behind `rank`, which need not be there any more."""
        if descending:
            return len(self._ranks) - bisect_left(self._ranks, rank)
        return bisect_right(self._ranks, rank)


EMPTY = Bucket()


class Index:
    """All resources of a kind by the values of `paths` taken together."""

    __slots__ = ("_buckets", "_parts", "paths")

    def __init__(self, paths: tuple[Path, ...]) -> None:
        self.paths = paths
        self._buckets: dict[Any, Bucket] = {}
        # Most fields are at the top, where no walk is needed.
        self._parts = [(path[0] if len(path) == 1 else "", path) for path in paths]

    def key(self, fields: Mapping[str, Any]) -> Any:
        """Return the values of this index's fields, as something hashable."""
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
    """Return a stand-in for a JSON value that can be a key; true and 1 stay apart."""
    if value.__class__ in (str, int) or value is None:
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return repr(value) if isinstance(value, list | dict) else (type(value).__name__, value)
