"""Resources below others of which there is none at the start: the judge makes what they stand below."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from contracts import verdict
from contracts.opening import IN_PROCESS
from contracts.wire import Application, Sent
from mockserver.app import build
from mockserver.clock import ManualClock
from speckit.document import load
from speckit.specification import specify

SHELVES = Path(__file__).parent / "data" / "shelves.yaml"
PEOPLE = {name: {"Authorization": f"Bearer {name}"} for name in ("alice", "bob")}


def test_what_stands_below_others_is_judged_where_there_are_none_yet() -> None:
    """Nor is it a broken promise that nothing can be made below an example's id, or seen below another's."""
    shelves = specify(load(SHELVES))
    server = Application(build(shelves, clock=ManualClock()))

    judgement = verdict.judge(shelves, server, verdict.Settings(principals=PEOPLE))
    server.close()

    assert [(each.law, each.happened) for each in judgement.findings] == []
    kept = {each.law for each in judgement.tallies if each.tried and each.subject.operation == "createBook"}
    assert {"create-keeps-input", "valid-accepted", "missing-parent"} <= kept


def test_what_was_made_for_others_to_stand_below_is_removed_at_the_end_of_the_run() -> None:
    """Not at the end of an attempt: the next one needs it too. Books cannot be removed, and stay."""
    shelves = specify(load(SHELVES))
    server = Application(build(shelves, clock=ManualClock()))
    settings = verdict.Settings(principals=PEOPLE, phases=("matrix",))

    verdict.judge(shelves, server, settings)
    left = server.send(Sent("GET", f"{IN_PROCESS}/shelves", PEOPLE["alice"]))
    cut_short = verdict.judge(shelves, server, replace(settings, max_requests=100))
    more = server.send(Sent("GET", f"{IN_PROCESS}/shelves", PEOPLE["alice"]))
    server.close()

    assert json.loads(left.content) == []
    assert cut_short.requests == 100
    assert json.loads(more.content)
