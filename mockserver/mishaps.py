"""Answers that go wrong on purpose: the rules that say which, and how often each has come true."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any

from mockserver.answers import Refused, Reply, is_header
from mockserver.doors import Desk, Names, Order, number, only, text
from speckit import timing

ALL = "*"
"""Stands for every operation."""
MOST_RULES = 1000
LONGEST_DELAY = timing.duration("PT1H")
_MOST_TIMES = 1_000_000
_MEMBERS = ("operation", "principal", "status", "delay", "drop", "times", "every", "headers")


@dataclass(slots=True)
class Mishap:
    """One rule: which requests go wrong, and in which way.

    Attributes:
        operation: The id of an operation, or `ALL`.
        principal: Whose requests; None for everybody's.
        status: What they are answered with; None where they are answered as ever.
        delay: How long the answer is kept waiting, in microseconds.
        drops: The connection breaks instead of an answer.
        times: How many requests, then no more; None for no end.
        every: Each how-manieth of the requests that it is for.
        met: How many requests it was for.
        used: How many of them went wrong by it.
    """

    number: int
    operation: str = ALL
    principal: str | None = None
    status: int | None = None
    delay: int = 0
    drops: bool = False
    times: int | None = None
    every: int = 1
    headers: tuple[tuple[str, str], ...] = ()
    met: int = 0
    used: int = 0

    @property
    def is_spent(self) -> bool:
        """Whether it has come true as often as it was to."""
        return self.times is not None and self.used >= self.times

    @property
    def is_the_end(self) -> bool:
        """Whether a request that it meets is not played."""
        return self.drops or self.status is not None

    def is_for(self, operation: str) -> bool:
        """Return whether requests of `operation` may go wrong by it."""
        return not self.is_spent and self.operation in (ALL, operation)

    def meets(self) -> bool:
        """Count a request that it is for; return whether that goes wrong."""
        self.met += 1
        if self.met % self.every:
            return False
        self.used += 1
        return True

    def told(self) -> dict[str, Any]:
        """Return the rule as it was given, with how often it has come true."""
        return {
            "number": self.number,
            "operation": self.operation,
            "principal": self.principal,
            "status": self.status,
            "delay": _shown(self.delay) if self.delay else None,
            "drop": self.drops,
            "times": self.times,
            "every": self.every,
            "headers": dict(self.headers),
            "used": self.used,
            "left": None if self.times is None else self.times - self.used,
        }


class Mishaps:
    """The rules in force, and those that were.

    Args:
        names: What rules may be for.
    """

    def __init__(self, names: Names) -> None:
        self._names = names
        self._rules: list[Mishap] = []
        self._last = 0
        self.changed: Callable[[], None] = _nothing
        """Called when other operations may be concerned than before."""

    def concerned(self) -> Container[str]:
        """Return the ids of the operations whose requests may go wrong at all."""
        named = {each.operation for each in self._rules if not each.is_spent}
        return self._names.operations if ALL in named else named

    def met(self, operation: str, who: Callable[[], str | None]) -> list[Mishap]:
        """Return the rules by which a request of `operation` goes wrong: at most the last is its end.

        Args:
            who: Tells the name of the principal who asks.
        """
        found: list[Mishap] = []
        for rule in [each for each in self._rules if each.is_for(operation)]:
            if (rule.principal is None or rule.principal == who()) and rule.meets():
                found.append(rule)
                if rule.is_the_end:
                    break
        if any(rule.is_spent for rule in found):
            self.changed()
        return found

    def desk(self) -> Desk:
        """Return the door at which rules are made and taken back."""
        actions = {"GET": self._list, "POST": self._add, "DELETE": self._take_back}
        return Desk("/faults", actions, ("operation", "principal", "number"), self.forget)

    def forget(self, principal: str | None) -> None:
        """Forget the rules for `principal`, or all of them."""
        self._rules = [each for each in self._rules if principal is not None and each.principal != principal]
        self._last = self._last if self._rules else 0
        self.changed()

    def _list(self, order: Order) -> Reply:
        found = self._asked(order)
        return Reply(200, {"faults": [each.told() for each in found], "count": len(found)})

    def _add(self, order: Order) -> Reply:
        if len(self._rules) >= MOST_RULES:
            raise Refused("overloaded", f"There are {MOST_RULES} faults, as many as may; DELETE some.")
        rule = self._read(order)
        self._last = rule.number
        self._rules.append(rule)
        self.changed()
        return Reply(201, rule.told())

    def _take_back(self, order: Order) -> Reply:
        gone = self._asked(order)
        self._rules = [each for each in self._rules if each not in gone]
        self.changed()
        return Reply(200, {"taken_back": len(gone)})

    def _asked(self, order: Order) -> list[Mishap]:
        wanted = number(order, "number", 1, 10**9 - 1)
        operation = ALL if order.get("operation") == ALL else self._names.operation(order)
        principal = self._names.principal(order)
        return [
            each
            for each in self._rules
            if wanted in (None, each.number)
            and operation in (None, each.operation)
            and principal in (None, each.principal)
        ]

    def _read(self, order: Order) -> Mishap:
        only(order, *_MEMBERS)
        rule = Mishap(
            self._last + 1,
            ALL if text(order, "operation") in (None, "", ALL) else self._names.operation(order) or ALL,
            None if text(order, "principal") is None else self._names.principal(order),
            number(order, "status", 400, 599),
            _delay(order),
            _flag(order, "drop"),
            number(order, "times", 1, _MOST_TIMES),
            number(order, "every", 1, _MOST_TIMES) or 1,
            _headers(order),
        )
        _sensible(rule)
        return rule


def _nothing() -> None:
    return


def _shown(microseconds: int) -> str:
    """Return a duration as it can be given again."""
    return "PT" + f"{microseconds / timing.SECOND:.6f}".rstrip("0").rstrip(".") + "S"


def _sensible(rule: Mishap) -> None:
    """Refuse a rule that would do nothing, or two things at once."""
    if rule.drops and rule.status is not None:
        raise Refused("invalidBody", "With 'drop' there is no answer that could have a 'status'; send one.")
    if not (rule.is_the_end or rule.delay):
        example = '{"operation": "*", "status": 503, "times": 2}'
        raise Refused("invalidBody", f"A fault has a 'status', a 'delay' or 'drop': true, such as {example}.")
    if rule.headers and rule.status is None:
        raise Refused("invalidBody", "'headers' go with a 'status': other answers keep their own.")


def _delay(order: Order) -> int:
    said = text(order, "delay")
    try:
        delay = timing.duration(said) if said is not None else 0
    except ValueError as problem:
        raise Refused("invalidBody", f"'delay': {problem}") from problem
    if delay > LONGEST_DELAY:
        raise Refused("invalidBody", "'delay' is an hour at most.")
    return delay


def _flag(order: Order, name: str) -> bool:
    value = order.get(name)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise Refused("invalidBody", f"'{name}' is true or false.")


def _headers(order: Order) -> tuple[tuple[str, str], ...]:
    said = order.get("headers")
    if not isinstance(said, dict | None):
        raise Refused("invalidBody", "'headers' is an object of names and texts.")
    return tuple(_header(name, value) for name, value in (said or {}).items())


def _header(name: str, value: Any) -> tuple[str, str]:
    value = str(value) if type(value) is int else value
    if not isinstance(value, str) or not (value.isascii() and value.isprintable()):
        raise Refused("invalidBody", f"The header '{name}' is a text of plain characters.")
    if not is_header(name) or name.lower() == "content-type":
        raise Refused("invalidBody", f"'{name}' is no header that a fault can send.")
    return name, value
