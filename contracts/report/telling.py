"""Findings and exchanges in words that can be shown to people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.exchange import Exchange
from contracts.finding import Finding
from contracts.report.curl import curl
from contracts.report.digest import counted
from contracts.report.harmless import decoded, harmless, lines, shortened
from contracts.report.hiding import Hiding

TELLING = ("location", "etag", "allow", "www-authenticate", "retry-after", "link", "last-modified")
"""Headers of an answer that promises are made about."""

SHOWN = 2000
"""How many characters of a body are shown to people; the JSON report has more."""

NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Step:
    """An exchange as it is shown: nothing in it is secret, and nothing in it does harm.

    Attributes:
        asker: The principal, or `nobody`.
        moment: When it was sent, from the first one on.
        request: Method and target.
        answer: Status and media type.
        headers: The telling ones of the answer, as `name: value`.
        body: As much of it as is shown; empty where there is none.
    """

    asker: str
    moment: str
    request: str
    curl: str
    answer: str
    headers: Sequence[str]
    body: str


class Teller:
    """Puts things into words, and keeps back what `hiding` hides.

    Args:
        most: How many characters of a text or of a body are shown.
    """

    def __init__(self, hiding: Hiding, most: int = SHOWN) -> None:
        self._hiding = hiding
        self._most = most

    def plain(self, text: str) -> str:
        """Return `text` on one line, fit to be shown."""
        return harmless(shortened(self._hiding.text(text), self._most))

    def steps(self, exchanges: Sequence[Exchange]) -> list[Step]:
        """Return `exchanges` as they are shown, in their order."""
        return [self._step(each, exchanges[0]) for each in exchanges]

    def seen(self, finding: Finding) -> str:
        """Return whether it was seen again, and how often in all."""
        again = "Confirmed: the same again when repeated." if finding.is_confirmed else "Not confirmed."
        return f"{again} Seen {counted(finding.count, 'time')}."

    def text(self, finding: Finding) -> str:
        """Return `finding` as plain text, with its exchanges."""
        head = [
            f"Promised: {self.plain(finding.promise)}",
            *([f"Place: {self.plain(finding.place)}"] if finding.place else []),
            f"Happened: {self.plain(finding.happened)}",
            self.seen(finding),
        ]
        return "\n".join([*head, *(self._written(each) for each in self.steps(finding.exchanges))])

    def _step(self, exchange: Exchange, first: Exchange) -> Step:
        call = exchange.call
        return Step(
            asker=self.plain(call.principal) or NOBODY,
            moment=f"+{exchange.before.fast - first.before.fast:.3f} s",
            request=f"{call.operation.method} {self.plain(call.target)}",
            curl=curl(exchange, self._hiding),
            answer=f"{exchange.status} {self.plain(exchange.media_type)}".rstrip(),
            headers=[
                f"{name}: {self.plain(value)}" for name, value in exchange.headers.items() if name in TELLING
            ],
            body=lines(shortened(self._hiding.text(decoded(exchange.content)), self._most)).rstrip(),
        )

    def _written(self, step: Step) -> str:
        said = "\n".join([step.answer, *step.headers, *([step.body] if step.body else [])])
        return f"\n# {step.asker}, {step.moment}\n{step.curl}\n{said}"
