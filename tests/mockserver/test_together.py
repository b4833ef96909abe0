"""Requests that move several resources: all of it happens, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from mockserver.app import build
from mockserver.clock import ManualClock
from speckit.document import Document
from speckit.specification import specify

NAMED = [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}]


def operation(name, status, *parameters):
    content = {"application/json": {}}
    return {
        "operationId": name,
        "parameters": list(parameters),
        "requestBody": {"content": content},
        "responses": {code: {"description": "x", "content": content} for code in (status, "409")},
    }


PATHS = {
    "/jobs": {"post": operation("makeJob", "201"), "get": operation("listJobs", "200")},
    "/jobs/{id}/retry": {"post": operation("retryJob", "201", *NAMED)},
    "/start": {"post": operation("startJobs", "200")},
}
del PATHS["/jobs"]["get"]["requestBody"]


@pytest.fixture
def jobs(small):
    """Plays jobs whose names are theirs alone in some states: `jobs(those states, where a retry leads)`."""

    def play(alone, end="old"):
        raw = {
            "identity": {"field": "/id", "param": "id", "generate": "$sequence"},
            "initially": {
                "id": "$id",
                "name": {"$first": ["$request.body#/name", "$origin#/name"]},
                "status": "$state",
                "number": None,
            },
            "unique": [{"fields": ["/name"], "while": alone}],
            "state": {
                "field": "/status",
                "initial": "live",
                "states": {
                    "live": {"category": "pending"},
                    "running": {"category": "resting", "set": {"/number": "$sequence"}},
                    "old": {"category": "final"},
                    "kept": {"category": "final"},
                },
            },
            "transitions": [
                {"name": "start", "from": "live", "to": "running", "trigger": "startJobs"},
                {"name": "retry", "from": "live", "to": end, "trigger": "retryJob"},
                {"name": "expire", "from": "live", "to": "old", "after": {"duration": "PT1H"}},
                {"name": "keep", "from": "live", "to": "kept", "trigger": "$external"},
            ],
            "operations": {
                "makeJob": {"role": "create"},
                "listJobs": {"role": "list", "success": {"body": "$list#/items"}},
                "retryJob": {"role": "replace"},
                "startJobs": {"role": "batch", "success": {"body": "$list#/ids"}},
            },
        }
        app = build(small({"Job": raw}, PATHS, version="3.1.0"), clock=ManualClock())
        return TestClient(app, base_url="http://localhost", client=("127.0.0.1", 1))

    return play


def made(client, *names):
    for name in names:
        assert client.post("/jobs", json={"name": name}).status_code == 201
    return client.get("/jobs").json(), client.get("/_understudy/due").json()


def now(client):
    return client.get("/jobs").json(), client.get("/_understudy/due").json()


def test_a_batch_that_is_refused_half_way_has_moved_nothing(jobs):
    client = jobs(["running"])
    before = made(client, "a", "b", "a")

    answer = client.post("/start", json={})

    assert answer.status_code == 409
    assert now(client) == before


def test_what_a_refused_batch_has_counted_is_counted_again(jobs):
    client = jobs(["running"])
    made(client, "a", "a")

    client.post("/start", json={})

    assert client.post("/jobs", json={"name": "c"}).json()["id"] == 3


@pytest.mark.parametrize("end", ["old", "$removed"])
def test_a_replacement_may_hold_what_the_old_one_held_before(jobs, end):
    """That it is there no more, or in another state, is part of the request."""
    client = jobs(["live"], end)
    made(client, "a")

    answer = client.post("/jobs/1/retry", json={})

    assert (answer.status_code, answer.json()["name"]) == (201, "a")


def test_a_replacement_is_refused_where_the_old_one_cannot_move(jobs):
    client = jobs(["old"])
    made(client, "a")
    client.post("/jobs/1/retry", json={})
    before = now(client)

    answer = client.post("/jobs/2/retry", json={})

    assert answer.status_code == 409
    assert now(client) == before
    assert client.post("/jobs", json={"name": "b"}).json()["id"] == 3


@pytest.mark.parametrize("end", ["old", "$removed"])
def test_a_refused_replacement_leaves_everything_as_it_was(jobs, end):
    """Also the places that resources have in their store, and when they are due."""
    client = jobs(["live"], end)
    before = made(client, "a", "b", "c")

    answer = client.post("/jobs/1/retry", json={"name": "b"})

    assert answer.status_code == 409
    assert now(client) == before
    assert client.post("/start", json={}).json() == [1, 2, 3]


def test_a_replaced_resource_that_is_gone_is_told_of():
    raw = {
        "identity": {"field": "/id", "param": "id", "generate": "$sequence"},
        "initially": {"id": "$id"},
        "state": {"initial": "live", "states": {"live": {"category": "resting"}}},
        "transitions": [
            {
                "name": "retry",
                "from": "live",
                "to": "$removed",
                "trigger": "retryJob",
                "sends": {"webhook": "gone", "body": {"id": "$id"}},
            }
        ],
        "operations": {"makeJob": {"role": "create"}, "retryJob": {"role": "replace"}},
    }
    hook = {
        "post": {
            "requestBody": {"content": {"application/json": {}}},
            "responses": {"200": {"description": "x"}},
        }
    }
    data = {
        "openapi": "3.1.0",
        "info": {"title": "Small", "version": "1"},
        "paths": PATHS,
        "webhooks": {"gone": hook},
        "x-resource-lifecycles": {"Job": raw},
    }
    specification = specify(Document(data, Path("small.yaml")))
    client = TestClient(
        build(specification, clock=ManualClock()), base_url="http://localhost", client=("127.0.0.1", 1)
    )
    made(client, "a")

    assert client.post("/jobs/1/retry", json={}).status_code == 201

    assert [each["id"] for each in client.get("/_understudy/sent").json()["sent"]] == [1]
