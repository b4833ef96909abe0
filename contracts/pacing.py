"""Waits where a server is asked too often (429, 503), for as long as it says (RFC 9110, 10.2.3)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from speckit.lifecycle import Answer, Lifecycle
from speckit.specification import Specification

MOST_WAITS = 5
"""How often one request is sent again before it is believed that it will never get through."""
_USUAL_SECONDS = 1.0
"""How long is waited where a 429 does not say."""
_SHORTEST_SECONDS = 0.05
_TOO_MANY, _UNAVAILABLE = 429, 503


class Answered(Protocol):
    """An answer, as far as it says that the request was not looked at."""

    @property
    def status(self) -> int:
        """The status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, by name in lower case."""


class Watch(Protocol):
    """What is waited by."""

    @property
    def is_movable(self) -> bool:
        """Whether the server's clock can be moved."""

    def advance(self, seconds: float) -> None:
        """Let time pass for the server."""


def is_held_off(answer: Answered, meant: Iterable[int] = ()) -> bool:
    """Return whether a request was not looked at, because there were too many.

    Args:
        meant: The statuses that the document has a use for of its own.
    """
    if answer.status in meant:
        return False
    return answer.status == _TOO_MANY or (answer.status == _UNAVAILABLE and "retry-after" in answer.headers)


def wait_of(answer: Answered) -> float:
    """Return for how many seconds an answer asks to be left alone."""
    told = answer.headers.get("retry-after", "").strip()
    if told.isascii() and told.isdigit():
        return max(float(told[:9]), _SHORTEST_SECONDS)
    try:
        until = parsedate_to_datetime(told)
    except (ValueError, OverflowError):
        return _USUAL_SECONDS
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max((until - datetime.now(UTC)).total_seconds(), _SHORTEST_SECONDS)


@dataclass(slots=True)
class Pace:
    """Waits for one server.

    Attributes:
        meant: The statuses that the document has a use for of its own: they are answers like any other.
    """

    clock: Watch
    meant: frozenset[int] = frozenset()

    def has_waited(self, answers: Sequence[Answered], times: int, left: float) -> bool:
        """Wait where none of the answers comes from more than a gate; return whether to ask again.

        Args:
            times: How often the same was waited for already.
            left: How many seconds there are.
        """
        if times >= MOST_WAITS or not all(is_held_off(each, self.meant) for each in answers):
            return False
        seconds = max(map(wait_of, answers))
        if seconds >= left:
            return False
        time.sleep(seconds)
        if times and self.clock.is_movable:
            self.clock.advance(seconds)  # Who counts by that clock would never let anybody through.
        return True


def meant(specification: Specification) -> frozenset[int]:
    """Return the statuses, of those that hold off, that the document gives to what happens to resources."""
    named = {each.status for known in specification.lifecycles.values() for each in _answers(known)}
    return frozenset(status for status in (_TOO_MANY, _UNAVAILABLE) if status in named)


def _answers(lifecycle: Lifecycle) -> Iterable[Answer]:
    """Yield every answer that a lifecycle spells out for the state of things."""
    yield from (each.conflict for each in lifecycle.unique if each.conflict)
    yield from (each.missing for each in lifecycle.parents.values() if each.missing)
    levels = [lifecycle.answers, *(rule.answers for rule in lifecycle.rules.values())]
    yield from (answer for level in levels for kind, answer in level.items() if kind != "overloaded")
    for rule in lifecycle.rules.values():
        yield from (each.answer for each in (*rule.otherwise, *rule.unavailable))
        yield from (Answer(each.status) for each in rule.success)
