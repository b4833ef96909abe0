"""All resources of one kind in one world, found by id, alternate key and every declared filter."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from mockserver.index import Bucket, Index, Rank, hashable
from mockserver.naming import Names
from speckit import pointer
from speckit.lifecycle import Path, Unique

MOST_INDEXES = 16
"""How many indexes are kept besides those that the layout names."""
MOST_WRITTEN = 10_000
"""How many resources of a kind are kept as they are written."""


class Resource:
    """One resource. Its fields are replaced as a whole, never written to.

    `entered` and `due` are moments in microseconds, and `move` is what it does when it is due;
    `looks` counts the reads in the present state, `version` the changes since creation. `written` is what
    `Store.keep` was given, until the next change. `listeners` are the URLs that whoever
    made it wants called back, by the name of the callback.
    """

    __slots__ = (
        "due",
        "entered",
        "fields",
        "id",
        "listeners",
        "looks",
        "move",
        "scenario",
        "serial",
        "state",
        "store",
        "version",
        "written",
    )

    def __init__(self, store: Store, serial: int, id: Any, fields: dict[str, Any], now: int) -> None:
        self.store = store
        self.serial = serial
        self.id = id
        self.fields = fields
        self.state = ""
        self.scenario = ""
        self.entered = now
        self.due: int | None = None
        self.move: Any = None
        self.looks = 0
        self.version = 1
        self.written: Any = None
        self.listeners: dict[str, list[str]] | None = None


class Layout:
    """What a store indexes: decided by the document, shared by all worlds."""

    def __init__(
        self,
        order: Path,
        identity: Path,
        alternates: Sequence[Path],
        indexes: Sequence[tuple[Path, ...]],
        unique: Sequence[Unique],
    ) -> None:
        self.order = order
        self.identity = identity
        self.alternates = tuple(alternates)
        self.indexes = tuple(indexes)
        self.unique = tuple(unique)
        self.is_keyed = bool(self.alternates or self.unique)
        """Whether a resource has keys besides its id that are its alone."""
        self.is_by_id = self.order == self.identity
        self.rank = _ranking(self.order, self.is_by_id)
        """Returns what a resource is ordered by; no two have the same."""


def _ranking(order: Path, is_by_id: bool) -> Callable[[Resource], Rank]:
    if not order:
        return lambda resource: resource.serial
    if is_by_id:
        return lambda resource: resource.id
    read = pointer.reader(order)

    def rank(resource: Resource) -> Rank:
        value = read(resource.fields)
        if value.__class__ is str:
            return (2, value, resource.serial)
        return (*sortable(value), resource.serial)

    return rank


class Store:
    """The resources of one kind in one world."""

    def __init__(self, layout: Layout, kind: Any) -> None:
        self.kind = kind
        self._kept: deque[Resource] = deque()
        self._is_disordered = False
        self._layout = layout
        self._by_id: dict[Any, Resource] = {}
        self.by_id: Callable[[Any], Resource | None] = self._by_id.get
        """Returns the resource with an id."""
        self._by_rank: dict[Rank, Resource] = {}
        self._ranked = self._by_id if layout.is_by_id else self._by_rank
        self._all = Bucket()
        self._alternates: list[Names[Resource]] = [Names() for _ in layout.alternates]
        self._indexes = {paths: Index(paths) for paths in layout.indexes}
        self._unique: list[Names[Resource]] = [Names() for _ in layout.unique]
        self._unique_keys = [Index(unique.fields) for unique in layout.unique]

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Resource]:
        if self._is_disordered:
            ordered = sorted(self._by_id.items(), key=lambda item: item[1].serial)
            self._by_id.clear()
            self._by_id.update(ordered)
            self._is_disordered = False
        yield from self._by_id.values()

    def find(self, key: Any) -> Resource | None:
        """Return the resource with the id `key`, or else with that alternate key: of namesakes the oldest."""
        key = key if key.__class__ is str else hashable(key)
        found = self._by_id.get(key)
        if found is None and self._alternates:
            found = next((each[key] for each in self._alternates if key in each), None)
        return found

    def by_alternate(self, position: int, key: Any) -> Resource | None:
        """Return the resource with `key` as its alternate key number `position`; of namesakes the oldest."""
        return self._alternates[position].get(key)

    def clash(self, fields: dict[str, Any], state: str, own: Resource | None) -> Unique | None:
        """Return the uniqueness that a resource with these fields would break."""
        if not self._unique:
            return None
        for unique, keys, taken in zip(self._layout.unique, self._unique_keys, self._unique, strict=True):
            other = taken.get(_unique_key(unique, keys, fields, state))
            if other is not None and other is not own:
                return unique
        return None

    def add(self, resource: Resource) -> None:
        """Enter `resource` everywhere it can be found."""
        layout, key = self._layout, resource.id
        self._by_id[key if key.__class__ is str else hashable(key)] = resource
        if layout.is_keyed:
            self._enter(resource)
        rank = layout.rank(resource)
        if not layout.is_by_id:
            self._by_rank[rank] = resource
        self._all.add(rank)
        for index in self._indexes.values():
            index.add(index.key(resource.fields), rank)

    def remove(self, resource: Resource) -> None:
        """Strike `resource` out everywhere."""
        rank = self._layout.rank(resource)
        if self._layout.is_keyed:
            self._leave(resource)
        del self._by_id[hashable(resource.id)]
        self._by_rank.pop(rank, None)
        self._all.discard(rank)
        for index in self._indexes.values():
            index.discard(index.key(resource.fields), rank)

    def put_back(self, resource: Resource) -> None:
        """Enter `resource` again where it was before it was removed, not behind those made since."""
        self.add(resource)
        self._is_disordered = True

    def clear(self) -> None:
        """Let go of all resources, at the end of their world: each knows its store, which knows them all."""
        for known in (self._by_id, self._by_rank, *self._alternates, *self._unique):
            known.clear()
        self._kept.clear()

    def replace(self, resource: Resource, fields: dict[str, Any], state: str) -> None:
        """Give `resource` other fields and another state, and find it by them from now on."""
        layout, old = self._layout, resource.fields
        before = layout.rank(resource)
        if layout.is_keyed:
            self._leave(resource)
        resource.fields, resource.state, resource.written = fields, state, None
        if layout.is_keyed:
            self._enter(resource)
        after = layout.rank(resource)
        if before != after:
            self._reorder(resource, before, after)
        for index in self._indexes.values():
            if before != after or not index.same(old, fields):
                index.discard(index.key(old), before)
                index.add(index.key(fields), after)

    def keep(self, resource: Resource, written: Any) -> None:
        """Remember how `resource` is written, so that lists need not write it again; of many, the last."""
        if len(self._kept) >= MOST_WRITTEN:
            self._kept.popleft().written = None
        self._kept.append(resource)
        resource.written = written

    def _reorder(self, resource: Resource, before: Rank, after: Rank) -> None:
        self._by_rank.pop(before, None)
        self._by_rank[after] = resource
        self._all.discard(before)
        self._all.add(after)

    def _enter(self, resource: Resource) -> None:
        """Enter the keys that are one resource's alone, as a rule."""
        fields = resource.fields
        for path, known in zip(self._layout.alternates, self._alternates, strict=True):
            key = pointer.read(fields, path)
            if key is not None and key is not pointer.ABSENT:
                known.enter(hashable(key), resource)
        for unique, keys, taken in zip(self._layout.unique, self._unique_keys, self._unique, strict=True):
            key = _unique_key(unique, keys, fields, resource.state)
            if key is not None:
                taken.enter(key, resource)

    def _leave(self, resource: Resource) -> None:
        fields = resource.fields
        for path, known in zip(self._layout.alternates, self._alternates, strict=True):
            known.leave(hashable(pointer.read(fields, path)), resource)
        for unique, keys, taken in zip(self._layout.unique, self._unique_keys, self._unique, strict=True):
            taken.leave(_unique_key(unique, keys, fields, resource.state), resource)

    def bucket(self, paths: tuple[Path, ...], values: tuple[Any, ...]) -> Bucket:
        """Return the resources that hold `values` in `paths`; all of them where `paths` is empty.

        An index that the layout does not name is made when it is first asked for,
        then kept (of many, the last): filters can be combined in more ways than anybody will, and each
        index costs every resource that is made or moves.
        """
        if not paths:
            return self._all
        if paths not in self._indexes:
            if len(self._indexes) >= len(self._layout.indexes) + MOST_INDEXES:
                del self._indexes[next(each for each in self._indexes if each not in self._layout.indexes)]
            self._indexes[paths] = self._indexed(paths)
        return self._indexes[paths].bucket(values)

    def _indexed(self, paths: tuple[Path, ...]) -> Index:
        index = Index(paths)
        ranks: dict[Any, list[Rank]] = defaultdict(list)
        for rank in self._all.slice(0, None, False):
            ranks[index.key(self._ranked[rank].fields)].append(rank)
        index.fill(ranks)
        return index

    def ranked(self, ranks: Iterable[Rank]) -> Iterator[Resource]:
        """Return the resource of each rank."""
        return map(self._ranked.__getitem__, ranks)

    def rank(self, resource: Resource) -> Rank:
        """Return what `resource` is ordered by."""
        return self._layout.rank(resource)


def _unique_key(unique: Unique, keys: Index, fields: dict[str, Any], state: str) -> Any:
    """Return the key that must be unique, or None where null fields or the state exempt it."""
    if unique.states and state not in unique.states:
        return None
    values = [pointer.read(fields, path) for path in unique.fields]
    return None if None in values or pointer.ABSENT in values else keys.key(fields)


def sortable(value: Any) -> tuple[int, Any]:
    """Return a key by which any JSON values can be ordered: nothing, numbers, texts, the rest.

    >>> sorted(["b", 3, None, "a", 1], key=sortable)
    [None, 1, 3, 'a', 'b']
    """
    if isinstance(value, str):
        return (2, value)
    if value is None or value is pointer.ABSENT:
        return (0, 0)
    return (1, value) if isinstance(value, int | float) else (3, repr(value))
