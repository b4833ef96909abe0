"""Outcomes: what a template may come to, as far as that is plain."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from speckit.expression import Choice, Constant, First, Source, Template
from speckit.faults import Pointer

MayMiss = Callable[[Source], bool]
"""Whether it is certain that what an expression looks up is sometimes not there."""


def never(_: Source) -> bool:
    """Say of no expression that it is sometimes without a value."""
    return False


def outcomes(
    template: Template, path: Pointer, may_miss: MayMiss = never
) -> Iterator[tuple[Pointer, Template]]:
    """Yield each template whose value `template` may have, with where it stands.

    Of several choices those are left out that come after one which may always be there.
    """
    match template:
        case First(options, skips_null):
            word = "$some" if skips_null else "$first"
            for index, each in enumerate(options):
                yield from outcomes(each, (*path, word, index), may_miss)
                if not _is_passed(each, may_miss, skips_null=skips_null):
                    return
        case Choice(_, then, otherwise):
            yield from outcomes(then, (*path, "$if", "then"), may_miss)
            if otherwise is not None:
                yield from outcomes(otherwise, (*path, "$if", "else"), may_miss)
        case Constant(None) if path[-2:-1] == ("$some",):
            return
        case _:
            yield path, template


def _is_passed(option: Template, may_miss: MayMiss, *, skips_null: bool) -> bool:
    """Return whether it is certain that an option is sometimes passed over for the next."""
    match option:
        case Source("absent"):
            return True
        case Source():
            return may_miss(option)
        case Constant(None):
            return skips_null
        case First(options, inner):
            return all(_is_passed(each, may_miss, skips_null=inner) for each in options)
        case Choice(_, _, None):
            return True
    return False
