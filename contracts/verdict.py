"""One judgement, start to end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from contracts.applicable import unreached
from contracts.docket import Docket
from contracts.exchange import Exchange
from contracts.finding import Judgement
from contracts.making import Provide
from contracts.observer import Observer
from contracts.replaying import replay
from contracts.report.progress import Progress
from contracts.report.ways import ways
from contracts.running import Run
from contracts.settings import PHASES, Settings
from contracts.wire import Network, Wire
from speckit.specification import Specification

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


IN_PROCESS = "http://localhost"
"""The base URL of an application in this process."""


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
    url = target if isinstance(target, str) else IN_PROCESS
    wire = Network(is_insecure=settings.is_insecure) if isinstance(target, str) else target
    try:
        run = Run(specification, settings, url, wire, watch)
        ended = run.drive()
    finally:
        if isinstance(target, str):
            wire.close()
    tallies = run.docket.tallies
    return Judgement(
        document=str(specification.document.source),
        url=url,
        findings=run.docket.findings,
        notes=run.docket.notes,
        tallies=[*tallies, *unreached(specification, tallies, run.stopped or ended)],
        requests=run.client.budget.used,
        seconds=run.client.budget.elapsed,
        seed=settings.seed,
        ended=ended,
        options={"depth": settings.depth, "phases": list(settings.phases), "params": dict(settings.params)},
        ways=ways(specification, settings.clock_url),
    )


def judge_recorded(
    specification: Specification, exchanges: Iterable[Exchange], settings: Settings
) -> Judgement:
    """Return what is to be said of traffic that somebody has recorded."""
    docket = Docket(specification, settings.is_strict)
    observer = Observer(specification, docket, settings.roles)
    seen = list(exchanges)
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
        tallies=docket.tallies,
        requests=len(seen),
        seconds=seen[-1].after.fast - seen[0].before.fast if seen else 0.0,
        ways=ways(specification),
    )
