"""A finding is seen again before it is believed, and told in the few exchanges that matter."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest

from contracts import verdict
from contracts.client import Budget, Client, Clock
from contracts.docket import Docket
from contracts.exchange import Exchange
from contracts.finding import Finding, Judgement
from contracts.inputs import Inputs
from contracts.making import Maker
from contracts.matrix import Matrix
from contracts.observer import Observer
from contracts.replaying import confirmed, housed, replay
from contracts.report.curl import curl
from contracts.report.hiding import Hiding
from contracts.report.json import json
from contracts.report.manner import Manner
from contracts.report.reading import RecordedFinding, read
from contracts.settings import Settings as Judging
from contracts.wire import Application, Received, Sent, Unreachable
from mockserver.app import Settings, build
from mockserver.clock import ManualClock, RealClock
from speckit.document import load
from speckit.specification import Specification, specify
from tests.contracts.broken.wire import Answer, Asked, Between, Handler, Server, passed_on

PRESS = Path(__file__).parent / "data" / "press.yaml"
URL = "http://localhost"
CLOCK = f"{URL}/_understudy/clock"
PEOPLE = {name: {"Authorization": f"Bearer {name}"} for name in ("alice", "bob")}


@cache
def press() -> Specification:
    return specify(load(PRESS))


@cache
def farm() -> Specification:
    return specify(load(Path(__file__).parents[2] / "examples/render_farm/openapi.yaml"))


# Broken servers


def job_of(asked: Asked) -> str:
    """The id in the path; empty where there is none."""
    parts = asked.path.split("/")
    return parts[2] if len(parts) > 2 else ""


async def completes_after_all(asked: Asked, server: Server) -> Answer:
    """Show a cancelled job as printed once the work would have been done."""
    answer, now = await server.ask(asked), await server.now(asked)
    notes = server.notes[job_of(asked)]
    if asked.path.endswith("/cancel") and answer.is_success:
        notes.setdefault("cancelled", now)
    if asked.method == "GET" and now >= notes.get("cancelled", now) + 7 and answer.is_success:
        for job in answer.shown("status"):
            job["status"] = job["status"].replace("cancelled", "printed")
    return answer


async def counts_reads(asked: Asked, server: Server) -> Answer:
    """Print one copy more each time somebody looks."""
    answer = await server.ask(asked)
    if asked.method == "GET" and job_of(asked) and answer.is_success:
        seen = server.notes[job_of(asked)]
        seen["reads"] = seen.get("reads", 0) + 1
        answer.json["copies"] += seen["reads"] - 1
    return answer


async def pages_overlap(asked: Asked, server: Server) -> Answer:
    """Begin every page but the first with the last of the one before."""
    answer = await server.ask(asked)
    page = asked.query.get("page", "1")
    if asked.method == "GET" and not job_of(asked) and answer.is_success and page.isdigit() and int(page) > 1:
        before = await server.ask(asked.asking(page=int(page) - 1))
        if answer.json["jobs"] and before.json["jobs"]:
            answer.json["jobs"] = [before.json["jobs"][-1], *answer.json["jobs"][:-1]]
    return answer


async def keeps_places(asked: Asked, server: Server) -> Answer:
    """Let what was removed keep its place in the list, and fill pages up with what comes behind them."""
    answer = await server.ask(asked)
    places: list[str] = server.memory.setdefault(asked.credential, [])
    is_creation = asked.method == "POST" and not job_of(asked) and answer.is_success
    if is_creation and answer.json["id"] not in places:
        places.append(answer.json["id"])
    is_list = asked.method == "GET" and not job_of(asked) and answer.is_success
    if is_list and not set(asked.query) - {"page", "size"}:
        whole = await server.ask(asked.asking(page=None, size=20))
        shown = {job["id"]: job for job in whole.json["jobs"]}
        page, size = int(asked.query.get("page", 1)), int(asked.query.get("size", 10))
        behind = places[(page - 1) * size :]
        answer.json["jobs"] = [shown[key] for key in behind if key in shown][:size]
    return answer


async def shows_to_all(asked: Asked, server: Server) -> Answer:
    """Look for a job in the accounts of others too."""
    answer = await server.ask(asked)
    known = server.notes["known"]
    known[asked.credential] = True
    if asked.method == "GET" and job_of(asked) and answer.status == 404:
        for credential in known:
            other = await server.ask(asked.by(credential or None))
            if other.is_success:
                return other
    return answer


async def forgets_all(asked: Asked, server: Server) -> Answer:
    """Say of a job that there never was that it is gone."""
    answer = await server.ask(asked)
    known = server.notes["known"]
    if asked.method == "POST" and not job_of(asked) and answer.is_success:
        known[answer.json["id"]] = True
    is_strange = job_of(asked) and answer.status == 404 and job_of(asked) not in known
    return answer.become(410, answer.json | {"status": 410}) if is_strange else answer


async def takes_keys_again(asked: Asked, server: Server) -> Answer:
    """Answer a key that comes again with what it stands for, whatever comes with it."""
    key = asked.headers.get("idempotency-key")
    known = server.notes[f"{asked.credential} {key}"]
    if asked.method != "POST" or job_of(asked) or key is None:
        return await server.ask(asked)
    if "answer" not in known:
        known["answer"] = await server.ask(asked)
    return known["answer"]


async def both_cancel(asked: Asked, server: Server) -> Answer:
    """Look, wait, and then cancel: whoever has looked in time has cancelled."""
    if not asked.path.endswith("/cancel"):
        return await server.ask(asked)
    seen = await server.ask(asked.reading(asked.path.removesuffix("/cancel")))
    inside = server.notes[job_of(asked)]
    inside["count"] = inside.get("count", 0) + 1
    for _ in range(50):
        await asyncio.sleep(0)
    answer = await server.ask(asked)
    is_late = answer.status == 409 and seen.is_success and seen.json["status"] in ("queued", "printing")
    return answer.become(200, {**seen.json, "status": "cancelled"}) if is_late else answer


async def gives_ids_again(asked: Asked, server: Server) -> Answer:
    """Give the id of a deleted job to the next one."""
    free, inside = server.notes["free"], server.notes["inside"]
    shown = job_of(asked)
    answer = await server.ask(
        asked.at(asked.path.replace(shown, inside.get(shown, shown)) if shown else "/jobs")
    )
    if asked.method == "POST" and not shown and answer.is_success and asked.credential in free:
        inside[free[asked.credential]] = answer.json["id"]
        del free[asked.credential]
    if asked.method == "DELETE" and answer.is_success:
        free[asked.credential] = shown
    outside = {real: given for given, real in inside.items()}
    for job in answer.shown("id", "title"):
        job["id"] = outside.get(job["id"], job["id"])
    return answer


async def marks_neighbours(asked: Asked, server: Server) -> Answer:
    """Write the note of one job into all that its owner has at the moment."""
    answer = await server.ask(asked)
    mine = server.notes[asked.credential]
    if asked.method == "POST" and not job_of(asked) and answer.is_success:
        mine[answer.json["id"]] = None
    if asked.method == "PATCH" and answer.is_success and asked.json and asked.json.get("note"):
        mine.update(dict.fromkeys(mine, asked.json["note"]))
    if asked.method == "GET" and job_of(asked) and answer.is_success and mine.get(job_of(asked)):
        answer.json["note"] = mine[job_of(asked)]
    return answer


async def fails_once(asked: Asked, server: Server) -> Answer:
    """Show one cancelled job as printed, once, and never again."""
    answer = await server.ask(asked)
    is_one = asked.method == "GET" and job_of(asked) and answer.is_success
    if is_one and "done" not in server.memory and answer.json["status"] == "cancelled":
        server.memory["done"] = True
        answer.json["status"] = "printed"
    return answer


STEPS: dict[Handler, tuple[str | float, ...]] = {
    completes_after_all: (
        *("getJob", "listJobs", "getJob", "updateJob", 1.0, "getJob", "cancelJob", "getJob", 3.0),
        *("getJob", "listJobs", 5.0, "getJob"),
    ),
    counts_reads: ("listJobs", "getJob", 1.0, "listJobs", "getJob"),
    fails_once: ("getJob", "cancelJob", "getJob"),
}
"""What shows a fault, among other things, on one job."""


# A judge


class Found:
    """What the deterministic driver found on a server, which goes on running."""

    def __init__(
        self,
        handler: Handler = passed_on,
        *,
        is_real: bool = False,
        specification: Specification | None = None,
    ) -> None:
        self.specification = specification or press()
        self.app = Between(build(self.specification, clock=_clock(is_real), settings=Settings()), handler)
        self.wire = Application(self.app)
        self.clock = Clock(self.wire, "" if is_real else CLOCK)
        self.client = Client(self.wire, URL, PEOPLE, Budget(60, 5000), self.clock)
        self.docket = Docket(self.specification)
        self.observer = Observer(self.specification, self.docket)
        self.client.watch = lambda exchange, race: self.observer.observe(exchange, race=race)
        self.inputs = Inputs(self.specification, self.observer.ledger, {}, 0)
        self.maker = Maker(self.observer, self.client, self.inputs)

    def judged(self) -> list[Finding]:
        """What the deterministic driver finds."""
        parts = (self.observer, self.client, self.inputs, self.maker, list(PEOPLE), {}, lambda _doing: None)
        Matrix(*parts).run()
        self.observer.bench.finish()
        return self.docket.findings

    def found(self, handler: Handler, law: str) -> Finding:
        """What is found by `law`: in a few steps where these are known, else by the driver."""
        if handler in STEPS:
            return self.told(*STEPS[handler])
        return next(finding for finding in self.judged() if finding.law == law)

    def told(self, *steps: str | float) -> Finding:
        """What is found on one job of alice's by steps: operations, and seconds to wait."""
        bindings = self.observer.bindings
        track, _ = self.maker.made(bindings["createJob"], self.inputs.create(bindings["createJob"], "alice"))
        assert track is not None
        for step in steps:
            if isinstance(step, float):
                self.clock.advance(step)
            elif step == "listJobs":
                self.client.send(self.inputs.listing(bindings[step], "alice"))
            else:
                self.client.send(self.maker.call_on(bindings[step], track))
        (finding,) = self.docket.findings
        return finding

    def confirmed(self, finding: Finding, seconds: float = 20.0) -> Finding:
        return confirmed(finding, housed(self.specification, self.client), self.observer.ledger, seconds)


def _clock(is_real: bool) -> Any:
    return RealClock(1.0) if is_real else ManualClock()


@pytest.fixture
def served() -> Iterator[Callable[..., Found]]:
    made: list[Found] = []

    def serve(handler: Handler = passed_on, **options: Any) -> Found:
        made.append(Found(handler, **options))
        return made[-1]

    yield serve
    for each in made:
        each.wire.close()


def asked_for(finding: Finding) -> list[str]:
    """The operations of a finding, in order."""
    return [exchange.call.operation.id for exchange in finding.exchanges]


@dataclass(frozen=True)
class Case:
    handler: Handler
    law: str
    most: int
    needs: tuple[str, ...]


CASES = (
    Case(completes_after_all, "final-is-final", 4, ("createJob", "cancelJob", "getJob")),
    Case(counts_reads, "reading-changes-nothing", 3, ("createJob", "getJob")),
    Case(shows_to_all, "isolation", 3, ("createJob", "getJob")),
    Case(both_cancel, "one-winner", 4, ("createJob", "cancelJob", "cancelJob")),
    Case(gives_ids_again, "unique-id", 3, ("createJob", "deleteJob", "createJob")),
    Case(marks_neighbours, "others-untouched", 6, ("createJob", "updateJob", "getJob")),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.law)
def test_a_fault_is_seen_again_and_cut_to_what_matters(case: Case, served: Callable[..., Found]) -> None:
    """Nobody reads forty exchanges to understand three."""
    server = served(case.handler)
    finding = server.found(case.handler, case.law)

    again = server.confirmed(finding)

    asked = iter(asked_for(again))
    assert again.is_confirmed
    assert len(again.exchanges) <= case.most
    assert all(operation in asked for operation in case.needs), asked_for(again)
    assert (again.law, again.subject, again.count) == (finding.law, finding.subject, finding.count)


def test_pages_that_overlap_are_walked_anew(served: Callable[..., Found]) -> None:
    """Lists have grown meanwhile, or shrunk: a page of then is none of now."""
    server = served(pages_overlap)
    finding = next(each for each in server.judged() if each.law == "pages-join")

    again = server.confirmed(finding)

    pages = [exchange for exchange in again.exchanges if exchange.call.operation.id == "listJobs"]
    assert again.is_confirmed
    assert len(pages) > 1
    assert {each.call.operation.id for each in again.exchanges} <= {"createJob", "deleteJob", "listJobs"}


def test_what_was_removed_before_a_list_was_read_is_removed_again(served: Callable[..., Found]) -> None:
    """The server that was judged shows it without, for it remembers: a new one does not."""
    server = served(keeps_places)
    finding = next(each for each in server.judged() if each.law == "pages-join")

    again = server.confirmed(finding)

    assert again.is_confirmed
    assert asked_for(again)[:2] == ["createJob", "deleteJob"]
    assert "deleteJob" not in asked_for(again)[2:]


def test_what_was_made_is_named_by_the_ids_of_the_last_run(served: Callable[..., Found]) -> None:
    """Whoever pastes the lines must find them about one job, from its creation on."""
    server = served(completes_after_all)
    finding = server.found(completes_after_all, "final-is-final")

    again = server.confirmed(finding)

    key = again.exchanges[0].answer["id"]
    assert key not in {each.answer.get("id") for each in finding.exchanges if each.is_success}
    assert all(each.url.split("/")[4] == key for each in again.exchanges[1:])
    assert key in again.happened
    numbers = [each.number for each in again.exchanges]
    assert numbers == sorted(numbers)
    assert numbers[0] > finding.exchanges[-1].number


def test_what_a_provider_made_is_looked_at_again(served: Callable[..., Found]) -> None:
    """It cannot be made anew by requests, but most of what is wrong with it still is."""
    server = served(counts_reads)
    create = server.observer.bindings["createJob"]
    made = server.client.send
    server.client.watch = lambda _exchange, _race: None
    key = made(server.inputs.create(create, "alice")).answer["id"]
    server.client.watch = lambda exchange, race: server.observer.observe(exchange, race=race)
    track = server.observer.provided("alice", "Job", "queued", key)
    for _ in range(3):
        server.maker.read(track)
    (finding,) = server.docket.findings

    again = server.confirmed(finding)

    assert again.is_confirmed
    assert asked_for(again) == ["getJob", "getJob"]
    assert server.maker.read(track).is_success


def test_conditions_and_parents_are_those_of_the_replay(served: Callable[..., Found]) -> None:
    """An ETag of then is none of now, and a place that was free then may be taken."""
    server = served(forgets_notes, specification=farm())
    create, update = (server.observer.bindings[name] for name in ("createRender", "updateRender"))
    track, _ = server.maker.made(create, server.inputs.create(create, "alice"))
    body = server.inputs.changing(update, {("note",): "in a hurry"})
    server.client.send(server.maker.call_on(update, track, body=body))
    server.maker.read(track)
    finding = server.docket.findings[0]

    again = server.confirmed(finding)

    tags = [each.headers.get("etag") for each in again.exchanges]
    sent = [each.call.headers["If-Match"] for each in again.exchanges if "If-Match" in each.call.headers]
    assert again.is_confirmed
    assert sent
    assert sent[0] in tags
    assert again.exchanges[0].call.body["name"] != finding.exchanges[0].call.body["name"]


async def forgets_notes(asked: Asked, server: Server) -> Answer:
    """Leave the note of a change out."""
    if asked.method == "PATCH" and isinstance(asked.json, dict):
        asked = asked.holding({name: part for name, part in asked.json.items() if name != "note"})
    return await server.ask(asked)


def test_a_fault_that_shows_once_is_told_as_it_was_seen(served: Callable[..., Found]) -> None:
    """It was seen; that it is gone is no proof that it is mended."""
    server = served(fails_once)
    finding = server.found(fails_once, "")

    again = server.confirmed(finding)

    assert not again.is_confirmed
    assert again == replace(finding, doubt=again.doubt)
    assert again.doubt.startswith("Repeated by itself it did not show")


@pytest.mark.parametrize("seconds", [20.0, -1.0])
def test_without_time_or_requests_findings_stay_as_they_are(
    seconds: float, served: Callable[..., Found]
) -> None:
    """To confirm is worth less than to judge: it gets what is left."""
    server = served(counts_reads)
    findings = [server.found(counts_reads, "")]
    if seconds > 0:
        server.client.budget.requests = server.client.budget.used + 1
    used = server.client.budget.used

    again = [server.confirmed(finding, seconds) for finding in findings]

    assert [replace(each, doubt="") for each in again] == findings
    assert again[0].doubt.startswith("It could not be repeated")
    assert server.client.budget.used <= used + 1


def test_a_server_that_is_gone_leaves_findings_as_they_are(served: Callable[..., Found]) -> None:
    """The run ends there, and what it found before is told."""
    server = served(counts_reads)
    finding = server.found(counts_reads, "")
    server.client.wire = Silent()

    again = server.confirmed(finding)

    assert again == replace(finding, doubt="It could not be repeated: createJob was not answered.")


def test_time_passes_again_where_it_mattered(served: Callable[..., Found]) -> None:
    """A worker that does its work too late does so seven seconds after the job was made."""
    server = served(completes_after_all)
    finding = server.found(completes_after_all, "final-is-final")

    again = server.confirmed(finding)

    assert again.exchanges[-1].before.slow - again.exchanges[0].before.slow >= 7


def test_time_that_mattered_passes_in_real_time_too(served: Callable[..., Found]) -> None:
    """Where the clock cannot be moved there is only waiting."""
    server = served(late_by_a_second, is_real=True)
    finding = server.told("getJob", 1.1, "getJob")

    again = server.confirmed(finding)

    assert again.is_confirmed
    assert again.exchanges[-1].before.slow - again.exchanges[0].before.slow >= 1


async def late_by_a_second(asked: Asked, server: Server) -> Answer:
    """Change the paper a second after a job was first seen."""
    answer, now = await server.ask(asked), await server.now(asked)
    is_one = asked.method == "GET" and job_of(asked) and answer.is_success
    if is_one and now >= server.notes[job_of(asked)].setdefault("seen", now) + 1:
        answer.json["paper"] = "glossy"
    return answer


def test_a_wait_that_takes_longer_than_there_is_time_is_not_begun(served: Callable[..., Found]) -> None:
    """A finding of a day's wait must not hold up the report for a day."""
    server = served(completes_after_all)
    finding = server.found(completes_after_all, "final-is-final")
    server.clock = server.client.clock = Clock(server.wire)

    again = server.confirmed(finding, seconds=3)

    assert not again.is_confirmed
    assert "--max-time or --clock-url would allow it" in again.doubt


def test_nothing_is_left_of_a_replay(served: Callable[..., Found]) -> None:
    """What is unique must be free for the next performance, and for whoever comes after."""
    server = served(shows_to_all)
    finding = next(each for each in server.judged() if each.law == "isolation")
    before = _living(server)

    server.confirmed(finding)

    assert _living(server) == before


def _living(server: Found) -> int:
    call = server.inputs.listing(server.observer.bindings["listJobs"], "alice")
    found: int = server.client.send(call).answer["total"]
    return found


# --replay


@pytest.fixture
def report(tmp_path: Path, served: Callable[..., Found]) -> Callable[[Handler, str], list[RecordedFinding]]:
    """What a report of an earlier run says that was found by a law on a server."""

    def written(handler: Handler, law: str) -> list[RecordedFinding]:
        server = served(handler)
        finding = server.found(handler, law)
        judgement = Judgement(str(PRESS), URL, [server.confirmed(finding)])
        (tmp_path / "report.json").write_bytes(json(judgement, Manner()))
        return list(read(tmp_path / "report.json").findings)

    return written


def judging(**options: Any) -> Judging:
    return Judging(**{"principals": PEOPLE, "clock_url": CLOCK, **options})


@pytest.mark.parametrize(
    ("handler", "law"),
    [
        (completes_after_all, "final-is-final"),
        (counts_reads, "reading-changes-nothing"),
        (shows_to_all, "isolation"),
        (both_cancel, "one-winner"),
        (gives_ids_again, "unique-id"),
        (pages_overlap, "pages-join"),
        (keeps_places, "pages-join"),
        (forgets_all, "missing-answer"),
        (takes_keys_again, "key-reuse-refused"),
    ],
)
def test_a_finding_of_a_report_shows_again_or_does_not(
    handler: Handler, law: str, report: Any, served: Callable[..., Found]
) -> None:
    """Whoever mends something wants to know whether it is mended, within a second."""
    findings = report(handler, law)

    broken = verdict.replay(press(), served(handler).wire, findings, judging())
    mended = verdict.replay(press(), served().wire, findings, judging())

    assert [(each.law, each.is_confirmed) for each in broken.findings] == [(law, True)]
    assert broken.exit_status == 1
    assert mended.findings == []
    assert [(each.law, each.verdict) for each in mended.tallies] == [(law, "kept")]
    assert mended.exit_status == 0


def test_a_list_that_does_not_show_it_is_judged_anew(report: Any, served: Callable[..., Found]) -> None:
    """It may have rested on what came before the requests of the report: so all of it is done."""
    (finding,) = report(keeps_places, "pages-join")
    pages = tuple(each for each in finding.exchanges if each.operation == "listJobs")
    cut = [replace(finding, exchanges=pages)]

    alone = replay(press(), served(keeps_places).wire, cut, judging())
    anew = verdict.replay(press(), served(keeps_places).wire, cut, judging())
    hurried = verdict.replay(press(), served().wire, cut, judging(max_requests=60))

    assert [(each.verdict, each.tried) for each in alone.tallies] == [("not judged", 0)]
    assert alone.tallies[0].reason.startswith("not seen again, which may rest on what was in the list")
    assert alone.exit_status == 2
    assert [each.law for each in anew.findings] == ["pages-join"]
    assert anew.exit_status == 1
    assert [each.verdict for each in hurried.tallies] == ["not judged"]
    assert hurried.exit_status == 2


def test_one_that_was_not_judged_is_no_all_clear(report: Any, served: Callable[..., Found]) -> None:
    """A replay is of what broke: of each of them it has to be known that it does not any more."""
    (kept,) = report(counts_reads, "reading-changes-nothing")
    never = replace(kept, law="final-is-final", exchanges=())

    both = replay(press(), served().wire, [kept, never], judging())
    same = replay(press(), served().wire, [kept, replace(kept, exchanges=())], judging())

    assert [each.verdict for each in both.tallies] == ["kept", "not judged"]
    assert [each.verdict for each in same.tallies] == ["not judged"]
    assert both.exit_status == same.exit_status == 2


def test_what_was_never_confirmed_is_not_kept_because_it_does_not_show(
    report: Any, served: Callable[..., Found]
) -> None:
    """It had not shown in the run that found it either, whose server was broken."""
    findings = [replace(each, is_confirmed=False) for each in report(counts_reads, "reading-changes-nothing")]

    mended = replay(press(), served().wire, findings, judging())
    broken = replay(press(), served(counts_reads).wire, findings, judging())

    (tally,) = mended.tallies
    assert tally.verdict == "not judged"
    assert tally.reason.startswith("repeated by itself it did not show, and it had not in the run that found")
    assert mended.exit_status == 2
    assert [each.verdict for each in broken.tallies] == ["broken"]


@pytest.mark.parametrize("status", [401, 403])
def test_who_is_refused_keeps_no_promise(status: int, report: Any, served: Callable[..., Found]) -> None:
    """A token that has run out says nothing of what was mended."""
    findings = report(counts_reads, "reading-changes-nothing")

    async def refuses(asked: Asked, server: Server) -> Answer:
        answer = await server.ask(asked)
        return answer.become(status, {"title": "No."}) if asked.method == "GET" else answer

    judgement = replay(press(), served(refuses).wire, findings, judging())

    (tally,) = judgement.tallies
    assert (tally.verdict, judgement.exit_status) == ("not judged", 2)
    assert tally.reason == f"alice is refused ({status} to getJob), and was not then"


def test_to_be_refused_is_what_mends_a_missing_lock(report: Any, served: Callable[..., Found]) -> None:
    """Who sees the jobs of others ought to be turned away: that is kept, not unknown."""
    findings = report(shows_to_all, "isolation")

    async def forbids(asked: Asked, server: Server) -> Answer:
        answer = await server.ask(asked)
        return answer.become(403, answer.json | {"status": 403}) if answer.status == 404 else answer

    judgement = replay(press(), served(forbids).wire, findings, judging())

    assert "refused" not in judgement.tallies[0].reason


def test_of_what_is_gone_nothing_is_kept(report: Any, served: Callable[..., Found]) -> None:
    """The job of then is none of now, and a report without its creation cannot make it again."""
    (finding,) = report(counts_reads, "reading-changes-nothing")
    without_creation = replace(finding, exchanges=finding.exchanges[1:])

    judgement = replay(press(), served().wire, [without_creation], judging())

    (tally,) = judgement.tallies
    assert (tally.verdict, judgement.exit_status) == ("not judged", 2)
    assert "is not there any more" in tally.reason


def test_as_much_is_made_as_a_list_needs_for_its_pages(report: Any, served: Callable[..., Found]) -> None:
    """A report that tells of the pages alone is enough to see them again, or to see them mended."""
    (finding,) = report(pages_overlap, "pages-join")
    pages = tuple(each for each in finding.exchanges if each.operation == "listJobs")
    alone = [replace(finding, exchanges=pages)]

    broken = verdict.replay(press(), served(pages_overlap).wire, alone, judging())
    mended = verdict.replay(press(), served().wire, alone, judging())

    assert [each.verdict for each in broken.tallies] == ["broken"]
    assert {each.call.operation.id for each in broken.findings[0].exchanges} == {"createJob", "listJobs"}
    assert [each.verdict for each in mended.tallies] == ["kept"]


def test_the_front_door_replays_too(report: Any, served: Callable[..., Found]) -> None:
    """`understudy verify --replay FILE` comes in by `contracts.verdict`."""
    findings = report(counts_reads, "reading-changes-nothing")

    judgement = verdict.replay(press(), served(counts_reads).wire, findings, judging())

    assert judgement.exit_status == 1


def test_progress_of_a_replay_is_told(report: Any, served: Callable[..., Found]) -> None:
    """Some take their time."""
    findings = report(counts_reads, "reading-changes-nothing")
    told: list[str] = []

    replay(press(), served().wire, findings, judging(), lambda progress: told.append(progress.doing))

    assert told == ["reading-changes-nothing"]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"principals": {"carol": {}}}, "nothing says how to ask as alice (--principal alice=TOKEN)"),
        ({"max_requests": 0}, "0 requests were used up (--max-requests)"),
        ({"max_seconds": -1.0}, "it takes more than"),
    ],
)
def test_what_cannot_be_done_again_is_not_judged(
    options: Any, reason: str, report: Any, served: Callable[..., Found]
) -> None:
    """To say that it is mended would be a lie."""
    findings = report(counts_reads, "reading-changes-nothing")

    judgement = replay(press(), served().wire, findings, judging(**options))

    (tally,) = judgement.tallies
    assert (tally.verdict, judgement.exit_status) == ("not judged", 2)
    assert reason in tally.reason


def test_an_operation_that_there_is_no_more_is_not_judged(report: Any, served: Callable[..., Found]) -> None:
    """Documents change."""
    (finding,) = report(counts_reads, "reading-changes-nothing")
    exchanges = tuple(replace(each, operation="lookAtJob") for each in finding.exchanges)

    judgement = replay(press(), served().wire, [replace(finding, exchanges=exchanges)], judging())

    assert judgement.tallies[0].reason == "the document has no operation 'lookAtJob'"


def test_a_finding_without_requests_is_not_judged(report: Any, served: Callable[..., Found]) -> None:
    """There is nothing to do again."""
    (finding,) = report(counts_reads, "reading-changes-nothing")

    judgement = replay(press(), served().wire, [replace(finding, exchanges=())], judging())

    assert judgement.tallies[0].reason == "the report has no request of it"


def test_what_the_replay_has_not_made_is_not_changed(report: Any, served: Callable[..., Found]) -> None:
    """The id of then may be somebody else's job on the server of now."""
    (finding,) = report(completes_after_all, "final-is-final")
    without_creation = replace(finding, exchanges=finding.exchanges[1:])
    server = served(recorded := Recorded())

    judgement = replay(press(), server.wire, [without_creation], judging())

    assert "nothing in the report says how that was made" in judgement.tallies[0].reason
    assert "POST" not in recorded.methods


class Recorded:
    """Passes on, and keeps which methods were used."""

    def __init__(self) -> None:
        self.methods: list[str] = []

    async def __call__(self, asked: Asked, server: Server) -> Answer:
        self.methods.append(asked.method)
        return await server.ask(asked)


def test_a_server_that_does_not_answer_ends_the_replay(report: Any) -> None:
    """The exit status says that nothing was judged."""
    findings = report(counts_reads, "reading-changes-nothing")

    judgement = replay(press(), Silent(), findings, judging(clock_url=""))

    assert judgement.ended == "Nobody is there."
    assert judgement.exit_status == 2


class Silent:
    """A wire to nowhere."""

    def send(self, _request: Sent) -> Received:
        raise Unreachable("Nobody is there.")

    def race(self, _requests: object) -> list[Received]:
        raise Unreachable("Nobody is there.")

    def close(self) -> None:
        """There is nothing to close."""


def test_a_confirmed_finding_can_be_pasted_line_by_line(served: Callable[..., Found]) -> None:
    """The lines name what they are about: those after the creation name what it made."""
    server = served(counts_reads)
    finding = server.found(counts_reads, "reading-changes-nothing")

    again = server.confirmed(finding)

    lines = [curl(exchange, Hiding(Manner())) for exchange in again.exchanges]
    key = _made(again.exchanges[0])
    assert "-X POST" in lines[0]
    assert all(f"/jobs/{key}" in line for line in lines[1:])


def _made(exchange: Exchange) -> str:
    found: str = orjson.loads(exchange.content)["id"]
    return found
