"""How a list differs: its pages, its filters, its order, and what it holds."""

from __future__ import annotations

from collections.abc import Iterator

from speckit.lifecycle import Filter, Paging
from speckit.pointer import render
from toolkit.diff.living.pair import Deed


def compare_listing(deed: Deed) -> None:
    """Write down how a list differs; nothing for operations that are none."""
    if deed.old.role in ("list", "parts"):
        for compare in (_pages, _filters, _order, _sort, _states):
            compare(deed)


def _pages(deed: Deed) -> None:
    one, other = deed.old.paging, deed.new.paging
    if one is None and other is not None and other.default is not None:
        deed.add("list-became-paged", f"It comes in pages of {other.default}.", "paging")
    elif one is not None and other is None:
        deed.add("list-unpaged", "It comes as a whole.", "paging")
    elif one is not None and other is not None:
        for rule, what in (*_style(one, other), *_bounds(one, other)):
            deed.add(rule, what, "paging")


def _style(old: Paging, new: Paging) -> Iterator[tuple[str, str]]:
    if old.style != new.style:
        yield "paging-style-changed", f"Pages are found by {new.style}, not by {old.style}."
    elif (old.param, old.key) != (new.param, new.key):
        yield "paging-parameter-changed", f"Pages are found by '{new.param}', not by '{old.param}'."
    if old.size and old.size != new.size:
        yield (
            "paging-parameter-changed",
            f"The length of a page is '{new.size or 'fixed'}', not '{old.size}'.",
        )
    if old.default != new.default:
        yield "page-length-changed", f"A page has {new.default or 'all'} items, not {old.default or 'all'}."


def _bounds(old: Paging, new: Paging) -> Iterator[tuple[str, str]]:
    most = [float("inf") if each.max is None else each.max for each in (old, new)]
    said = f"A page may have {_span(new)} items, not {_span(old)}."
    if most[1] < most[0] or new.min > old.min:
        yield "page-bounds-narrowed" if new.out_of_range == "refuse" else "page-bounds-clamped", said
    elif most[1] > most[0] or new.min < old.min:
        yield "page-bounds-widened", said
    if old.out_of_range != new.out_of_range:
        rule = "out-of-range-refused" if new.out_of_range == "refuse" else "out-of-range-changed"
        yield rule, f"For a length outside: {new.out_of_range}, not {old.out_of_range}."


def _span(paging: Paging) -> str:
    return f"{paging.min} to {paging.max}" if paging.max else f"{paging.min} or more"


def _filters(deed: Deed) -> None:
    ones, others = ({each.param: each for each in rule.filters} for rule in (deed.old, deed.new))
    for name, one in ones.items():
        if name not in others:
            deed.add("filter-removed", f"It does not filter by '{name}' any more.", "filters", name)
        else:
            for rule, what in _filter(one, others[name]):
                deed.add(rule, f"'{name}' {what}", "filters", name)
    for name, other in others.items():
        if name not in ones:
            deed.add("filter-added", f"It filters by '{name}'.", "filters", name)
            if other.default is not None:
                what = f"'{name}' counts as {other.default!r} where nothing is said."
                deed.add("filter-default-changed", what, "filters", name)


def _filter(old: Filter, new: Filter) -> Iterator[tuple[str, str]]:
    if old.default != new.default:
        yield (
            "filter-default-changed",
            f"counts as {new.default!r} where nothing is said, not {old.default!r}.",
        )
    if old.field != new.field:
        yield "filter-field-changed", f"is about {render(new.field)}, not {render(old.field)}."
    if _match(old) != _match(new):
        yield "filter-match-changed", f"compares by '{new.match}' and such; it was '{old.match}'."


def _match(each: Filter) -> tuple[object, ...]:
    return each.match, each.by, each.matches, each.scale


def _order(deed: Deed) -> None:
    one, other = deed.old.order, deed.new.order
    if one.is_declared and not other.is_declared:
        deed.add("order-withdrawn", "It promises no order any more.", "order")
    elif other.is_declared and not one.is_declared:
        deed.add("order-promised", "It promises an order.", "order")
    elif one != other:
        deed.add("order-changed", f"It is ordered by {_said(other.field, other.descending)}.", "order")


def _said(field: tuple[str, ...], descending: bool) -> str:
    return f"{render(field) or 'creation'}{', backwards' if descending else ''}"


def _sort(deed: Deed) -> None:
    one, other = deed.old.sort, deed.new.sort
    if one is None or other is None:
        if one != other:
            rule, word = ("sort-added", "can") if other else ("sort-withdrawn", "cannot")
            deed.add(rule, f"Clients {word} choose the order.", "sort")
        return
    words = [(each.param, each.direction, each.descending) for each in (one, other)]
    if words[0] != words[1]:
        deed.add("sort-changed", "The order is asked for in another way.", "sort")
    for name, order in one.fields.items():
        if other.fields.get(name) != order:
            by = _said(order.field, order.descending)
            deed.add("sort-withdrawn", f"'{name}' does not sort by {by} any more.", "sort", "fields")
    for name in (each for each in other.fields if each not in one.fields):
        deed.add("sort-added", f"Clients can sort by '{name}'.", "sort", "fields")


def _states(deed: Deed) -> None:
    one = set(deed.pair.now(deed.old.states or deed.pair.old.states))
    other = set(deed.new.states or deed.pair.new.states) & set(deed.pair.states.values())
    if one - other:
        what = f"It does not hold those in {', '.join(sorted(one - other))}."
        deed.add("list-states-narrowed", what, "in")
    if other - one:
        deed.add("list-states-widened", f"It holds those in {', '.join(sorted(other - one))}, too.", "in")
