"""One token, one world, in all five APIs; another token, another world."""

import pytest

pytestmark = pytest.mark.source("decision")

PROJECT = "/public/3sWXSsqHgSKnE87YkNJK"
TASK = "TASK_my_config_75750ed8-4e09-4e00-958d-e352ee426cc9"
CREATES = {
    "RendleyJob": ("POST", "/v1/export", {"project_id": "proj_5b1e"}),
    "KragleJob": ("POST", "/jobs", {"stack_id": 7, "schedule_id": 2}),
    "AlteryxJob": ("POST", "/webapi/v3/workflows/66ebd0f23d6200007e000d11/jobs", {}),
    "OpenReplayJob": ("DELETE", f"{PROJECT}/users/kai@example.com", None),
    "TaipyJob": ("POST", f"/api/v1/tasks/submit/{TASK}/", None),
}
LISTS = [
    *("/v1/jobs", "/v1/jobs?source_type=api", "/jobs", "/jobs?page=2"),
    *("/webapi/v3/workflows/66ebd0f23d6200007e000d11/jobs", f"{PROJECT}/jobs", "/api/v1/jobs/"),
]


def create_all(api):
    for method, path, body in CREATES.values():
        assert api.request(method, path, json=body).is_success


def test_one_token_opens_the_same_world_in_all_five_apis(api, world):
    """A test that follows a job through two products needs no second token."""
    before = {kind: len(world.resources(kind)) for kind in CREATES}

    create_all(api)

    assert {kind: len(world.resources(kind)) for kind in CREATES} == {
        kind: count + 1 for kind, count in before.items()
    }


def test_what_one_token_makes_no_other_token_sees(ask, api, token):
    """Test suites that run side by side take a token each."""
    other = ask(f"{token}-other")
    before = [other.get(path).content for path in LISTS]

    create_all(api)

    assert [other.get(path).content for path in LISTS] == before
    assert [api.get(path).content for path in LISTS] != before


def test_two_clients_with_one_token_see_the_same(ask, api, token):
    """The world belongs to the token, not to the connection."""
    create_all(api)

    assert [ask(token).get(path).content for path in LISTS] == [api.get(path).content for path in LISTS]


def test_a_reset_brings_the_seeds_of_one_world_back(door, ask, token):
    """Each test can begin with the same jobs, whatever the one before did to them."""
    api, other = ask(token), ask(f"{token}-other")
    create_all(other)
    others = [other.get(path).content for path in LISTS]
    fresh = [api.get(path).content for path in LISTS]
    create_all(api)
    api.delete("/jobs/1")

    door("POST", "/reset", json={"principal": token})

    assert [api.get(path).content for path in LISTS] == fresh
    assert [other.get(path).content for path in LISTS] == others


def test_a_world_moves_the_same_whether_looked_at_or_not(clock, ask, token):
    """What happened in between is found as if somebody had been watching all along."""
    watched, left_alone = ask(token), ask(f"{token}-other")
    for api in (watched, left_alone):
        create_all(api)
    born = clock.now

    for moment in (1, 2, 3, 4, 5, 7, 10, 30, 60, 3600, 86_400, 172_800, 200_000):
        clock.to(born + moment)
        for path in LISTS:
            watched.get(path)

    for path in LISTS:
        assert told(watched.get(path).json()) == told(left_alone.get(path).json())


def told(answer):
    """An answer without the ids, which are drawn for each world."""
    if isinstance(answer, dict):
        return {
            key: told(value) for key, value in answer.items() if key not in ("id", "jobId", "result_data")
        }
    return [told(each) for each in answer] if isinstance(answer, list) else answer
