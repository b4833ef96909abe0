"""A resource that is tried again where it is; and servers that remember, hold off, and are left clean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest

from contracts import verdict
from contracts.client import Budget, OutOfBudget
from contracts.exchanges.probes import probes
from contracts.finding import Judgement
from contracts.pacing import MOST_WAITS, Pace, is_held_off, wait_of
from contracts.report.json import json as as_json
from contracts.report.manner import Manner
from contracts.report.reading import read
from contracts.wire import Application, Received, Sent
from mockserver.app import build
from mockserver.clock import ManualClock
from speckit.document import load
from speckit.specification import Specification, specify

WORKSHOP = Path(__file__).parent / "data" / "workshop.yaml"
PEOPLE = {name: {"Authorization": f"Bearer {name}"} for name in ("alice", "bob")}
CLOCK = "http://localhost/_understudy/clock"


@cache
def workshop() -> Specification:
    return specify(load(WORKSHOP))


@dataclass
class Between:
    """A server that keeps every promise, and what is changed on the way to it."""

    wire: Application = field(default_factory=lambda: Application(build(workshop(), clock=ManualClock())))
    asked: int = 0

    def send(self, request: Sent) -> Received:
        self.asked += 1
        return self.changed(request, self.wire.send(request))

    def race(self, requests: list[Sent]) -> list[Received]:
        answers = self.wire.race(requests)
        return [self.changed(*pair) for pair in zip(requests, answers, strict=True)]

    def close(self) -> None:
        self.wire.close()

    def changed(self, _request: Sent, answer: Received) -> Received:
        return answer


def tasks(answer: Received) -> list[dict[str, Any]]:
    """The tasks that an answer shows."""
    told = orjson.loads(answer.content) if answer.content[:1] in b"[{" and answer.content else {}
    return [each for each in (told if isinstance(told, list) else [told]) if "attempt" in each]


class Told(Between):
    """Shows tasks in another way than they are."""

    def changed(self, request: Sent, answer: Received) -> Received:
        if "/_understudy/" in request.url or not (shown := tasks(answer)):
            return answer
        for task in shown:
            self.spoil(task)
        is_list = answer.content.startswith(b"[")
        return replace(answer, content=orjson.dumps(shown if is_list else shown[0]))

    def spoil(self, task: dict[str, Any]) -> None:
        """Change one in place."""


class Uncounted(Told):
    def spoil(self, task: dict[str, Any]) -> None:
        task["attempt"] = 1


class Kept(Told):
    def spoil(self, task: dict[str, Any]) -> None:
        if task["attempt"] > 1 and task["ended_at"] is None:
            task["ended_at"] = "2026-01-01T00:00:00Z"


@pytest.fixture
def closing() -> Iterator[list[Between]]:
    opened: list[Between] = []
    yield opened
    for each in opened:
        each.close()


def judged(server: Between, phases: tuple[str, ...] = ("matrix",), **changes: Any) -> Judgement:
    settings = verdict.Settings(principals=PEOPLE, clock_url=CLOCK, phases=phases)
    return verdict.judge(workshop(), server, replace(settings, **changes))


def told(judgement: Judgement) -> list[tuple[str, str]]:
    return [(each.law, each.happened) for each in judgement.findings]


def left(server: Between) -> list[Any]:
    answer = server.wire.send(Sent("GET", "http://localhost/tasks", PEOPLE["alice"]))
    found: list[Any] = orjson.loads(answer.content)
    return found


def test_a_counter_that_counts_itself_is_reckoned_once_and_nothing_is_left(closing: list[Between]) -> None:
    closing.append(server := Between())

    # Twice with the same seed: it remembers the idempotency keys of the first run.
    first, second = judged(server, ()), judged(server, ())

    assert (told(first), told(second)) == ([], [])
    assert (first.ended, second.ended) == ("", "")
    assert first.options["nonce"] != second.options["nonce"]
    assert left(server) == []


@pytest.mark.parametrize(("make", "field"), [(Uncounted, "/attempt"), (Kept, "/ended_at")])
def test_what_a_move_writes_is_held_to_what_was_there_before(
    make: type[Between], field: str, closing: list[Between]
) -> None:
    closing.append(server := make())

    judgement = judged(server)

    assert judgement.findings[0].law == "state-sets-fields"
    assert judgement.findings[0].happened.startswith(field)


class Gate(Between):
    """Takes every third request, and a race on a second try."""

    def send(self, request: Sent) -> Received:
        self.asked += 1
        if "/_understudy/" not in request.url and self.asked % 3:
            return Received(429, {"retry-after": "0"}, b"")
        return self.wire.send(request)


class Shut(Gate):
    def race(self, requests: list[Sent]) -> list[Received]:
        return [Received(429, {"retry-after": "0"}, b"") for _ in requests]


@pytest.mark.parametrize(("make", "is_raced"), [(Gate, True), (Shut, False)])
def test_a_server_that_holds_off_is_asked_again(
    make: type[Between], is_raced: bool, closing: list[Between], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    closing.append(server := make())

    judgement = judged(server)

    raced = [each for each in judgement.tallies if each.law == "one-winner"]
    assert told(judgement) == []
    assert raced
    assert all(bool(each.tried) is is_raced for each in raced)


@pytest.mark.parametrize(
    ("status", "headers", "is_it", "seconds"),
    [
        (429, {}, True, 1.0),
        (429, {"retry-after": "7"}, True, 7.0),
        (503, {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, True, 0.05),
        (503, {}, False, 1.0),
        (429, {"retry-after": "soon"}, True, 1.0),
        (429, {"retry-after": "Wed, 21 Oct 2015 07:28:00 +99999999999999999999"}, True, 1.0),
        (409, {"retry-after": "7"}, False, 7.0),
    ],
)
def test_it_waits_as_long_as_it_is_told(
    status: int, headers: dict[str, str], is_it: bool, seconds: float
) -> None:
    answer = Received(status, headers, b"")

    assert is_held_off(answer) is is_it
    assert not is_held_off(answer, {status})
    assert wait_of(answer) == seconds
    assert MOST_WAITS > 1


@pytest.mark.parametrize("rate", [0.01, 1e-320])
def test_a_turn_that_comes_too_late_is_not_waited_for(rate: float) -> None:
    """Whoever says how long a run may take and how often it may ask means both."""
    budget = Budget(seconds=5, rate=rate)

    budget.spend()

    assert budget.spent == "5 seconds were used up (--max-time)"
    with pytest.raises(OutOfBudget, match="5 seconds"):
        budget.spend()
    assert budget.elapsed < 5


class Stranger(Between):
    """Lets nobody in but alice."""

    def changed(self, request: Sent, answer: Received) -> Received:
        is_bob = request.headers.get("Authorization") == "Bearer bob"
        return Received(401, {}, b"") if is_bob else answer


def test_a_wrong_token_of_anybody_is_told_before_anything_is_tried(closing: list[Between]) -> None:
    closing.append(server := Stranger())

    judgement = judged(server)

    assert judgement.ended.startswith("bob's token is refused (401)")
    assert judgement.requests < 5
    assert judgement.exit_status == 2


class RefusedFirst(Between):
    """Looks at the state before it looks at the condition (RFC 9110, 13.2.1)."""

    def send(self, request: Sent) -> Received:
        answer = self.wire.send(request)
        if answer.status != 412:
            return answer
        path = re.sub(r"/(cancel|retry)$", "", request.url)
        state = orjson.loads(self.wire.send(Sent("GET", path, request.headers)).content)["state"]
        works = {"cancel": "waiting", "retry": "cancelled"}
        wanted = works.get(request.url.rpartition("/")[2], "")
        return answer if not wanted or wanted == state else Received(409, {}, b"")


def test_what_is_refused_anyway_need_not_look_at_a_condition(closing: list[Between]) -> None:
    closing.append(server := RefusedFirst())

    assert told(judged(server)) == []


def test_a_word_of_an_enum_in_another_case_is_none_of_it() -> None:
    operation = workshop().operations["listTasks"]
    create = workshop().operations["createTask"]

    found = [*probes(operation, {}, {}, lambda _body: True)]
    found += probes(create, {}, {"kind": "saw"}, lambda body: body["kind"] == "saw")

    refused = [each for each in found if each.must_be_refused]
    assert any(each.target == "/tasks?kind=SAW" for each in refused)
    assert any(each.content == b'{"kind":"SAW"}' for each in refused)


@pytest.fixture
def throttling(tmp_path: Path) -> Specification:
    """The workshop, where a task that cannot be removed yet is answered 429."""
    text = WORKSHOP.read_text("utf-8")
    refused = "otherwise: [{effect: refused, status: 409}]"
    line = f"deleteTask: {{role: trigger, success: {{status: 204}}, {refused}}}"
    assert line in text
    (tmp_path / "workshop.yaml").write_text(text.replace(line, line.replace("409", "429, documented: false")))
    return specify(load(tmp_path / "workshop.yaml"))


class Counting(Told):
    """Takes a refused removal for another attempt."""

    def __init__(self, specification: Specification) -> None:
        super().__init__(Application(build(specification, clock=ManualClock())))
        self.refused = 0

    def changed(self, request: Sent, answer: Received) -> Received:
        self.refused += request.method == "DELETE" and answer.status == 429
        return super().changed(request, answer)

    def spoil(self, task: dict[str, Any]) -> None:
        task["attempt"] += self.refused


def test_what_the_document_answers_429_is_waited_for_in_no_replay(
    throttling: Specification, closing: list[Between], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is an answer like any other: a run knows that, and so does who does its findings again."""
    waited: list[bool] = []
    wait = Pace.has_waited
    monkeypatch.setattr(Pace, "has_waited", lambda *given: waited.append(wait(*given)) or waited[-1])
    closing += [found := Counting(throttling), again := Counting(throttling)]
    settings = verdict.Settings(principals=PEOPLE, clock_url=CLOCK, phases=("matrix",))

    judgement = verdict.judge(throttling, found, settings)
    (tmp_path / "report.json").write_bytes(as_json(judgement, Manner()))
    findings = read(tmp_path / "report.json").findings
    replayed = verdict.replay(throttling, again, findings, settings)

    assert "refusal-changes-nothing" in {each.law for each in replayed.findings}
    assert not any(waited)
