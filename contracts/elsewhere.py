"""What an operation may answer where it is not for a state, or has done something: guards from outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from contracts.reckoning import Known, holds
from speckit.lifecycle import Otherwise, Success

T = TypeVar("T", Otherwise, Success)


def otherwise(others: Iterable[Otherwise], state: str, known: Known) -> Iterator[Otherwise | None]:
    """Yield what may be said of an operation in `state`; None stands for nothing in particular."""
    return _met((each for each in others if not each.states or state in each.states), known)


def successes(every: Iterable[Success], event: str, known: Known) -> Iterator[Success | None]:
    """Yield the answers of success that may be given after `event`, a transition or a creation."""
    return _met((each for each in every if not each.on or event in each.on), known)


def _met(every: Iterable[T], known: Known) -> Iterator[T | None]:
    """Yield those whose guard may hold, up to the first whose guard does; None where none surely does."""
    for each in every:
        is_met = holds(each.when, known)
        if is_met is not False:
            yield each
        if is_met:
            return
    yield None
