"""OGC API - Processes: executed at once or later, as the client prefers; dismissed, failed, successful."""

from __future__ import annotations

from typing import Any

import pytest
from lifecycles.playing import Example, World, findings, told, tried
from receiver import receiving

EXAMPLE = Example("ogcapi-processes/openapi/ogcapi-processes.bundled.json", ("ogc-processes",))
STATES = {"accepted", "running", "successful", "failed", "dismissed"}
INPUTS = {"inputs": {"layer": "osm"}}
LATER = {"Prefer": "respond-async;wait=10"}


def executed(world: World, process: str = "RenderMap") -> str:
    """A new job's path."""
    answer = world("POST", f"/processes/{process}/execution", 201, json=INPUTS, headers=LATER)
    assert answer.headers["preference-applied"] == "respond-async"
    job = f"/jobs/{answer.json()['id']}"
    assert answer.headers["location"].endswith(job)
    return job


def seeded(world: World, state: str) -> str:
    """The path of what is there from the start in this state."""
    return f"/jobs/{world.seeded('Job', state)}"


def listed(world: World, **params: Any) -> set[str]:
    """The states of the jobs that a list shows."""
    return {each["status"] for each in world.get("/jobs", params=params)["jobs"]}


def test_an_asynchronous_job_is_accepted_runs_and_is_successful(world):
    job = executed(world)

    seen = [world.get(job)]
    for seconds in (2, 8):
        world.advance(f"PT{seconds}S")
        seen.append(world.get(job))

    assert [(each["status"], each["progress"]) for each in seen] == [
        ("accepted", 0),
        ("running", 50),
        ("successful", 100),
    ]
    assert "started" not in seen[0]
    assert "finished" not in seen[1]
    assert seen[2]["created"] < seen[2]["started"] < seen[2]["finished"]
    assert seen[2]["processID"].endswith("/RenderMap")


def test_a_subscriber_is_told_that_a_job_runs_and_what_came_of_it(world):
    with receiving() as receiver:
        uris = {f"{each}Uri": f"{receiver.url}/{each}" for each in ("success", "inProgress", "failed")}
        for scenario in ("", "failure"):
            world.ends(scenario)
            path = "/processes/RenderMap/execution"
            world("POST", path, 201, json=INPUTS | {"subscriber": uris}, headers=LATER)
        world("POST", path, 200, json=INPUTS | {"subscriber": uris})
        world.advance("PT10S")
        assert [each["state"] for each in told(world)] == ["sent"] * 4

    running, also_running, success, failure = receiver.requests
    assert (running.path, running.body["status"]) == ("/inProgress", "running")
    assert also_running.body["id"] == failure.body["id"]
    assert (success.path, success.body["values"]) == ("/success", [1, 2, 3])
    assert (failure.path, failure.body["status"]) == ("/failed", "failed")
    assert failure.body["exception"]["title"] == "Processing failed"


def test_without_a_preference_the_results_are_the_answer(world):
    answer = world("POST", "/processes/RenderMap/execution", 200, json=INPUTS)

    assert "image" in answer.json()
    assert "preference-applied" not in answer.headers


def test_a_collection_is_answered_by_a_redirection(world):
    answer = world(
        "POST", "/processes/RenderMap/execution", 303, json=INPUTS, params={"response": "collection"}
    )

    assert "/collections/" in answer.headers["location"]


def test_results_are_there_when_the_job_is_successful(world):
    job = executed(world)
    assert world.get(f"{job}/results", 404)["type"].endswith("/result-not-ready")

    world.advance("PT10S")

    results = world.get(f"{job}/results")
    assert world.get(f"{job}/results/image") == results["image"]
    assert world.get(f"{job}/results/values") == results["values"] == [1, 2, 3]
    assert world.get(f"{job}/results/values/1") == 2
    for path in ("results/no-such-output", "results/values/3", "results/values/x"):
        world("GET", f"{job}/{path}", 404)


def test_a_failed_job_lists_its_exception_instead_of_results(world):
    world.ends("failure")
    job = executed(world)

    world.advance("PT10S")

    told = world.get(job)
    assert told["status"] == "failed"
    assert world.get(f"{job}/results", 500) == told["exception"]


@pytest.mark.parametrize("state", ["accepted", "running"])
def test_dismissing_a_job_cancels_it_and_takes_it_off_the_list(world, state):
    job = seeded(world, state)

    told = world("DELETE", job, 200).json()

    assert told["status"] == "dismissed"
    assert "finished" in told
    assert world.get(job)["status"] == "dismissed"
    assert state not in listed(world, limit=100)
    assert "dismissed" not in listed(world)
    world.advance("PT1H")
    assert world.get(job)["status"] == "dismissed"


@pytest.mark.parametrize("state", ["successful", "failed", "dismissed"])
def test_dismissing_what_has_ended_removes_it(world, state):
    job = seeded(world, state)

    told = world("DELETE", job, 200).json()

    assert (told["id"], told["status"]) == (job.removeprefix("/jobs/"), "dismissed")
    assert world.get(job, 404)["type"].endswith("/no-such-job")
    world("DELETE", job, 404)


def test_jobs_are_listed_by_state_and_by_process(world):
    assert listed(world) == STATES - {"dismissed"}
    assert listed(world, status=["failed", "dismissed"]) == {"failed", "dismissed"}
    assert all(each["processID"].endswith("/OSMERE") for each in world.get("/jobs?processID=OSMERE")["jobs"])
    assert len(world.get("/jobs", params={"limit": 2})["jobs"]) == 2


def test_processes_are_described(world):
    processes = world.get("/processes")["processes"]

    assert [each["id"] for each in processes] == ["ElevationContours", "OSMERE", "RenderMap"]
    assert world.get("/processes/OSMERE")["outputs"]
    assert world.get("/processes/unheard-of", 404)["type"].endswith("/no-such-process")


def test_errors_have_the_documented_shape(world):
    for answer in (
        world("GET", "/jobs/unheard-of", 404),
        world("GET", "/jobs/unheard-of/results/image", 404),
        world("POST", "/processes/unheard-of/execution", 404, json=INPUTS),
        world("POST", "/processes/RenderMap/execution", 400, json=["inputs"]),
        world("GET", "/jobs", 400, params={"limit": 0}),
        world("GET", "/jobs", 400, params={"status": "lost"}),
    ):
        assert answer.json()["status"] == answer.status_code
        assert answer.json()["type"]


def test_every_state_is_seeded(world):
    assert world.states("Job") == STATES


def test_our_own_server_keeps_every_promise(server):
    report = EXAMPLE.judged(server, "--only", "Jobs", "--only", "Processes", "--max-requests", "4000")

    assert findings(report) == []
    laws = {"available-in-state", "possible-move", "final-is-final", "gone-is-gone", "filter-exact"}
    assert laws <= tried(report)
