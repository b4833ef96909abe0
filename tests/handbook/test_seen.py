"""Examples of resources that live: pages show what the server would answer, as far as that can be told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from handbook import operation
from handbook.page import MARKDOWN
from mockserver.app import build
from mockserver.clock import ManualClock
from speckit import timing
from speckit.document import Document
from speckit.specification import specify

TIME = {"type": "string", "format": "date-time"}
NULLABLE = {**TIME, "type": ["string", "null"]}
JOB = {
    "type": "object",
    "required": ["id", "state", "name"],
    "properties": {
        "id": {"type": "string", "readOnly": True},
        "state": {"readOnly": True, "enum": ["queued", "running", "done", "cancelled"]},
        "name": {"type": "string", "minLength": 1},
        "progress": {"type": "integer", "minimum": 0},
        "url": {"type": ["string", "null"]},
        "createdAt": TIME,
        "endedAt": NULLABLE,
        "secret": {"type": "string"},
        "note": {"type": ["string", "null"]},
    },
}
FAULT = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {
        "code": {"enum": ["bad_request", "not_found"], "type": "string"},
        "message": {"type": "string"},
    },
}
LIFE = {
    "identity": {"param": "id", "field": "/id", "generate": "job_{$random.hex8}"},
    "initially": {
        "id": "$id",
        "state": "$state",
        "name": "$request.body#/name",
        "progress": 0,
        "url": None,
        "createdAt": "$now",
        "endedAt": None,
        "secret": "s",
        "note": {"$first": ["$request.body#/note", None]},
    },
    "hidden": ["/secret"],
    "timestamps": {"created": "/createdAt", "entered": {"done": "/endedAt", "cancelled": "/endedAt"}},
    "state": {
        "field": "/state",
        "initial": "queued",
        "states": {
            "queued": {"category": "pending"},
            "running": {"category": "active", "set": {"/progress": 50}},
            "done": {
                "category": "final",
                "outcome": "success",
                "set": {"/progress": 100, "/url": "/jobs/{$id}/file"},
            },
            "cancelled": {"category": "final", "outcome": "cancelled"},
        },
    },
    "transitions": [
        {"name": "start", "from": "queued", "to": "running", "after": {"duration": "PT1S"}},
        {"name": "finish", "from": "running", "to": "done", "after": {"duration": "PT1S"}},
        {"name": "cancel", "from": ["running"], "to": "cancelled", "trigger": "cancel"},
    ],
    "operations": {
        "make": {"role": "create"},
        "look": {"role": "get"},
        "all": {"role": "list", "success": {"body": {"jobs": "$list#/items", "total": "$list#/total"}}},
        "cancel": {"role": "trigger"},
        "result": {"role": "get", "available": {"in": ["done"]}, "view": "short"},
    },
    "views": {"short": {"only": ["/id", "/state", "/name", "/url", "/progress"]}},
}


def answer(status: str, schema: dict, **others: dict) -> dict:
    found = {status: schema, **others}
    return {
        code: {"description": "", "content": {"application/json": {"schema": each}}}
        for code, each in found.items()
    }


def document(life: dict = LIFE, schema: dict = JOB) -> Document:
    ref = {"$ref": "#/components/schemas/Job"}
    one = [
        {
            "name": "id",
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": "^job_[0-9a-f]{8}$"},
        }
    ]
    many = {
        "type": "object",
        "properties": {"jobs": {"type": "array", "items": ref}, "total": {"type": "integer"}},
    }
    body = {"content": {"application/json": {"schema": ref, "example": {"name": "Nightly"}}}}
    paths = {
        "/jobs": {
            "post": {"operationId": "make", "requestBody": body, "responses": answer("202", ref)},
            "get": {"operationId": "all", "responses": answer("200", many)},
        },
        "/jobs/{id}": {
            "parameters": one,
            "get": {"operationId": "look", "responses": answer("200", ref, **{"404": FAULT})},
        },
        "/jobs/{id}/cancel": {
            "parameters": one,
            "post": {"operationId": "cancel", "responses": answer("200", ref, **{"4XX": FAULT})},
        },
        "/jobs/{id}/result": {
            "parameters": one,
            "get": {"operationId": "result", "responses": answer("200", ref, **{"4XX": FAULT})},
        },
    }
    return Document(
        {
            "openapi": "3.1.0",
            "info": {"title": "Jobs", "version": "1"},
            "paths": paths,
            "components": {"schemas": {"Job": schema}},
            "x-resource-lifecycles": {"Job": life},
        },
        Path("openapi.yaml"),
    )


def shown(name: str, **more: dict) -> list[tuple[str, object]]:
    """The examples of answers on the page of an operation: what they are of, and their values."""
    specification = specify(document(**more))
    text = operation.markdown(specification, specification.operations[name], form=MARKDOWN, samples={})
    answers = text.split("## Responses")[1]
    return [
        (title, json.loads(value))
        for title, value in re.findall(r"\*\*Example\*\*, ([^\n]*)\n\n```json\n(.*?)```", answers, re.S)
    ]


NEW = {
    "id": "job_00000000",
    "state": "queued",
    "name": "Nightly",
    "progress": 0,
    "url": None,
    "createdAt": "2026-01-01T00:00:00Z",
    "endedAt": None,
    "note": None,
}


@pytest.mark.parametrize(
    ("name", "state", "value"),
    [
        ("make", "queued", NEW),
        ("look", "queued", NEW),
        ("all", "queued", {"jobs": [NEW], "total": 1}),
        ("cancel", "cancelled", {**NEW, "state": "cancelled", "progress": 50, "endedAt": NEW["createdAt"]}),
        (
            "result",
            "done",
            {
                "id": NEW["id"],
                "state": "done",
                "name": "Nightly",
                "progress": 100,
                "url": "/jobs/job_00000000/file",
            },
        ),
    ],
)
def test_an_example_is_in_the_state_in_which_it_is_shown(name, state, value):
    assert shown(name)[0] == (f"of one that is `{state}`", value)


def test_it_has_what_the_server_answers():
    """All but what only the server knows."""
    client = TestClient(build(specify(document()), clock=ManualClock()))

    made = client.post("/jobs", json={"name": "Nightly"}).json()

    known = {"id": NEW["id"], "createdAt": NEW["createdAt"]}
    assert {**made, **known} == shown("make")[0][1]


SEEDS = [
    {"state": "queued", "set": {"id": "job_0000000a", "name": "First"}},
    {"state": "running", "set": {"id": "job_0000000b", "name": "Second", "note": "mine"}},
    {"state": "done", "set": {"id": "job_0000000c", "name": "Third", "progress": 99}},
]


@pytest.mark.parametrize(
    ("name", "call", "state"),
    [
        ("look", ("GET", "/jobs/job_0000000a"), "queued"),
        ("cancel", ("POST", "/jobs/job_0000000b/cancel"), "cancelled"),
        ("result", ("GET", "/jobs/job_0000000c/result"), "done"),
    ],
)
def test_it_is_the_resource_that_the_samples_ask_for(name, call, state):
    """A reader who pastes the sample gets what the page shows."""
    life = {**LIFE, "seed": SEEDS}
    client = TestClient(build(specify(document(life)), clock=ManualClock()))

    title, value = shown(name, life=life)[0]

    times = {key: value[key] for key in ("createdAt", "endedAt") if value.get(key)}
    assert {**client.request(*call).json(), **times} == value
    assert title == f"of one that is `{state}`"


def test_a_new_one_gets_the_number_after_those_that_are_there():
    number = {"identity": {"param": "id", "field": "/id", "type": "integer", "generate": "$sequence"}}
    seeds = [{"state": "queued", "set": {"id": 7, "name": "First"}}]
    schema = {**JOB, "properties": {**JOB["properties"], "id": {"type": "integer"}}}

    (_, value), *_ = shown("make", life={**LIFE, **number, "seed": seeds}, schema=schema)

    assert value["id"] == 8


def test_a_move_has_the_last_word_over_its_state():
    """The server writes the time of a state, then what the state sets, then what the move does."""
    states = {**LIFE["state"]["states"]}
    states["cancelled"] = {**states["cancelled"], "set": {"/progress": 60, "/note": "Stopped"}}
    start, finish, cancel = LIFE["transitions"]
    cancel = {**cancel, "set": {"/progress": 70, "/endedAt": None}}
    life = {**LIFE, "state": {**LIFE["state"], "states": states}, "transitions": [start, finish, cancel]}
    clock = ManualClock()
    client = TestClient(build(specify(document(life)), clock=clock))

    made = client.post("/jobs", json={"name": "Nightly"}).json()
    clock.set(clock.now() + timing.SECOND)
    moved = client.post(f"/jobs/{made['id']}/cancel").json()

    known = {"id": NEW["id"], "createdAt": NEW["createdAt"]}
    assert {**moved, **known} == shown("cancel", life=life)[0][1]
    assert (moved["progress"], moved["endedAt"], moved["note"]) == (70, None, "Stopped")


def test_an_error_says_its_status():
    assert shown("look")[1] == ("made from the schema", {"code": "not_found", "message": "string"})


@pytest.mark.parametrize(
    "more",
    [
        {
            "schema": {
                **JOB,
                "required": ["owner"],
                "properties": {**JOB["properties"], "owner": {"type": "string"}},
            }
        },
        {
            "life": {
                **LIFE,
                "operations": {**LIFE["operations"], "make": {"role": "create", "view": "odd"}},
                "views": {**LIFE["views"], "odd": {"body": {"of": "$id"}}},
            }
        },
    ],
)
def test_what_cannot_be_computed_is_made_from_the_schema(more):
    assert shown("make", **more)[0][0] == "made from the schema"


def test_what_has_no_states_is_new():
    life = {key: each for key, each in LIFE.items() if key not in ("state", "transitions", "timestamps")}
    life["initially"] = {**LIFE["initially"], "state": "done"}
    operations = {name: each for name, each in LIFE["operations"].items() if name not in ("cancel", "result")}

    title, value = shown("make", life={**life, "operations": operations})[0]

    assert title == "as it is when it is new"
    assert value["state"] == "done"
