"""Resources below others of which there is none at the start: the judge makes what they stand below."""

from __future__ import annotations

from pathlib import Path

from contracts import verdict
from contracts.wire import Application
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
