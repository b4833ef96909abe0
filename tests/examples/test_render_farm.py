"""The render farm: what our server plays and what was written by hand live the same lives."""

from __future__ import annotations

import pytest
from examples.render_farms import FARMS, RENDERS, Stories, agree, name_of

STORIES = Stories()
NO_BODY = {"content": b""}


@pytest.mark.parametrize("which", FARMS)
@pytest.mark.parametrize("tell", STORIES, ids=name_of)
def test_a_farm_keeps_its_promises(which, tell):
    """What the document promises in prose, told as requests."""
    tell(FARMS[which]())


@pytest.mark.parametrize("tell", STORIES, ids=name_of)
def test_both_farms_answer_alike(tell):
    """Statuses, headers and bodies are the same, but for ids and free wording: there is one document."""
    agree(tell)


# ---------------------------------------------------------------- by itself


@STORIES.tell
def a_render_waits_runs_and_succeeds(farm):
    url = farm.create()
    assert farm.render(url) | {"client": None} == farm.render(url)
    assert (farm.state(url), farm.render(url)["started_at"]) == ("queued", None)

    farm.advance(1)
    assert (farm.state(url), farm.render(url)["started_at"]) == ("running", "2026-01-01T00:00:01.000Z")
    farm.advance(3)

    render = farm.render(url)
    assert (render["state"], render["ended_at"]) == ("succeeded", "2026-01-01T00:00:04.000Z")
    assert render["updated_at"] == render["ended_at"]


@STORIES.tell
def it_stays_in_a_state_until_the_last_moment(farm):
    url = farm.create()
    farm.advance(3)
    assert farm.state(url) == "running"


@STORIES.tell
def a_rehearsed_failure_fails_and_says_so(farm):
    url = farm.create(rehearse_failure=True)
    farm.advance(4)

    render = farm.render(url)
    assert render["state"] == "failed"
    assert render["error"] == {"code": "rehearsed", "message": "It was asked to fail."}


@STORIES.tell
def what_happened_unseen_happened_at_its_own_time(farm):
    url = farm.create()
    farm.advance(1000)

    events = farm("GET", f"{url}/events", 200).json()["events"]
    assert [(each["state"], each["at"][17:19]) for each in events] == [
        ("queued", "00"),
        ("running", "01"),
        ("succeeded", "04"),
    ]


@STORIES.tell
def a_new_render_has_what_was_said_and_defaults_for_the_rest(farm):
    body = {"name": "n", "scene": 3, "priority": 9, "resolution": {"width": 16, "height": 16384}, "note": "x"}
    made = farm("POST", RENDERS, 202, json=body, headers={"X-Client": "nightly/2"}).json()

    assert body.items() <= made.items()
    assert (made["engine"], made["client"], made["retention_seconds"]) == ("path_tracer", "nightly/2", 86400)
    assert made["storage_billed_from"] == "2026-01-01T01:00:00.000Z"


@STORIES.tell
def an_ended_render_goes_when_its_time_is_over(farm):
    url = farm.create(retention_seconds=5)
    farm.advance(4)
    assert farm.state(url) == "succeeded"

    farm.advance(1)
    farm("GET", url, 404)
    assert farm.names() == ["test-card"]


@STORIES.tell
def a_failed_render_is_kept_until_somebody_decides(farm):
    url = farm.create(retention_seconds=5, rehearse_failure=True)
    farm.advance(1000)
    assert farm.state(url) == "failed"


@STORIES.tell
def one_that_ends_too_late_goes_as_soon_as_it_ends(farm):
    url = farm.create(retention_seconds=5)
    farm.do(url, "pause", 200)
    farm.advance(60)
    farm.do(url, "resume", 200)
    farm.advance(3)
    assert farm.state(url) == "running"

    farm.advance(1)
    farm("GET", url, 404)


# ---------------------------------------------------------------- drafts and changes


@STORIES.tell
def a_draft_stays_until_it_is_submitted(farm):
    url = farm.create(draft=True)
    farm.advance(100)
    assert (farm.state(url), farm.render(url)["queued_at"]) == ("draft", None)

    submitted = farm.patch(url, 200, submit=True, priority=7)
    assert (submitted["state"], submitted["priority"]) == ("queued", 7)
    assert submitted["queued_at"] == submitted["updated_at"] == "2026-01-01T00:01:40.000Z"


@STORIES.tell
def submitting_what_is_no_draft_does_nothing(farm):
    url = farm.create()
    before = farm("GET", url, 200)

    assert farm.patch(url, 200, submit=True) == before.json()
    assert farm.etag(url) == before.headers["etag"]


@STORIES.tell
def a_change_touches_what_it_names_and_nothing_else(farm):
    url = farm.create(note="old")
    before = farm.render(url)
    farm.advance(0)

    after = farm.patch(url, 200, note=None, name="new")
    assert after == before | {"note": None, "name": "new", "updated_at": before["created_at"]}
    assert farm.render(url) == after


@STORIES.tell
def a_change_to_what_there_is_changes_nothing(farm):
    url = farm.create()
    tag = farm.etag(url)

    assert farm.patch(url, 200)["updated_at"] is None
    assert farm.patch(url, 200, name="shot-040", priority=5)["updated_at"] is None
    assert farm.etag(url) == tag


@STORIES.tell
def what_runs_or_has_ended_cannot_be_changed(farm):
    url = farm.create()
    for seconds in (1, 3):
        farm.advance(seconds)
        before = farm.render(url)
        farm.patch(url, 409, name="late")
        assert farm.render(url) == before


@STORIES.tell
def a_change_names_a_scene_that_exists(farm):
    url = farm.create(draft=True)
    assert farm.patch(url, 200, scene=2)["scene"] == 2
    assert farm.patch(url, 422, scene=17, name="x")["detail"] == "Scene 17 is not in the library."
    assert farm.render(url)["name"] == "shot-040"


@STORIES.tell
def both_media_types_of_a_change_are_read(farm):
    url = farm.create()
    kind = {"Content-Type": "application/merge-patch+json; charset=utf-8"}
    assert farm("PATCH", url, 200, content=b'{"priority": 1}', headers=kind).json()["priority"] == 1


# ---------------------------------------------------------------- pause, resume, retry


@STORIES.tell
def a_paused_render_waits_and_begins_again(farm):
    url = farm.create()
    farm.advance(3)
    paused = farm.do(url, "pause", 200, json={"note": "Another camera."})
    assert (paused["state"], paused["note"]) == ("paused", "Another camera.")
    farm.advance(100)
    assert farm.state(url) == "paused"

    resumed = farm.do(url, "resume", 200)
    assert (resumed["state"], resumed["started_at"]) == ("queued", None)
    farm.advance(3)
    assert farm.state(url) == "running"
    farm.advance(1)
    assert farm.state(url) == "succeeded"


@STORIES.tell
def a_pause_needs_no_body_and_is_not_made_twice(farm):
    url = farm.create(note="why")
    assert farm.do(url, "pause", 200, **NO_BODY)["note"] == "why"
    before = farm.render(url)

    assert farm.do(url, "pause", 200, json={"note": "again"}) == before


@STORIES.tell
def a_failed_render_is_tried_again_in_place(farm):
    url = farm.create(rehearse_failure=True, retention_seconds=60)
    farm.advance(30)
    farm.patch(url, 200, rehearse_failure=False)

    again = farm.do(url, "retry", 200)
    assert (again["state"], again["error"], again["ended_at"]) == ("queued", None, None)
    assert again["expires_at"] == "2026-01-01T00:01:30.000Z"
    farm.advance(4)
    assert farm.state(url) == "succeeded"


@STORIES.tell
def the_seeded_failure_can_be_tried_again(farm):
    url = "/projects/lighthouse/renders/rnd_0000000000a2"
    assert farm.render(url)["error"]["code"] == "out_of_memory"
    assert farm.do(url, "retry", 200)["error"] is None


@STORIES.tell
def acts_that_do_not_fit_the_state_are_refused_and_do_nothing(farm):
    waiting, ended, draft = farm.create(), farm.create(name="b"), farm.create(name="c", draft=True)
    farm.do(waiting, "pause", 200)
    farm.advance(4)
    for url, act in (
        (waiting, "retry"),
        (ended, "pause"),
        (ended, "resume"),
        (ended, "retry"),
        (draft, "pause"),
    ):
        before = farm.render(url)
        farm.do(url, act, 409)
        assert farm.render(url) == before


# ---------------------------------------------------------------- cancel, delete, purge


@STORIES.tell
def what_waits_is_cancelled_at_once(farm):
    for name, body in (("a", {}), ("b", {"draft": True})):
        url = farm.create(name=name, **body)
        cancelled = farm.do(url, "cancel", 200)
        assert (cancelled["state"], cancelled["ended_at"]) == ("cancelled", "2026-01-01T00:00:00.000Z")


@STORIES.tell
def what_runs_takes_a_second_to_be_cancelled(farm):
    url = farm.create()
    farm.advance(2)
    stopping = farm("POST", f"{url}/cancel", 202)
    assert (stopping.json()["state"], stopping.headers["retry-after"]) == ("cancelling", "1")

    farm.advance(1)
    assert farm.state(url) == "cancelled"
    farm.advance(100)
    assert farm.state(url) == "cancelled"


@STORIES.tell
def cancelling_again_does_nothing(farm):
    url = farm.create()
    farm.advance(2)
    farm.do(url, "cancel", 202)
    before = farm.render(url)
    assert farm.do(url, "cancel", 202) == before
    farm.advance(1)
    assert farm.do(url, "cancel", 200) == farm.render(url)


@STORIES.tell
def what_has_ended_otherwise_is_not_cancelled(farm):
    done, failed = farm.create(), farm.create(name="f", rehearse_failure=True)
    farm.advance(4)
    for url in (done, failed):
        before = farm.render(url)
        farm.do(url, "cancel", 409)
        assert farm.render(url) == before


@STORIES.tell
def what_holds_no_machine_is_deleted_at_once(farm):
    urls = [farm.create(), farm.create(name="b", draft=True), RENDERS + "/rnd_0000000000a1"]
    for url in urls:
        farm("DELETE", url, 204)
        farm("GET", url, 404)
        farm("DELETE", url, 404)
    assert farm("GET", RENDERS, 200).json() == {"renders": [], "total": 0, "next": None}


@STORIES.tell
def what_runs_is_deleted_within_a_second(farm):
    url = farm.create()
    farm.advance(1)
    accepted = farm("DELETE", url, 202)
    assert (accepted.json(), accepted.headers["location"]) == ({"deleting": url.split("/")[-1]}, url)
    assert farm.state(url) == "deleting"
    assert farm("DELETE", url, 202).json() == accepted.json()
    farm.do(url, "cancel", 409)

    farm.advance(1)
    farm("GET", url, 404)
    assert farm.names() == ["test-card"]


@STORIES.tell
def what_is_being_cancelled_can_be_deleted(farm):
    url = farm.create()
    farm.advance(1)
    farm.do(url, "cancel", 202)
    farm("DELETE", url, 202)
    farm.advance(1)
    farm("GET", url, 404)


@STORIES.tell
def an_operator_purges_whatever_runs_and_a_visitor_nothing(farm):
    url = farm.create()
    farm.advance(2)
    farm.do(url, "purge", 204)
    farm("GET", url, 404)

    seeded = RENDERS + "/rnd_0000000000a1"
    farm("POST", f"{seeded}/purge", 403, token="visitor")
    farm("POST", f"{RENDERS}/rnd_none/purge", 403, token="visitor")
    farm("GET", seeded, 200, token="visitor")
