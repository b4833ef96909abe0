"""What is wrong with one exchange, told from what was sent: the laws that need no memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from typing import Any

from contracts.exchange import Exchange
from contracts.exchanges.cases import Request, Trial
from contracts.exchanges.expected import Expected
from contracts.exchanges.line import LOST
from contracts.exchanges.misfits import UNSEEN, Misfits
from speckit.operation import Operation
from speckit.specification import Specification

Tried = Callable[[str, str], Any]
"""Called with the name of a law and the id of an operation each time the law is tried."""


@dataclass(frozen=True, slots=True)
class Found:
    """A broken promise: the name of the law, the operation's id, what happened, and where it shows."""

    law: str
    operation: str
    message: str
    exchange: Exchange


class Judging:
    """Judges one exchange at a time."""

    def __init__(self, specification: Specification, tried: Tried) -> None:
        self._tried = tried
        self._misfits = Misfits(specification)
        self._expected = {
            each.id: Expected(specification, each) for each in specification.operations.values()
        }

    def trial(self, trial: Trial, request: Request, exchange: Exchange) -> Iterator[Found]:
        """Yield what is wrong with the answer to generated data."""
        expected = self._expected[trial.operation.id]
        yield from self.crash(exchange)
        is_other = exchange.call.operation.id != trial.operation.id
        if trial.is_probe or is_other or exchange.status == LOST or expected.is_crash(exchange.status):
            return
        if not expected.is_unlisted(exchange.status, is_valid=trial.is_valid):
            yield from self._misfit(trial, request, exchange)
        if trial.is_valid:
            yield from self._valid(trial, request, exchange, expected)
        elif not trial.breaks_format and (expected.judges_repetition or not trial.repeats):
            yield from self._invalid(trial, request, exchange)

    def crash(self, exchange: Exchange) -> Iterator[Found]:
        """Yield that the server failed, if it did."""
        self._count(exchange, "no-crash")
        if exchange.status == LOST:
            yield self._found("no-crash", exchange, "The connection ended without an answer.")
        elif self._expected[exchange.call.operation.id].is_crash(exchange.status):
            yield self._found("no-crash", exchange, f"The answer is {exchange.status}, a failure of its own.")

    def broken(self, exchange: Exchange, told: str) -> Iterator[Found]:
        """Yield that a request was accepted that cannot be read."""
        self._count(exchange, "invalid-refused")
        if 200 <= exchange.status < 300:
            yield self._found(
                "invalid-refused", exchange, f"Sent with {told}; the answer is {exchange.status}."
            )

    def nobody(self, trial: Trial, request: Request, exchange: Exchange, told: str) -> Iterator[Found]:
        """Yield that a caller whom the server cannot know is not answered as the document says."""
        expected = self._expected[trial.operation.id]
        # A credential that cannot be read may also be called a bad request (RFC 6750, 3.1).
        statuses = expected.unauthorized | ({400} if exchange.credential else set())
        yield from self._answered(exchange, "credential-needed", statuses, told)
        if exchange.status in expected.unauthorized:
            yield from self._misfit(trial, request, exchange)

    def knows_case(self, operation: Operation) -> bool:
        """Return whether the word before a credential must be spelt as it is."""
        return self._expected[operation.id].knows_case

    def undeclared(self, exchange: Exchange, *, is_known: bool) -> Iterator[Found]:
        """Yield what is wrong with the answer to a method that the path does not have.

        Args:
            is_known: The path leads to something; of one that may not, some look there first.
        """
        yield from self.crash(exchange)
        operation = exchange.call.operation
        expected = self._expected[operation.id]
        statuses = expected.method_not_allowed | {501} | (set() if is_known else {404})
        told = f"For {operation.method}, which is not declared,"
        yield from self._answered(exchange, "method-not-allowed", statuses, told)
        if exchange.status == 405 and expected.sends_allow and "allow" not in exchange.headers:
            told = "The answer 405 has no Allow (RFC 9110, 15.5.6)."
            yield self._found("method-not-allowed", exchange, told)

    def _misfit(self, trial: Trial, request: Request, exchange: Exchange) -> Iterator[Found]:
        self._count(exchange, "documented-status", "documented-body", "documented-header")
        for law, told in trial.misfits(request, exchange.status, exchange.headers, exchange.content):
            yield self._found(law, exchange, told)

    def _invalid(self, trial: Trial, request: Request, exchange: Exchange) -> Iterator[Found]:
        self._count(exchange, "invalid-refused")
        if trial.is_accepted(request, exchange.status, exchange.headers, exchange.content):
            said = self._misfits.told(trial.operation, request, trial.path)
            if trial.is_wrong_in_body and said == UNSEEN:
                return  # By no schema, then: such as a format that only the generator knows.
            yield self._found("invalid-refused", exchange, f"{said} The answer is {exchange.status}.")

    def _valid(
        self, trial: Trial, request: Request, exchange: Exchange, expected: Expected
    ) -> Iterator[Found]:
        if trial.is_exotic(request):
            return
        self._count(exchange, "valid-accepted")
        if not expected.is_accepted(exchange.status):
            yield self._found(
                "valid-accepted", exchange, f"What fits the document is answered {exchange.status}."
            )

    def _answered(self, exchange: Exchange, law: str, statuses: Set[int], told: str) -> Iterator[Found]:
        self._count(exchange, law)
        if exchange.status not in statuses:
            wanted = " or ".join(map(str, sorted(statuses)))
            yield self._found(law, exchange, f"{told} the answer is {exchange.status}, not {wanted}.")

    def _count(self, exchange: Exchange, *laws: str) -> None:
        for law in laws:
            self._tried(law, exchange.call.operation.id)

    def _found(self, law: str, exchange: Exchange, told: str) -> Found:
        return Found(law, exchange.call.operation.id, told, exchange)
