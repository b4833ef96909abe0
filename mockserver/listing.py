"""Lists: filtered by indexes, ordered, cut into pages."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import orjson

from mockserver.answers import Refused, Reply, Responder
from mockserver.evaluation import Frame, Request
from mockserver.filtering import Filters, Test, test
from mockserver.index import Bucket, Rank, hashable
from mockserver.kind import Kind, scope_paths
from mockserver.locating import Scope, integer
from mockserver.paging import Pages, Window, summary
from mockserver.store import Resource, Store, sortable
from mockserver.world import World
from speckit import expression, pointer
from speckit.expression import Source
from speckit.lifecycle import Answer, Order, Path, Rule, Sort
from speckit.operation import Operation

Holds = Callable[[Resource], bool]


class Listing:
    """One list operation.

    With `encodes`, items stand in the reply as finished JSON, which can be sent
    but not looked into; not so where the answer itself looks into one.
    """

    def __init__(self, kind: Kind, rule: Rule, operation: Operation, *, encodes: bool = False) -> None:
        self._kind = kind
        self._rule = rule
        self._scope = Scope(kind, rule)
        self._paths = scope_paths(kind.lifecycle, rule)
        self._pages = Pages(rule.paging)
        self._filters = Filters(rule.filters, kind.form, operation)
        self._in_state = [_in_state(frozenset(rule.states))] if rule.states else []
        self._view = kind.view(rule.view)
        self._is_plain = self._view is kind.plain
        success = rule.success[0]
        body = success.body if success.body is not None else Source("list", pointer=("items",))
        status = success.status or operation.success
        self._respond = Responder(
            Answer(status, body, success.headers, success.content_type), status, kind.form
        )
        asked = [s.pointer for s in _sources(body, success.headers) if s.kind == "list"]
        self._told = frozenset(path[0] if path else "" for path in asked) - {"items"}
        self._encodes = encodes and all(len(path) == 1 for path in asked)

    def __call__(self, world: World, request: Request) -> Reply:
        """Return the page of the list that the request asks for."""
        store = world.stores[self._kind.name]
        scope = tuple(found.id for _, found in self._scope.found(world, request))
        window = self._pages.window(request, world)
        bucket, tests = self._narrow(store, scope, request)
        order = self._order(request)
        if window.behind:
            self._resume(store, window, order)
        elif window.after is not None and window.order != self._named(order):
            raise _foreign()
        if not self._is_kept(order):
            found, total = self._sort(store, bucket, tests, order, window)
        elif tests:
            found, total = self._scan(store, bucket, tests, order, window)
        else:
            found, total = self._slice(store, bucket, order, window), len(bucket)
        frame = world.frame(request)
        facts = self._summary(store, found, total, window, order) if self._told else {}
        frame.list = facts | {"items": self._shown(world, request, found)}
        return self._respond(frame)

    def _narrow(self, store: Store, scope: tuple[Any, ...], request: Request) -> tuple[Bucket, list[Holds]]:
        """Return the bucket of all that equal what is asked for, and the tests it leaves to be made."""
        asked = self._filters.asked(request)
        if not asked:
            return store.bucket(self._paths, scope), self._in_state
        equal = [(each.field, value) for each, match, value in asked if match == "equals"]
        paths = (*self._paths, *(field for field, _ in equal))
        bucket = store.bucket(paths, (*scope, *(value for _, value in equal)))
        tests = [_on_fields(test(each)) for each in asked if each[1] != "equals"]
        return bucket, [*self._in_state, *tests]

    def _order(self, request: Request) -> Order:
        """Return the order the client asks for, or the usual one."""
        sort = self._rule.sort
        return self._rule.order if sort is None else ordered(sort, self._rule.order, request)

    def _is_kept(self, order: Order) -> bool:
        """Return whether the indexes are in `order`, or in the same the other way round."""
        return order.field == self._kind.layout.order

    def _named(self, order: Order) -> str:
        """Return what a cursor calls the order that it is of; its own the list need not name."""
        usual = self._rule.order
        if (order.field, order.descending) == (usual.field, usual.descending):
            return ""
        return f"{'-' if order.descending else ''}{pointer.render(order.field) or 'created'}"

    def _place(self, store: Store, resource: Resource, order: Order) -> Rank:
        """Return where `resource` stands in `order`, whether the list has it or not."""
        rank = store.rank(resource)
        return rank if self._is_kept(order) else (*_sort_key(resource, order.field), rank)

    def _resume(self, store: Store, window: Window, order: Order) -> None:
        """Have the page begin behind the resource whose id it is asked to come after."""
        key = integer(window.behind) if self._kind.id_type is int else window.behind
        found = store.by_id(key)
        if found is None:
            self._pages.lost(window.behind)
        else:
            window.after = self._place(store, found, order)

    def _slice(self, store: Store, bucket: Bucket, order: Order, window: Window) -> list[Resource]:
        """Return the page out of a bucket that holds matches only, in the order its index keeps."""
        window.start = _start(bucket, window, order.descending)
        return list(store.ranked(bucket.slice(window.start, window.stop, order.descending)))

    def _scan(
        self, store: Store, bucket: Bucket, tests: list[Holds], order: Order, window: Window
    ) -> tuple[list[Resource], int]:
        """Return the page out of a bucket that has to be looked through, and how many match in all.

        Where the answer tells no total, looking ends with the page.
        """
        start = 0 if window.after is None else _start(bucket, window, order.descending)
        matching = _matching(store, bucket, tests, start, order.descending)
        if not self._told:
            first, most = min(window.start, len(bucket)), len(bucket) if window.size is None else window.size
            return list(islice(matching, first, first + min(most, len(bucket)))), 0
        found = list(_matching(store, bucket, tests, 0, order.descending))
        if start:
            window.start = len(found) - sum(1 for _ in matching)
        return found[window.start : window.stop], len(found)

    def _sort(
        self, store: Store, bucket: Bucket, tests: list[Holds], order: Order, window: Window
    ) -> tuple[list[Resource], int]:
        """Return the page in an order that no index keeps, and how many match in all."""
        found = list(_matching(store, bucket, tests, 0, False))
        found.sort(key=lambda each: _sort_key(each, order.field), reverse=order.descending)
        if window.after is not None:
            window.start = _first_behind(store, found, window.after, order)
        return found[window.start : window.stop], len(found)

    def _shown(self, world: World, request: Request, found: list[Resource]) -> list[Any]:
        if self._is_plain:
            if self._encodes:
                return [resource.written or self._write(resource) for resource in found]
            return [self._kind.bared(resource.fields) for resource in found]
        return list(self._views(world.frame(request), world, found))

    def _write(self, resource: Resource) -> Any:
        """Return a resource as JSON, which is written once for each version and then kept."""
        fragment = orjson.Fragment(orjson.dumps(self._kind.bared(resource.fields)))
        resource.store.keep(resource, fragment)
        return fragment

    def _views(self, frame: Frame, world: World, found: Iterable[Resource]) -> Iterator[Any]:
        """Yield each resource as the list shows it; one frame serves them all."""
        for resource in found:
            world.focus(frame, self._kind, resource.fields)
            frame.id = resource.id
            frame.state = self._kind.words[resource.state]
            yield self._view(frame)

    def _summary(
        self, store: Store, found: list[Resource], total: int, window: Window, order: Order
    ) -> dict[str, Any]:
        facts = summary(window, [each.id for each in found], len(found), total)
        follows = facts["more"] and bool(found)
        if self._pages.is_by_id:
            return facts | {"next": facts["last"] if follows else None}
        if not follows:
            return facts | {"next": None}
        return facts | {"next": self._pages.cursor(self._place(store, found[-1], order), self._named(order))}


def ordered(sort: Sort, usual: Order, request: Request) -> Order:
    """Return the order that a request asks for, or else the usual one."""
    way = request.query.get(sort.direction)
    asked = request.query.get(sort.param, "")
    found = sort.fields.get(hashable(next(iter(asked), "") if isinstance(asked, list) else asked))
    if found is not None:
        return Order(found.field, not found.descending) if way == sort.descending else found
    return usual if sort.param or way is None else replace(usual, descending=way == sort.descending)


def _in_state(states: frozenset[str]) -> Callable[[Resource], bool]:
    return lambda resource: resource.state in states


def _on_fields(fits: Test) -> Callable[[Resource], bool]:
    return lambda resource: fits(resource.fields)


def _sources(body: expression.Template, headers: tuple[tuple[str, expression.Template], ...]) -> list[Source]:
    return [
        source
        for template in (body, *(value for _, value in headers))
        for source in expression.sources(template)
    ]


def _matching(
    store: Store, bucket: Bucket, tests: list[Holds], start: int, descending: bool
) -> Iterator[Resource]:
    ranked = store.ranked(bucket.slice(start, None, descending))
    return (resource for resource in ranked if all(test(resource) for test in tests))


def _sort_key(resource: Resource, field: Path) -> tuple[int, Any]:
    return sortable(pointer.read(resource.fields, field)) if field else (1, resource.serial)


def _first_behind(store: Store, found: list[Resource], place: Rank, order: Order) -> int:
    """Return the position in the sorted list `found` of the first one behind `place`.

    Raises:
        Refused: the cursor is none of this list's.
    """

    def is_behind(resource: Resource) -> bool:
        mine = _sort_key(resource, order.field)
        if mine == key:
            return bool(store.rank(resource) > rank)
        return mine < key if order.descending else mine > key

    try:
        kind, value, rank = place
        key: tuple[int, Any] = (kind, value)
        return bisect_left(found, True, key=is_behind)
    except (TypeError, ValueError) as problem:
        raise _foreign() from problem


def _start(bucket: Bucket, window: Window, descending: bool) -> int:
    """Return the position in `bucket` where the page begins.

    Raises:
        Refused: the cursor is none of this list's.
    """
    if window.after is None:
        return min(window.start, len(bucket))
    try:
        return bucket.after(window.after, descending)
    except TypeError as problem:
        raise _foreign() from problem


def _foreign() -> Refused:
    return Refused("invalidParameter", "The cursor is of another list; start without one.")
