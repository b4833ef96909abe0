"""A thousand jobs and a million in one world: what an operation costs, and what a job weighs.

    python -m benchmarks.scale openreplay 1000000

Operations are called without HTTP around them (`Played.answer`), where a cost that grows cannot hide
behind one that does not. Each table is made by a process of its own, so that memory is counted from zero.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.servers import ROOT
from mockserver.clock import ManualClock
from mockserver.evaluation import Request
from mockserver.kind import Kind
from mockserver.playing import Played, Stage
from mockserver.principals import Principals
from mockserver.world import World
from mockserver.worlds import Worlds
from speckit.document import load
from speckit.schema import Schemas
from speckit.specification import specify

FEW = 1000
ROUNDS = 9
CALLS = 100
MOST_TIMES = 2.0
MOST_BYTES = 1500
PROJECT = "3sWXSsqHgSKnE87YkNJK"
WORKFLOW = "66ebd0f23d6200007e000d11"
STATES = ("Queued", "Running", "Completed", "CompletedWithError", "Cancelled")

Call = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """One resource that is made in numbers.

    `given` returns the fields and the state of job number n; `calls` the measured calls
    by name, each of them for `CALLS` jobs out of those in a world.
    """

    name: str
    given: Callable[[int], tuple[dict[str, Any], str]]
    calls: Callable[[House, str, list[Any]], Iterator[tuple[str, list[Call]]]]


class House:
    """Every operation of openapi.yaml, played without a server."""

    def __init__(self) -> None:
        specification = specify(load(ROOT / "openapi.yaml"))
        kinds = {name: Kind(lifecycle) for name, lifecycle in specification.lifecycles.items()}
        self.worlds = Worlds(kinds, ManualClock())
        self.principals = Principals()
        stage = Stage(specification, Schemas(specification.document.data), self.worlds, self.principals)
        self._played = {name: Played(each, stage) for name, each in specification.operations.items()}

    def world(self, token: str) -> World:
        principal = self.principals.by_credential(token)
        assert principal is not None
        return self.worlds.of(principal)

    def call(self, token: str, operation: str, path: Mapping[str, str], query: str = "") -> Call:
        """Return a function that asks for `operation` and insists on success."""
        played, headers, raw = (
            self._played[operation],
            {b"authorization": f"Bearer {token}".encode()},
            query.encode(),
        )

        def ask() -> Any:
            reply = played.answer(path, raw, headers, b"")
            assert reply.status == 200, reply.body
            return reply.body

        return ask

    def fill(self, token: str, subject: Subject, number: int) -> list[Any]:
        """Make jobs in a world; return the ids of up to 100,000 of them."""
        world = self.world(token)
        store, request = world.stores[subject.name], Request()
        ids = []
        for n in range(number):
            given, state = subject.given(n)
            made = world.create(store, world.frame(request), given, state=state)
            if n % (number // FEW // 100 or 1) == 0:
                ids.append(made.id)
        return ids


def openreplay_job(n: int) -> tuple[dict[str, Any], str]:
    return {"projectKey": PROJECT, "referenceId": f"user{n}@example.com"}, ""


def openreplay_calls(house: House, token: str, ids: list[Any]) -> Iterator[tuple[str, list[Call]]]:
    number = len(house.world(token).stores["OpenReplayJob"])
    jobs = [{"projectKey": PROJECT, "jobId": str(each)} for each in random.sample(ids, CALLS)]
    project = {"projectKey": PROJECT}
    middle = number // 50 // 2
    yield "GET one job", [house.call(token, "getOpenReplayJob", each) for each in jobs]
    yield "list of 50, first page", [house.call(token, "listOpenReplayJobs", project)] * 20
    yield "list of 50, middle page", [house.call(token, "listOpenReplayJobs", project, f"page={middle}")] * 20
    taken = [ids.pop(random.randrange(len(ids))) for _ in range(CALLS)]
    yield (
        "cancel",
        [house.call(token, "cancelOpenReplayJob", {**project, "jobId": str(each)}) for each in taken],
    )


def alteryx_job(n: int) -> tuple[dict[str, Any], str]:
    return {"appId": WORKFLOW}, STATES[n % len(STATES)]


def alteryx_calls(house: House, token: str, ids: list[Any]) -> Iterator[tuple[str, list[Call]]]:
    number = len(house.world(token).stores["AlteryxJob"])
    workflow = {"workflowId": WORKFLOW}

    def lists(query: str) -> list[Call]:
        return [house.call(token, "listAlteryxWorkflowJobs", workflow, f"limit=50&{query}")] * 20

    jobs = random.sample(ids, CALLS)
    yield "GET one job", [house.call(token, "getAlteryxJob", {"jobId": each}) for each in jobs]
    yield "filtered by status, first page", lists("status=Running")
    yield "filtered by status, middle page", lists(f"status=Running&offset={number // len(STATES) // 2}")
    yield "filtered by status and result, first page", lists("status=Completed&resultCode=Error")
    yield (
        "filtered by status and result, middle page",
        lists(f"status=Completed&resultCode=Error&offset={number // len(STATES) // 2}"),
    )


SUBJECTS = {
    "openreplay": Subject("OpenReplayJob", openreplay_job, openreplay_calls),
    "alteryx": Subject("AlteryxJob", alteryx_job, alteryx_calls),
}


def measure(options: argparse.Namespace) -> Iterator[str]:
    """Yield the tables of all subjects, each made by a process of its own."""
    for name in SUBJECTS:
        command = [sys.executable, "-m", "benchmarks.scale", name, str(options.jobs)]
        told = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
        yield from told.splitlines()


def report(subject: Subject, many: int) -> Iterator[str]:
    """Yield the table of one subject, line by line."""
    house = House()
    few_ids = house.fill("few", subject, FEW)
    before, start = _resident_bytes(), time.process_time()
    many_ids = house.fill("many", subject, many)
    seconds = time.process_time() - start
    weight = (_resident_bytes() - before) / many
    taken: dict[str, tuple[list[float], list[float]]] = {}
    first_ms: dict[str, float] = {}
    for _ in range(ROUNDS):
        worlds = (("few", few_ids), ("many", many_ids))
        pairs = zip(*(subject.calls(house, token, ids) for token, ids in worlds), strict=True)
        for (name, few_calls), (_, many_calls) in pairs:
            if name not in taken:
                first_ms[name] = _each_us(many_calls[:1]) / 1000
                many_calls = many_calls[1:]
            small, large = taken.setdefault(name, ([], []))
            small.append(_each_us(few_calls))
            large.append(_each_us(many_calls))
    after = (_resident_bytes() - before) / many
    yield f"| {subject.name} | with {FEW:,} | with {many:,} | times | bound | its very first call |"
    yield "|---|---|---|---|---|---|"
    for name, (small, large) in taken.items():
        times = median(large) / median(small)
        verdict = f"<= {MOST_TIMES:.0f}{'' if times <= MOST_TIMES else ' MISSED'}"
        costs = f"{median(small):.1f} us | {median(large):.1f} us | {times:.2f}"
        yield f"| {name} | {costs} | {verdict} | {first_ms[name]:.1f} ms |"
    verdict = f"< {MOST_BYTES}{'' if after < MOST_BYTES else ' MISSED'}"
    yield f"| memory per job (RSS) | | {weight:.0f} bytes | | {verdict} | |"
    yield f"| the same, after all these calls | | {after:.0f} bytes | | {verdict} | |"
    yield f"| making one job | | {seconds / many * 1e6:.1f} us | | | |"
    yield ""


def _each_us(calls: list[Call]) -> float:
    """Return what one of the calls takes."""
    start = time.process_time()
    for call in calls:
        call()
    return (time.process_time() - start) / len(calls) * 1e6


def _resident_bytes() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    random.seed(0)
    # As `understudy serve` does: nothing that start-up makes is garbage.
    gc.freeze()
    for line in report(SUBJECTS[sys.argv[1]], int(sys.argv[2])):
        print(line)
