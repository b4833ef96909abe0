"""Whether what is open on conditions has become open to more, to fewer, or to others."""

from __future__ import annotations

from collections.abc import Sequence

from speckit.lifecycle import Guard


def compared(old: Sequence[Guard], new: Sequence[Guard]) -> str:
    """Return how alternatives of conditions have changed: `narrowed`, `widened`, `changed`, or empty.

    Each item is one way to be let in; a guard without conditions lets everybody in.

    >>> compared([()], [()])
    ''
    """
    ones, others = [_conditions(each) for each in old], [_conditions(each) for each in new]
    keeps = all(any(other <= one for other in others) for one in ones)
    lets = all(any(one <= other for one in ones) for other in others)
    if keeps and lets:
        return ""
    return "widened" if keeps else "narrowed" if lets else "changed"


def _conditions(guard: Guard) -> frozenset[str]:
    return frozenset(f"{source} {condition!r}" for source, condition in guard)
