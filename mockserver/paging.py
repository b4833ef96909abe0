"""Which part of a list a request asks for, and what the answer may tell of it."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

import orjson

from mockserver.answers import Refused
from mockserver.evaluation import Request
from mockserver.index import Rank
from mockserver.world import World
from speckit.lifecycle import Paging
from speckit.pointer import ABSENT


@dataclass(slots=True)
class Window:
    """Which part of a list is shown; `size` None shows everything behind `start`.

    `after` is what a cursor stands for, `behind` the id of an item that the part comes after.
    """

    start: int = 0
    size: int | None = None
    number: int = 1
    after: Rank = None
    order: str = ""
    behind: str = ""

    @property
    def stop(self) -> int | None:
        """The position behind the last one shown."""
        return None if self.size is None else self.start + self.size


class Pages:
    """Reads from a request which page it wants."""

    def __init__(self, paging: Paging | None) -> None:
        self._paging = paging

    @property
    def is_by_id(self) -> bool:
        """Whether a page is asked for by the id of the item before it."""
        return self._paging is not None and self._paging.style == "after"

    def window(self, request: Request, world: World) -> Window:
        """Return the wanted part of the list.

        Raises:
            Refused: a bound is broken, where the document does not say what else happens.
        """
        paging = self._paging
        if paging is None:
            return Window()
        if paging.style == "range":
            return self._range(paging, request)
        size = self._size(paging, request)
        if paging.style == "cursor":
            order, after = self._after(paging, request, world)
            return Window(size=size, after=after, order=order)
        if paging.style in ("after", "first"):
            return Window(size=size, behind=str(request.query.get(paging.param) or ""))
        low = 1 if paging.style == "page" else 0
        number = self._number(paging, request.query.get(paging.param, ABSENT), paging.param, low, low, None)
        assert number is not None
        if paging.style == "offset":
            return Window(number, size, number // size + 1 if size else 1)
        return Window((number - 1) * (size or 0), size, number)

    def cursor(self, rank: Rank, order: str = "") -> str | None:
        """Return the text that stands for the position behind `rank` in the order called `order`."""
        if self._paging is None or self._paging.style != "cursor":
            return None
        return base64.urlsafe_b64encode(orjson.dumps({order: rank} if order else rank)).decode().rstrip("=")

    def lost(self, behind: str) -> None:
        """Say that no item has the id that the page should come after.

        Raises:
            Refused: it does, unless the document says that the list then begins anew.
        """
        assert self._paging is not None
        if self._paging.out_of_range == "refuse":
            name = self._paging.param
            detail = f"{name} is {behind!r}, and nothing here has that id; send one of this list."
            raise Refused("invalidParameter", detail)

    def _range(self, paging: Paging, request: Request) -> Window:
        start = self._number(paging, request.query.get(paging.param, ABSENT), paging.param, 0, 0, None) or 0
        end = self._number(paging, request.query.get(paging.size, ABSENT), paging.size, None, 0, None)
        return Window(start, None if end is None else max(end - start, 0))

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

    def _after(self, paging: Paging, request: Request, world: World) -> tuple[str, Rank]:
        """Return what a cursor stands for, and in which order."""
        value = request.query.get(paging.param)
        if not value:
            return "", None
        try:
            rank = orjson.loads(base64.urlsafe_b64decode(str(value) + "=" * (-len(str(value)) % 4)))
        except (binascii.Error, ValueError):
            rank = None
        order = ""
        if isinstance(rank, dict) and len(rank) == 1:
            ((order, rank),) = rank.items()
        if not isinstance(rank, int | str | list):
            detail = f"{paging.param} is {value!r}, which is no cursor; send the one the page before gave."
            raise Refused("invalidParameter", detail, None, world.frame(request))
        return order, _tupled(rank)


def _tupled(rank: Rank) -> Rank:
    """Return a rank as it was before JSON made arrays of its tuples; the last part may be a rank itself."""
    if not isinstance(rank, list):
        return rank
    return tuple(tuple(part) if isinstance(part, list) else part for part in rank)


def summary(window: Window, ids: list[Any], count: int, total: int) -> dict[str, Any]:
    """Return what an answer may look up of a page, but its items and what comes next.

    Args:
        window: The part that is shown.
        ids: Those of the items shown.
        count: How many are shown.
        total: How many there are in all.
    """
    facts: dict[str, Any] = {
        "total": total,
        "count": count,
        "page": window.number,
        "pages": -(-total // window.size) if window.size else 1,
        "offset": min(window.start, total),
        "size": window.size if window.size is not None else count,
        "more": window.size is not None and window.start + count < total,
        "ids": ids,
    }
    return facts | ({"first": ids[0], "last": ids[-1]} if ids else {})
