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
    "after": "is above the one asked for",
    "before": "is below the one asked for",
    "contains": "contains the one asked for",
    "includes": "has everything in it that is asked for",
    "equals-any-case": "is the one asked for, in capitals or not",
    "prefix-any-case": "starts with the one asked for, in capitals or not",
    "contains-any-case": "contains the one asked for, in capitals or not",
}
_POSITIONS = {
    "offset": "In pages, by offset: {} says how many to skip, from 0, which is the default.",
    "page": "In pages, by number: {} is the page, from 1, which is the default.",
    "after": "In pages, by id: {} is the id of the item that a page comes after; without it the first page.",
}


def facts(subject: Subject, rule: Rule) -> Iterator[str]:
    """Yield what is to be known of a list operation, a sentence or two each."""
    if rule.of:
        yield f"The items are those of {words.path(rule.of)}; what follows is about them."
    if rule.states:
        yield f"Only those in {subject.states(rule.states)}."
    yield _ordered(rule.order, has_mock=subject.has_mock)
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


def _ordered(order: Order, *, has_mock: bool) -> str:
    if not order.is_declared:
        return f"In no promised order{'; here the oldest come first' if has_mock else ''}."
    if order.field:
        return f"Ordered by {words.path(order.field)}, {'highest' if order.descending else 'lowest'} first."
    return f"Ordered by when they were made, {'newest' if order.descending else 'oldest'} first."


def _sorted(rule: Rule) -> Iterator[str]:
    sort = rule.sort
    assert sort is not None
    choices = [words.code(word) + _by(word, order) for word, order in sort.fields.items()]
    if sort.param:
        yield f"{words.code(sort.param)} chooses another order: {words.listed(choices, 'or')}."
    if sort.direction:
        which = "that" if sort.param else "the"
        yield f"{words.code(sort.direction)} set to {words.code(sort.descending)} turns {which} order round."


def _by(word: str, order: Order) -> str:
    """Return what a word orders by, where the word is not just the field."""
    if (word,) == order.field and not order.descending:
        return ""
    if order.field:
        return f" (by {words.path(order.field)}{', highest first' if order.descending else ''})"
    return f" (by when they were made, {'newest' if order.descending else 'oldest'} first)"


def _paged(subject: Subject, rule: Rule, paging: Paging) -> Iterator[str]:
    param = words.code(paging.param)
    if paging.style == "cursor":
        yield (
            f"In pages, by cursor: without {param} the first page; each next one with the cursor that came "
            "with the page before."
        )
    elif paging.style == "range":
        end = words.code(paging.size)
        yield f"A part of it: from the place {param}, counted from 0, up to the one before {end}."
        return
    elif paging.style in _POSITIONS:
        yield _POSITIONS[paging.style].format(param)
    else:
        yield "Only its beginning is shown."
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
    what = "how many are shown" if paging.style == "first" else "the length of a page"
    return f"{words.code(paging.size)} is {what}: {bounds}, {usual}."


def _outside(subject: Subject, rule: Rule, paging: Paging) -> str:
    """Return what values outside their bounds do; a cursor of another list is always refused."""
    named = [words.code(paging.size)] if paging.size else []
    named += [words.code(paging.param)] if paging.param and paging.style not in ("cursor", "after") else []
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
    if each.scale:
        said += f", in the order {', '.join(map(words.code, each.scale))}"
    if each.by is not None:
        ways = [f"{words.code(word)} (it {_MATCHES[match]})" for word, match in each.matches]
        said += f", unless {words.source(each.by)} asks for {words.listed(ways, 'or')}"
    return said + (f"; {words.value(each.default)} as without it." if each.default is not None else ".")
