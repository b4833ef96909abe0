"""Lists of parts: the items of an array in one resource, filtered, ordered, cut into pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mockserver.answers import Refused, Reply, Responder
from mockserver.effects import Effecting, Elsewhere
from mockserver.evaluation import Request, shown
from mockserver.filtering import Filters, test
from mockserver.kind import Kind
from mockserver.listing import ordered
from mockserver.locating import Locator
from mockserver.paging import Pages, Window, summary
from mockserver.store import sortable
from mockserver.world import World
from speckit import pointer
from speckit.expression import Source
from speckit.lifecycle import Answer, Order, Rule
from speckit.operation import Operation
from speckit.pointer import ABSENT


class Parts(Effecting):
    """Shows the items of an array that one resource has."""

    def __init__(self, kind: Kind, rule: Rule, operation: Operation) -> None:
        super().__init__(kind, rule, operation)
        self._locate = Locator(kind, rule, operation)
        self._elsewhere = Elsewhere(self, rule.unavailable)
        self._read = pointer.reader(rule.of)
        self._filters = Filters(rule.filters, kind.form, operation)
        self._pages = Pages(rule.paging)
        self._key = rule.paging.key if rule.paging else ("id",)
        self._respond = _responder(kind, rule, operation)

    def __call__(self, world: World, request: Request) -> Reply:
        """Return the page of the items that the request asks for."""
        resource = self._locate(world, request)
        frame = world.frame_of(resource, request)
        available = self.rule.available_in
        if available and resource.state not in available:
            detail = f"It is {resource.state}; this is there when it is {' or '.join(available)}."
            if reply := self._elsewhere(resource, frame, detail):
                return reply
            raise Refused("refused", detail, None, frame)
        items = self._asked(self._read(resource.fields), request)
        window = self._pages.window(request, world)
        self._resume(items, window)
        shown_items = items[window.start : window.stop]
        ids = [pointer.read(item, self._key) for item in shown_items]
        facts = summary(window, [key for key in ids if key is not ABSENT], len(shown_items), len(items))
        frame.list = facts | {"items": shown_items, "next": self._next(window, facts)}
        return self._respond(frame)

    def _asked(self, held: Any, request: Request) -> list[Any]:
        """Return the items that the filters leave, in the order that is asked for."""
        tests = [test(each) for each in self._filters.asked(request)]
        every = held if isinstance(held, list) else []
        found = [item for item in every if all(fits(item) for fits in tests)]
        sort, usual = self.rule.sort, self.rule.order
        order = usual if sort is None else ordered(sort, usual, request)
        if order.field:
            found.sort(key=_sorting(order), reverse=order.descending)
        elif order.descending:
            found.reverse()
        return found

    def _resume(self, items: list[Any], window: Window) -> None:
        """Have the page begin where its cursor says, or behind the item that it is asked to come after."""
        if isinstance(window.after, int):
            window.start = max(window.after, 0)
        if not window.behind:
            return
        keys = [shown(pointer.read(item, self._key)) for item in items]
        if window.behind in keys:
            window.start = keys.index(window.behind) + 1
        else:
            self._pages.lost(window.behind)

    def _next(self, window: Window, facts: dict[str, Any]) -> Any:
        """Return what leads to the page that follows; None after the last."""
        if not (facts["more"] and facts["count"]):
            return None
        if self._pages.is_by_id:
            return facts.get("last")
        return self._pages.cursor(window.start + facts["count"])


def _responder(kind: Kind, rule: Rule, operation: Operation) -> Responder:
    success = rule.success[0]
    body = success.body if success.body is not None else Source("list", pointer=("items",))
    status = success.status or operation.success
    return Responder(Answer(status, body, success.headers, success.content_type), status, kind.form)


def _sorting(order: Order) -> Callable[[Any], Any]:
    return lambda item: sortable(pointer.read(item, order.field))
