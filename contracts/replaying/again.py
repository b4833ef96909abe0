"""Does findings again: to confirm them and cut them to what matters, or because somebody asks."""

from __future__ import annotations

import itertools
import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from contracts.bench import Binding, bindings
from contracts.client import Client, OutOfBudget
from contracts.finding import Finding
from contracts.nature import Nature
from contracts.observed import Ledger
from contracts.replaying.course import CannotReplay
from contracts.replaying.history import history
from contracts.replaying.performance import Charge, House, Performance, Shown
from contracts.replaying.slices import Slicer, Take
from contracts.wire import Unreachable
from speckit.specification import Specification

CONFIRM_SECONDS = 20.0
"""How long one finding is worked on."""
_TRIES = 20
"""How many shorter sequences are tried."""
_HEATS = 4
"""How often a race is run before it is said that nothing shows."""

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
        fresh.number, fresh.phase, fresh.pace = opened[0].number, client.phase, client.pace
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
    slicer = Slicer(bindings_of(house.specification))
    house = replace(house, given=slicer.given(finding, ledger))
    before = history(finding, ledger, slicer.bindings, slicer.takes)
    work = Work(house, Charge(finding.law, finding.subject, finding.happened), seconds, before)
    slices = _slices(slicer, finding, ledger)
    try:
        shown = _first(work, slices)
        if shown is None and before:
            work.history = ()
            shown = _first(work, slices)
    except (OutOfBudget, Unreachable) as problem:
        return replace(finding, doubt=_unrepeated(str(problem)))
    if shown is None:
        return replace(finding, doubt=_doubt(work))
    best = _shortest(shown[0], shown[1], work, slicer)
    return replace(
        best.finding, exchanges=best.exchanges, is_confirmed=True, count=finding.count, cause=finding.cause
    )


def _first(work: Work, slices: Sequence[tuple[Take, ...]]) -> tuple[tuple[Take, ...], Shown] | None:
    return next(((takes, seen) for takes in slices if (seen := work.perform(takes))), None)


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


def _doubt(work: Work) -> str:
    """Return why a finding did not show again."""
    if work.was_performed:
        why = "it may rest on what else was there, the time of day, or chance"
        return f"Repeated by itself it did not show: {why}."
    return _unrepeated(work.obstacle)


def _unrepeated(reason: str) -> str:
    return f"It could not be repeated: {reason.rstrip('.')}."


@dataclass(slots=True)
class Work:
    """What is done about one finding, as long as there is time.

    Attributes:
        history: What is done before, each time.
        was_performed: It was repeated at least once, whatever came of it.
        obstacle: Why it could not be repeated the last time that was tried.
    """

    house: House
    charge: Charge
    seconds: float
    history: tuple[Take, ...] = ()
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
                if (shown := performance.run((*self.history, *takes), self.left)) is not None:
                    return replace(shown, takes=max(shown.takes - len(self.history), 1))
            finally:
                performance.tidy()
        return None


def _shortest(takes: tuple[Take, ...], shown: Shown, work: Work, slicer: Slicer) -> Shown:
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
    work: Work
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


def bindings_of(specification: Specification) -> dict[str, Binding]:
    """Return the operations with their rules, by id."""
    return bindings(specification, {name: Nature(each) for name, each in specification.lifecycles.items()})
