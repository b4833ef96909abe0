"""One judgement, start to end."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence

from contracts import replaying
from contracts.applicable import applicable, unreached
from contracts.docket import Docket
from contracts.exchange import Exchange
from contracts.finding import LEFT_OUT, Judgement, Subject, Tally
from contracts.making import Provide
from contracts.observer import Observer
from contracts.opening import opened
from contracts.report.progress import Progress
from contracts.report.reading import RecordedFinding
from contracts.report.ways import ways
from contracts.running import Run
from contracts.settings import PHASES, Settings
from contracts.wire import Wire
from speckit.specification import Specification, without

__all__ = ["PHASES", "Provide", "Settings", "judge", "judge_recorded", "replay"]


def overlapping(exchanges: Iterable[Exchange]) -> Iterator[list[Exchange]]:
    """Yield exchanges in their order, together those that were on their way at the same time."""
    together: list[Exchange] = []
    latest = 0.0
    for each in exchanges:
        if together and each.before.slow >= latest:
            yield together
            together = []
        latest = max(latest, each.after.slow) if together else each.after.slow
        together.append(each)
    if together:
        yield together


def judge(
    specification: Specification,
    target: str | Wire,
    settings: Settings,
    watch: Callable[[Progress], None] = lambda _progress: None,
) -> Judgement:
    """Return what is to be said of the implementation at `target`.

    Args:
        target: Its URL, or the way into an application in this process.
        watch: Is told of progress.
    """
    with opened(target, settings) as (url, wire):
        return _judged(specification, url, wire, settings, watch)


def replay(
    specification: Specification,
    target: str | Wire,
    findings: Sequence[RecordedFinding],
    settings: Settings,
    watch: Callable[[Progress], None] = lambda _progress: None,
) -> Judgement:
    """Return which findings of an earlier run show again at `target`.

    Args:
        target: Its URL, or the way into an application in this process.
        watch: Is told of progress.
    """
    left_out = [each for each in findings if _is_left_out(settings, each.law, each.subject)]
    left = [each for each in findings if not _is_left_out(settings, each.law, each.subject)]
    judgement = replaying.replay(specification, target, left, settings, watch, _judged)
    tallies = [Tally(each.law, each.subject, reason=LEFT_OUT) for each in left_out]
    return dataclasses.replace(judgement, tallies=[*judgement.tallies, *tallies])


def _is_left_out(settings: Settings, law: str, subject: Subject) -> bool:
    return law in settings.excluded_laws or subject.operation in settings.excluded_operations


def _and_left_out(whole: Specification, settings: Settings, tallies: Iterable[Tally]) -> list[Tally]:
    """Return tallies, and one for each promise that was left out, as asked."""
    if not settings.excluded_laws and not settings.excluded_operations:
        return list(tallies)
    pairs = (pair for pair in applicable(whole) if _is_left_out(settings, *pair))
    kept = [each for each in tallies if not _is_left_out(settings, each.law, each.subject)]
    return [*kept, *(Tally(law, subject, reason=LEFT_OUT) for law, subject in pairs)]


def _judged(
    specification: Specification, url: str, wire: Wire, settings: Settings, watch: Callable[[Progress], None]
) -> Judgement:
    whole, specification = specification, without(specification, settings.excluded_operations)
    run = Run(specification, settings, url, wire, watch)
    ended = run.drive()
    tallies = run.docket.tallies
    return Judgement(
        document=str(specification.document.source),
        url=url,
        findings=run.docket.findings,
        notes=run.docket.notes,
        tallies=_and_left_out(
            whole, settings, [*tallies, *unreached(specification, tallies, run.stopped or ended)]
        ),
        requests=run.client.budget.used,
        seconds=run.client.budget.elapsed,
        seed=settings.seed,
        ended=ended,
        options={
            "depth": settings.depth,
            "phases": list(settings.phases),
            "params": dict(settings.params),
            "nonce": run.nonce,
        },
        ways=ways(specification, settings.clock_url),
    )


def judge_recorded(
    specification: Specification, exchanges: Iterable[Exchange], settings: Settings
) -> Judgement:
    """Return what is to be said of traffic that somebody has recorded."""
    docket = Docket(specification, settings.is_strict, excluded=settings.excluded_laws)
    observer = Observer(specification, docket, settings.roles)
    seen = [each for each in exchanges if each.call.operation.id not in settings.excluded_operations]
    for together in overlapping(seen):
        if len(together) > 1 and any(map(observer.changes_something, together)):
            observer.glance(together)
        else:
            for exchange in together:
                observer.observe(exchange)
    observer.bench.finish()
    return Judgement(
        document=str(specification.document.source),
        url="",
        findings=docket.findings,
        notes=docket.notes,
        tallies=_and_left_out(specification, settings, docket.tallies),
        requests=len(seen),
        seconds=seen[-1].after.fast - seen[0].before.fast if seen else 0.0,
        ways=ways(specification),
    )
