"""Shotstack: renders that leave assets behind, templates, sources fetched or uploaded, generated assets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from harness import Server
from lifecycles.playing import Example, World, findings, told, tried
from receiver import receiving

EXAMPLE = Example("shotstack/api.oas3.yaml", ("shotstack",))
KEY = "x-api-key"
CLIP = {"asset": {"type": "title", "text": "Hello World"}, "start": 0, "length": 4}
EDIT = {"timeline": {"tracks": [{"clips": [CLIP]}]}, "output": {"format": "mp4", "resolution": "sd"}}
SPEECH = {"provider": "elevenlabs", "options": {"type": "text-to-speech", "text": "Hello", "voice": "Adam"}}


@pytest.fixture
def world(server: Server, token: str) -> Iterator[World]:
    world = World(server, token, header=KEY)
    yield world
    world.close()


def rendered(world: World, edit: dict[str, Any] = EDIT) -> str:
    """The id of a new render."""
    queued = world("POST", "/render", 201, json=edit).json()
    assert queued["response"]["message"] == "Render Successfully Queued"
    name: str = queued["response"]["id"]
    return name


def render(world: World, name: str, **params: Any) -> dict[str, Any]:
    shown: dict[str, Any] = world.get(f"/render/{name}", params=params)["response"]
    return shown


def fetched(world: World) -> str:
    """The path of a new source."""
    answer = world("POST", "/sources", 201, json={"url": "https://files.example.com/a.mp4"}).json()
    return f"/sources/{answer['data']['id']}"


def source(world: World, path: str) -> dict[str, Any]:
    shown: dict[str, Any] = world.get(path)["data"]["attributes"]
    return shown


def test_a_render_is_queued_fetches_renders_saves_and_is_done(world):
    name = rendered(world)

    seen = [render(world, name)["status"]]
    for seconds in (1, 3, 5, 1):
        world.advance(f"PT{seconds}S")
        seen.append(render(world, name)["status"])

    assert seen == ["queued", "fetching", "rendering", "saving", "done"]
    done = render(world, name)
    assert done["url"].endswith(f"{name}.mp4")
    assert done["created"] < done["updated"]
    assert (done["poster"], done["thumbnail"]) == (None, None)


def test_only_what_is_done_has_a_url_and_only_what_failed_an_error(world):
    for state, present, absent in (("rendering", set(), {"url", "error"}), ("done", {"url"}, {"error"})):
        shown = render(world, world.seeded("Render", state)).keys()
        assert shown >= present
        assert not shown & absent


def test_a_poster_is_there_if_it_was_asked_for(world):
    name = rendered(world, EDIT | {"output": {"format": "mp4", "poster": {"capture": 1}}})
    world.advance("PT1M")

    assert render(world, name)["poster"].endswith("-poster.jpg")


@pytest.mark.parametrize(("scenario", "after"), [("missing_source", "PT4S"), ("failure", "PT9S")])
def test_a_render_fails_while_it_fetches_or_renders(world, scenario, after):
    world.ends(scenario)
    name = rendered(world)

    world.advance(after)

    failed = render(world, name)
    assert failed["status"] == "failed"
    assert failed["error"]
    assert world.get(f"/assets/render/{name}")["data"] == []


def test_the_callback_of_an_edit_is_told_when_it_is_done_or_has_failed(world):
    with receiving() as receiver:
        done = rendered(world, EDIT | {"callback": f"{receiver.url}/callback.php"})
        rendered(world)
        world.ends("failure")
        failed = rendered(world, EDIT | {"callback": f"{receiver.url}/callback.php"})
        world.advance("PT1M")
        assert [each["state"] for each in told(world)] == ["sent", "sent"]

    last, first = receiver.requests
    assert (first.body["id"], first.body["status"], first.body["error"]) == (done, "done", None)
    assert first.body["url"] == render(world, done)["url"]
    assert (last.body["id"], last.body["status"]) == (failed, "failed")
    assert last.body["error"] == render(world, failed)["error"]
    assert "url" not in last.body


def test_the_edit_is_shown_unless_it_is_not_wanted(world):
    name = rendered(world)

    assert render(world, name)["data"] == render(world, name, data="true")["data"] == EDIT
    assert "data" not in render(world, name, data="false")


def test_a_render_that_is_done_leaves_an_asset_which_can_be_deleted(world):
    name = rendered(world)
    assert world.get(f"/assets/render/{name}")["data"] == []
    world.advance("PT10S")

    (asset,) = world.get(f"/assets/render/{name}")["data"]

    assert (asset["attributes"]["renderId"], asset["attributes"]["status"]) == (name, "importing")
    path = f"/assets/{asset['attributes']['id']}"
    world.advance("PT2S")
    assert world.get(path)["data"]["attributes"]["status"] == "ready"
    world("DELETE", path, 204)
    assert world.get(path)["data"]["attributes"]["status"] == "deleted"
    world("DELETE", path, 204)


def test_a_template_is_saved_updated_rendered_and_deleted(world):
    answer = world("POST", "/templates", 201, json={"name": "Intro", "template": EDIT}).json()
    name = answer["response"]["id"]
    path = f"/templates/{name}"
    assert world.get(path)["response"] == {
        "id": name,
        "name": "Intro",
        "owner": "5ca6hu7s9k",
        "template": EDIT,
    }

    made = world("POST", "/templates/render", 201, json={"id": name}).json()["response"]["id"]
    assert render(world, made)["data"] == EDIT

    world.advance("PT1S")
    world("PUT", path, 200, json={"name": "Empty"})
    # "If the template parameter is omitted a blank template will be saved."
    assert world.get(path)["response"]["template"]["timeline"] == {"tracks": []}
    listed = next(each for each in world.get("/templates")["response"]["templates"] if each["id"] == name)
    assert listed["updated"] > listed["created"]
    assert listed.keys() == {"id", "name", "created", "updated"}

    world("DELETE", path, 204)
    world("GET", path, 404)
    world("POST", "/templates/render", 404, json={"id": name})
    world.advance("PT1M")
    assert render(world, made)["status"] == "done"


def test_a_source_is_fetched_and_stored(world):
    path = fetched(world)

    seen = [source(world, path)["status"]]
    for seconds in (1, 4):
        world.advance(f"PT{seconds}S")
        seen.append(source(world, path)["status"])

    assert seen == ["queued", "importing", "ready"]
    assert source(world, path)["source"].endswith("/source.mp4")
    assert source(world, path)["input"] == "https://files.example.com/a.mp4"
    world("DELETE", path, 204)
    assert source(world, path)["status"] == "deleted"


def test_an_upload_waits_for_its_file_for_an_hour(world):
    answer = world("POST", "/upload", 200).json()["data"]
    late = world("POST", "/upload", 200).json()["data"]["id"]
    path = f"/sources/{answer['id']}"
    assert answer["id"] in answer["attributes"]["url"]
    assert source(world, path).items() >= {"status": "queued"}.items()
    assert "input" not in source(world, path)

    world.fire("Source", answer["id"], "upload")
    world.advance("PT4S")
    assert source(world, path)["status"] == "ready"
    world.advance("PT1H")
    assert source(world, f"/sources/{late}")["status"] == "failed"


def test_sources_are_listed_as_they_are_shown(world):
    path = fetched(world)

    listed = world.get("/sources")["data"]

    assert world.get(path)["data"] in listed
    assert {each["attributes"]["status"] for each in listed} == {
        *("ready", "queued", "importing", "failed", "deleted", "overwritten")
    }


@pytest.mark.parametrize(("scenario", "ends"), [("", "done"), ("failure", "failed")])
def test_an_asset_is_generated_or_not(world, scenario, ends):
    world.ends(scenario)
    queued = world("POST", "/path_alias_createassets", 201, json=SPEECH).json()["data"]
    assert queued["attributes"].items() >= {"provider": "elevenlabs", "status": "queued"}.items()

    world.advance("PT1M")

    ended = world.get(f"/path_alias_createassets/{queued['id']}")["data"]["attributes"]
    assert ended["status"] == ends
    assert ("url" in ended) == (ends == "done")


def test_a_transfer_is_accepted_under_the_id_of_the_client(world):
    body = {"url": "https://files.example.com/a.mp4", "id": "mine", "destinations": [{"provider": "mux"}]}

    for _ in range(2):
        told = world("POST", "/assets", 200, json=body).json()["data"]["attributes"]
        assert (told["id"], told["status"]) == ("mine", "queued")


def test_errors_are_told_in_the_shape_of_each_api(world, server):
    nobody = "00000000-0000-4000-8000-000000000000"
    for answer in (
        world("GET", f"/render/{nobody}", 404),
        world("POST", "/render", 400, json={"timeline": {}}),
        world("GET", "/render/no-uuid", 400),
    ):
        assert answer.json().items() >= {"success": False}.items()
    for answer in (world("GET", f"/sources/{nobody}", 404), world("POST", "/sources", 400, json={})):
        (error,) = answer.json()["errors"]
        assert error["status"] == str(answer.status_code)
    with server.client(None) as client:
        assert client.get("/sources").status_code == 401


def test_every_state_is_seeded(world):
    assert world.states("Render") == {"queued", "fetching", "rendering", "saving", "done", "failed"}
    assert world.states("HostedAsset") == {"importing", "ready", "failed", "deleted"}
    assert {"expected", "overwritten"} <= world.states("Source")
    assert world.states("GeneratedAsset") == {"queued", "processing", "saving", "done", "failed"}


def test_our_own_server_keeps_every_promise(server):
    report = EXAMPLE.judged(server, "--depth", "40", "--max-requests", "4000")

    assert findings(report) == []
    assert {"possible-move", "move-on-time", "final-is-final", "gone-is-gone", "view-shows"} <= tried(report)
