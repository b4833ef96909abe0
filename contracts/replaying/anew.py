"""Tries the findings of an earlier run again, each alone; a list that shows nothing is judged as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from contracts.client import Client, OutOfBudget
from contracts.finding import Finding, Judgement, Subject, Tally
from contracts.opening import client, opened
from contracts.replaying.again import Work, bindings_of, housed
from contracts.replaying.course import CannotReplay
from contracts.replaying.history import is_of_a_list
from contracts.replaying.performance import Charge
from contracts.replaying.slices import Slicer, Take
from contracts.report.progress import Progress
from contracts.report.reading import RecordedFinding
from contracts.report.ways import ways
from contracts.settings import Settings
from contracts.wire import Unreachable, Wire
from speckit.specification import Specification

_RESTS_ON_MORE = (
    "not seen again, which may rest on what was in the list, or had been, before the requests of the report"
)
"""Why a list that does not show what it showed proves nothing."""
_NO_PROOF = "repeated by itself it did not show, and it had not in the run that found it: that proves nothing"


Anew = Callable[[Specification, str, Wire, Settings, Callable[[Progress], None]], Judgement]
"""Judges the implementation at a URL, by a wire."""


def replay(
    specification: Specification,
    target: str | Wire,
    findings: Sequence[RecordedFinding],
    settings: Settings,
    watch: Callable[[Progress], None] = lambda _progress: None,
    anew: Anew | None = None,
) -> Judgement:
    """Return which findings of an earlier run show again at `target`, each tried alone.

    Args:
        target: A URL, or the way into an application in this process.
        watch: Is told of progress.
        anew: Judges all of the implementation. What does not show in a list, which may rest on what was
            there before, is judged by it; without it, it is not judged.
    """
    with opened(target, settings) as (url, wire):
        asking = client(specification, settings, url, wire)
        again = _Again(specification, asking, settings, watch, anew)
        ended = again.all(findings)
    return Judgement(
        document=str(specification.document.source),
        url=url,
        findings=again.findings,
        tallies=again.told,
        requests=asking.budget.used,
        seconds=asking.budget.elapsed,
        seed=settings.seed,
        ended=ended,
        ways=ways(specification, settings.clock_url),
        is_replay=True,
    )


class _Again:
    """Does the findings of an earlier run again."""

    def __init__(
        self,
        specification: Specification,
        client: Client,
        settings: Settings,
        watch: Callable[[Progress], None],
        anew: Anew | None,
    ) -> None:
        self._specification = specification
        self._client = client
        self._settings = settings
        self._anew = anew
        self._doubted: list[RecordedFinding] = []
        self._principals = {*settings.principals, ""}
        self._watch = watch
        self._slicer = Slicer(bindings_of(specification))
        self._house = housed(
            specification,
            client,
            headers=settings.headers,
            roles=settings.roles,
            params=settings.params,
            may_change=False,
        )
        self.findings: list[Finding] = []
        self.tallies: dict[tuple[str, Subject], Tally] = {}

    def all(self, findings: Sequence[RecordedFinding]) -> str:
        """Do every finding again; return why that ended before its time, if it did."""
        for each in findings:
            budget = self._client.budget
            self._watch(Progress("replay", budget.used, budget.elapsed, len(self.findings), each.law))
            try:
                self._one(each)
            except Unreachable as problem:
                return str(problem)
            except (CannotReplay, OutOfBudget) as problem:
                self._count(each, reason=str(problem))
        return self._judge_anew() if self._doubted else ""

    @property
    def told(self) -> list[Tally]:
        """What came of each law; it is not kept where one of its findings could not be tried."""
        return [
            replace(each, tried=0) if each.reason and not each.broken else each
            for each in self.tallies.values()
        ]

    def _judge_anew(self) -> str:
        """Judge the lists that do not show what they showed; return why that ended early, if it did."""
        budget = self._client.budget
        if self._anew is None or budget.left < 1:
            for each in self._doubted:
                self._count(each, reason=_RESTS_ON_MORE)
            return ""
        settings = replace(
            self._settings,
            max_seconds=budget.left,
            max_requests=budget.requests - budget.used,
            phases=("matrix", "walk"),
        )
        judgement = self._anew(
            self._specification, self._client.url, self._client.wire, settings, self._watch
        )
        budget.used += judgement.requests
        for each in self._doubted:
            self._take_over(each, judgement)
        return judgement.ended

    def _take_over(self, recorded: RecordedFinding, judgement: Judgement) -> None:
        """Tell what a whole judgement says of a finding; it must have had the time to look."""
        key = (recorded.law, recorded.subject)
        found = [each for each in judgement.findings if (each.law, each.subject) == key]
        is_tried = any(each.tried for each in judgement.tallies if (each.law, each.subject) == key)
        self.findings += [each for each in found if each not in self.findings]
        if found or (is_tried and not self._client.budget.spent and not judgement.ended):
            self._count(recorded, tried=1, broken=int(bool(found)))
        else:
            self._count(recorded, reason=_RESTS_ON_MORE)

    def _one(self, recorded: RecordedFinding) -> None:
        takes = self._takes(recorded)
        charge = Charge(recorded.law, recorded.subject, recorded.happened)
        shown = Work(self._house, charge, self._client.budget.left).performed(takes)
        if shown is None and not recorded.is_confirmed:
            raise CannotReplay(_NO_PROOF)
        if shown is None and self._is_of_a_list(recorded.law, takes):
            self._doubted.append(recorded)
            return
        self._count(recorded, tried=1, broken=int(shown is not None))
        if shown is not None:
            found = replace(shown.finding, exchanges=shown.exchanges, is_confirmed=True)
            self.findings.append(found)

    def _is_of_a_list(self, law: str, takes: Sequence[Take]) -> bool:
        return is_of_a_list(law, self._slicer.bindings.get(takes[-1].first.call.operation.id))

    def _takes(self, recorded: RecordedFinding) -> tuple[Take, ...]:
        """Return what is to be done again.

        Raises:
            CannotReplay: it cannot be.
        """
        unknown = sorted({each.principal for each in recorded.exchanges} - self._principals)
        if unknown:
            raise CannotReplay(f"nothing says how to ask as {unknown[0]} (--principal {unknown[0]}=TOKEN)")
        try:
            takes = self._slicer.recorded(recorded, self._specification.operations)
        except KeyError as missing:
            raise CannotReplay(f"the document has no operation {missing}") from None
        if not takes:
            raise CannotReplay("the report has no request of it")
        return takes

    def _count(self, recorded: RecordedFinding, *, tried: int = 0, broken: int = 0, reason: str = "") -> None:
        key = (recorded.law, recorded.subject)
        known = self.tallies.get(key, Tally(*key))
        self.tallies[key] = replace(
            known,
            tried=known.tried + tried,
            broken=known.broken + broken,
            reason=known.reason or reason,
        )
