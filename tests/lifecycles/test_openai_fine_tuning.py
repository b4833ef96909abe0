"""OpenAI fine-tuning: a job that can rest on its way, its events and checkpoints, and who may use them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from lifecycles.playing import Example, World, findings, told, tried

EXAMPLE = Example("openai/openapi.yaml", ("openai-fine-tuning",), ("Fine-tuning",))
REQUEST = {"model": "gpt-4o-mini", "training_file": "file-abc123"}
JOBS = "/fine_tuning/jobs"
PERMISSIONS = (
    f"/fine_tuning/checkpoints/{quote('ft:gpt-4o-mini-2024-07-18:org:weather:B7R9VjQd')}/permissions"
)
UNDER_WAY = ["validating_files", "queued", "running", "paused"]
ENDED = ["succeeded", "failed", "cancelled"]


def created(world: World, **more: Any) -> str:
    """A new job's path."""
    job = world("POST", JOBS, 200, json={**REQUEST, **more}).json()
    assert job["status"] == "validating_files"
    return f"{JOBS}/{job['id']}"


def seeded(world: World, state: str) -> str:
    return f"{JOBS}/{world.seeded('FineTuningJob', state)}"


def messages(world: World, job: str) -> list[str]:
    """What the events of a job say, the newest first."""
    return [each["message"] for each in world.get(f"{job}/events")["data"]]


def test_webhooks_tell_what_became_of_jobs(world):
    done = created(world)
    world.ends("failure")
    failed = created(world)
    world.advance("PT5M")

    events = {each["id"]: (each["webhook"], json.loads(each["body"])["type"]) for each in told(world)}

    assert events[failed.rpartition("/")[2]] == ("fine_tuning_job_failed", "fine_tuning.job.failed")
    assert events[done.rpartition("/")[2]] == ("fine_tuning_job_succeeded", "fine_tuning.job.succeeded")


def test_a_job_validates_waits_runs_and_has_a_model(world):
    job = created(world, suffix="custom-model-name", metadata={"key": "value"})

    seen = []
    for duration in ("PT5S", "PT10S", "PT1M"):
        world.advance(duration)
        seen.append(world.get(job)["status"])

    assert seen == ["queued", "running", "succeeded"]
    done = world.get(job)
    assert done["fine_tuned_model"].startswith("ft:gpt-4o-mini:my-org:custom-model-name:")
    assert done["finished_at"] == done["created_at"] + 75
    assert done["trained_tokens"] == 5768
    assert done["estimated_finish"] is None
    assert done["metadata"] == {"key": "value"}


@pytest.mark.parametrize("given", [{}, {"suffix": None}])
def test_a_model_without_a_suffix_has_a_gap_in_its_name(world, given):
    job = created(world, **given)
    world.advance("PT2M")

    assert world.get(job)["fine_tuned_model"].startswith("ft:gpt-4o-mini:my-org::")


def test_while_it_runs_a_job_tells_when_it_may_be_done(world):
    job = created(world)
    world.advance("PT15S")

    running = world.get(job)

    assert running["estimated_finish"] == running["created_at"] + 75
    assert [running[name] for name in ("finished_at", "fine_tuned_model", "trained_tokens")] == [None] * 3


@pytest.mark.parametrize(("given", "shown"), [({"seed": 42}, 42), ({"seed": None}, None), ({}, None)])
def test_a_seed_is_kept_or_made_up(world, given, shown):
    seed = world.get(created(world, **given))["seed"]

    assert isinstance(seed, int)
    assert shown is None or seed == shown


@pytest.mark.parametrize(("scenario", "param"), [("failure", None), ("invalid_file", "training_file")])
def test_a_job_fails_and_says_why(world, scenario, param):
    world.ends(scenario)
    job = created(world)

    world.advance("PT1H")

    failed = world.get(job)
    assert failed["status"] == "failed"
    assert failed["error"]["param"] == param
    assert failed["finished_at"] is not None


def test_a_paused_job_rests_until_it_is_resumed(world):
    job = created(world)
    world.advance("PT15S")

    assert world("POST", f"{job}/pause", 200).json()["status"] == "paused"
    world.advance("P7D")
    assert world.get(job)["status"] == "paused"
    assert world("POST", f"{job}/resume", 200).json()["status"] == "queued"
    world.advance("PT70S")
    assert world.get(job)["status"] == "succeeded"


@pytest.mark.parametrize("state", UNDER_WAY)
def test_a_job_under_way_is_cancelled_at_once(world, state):
    job = seeded(world, state)

    cancelled = world("POST", f"{job}/cancel", 200).json()

    assert cancelled["status"] == "cancelled"
    assert cancelled["finished_at"] is not None
    world.advance("P1D")
    assert world.get(job) == cancelled


@pytest.mark.parametrize(
    ("verb", "states"),
    [("cancel", ENDED), ("pause", [*ENDED, "paused"]), ("resume", [*ENDED, "queued", "running"])],
)
def test_what_the_state_does_not_allow_is_refused(world, verb, states):
    for state in states:
        job = seeded(world, state)
        before = world.get(job)
        assert world("POST", f"{job}/{verb}", 400).json()["error"]["type"] == "invalid_request_error"
        assert world.get(job) == before


def test_events_tell_what_became_of_a_job_the_newest_first(world):
    job = created(world)
    world.advance("PT5S")
    world("POST", f"{job}/cancel", 200)

    assert messages(world, job) == [
        "Fine-tuning job cancelled",
        "Files validated, moving job to queued state",
        "Created fine-tuning job",
    ]
    events = world.get(f"{job}/events")["data"]
    assert len({each["id"] for each in events}) == 3
    rest = world.get(f"{job}/events", params={"after": events[0]["id"], "limit": 1})
    assert (rest["data"], rest["has_more"]) == (events[1:2], True)


def test_a_finished_job_has_checkpoints(world):
    job = created(world)
    assert world.get(f"{job}/checkpoints")["data"] == []
    world.advance("PT2M")

    page = world.get(f"{job}/checkpoints", params={"limit": 1})

    assert page["has_more"]
    assert page["first_id"] == page["last_id"] == page["data"][0]["id"]
    assert page["data"][0]["step_number"] == 2000
    rest = world.get(f"{job}/checkpoints", params={"after": page["last_id"]})
    assert [each["step_number"] for each in rest["data"]] == [1000]


def test_the_list_goes_on_behind_the_last_job(world):
    everything = world.get(JOBS)["data"]

    first = world.get(JOBS, params={"limit": 3})
    rest = world.get(JOBS, params={"after": first["data"][-1]["id"]})

    assert first["has_more"]
    assert not rest["has_more"]
    assert first["data"] + rest["data"] == everything
    assert {each["status"] for each in everything} == {*UNDER_WAY, *ENDED}


def test_jobs_are_found_by_their_metadata(world):
    mine = created(world, metadata={"team": "blue", "run": "7"}).rpartition("/")[2]
    created(world, metadata={"team": "red"})

    def found(**wanted: str) -> list[str]:
        params = {f"metadata[{key}]": value for key, value in wanted.items()}
        return [each["id"] for each in world.get(JOBS, params=params)["data"]]

    assert found(team="blue") == found(team="blue", run="7") == [mine]
    assert found(team="blue", run="8") == []


def test_a_permission_is_given_listed_and_withdrawn(world):
    given = world("POST", PERMISSIONS, 200, json={"project_ids": ["proj_1"]}).json()
    name = given["first_id"]

    assert given["data"][0]["project_id"] == "proj_1"
    assert [each["id"] for each in world.get(PERMISSIONS, params={"project_id": "proj_1"})["data"]] == [name]
    assert world("DELETE", f"{PERMISSIONS}/{name}", 200).json() == {
        "object": "checkpoint.permission",
        "id": name,
        "deleted": True,
    }
    assert world.get(PERMISSIONS, params={"project_id": "proj_1"})["data"] == []
    world("DELETE", f"{PERMISSIONS}/{name}", 404)


def test_permissions_are_listed_the_newest_first_or_the_other_way_round(world):
    newest = [each["id"] for each in world.get(PERMISSIONS)["data"]]

    oldest = [each["id"] for each in world.get(PERMISSIONS, params={"order": "ascending"})["data"]]

    assert len(newest) == 2
    assert oldest == newest[::-1]


def test_permissions_need_an_admin(tmp_path):
    """ "This endpoint requires an admin API key": a principal without that role is not let in."""
    people = tmp_path / "people.yaml"
    people.write_text("principals:\n- {name: ann, token: ann, roles: [admin]}\n- {name: bob, token: bob}\n")
    with (
        EXAMPLE.served("--principals", str(people)) as server,
        server.client("ann") as ann,
        server.client("bob") as bob,
    ):
        assert ann.get(PERMISSIONS).status_code == 200
        assert bob.get(PERMISSIONS).status_code == 403
        assert bob.get(JOBS).status_code == 200


def test_errors_are_told_in_the_shape_of_the_document(world, server):
    for answer in (
        world("GET", f"{JOBS}/ftjob-unheard-of", 404),
        world("GET", f"{JOBS}/ftjob-unheard-of/events", 404),
        world("POST", JOBS, 400, json={"model": "gpt-4o-mini"}),
        world("GET", JOBS, 400, params={"limit": 0}),
    ):
        assert answer.json()["error"].keys() == {"message", "type", "param", "code"}
    with server.client(None) as client:
        assert client.get(JOBS).status_code == 401


def test_our_own_server_keeps_every_promise(server):
    report = EXAMPLE.judged(server, "--depth", "40", "--max-requests", "4000")

    assert findings(report) == []
    laws = {
        "possible-move",
        "move-on-time",
        "final-is-final",
        "trigger-refused",
        "pages-join",
        "gone-is-gone",
    }
    assert laws <= tried(report)
