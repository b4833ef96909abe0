"""What happens to a parameter whose value is not one of those asked for, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from handbook.errors import Errors
from handbook.face import Face
from handbook.prose import code
from handbook.traits import written
from speckit.lifecycle import Filter, Order, Paging
from speckit.operation import Parameter, parted

_MATCHES = {
    "equals": "Keeps what has this value in {field}.",
    "any": "Keeps what has one of these values, separated by commas, in {field}.",
    "prefix": "Keeps what has a value in {field} that starts with this.",
    "from": "Keeps what has this value or a higher one in {field}.",
    "to": "Keeps what has this value or a lower one in {field}.",
    "after": "Keeps what has a higher value than this in {field}.",
    "before": "Keeps what has a lower value than this in {field}.",
    "contains": "Keeps what has a value in {field} that contains this.",
    "includes": "Keeps what has all of this in {field}.",
    "equals-any-case": "Keeps what has this value in {field}, in capitals or not.",
    "prefix-any-case": "Keeps what has a value in {field} that starts with this, in capitals or not.",
    "contains-any-case": "Keeps what has a value in {field} that contains this, in capitals or not.",
}
_NOUNS = {"integer": "an integer", "number": "a number", "boolean": "`true` or `false`"}
_BOUNDING = frozenset({
    "enum", "const", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "multipleOf", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems",
})  # fmt: skip


def sentences(parameter: Parameter, face: Face, errors: Errors, form: str) -> Iterator[str]:
    """Yield what a parameter does to a list, and what a wrong value of it is answered with."""
    if not errors.is_known:
        return
    rule = errors.rule
    if rule and rule.role in ("list", "parts") and parameter.place == "query":
        yield from _filters(rule.filters, parameter, form)
        if rule.sort and rule.sort.param and rule.sort.param == parameter.name:
            yield _sort(rule.sort.fields, form)
        if rule.paging and parameter.name in (rule.paging.param, rule.paging.size):
            yield from _page(rule.paging, parameter.name, errors)
            return
    yield from _wrong(parameter, face, errors)


_MARKS = {"cursor": "Text that is no cursor", "after": "An unknown id"}
"""What is wrong with a mark in a list, by the style of its pages."""


def _filters(filters: Iterable[Filter], parameter: Parameter, form: str) -> Iterator[str]:
    """Yield what a parameter leaves of a list, or what each member of it does that filters name."""
    for each in filters:
        said = _filter(each, form)
        if each.param == parameter.name:
            yield said
        elif parted(each.param)[0] == parameter.name:
            yield f"{code(each.param, form)} {said[0].lower()}{said[1:]}"


def _filter(each: Filter, form: str) -> str:
    said = _MATCHES[each.match].format(field=code(".".join(each.field), form))
    return said if each.default is None else f"{said} Without it, {written(each.default, form)} counts."


def _sort(fields: Mapping[str, Order], form: str) -> str:
    named = [f"{code(word, form)} by {_ordering(order, form)}" for word, order in fields.items()]
    return f"Orders: {', '.join(named)}."


def _ordering(order: Order, form: str) -> str:
    by = code(".".join(order.field), form) if order.field else "when they were made"
    return f"{by} ({'highest' if order.field else 'newest'} first)" if order.descending else by


def _page(paging: Paging, name: str, errors: Errors) -> Iterator[str]:
    refused = errors.status("invalidParameter")
    if name == paging.param and paging.style in _MARKS:
        is_refused = paging.style == "cursor" or paging.out_of_range == "refuse"
        what = _MARKS[paging.style]
        yield f"{what} is refused with `{refused}`." if is_refused else f"{what} means the first page."
        return
    low, high, usual = paging.min, paging.max, paging.default
    if name == paging.param:
        low, high = (1 if paging.style == "page" else 0), None
        usual = low
    elif paging.style == "range":
        low = 0
    bounds = f"from {low} to {high}" if high is not None else f"from {low} up"
    counts = "everything is shown" if usual is None else f"`{usual}` counts"
    if paging.out_of_range == "refuse":
        yield f"Whatever is no whole number {bounds} is refused with `{refused}`."
    elif paging.out_of_range == "default":
        yield f"Whatever is no whole number {bounds} is not refused: {counts} instead."
    else:
        yield _clamped(low, high, counts)


def _clamped(low: int, high: int | None, counts: str) -> str:
    above = "" if high is None else f", above {high} as `{high}`"
    return f"Below {low} it counts as `{low}`{above}; for what is no whole number, {counts}."


def _wrong(parameter: Parameter, face: Face, errors: Errors) -> Iterator[str]:
    """Yield with which status a value that does not fit is refused, and one that names nothing."""
    is_id = parameter.place == "path" and parameter.name in _ids(errors)
    typed = [each for each in face.kinds if each in _NOUNS]
    bounded = bool(_BOUNDING & face.keys.keys()) or ("format" in face.keys and not typed)
    status = errors.status("invalidParameter")
    malformed = errors.status("malformedId") if is_id else status
    if typed and (not bounded or malformed != status):
        yield f"What is not {_NOUNS[typed[0]]} is refused with `{malformed}`."
    if bounded:
        yield f"A value that does not fit is refused with `{status}`."
    if is_id:
        yield f"An unknown one is answered with `{errors.status('notFound')}`."
    yield from _unknown_parent(parameter, errors)


def _unknown_parent(parameter: Parameter, errors: Errors) -> Iterator[str]:
    if errors.lifecycle is None or errors.rule is None or parameter.place != "path":
        return
    parents = [errors.lifecycle.parents[name] for name in errors.rule.scope]
    for parent in parents:
        if parent.param == parameter.name:
            yield f"An unknown one is answered with `{errors.status('notFound', parent.missing)}`."


def _ids(errors: Errors) -> frozenset[str]:
    """Return the path parameters that name the resource."""
    if errors.lifecycle is None:
        return frozenset()
    identity = errors.lifecycle.identity
    return frozenset({identity.param, *(param for param, _ in identity.alternates)})
