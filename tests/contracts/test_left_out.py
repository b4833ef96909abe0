"""What somebody does not want to be judged is neither asked nor found, and the report says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contracts import verdict
from contracts.client import Budget
from contracts.finding import LEFT_OUT, Judgement
from contracts.settings import Settings as Judging
from contracts.wire import Application
from mockserver.app import Settings, build
from mockserver.clock import ManualClock
from speckit.document import load
from speckit.specification import Specification, specify
from tests.contracts.broken.wire import Answer, Asked, Between, Server

PRESS = Path(__file__).parent / "data" / "press.yaml"
PEOPLE = {name: {"Authorization": f"Bearer {name}"} for name in ("alice", "bob")}


class Miscounts:
    """Tells of one more than there are, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: set[tuple[str, bool]] = set()

    async def __call__(self, asked: Asked, server: Server) -> Answer:
        is_one = len(asked.path.split("/")) > 2
        self.asked.add((asked.method, is_one))
        answer = await server.ask(asked)
        if asked.method == "GET" and not is_one and answer.is_success and "total" in answer.json:
            answer.json["total"] += 1
        return answer


@pytest.fixture
def specification() -> Specification:
    return specify(load(PRESS))


def judged(specification: Specification, handler: Any, **options: Any) -> Judgement:
    wire = Application(Between(build(specification, clock=ManualClock(), settings=Settings()), handler))
    try:
        settings = Judging(
            principals=PEOPLE,
            clock_url="http://localhost/_understudy/clock",
            phases=("matrix",),
            **options,
        )
        return verdict.judge(specification, wire, settings)
    finally:
        wire.close()


def test_a_law_that_is_left_out_breaks_nothing(specification: Specification) -> None:
    broken = judged(specification, Miscounts())
    left = judged(specification, Miscounts(), excluded_laws=frozenset({"total-true"}))

    assert "total-true" in {each.law for each in broken.findings}
    assert "total-true" not in {each.law for each in left.findings}
    (told,) = [each for each in left.tallies if each.law == "total-true"]
    assert (told.verdict, told.reason, told.is_gap) == ("not judged", LEFT_OUT, False)


def test_an_operation_that_is_left_out_is_not_asked(specification: Specification) -> None:
    """It may cost something, or do what nobody can undo."""
    handler = Miscounts()

    judgement = judged(specification, handler, excluded_operations=frozenset({"deleteJob"}))

    assert ("DELETE", True) not in handler.asked
    assert ("PATCH", True) in handler.asked
    of_it = [each for each in judgement.tallies if each.subject.operation == "deleteJob"]
    assert of_it
    assert {each.reason for each in of_it} == {LEFT_OUT}


def test_no_more_is_asked_in_a_second_than_is_said() -> None:
    budget = Budget(rate=100.0)

    for _ in range(6):
        budget.spend()

    assert budget.elapsed >= 0.05
