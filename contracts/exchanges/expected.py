"""Which answers are fair to a request, whatever was sent: read from the lifecycle and the responses."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.catalogue import Catalogue
from contracts.exchanges.document import rule_of
from speckit.conventions import KINDS, governing
from speckit.lifecycle import Lifecycle, Rule
from speckit.operation import Operation
from speckit.specification import Specification

ANYTIME = frozenset({304, 405, 406, 408, 413, 414, 415, 429, 431, 501, 503})
"""Statuses that HTTP itself gives to any request; a document need not list them."""

_OF_THE_REQUEST = frozenset({400, 405, 406, 411, 413, 414, 415, 422, 431})
"""Statuses that blame the request; another one that is documented may be due to what is there."""
_REFUSALS = ("malformedBody", "invalidBody", "invalidParameter", "malformedId", "notFound", "unknownPath")
_CHANGING = ("update", "trigger")


class Expected:
    """The fair answers of one operation."""

    def __init__(self, specification: Specification, operation: Operation) -> None:
        self.operation = operation
        lifecycle, rule = rule_of(specification, operation)
        self._catalogue = Catalogue(specification, operation, lifecycle, rule)
        conventions = governing(specification.conventions, operation.path)
        self.judges_repetition = bool(conventions.name) and not conventions.first_query_wins
        self.sends_allow = conventions.sends_allow
        self.knows_case = conventions.exact_case_scheme
        self._listed = frozenset(int(key) for key in operation.responses if key.isdigit())
        self._declared = frozenset(
            status
            for level in (conventions.answers, lifecycle and lifecycle.answers, rule and rule.answers)
            for kind in level or ()
            for status in self._catalogue.declared(kind).statuses
        )
        self._refusals = {status for kind in _REFUSALS for status in self._catalogue.declared(kind).statuses}
        self._states = frozenset(self._for_what_is_there(lifecycle, rule))

    def is_accepted(self, status: int) -> bool:
        """Return whether a request that fits the document may be answered so.

        That is: it is done, or what keeps it from being done is not the request but the caller, the
        state of things, or the server's load.
        """
        return status < 400 or status in (401, 403, 404, 429, 503) or status in self._states

    def is_crash(self, status: int) -> bool:
        """Return whether `status` tells of a failure that the document does not know."""
        return status >= 500 and status not in self._listed | self._declared | {501, 503}

    def is_unlisted(self, status: int, *, is_valid: bool) -> bool:
        """Return whether `status` is fair although the operation does not list it."""
        if self.operation.response(status) is not None:
            return False
        return status in ANYTIME | self._declared or (not is_valid and status in self._refusals)

    @property
    def unauthorized(self) -> frozenset[int]:
        """What a request without a credential is answered with."""
        return self._catalogue.declared("unauthorized").statuses

    @property
    def method_not_allowed(self) -> frozenset[int]:
        """What a method that the path does not have is answered with."""
        return self._catalogue.declared("methodNotAllowed").statuses

    def _for_what_is_there(self, lifecycle: Lifecycle | None, rule: Rule | None) -> Iterator[int]:
        yield from self._listed - _OF_THE_REQUEST
        if {400, 422} <= self._listed:
            # Where both are there, 400 blames the form, so that 422 is left for the sense of it.
            yield 422
        yield from (409, 412, 428)
        if "{" in self.operation.path:
            yield from self._catalogue.declared("notFound").statuses
        if lifecycle and rule:
            yield from self._by_rule(lifecycle, rule)

    def _by_rule(self, lifecycle: Lifecycle, rule: Rule) -> Iterator[int]:
        declared = self._catalogue.declared
        for parent in lifecycle.parents.values():
            yield from declared("notFound", parent.missing).statuses
        if rule.role in (*_CHANGING, "create", "replace"):
            for unique in lifecycle.unique:
                yield from declared("conflict", unique.conflict).statuses
        if any(rule.operation in transition.triggers for transition in lifecycle.transitions):
            yield from declared("refused").statuses
            for other in rule.otherwise:
                yield from declared("refused", other.answer).statuses
        if rule.available_in:
            yield from declared("refused").statuses
            for other in rule.unavailable:
                yield from declared("refused", other.answer).statuses
        if rule.idempotency_header:
            yield from declared("idempotencyMismatch").statuses
        for kind in rule.answers:
            if kind in KINDS and kind not in (*_REFUSALS, "unauthorized", "unsupportedMediaType"):
                yield from declared(kind).statuses
