"""openEO batch jobs: created, started, stopped half way or before, finished, broken, started again."""

from __future__ import annotations

from typing import Any

import pytest
from lifecycles.playing import Example, World, findings, tried

EXAMPLE = Example("openeo/openapi.yaml", ("openeo",), only=("Batch Jobs",))
PROCESS = {"process_graph": {"load": {"process_id": "load_collection", "arguments": {}, "result": True}}}
STATES = {"created", "queued", "running", "producing", "canceled", "finished", "error"}
RESTING = ("created", "canceled", "finished", "error")
BUSY = ("queued", "running", "producing")


def created(world: World, **more: Any) -> str:
    """A new job's path."""
    answer = world("POST", "/jobs", 201, json={"process": PROCESS, **more})
    assert answer.content == b""
    assert answer.headers["location"].endswith(f"/jobs/{answer.headers['openeo-identifier']}")
    return f"/jobs/{answer.headers['openeo-identifier']}"


def seeded(world: World, state: str) -> str:
    """The path of what is there from the start in this state."""
    return f"/jobs/{world.seeded('BatchJob', state)}"


def looks(world: World, job: str) -> tuple[str, float]:
    """The status and the progress that a job shows."""
    told = world.get(job)
    return told["status"], told["progress"]


def test_a_job_waits_to_be_started_and_then_finishes(world):
    """Creating a job is not starting it: nothing is processed, and nothing charged, before."""
    job = created(world, title="NDVI")
    world.advance("PT1H")
    seen = [looks(world, job)]
    world("POST", f"{job}/results", 202)

    for _ in range(4):
        seen.append(looks(world, job))
        world.advance("PT4S")

    assert seen == [("created", 0), ("queued", 0), ("running", 10), ("running", 75.5), ("finished", 100)]
    assert world.get(job)["title"] == "NDVI"
    results = world.get(f"{job}/results")
    assert results["properties"]["openeo:status"] == "finished"
    assert results["assets"]["result.tif"]["href"].startswith("https://")


def test_what_has_no_result_yet_says_why(world):
    for state, status, code in [
        ("created", 400, "JobNotStarted"),
        ("queued", 400, "JobNotFinished"),
        ("running", 400, "JobNotFinished"),
        ("error", 424, "ProcessUnsupported"),
    ]:
        assert world.get(f"{seeded(world, state)}/results", status)["code"] == code


def test_partial_results_are_shown_to_whoever_asks_for_them(world):
    job = seeded(world, "producing")

    partial = world.get(f"{job}/results", params={"partial": "true"})

    assert partial["properties"]["openeo:status"] == "running"
    assert world.get(f"{job}/results", 400)["code"] == "JobNotFinished"
    nothing_yet = f"{seeded(world, 'running')}/results"
    assert world.get(nothing_yet, 400, params={"partial": "true"})["code"] == "JobNotFinished"


def test_a_job_that_breaks_delivers_its_last_error(world):
    world.ends("failure")
    job = created(world)
    world("POST", f"{job}/results", 202)

    world.advance("PT1M")

    assert looks(world, job) == ("error", 75.5)
    assert world.get(f"{job}/results", 424)["level"] == "error"


@pytest.mark.parametrize(
    ("state", "becomes"),
    [("queued", "created"), ("running", "created"), ("producing", "canceled")],
)
def test_stopping_depends_on_whether_there_are_partial_results(world, state, becomes):
    job = seeded(world, state)

    world("DELETE", f"{job}/results", 204)

    assert world.get(job)["status"] == becomes
    world.advance("PT1H")
    assert world.get(job)["status"] == becomes


@pytest.mark.parametrize("state", RESTING)
def test_a_job_at_rest_can_be_started_again(world, state):
    job = seeded(world, state)

    world("POST", f"{job}/results", 202)

    assert looks(world, job) == ("queued", 0)
    assert world.get(f"{job}/results", 400)["code"] == "JobNotFinished"


@pytest.mark.parametrize("state", BUSY)
def test_starting_what_is_under_way_and_stopping_what_is_not_have_no_effect(world, state):
    """Both are answered like success: a client may repeat them without fear."""
    job, at_rest = seeded(world, state), seeded(world, "finished")
    before = world.get(job), world.get(at_rest)

    world("POST", f"{job}/results", 202)
    world("DELETE", f"{at_rest}/results", 204)

    assert (world.get(job), world.get(at_rest)) == before


def test_a_job_is_locked_while_it_is_computed(world):
    for state in BUSY:
        job = seeded(world, state)
        assert world("PATCH", job, 400, json={"title": "x"}).json()["code"] == "JobLocked"
        assert world.get(job)["title"] != "x"
    for state in RESTING:
        job = seeded(world, state)
        before = world.get(job)
        world.advance("PT1S")
        world("PATCH", job, 204, json={"title": "x", "log_level": "error"})
        assert world.get(job) == before | {"title": "x", "log_level": "error"}


def test_a_job_is_deleted_in_every_state(world):
    for state in STATES:
        job = seeded(world, state)
        world("DELETE", job, 204)
        for path in (job, f"{job}/results", f"{job}/logs", f"{job}/estimate"):
            assert world.get(path, 404)["code"] == "JobNotFound"
    assert world.get("/jobs")["jobs"] == []


def test_logs_tell_what_became_of_a_job_and_continue_behind_the_last_one(world):
    world.ends("failure")
    job = created(world)
    world("POST", f"{job}/results", 202)
    world.advance("PT1M")

    logs = world.get(f"{job}/logs")["logs"]
    rest = world.get(f"{job}/logs", params={"offset": logs[1]["id"]})["logs"]

    assert [each["level"] for each in logs] == ["info", "info", "info", "info", "error"]
    assert rest == logs[2:]
    assert world.get(f"{job}/logs", params={"limit": 2})["logs"] == logs[:2]
    assert world.get(f"{job}/logs", params={"level": "warning"})["logs"] == logs[-1:]


def test_the_list_is_cut_into_pages_that_link_to_the_next(world):
    """The client follows the link; how it is made up is none of its business."""
    everything = world.get("/jobs")
    assert everything["links"] == []

    seen, page = [], world.get("/jobs", params={"limit": 3})
    while True:
        seen += page["jobs"]
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        if not following:
            break
        page = world.get("/jobs?" + following[0].partition("?")[2])

    assert seen == everything["jobs"]
    assert {each["status"] for each in seen} == STATES - {"producing"}
    assert all("process" not in each for each in seen)


def test_an_estimate_is_there_before_the_start(world):
    assert "duration" in world.get(f"{seeded(world, 'created')}/estimate")


def test_updated_is_the_last_change_of_status(world):
    job = created(world)
    first = world.get(job)
    world.advance("PT1S")
    world("PATCH", job, 204, json={"title": "later"})
    assert world.get(job)["updated"] == first["updated"]

    world("POST", f"{job}/results", 202)

    assert world.get(job)["updated"] > first["updated"]


def test_errors_have_the_documented_shape(world, server):
    assert world.get("/jobs/unheard-of", 404)["code"] == "JobNotFound"
    assert world("POST", "/jobs", 400, json={"title": "no process"}).json().keys() == {"code", "message"}
    with server.client(None) as client:
        answer = client.get("/jobs")
    assert (answer.status_code, answer.json()["code"]) == (401, "AuthenticationRequired")


def test_every_state_is_seeded(world):
    assert world.states("BatchJob") == STATES


def test_our_own_server_keeps_every_promise(server):
    # Process graphs nest without end: making up one takes seconds, so the budget is one of time.
    report = EXAMPLE.judged(server, "--depth", "40", "--max-time", "30")

    assert findings(report) == []
    laws = {"available-in-state", "trigger-refused", "possible-move", "gone-is-gone", "isolation"}
    assert laws <= tried(report)
