"""Hatchet: runs cancelled and replayed many at once, and what is told of them: events, logs, timings."""

from __future__ import annotations

from typing import Any

import pytest
from lifecycles.playing import Example, World, findings, tried

EXAMPLE = Example(
    "hatchet/api-contracts/openapi/openapi.yaml", ("hatchet",), ("Task", "Workflow Runs", "Log")
)
STABLE = "/api/v1/stable"
TENANT = f"{STABLE}/tenants/bb214807-246e-43a5-a25d-41761d1cff9e"
EVER = {"since": "2020-01-01T00:00:00Z", "only_tasks": "false"}
ENDED = ["COMPLETED", "FAILED", "CANCELLED"]


def triggered(world: World, **more: Any) -> str:
    """The id of a new run, and of its task."""
    body = {"workflowName": "send-mail", "input": {"user": 17}, **more}
    details = world("POST", f"{TENANT}/workflow-runs/trigger", 200, json=body).json()
    assert details["run"]["status"] == "QUEUED"
    assert details["tasks"][0]["taskExternalId"] == details["shape"][0]["taskExternalId"]
    name: str = details["run"]["metadata"]["id"]
    return name


def status(world: World, name: str) -> str:
    """The status of a run, which two operations tell."""
    told: str = world.get(f"{STABLE}/workflow-runs/{name}/status")
    assert world.get(f"{STABLE}/tasks/{name}")["status"] == told
    return told


def moved(world: World, verb: str, *names: str) -> list[str]:
    """The ids that a batch has moved."""
    answer = world("POST", f"{TENANT}/tasks/{verb}", 200, json={"externalIds": names}).json()
    ids: list[str] = answer["ids"]
    return ids


def listed(world: World, **params: Any) -> list[str]:
    rows = world.get(f"{TENANT}/workflow-runs", params=EVER | params)["rows"]
    return [each["metadata"]["id"] for each in rows]


def test_a_run_is_queued_runs_and_is_complete(world):
    name = triggered(world)

    seen = [status(world, name)]
    for duration in ("PT2S", "PT10S"):
        world.advance(duration)
        seen.append(status(world, name))

    assert seen == ["QUEUED", "RUNNING", "COMPLETED"]
    done = world.get(f"{STABLE}/workflow-runs/{name}")
    assert done["run"]["output"] == done["tasks"][0]["output"] == {"ok": True}
    assert done["run"]["startedAt"] < done["run"]["finishedAt"]


def test_a_run_fails_and_says_why(world):
    world.ends("failure")
    name = triggered(world)

    world.advance("PT1M")

    assert status(world, name) == "FAILED"
    assert world.get(f"{STABLE}/tasks/{name}")["errorMessage"].startswith("error:")


def test_many_are_cancelled_at_once_and_those_that_have_ended_are_left_alone(world):
    queued, running = triggered(world), world.seeded("Task", "RUNNING")
    ended = [world.seeded("Task", state) for state in ENDED]
    before = [world.get(f"{STABLE}/tasks/{each}") for each in ended]
    world.advance("PT1S")

    assert moved(world, "cancel", queued, *ended) == [queued]

    assert status(world, queued) == "CANCELLED"
    assert [world.get(f"{STABLE}/tasks/{each}") for each in ended] == before
    assert status(world, running) == "RUNNING"
    world.advance("PT1H")
    assert status(world, queued) == "CANCELLED"


@pytest.mark.parametrize("state", ENDED)
def test_what_has_ended_is_replayed_and_counts_its_attempts(world, state):
    name = world.seeded("Task", state)

    assert moved(world, "replay", name) == [name]

    task = world.get(f"{STABLE}/tasks/{name}")
    assert (task["status"], task["attempt"], task["retryCount"], task["output"]) == ("QUEUED", 2, 1, {})
    assert moved(world, "replay", name) == []
    world.advance("PT12S")
    assert moved(world, "replay", name) == [name]
    assert world.get(f"{STABLE}/tasks/{name}")["attempt"] == 3


def test_an_evicted_task_still_counts_as_running_until_it_is_restored(world):
    name = triggered(world)
    world.advance("PT2S")
    world.fire("Task", name, "evict")

    assert status(world, name) == "RUNNING"
    assert world.get(f"{STABLE}/tasks/{name}")["isEvicted"]
    world.advance("PT1H")
    assert world("POST", f"{STABLE}/tasks/{name}/restore", 200).json() == {"requeued": True}
    assert status(world, name) == "QUEUED"
    assert world("POST", f"{STABLE}/tasks/{name}/restore", 200).json() == {"requeued": False}


def test_events_tell_what_became_of_a_task(world):
    name = triggered(world)
    world.advance("PT12S")
    moved(world, "replay", name)

    told = world.get(f"{STABLE}/tasks/{name}/task-events")

    assert [each["eventType"] for each in told["rows"]] == [
        "QUEUED",
        "STARTED",
        "FINISHED",
        "RETRIED_BY_USER",
    ]
    assert [each["attempt"] for each in told["rows"]] == [1, 1, 1, 2]
    assert world.get(f"{STABLE}/workflow-runs/{name}/task-events") == told
    page = world.get(f"{STABLE}/tasks/{name}/task-events", params={"offset": 2, "limit": 1})
    assert page["rows"] == told["rows"][2:3]
    assert page["pagination"] == {"current_page": 3, "next_page": 4, "num_pages": 4}


def test_logs_are_found_by_level_words_and_direction(world):
    world.ends("failure")
    name = triggered(world)
    world.advance("PT1M")

    def lines(**params: Any) -> list[str]:
        return [each["level"] for each in world.get(f"{STABLE}/tasks/{name}/logs", params=params)["rows"]]

    assert lines() == ["INFO", "ERROR"]
    assert lines(order_by_direction="DESC") == ["ERROR", "INFO"]
    assert lines(levels="ERROR") == lines(search="exception") == ["ERROR"]
    assert lines(limit=1) == ["INFO"]
    assert lines(attempt=2) == []


def test_timings_tell_when_a_task_was_queued_and_started(world):
    name = triggered(world)
    world.advance("PT2S")

    (timing,) = world.get(f"{STABLE}/workflow-runs/{name}/task-timings")["rows"]

    assert timing["queuedAt"] < timing["startedAt"]
    assert "finishedAt" not in timing


def test_runs_are_listed_by_status_time_and_page(world):
    name = triggered(world)

    everything = world.get(f"{TENANT}/workflow-runs", params=EVER)
    assert everything["rows"][0]["metadata"]["id"] == name
    assert listed(world, statuses=["QUEUED"])[0] == name
    assert {
        each["status"]
        for each in world.get(f"{TENANT}/workflow-runs", params=EVER | {"statuses": ["FAILED", "CANCELLED"]})[
            "rows"
        ]
    } == {"FAILED", "CANCELLED"}
    assert listed(world, since="2100-01-01T00:00:00Z") == []

    page = world.get(f"{TENANT}/workflow-runs", params=EVER | {"offset": 2, "limit": 2})
    assert page["rows"] == everything["rows"][2:4]
    assert page["pagination"] == {"current_page": 2, "next_page": 3, "num_pages": 3}
    ids = world.get(f"{TENANT}/workflow-runs/external-ids", params={"since": EVER["since"]})
    assert ids == [each["metadata"]["id"] for each in everything["rows"]]
    names = world.get(f"{TENANT}/workflow-runs/display-names", params={"external_ids": ids[:2]})["rows"]
    assert [each["displayName"] for each in names] == [each["displayName"] for each in everything["rows"][:2]]


def test_a_tenant_sees_its_own_runs(world):
    other = f"{STABLE}/tenants/bb214807-246e-43a5-a25d-41761d1cff9f/workflow-runs"
    name = triggered(world)

    assert name not in [each["metadata"]["id"] for each in world.get(other, params=EVER)["rows"]]
    nobody = f"{STABLE}/tenants/00000000-0000-4000-8000-000000000000/workflow-runs"
    assert world.get(nobody, 403, params=EVER)["errors"]


def test_errors_are_told_in_the_shape_of_the_document(world, server):
    nobody = "00000000-0000-4000-8000-000000000000"
    for answer in (
        world("GET", f"{STABLE}/tasks/{nobody}", 404),
        world("GET", f"{STABLE}/workflow-runs/{nobody}", 400),
        world("GET", f"{STABLE}/workflow-runs/{nobody}/status", 404),
        world("GET", f"{STABLE}/tasks/no-uuid", 400),
        world("GET", f"{TENANT}/workflow-runs", 400),
        world("POST", f"{TENANT}/workflow-runs/trigger", 400, json={"input": {}}),
    ):
        assert answer.json()["errors"][0]["description"]
    with server.client(None) as client:
        assert client.get(f"{STABLE}/tasks/{nobody}").status_code == 403


def test_every_state_is_seeded(world):
    assert world.states("Task") == {*ENDED, "QUEUED", "RUNNING", "evicted"}


def test_our_own_server_keeps_every_promise(server):
    report = EXAMPLE.judged(server, "--depth", "40", "--max-requests", "4000")

    assert findings(report) == []
    assert {"possible-move", "move-on-time", "trigger-moves", "filter-exact", "view-shows"} <= tried(report)
