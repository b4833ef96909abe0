"""Findings and exchanges in words that can be shown to people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.exchange import Exchange
from contracts.finding import Finding, Ways
from contracts.report.digest import counted
from contracts.report.harmless import decoded, harmless, shortened
from contracts.report.harmless import lines as harmless_lines
from contracts.report.hiding import Hiding
from contracts.report.pasting import Line, distinct, lines

TELLING = ("location", "etag", "allow", "www-authenticate", "retry-after", "link", "last-modified")
"""Headers of an answer that promises are made about."""

SHOWN = 2000
"""How many characters of a body are shown to people; the JSON report has more."""

NOBODY = "nobody"

NO_ANSWER = 0
"""The status of an exchange in which nothing came back."""


@dataclass(frozen=True, slots=True)
class Step:
    """An exchange as it is shown: nothing in it is secret, and nothing in it does harm.

    Attributes:
        asker: The principal, or `nobody`.
        moment: When it was sent, from the first one on.
        request: Method and target.
        wait: A command that lets as much time pass as passed then; empty where none did.
        curl: The command that sends it again. It sets the variables that later ones name.
        answer: Status and media type; `no answer` where none came.
        headers: The telling ones of the answer, as `name: value`.
        body: As much of it as is shown; empty where there is none.
    """

    asker: str
    moment: str
    request: str
    wait: str
    curl: str
    answer: str
    headers: Sequence[str]
    body: str

    @property
    def commands(self) -> tuple[str, ...]:
        """What is pasted for it, a line each."""
        return tuple(filter(None, (self.wait, self.curl)))


class Teller:
    """Puts things into words, and keeps back what `hiding` hides.

    Args:
        most: How many characters of a text or of a body are shown.
        ways: How to do again by hand what was done.
    """

    def __init__(self, hiding: Hiding, most: int = SHOWN, ways: Ways | None = None) -> None:
        self._hiding = hiding
        self._most = most
        self._ways = ways or Ways()

    def plain(self, text: str) -> str:
        """Return `text` on one line, fit to be shown."""
        return harmless(shortened(self._hiding.text(text), self._most))

    def steps(self, exchanges: Sequence[Exchange]) -> list[Step]:
        """Return `exchanges` as they are shown, in their order."""
        told = lines(exchanges, self._hiding, self._ways)
        return [self._step(each, exchanges[0], line) for each, line in zip(exchanges, told, strict=True)]

    def shown(self, finding: Finding) -> list[Step]:
        """Return the exchanges of `finding`; where it was not repeated, one of those that say the same."""
        return self.steps(finding.exchanges if finding.is_confirmed else distinct(finding.exchanges))

    def seen(self, finding: Finding) -> str:
        """Return what came of repeating it, if anything did, and how often it was seen in all."""
        again = (
            "Confirmed: the same again when repeated." if finding.is_confirmed else self.plain(finding.doubt)
        )
        known = "Known: it is in the baseline. " if finding.is_known else ""
        return f"{known}{again} Seen {counted(finding.count, 'time')}.".lstrip()

    def text(self, finding: Finding) -> str:
        """Return `finding` as plain text, with its exchanges."""
        head = [
            f"Promised: {self.plain(finding.promise)}",
            *([f"Place: {self.plain(finding.place)}"] if finding.place else []),
            f"Happened: {self.plain(finding.happened)}",
            self.seen(finding),
        ]
        return "\n".join([*head, *(self._written(each) for each in self.shown(finding))])

    def _step(self, exchange: Exchange, first: Exchange, line: Line) -> Step:
        call = exchange.call
        return Step(
            asker=self.plain(call.principal) or NOBODY,
            moment=f"+{exchange.before.fast - first.before.fast:.3f} s",
            request=f"{call.operation.method} {self.plain(call.target)}",
            wait=line.wait,
            curl=line.curl,
            answer=self._answer(exchange),
            headers=[
                f"{name}: {self.plain(value)}" for name, value in exchange.headers.items() if name in TELLING
            ],
            body=harmless_lines(shortened(self._hiding.text(decoded(exchange.content)), self._most)).rstrip(),
        )

    def _answer(self, exchange: Exchange) -> str:
        if exchange.status == NO_ANSWER:
            seconds = exchange.after.fast - exchange.before.fast
            return f"no answer after {seconds:.1f} s" if seconds else "no answer"
        return f"{exchange.status} {self.plain(exchange.media_type)}".rstrip()

    def _written(self, step: Step) -> str:
        said = "\n".join([step.answer, *step.headers, *([step.body] if step.body else [])])
        return "\n".join([f"\n# {step.asker}, {step.moment}", *step.commands, said])
