"""Lists: filtered by indexes, ordered, cut into pages."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

from mockserver.answers import Refused, Reply, Responder
from mockserver.effects import documented_success
from mockserver.evaluation import Frame, Request, shown
from mockserver.index import Bucket, Rank, hashable
from mockserver.kind import Kind, scope_paths
from mockserver.locating import Scope
from mockserver.store import Resource, Store, sortable
from mockserver.world import World
from speckit import expression, pointer, timing
from speckit.expression import Source
from speckit.lifecycle import Answer, Filter, Order, Paging, Path, Rule
from speckit.operation import Operation
from speckit.pointer import ABSENT

Test = Callable[[Resource], bool]


@dataclass(slots=True)
class Window:
    """Which part of a list is shown; `size` None shows everything behind `start`."""

    start: int = 0
    size: int | None = None
    number: int = 1
    after: Rank = None

    @property
    def stop(self) -> int | None:
        """The position behind the last one shown."""
        return None if self.size is None else self.start + self.size


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
        self._view = kind.view(rule.view)
        self._is_plain = self._view is kind.plain
        success = rule.success[0]
        body = success.body if success.body is not None else Source("list", pointer=("items",))
        status = success.status or documented_success(operation)
        self._respond = Responder(
            Answer(status, body, success.headers, success.content_type), status, kind.form
        )
        asked = [s.pointer for s in _sources(body, success.headers) if s.kind == "list"]
        self._counts = any(path[:1] != ("items",) for path in asked)
        self._encodes = encodes and all(len(path) == 1 for path in asked)

    def __call__(self, world: World, request: Request) -> Reply:
        """Return the page of the list that the request asks for."""
        store = world.stores[self._kind.name]
        scope = tuple(found.id for _, found in self._scope.found(world, request))
        window = self._pages.window(request, world)
        bucket, tests = self._narrow(store, scope, request)
        order = self._order(request)
        if order.field != self._kind.layout.order:
            found, total = self._sort(store, bucket, tests, order, window)
        elif tests:
            found, total = self._scan(store, bucket, tests, order, window)
        else:
            found, total = self._slice(store, bucket, order, window), len(bucket)
        frame = world.frame(request)
        frame.list = self._summary(store, found, total, window, order) | {
            "items": self._shown(world, request, found)
        }
        return self._respond(frame)

    def _narrow(self, store: Store, scope: tuple[Any, ...], request: Request) -> tuple[Bucket, list[Test]]:
        """Return the bucket of all that equal what is asked for, and the tests it leaves to be made."""
        asked = [(each, value) for each in self._rule.filters if (value := _asked(each, request)) is not None]
        equal = [(each.field, value) for each, value in asked if each.match == "equals"]
        paths = (*self._paths, *(field for field, _ in equal))
        bucket = store.bucket(paths, (*scope, *(value for _, value in equal)))
        return bucket, [_test(each, value) for each, value in asked if each.match != "equals"]

    def _order(self, request: Request) -> Order:
        """Return the order the client asks for, or the usual one."""
        sort = self._rule.sort
        field = sort.fields.get(request.query.get(sort.param, "")) if sort else None
        if sort is None or field is None:
            return self._rule.order
        return Order(field, request.query.get(sort.direction) == "desc")

    def _slice(self, store: Store, bucket: Bucket, order: Order, window: Window) -> list[Resource]:
        """Return the page out of a bucket that holds matches only, in the order its index keeps."""
        window.start = _start(bucket, window, order.descending)
        return list(store.ranked(bucket.slice(window.start, window.stop, order.descending)))

    def _scan(
        self, store: Store, bucket: Bucket, tests: list[Test], order: Order, window: Window
    ) -> tuple[list[Resource], int]:
        """Return the page out of a bucket that has to be looked through, and how many match in all.

        Where the answer tells no total, looking ends with the page.
        """
        start = 0 if window.after is None else _start(bucket, window, order.descending)
        matching = _matching(store, bucket, tests, start, order.descending)
        if not self._counts:
            first = min(window.start, len(bucket))
            return list(islice(matching, first, None if window.size is None else first + window.size)), 0
        found = list(_matching(store, bucket, tests, 0, order.descending))
        if start:
            window.start = len(found) - sum(1 for _ in matching)
        return found[window.start : window.stop], len(found)

    def _sort(
        self, store: Store, bucket: Bucket, tests: list[Test], order: Order, window: Window
    ) -> tuple[list[Resource], int]:
        """Return the page in an order that no index keeps, and how many match in all.

        A cursor into it is a position.
        """
        found = list(_matching(store, bucket, tests, 0, False))
        found.sort(key=lambda each: _sort_key(each, order.field), reverse=order.descending)
        if isinstance(window.after, int):
            window.start = max(window.after, 0)
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
            frame.state = self._kind.shown_state(resource.state)
            yield self._view(frame)

    def _position(self, store: Store, found: list[Resource], window: Window, order: Order) -> Rank:
        """Return what a cursor behind the page stands for."""
        is_kept = order.field == self._kind.layout.order
        return store.rank(found[-1]) if is_kept else window.start + len(found)

    def _summary(
        self, store: Store, found: list[Resource], total: int, window: Window, order: Order
    ) -> dict[str, Any]:
        more = window.size is not None and window.start + len(found) < total
        last = self._pages.cursor(self._position(store, found, window, order)) if more and found else None
        return {
            "total": total,
            "count": len(found),
            "page": window.number,
            "offset": window.start,
            "size": window.size if window.size is not None else len(found),
            "more": more,
            "next": last,
        }


class Pages:
    """Reads from a request which page it wants."""

    def __init__(self, paging: Paging | None) -> None:
        self._paging = paging

    def window(self, request: Request, world: World) -> Window:
        """Return the wanted part of the list.

        Raises:
            Refused: a bound is broken, where the document does not say what else happens.
        """
        paging = self._paging
        if paging is None:
            return Window()
        size = self._size(paging, request)
        if paging.style == "cursor":
            return Window(size=size, after=self._after(paging, request, world))
        low = 1 if paging.style == "page" else 0
        number = self._number(paging, request.query.get(paging.param, ABSENT), paging.param, low, low, None)
        assert number is not None
        if paging.style == "offset":
            return Window(number, size, number)
        return Window((number - 1) * (size or 0), size, number)

    def cursor(self, rank: Rank) -> str | None:
        """Return the text that stands for the position behind `rank`."""
        if self._paging is None or self._paging.style != "cursor":
            return None
        return base64.urlsafe_b64encode(orjson.dumps(rank)).decode().rstrip("=")

    def _size(self, paging: Paging, request: Request) -> int | None:
        if not paging.size:
            return paging.default
        value = request.query.get(paging.size, ABSENT)
        return self._number(paging, value, paging.size, paging.default, paging.min, paging.max)

    def _number(
        self, paging: Paging, value: Any, name: str, default: int | None, low: int, high: int | None
    ) -> int | None:
        if value is ABSENT:
            return default
        if isinstance(value, int) and low <= value and (high is None or value <= high):
            return value
        if paging.out_of_range == "clamp" and isinstance(value, int):
            return low if value < low else high
        if paging.out_of_range != "refuse":
            return default
        bounds = f"at least {low}" if high is None else f"from {low} to {high}"
        raise Refused("invalidParameter", f"{name} is {value!r}; it is a whole number {bounds}.")

    def _after(self, paging: Paging, request: Request, world: World) -> Rank:
        value = request.query.get(paging.param)
        if not value:
            return None
        try:
            rank = orjson.loads(base64.urlsafe_b64decode(str(value) + "=" * (-len(str(value)) % 4)))
        except (binascii.Error, ValueError):
            rank = None
        if not isinstance(rank, int | str | list):
            detail = f"{paging.param} is {value!r}, which is no cursor; send the one the page before gave."
            raise Refused("invalidParameter", detail, None, world.frame(request))
        return tuple(rank) if isinstance(rank, list) else rank


def _sources(body: expression.Template, headers: tuple[tuple[str, expression.Template], ...]) -> list[Source]:
    return [
        source
        for template in (body, *(value for _, value in headers))
        for source in expression.sources(template)
    ]


def _matching(
    store: Store, bucket: Bucket, tests: list[Test], start: int, descending: bool
) -> Iterator[Resource]:
    ranked = store.ranked(bucket.slice(start, None, descending))
    return (resource for resource in ranked if all(test(resource) for test in tests))


def _sort_key(resource: Resource, field: Path) -> tuple[int, Any]:
    return sortable(pointer.read(resource.fields, field)) if field else (1, resource.serial)


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
        raise Refused("invalidParameter", "The cursor is of another list; start without one.") from problem


def _asked(each: Filter, request: Request) -> Any:
    value = request.query.get(each.param, ABSENT)
    return each.default if value is ABSENT else value


def _test(each: Filter, value: Any) -> Test:
    field = each.field
    if each.match == "prefix":
        return lambda resource: _text(pointer.read(resource.fields, field)).startswith(str(value))
    if each.match in ("from", "to"):
        return _bound(field, value, each.match == "from")
    if each.match == "any" and isinstance(value, str):
        words = set(value.split(","))
        return lambda resource: shown(pointer.read(resource.fields, field)) in words
    wanted = {hashable(part) for part in (value if isinstance(value, list) else [value])}
    return lambda resource: hashable(pointer.read(resource.fields, field)) in wanted


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _bound(field: Path, value: Any, is_lowest: bool) -> Test:
    # The same moment can be written in many ways, so times are not compared as texts.
    limit = sortable(value)
    moment = timing.parse(value, "date-time") if isinstance(value, str) else None

    def test(resource: Resource) -> bool:
        found = pointer.read(resource.fields, field)
        if moment is not None and isinstance(found, str):
            when = timing.parse(found, "date-time")
            return when is not None and (when >= moment if is_lowest else when <= moment)
        key = sortable(found)
        return key[0] == limit[0] and (key >= limit if is_lowest else key <= limit)

    return test
