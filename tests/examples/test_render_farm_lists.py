"""The render farm: lists, the library and the test frames, in both farms."""

from __future__ import annotations

import pytest
from examples.render_farms import FARMS, RENDERS, Farm, Stories, agree, name_of

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


def five(farm: Farm) -> None:
    """Make five renders, a second apart, of rising priority."""
    for number in range(5):
        engine = "preview" if number % 2 else "rasterizer"
        farm.create(name=f"shot-{number}", priority=number, engine=engine)
        farm.advance(1)


# ---------------------------------------------------------------- renders in pages


@STORIES.tell
def pages_follow_each_other_the_newest_first(farm):
    five(farm)
    first = farm("GET", RENDERS, 200, params={"limit": 2}).json()
    farm.create(name="newer")
    second = farm("GET", RENDERS, 200, params={"limit": 2, "after": first["next"]}).json()
    last = farm("GET", RENDERS, 200, params={"limit": 2, "after": second["next"]}).json()

    pages = [[each["name"] for each in page["renders"]] for page in (first, second, last)]
    assert pages == [["shot-4", "shot-3"], ["shot-2", "shot-1"], ["shot-0", "test-card"]]
    assert (first["total"], second["total"], last["next"]) == (6, 7, None)


@STORIES.tell
def a_page_behind_a_deleted_render_is_still_found(farm):
    five(farm)
    first = farm("GET", RENDERS, 200, params={"limit": 2}).json()
    farm.do(f"{RENDERS}/{first['renders'][1]['id']}", "purge", 204)
    assert farm.names(after=first["next"], limit=2) == ["shot-2", "shot-1"]


@STORIES.tell
def a_limit_is_brought_within_its_bounds(farm):
    five(farm)
    for limit, length in (("0", 1), ("-3", 1), ("51", 6), ("9999", 6), ("few", 6), ("", 6), ("2.5", 6)):
        assert len(farm.names(limit=limit)) == length
    assert len(farm.names(after="")) == 6


@STORIES.tell
def filters_narrow_the_list_and_its_total(farm):
    five(farm)
    for query, names in (
        ({"state": "running"}, ["shot-4", "shot-3", "shot-2"]),
        ({"state": "running,succeeded"}, ["shot-4", "shot-3", "shot-2", "shot-1", "shot-0", "test-card"]),
        ({"engine": "preview"}, ["shot-3", "shot-1", "test-card"]),
        ({"name": "shot-"}, ["shot-4", "shot-3", "shot-2", "shot-1", "shot-0"]),
        ({"name": "hot"}, []),
        ({"priority_from": 3}, ["shot-4", "shot-3", "test-card"]),
        ({"priority_from": 2, "priority_to": 3}, ["shot-3", "shot-2"]),
        ({"created_from": "2026-01-01T00:00:03Z"}, ["shot-4", "shot-3"]),
        ({"created_to": "2026-01-01T01:00:00.999+01:00"}, ["shot-0", "test-card"]),
        ({"engine": "preview", "state": "running", "priority_to": 2}, []),
    ):
        farm.advance(0)
        page = farm("GET", RENDERS, 200, params=query).json()
        assert ([each["name"] for each in page["renders"]], page["total"]) == (names, len(names)), query


@STORIES.tell
def a_filter_sees_the_present_state(farm):
    farm.create()
    assert farm.names(state="queued") == ["shot-040"]
    farm.advance(1)
    assert farm.names(state="queued") == []
    assert farm.names(state="running") == ["shot-040"]


@STORIES.tell
def filtered_pages_follow_each_other(farm):
    five(farm)
    first = farm("GET", RENDERS, 200, params={"engine": "rasterizer", "limit": 2}).json()
    assert first["total"] == 3
    assert farm.names(engine="rasterizer", limit=2, after=first["next"]) == ["shot-0"]


@STORIES.tell
def projects_are_listed_and_shown(farm):
    projects = farm("GET", "/projects", 200).json()["projects"]
    assert [each["id"] for each in projects] == ["north-pier", "lighthouse"]
    assert farm("GET", "/projects/lighthouse", 200).json() == projects[1]


# ---------------------------------------------------------------- the library


def slugs(farm, **query):
    """Return the slugs of the scenes that the library shows."""
    return [each["slug"] for each in farm("GET", "/scenes", 200, params=query).json()["scenes"]]


NEW = {"slug": "lantern-room", "title": "The lantern room", "frames": 12, "lens": 28.5}


@STORIES.tell
def a_scene_is_added_and_found_by_both_its_names(farm):
    made = farm("POST", "/scenes", 201, json=NEW)
    assert made.headers["location"] == "/scenes/4"
    assert made.json()["camera"] == {"lens": 28.5}
    assert farm("GET", "/scenes/4", 200).json() == made.json()
    assert farm("GET", "/scenes/by-slug/lantern-room", 200).json() == made.json()
    assert farm.create(scene=4)


@STORIES.tell
def numbers_of_scenes_and_frames_are_nobody_elses(farm):
    farm("POST", "/scenes", 201, json=NEW)
    farm("POST", "/scenes", 409, json=NEW)
    assert farm("POST", "/scenes", 201, json=NEW, token="bob").json()["id"] == 5
    farm.frame()
    assert farm("POST", "/frames", 201, data={"label": "b"}, token="bob").json()["id"] == 1002


@STORIES.tell
def a_slug_is_given_once(farm):
    refused = farm("POST", "/scenes", 409, json=NEW | {"slug": "attic"}).json()
    assert refused == {"error": {"code": "slugTaken", "message": "There is a scene attic already."}}
    assert len(slugs(farm)) == 3


@STORIES.tell
def the_library_is_sorted_and_cut(farm):
    farm("POST", "/scenes", 201, json=NEW)
    assert slugs(farm) == ["harbour-at-dusk", "attic", "glass-study", "lantern-room"]
    assert slugs(farm, direction="desc") == slugs(farm)
    assert slugs(farm, sort="slug") == ["attic", "glass-study", "harbour-at-dusk", "lantern-room"]
    assert slugs(farm, sort="frames") == ["lantern-room", "attic", "glass-study", "harbour-at-dusk"]
    assert slugs(farm, sort="frames", direction="desc")[1:3] == ["attic", "glass-study"]
    assert slugs(farm, sort="title", direction="desc", offset=1, limit=2) == ["attic", "harbour-at-dusk"]
    assert slugs(farm, offset=3) == ["lantern-room"]
    assert slugs(farm, offset=99) == []


@STORIES.tell
def the_library_is_filtered_and_its_total_with_it(farm):
    page = farm("GET", "/scenes", 200, params={"frames_to": 96, "limit": 1}).json()
    assert ([each["slug"] for each in page["scenes"]], page["total"]) == (["attic"], 2)
    assert slugs(farm, frames_from=97) == ["harbour-at-dusk"]
    assert slugs(farm, title="Gl") == ["glass-study"]
    assert "camera" not in farm("GET", "/scenes", 200).json()["scenes"][0]


@STORIES.tell
def a_scene_is_replaced_by_who_has_read_it(farm):
    tag, change = farm.etag("/scenes/1"), {"title": "Harbour at dawn", "frames": 300}
    assert farm("PUT", "/scenes/1", 428, json=change).json()["error"]["code"] == "preconditionRequired"
    farm.advance(5)

    changed = farm("PUT", "/scenes/1", 200, json=change, headers={"If-Match": tag})
    assert changed.json()["updated_at"] == "2026-01-01T00:00:05.000Z"
    assert (changed.json()["title"], changed.json()["slug"]) == ("Harbour at dawn", "harbour-at-dusk")
    farm("PUT", "/scenes/1", 412, json=change, headers={"If-Match": tag})
    farm("GET", "/scenes/1", 304, headers={"If-None-Match": changed.headers["etag"]})
    farm.advance(5)
    same = farm("PUT", "/scenes/1", 200, json=change, headers={"If-Match": changed.headers["etag"]})
    assert (same.json(), same.headers["etag"]) == (changed.json(), changed.headers["etag"])


# ---------------------------------------------------------------- test frames


@STORIES.tell
def a_frame_goes_on_when_it_is_looked_at(farm):
    url = farm.frame()
    farm.advance(7)
    looks = [farm("GET", url, 200).json() for _ in range(6)]
    assert [each["code"] for each in looks] == [0, 1, 1, 1, 2, 2]
    assert [each["drawn_at"] for each in looks[3:5]] == [None, 1767225607]


@STORIES.tell
def a_list_is_no_look(farm):
    url = farm.frame()
    for _ in range(5):
        farm("GET", "/frames", 200)
    assert farm("GET", url, 200).json()["code"] == 0


@STORIES.tell
def a_frame_is_struck_until_it_is_drawn(farm):
    url = farm.frame()
    farm.advance(2)
    struck = farm("POST", f"{url}/strike", 200).json()
    assert (struck["code"], struck["struck_at"], struck["changed"]) == (9, 1767225602, 1767225602)
    farm.advance(2)
    assert farm("POST", f"{url}/strike", 200).json() == struck
    assert farm("GET", url, 200).json() == struck

    refused = farm("POST", "/frames/1000/strike", 409).json()
    assert refused["error"]["message"] == "Frame 1000 has been drawn; its code is 2."


@STORIES.tell
def a_form_is_read_as_its_schema_says(farm):
    form = {"number": "+24", "keep": "True", "layers": ["depth", "beauty"], "scene": "2"}
    frame = farm("GET", farm.frame(**form), 200).json()
    assert (frame["number"], frame["keep"], frame["layers"]) == (24, True, ["depth", "beauty"])
    assert (frame["scene"], frame["price"], frame["created"]) == (2, "$0.04", 1767225600)
    plain = farm("GET", farm.frame(), 200).json()
    assert (plain["number"], plain["keep"], plain["layers"], plain["scene"]) == (0, False, ["beauty"], None)


@STORIES.tell
def frames_come_five_at_a_time(farm):
    for _ in range(6):
        farm.frame()
    first = farm("GET", "/frames", 200).json()
    second = farm("GET", "/frames", 200, params={"page": 2}).json()
    assert [each["id"] for each in first["frames"]] == [1006, 1005, 1004, 1003, 1002]
    assert [each["id"] for each in second["frames"]] == [1001, 1000]
    assert (first["more"], second["more"], first["total"]) == (True, False, 7)
    assert farm("GET", "/frames", 200, params={"page": 3}).json()["frames"] == []
    assert farm("GET", "/frames", 200, params={"code": 2}).json()["total"] == 1


@STORIES.tell
def head_is_answered_as_get_but_not_where_looking_matters(farm):
    url = farm.create()
    head = farm("HEAD", url, 200)
    assert (head.content, head.headers["etag"]) == (b"", farm.etag(url))
    frame = farm.frame()
    for _ in range(3):
        assert farm.head(frame) == 405
    assert farm("GET", frame, 200).json()["code"] == 0
