"""How two schemas differ in what they ask of a value itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from speckit.faults import Pointer
from toolkit.diff.schema import TYPES, Schema
from toolkit.diff.schema_rules import BOUND_KINDS

_OTHERS = (
    *("not", "if", "then", "else", "minContains", "maxContains", "dependentRequired", "dependentSchemas"),
    *("unevaluatedItems", "contentEncoding", "contentMediaType", "prefixItems"),
)
"""Keywords of which only whether they are the same is told."""

_HOLDS = {"int64": "int32", "double": "float"}
"""By format, one whose values all have it too."""

_SIZES = {
    "min-length": ("minLength", 1),
    "max-length": ("maxLength", -1),
    "min-items": ("minItems", 1),
    "max-items": ("maxItems", -1),
    "min-properties": ("minProperties", 1),
    "max-properties": ("maxProperties", -1),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference of two schemas: its kind, what it is in words, and where it stands in both."""

    kind: str
    what: str
    old: Pointer
    new: Pointer


def emptiness(old: Schema, new: Schema) -> Iterator[Difference]:
    """Yield that a schema has become one that nothing fits, or is one no more."""
    if old.is_nothing != new.is_nothing:
        kind = "schema-closed" if new.is_nothing else "schema-opened"
        said = "Nothing is allowed here now." if new.is_nothing else "Something is allowed here now."
        yield Difference(kind, said, old.pointer, new.pointer)


def differences(old: Schema, new: Schema) -> Iterator[Difference]:
    """Yield what the two ask of a value itself, apart from its properties and its alternatives."""
    for compare in (_types, _null, _enum, _numbers, _sizes, _pattern, _format, _multiple, _unique, _rest):
        yield from compare(old, new)
    yield from _default(old, new)


def _found(old: Schema, new: Schema, keyword: str, kind: str, what: str) -> Difference:
    return Difference(kind, what, old.at(keyword), new.at(keyword))


def _types(old: Schema, new: Schema) -> Iterator[Difference]:
    if old.types == new.types:
        return
    # What chooses among forms says in each of them what type it is.
    if (old.groups and old.types is None) or (new.groups and new.types is None):
        return
    one, other = old.types or TYPES, new.types or TYPES
    kind = "type-narrowed" if other < one else "type-widened" if one < other else "type-changed"
    if one != other:
        yield _found(old, new, "type", kind, f"{_kinds(old.types)} became {_kinds(new.types)}.")


def _kinds(types: frozenset[str] | None) -> str:
    if types is None:
        return "Any type"
    return " or ".join(sorted(types - ({"integer"} if "number" in types else set()))) or "null"


def _null(old: Schema, new: Schema) -> Iterator[Difference]:
    one, other = old.is_nullable, new.is_nullable
    if one is True and other is False:
        yield _found(old, new, "type", "null-forbidden", "It may be null no more.")
    if one is False and other is True:
        yield _found(old, new, "type", "null-allowed", "It may be null.")


def _enum(old: Schema, new: Schema) -> Iterator[Difference]:
    one, other = old.enum, new.enum
    if one is None and other is not None:
        yield _found(old, new, "enum", "became-enum", f"Only {_listed(other)} may stand here.")
    elif one is not None and other is None:
        yield _found(old, new, "enum", "enum-opened", f"Not only {_listed(one)} may stand here.")
    elif one is not None and other is not None:
        for value in (each for each in one if each not in other):
            yield _found(old, new, "enum", "enum-value-removed", f"The value {value!r} is gone.")
        for value in (each for each in other if each not in one):
            yield _found(old, new, "enum", "enum-value-added", f"The value {value!r} is new.")


def _listed(values: list[Any]) -> str:
    shown = ", ".join(map(repr, values[:5]))
    return f"{shown} and {len(values) - 5} more" if len(values) > 5 else shown or "nothing"


def _numbers(old: Schema, new: Schema) -> Iterator[Difference]:
    yield from _bound(old, new, "minimum", "minimum", old.minimum, new.minimum, 1, str_of=_limit)
    flipped = (_flipped(old.maximum), _flipped(new.maximum))
    yield from _bound(old, new, "maximum", "maximum", *flipped, 1, str_of=lambda each: _limit(_flipped(each)))


def _flipped(bound: tuple[float, bool] | None) -> tuple[float, bool] | None:
    return (-bound[0], bound[1]) if bound else None


def _limit(bound: tuple[float, bool] | None) -> str:
    if bound is None:
        return "no bound"
    return f"{bound[0]}, itself outside" if bound[1] else str(bound[0])


def _sizes(old: Schema, new: Schema) -> Iterator[Difference]:
    for name, (keyword, sign) in _SIZES.items():
        one, other = (each.least(keyword) if sign > 0 else each.most(keyword) for each in (old, new))
        # At least nothing is no bound.
        one, other = (None if sign > 0 and not each else each for each in (one, other))
        yield from _bound(old, new, name, keyword, one, other, sign)


def _bound(
    old: Schema,
    new: Schema,
    name: str,
    keyword: str,
    one: Any,
    other: Any,
    sign: int,
    *,
    str_of: Callable[[Any], str] = lambda each: "no bound" if each is None else str(each),
) -> Iterator[Difference]:
    """Yield that a bound is another; with `sign` 1 a higher one is tighter, with -1 a lower one."""
    if one == other:
        return
    is_higher = other is not None and one is not None and other > one
    is_tighter = one is None or (other is not None and is_higher == (sign > 0))
    word = BOUND_KINDS[name][0 if is_tighter else 1]
    yield _found(old, new, keyword, f"{name}-{word}", f"{keyword}: {str_of(one)} became {str_of(other)}.")


def _pattern(old: Schema, new: Schema) -> Iterator[Difference]:
    one, other = (set(map(str, each.said("pattern"))) for each in (old, new))
    kind = "pattern-added" if one < other else "pattern-removed" if other < one else "pattern-changed"
    if one != other:
        yield _found(old, new, "pattern", kind, f"The pattern {_or(one)} became {_or(other)}.")


def _or(values: set[str]) -> str:
    return " and ".join(f"'{each}'" for each in sorted(values)) or "'' (none)"


def _format(old: Schema, new: Schema) -> Iterator[Difference]:
    one, other = (next(map(str, each.said("format")), "") for each in (old, new))
    if one == other:
        return
    kind = "format-changed"
    if not one or _HOLDS.get(one) == other:
        kind = "format-added"
    elif not other or _HOLDS.get(other) == one:
        kind = "format-removed"
    yield _found(old, new, "format", kind, f"The format '{one or 'none'}' became '{other or 'none'}'.")


def _multiple(old: Schema, new: Schema) -> Iterator[Difference]:
    one, other = old.most("multipleOf"), new.most("multipleOf")
    if one == other:
        return
    kind = "multiple-changed"
    if one is None or (other and other % one == 0):
        kind = "multiple-added"
    elif other is None or one % other == 0:
        kind = "multiple-removed"
    yield _found(old, new, "multipleOf", kind, f"multipleOf: {one or 'nothing'} became {other or 'nothing'}.")


def _unique(old: Schema, new: Schema) -> Iterator[Difference]:
    one, other = old.is_true("uniqueItems"), new.is_true("uniqueItems")
    if one != other:
        kind, said = ("items-may-repeat", "may be") if one else ("items-must-differ", "must not be")
        yield _found(old, new, "uniqueItems", kind, f"Two items {said} the same.")


def _rest(old: Schema, new: Schema) -> Iterator[Difference]:
    for word in _OTHERS:
        one, other = old.said(word), new.said(word)
        if one != other:
            kind = (
                "constraint-changed"
                if one and other
                else "constraint-added"
                if other
                else "constraint-removed"
            )
            yield _found(old, new, word, kind, f"What '{word}' asks for is {_became(one, other)}.")
    for word in ("propertyNames", "contains", "items"):
        if (old.below(word) is None) != (new.below(word) is None):
            kind = "constraint-removed" if old.below(word) else "constraint-added"
            said = "gone" if old.below(word) else "new"
            yield _found(old, new, word, kind, f"What '{word}' asks for is {said}.")


def _became(one: list[Any], other: list[Any]) -> str:
    return "another" if one and other else "new" if other else "gone"


def _default(old: Schema, new: Schema) -> Iterator[Difference]:
    one, other = old.said("default")[:1], new.said("default")[:1]
    if one != other:
        was, now = (repr(each[0]) if each else "none" for each in (one, other))
        yield _found(old, new, "default", "default-changed", f"The default {was} became {now}.")
