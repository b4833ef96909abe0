"""The render farm: names, keys, versions, results and accounts, in both farms."""

from __future__ import annotations

import pytest
from examples.render_farms import FARMS, RENDERS, Stories, agree, name_of

STORIES = Stories()


@pytest.mark.parametrize("which", FARMS)
@pytest.mark.parametrize("tell", STORIES, ids=name_of)
def test_a_farm_keeps_its_promises(which, tell):
    """What the document promises in prose, told as requests."""
    tell(FARMS[which]())


@pytest.mark.parametrize("tell", STORIES, ids=name_of)
def test_both_farms_answer_alike(tell):
    """Statuses, headers and bodies are the same, but for ids and free wording: there is one document."""
    agree(tell)


# ---------------------------------------------------------------- names, keys, versions


@STORIES.tell
def a_name_is_held_while_a_render_is_active(farm):
    url = farm.create()
    clash = {"name": "shot-040", "scene": 2}
    assert farm("POST", RENDERS, 409, json=clash).json()["title"] == "The name is taken"
    farm.create(project="lighthouse")
    farm.create(draft=True)
    farm.advance(2)
    farm("POST", RENDERS, 409, json=clash)
    farm.do(url, "pause", 200)
    farm("POST", RENDERS, 409, json=clash)
    farm.do(url, "cancel", 200)
    farm.create()


@STORIES.tell
def a_name_is_held_against_drafts_changes_and_retries(farm):
    failed = farm.create(rehearse_failure=True)
    farm.advance(4)
    other, draft = farm.create(name="b"), farm.create(draft=True)
    farm.create()

    farm.patch(draft, 409, submit=True, note="x")
    farm.patch(other, 409, name="shot-040")
    farm.do(failed, "retry", 409)
    assert (farm.render(draft)["note"], farm.state(failed)) == (None, "failed")


@STORIES.tell
def the_same_key_makes_one_render(farm):
    body, key = {"name": "k", "scene": 1}, {"Idempotency-Key": "k1"}
    first = farm("POST", RENDERS, 202, json=body, headers=key)
    farm.advance(2)
    again = farm("POST", RENDERS, 202, json=body, headers=key)

    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["etag"] == first.headers["etag"]
    assert farm.names() == ["k", "test-card"]


@STORIES.tell
def a_key_belongs_to_one_request_and_one_account(farm):
    body, key = {"name": "k", "scene": 1}, {"Idempotency-Key": "k1"}
    first = farm("POST", RENDERS, 202, json=body, headers=key).json()

    farm("POST", RENDERS, 422, json=body | {"priority": 1}, headers=key)
    farm("POST", "/projects/lighthouse/renders", 422, json=body, headers=key)
    farm("POST", "/projects/nowhere/renders", 422, json=body, headers=key)
    other = farm("POST", RENDERS, 202, json=body, headers=key, token="bob").json()
    assert other["id"] != first["id"]
    assert farm("GET", RENDERS, 200, token="bob").json()["total"] == 2


@STORIES.tell
def a_key_is_free_again_after_an_error(farm):
    key = {"Idempotency-Key": "k1"}
    farm("POST", RENDERS, 422, json={"name": "k", "scene": 17}, headers=key)
    farm("POST", RENDERS, 202, json={"name": "k", "scene": 1}, headers=key)


@STORIES.tell
def a_change_is_made_to_the_version_that_was_read(farm):
    url = farm.create()
    tag = farm.etag(url)
    farm.patch(url, 200, priority=1, headers={"If-Match": f'"other", {tag}'})

    for act in ("pause", "resume", "cancel", "retry", "purge"):
        farm.do(url, act, 412, headers={"If-Match": tag})
    farm.patch(url, 412, priority=2, headers={"If-Match": tag})
    farm("DELETE", url, 412, headers={"If-Match": f"W/{farm.etag(url)}"})
    assert farm.render(url)["priority"] == 1
    farm("DELETE", url, 204, headers={"If-Match": "*"})


@STORIES.tell
def what_only_leads_on_is_never_called_known(farm):
    url = farm.create()
    answer = farm("GET", f"/renders/{url.rpartition('/')[2]}", 303, headers={"If-None-Match": "*"})
    assert "etag" not in answer.headers


@STORIES.tell
def a_poll_costs_nothing_until_something_happens(farm):
    url = farm.create()
    tag = farm.etag(url)
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = farm("GET", url, 304, headers={"If-None-Match": known})
        assert (answer.content, answer.headers["etag"]) == (b"", tag)
    farm("GET", f"{url}/events", 304, headers={"If-None-Match": tag})

    farm.advance(1)
    farm("GET", url, 200, headers={"If-None-Match": tag})
    assert farm.etag(url) != tag


# ---------------------------------------------------------------- results, views, accounts


@STORIES.tell
def a_result_is_there_when_it_has_succeeded(farm):
    url, failed = farm.create(), farm.create(name="f", rehearse_failure=True)
    assert farm("GET", f"{url}/result", 409).json()["detail"].startswith("Render rnd_")
    farm.advance(4)

    result = farm("GET", f"{url}/result", 200).json()
    assert (result["resolution"], result["finished_at"][17:19]) == ({"width": 1920, "height": 1080}, "04")
    farm("GET", f"{failed}/result", 409)


@STORIES.tell
def a_log_is_there_when_it_has_ended(farm):
    url = farm.create(engine="preview")
    farm("GET", f"{url}/log", 409)
    farm.do(url, "cancel", 200)

    log = farm("GET", f"{url}/log", 200)
    assert log.text.endswith('"shot-040": Harbour at dusk, preview, 1920x1080\ncancelled\n')


@STORIES.tell
def events_tell_every_state_in_its_order_and_refusals_nothing(farm):
    url = farm.create(draft=True)
    farm.patch(url, 200, submit=True)
    farm.do(url, "retry", 409)
    farm.do(url, "pause", 200)
    farm.do(url, "pause", 200)
    farm.do(url, "resume", 200)
    farm.do(url, "cancel", 200)

    events = farm("GET", f"{url}/events", 200).json()["events"]
    assert [each["state"] for each in events] == ["draft", "queued", "paused", "queued", "cancelled"]


@STORIES.tell
def views_show_less_or_more(farm):
    url = farm.create()
    summary = farm("GET", url, 200, params={"view": "summary"}).json()
    assert summary == {"id": url.split("/")[-1], "name": "shot-040", "state": "queued"}
    assert farm("GET", url, 200, params={"view": "diagnostics"}).json()["machine"]["serial"].startswith("LK-")
    assert farm.render(url)["machine"] == {"pool": "larkfield-1"}


@STORIES.tell
def a_render_is_found_without_its_project(farm):
    url = farm.create(project="lighthouse")
    found = farm("GET", f"/renders/{url.split('/')[-1]}", 303)
    assert found.headers["location"] == url
    farm("GET", found.headers["location"], 200)


@STORIES.tell
def a_render_is_below_its_own_project_only(farm):
    url = farm.create().replace("north-pier", "lighthouse")
    for path in (url, f"{url}/events", f"{url}/result", f"{url}/log"):
        farm("GET", path, 404)
    for act in ("cancel", "pause", "resume", "retry", "purge"):
        farm.do(url, act, 404)
    farm.patch(url, 404, name="x")
    farm("DELETE", url, 404)
    assert farm.names() == ["shot-040", "test-card"]


@STORIES.tell
def another_account_sees_and_changes_nothing(farm):
    url, frame = farm.create(), farm.frame()
    identity = url.split("/")[-1]
    for method, path in (("GET", url), ("DELETE", url), ("GET", frame), ("GET", f"/renders/{identity}")):
        farm(method, path, 404, token="bob")
    farm("POST", f"{url}/cancel", 404, token="bob")
    assert farm("GET", RENDERS, 200, token="bob").json()["total"] == 1
    assert farm.state(url) == "queued"
