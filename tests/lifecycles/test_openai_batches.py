"""OpenAI batches: a time for each state, a cancel that takes minutes, pages behind the last id."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lifecycles.playing import Example, World, findings, told, tried

EXAMPLE = Example("openai/openapi.yaml", ("openai-batches",), ("Batch",))
BOTH = Example("openai/openapi.yaml", ("openai-batches", "openai-fine-tuning"), ("Batch", "Fine-tuning"))
REQUEST = {
    "input_file_id": "file-abc123",
    "endpoint": "/v1/chat/completions",
    "completion_window": "24h",
    "metadata": {"customer_id": "user_123456789"},
}
ENDED = ["completed", "failed", "expired", "cancelled"]
STATES = {*ENDED, "validating", "in_progress", "finalizing", "cancelling"}


def created(world: World) -> str:
    """A new batch's path."""
    batch = world("POST", "/batches", 200, json=REQUEST).json()
    assert batch["status"] == "validating"
    assert batch["request_counts"] == {"total": 0, "completed": 0, "failed": 0}
    assert REQUEST.items() <= batch.items()
    return f"/batches/{batch['id']}"


def seeded(world: World, state: str) -> str:
    return f"/batches/{world.seeded('Batch', state)}"


def times(batch: dict[str, Any]) -> list[str]:
    """The names of the times that a batch has, in their order."""
    known = {name: at for name, at in batch.items() if name.endswith("_at") and at is not None}
    return sorted(known, key=known.__getitem__)


def test_a_batch_is_validated_worked_off_finalized_and_completed(world):
    batch = created(world)

    seen = []
    for duration in ("PT5S", "PT30S", "PT30S"):
        world.advance(duration)
        seen.append(world.get(batch)["status"])

    assert seen == ["in_progress", "finalizing", "completed"]
    done = world.get(batch)
    assert times(done) == ["created_at", "in_progress_at", "finalizing_at", "completed_at", "expires_at"]
    assert done["expires_at"] == done["created_at"] + 24 * 3600
    assert done["output_file_id"].startswith("file-")
    assert done["request_counts"]["total"] == 100


def test_webhooks_tell_what_became_of_batches(world):
    done = created(world)
    world.ends("failure")
    failed = created(world)
    stopped = created(world)
    world("POST", f"{stopped}/cancel", 200)
    world.advance("PT5M")

    events = {each["webhook"]: json.loads(each["body"]) for each in told(world)}

    ends = [("failed", failed), ("completed", done), ("cancelled", stopped)]
    assert list(events) == [f"batch_{state}" for state, _ in ends]
    for (state, path), event in zip(ends, events.values(), strict=True):
        assert event.pop("id").startswith("evt_")
        at = world.get(path)[f"{state}_at"]
        identity = path.removeprefix("/batches/")
        kind = {"object": "event", "type": f"batch.{state}"}
        assert event == kind | {"created_at": at, "data": {"id": identity}}


def test_a_file_with_a_mistake_fails_and_the_batch_tells_the_line(world):
    world.ends("failure")
    batch = created(world)

    world.advance("PT1H")

    failed = world.get(batch)
    assert failed["status"] == "failed"
    assert failed["errors"]["data"][0]["line"] == 2
    assert times(failed) == ["created_at", "failed_at"]


def test_a_batch_that_takes_more_than_a_day_expires(world):
    world.ends("expiry")
    batch = created(world)

    world.advance("PT23H59M")
    assert world.get(batch)["status"] == "in_progress"
    world.advance("PT1M")

    expired = world.get(batch)
    assert expired["status"] == "expired"
    assert expired["expired_at"] == expired["expires_at"]


@pytest.mark.parametrize(("waited", "has_results"), [("PT0S", False), ("PT10S", True)])
def test_a_cancelled_batch_is_cancelling_for_minutes_and_keeps_what_was_done(world, waited, has_results):
    batch = created(world)
    world.advance(waited)

    assert world("POST", f"{batch}/cancel", 200).json()["status"] == "cancelling"

    world.advance("PT1M")
    assert world.get(batch)["status"] == "cancelling"
    world.advance("PT9M")
    cancelled = world.get(batch)
    assert cancelled["status"] == "cancelled"
    assert (cancelled["output_file_id"] is not None) == has_results


@pytest.mark.parametrize("state", [*ENDED, "finalizing"])
def test_what_has_ended_is_not_cancelled_any_more(world, state):
    batch = seeded(world, state)
    before = world.get(batch)

    refused = world("POST", f"{batch}/cancel", 409).json()

    assert refused["error"]["message"] == f"Cannot cancel a batch with status '{state}'."
    assert world.get(batch) == before


def test_cancelling_twice_changes_nothing(world):
    batch = seeded(world, "cancelling")
    before = world.get(batch)

    assert world("POST", f"{batch}/cancel", 200).json() == before


def test_the_list_goes_on_behind_the_last_id_of_a_page(world):
    everything = world.get("/batches")
    assert everything["object"] == "list"
    assert not everything["has_more"]

    seen: list[Any] = []
    page = world.get("/batches", params={"limit": 4})
    while True:
        assert [page["first_id"], page["last_id"]] == [page["data"][0]["id"], page["data"][-1]["id"]]
        seen += page["data"]
        if not page["has_more"]:
            break
        page = world.get("/batches", params={"limit": 4, "after": page["last_id"]})

    assert seen == everything["data"]
    assert {each["status"] for each in seen} == STATES
    newest = created(world).rpartition("/")[2]
    assert world.get("/batches", params={"limit": 1})["first_id"] == newest


def test_behind_the_last_there_is_nothing(world):
    last = world.get("/batches")["last_id"]

    assert world.get("/batches", params={"after": last}) == {"object": "list", "data": [], "has_more": False}


def test_errors_are_told_in_the_shape_of_the_document(world, server):
    for answer in (
        world("GET", "/batches/batch_unheard_of", 404),
        world("POST", "/batches/batch_unheard_of/cancel", 404),
        world("POST", "/batches", 400, json=REQUEST | {"completion_window": "48h"}),
        world("GET", "/batches", 400, params={"limit": 101}),
        world("GET", "/batches", 400, params={"after": "batch_unheard_of"}),
    ):
        assert answer.json()["error"].keys() == {"message", "type", "param", "code"}
    with server.client(None) as client:
        stranger = client.get("/batches")
    assert (stranger.status_code, stranger.json()["error"]["code"]) == (401, "invalid_api_key")


def test_every_state_is_seeded(world):
    assert world.states("Batch") == STATES


def test_both_overlays_of_the_document_go_together(token):
    """One is laid over the other; each names resources and paths of its own."""
    with BOTH.served() as server:
        world = World(server, token)

        assert world.get("/batches")["data"]
        assert world.get("/fine_tuning/jobs")["data"]
        assert {each["status"] for each in world.get("/fine_tuning/jobs")["data"]} >= {"paused", "succeeded"}
        world.close()


def test_our_own_server_keeps_every_promise(server):
    report = EXAMPLE.judged(server, "--depth", "40", "--max-requests", "3000")

    assert findings(report) == []
    laws = {
        "possible-move",
        "move-on-time",
        "final-is-final",
        "trigger-refused",
        "pages-join",
        "timestamp-order",
    }
    assert laws <= tried(report)
