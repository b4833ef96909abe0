"""GA4GH WES runs: a form makes one, three pages show it, its tasks follow it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lifecycles.playing import Example, World, findings, tried, walked

EXAMPLE = Example("ga4gh-wes/openapi/workflow_execution_service.openapi.yaml", ("ga4gh-wes",))
PARTS = {"workflow_type": "CWL", "workflow_type_version": "v1.0", "workflow_url": "hello.cwl"}
ENDED = ["COMPLETE", "EXECUTOR_ERROR", "SYSTEM_ERROR", "CANCELED", "PREEMPTED"]
STATES = {*ENDED, "UNKNOWN", "QUEUED", "INITIALIZING", "RUNNING", "PAUSED", "CANCELING"}
SEEDED = "/runs/11111111-0000-4000-8000-000000000001"


def started(world: World, **more: str) -> str:
    """A new run's path."""
    parts = {name: (None, value) for name, value in (PARTS | more).items()}
    parts["workflow_attachment"] = ("hello.cwl", b"cwlVersion: v1.0")
    answer = world("POST", "/runs", 200, files=parts).json()
    assert list(answer) == ["run_id"]
    return f"/runs/{answer['run_id']}"


def seeded(world: World, state: str) -> str:
    """The path of what is there from the start in this state."""
    return f"/runs/{world.seeded('Run', state)}"


def state(world: World, run: str) -> str:
    told: dict[str, Any] = world.get(f"{run}/status")
    assert told.keys() == {"run_id", "state"}
    return str(told["state"])


def test_a_run_is_assigned_runs_and_is_complete(world):
    run = started(world)

    seen = [state(world, run)]
    for seconds in (1, 2, 10):
        world.advance(f"PT{seconds}S")
        seen.append(state(world, run))

    assert seen == ["QUEUED", "INITIALIZING", "RUNNING", "COMPLETE"]
    log = world.get(run)
    assert log["run_log"]["exit_code"] == 0
    assert log["run_log"]["start_time"] < log["run_log"]["end_time"]
    assert log["outputs"]


def test_the_log_shows_the_request_with_its_json_parts_as_objects(world):
    run = started(world, tags=json.dumps({"project": "x"}), workflow_params=json.dumps({"message": "hi"}))

    request = world.get(run)["request"]

    assert request == PARTS | {"tags": {"project": "x"}, "workflow_params": {"message": "hi"}}
    listed = world.get("/runs")["runs"]
    assert {"project": "x"} in [each["tags"] for each in listed if run.endswith(each["run_id"])]


@pytest.mark.parametrize(
    ("scenario", "ends"),
    [("failure", "EXECUTOR_ERROR"), ("disk-full", "SYSTEM_ERROR"), ("preemption", "PREEMPTED")],
)
def test_a_run_can_fail_in_three_ways(world, scenario, ends):
    world.ends(scenario)
    run = started(world)

    world.advance("PT1M")

    assert state(world, run) == ends
    assert "end_time" in world.get(run)["run_log"]


def test_a_cancelled_run_is_cancelling_first(world):
    run = started(world)

    assert world("POST", f"{run}/cancel", 200).json() == {"run_id": run.removeprefix("/runs/")}

    assert state(world, run) == "CANCELING"
    world.advance("PT2S")
    assert state(world, run) == "CANCELED"


@pytest.mark.parametrize("ended", ENDED)
def test_cancelling_what_has_ended_changes_nothing(world, ended):
    run = seeded(world, ended)

    world("POST", f"{run}/cancel", 200)

    world.advance("PT1H")
    assert state(world, run) == ended


def test_a_run_brings_a_task_that_begins_and_ends_with_it(world):
    run = started(world)
    waiting = world.get(f"{run}/tasks")["task_logs"]
    world.advance("PT1M")

    (task,) = world.get(f"{run}/tasks")["task_logs"]

    assert "start_time" not in waiting[0]
    log = world.get(run)["run_log"]
    times = ("start_time", "end_time", "exit_code")
    assert [task[each] for each in times] == [log[each] for each in times]
    assert world.get(f"{run}/tasks/{task['id']}") == task


def test_a_task_is_found_below_its_own_run_only(world):
    task = world.get(f"{SEEDED}/tasks")["task_logs"][0]["id"]
    other = started(world)

    assert world.get(f"{other}/tasks/{task}", 404)["status_code"] == 404
    assert world.get(f"/runs/unheard-of/tasks/{task}", 404)["status_code"] == 404
    world.get("/runs/unheard-of/tasks", 404)


def test_both_lists_are_cut_into_pages_whose_last_token_is_empty(world):
    for path, items in (("/runs", "runs"), (f"{SEEDED}/tasks", "task_logs")):
        everything = world.get(path)
        assert everything["next_page_token"] == ""
        pages = walked(world, path, {"page_size": 2}, items, "page_token", "next_page_token")
        assert pages == everything[items]
        assert len(pages) >= 3


def test_what_no_operation_can_cause_happens_outside(world):
    run = started(world)
    world.advance("PT3S")

    world.fire("Run", run.removeprefix("/runs/"), "pause")
    world.advance("PT1H")
    assert state(world, run) == "PAUSED"
    world.fire("Run", run.removeprefix("/runs/"), "resume")
    world.advance("PT1M")
    assert state(world, run) == "COMPLETE"


def test_errors_have_the_documented_shape(world, server):
    for answer in (
        world("GET", "/runs/unheard-of", 404),
        world("GET", "/runs/unheard-of/status", 404),
        world("POST", "/runs/unheard-of/cancel", 404),
        world("POST", "/runs", 400, files={"workflow_url": (None, "hello.cwl")}),
        world("GET", "/runs", 400, params={"page_size": 0}),
    ):
        assert answer.json()["status_code"] == answer.status_code
        assert answer.json()["msg"]
    with server.client(None) as client:
        assert client.get("/runs").status_code == 401


def test_every_state_is_seeded(world):
    assert world.states("Run") == STATES


def test_our_own_server_keeps_every_promise(server):
    report = EXAMPLE.judged(server, "--depth", "40", "--max-requests", "4000")

    assert findings(report) == []
    assert {"view-shows", "possible-move", "move-on-time", "final-is-final", "page-size"} <= tried(report)
