"""The second driver: every operation by itself, with data at, within and beyond the bounds of its schemas.

It knows nothing of what happens between requests. Every exchange goes to the observer, who does.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any, TypeVar

from contracts.client import OutOfBudget
from contracts.exchange import Exchange
from contracts.exchanges.cases import Cases, Request, Trial
from contracts.exchanges.ids import Ids, Lookup
from contracts.exchanges.judging import Found, Judging, Tried
from contracts.exchanges.line import Ask, Asking, Line, Send, Unsendable
from contracts.exchanges.probes import probes, rendered
from contracts.pacing import is_held_off
from speckit.operation import Operation
from speckit.operation import operations as operations_of
from speckit.pointer import ABSENT
from speckit.specification import Specification

__all__ = ["Found", "Limits", "Line", "Send", "run"]

log = logging.getLogger("understudy")
T = TypeVar("T")

JSON = "application/json"
_HARMLESS = ("TRACE", "GET")
_MOST_MADE = 2000
"""How many requests at the bounds are made of one operation, of which some are sent."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may cost. The examples come first, then the probes, the bounds, and random data.

    Attributes:
        requests: How many requests are sent at most.
        seconds: After how many no more is begun.
        bounds: How many requests at and beyond the bounds of its schemas one operation gets at most.
        random: How many random ones it gets.
    """

    requests: int = 1500
    seconds: float = 15.0
    bounds: int = 150
    random: int = 10


def nothing(_operation: str) -> Mapping[str, Sequence[Any]]:
    """Know no ids."""
    return {}


def run(
    specification: Specification,
    line: Line,
    *,
    seed: int = 0,
    limits: Limits | None = None,
    known: Lookup = nothing,
    own: Lookup = nothing,
    exclude: Set[str] = frozenset(),
    tried: Tried = lambda _law, _operation: None,
) -> Iterator[Found]:
    """Yield what is broken, as it is found. The same seed makes the same requests.

    Args:
        known: By operation id, values of its path parameters that lead to something.
        own: The same for resources that the judge has made. An operation that changes one gets no others.
        exclude: Ids of operations that are left alone.
        tried: Called with law and operation id each time a law is tried.

    Raises:
        Unreachable: Nobody is there any more.
    """
    operations = [each for each in specification.operations.values() if each.id not in exclude]
    limits = limits or Limits()
    cases = Cases(specification, operations, seed)
    driver = _Driver(
        limits,
        Asking(specification, line, limits.requests, limits.seconds),
        Judging(specification, tried),
        Ids(specification, known, own, seed),
        cases,
    )
    try:
        yield from driver.run(operations, _undeclared(specification))
    except OutOfBudget:
        return
    finally:
        for operation, problem in cases.problems.items():
            log.warning("%s is not tried with all data: %s", operation, problem)


class _Driver:
    """One run, put together of those who make, place, send and judge requests."""

    def __init__(self, limits: Limits, asking: Asking, judging: Judging, ids: Ids, cases: Cases) -> None:
        self._limits, self._asking, self._judging, self._ids, self._cases = (
            limits,
            asking,
            judging,
            ids,
            cases,
        )

    def run(self, operations: Sequence[Operation], undeclared: Sequence[Operation]) -> Iterator[Found]:
        """Yield what each part finds; what is cheap and telling comes first."""
        for operation in operations:
            yield from self._operation(operation)
        paths = {each.path for each in operations}
        for stranger in undeclared:
            yield from self._undeclared(stranger) if stranger.path in paths else ()
        reserved = min(self._limits.random * len(operations), self._asking.left // 3)
        yield from self._by_turns(operations, self._bounded, self._asking.left - reserved)
        yield from self._by_turns(operations, self._random, self._asking.left)

    def _operation(self, operation: Operation) -> Iterator[Found]:
        trials = self._cases.examples(operation)
        for trial in trials:
            yield from self._try(trial)
        for trial in trials[:1]:
            yield from self._with_charset(trial)
            yield from self._unknown_caller(trial)
            yield from self._wrong_on_purpose(trial)

    def _bounded(self, operation: Operation) -> list[Trial]:
        # Those that fit come first, so of many every so many are taken.
        return spread(self._cases.coverage(operation, _MOST_MADE), self._limits.bounds)

    def _random(self, operation: Operation) -> list[Trial]:
        return self._cases.fuzzing(operation, self._limits.random)

    def _by_turns(
        self, operations: Sequence[Operation], make: Callable[[Operation], list[Trial]], most: int
    ) -> Iterator[Found]:
        """Try one of each operation, then the next of each, `most` in all."""
        groups = [[] if self._asking.is_over else make(each) for each in operations]
        wanted = shares([len(group) for group in groups], most)
        chosen = [spread(group, share) for group, share in zip(groups, wanted, strict=True)]
        for turn in zip_longest(*chosen):
            for trial in filter(None, turn):
                yield from self._try(trial)

    def _try(self, trial: Trial) -> Iterator[Found]:
        if (request := self._request(trial)) is not None:
            yield from self._asked(trial, request, request.headers)

    def _with_charset(self, trial: Trial) -> Iterator[Found]:
        """Say of JSON that it is UTF-8, which changes nothing (RFC 8259, 11)."""
        request = self._request(trial)
        if request is not None and request.headers.get("Content-Type") == JSON:
            yield from self._asked(
                trial, request, {**request.headers, "Content-Type": f"{JSON}; charset=utf-8"}
            )

    def _asked(self, trial: Trial, request: Request, headers: Mapping[str, str]) -> Iterator[Found]:
        exchange = self._exchange(Ask(trial.operation, request.target, headers, request.content))
        if exchange is not None:
            yield from self._judging.trial(trial, request, exchange)

    def _request(self, trial: Trial) -> Request | None:
        """Return the request of a trial, or None where there is none that may and can be sent."""
        path = self._ids.settled(trial.operation, trial.path, is_valid=trial.has_valid_path)
        if path is None or not self._settle_body(trial):
            return None
        try:
            return trial.request(path)
        except Unsendable:
            return None

    def _settle_body(self, trial: Trial) -> bool:
        """Give what a trial makes a key that paths can name; return whether the trial may be sent.

        Where it is the key that makes it invalid, the trial stays as it is.
        """
        body = self._ids.nameable(trial.operation, trial.body)
        if body is trial.body:
            return True
        fits = self._cases.fits(trial.operation)
        if body is ABSENT or fits(body) != fits(trial.body):
            return not trial.is_valid
        trial.put(body)
        return True

    def _exchange(self, ask: Ask) -> Exchange | None:
        try:
            exchange = self._asking(ask)
        except Unsendable:
            return None
        return None if is_held_off(exchange) else exchange

    def _unknown_caller(self, trial: Trial) -> Iterator[Found]:
        """Ask without a credential, and with one that is spelt in a way nobody knows."""
        operation, request = trial.operation, self._request(trial)
        if request is None or not operation.security or {} in operation.security:
            return
        for told, credential in self._credentials(operation):
            ask = Ask(operation, request.target, request.headers, request.content, credential)
            if (exchange := self._exchange(ask)) is not None:
                yield from self._judging.nobody(trial, request, exchange, told)

    def _credentials(self, operation: Operation) -> Iterator[tuple[str, Mapping[str, str]]]:
        own = self._asking.line.credential
        if not own:
            return
        yield "Without a credential", {}
        scheme, _, secret = own.get("Authorization", "").partition(" ")
        if secret and len(own) == 1:
            yield "With a scheme that nobody knows", {"Authorization": f"Understudy {secret}"}
            if self._judging.knows_case(operation):
                yield (
                    f"With {scheme.swapcase()} for {scheme}",
                    {"Authorization": f"{scheme.swapcase()} {secret}"},
                )

    def _wrong_on_purpose(self, trial: Trial) -> Iterator[Found]:
        operation = trial.operation
        path = self._ids.settled(operation, trial.path, is_valid=True)
        if path is None:
            return
        for probe in probes(operation, path, trial.body, self._cases.fits(operation)):
            exchange = self._exchange(Ask(operation, probe.target, probe.headers, probe.content))
            if exchange is None:
                continue
            yield from self._judging.crash(exchange)
            if probe.must_be_refused:
                yield from self._judging.broken(exchange, probe.told)

    def _undeclared(self, stranger: Operation) -> Iterator[Found]:
        names, is_known = self._ids.looked_at(stranger)
        exchange = self._exchange(Ask(stranger, rendered(stranger.path, names)))
        if exchange is not None and exchange.call.operation is stranger:
            yield from self._judging.undeclared(exchange, is_known=is_known)


def _undeclared(specification: Specification) -> list[Operation]:
    """Return, for every path, the harmless methods that it does not have, each in the place of one it has."""
    declared: dict[str, set[str]] = {}
    # Also those that the specification leaves out: the implementation has them all the same.
    for each in operations_of(specification.document.data).values():
        declared.setdefault(_shape(each.path), set()).add(each.method)
    first: dict[str, Operation] = {}
    for each in specification.operations.values():
        first.setdefault(each.path, each)
    return [
        replace(each, method=method, body=None)
        for each in first.values()
        for method in _HARMLESS
        if method not in declared[_shape(each.path)]
    ]


def _shape(path: str) -> str:
    return re.sub(r"\{[^{}]+\}", "{}", path)


def shares(wanted: Sequence[int], most: int) -> list[int]:
    """Return how many each gets of what it wants, `most` in all and fairly: who wants little gets it.

    >>> shares([2, 50, 9], 20)
    [2, 9, 9]
    """
    found = [0] * len(wanted)
    waiting = sorted(range(len(wanted)), key=lambda each: wanted[each])
    left = max(most, 0)
    for place, each in enumerate(waiting):
        found[each] = min(wanted[each], left // (len(waiting) - place))
        left -= found[each]
    return found


def spread(items: Sequence[T], count: int) -> list[T]:
    """Return `count` of the items, evenly spread over all of them.

    >>> spread("abcdefgh", 4)
    ['a', 'c', 'e', 'g']
    """
    count = min(count, len(items))
    return [items[number * len(items) // count] for number in range(count)]
