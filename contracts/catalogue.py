"""Which answers are declared for what goes wrong: read from the lifecycle and the conventions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from contracts.anatomy import strays
from contracts.exchange import Exchange
from contracts.reckoning import Known
from speckit.conventions import KINDS, Conventions, governing
from speckit.expression import Constant, Template
from speckit.lifecycle import Answer, Lifecycle, Rule
from speckit.operation import Operation
from speckit.specification import Specification

_LENIENT: Mapping[str, tuple[int, ...]] = {
    "notFound": (404, 410),
    "unauthorized": (401, 403),
    "forbidden": (403,),
    "malformedId": (400, 404, 422),
    "refused": (400, 403, 409, 422),
    "conflict": (400, 409, 422),
    "preconditionFailed": (412,),
    "preconditionRequired": (428, 400, 412),
    "idempotencyMismatch": (400, 409, 422),
}
"""What is a fair answer where the document is silent."""


@dataclass(frozen=True, slots=True)
class Declared:
    """An answer as it is declared: the statuses it may have, and its body where that is spelled out."""

    statuses: frozenset[int]
    body: Template | None = None
    is_spelled_out: bool = True

    def admits(self, exchange: Exchange) -> bool:
        """Return whether the exchange's status is one of them, and what its body fixes is as declared.

        Some APIs tell their errors apart by a code in the body alone.
        """
        if exchange.status not in self.statuses:
            return False
        if not isinstance(self.body, Constant) or not isinstance(exchange.answer, dict):
            return True
        return not strays(self.body, Known(call=exchange.call), exchange.answer)

    def told(self) -> str:
        """Return the statuses, and what the body fixes, in words."""
        statuses = " or ".join(map(str, sorted(self.statuses)))
        fixed = (
            self.body.value if isinstance(self.body, Constant) and isinstance(self.body.value, dict) else {}
        )
        codes = ", ".join(f"{key} {value}" for key, value in fixed.items() if isinstance(value, int))
        return f"{statuses} with {codes}" if codes else statuses


class Catalogue:
    """The error answers of one operation."""

    def __init__(
        self,
        specification: Specification,
        operation: Operation,
        lifecycle: Lifecycle | None,
        rule: Rule | None,
    ) -> None:
        self._operation = operation
        self._conventions: Conventions = governing(specification.conventions, operation.path)
        levels = [self._conventions.answers]
        levels += [lifecycle.answers] if lifecycle else []
        levels += [rule.answers] if rule else []
        self._answers = {kind: answer for level in levels for kind, answer in level.items()}

    def declared(self, kind: str, answer: Answer | None = None) -> Declared:
        """Return what is declared for an error of `kind`; `answer` is the one declared for just this case."""
        found = answer if answer not in (None, Answer()) else self._answers.get(kind)
        found = found or self._conventions.error
        if found is not None and found.kind:
            kind = found.kind
            found = self._answers.get(kind) or self._conventions.error
        usual = KINDS[kind][0]
        if found is None or (found.status is None and kind not in self._answers and answer is None):
            body = found.body if found else None
            return Declared(frozenset({usual, *self._documented(kind)}), body, is_spelled_out=False)
        return Declared(frozenset({found.status or usual}), found.body)

    def _documented(self, kind: str) -> Iterator[int]:
        """Yield the statuses that are fair for an error of `kind` by what the operation lists.

        Who is not known may also be told that it is forbidden (RFC 9110, 15.5.4), unless the operation
        lists the usual answer and not that one. `4XX` and `default` list neither.
        """
        listed = self._operation.responses
        is_open = kind == "unauthorized" and str(KINDS[kind][0]) not in listed
        yield from (status for status in _LENIENT.get(kind, ()) if is_open or str(status) in listed)
