"""Tries the judge on the bank: `python -m tests.contracts.broken.bench`.

Prints, as Markdown, which law found which broken server; with `--odd` what was found about the odd ones,
which ought to be nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from starlette.types import ASGIApp

from contracts import verdict
from contracts.report.progress import Progress
from contracts.wire import Application
from tests.contracts.broken.documents import DOCUMENTS, PRINCIPALS, UNROLED, serving, specification
from tests.contracts.broken.faults import FAULTS, Fault
from tests.contracts.broken.wire import DOOR, HERE, Asked, Server
from tests.contracts.odd.oddities import ODDITIES

PROCESSES = 2
BASE = "http://localhost"


@dataclass(frozen=True)
class Outcome:
    """What one judgement found.

    Attributes:
        laws: The names of the laws that were found broken, the first found first.
        first_seconds: How long it took to find the first; -1 where none was.
        ended: Why the judge ended before its time, if it did.
    """

    laws: tuple[str, ...]
    seconds: float
    requests: int
    first_seconds: float
    ended: str = ""


@dataclass(frozen=True)
class Run:
    """One thing to judge: a fault, or an oddity on a document."""

    name: str
    document: str
    seed: int
    depth: int
    is_odd: bool = False
    is_quick: bool = False

    @property
    def app(self) -> ASGIApp:
        """The server, made anew."""
        if self.is_odd:
            return ODDITIES[self.name].make(specification(self.document))
        return FAULTS[self.name].wrap(serving(self.document))


def tried(run: Run) -> Outcome:
    """Return what the judge says of one server; where the judge fails, that."""
    try:
        return judged(run)
    except Exception as problem:
        at = traceback.extract_tb(problem.__traceback__)[-1]
        told = f"{type(problem).__name__}: {problem} ({Path(at.filename).name}:{at.lineno})"
        return Outcome((), 0.0, 0, -1.0, told)


def judged(run: Run) -> Outcome:
    """Return what the judge says of one server."""
    app, started = run.app, time.perf_counter()
    first: list[float] = []

    def watch(progress: Progress) -> None:
        if progress.findings and not first:
            first.append(progress.seconds)

    wire = Application(app)
    try:
        judgement = verdict.judge(specification(run.document), wire, _settings(run, app), watch)
    finally:
        wire.close()
    found = sorted(judgement.findings, key=lambda each: each.exchanges[-1].number)
    laws = tuple(dict.fromkeys(each.law for each in found))
    seconds = time.perf_counter() - started
    soon = -1.0 if not laws else first[0] if first else seconds
    return Outcome(laws, seconds, judgement.requests, soon, judgement.ended)


def _settings(run: Run, app: ASGIApp) -> verdict.Settings:
    return verdict.Settings(
        principals=PRINCIPALS,
        roles={name: frozenset() for name in UNROLED},
        seed=run.seed,
        depth=run.depth,
        stops_at=(FAULTS[run.name].law,) if run.is_quick else (),
        clock_url=f"{BASE}{DOOR}clock",
        provide=_provider(app),
    )


def _provider(app: ASGIApp) -> verdict.Provide:
    """Return what puts resources into being through the control door."""

    def provide(
        principal: str, resource: str, state: str, fields: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        wanted = {"principal": principal, "resource": resource, "state": state, "fields": dict(fields)}
        scope = {"type": "http", "method": "POST", "client": HERE, "query_string": b"", "headers": []}
        asked = Asked(scope).at(DOOR + "states").saying(host="localhost", content_type="application/json")
        answer = asyncio.run(Server(app).ask(asked.holding(wanted)))
        return orjson.loads(answer.content)["fields"] if answer.status == 201 else None

    return provide


def chosen(
    words: Sequence[str], seeds: int, depth: int, is_odd: bool, is_quick: bool = False
) -> Iterator[Run]:
    """Yield what is to be judged: what has one of `words` in its name, category or document; all without."""
    for name, document, category in _all(is_odd):
        if not words or any(word in (name, document, category) or word in name for word in words):
            yield from (Run(name, document, seed, depth, is_odd, is_quick) for seed in range(seeds))


def _all(is_odd: bool) -> Iterable[tuple[str, str, str]]:
    if is_odd:
        return [(name, document, "odd") for name in ODDITIES for document in DOCUMENTS]
    return [(each.name, each.document, each.category) for each in FAULTS.values()]


def row(fault: Fault, outcomes: Sequence[Outcome]) -> str:
    """Return the line of the table for one fault: the law that was meant stands first among those found."""
    found = dict.fromkeys(law for each in outcomes for law in each.laws)
    laws = sorted(found, key=lambda law: law != fault.law)
    count = sum(1 for each in outcomes if each.laws)
    ended = next((each.ended for each in outcomes if each.ended), "**nothing**")
    told = ", ".join(f"`{law}`" for law in laws) or ended
    often = "" if count in (0, len(outcomes)) else f" ({count} of {len(outcomes)})"
    requests = statistics.median(each.requests for each in outcomes)
    seconds = statistics.median(each.seconds for each in outcomes)
    firsts = [each.first_seconds for each in outcomes if each.laws]
    soon = f"{statistics.median(firsts):.1f}" if firsts else ""
    place = f"{fault.document} | {fault.category} | {fault.promise}"
    return f"| {place} | `{fault.law}` | {told}{often} | {requests:.0f} | {seconds:.1f} | {soon} |"


def table(results: Mapping[str, Sequence[Outcome]]) -> str:
    """Return the whole table, in the order of the documents."""
    faults = sorted((FAULTS[name] for name in results), key=lambda each: DOCUMENTS.index(each.document))
    head = "| document | category | what is broken | law | found by | requests | seconds | first after |"
    rows = [row(fault, results[fault.name]) for fault in faults]
    return "\n".join([head, "|---|---|---|---|---|---:|---:|---:|", *rows])


def summary(results: Mapping[str, Sequence[Outcome]]) -> str:
    """Return in a line how many were found."""
    always = [name for name, each in results.items() if all(outcome.laws for outcome in each)]
    meant = [name for name in always if all(FAULTS[name].law in outcome.laws for outcome in results[name])]
    seconds = [outcome.seconds for each in results.values() for outcome in each]
    missed = [name for name in results if name not in always]
    told = f"{len(always)} of {len(results)} found, {len(meant)} by the law that was meant"
    return f"{told}; median {statistics.median(seconds):.1f} s. Not found: {', '.join(missed) or 'none'}."


def odd_table(runs: Sequence[Run], outcomes: Sequence[Outcome]) -> str:
    """Return what was found about odd servers: nothing, if the judge is right."""
    lines = ["| oddity | document | seed | found |", "|---|---|---:|---|"]
    for run, outcome in zip(runs, outcomes, strict=True):
        found = ", ".join(outcome.laws) or outcome.ended or "nothing"
        lines.append(f"| {run.name} | {run.document} | {run.seed} | {found} |")
    return "\n".join(lines)


def _told(run: Run, outcome: Outcome) -> Outcome:
    """Say on stderr how one judgement ended, while the others go on."""
    found = ", ".join(outcome.laws) or outcome.ended or "nothing"
    print(
        f"{run.name} {run.document} {run.seed}: {found} ({outcome.seconds:.1f} s)",
        file=sys.stderr,
        flush=True,
    )
    return outcome


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge what was chosen, on two processes; return 0 if the judge was right about all of it."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("words", nargs="*", help="names, categories or documents; all of them without one")
    parser.add_argument("--seeds", type=int, default=1, help="how often each is judged [default: 1]")
    parser.add_argument("--depth", type=int, default=0, help="steps of random walk [default: 0]")
    parser.add_argument("--odd", action="store_true", help="judge the odd servers instead")
    parser.add_argument("--quick", action="store_true", help="end each run once the law that is meant broke")
    options = parser.parse_args(arguments)
    runs = list(chosen(options.words, options.seeds, options.depth, options.odd, options.quick))
    if not runs:
        parser.exit(2, f"Nothing is called {', '.join(options.words)}.\n")
    with ProcessPoolExecutor(PROCESSES) as pool:
        outcomes = [_told(*pair) for pair in zip(runs, pool.map(tried, runs), strict=True)]
    if options.odd:
        print(odd_table(runs, outcomes))
        return int(any(outcome.laws or outcome.ended for outcome in outcomes))
    results: dict[str, list[Outcome]] = {}
    for run, outcome in zip(runs, outcomes, strict=True):
        results.setdefault(run.name, []).append(outcome)
    print(table(results))
    print(summary(results), file=sys.stderr)
    return int(not all(outcome.laws for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
