"""What an operation may answer where it is not for a state, or has done something: guards from outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.reckoning import Known, holds
from speckit.lifecycle import Otherwise, Success


def otherwise(others: Iterable[Otherwise], state: str, known: Known) -> Iterator[Otherwise | None]:
    """Yield what may be said of an operation in `state`; None stands for nothing in particular."""
    for each in others:
        if each.states and state not in each.states:
            continue
        is_met = holds(each.when, known)
        if is_met is not False:
            yield each
        if is_met:
            return
    yield None


def successes(every: Iterable[Success], event: str, known: Known) -> Iterator[Success | None]:
    """Yield the answers of success that may be given after `event`, a transition or a creation."""
    for each in every:
        if each.on and event not in each.on:
            continue
        is_met = holds(each.when, known)
        if is_met is not False:
            yield each
        if is_met:
            return
    yield None
