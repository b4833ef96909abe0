"""Recorded traffic in which requests overlap: nobody knows in which order the server took them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from contracts import verdict
from contracts.client import Budget, Client, Clock
from contracts.docket import Docket
from contracts.exchange import Exchange, Moment
from contracts.inputs import Inputs
from contracts.observed import Ledger
from contracts.observer import Observer
from contracts.wire import Application
from mockserver.app import Settings, build
from mockserver.clock import ManualClock
from speckit.document import load
from speckit.specification import Specification, specify

URL = "http://localhost"


@pytest.fixture(scope="module")
def specification() -> Specification:
    return specify(load(Path(__file__).parent / "data" / "press.yaml"))


@pytest.fixture
def recorded(specification: Specification) -> list[Exchange]:
    """A job is made, cancelled, and looked at; the look shows what was before."""
    wire = Application(build(specification, clock=ManualClock(), settings=Settings()))
    client = Client(wire, URL, {"alice": {"Authorization": "Bearer alice"}}, Budget(60, 100), Clock(wire, ""))
    seen: list[Exchange] = []
    client.watch = lambda exchange, _race: seen.append(exchange)
    bindings = Observer(specification, Docket(specification)).bindings
    inputs = Inputs(specification, Ledger(), {}, 0)
    made = client.send(inputs.create(bindings["createJob"], "alice"))
    on_it = {"path": {"id": made.answer["id"]}, "principal": "alice", "is_sure": True}
    for name in ("getJob", "cancelJob"):
        client.send(
            replace(
                inputs.listing(bindings["listJobs"], "alice"), operation=bindings[name].operation, **on_it
            )
        )
    wire.close()
    creation, look, cancel = seen
    return [at(creation, 1, 0.0, 1.0), at(cancel, 2, 2.0, 5.0), at(look, 3, 6.0, 7.0)]


def at(exchange: Exchange, number: int, before: float, after: float) -> Exchange:
    return replace(exchange, number=number, before=Moment(before, before), after=Moment(after, after))


def found(specification: Specification, exchanges: list[Exchange]) -> list[str]:
    judgement = verdict.judge_recorded(specification, exchanges, verdict.Settings())
    return [each.law for each in judgement.findings]


def test_what_comes_afterwards_shows_that_nothing_was_done(recorded, specification):
    """One after the other, there is no excuse."""
    assert found(specification, recorded) == ["final-is-final"]


def test_what_overlaps_a_change_may_show_what_was_before(recorded, specification):
    """A browser asks for several things at once."""
    creation, cancel, look = recorded

    assert found(specification, [creation, cancel, at(look, 3, 3.0, 4.0)]) == []


def test_what_overlapped_is_still_held_to_what_each_answer_must_be(recorded, specification):
    """That needs no order."""
    creation, cancel, look = recorded
    odd = replace(at(look, 3, 3.0, 4.0), content=b"{}")

    assert found(specification, [creation, cancel, odd]) != found(specification, [creation, cancel, look])
    assert "documented-body" in found(
        specification, [creation, cancel, replace(odd, status=200, content=b"{}")]
    )


def test_reads_that_overlap_are_judged_as_ever(recorded, specification):
    """They change nothing, so their order does not matter."""
    creation, cancel, look = recorded
    several = [creation, cancel, at(look, 3, 6.0, 8.0), at(look, 4, 7.0, 9.0)]

    assert found(specification, several) == ["final-is-final"]


def test_exchanges_that_overlap_one_after_another_are_together():
    """The third overlaps the second alone, and may have come before the first was done with."""

    class Plain:
        def __init__(self, before: float, after: float) -> None:
            self.before, self.after = Moment(before, before), Moment(after, after)

    several = [Plain(0, 2), Plain(1, 4), Plain(3, 5), Plain(5, 6)]

    assert [len(group) for group in verdict.overlapping(several)] == [3, 1]
