"""Which resources a list must hold, and in which order: filters, sorting and paging read from outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from contracts.bench import Binding
from contracts.comparing import comparable, fits
from contracts.exchange import Call, Exchange, text
from contracts.nature import Nature
from contracts.observed import Track
from contracts.reckoning import UNKNOWN, Known, has_hole, looked_up
from speckit.lifecycle import REMOVED, Filter, Order, Paging, Path
from speckit.pointer import ABSENT

_MOST_VALUES = 6
BY_MARK = ("cursor", "after", "first")
"""The styles of paging where a page is not known by its number."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call to a list asks for: the filters in force, the order, and the page."""

    filters: tuple[tuple[Filter, str], ...]
    order: Order
    is_sorted: bool
    page: int | str | None
    size: int | None
    is_out_of_range: bool

    @property
    def key(self) -> tuple[Any, ...]:
        """What two pages of one list have in common."""
        named = tuple((each.param, value) for each, value in self.filters)
        return named, self.order.field, self.order.descending, self.size


def asked(binding: Binding, call: Call) -> Asked:
    """Return what `call` asks of the list of `binding`."""
    rule = binding.rule
    filters = []
    for each in (_compared(each, call) for each in rule.filters):
        value = _given(binding, each, call)
        if value is not None and value is not ABSENT:
            filters.append((each, ",".join(map(text, value)) if isinstance(value, list) else text(value)))
    order, is_sorted = _order(binding, call)
    page, size, is_out = _page(rule.paging, call.query)
    return Asked(tuple(filters), order, is_sorted, page, size, is_out)


def _given(binding: Binding, each: Filter, call: Call) -> Any:
    """Return what a request asks for by a filter, which may be an object written as several parameters."""
    is_whole = binding.operation.parameter("query", each.param) is not None
    if is_whole and each.param not in call.query:
        start = f"{each.param}["
        found = {name[len(start) : -1]: call.query[name] for name in call.query if name.startswith(start)}
        return text(found) if found else each.default
    return call.query.get(each.param, each.default)


def _compared(each: Filter, call: Call) -> Filter:
    """Return the filter with the match that the request chooses."""
    if each.by is None:
        return each
    word = looked_up(each.by, Known(call=call))
    return each if word is ABSENT else replace(each, match=dict(each.matches).get(text(word), each.match))


def _order(binding: Binding, call: Call) -> tuple[Order, bool]:
    sort, usual = binding.rule.sort, binding.rule.order
    if sort is not None and not sort.param:
        way = call.query.get(sort.direction)
        return (usual if way is None else replace(usual, descending=way == sort.descending)), False
    word = call.query.get(sort.param) if sort else None
    if sort is not None and word is None and sort.direction in call.query:
        return Order(), False  # Which way the usual order is turned then, nothing says.
    if sort is None or not isinstance(word, str) or word not in sort.fields:
        return usual, False
    found = sort.fields[word]
    is_turned = call.query.get(sort.direction) == sort.descending
    return replace(found, descending=found.descending is not is_turned), True


def _page(paging: Paging | None, query: Mapping[str, Any]) -> tuple[int | str | None, int | None, bool]:
    """Return the page (or offset, or cursor) and the size in force, and whether one was out of bounds."""
    if paging is None:
        return None, None, False
    if paging.style == "range":
        return _range(paging, query)
    size, is_out = _bounded(paging, query.get(paging.size) if paging.size else None)
    if paging.style in BY_MARK:
        return query.get(paging.param), size, is_out
    first = 1 if paging.style == "page" else 0
    page = _whole(query.get(paging.param, first))
    if page is None or page < first:
        return first, size, True
    return page, size, is_out


def _range(paging: Paging, query: Mapping[str, Any]) -> tuple[int, int | None, bool]:
    """Return where a part of the list begins, and how much it holds."""
    start, end = _whole(query.get(paging.param, 0)), _whole(query.get(paging.size))
    is_out = start is None or start < 0 or (paging.size in query and (end is None or end < 0))
    start = max(start or 0, 0)
    return start, None if end is None or is_out else max(end - start, 0), is_out


def _bounded(paging: Paging, value: Any) -> tuple[int | None, bool]:
    if value is None:
        return paging.default, False
    size = _whole(value)
    if size is not None and size >= paging.min and (paging.max is None or size <= paging.max):
        return size, False
    if size is not None and paging.out_of_range == "clamp":
        return (paging.min if size < paging.min else paging.max), True
    return paging.default, True


def _whole(value: Any) -> int | None:
    try:
        return None if isinstance(value, bool) else int(value)
    except (TypeError, ValueError):
        return None


def fits_all(filters: Iterable[tuple[Filter, str]], track: Track, shown: Mapping[Path, Any]) -> bool | None:
    """Return whether a resource fits all `filters`; None where that is not known.

    Args:
        shown: What the list itself shows of it, which counts before what is known.
    """
    found = [fits(each, value, value_of(track, each.field, shown)) for each, value in filters]
    if False in found:
        return False
    return None if None in found else True


def admits_state(filters: Iterable[tuple[Filter, str]], nature: Nature, state: str) -> bool | None:
    """Return whether a resource in `state` fits all `filters`; None where more than the state decides."""
    lifecycle = nature.lifecycle
    if state == REMOVED:
        return False
    found = [
        fits(each, value, lifecycle.states[state].value) if each.field == lifecycle.state_field else None
        for each, value in filters
    ]
    if False in found:
        return False
    return None if None in found else True


def values_held(each: Filter, tracks: Iterable[Track]) -> list[Any]:
    """Return a few values that resources have where the filter looks."""
    values = [value_of(track, each.field, {}) for track in tracks]
    known = [v for v in values if not has_hole(v) and v is not ABSENT and v is not None and v != ""]
    if each.match == "includes":
        known = [part for value in known for part in _parts_of(value)]
    return list({text(v): v for v in known if isinstance(v, str | int | float)}.values())[:_MOST_VALUES]


def _parts_of(value: Any) -> list[str]:
    """Return what an object or an array includes, as a query asks for it: one member, and all of them."""
    if isinstance(value, dict) and value:
        first = next(iter(value.items()))
        return [text(dict([first])), text(value)]
    return [text(item) for item in value] if isinstance(value, list) else []


def together(binding: Binding, each: Filter, values: Sequence[Any]) -> Any:
    """Return several values as a query asks for them: as an array where they are sent apart."""
    parameter = binding.operation.query(each.param)
    if parameter is not None and parameter.schema.get("type") == "array":
        return list(dict.fromkeys(values))
    return ",".join(dict.fromkeys(map(text, values)))


def showing(binding: Binding, tracks: Iterable[Track]) -> dict[str, Any]:
    """Return the query without which a filter's default would hide what the judge made."""
    known, found = list(tracks), {}
    for each in binding.rule.filters:
        values = values_held(each, known)
        if each.default is not None and values and all(text(value) != text(each.default) for value in values):
            found[each.param] = values[0]
    return found


def value_of(track: Track, path: Path, shown: Mapping[Path, Any]) -> Any:
    """Return what the field at `path` is: as shown, as the state says, or as last seen; or UNKNOWN."""
    if path in shown:
        return shown[path]
    lifecycle = track.nature.lifecycle
    if path == lifecycle.state_field:
        words = {lifecycle.states[state].value for state in track.belief if state in lifecycle.states}
        return words.pop() if len(words) == 1 and track.is_own else UNKNOWN
    slot = track.nature.slot(path)
    is_loose = not track.is_own or any(track.nature.unasked(state, external=True) for state in track.belief)
    if slot in track.free or (slot in track.nature.machine_written and is_loose):
        return UNKNOWN  # it may have moved since that was seen
    return track.look(path)


def misordered(order: Order, pairs: Iterable[tuple[Track, Any]]) -> tuple[Track, Track] | None:
    """Return two neighbours in the wrong order; None where there are none.

    Args:
        pairs: Each resource with the value it is ordered by; UNKNOWN where that is not known.
    """
    before: tuple[Track, Any] | None = None
    for track, value in pairs:
        if before is not None and _is_wrong(order, before, (track, value)):
            return before[0], track
        before = track, value
    return None


def _is_wrong(order: Order, one: tuple[Track, Any], other: tuple[Track, Any]) -> bool:
    if not order.field:
        return _is_older(one[0], other[0]) if order.descending else _is_older(other[0], one[0])
    first, second = comparable(one[1]), comparable(other[1])
    if first is None or second is None or type(first) is not type(second):
        return False
    if isinstance(first, str) and (first < second) != (first.casefold() < second.casefold()):
        return False  # Collations differ, and no document says which.
    if not isinstance(first, str | float):
        return False
    return bool(first < second) if order.descending else bool(first > second)


def _is_older(one: Track, other: Track) -> bool:
    """Return whether `one` was surely made before `other`, by the stamps of the server too."""
    (mine, race), (theirs, other_race) = one.birth_order, other.birth_order
    if not mine or not theirs or mine > theirs or (race and race == other_race):
        return False
    created = one.nature.lifecycle.timestamps.created
    first, second = (one.stamp(created), other.stamp(created)) if created else (None, None)
    return first is None or second is None or first < second


def is_member(binding: Binding, call: Call, track: Track) -> bool | None:
    """Return whether a resource is below the parents that the path of a list names."""
    for name in binding.rule.scope:
        parent = binding.nature.lifecycle.parents[name]
        key = track.look(parent.field)
        if has_hole(key) or key is ABSENT:
            return None
        if text(key) != text(call.path.get(parent.param)):
            return False
    return True


def is_living(track: Track, belief: Iterable[str]) -> bool:
    """Return whether the resource is surely there."""
    return REMOVED not in belief and track.is_own and not track.is_spoiled


def next_page(binding: Binding, page: Exchange, number: int) -> object | None:
    """Return the page, offset or cursor that follows the page of that number; None after the last."""
    paging = binding.rule.paging
    items = binding.anatomy.sightings(page) if page.is_success else None
    if not items or paging is None:
        return None
    wanted = asked(binding, page.call)
    if paging.style in BY_MARK:
        following = mark_after(binding, page, [each.id for each in items], wanted.size)
        return None if following is UNKNOWN else following
    if paging.style == "range":
        return None
    total = binding.anatomy.part(page, "total")
    says_more = isinstance(total, int) and number * (wanted.size or 0) < total
    if wanted.size is None or (len(items) < wanted.size and not says_more):
        return None
    return number + 1 if paging.style == "page" else number * wanted.size


def mark_after(binding: Binding, page: Exchange, ids: Sequence[Any], size: int | None) -> Any:
    """Return the cursor or id that the next page is asked for by; None after the last, UNKNOWN if open."""
    paging, anatomy = binding.rule.paging, binding.anatomy
    more = anatomy.part(page, "more")
    if anatomy.tells("next"):
        following = anatomy.part(page, "next")
        return None if following in (None, ABSENT, "") else following
    if more is False or not ids or (size is not None and len(ids) < size and more is not True):
        return None
    return ids[-1] if paging is not None and paging.style == "after" else UNKNOWN
