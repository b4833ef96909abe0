"""A wrong token, and a run that does not get far: said once, and never taken for broken promises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from contracts.applicable import applicable
from contracts.finding import Judgement
from contracts.verdict import Settings, judge
from contracts.wire import Application, Received, Sent, Unreachable
from mockserver.app import build
from mockserver.clock import ManualClock
from speckit.document import load
from speckit.specification import Specification, specify
from understudy.principals import credentials

HERE = "http://localhost"
REFUSED = Received(401, {"content-type": "application/problem+json"}, b'{"type": "about:blank"}')


@pytest.fixture(scope="module")
def specification() -> Specification:
    return specify(load(Path(__file__).parent / "data" / "press.yaml"))


class Guarded:
    """A way into the server; `guard` may answer in its place, or fail, by a request and its number."""

    def __init__(self, specification: Specification, guard: Callable[[Sent, int], Received | None]) -> None:
        self._wire = Application(build(specification, clock=ManualClock()))
        self._guard = guard
        self._sent = 0

    def send(self, request: Sent) -> Received:
        if "_understudy" in request.url:
            return self._wire.send(request)
        self._sent += 1
        return self._guard(request, self._sent) or self._wire.send(request)

    def race(self, requests: Sequence[Sent]) -> list[Received]:
        return list(map(self.send, requests))

    def close(self) -> None:
        self._wire.close()


def judged(
    specification: Specification,
    guard: Callable[[Sent, int], Received | None] = lambda _request, _number: None,
    **options: object,
) -> Judgement:
    """Return what is said of the server behind `guard`."""
    people = {name: credentials(specification, name) for name in ("alice", "bob")}
    usual = {"principals": people, "clock_url": f"{HERE}/_understudy/clock", "phases": ("matrix",)}
    wire = Guarded(specification, guard)
    try:
        return judge(specification, wire, Settings(**{**usual, **options}))  # type: ignore[arg-type]
    finally:
        wire.close()


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_a_wrong_token_is_said_once_and_breaks_no_promise(specification, name):
    """Seven broken promises, none of which is one, hide what is wrong."""
    header = credentials(specification, name)["Authorization"]

    judgement = judged(
        specification,
        lambda sent, _: REFUSED if sent.headers.get("Authorization") == header else None,
    )

    assert judgement.ended.startswith(f"{name}'s token is refused (401): ")
    assert judgement.findings == []
    assert judgement.exit_status == 2
    assert judgement.requests < 200


def test_a_server_that_forgets_who_is_known_breaks_its_promise(specification):
    """Once somebody was let in, a refusal is the server's fault."""
    judgement = judged(specification, lambda _sent, number: REFUSED if number > 40 else None)

    assert judgement.ended == ""
    assert judgement.findings


def test_one_refusal_before_somebody_is_let_in_is_held_against_the_server(specification):
    """What was held back until the token was known to be good is told all the same."""
    judgement = judged(
        specification,
        lambda _sent, number: REFUSED if number == 1 else None,
        stops_at=("no-crash",),  # what did not happen twice need not be looked for again
    )

    assert judgement.ended == ""
    assert [each.exchanges[-1].status for each in judgement.findings] == [401]


def _lost(sent: Sent, number: int) -> Received | None:
    if number > 8:
        raise Unreachable(f"{sent.method} {sent.url}: nobody listens there.")
    return None


def _stopped(_sent: Sent, number: int) -> Received | None:
    if number > 8:
        raise KeyboardInterrupt
    return None


@pytest.mark.parametrize(
    ("guard", "options", "why"),
    [
        (_lost, {}, "nobody listens there"),
        (_stopped, {}, "It was interrupted"),
        (None, {"max_requests": 10}, "10 requests were used up (--max-requests)"),
    ],
    ids=["dead server", "Ctrl-C", "--max-requests"],
)
def test_what_was_never_reached_is_not_judged_and_says_why(specification, guard, options, why):
    """A report of a tenth of the promises that looks like one of all of them is believed."""
    judgement = judged(specification, guard or (lambda _sent, _number: None), **options)

    told = {(each.law, each.subject): each for each in judgement.tallies}
    assert set(applicable(specification)) <= set(told)
    unreached = [each for each in told.values() if each.verdict == "not judged"]
    assert len(unreached) > 50
    assert any(why in each.reason for each in unreached)
    assert len(judgement.tallies) == len(told)


def test_where_a_run_comes_to_its_end_only_operations_that_nobody_asked_are_added(specification):
    """Of one that was asked, nothing else could be seen."""
    judgement = judged(specification)

    asked = {each.subject for each in judgement.tallies if each.tried}
    added = [each for each in judgement.tallies if not each.tried and not each.reason]
    assert asked
    assert not asked & {each.subject for each in added}
    assert {subject for _, subject in applicable(specification)} == {x.subject for x in judgement.tallies}
