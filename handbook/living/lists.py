"""What a list gives: order, pages and filters in words."""

from __future__ import annotations

from collections.abc import Iterator

from handbook import words
from handbook.living.subject import Subject
from speckit.lifecycle import Filter, Order, Paging, Rule

_MATCHES = {
    "equals": "is the one asked for",
    "any": "is one of those asked for, separated by commas",
    "prefix": "starts with the one asked for",
    "from": "is not below the one asked for",
    "to": "is not above the one asked for",
}


def facts(subject: Subject, rule: Rule) -> Iterator[str]:
    """Yield what is to be known of a list operation, a sentence or two each."""
    yield _ordered(rule.order)
    if rule.sort is not None:
        yield from _sorted(rule)
    if rule.paging is None:
        yield "It has no pages: everything is in one answer."
    else:
        yield from _paged(subject, rule, rule.paging)
    for each in rule.filters:
        yield _filter(each)
    if len(rule.filters) > 1:
        yield "Several filters narrow the list together."


def _ordered(order: Order) -> str:
    if not order.is_declared:
        return "In no promised order; here the oldest come first."
    if order.field:
        return f"Ordered by {words.path(order.field)}, {'highest' if order.descending else 'lowest'} first."
    return f"Ordered by when they were made, {'newest' if order.descending else 'oldest'} first."


def _sorted(rule: Rule) -> Iterator[str]:
    sort = rule.sort
    assert sort is not None
    choices = [
        words.code(word) + ("" if (word,) == field else f" (by {words.path(field)})")
        for word, field in sort.fields.items()
    ]
    yield f"{words.code(sort.param)} chooses another order: {words.listed(choices, 'or')}."
    if sort.direction:
        yield f"{words.code(sort.direction)} set to `desc` turns that order round."


def _paged(subject: Subject, rule: Rule, paging: Paging) -> Iterator[str]:
    param = words.code(paging.param)
    if paging.style == "cursor":
        yield (
            f"In pages, by cursor: without {param} the first page; each next one with the cursor that came "
            "with the page before."
        )
    elif paging.style == "offset":
        yield f"In pages, by offset: {param} says how many to skip, from 0, which is the default."
    else:
        yield f"In pages, by number: {param} is the page, from 1, which is the default."
    yield _sized(paging)
    outside = _outside(subject, rule, paging)
    if outside:
        yield outside


def _sized(paging: Paging) -> str:
    if not paging.size:
        return (
            f"A page has {paging.default} items at most; the client has no say."
            if paging.default
            else "One page has everything."
        )
    usual = f"{paging.default} as without it" if paging.default else "everything as without it"
    bounds = f"from {paging.min} to {paging.max}" if paging.max else f"{paging.min} or more"
    return f"{words.code(paging.size)} is the length of a page: {bounds}, {usual}."


def _outside(subject: Subject, rule: Rule, paging: Paging) -> str:
    """Return what values outside their bounds do; a cursor of another list is always refused."""
    named = [words.code(paging.size)] if paging.size else []
    named += [words.code(paging.param)] if paging.style != "cursor" else []
    if not named:
        return ""
    value = f"A value of {words.listed(named, 'or')} outside its bounds"
    match paging.out_of_range:
        case "default":
            return f"{value} counts as the default."
        case "clamp":
            return f"{value} counts as the nearest bound."
    return f"{value} is refused: {subject.refusal('invalidParameter', rule)}."


def _filter(each: Filter) -> str:
    said = f"{words.code(each.param)} keeps those whose {words.path(each.field)} {_MATCHES[each.match]}"
    return said + (f"; {words.value(each.default)} as without it." if each.default is not None else ".")
