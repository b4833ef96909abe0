"""Dkron: jobs made or updated by the same request, and executions, run, listed and swept away by job."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from harness import Server
from lifecycles.playing import Example, World, findings, tried

EXAMPLE = Example("dkron/website/static/openapi/openapi.yaml", ("dkron",))
KEY = "X-Dkron-Token"
REQUEST = {"name": "mirror", "schedule": "@every 1m", "executor": "shell"}


@pytest.fixture
def world(server: Server, token: str) -> Iterator[World]:
    world = World(server, token, header=KEY)
    yield world
    world.close()


def created(world: World, **more: Any) -> str:
    """A new job's path."""
    job = world("POST", "/jobs", 201, json=REQUEST | more).json()
    return f"/jobs/{job['name']}"


def executions(world: World, job: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.get(f"{job}/executions")
    return found


def test_a_job_is_made_shown_and_deleted(world):
    job = created(world, metadata={"office": "Barcelona"})

    shown = world.get(job)

    assert (
        shown.items() >= (REQUEST | {"disabled": False, "success_count": 0, "concurrency": "allow"}).items()
    )
    assert world("DELETE", job, 200).json() == shown
    world("GET", job, 404)
    world("DELETE", job, 404)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_the_same_request_updates_a_job_that_is_there(world, method):
    """ "Create or updates a new job": no name is taken."""
    job = created(world, owner="Platform Team")

    again = world(method, "/jobs", 201, json=REQUEST | {"schedule": "@every 2m"}).json()

    assert again == world.get(job)
    assert (again["schedule"], again["owner"]) == ("@every 2m", "Platform Team")
    assert [each["name"] for each in world.get("/jobs")].count("mirror") == 1


def test_a_job_is_toggled_and_switched_by_an_update(world):
    job = created(world, disabled=True)
    assert world.get(job)["disabled"]

    assert not world("POST", f"{job}/toggle", 200).json()["disabled"]
    assert world("POST", f"{job}/toggle", 200).json()["disabled"]
    assert not world("POST", "/jobs", 201, json=REQUEST | {"disabled": False}).json()["disabled"]
    assert not world("POST", "/jobs", 201, json=REQUEST).json()["disabled"]


def test_a_job_is_run_and_its_execution_ends_well(world):
    job = created(world)

    assert world("POST", job, 202).json() == world.get(job)

    (running,) = executions(world, job)
    assert "finished_at" not in running
    assert running in world.get("/busy")
    world.advance("PT5S")
    (ended,) = executions(world, job)
    assert (ended["success"], ended["output"]) == (True, "Hello from Dkron")
    assert ended["finished_at"] > ended["started_at"] == running["started_at"]
    assert ended["id"] not in [each["id"] for each in world.get("/busy")]
    assert world.get(f"{job}/executions/{ended['id']}") == ended


@pytest.mark.parametrize("times", [1, 2])
def test_a_job_that_is_to_run_at_once_does_so_each_time_it_is_sent(world, times):
    for _ in range(times):
        world("POST", "/jobs", 201, json=REQUEST, params={"runoncreate": "true"})

    assert len(executions(world, "/jobs/mirror")) == times
    world("POST", "/jobs", 201, json=REQUEST)
    assert len(executions(world, "/jobs/mirror")) == times


def test_an_execution_fails_and_tells_its_output(world):
    job = created(world)
    world.ends("failure")
    world("POST", job, 202)

    world.advance("PT1M")

    (failed,) = executions(world, job)
    assert not failed["success"]
    assert "not found" in failed["output"]


def test_all_executions_of_a_job_are_deleted_at_once_and_no_others(world):
    job, other = created(world), created(world, name="backup")
    for each in (job, job, other):
        world("POST", each, 202)
    assert len(executions(world, job)) == 2

    assert world("DELETE", f"{job}/executions", 200).json() == world.get(job)

    assert executions(world, job) == []
    assert len(executions(world, other)) == 1
    world("DELETE", "/jobs/unheard-of/executions", 404)


def test_an_execution_is_found_below_its_own_job_alone(world):
    job, other = created(world), created(world, name="backup")
    world("POST", job, 202)
    (execution,) = executions(world, job)

    world("GET", f"{job}/executions/{execution['id']}", 200)
    world("GET", f"{other}/executions/{execution['id']}", 404)


def test_jobs_are_searched_sorted_and_cut_out_of_the_list(world):
    created(world, name="job_4", owner="Zoe")

    def names(**params: Any) -> list[str]:
        return [each["name"] for each in world.get("/jobs", params=params)]

    assert names(q="ob_4") == ["job_4"]
    assert names(_sort="name", _order="DESC") == ["job_4", "job_3", "job_2", "job_1"]
    assert names(_sort="name", _order="ASC", _start=1, _end=3) == ["job_2", "job_3"]
    assert names(_start=3) == ["job_4"]


@pytest.mark.parametrize(
    "wrong",
    [{"name": "Upper Case"}, {"schedule": 5}, {"parent_job": "unheard-of"}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_job_that_does_not_fit_is_a_bad_request_in_plain_text(world, wrong):
    answer = world("POST", "/jobs", 400, json=REQUEST | wrong)

    assert answer.headers["content-type"].startswith("text/plain")
    world("GET", "/jobs/mirror", 404)


def test_a_policy_is_stored_updated_and_deleted(world):
    policy = "/acl/policies/deny_all"

    for rules in ("none", "still none"):
        assert world("POST", policy, 202, json={"Rules": rules}).json() == {
            "Name": "deny_all",
            "Rules": rules,
        }
        assert world.get(policy)["Rules"] == rules
    world("DELETE", policy, 200)
    world("GET", policy, 404)


def test_every_operation_needs_a_token(server):
    with server.client(None) as client:
        for path in ("/jobs", "/busy", "/jobs/job_1"):
            assert client.get(path).status_code == 401


def test_every_state_is_seeded(world):
    assert world.states("Job") == {"enabled", "disabled"}
    assert world.states("Execution") == {"running", "succeeded", "failed"}


def test_our_own_server_keeps_every_promise(server):
    report = EXAMPLE.judged(server, "--depth", "40", "--max-requests", "4000")

    assert findings(report) == []
    assert {"possible-move", "trigger-moves", "filter-exact", "gone-is-gone", "move-on-time"} <= tried(report)
