"""How what all paths of an API have in common differs."""

from __future__ import annotations

from collections.abc import Iterator

from speckit.conventions import Conventions
from speckit.faults import Pointer
from speckit.specification import CONVENTIONS, Specification
from toolkit.diff.sheet import Sheet

_LENIENT = {
    "trailing-slash-refused": ("ignores_trailing_slash", "trailingSlash", "A slash at the end of a path"),
    "repeated-query-refused": ("first_query_wins", "repeatedQuery", "A parameter given twice"),
    "head-refused": ("serves_head", "head", "HEAD"),
    "allow-withdrawn": ("sends_allow", "allow", "The header Allow"),
}
"""By the rule for what is refused now: the attribute, the key, and what it is about."""


def compare_conventions(old: Specification, new: Specification, sheet: Sheet) -> None:
    """Write down how the conventions of each API differ; APIs are the same by their paths."""
    for one, other, subject in _pairs(old, new):
        places: tuple[Pointer, Pointer] = ((CONVENTIONS, one.name), (CONVENTIONS, other.name))
        for rule, key, what in _changes(one, other):
            sheet.add(rule, what, subject, *((*place, key) for place in places))


def _pairs(old: Specification, new: Specification) -> Iterator[tuple[Conventions, Conventions, str]]:
    ones = {path: each for each in old.conventions for path in each.paths}
    others = {path: each for each in new.conventions for path in each.paths}
    seen: set[tuple[str, str]] = set()
    for path in dict.fromkeys((*ones, *others)):
        one, other = ones.get(path, Conventions()), others.get(path, Conventions())
        if (one.name, other.name) not in seen:
            seen.add((one.name, other.name))
            yield one, other, f"paths below {path}"


def _changes(old: Conventions, new: Conventions) -> Iterator[tuple[str, str, str]]:
    for rule, (attribute, key, what) in _LENIENT.items():
        was, now = getattr(old, attribute), getattr(new, attribute)
        if was and not now:
            yield rule, key, f"{what} is not accepted, or sent, any more."
        elif now and not was:
            yield "convention-relaxed", key, f"{what} is accepted, or sent."
    if new.exact_case_scheme and not old.exact_case_scheme:
        yield "scheme-spelling-refused", "scheme", "The word before the credential must be spelt exactly."
    elif old.exact_case_scheme and not new.exact_case_scheme:
        yield "convention-relaxed", "scheme", "The word before the credential may be in any case."
    if old.options != new.options:
        yield "options-changed", "options", "OPTIONS is answered in another way."
