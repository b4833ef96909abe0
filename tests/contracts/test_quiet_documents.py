"""A document that leaves much unsaid: what it says is judged, and what it leaves open breaks no promise."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from contracts import verdict
from contracts.finding import Judgement
from contracts.settings import Settings as Judging
from contracts.wire import Application
from mockserver.app import build
from mockserver.clock import ManualClock
from speckit.document import Document, load
from speckit.specification import Specification, specify
from tests.contracts.broken.wire import Answer, Asked, Between, Handler, Server, passed_on

CHORES = Path(__file__).parent / "data" / "chores.yaml"
CLOCK = "http://localhost/_understudy/clock"
PEOPLE = {name: {"Authorization": f"Bearer {name}"} for name in ("alice", "bob")}


@cache
def document() -> Document:
    return load(CHORES)


def chores(edit: Callable[[Any], None] = lambda _data: None) -> Specification:
    """The document, with something in it changed."""
    data = copy.deepcopy(dict(document().data))
    edit(data)
    return specify(Document(data, CHORES))


def judged(specification: Specification, handler: Handler = passed_on, **options: Any) -> Judgement:
    wire = Application(Between(build(specification, clock=ManualClock()), handler))
    try:
        settings = Judging(principals=PEOPLE, clock_url=CLOCK, **options)
        return verdict.judge(specification, wire, settings)
    finally:
        wire.close()


def told(judgement: Judgement) -> list[tuple[str, str, str]]:
    return [(each.law, each.subject.operation, each.happened) for each in judgement.findings]


def verdicts(judgement: Judgement, operation: str) -> dict[str, str]:
    return {each.law: each.verdict for each in judgement.tallies if each.subject.operation == operation}


# What a creation has made


async def forgets_chores(asked: Asked, server: Server) -> Answer:
    """Tell that a chore is removed, and keep it."""
    if asked.method == "DELETE" and asked.path.startswith("/chores/"):
        answer = await server.ask(asked.at(asked.path, "GET"))
        return Answer(204, []) if answer.is_success else answer
    return await server.ask(asked)


def without_location(data: Any) -> None:
    del data["x-resource-lifecycles"]["Chore"]["operations"]["createChore"]["success"]["headers"]


def test_the_id_is_known_by_the_field_that_holds_it() -> None:
    """Many answers tell the id and nothing else: `{id: $resource#/id}` is `{id: $id}`."""
    specification = chores(without_location)

    judgement = judged(specification, phases=("matrix",))
    found = judged(specification, forgets_chores, phases=("matrix",)).findings

    assert verdicts(judgement, "deleteChore")["trigger-works"] == "kept"
    assert verdicts(judgement, "getChore")["missing-answer"] == "kept"
    assert told(judgement) == []
    assert {each.subject.operation for each in found if each.is_confirmed} >= {"deleteChore", "getChore"}
