"""A walk finds what only depth and odd values show, and nothing where nothing is wrong."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp

from contracts.client import Budget, Client, Clock
from contracts.docket import Docket
from contracts.exchange import Exchange
from contracts.finding import Finding
from contracts.inputs import Inputs
from contracts.making import Maker
from contracts.observer import Observer
from contracts.walk import Walk
from contracts.walk.bodies import is_sendable
from contracts.walk.values import Values
from contracts.wire import Application
from mockserver.app import Settings, build
from mockserver.clock import ManualClock, RealClock
from speckit.document import load
from speckit.drawing import drawn
from speckit.schema import Schemas
from speckit.specification import Specification, specify
from tests.contracts.broken.wire import Answer, Asked, Between, Handler, Server, passed_on
from understudy.principals import credentials

ROOT = Path(__file__).parents[2]
PRESS = "tests/contracts/data/press.yaml"
DOCUMENTS = {
    **{tag: ("openapi.yaml", tag) for tag in ("rendley", "kragle", "alteryx", "openreplay", "taipy")},
    "everything": ("tests/mockserver/data/everything.yaml", ""),
    "render farm": ("examples/render_farm/openapi.yaml", ""),
    "press": (PRESS, ""),
}


@cache
def specified(source: str, tag: str = "") -> Specification:
    return specify(load(ROOT / source), only=[tag] if tag else [])


class Walked:
    """A walk that was taken: what was sent, and what was found."""

    def __init__(
        self,
        specification: Specification,
        *,
        depth: int,
        seed: int = 0,
        handler: Handler = passed_on,
        is_real: bool = False,
        budget: Budget | None = None,
        people: Sequence[str] = ("alice", "bob"),
        first: Sequence[tuple[str, str]] = (),
    ) -> None:
        clock = RealClock(1.0) if is_real else ManualClock()
        settings = Settings(seed=seed, checks_responses=True)
        app: ASGIApp = Between(build(specification, clock=clock, settings=settings), handler)
        self.budget = budget or Budget(120, 10_000)
        self.sent: list[tuple[str, str, str, bytes]] = []
        self.told: list[str] = []
        wire = Application(app)
        try:
            names = {name: credentials(specification, name) for name in people}
            timer = Clock(wire, "" if is_real else "http://localhost/_understudy/clock")
            client = Client(wire, "http://localhost", names, self.budget, timer)
            self.docket = Docket(specification)
            self.observer = Observer(specification, self.docket)
            client.watch = self._watch
            inputs = Inputs(specification, self.observer.ledger, {}, seed)
            maker = Maker(self.observer, client, inputs)
            walk = Walk(self.observer, client, inputs, maker, list(people), {}, self.told.append)
            walk.run(depth, seed)
            self.observer.bench.finish()
        finally:
            wire.close()

    def _watch(self, exchange: Exchange, race: str) -> None:
        call = exchange.call
        self.sent.append((call.principal, call.operation.method, call.target, call.content))
        self.observer.observe(exchange, race=race)

    @property
    def findings(self) -> list[Finding]:
        return self.docket.findings

    @property
    def laws(self) -> set[str]:
        return {finding.law for finding in self.findings}

    def happened(self) -> list[str]:
        return [f"{each.law}: {each.happened}" for each in self.findings]


# Where nothing is wrong


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_correct_server_is_found_correct(name: str, seed: int) -> None:
    """Who is told of faults that are none reads no further."""
    walked = Walked(specified(*DOCUMENTS[name]), depth=200, seed=seed)

    assert walked.happened() == []
    assert len(walked.sent) > 100


@pytest.mark.parametrize("name", ["rendley", "openreplay", "press"])
def test_a_correct_server_is_found_correct_in_real_time(name: str) -> None:
    """Most implementations have no clock that can be moved."""
    walked = Walked(specified(*DOCUMENTS[name]), depth=60, seed=1, is_real=True, budget=Budget(10, 2000))

    assert walked.happened() == []


def test_a_document_with_nothing_to_do_is_walked_without_a_step() -> None:
    """A document need not have a lifecycle."""
    document = load(ROOT / PRESS)
    plain = {name: part for name, part in document.data.items() if not name.startswith("x-")}

    walked = Walked(specify(replace(document, data=plain)), depth=20)

    assert walked.sent == []


def test_one_principal_is_enough() -> None:
    """Many have just one key."""
    walked = Walked(specified(PRESS), depth=100, people=["alice"])

    assert walked.happened() == []
    assert {principal for principal, *_ in walked.sent} == {"alice"}


# The same again


def test_the_same_seed_sends_the_same_requests() -> None:
    """A finding is worth more if the run can be repeated."""
    one, two, other = (Walked(specified(PRESS), depth=120, seed=seed).sent for seed in (3, 3, 4))

    assert one == two
    assert one != other


def test_nothing_is_left_in_the_working_folder(tmp_path: Path) -> None:
    """Hypothesis would keep examples there, and the next run would depend on them."""
    script = ["from hypothesis.strategies import text", "from speckit.drawing import drawn"]

    subprocess.run(
        [sys.executable, "-c", "; ".join([*script, "drawn(text(), 5, 1)"])], cwd=tmp_path, check=True
    )

    assert list(tmp_path.iterdir()) == []


# Manners


def test_only_what_the_judge_has_made_is_changed() -> None:
    """Somebody else's jobs are on the same server."""
    specification = specified("openapi.yaml", "openreplay")
    walked = Walked(specification, depth=200, seed=2)

    made = {track.id for track in walked.observer.ledger.every() if track.call is not None}
    cancelled = {
        int(target.split("/jobs/")[1])
        for _, method, target, _ in walked.sent
        if "/jobs/" in target and method == "DELETE"
    }

    assert cancelled
    assert cancelled <= made


def test_what_was_made_is_removed_in_the_end() -> None:
    """A walk leaves the place as it was, as far as the API allows."""
    walked = Walked(specified(PRESS), depth=100)

    tracks = [track for track in walked.observer.ledger.every() if track.is_own]

    assert len(tracks) > 5
    assert all(track.is_gone for track in tracks)


def test_every_kind_of_step_is_taken() -> None:
    """What a table of weights leaves out is never tried."""
    walked = Walked(specified(PRESS), depth=300)

    kinds = {said.split(": ")[1].split(" ")[0] for said in walked.told if said.startswith("step")}

    assert {"create", "read", "change", "list", "again", "foreign", "race", "wait", "look"} <= kinds


@pytest.mark.parametrize("budget", [Budget(60, 40), Budget(0, 1000)])
def test_a_used_up_budget_ends_the_walk(budget: Budget) -> None:
    """Somebody pays for every request."""
    walked = Walked(specified(PRESS), depth=500, budget=budget)

    assert budget.used <= budget.requests
    assert len(walked.sent) == budget.used


# What is found


async def forgets_long_notes(asked: Asked, server: Server) -> Answer:
    """Keep the first fifty characters: the column is no longer."""
    if isinstance(asked.json, dict) and isinstance(asked.json.get("note"), str):
        asked = asked.holding({**asked.json, "note": asked.json["note"][:50]})
    return await server.ask(asked)


async def takes_empty_for_nothing(asked: Asked, server: Server) -> Answer:
    """Take an empty note for none."""
    if isinstance(asked.json, dict) and asked.json.get("note") == "":
        asked = asked.holding({**asked.json, "note": None})
    return await server.ask(asked)


async def loses_the_seventh(asked: Asked, server: Server) -> Answer:
    """Show no more than six jobs in a list, and say so."""
    answer = await server.ask(asked)
    if asked.method == "GET" and isinstance(answer.json, dict) and "jobs" in answer.json:
        answer.json["total"] = min(answer.json["total"], 6)
        answer.json["jobs"] = answer.json["jobs"][:6]
    return answer


async def revives_after_the_third_change(asked: Asked, server: Server) -> Answer:
    """Have a job that was changed three times forget that it was cancelled."""
    answer = await server.ask(asked)
    job = asked.path.split("/")[2] if asked.path.count("/") > 1 else ""
    if asked.method == "PATCH" and answer.is_success:
        server.notes[job]["changes"] = server.notes[job].get("changes", 0) + 1
    if asked.method == "GET" and server.notes[job].get("changes", 0) >= 3 and answer.is_success:
        answer.json["status"] = answer.json["status"].replace("cancelled", "queued")
    return answer


@pytest.mark.parametrize(
    ("handler", "laws"),
    [
        (forgets_long_notes, {"create-keeps-input", "update-keeps-input", "update-touches-no-more"}),
        (takes_empty_for_nothing, {"create-keeps-input", "update-keeps-input"}),
        (loses_the_seventh, {"listed", "filter-exact", "pages-join", "total-true"}),
        (revives_after_the_third_change, {"final-is-final", "trigger-moves", "possible-move"}),
    ],
)
def test_a_fault_that_takes_depth_or_odd_values_is_found(handler: Handler, laws: set[str]) -> None:
    """That is what the walk is for: every one of these keeps quiet for a plain example."""
    found: set[str] = set()
    for seed in range(3):
        found |= Walked(specified(PRESS), depth=300, seed=seed, handler=handler).laws

    assert found & laws


# Values


SCHEMAS: dict[str, dict[str, Any]] = {
    "text": {"type": "string", "minLength": 2, "maxLength": 9},
    "long text": {"type": "string"},
    "pattern": {"type": "string", "pattern": "^[a-c]{2}-[0-9]+$", "maxLength": 12},
    "time": {"type": "string", "format": "date-time"},
    "day": {"type": "string", "format": "date"},
    "uuid": {"type": "string", "format": "uuid"},
    "email": {"type": "string", "format": "email"},
    "address": {"type": "string", "format": "ipv6"},
    "number": {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
    "whole": {"type": "integer", "exclusiveMinimum": 3, "maximum": 6},
    "multiple": {"type": "integer", "minimum": 1, "multipleOf": 15},
    "choice": {"enum": ["a", 2, None]},
    "constant": {"const": {"a": 1}},
    "nullable": {"type": ["boolean", "null"]},
    "list": {"type": "array", "items": {"type": "integer"}, "minItems": 1, "uniqueItems": True},
    "one of": {"oneOf": [{"type": "string", "maxLength": 3}, {"type": "integer", "minimum": 0}]},
    "all of": {
        "allOf": [
            {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
            {"properties": {"b": {"type": "integer"}}},
        ]
    },
    "recursive": {"$ref": "#/components/schemas/Tree"},
}
TREE = {
    "openapi": "3.1.0",
    "components": {
        "schemas": {
            "Tree": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string"},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
                },
            }
        }
    },
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_values_fit_their_schema_and_are_many(name: str) -> None:
    """A value that does not fit would judge the server's validation, not its promises."""
    schema = SCHEMAS[name]
    check = Schemas(TREE).validator(schema)

    values = drawn(Values(TREE).fitting(schema), 60, 1)

    assert [value for value in values if not check.is_valid(value)] == []
    assert len({repr(value) for value in values}) >= min(3, _size(schema))


def _size(schema: dict[str, Any]) -> int:
    return len(schema.get("enum", "abc")) if "const" not in schema else 1


def test_texts_are_of_any_script_empty_and_long() -> None:
    """Where the schema allows all that, so must the server."""
    texts = drawn(Values({}).fitting({"type": "string", "maxLength": 80}), 100, 1)

    assert "" in texts
    assert any(len(text) == 80 for text in texts)
    assert any(not text.isascii() for text in texts)
    assert all(text.isprintable() and text == text.strip() for text in texts)


def test_a_bound_of_old_may_be_a_flag() -> None:
    """Before OpenAPI 3.1, `exclusiveMinimum` was true or false."""
    schema = {"type": "integer", "minimum": 3, "exclusiveMinimum": True, "maximum": 5}

    assert set(drawn(Values({"openapi": "3.0.3"}).fitting(schema), 40, 1)) == {4, 5}


@pytest.mark.parametrize(
    ("body", "is_fit"),
    [({"a": "x", "b": 2}, True), ({"a": ""}, False), ({"a": None}, False), ({"a": []}, False)],
)
def test_a_form_holds_only_what_every_server_reads_alike(body: dict[str, Any], *, is_fit: bool) -> None:
    """A form has no null, and nothing in it is a list of lists."""
    assert is_sendable(body, "application/x-www-form-urlencoded") is is_fit
    assert is_sendable(body, "application/json")
