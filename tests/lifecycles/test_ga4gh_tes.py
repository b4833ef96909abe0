"""GA4GH TES tasks: three views of one task, a cancel that takes its time, five ways to end."""

from __future__ import annotations

from typing import Any

import pytest
from lifecycles.playing import Example, World, findings, tried, walked

EXAMPLE = Example("ga4gh-tes/openapi/task_execution_service.openapi.yaml", ("ga4gh-tes",))
EXECUTORS = [{"image": "ubuntu:20.04", "command": ["/bin/md5", "/data/file1"]}]
FULL = {"view": "FULL"}
ENDED = ["COMPLETE", "EXECUTOR_ERROR", "SYSTEM_ERROR", "CANCELED", "PREEMPTED"]
STATES = {*ENDED, "UNKNOWN", "QUEUED", "INITIALIZING", "RUNNING", "PAUSED", "CANCELING"}


def created(world: World, **more: Any) -> str:
    """A new task's path."""
    answer = world("POST", "/tasks", 200, json={"executors": EXECUTORS, **more}).json()
    assert list(answer) == ["id"]
    return f"/tasks/{answer['id']}"


def seeded(world: World, state: str) -> str:
    """The path of what is there from the start in this state."""
    return f"/tasks/{world.seeded('Task', state)}"


def state(world: World, task: str) -> str:
    told: str = world.get(task)["state"]
    return told


def test_a_task_is_assigned_runs_and_is_complete(world):
    task = created(world, name="md5")

    seen = [state(world, task)]
    for seconds in (1, 2, 10):
        world.advance(f"PT{seconds}S")
        seen.append(state(world, task))

    assert seen == ["QUEUED", "INITIALIZING", "RUNNING", "COMPLETE"]
    log = world.get(task, params=FULL)["logs"][0]
    assert log["logs"][0]["exit_code"] == 0
    assert log["start_time"] < log["end_time"]


@pytest.mark.parametrize(
    ("scenario", "ends", "where"),
    [
        ("failure", "EXECUTOR_ERROR", "stderr"),
        ("disk-full", "SYSTEM_ERROR", "disk is full"),
        ("preemption", "PREEMPTED", "reclaimed"),
    ],
)
def test_a_task_can_fail_in_three_ways_and_its_log_says_how(world, scenario, ends, where):
    world.ends(scenario)
    task = created(world)

    world.advance("PT1M")

    assert state(world, task) == ends
    assert where in str(world.get(task, params=FULL)["logs"])


def test_a_cancelled_task_is_cancelling_until_its_resources_are_gone(world):
    task = created(world)

    assert world("POST", f"{task}:cancel", 200).json() == {}

    assert state(world, task) == "CANCELING"
    world.advance("PT2S")
    assert state(world, task) == "CANCELED"


@pytest.mark.parametrize("ended", ENDED)
def test_cancelling_what_has_ended_changes_nothing(world, ended):
    task = seeded(world, ended)

    world("POST", f"{task}:cancel", 200)

    world.advance("PT1H")
    assert state(world, task) == ended


def test_the_view_chooses_how_much_of_a_task_is_shown(world):
    task = created(
        world,
        name="all",
        inputs=[{"path": "/data/1", "content": "one"}, {"path": "/data/2", "content": "two"}],
    )
    world.advance("PT1M")

    full, basic, minimal = (world.get(task, params={"view": v}) for v in ("FULL", "BASIC", "MINIMAL"))

    assert minimal == world.get(task) == {"id": full["id"], "state": "COMPLETE"}
    assert [each["content"] for each in full["inputs"]] == ["one", "two"]
    assert [each["path"] for each in basic["inputs"]] == ["/data/1", "/data/2"]
    assert all("content" not in each for each in basic["inputs"])
    assert "system_logs" not in basic["logs"][0]
    assert {"stdout", "stderr"} & basic["logs"][0]["logs"][0].keys() == set()
    assert {"stdout", "stderr"} <= full["logs"][0]["logs"][0].keys()


def test_the_list_has_the_views_too(world):
    assert all(each.keys() == {"id", "state"} for each in world.get("/tasks")["tasks"])
    assert any("executors" in each for each in world.get("/tasks", params=FULL)["tasks"])


def test_the_list_is_cut_into_pages_and_has_no_token_on_the_last(world):
    everything = world.get("/tasks")
    assert "next_page_token" not in everything

    pages = walked(world, "/tasks", {"page_size": 3}, "tasks", "page_token", "next_page_token")

    assert pages == everything["tasks"]
    assert len(pages) == len(STATES)


def test_tasks_are_found_by_state_and_by_the_beginning_of_their_name(world):
    created(world, name="align-reads")

    assert {each["state"] for each in world.get("/tasks", params={"state": "QUEUED"})["tasks"]} == {"QUEUED"}
    found = world.get("/tasks", params={"name_prefix": "align-", "view": "BASIC"})["tasks"]
    assert [each["name"] for each in found] == ["align-reads"]


def test_what_no_operation_can_cause_happens_outside(world):
    task = created(world)
    world.advance("PT3S")

    world.fire("Task", task.rpartition("/")[2], "pause")
    world.advance("PT1H")
    assert state(world, task) == "PAUSED"
    world.fire("Task", task.rpartition("/")[2], "resume")
    assert state(world, task) == "RUNNING"


def test_errors_are_told_in_one_shape(world, server):
    for answer in (
        world("GET", "/tasks/unheard-of", 404),
        world("POST", "/tasks/unheard-of:cancel", 404),
        world("POST", "/tasks", 400, json={"name": "no executors"}),
        world("GET", "/tasks", 400, params={"page_size": 2048}),
    ):
        assert answer.json()["status_code"] == answer.status_code
        assert answer.json()["msg"]
    with server.client(None) as client:
        assert client.get("/tasks").status_code == 401


def test_every_state_is_seeded(world):
    assert world.states("Task") == STATES


def test_our_own_server_keeps_every_promise(server):
    report = EXAMPLE.judged(server, "--depth", "40", "--max-requests", "4000")

    assert findings(report) == []
    laws = {"view-shows", "possible-move", "move-on-time", "final-is-final", "page-size", "filter-exact"}
    assert laws <= tried(report)
