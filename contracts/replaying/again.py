"""Does findings again: to confirm them and cut them to what matters, or because somebody asks."""

from __future__ import annotations

import itertools
import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from contracts.bench import Binding, bindings
from contracts.client import Budget, Client, Clock, OutOfBudget
from contracts.finding import Finding, Judgement, Subject, Tally
from contracts.nature import Nature
from contracts.observed import Ledger
from contracts.replaying.course import CannotReplay
from contracts.replaying.performance import Charge, House, Performance, Shown
from contracts.replaying.slices import Slicer, Take
from contracts.report.progress import Progress
from contracts.report.reading import RecordedFinding
from contracts.report.ways import ways
from contracts.settings import Settings
from contracts.wire import Network, Unreachable, Wire
from speckit.specification import Specification

CONFIRM_SECONDS = 20.0
"""How long one finding is worked on."""
_TRIES = 20
"""How many shorter sequences are tried."""
_HEATS = 4
"""How often a race is run before it is said that nothing shows."""

_NO_PROOF = "repeated by itself it did not show, and it had not in the run that found it: that proves nothing"

_NUMBERS = re.compile(r"\S*\d\S*")


def housed(
    specification: Specification,
    client: Client,
    *,
    headers: Mapping[str, str] | None = None,
    roles: Mapping[str, frozenset[str]] | None = None,
    params: Mapping[str, str] | None = None,
    may_change: bool = True,
) -> House:
    """Return what is needed to do findings again by the ways of `client`: its wire, budget and clock.

    Args:
        headers: Sent with every request.
        may_change: Whether resources may be changed that are not made again. A finding of this very
            run has changed nothing but what the judge has made; of others nobody knows.
    """
    opened = [client]

    def again() -> Client:
        fresh = Client(client.wire, client.url, client.credentials, client.budget, client.clock, headers)
        fresh.number, fresh.phase = opened[0].number, client.phase
        opened[0] = fresh
        return fresh

    # New values must be new for the implementation, which may remember earlier runs.
    numbers = itertools.count(secrets.randbelow(10**5) + 1000)
    return House(specification, again, lambda: next(numbers), roles or {}, params or {}, may_change)


def confirmed(finding: Finding, house: House, ledger: Ledger, seconds: float = CONFIRM_SECONDS) -> Finding:
    """Return `finding`, cut to the shortest sequence that showed it again; with a doubt where none did.

    Args:
        ledger: What the run has seen: what the finding rests on is made again too.
        seconds: How long that may take.
    """
    slicer = Slicer(_bindings(house.specification))
    house = replace(house, given=slicer.given(finding, ledger))
    work = _Work(house, Charge(finding.law, finding.subject, finding.happened), seconds)
    slices = _slices(slicer, finding, ledger)
    try:
        shown = next(((takes, seen) for takes in slices if (seen := work.perform(takes))), None)
    except (OutOfBudget, Unreachable) as problem:
        return replace(finding, doubt=_unrepeated(str(problem)))
    if shown is None:
        return replace(finding, doubt=_doubt(work))
    best = _shortest(shown[0], shown[1], work, slicer)
    return replace(best.finding, exchanges=best.exchanges, is_confirmed=True, count=finding.count)


def _slices(slicer: Slicer, finding: Finding, ledger: Ledger) -> list[tuple[Take, ...]]:
    """Return what may show `finding` again, the shortest first."""
    told, whole = slicer.told(finding), slicer.whole(finding, ledger)
    wide, lean = slicer.wide(finding, ledger), slicer.lean
    order = [lean(told), told, lean(whole), lean(wide)]
    if told[-1].is_walk:
        # What a list showed by chance of what was there, it need not show elsewhere.
        order = [lean(whole), lean(wide), told]
    found: list[tuple[Take, ...]] = []
    for takes in order:
        found += [takes] if takes not in found else []
    return found


def _doubt(work: _Work) -> str:
    """Return why a finding did not show again."""
    if work.was_performed:
        why = "it may rest on what else was there, the time of day, or chance"
        return f"Repeated by itself it did not show: {why}."
    return _unrepeated(work.obstacle)


def _unrepeated(reason: str) -> str:
    return f"It could not be repeated: {reason.rstrip('.')}."


@dataclass(slots=True)
class _Work:
    """What is done about one finding, as long as there is time.

    Attributes:
        was_performed: It was repeated at least once, whatever came of it.
        obstacle: Why it could not be repeated the last time that was tried.
    """

    house: House
    charge: Charge
    seconds: float
    started: float = field(default_factory=time.monotonic)
    was_performed: bool = False
    obstacle: str = ""

    @property
    def left(self) -> float:
        """How many seconds are left."""
        return self.seconds - (time.monotonic() - self.started)

    def perform(self, takes: Sequence[Take]) -> Shown | None:
        """Return what shows when `takes` are made again; None where it shows no more, or they cannot be.

        Raises:
            OutOfBudget: the time or the requests are used up.
            Unreachable: the implementation does not answer.
        """
        try:
            shown = self.performed(takes)
        except CannotReplay as problem:
            self.obstacle = str(problem)
            return None
        self.was_performed = True
        return shown

    def performed(self, takes: Sequence[Take]) -> Shown | None:
        """Return as `perform` does.

        Raises:
            CannotReplay: they cannot be made again.
        """
        for _ in range(_HEATS if any(take.is_race for take in takes) else 1):
            if self.left < 0:
                raise CannotReplay(f"it takes more than {self.seconds:g} s")
            performance = Performance(self.house, self.charge)
            try:
                if (shown := performance.run(takes, self.left)) is not None:
                    return shown
            finally:
                performance.tidy()
        return None


def _shortest(takes: tuple[Take, ...], shown: Shown, work: _Work, slicer: Slicer) -> Shown:
    """Return the shortest performance that showed the same, as far as a few tries tell."""
    cut = _Cut(takes[: shown.takes], shown, work, slicer)
    try:
        cut.keep(slicer.is_making)
        cut.keep(lambda take: not slicer.is_reading(take))
        size = len(cut.takes) // 2
        while size:
            cut.drop(size)
            size //= 2
    except (OutOfBudget, Unreachable):
        pass
    return cut.shown


@dataclass(slots=True)
class _Cut:
    """A sequence that shows the finding, on its way to a shorter one that does."""

    takes: tuple[Take, ...]
    shown: Shown
    work: _Work
    slicer: Slicer
    tries: int = _TRIES
    failed: list[tuple[Take, ...]] = field(default_factory=list)

    def keep(self, matters: Callable[[Take], bool]) -> None:
        """Drop all takes before the last that do not matter, if it does without them."""
        self._try((*(take for take in self.takes[:-1] if matters(take)), self.takes[-1]))

    def drop(self, size: int) -> None:
        """Drop as many takes in a row as `size`, from the front on, wherever it does without them."""
        start = 0
        while start < len(self.takes) - 1:
            end = min(start + size, len(self.takes) - 1)
            if not self._try(self.takes[:start] + self.takes[end:]):
                start += size

    def _try(self, takes: tuple[Take, ...]) -> bool:
        if len(takes) == len(self.takes) or takes in self.failed or self.tries <= 0 or self.work.left < 0:
            return False
        if _makings(self.slicer, takes) < min(_makings(self.slicer, self.takes), self.slicer.needed(takes)):
            return False
        self.tries -= 1
        shown = self.work.perform(takes)
        if shown is None or _shape(shown.finding.happened) != _shape(self.shown.finding.happened):
            self.failed.append(takes)
            return False
        self.takes, self.shown = takes[: shown.takes], shown
        return True


def _makings(slicer: Slicer, takes: Sequence[Take]) -> int:
    return sum(len(take.shots) for take in takes if slicer.is_making(take))


def _shape(happened: str) -> str:
    """Return a sentence without what differs from one time to the next."""
    return _NUMBERS.sub("#", happened)


def _bindings(specification: Specification) -> dict[str, Binding]:
    return bindings(specification, {name: Nature(each) for name, each in specification.lifecycles.items()})


def replay(
    specification: Specification,
    target: str | Wire,
    findings: Sequence[RecordedFinding],
    settings: Settings,
    watch: Callable[[Progress], None] = lambda _progress: None,
) -> Judgement:
    """Return which findings of an earlier run show again at `target`, each tried alone.

    Args:
        target: A URL, or the way into an application in this process.
        watch: Is told of progress.
    """
    url = target if isinstance(target, str) else "http://localhost"
    wire = Network(is_insecure=settings.is_insecure) if isinstance(target, str) else target
    budget = Budget(settings.max_seconds, settings.max_requests)
    clock = Clock(wire, settings.clock_url)
    client = Client(wire, url, settings.principals, budget, clock, settings.headers)
    again = _Again(specification, client, settings, watch)
    try:
        ended = again.all(findings)
    finally:
        if isinstance(target, str):
            wire.close()
    return Judgement(
        document=str(specification.document.source),
        url=url,
        findings=again.findings,
        tallies=list(again.tallies.values()),
        requests=budget.used,
        seconds=budget.elapsed,
        seed=settings.seed,
        ended=ended,
        ways=ways(specification, settings.clock_url),
    )


class _Again:
    """Does the findings of an earlier run again."""

    def __init__(
        self,
        specification: Specification,
        client: Client,
        settings: Settings,
        watch: Callable[[Progress], None],
    ) -> None:
        self._specification = specification
        self._client = client
        self._principals = {*settings.principals, ""}
        self._watch = watch
        self._slicer = Slicer(_bindings(specification))
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
        return ""

    def _one(self, recorded: RecordedFinding) -> None:
        takes = self._takes(recorded)
        charge = Charge(recorded.law, recorded.subject, recorded.happened)
        shown = _Work(self._house, charge, self._client.budget.left).performed(takes)
        if shown is None and not recorded.is_confirmed:
            raise CannotReplay(_NO_PROOF)
        self._count(recorded, tried=1, broken=int(shown is not None))
        if shown is not None:
            found = replace(shown.finding, exchanges=shown.exchanges, is_confirmed=True)
            self.findings.append(found)

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
