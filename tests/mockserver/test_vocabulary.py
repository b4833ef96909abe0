"""Every word of the vocabulary that the five APIs do not use, on the wire of a render farm."""

from __future__ import annotations

import base64
import re

import pytest

from mockserver.clock import shown
from speckit import timing


def later(playing, duration):
    """The moment `duration` from now, as the farm writes it."""
    return shown(playing.clock.now() + timing.duration(duration))


def phases(farm, identity, *durations):
    """The phases of a render, looked at now and after each of `durations`."""
    seen = [farm.phase(identity)]
    for duration in durations:
        farm.advance(duration)
        seen.append(farm.phase(identity))
    return seen


# New resources: templates and operators


def test_a_new_render_holds_what_its_templates_compute(farm):
    """Every sort of template in one place: who asked, what with, when, and what follows from that."""
    now = farm.playing.clock.now()

    made = farm.create(name="dawn", headers={"X-Agent": "curl/8"})

    assert re.fullmatch(r"render-[0-9a-f]{6}", made.pop("id"))
    assert made == {
        "farm": "north",
        "scene": 1,
        "scene_title": "The harbour",
        "name": "dawn",
        "owner": farm.token,
        "agent": "curl/8",
        "price": "$5",
        "priority": 3,
        "status": {"phase": "queued", "note": f"made by {farm.token} for north"},
        "spec": '{"name":"dawn","scene":1}',
        "camera": {"lens": 50},
        "created_at": shown(now),
        "updated_at": None,
        "started_at": None,
        "ended_at": None,
        "expires_at": later(farm.playing, "PT2H"),
        "full_hour": shown(timing.next_full(now + timing.duration("PT30M"), "hour")),
        "error": None,
    }


def test_fields_come_in_the_order_of_the_document(farm):
    """People compare bodies by eye; a mock that shuffles them looks like another API."""
    made = farm.create(headers={"X-Agent": "a"})

    wanted = "id farm scene scene_title name owner agent price priority status spec camera created_at"
    assert list(made)[:13] == wanted.split()


def test_what_is_absent_is_left_out(farm):
    """A header that was not sent makes no field, and no null either."""
    made = farm.create(start="now")

    assert "agent" not in made
    assert "error" not in made


def test_the_first_that_is_present_counts_even_where_it_is_zero(farm):
    """`$first` asks whether a value is there, not whether it is true."""
    assert farm.create(priority=0)["priority"] == 0


def test_a_time_is_moved_on_by_seconds_out_of_the_body(farm):
    """`plus` may be an expression in seconds, here `$first` of two."""
    made = farm.create(retention_seconds=90)

    assert made["expires_at"] == later(farm.playing, "PT90S")


def test_two_renders_have_different_ids_and_secrets(farm):
    one = farm.render(farm.create(name="a")["id"], view="full")
    other = farm.render(farm.create(name="b")["id"], view="full")

    assert one["id"] != other["id"]
    assert one["secret"] != other["secret"]
    assert re.fullmatch(
        r"s-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", one["secret"]
    )


@pytest.mark.parametrize(
    ("body", "phase"),
    [
        ({"start": "draft"}, "draft"),
        ({"start": "later"}, "draft"),
        ({"start": "now"}, "running"),
        ({"start": "now", "priority": 0}, "queued"),
        ({}, "queued"),
        ({"start": "later", "scene": ...}, "queued"),
        ({"scene": ...}, "paused"),
    ],
)
def test_the_first_state_is_chosen_by_guards(farm, body, phase):
    """`in`, `not`, `present` and plain equality, tried from the top; the last choice has no guard."""
    content = {"name": "dawn", "scene": 1} | body
    sent = {key: value for key, value in content.items() if value is not ...}

    made = farm.http.post("/farms/north/renders", json=sent).json()

    assert made["status"]["phase"] == phase


def test_a_create_answers_with_headers(farm):
    """Where the new one is, and when to look; a header whose value is absent is left out."""
    answer = farm.http.post("/farms/north/renders", json={"name": "x", "scene": 1})
    without = farm.http.post("/farms/north/renders", json={"name": "y"})

    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/renders/{answer.json()['id']}"
    assert answer.headers["Retry-After"] == "10"
    assert answer.headers["X-Absent"] == "The harbour"
    assert "X-Absent" not in without.headers
    assert farm.http.get(answer.headers["Location"]).json() == answer.json()


# Parents


def test_a_parent_in_the_path_that_is_missing_is_answered_in_the_documents_words(farm):
    answer = farm.http.post("/farms/east/renders", json={"name": "x"})
    listed = farm.http.get("/farms/east/renders")

    assert (answer.status_code, answer.json()) == (404, {"told": "No farm east."})
    assert (listed.status_code, listed.json()) == (404, {"told": "No farm east."})


def test_a_parent_in_the_body_that_is_missing_is_answered_in_the_documents_words(farm):
    answer = farm.http.post("/farms/north/renders", json={"name": "x", "scene": 99})

    assert (answer.status_code, answer.json()) == (422, {"told": "No such scene."})
    assert farm.http.get("/farms/north/renders").json()["total"] == 1


def test_an_update_cannot_refer_to_a_parent_that_is_missing(farm):
    made = farm.create()

    answer = farm.http.patch(f"/renders/{made['id']}", json={"scene": 99, "name": "other"})

    assert (answer.status_code, answer.json()) == (422, {"told": "No such scene."})
    assert farm.render(made["id"]) == made


def test_a_list_shows_only_what_is_below_the_parent_in_its_path(farm):
    """The id of that parent holds a slash, which the path has percent-encoded."""
    farm.create(name="n")
    south = farm.create(farm="south%2F2", name="s")

    listed = farm.http.get("/farms/south%2F2/renders").json()

    assert south["farm"] == "south/2"
    assert [each["name"] for each in listed["renders"]] == ["s"]


def test_a_child_outlives_its_parent(farm):
    """A scene may be deleted while it is rendered; time goes on for everybody all the same."""
    made = farm.create(scene=1)
    assert farm.http.delete("/scenes/1").status_code == 204

    assert phases(farm, made["id"], "PT10S", "PT60S") == ["queued", "running", "succeeded"]
    assert farm.http.patch(f"/renders/{farm.create(scene=2)['id']}", json={"scene": 1}).status_code == 422


def test_a_resource_is_found_by_its_other_name(farm):
    assert farm.http.get("/scenes/by-slug/attic").json() == farm.http.get("/scenes/2").json()
    assert farm.http.get("/scenes/by-slug/cellar").status_code == 404

    farm.http.delete("/scenes/2")

    assert farm.http.get("/scenes/by-slug/attic").status_code == 404


def test_a_concrete_path_wins_over_a_template(farm):
    """`/scenes/latest` belongs to no lifecycle, and is no scene called latest."""
    made_up = farm.http.get("/scenes/latest")

    assert made_up.status_code == 200
    assert set(made_up.json()) == {"id", "slug", "title"}
    assert farm.http.get("/scenes/newest").status_code == 400


# States and moves


def test_a_render_runs_its_course_in_a_nested_state_field(farm):
    """The times at which it entered its states are kept, each to the millisecond it was due."""
    made = farm.create()
    starts, ends = later(farm.playing, "PT10S"), later(farm.playing, "PT70S")

    seen = phases(farm, made["id"], "PT9.999S", "PT0.001S", "PT59.999S", "PT0.001S")

    assert seen == ["queued", "queued", "running", "running", "succeeded"]
    done = farm.render(made["id"])
    assert (done["started_at"], done["ended_at"], done["updated_at"]) == (starts, ends, ends)
    assert done["status"]["note"] == made["status"]["note"]


def test_moves_are_stamped_with_the_moment_they_were_due_however_late_somebody_looks(farm):
    made = farm.create()
    ends = later(farm.playing, "PT70S")

    farm.advance("PT1H")

    assert farm.render(made["id"])["ended_at"] == ends


def test_it_expires_at_the_time_in_its_field(farm):
    made = farm.create(retention_seconds=100)

    farm.advance("PT99S")
    assert farm.phase(made["id"]) == "succeeded"
    farm.advance("PT1S")

    assert farm.http.get(f"/renders/{made['id']}").status_code == 404


def test_a_time_that_passed_before_the_state_was_entered_counts_from_then(farm):
    """It expires as soon as it has ended, and not before."""
    made = farm.create(retention_seconds=1)

    farm.advance("PT69.999S")
    assert farm.phase(made["id"]) == "running"
    farm.advance("PT0.001S")

    assert farm.http.get(f"/renders/{made['id']}").status_code == 404


def test_a_scenario_takes_another_end(farm):
    """The client chooses it with a header; the data of the scenario go into the resource."""
    made = farm.create(headers={"Understudy-Scenario": "failure"})

    assert phases(farm, made["id"], "PT10S", "PT20S") == ["queued", "running", "failed"]
    failed = farm.render(made["id"])
    assert failed["error"] == "out of memory"
    assert failed["status"] == {"phase": "failed", "note": "failed: out of memory"}


def test_a_scenario_nobody_has_declared_is_refused(farm):
    answer = farm.http.post(
        "/farms/north/renders", json={"name": "x"}, headers={"Understudy-Scenario": "failur"}
    )

    assert answer.status_code == 422
    assert "failure" in answer.json()["detail"]


def test_a_resource_without_scenarios_says_so(small, play):
    """There is no list to choose from, and the sentence ends where it ends."""
    responses = {"201": {"description": "It is there."}}
    paths = {"/prints": {"post": {"operationId": "addPrint", "responses": responses}}}
    kept = {"identity": {"field": "/id", "generate": "$sequence"}, "initially": {"id": "$id"}}
    server = play(small({"Print": {**kept, "operations": {"addPrint": {"role": "create"}}}}, paths))

    answer = server.client().post("/prints", headers={"Understudy-Scenario": "nope"})
    choice = server.client().post("/_understudy/scenario", json={"scenario": "nope"})

    assert answer.json()["detail"] == "Print has no scenario 'nope'. It has none; leave the header out."
    assert choice.json()["detail"] == "There is no scenario 'nope'. No resource has any."


def test_a_failed_render_can_be_tried_again(farm):
    """It looks final, and is not: retry leads back to the start, by the same scenario to the same end."""
    made = farm.create(headers={"Understudy-Scenario": "failure"})
    farm.advance("PT30S")

    answer = farm.http.post(f"/renders/{made['id']}:retry")

    assert answer.json()["status"]["phase"] == "queued"
    assert answer.json()["error"] is None
    assert phases(farm, made["id"], "PT10S", "PT20S") == ["queued", "running", "failed"]


def test_a_paused_render_stays_so_until_it_is_resumed(farm):
    """Resting means that no time moves it; resumed, it waits its whole time again."""
    made = farm.create()
    farm.advance("PT5S")

    paused = farm.http.post(f"/renders/{made['id']}:pause").json()
    assert paused["status"] == {"phase": "paused", "note": "on hold"}
    assert phases(farm, made["id"], "P1D") == ["paused", "paused"]

    farm.http.post(f"/renders/{made['id']}:resume")
    assert phases(farm, made["id"], "PT9S", "PT1S") == ["queued", "queued", "running"]


def test_cancelling_takes_its_time(farm):
    made = farm.create(start="now")

    answer = farm.http.post(f"/renders/{made['id']}:cancel")

    assert answer.json()["status"]["phase"] == "cancelling"
    assert phases(farm, made["id"], "PT4S", "PT1S") == ["cancelling", "cancelling", "cancelled"]


def test_cancelling_may_come_too_late(farm):
    """A transient state can still end elsewhere."""
    made = farm.create(start="now", headers={"Understudy-Scenario": "stubborn"})
    farm.http.post(f"/renders/{made['id']}:cancel")

    assert phases(farm, made["id"], "PT5S") == ["cancelling", "succeeded"]


def test_one_operation_causes_different_moves_in_different_states(farm):
    """What waits is dropped at once, what runs is wound down."""
    waiting, running = farm.create(name="a"), farm.create(name="b", start="now")

    assert farm.http.post(f"/renders/{waiting['id']}:cancel").json()["status"]["phase"] == "cancelled"
    assert farm.http.post(f"/renders/{running['id']}:cancel").json()["status"]["phase"] == "cancelling"


def test_a_field_of_an_update_causes_a_move(farm):
    made = farm.create(start="draft")

    farm.http.patch(f"/renders/{made['id']}", json={"mood": "unsure"})
    assert farm.phase(made["id"]) == "draft"
    answer = farm.http.patch(f"/renders/{made['id']}", json={"mood": "ready", "name": "dusk"})

    assert answer.json()["status"]["phase"] == "queued"
    assert answer.json()["name"] == "dusk"


def test_what_people_do_elsewhere_happens_through_the_control_door(farm):
    """`$external`: no operation causes it, and its guard is asked as well."""
    made, tough = farm.create(name="a"), farm.create(name="b", priority=9)
    fire = {"principal": farm.token, "resource": "Render", "transition": "evict"}

    farm.playing.door("POST", "/transitions", json=fire | {"id": made["id"]})
    refused = farm.http.post("/_understudy/transitions", json=fire | {"id": tough["id"]})

    assert farm.phase(made["id"]) == "paused"
    assert refused.status_code == 409
    assert farm.phase(tough["id"]) == "queued"


@pytest.mark.parametrize(
    ("identity", "status"), [([], 400), ({}, 400), (None, 400), (True, 400), (1.5, 404), ("1", 404)]
)
def test_an_id_that_is_no_id_is_unknown_at_the_control_door(farm, identity, status):
    fire = {"principal": farm.token, "resource": "Scene", "transition": "evict", "id": identity}

    answer = farm.http.post("/_understudy/transitions", json=fire)

    assert answer.status_code == status, answer.text


def test_frames_move_when_they_are_looked_at(farm):
    """`polls` counts the looks in each state anew, even where no time passes between them."""
    frame = farm.frame()

    codes = [farm.http.get(f"/frames/{frame}").json()["code"] for _ in range(7)]

    assert codes == [0, 1, 1, 1, 2, 2, 2]


def test_a_list_is_no_look(farm):
    frame = farm.frame()

    for _ in range(5):
        farm.http.get("/frames")

    assert farm.http.get(f"/frames/{frame}").json()["code"] == 0


def test_no_time_moves_what_waits_for_looks(farm):
    frame = farm.frame()

    farm.advance("P3D")

    assert farm.http.get(f"/frames/{frame}").json()["code"] == 0


def test_a_watch_goes_off_again_and_again(farm):
    """`every` is a constant duration here; the first time is the next full minute."""
    made = farm.http.post("/watches", json={}).json()
    now = farm.playing.clock.now() // timing.SECOND
    first = timing.next_full((now + 60) * timing.SECOND, "minute") // timing.SECOND
    assert made == {"id": made["id"], "next_at": first, "last_at": None}

    farm.advance(f"PT{first - now - 1}S")
    assert farm.http.get(f"/watches/{made['id']}").json()["last_at"] is None
    farm.advance("PT1S")
    assert farm.http.get(f"/watches/{made['id']}").json() == made | {"last_at": first, "next_at": first + 90}
    farm.advance("PT900S")

    assert farm.http.get(f"/watches/{made['id']}").json() == made | {
        "last_at": first + 900,
        "next_at": first + 990,
    }


# History


def events(farm, identity):
    """The history of a render, which is shown by a view of its own."""
    return farm.render(identity, view="events")["events"]


def told(farm, identity):
    """The phases in the history of a render."""
    return [event["phase"] for event in events(farm, identity)]


def test_a_history_begins_with_the_first_state(farm):
    """The entry is computed as the state is entered: its own assignments are there to be seen."""
    made = farm.create()
    draft = farm.create(start="draft")

    assert events(farm, made["id"]) == [{"phase": "queued", "at": made["created_at"], "error": None}]
    assert events(farm, draft["id"]) == [{"phase": "draft", "at": draft["created_at"]}]


def test_a_history_tells_when_each_move_was_due_however_late_somebody_looks(farm):
    made = farm.create(headers={"Understudy-Scenario": "failure"})
    starts, fails = later(farm.playing, "PT10S"), later(farm.playing, "PT30S")

    farm.advance("PT1H")

    assert events(farm, made["id"]) == [
        {"phase": "queued", "at": made["created_at"], "error": None},
        {"phase": "running", "at": starts, "error": None},
        {"phase": "failed", "at": fails, "error": "out of memory"},
    ]


def test_a_history_has_the_moves_that_operations_cause(farm):
    """What is asked for may be entered as well; where nobody asks it is left out."""
    made = farm.create(start="draft")

    farm.http.patch(f"/renders/{made['id']}", json={"mood": "ready"})
    farm.http.post(f"/renders/{made['id']}:pause")
    farm.http.post(f"/renders/{made['id']}:resume")

    assert told(farm, made["id"]) == ["draft", "queued", "paused", "queued"]
    assert [event.get("asked") for event in events(farm, made["id"])] == [None, "ready", None, None]


def test_a_history_has_the_moves_that_people_cause_elsewhere(farm):
    made = farm.create()
    fire = {"principal": farm.token, "resource": "Render", "transition": "evict", "id": made["id"]}

    farm.playing.door("POST", "/transitions", json=fire)

    assert told(farm, made["id"]) == ["queued", "paused"]


def test_what_moves_nothing_leaves_the_history_alone(farm):
    """Refused, without effect, or a change without a move: no state was entered."""
    made = farm.create()
    url = f"/renders/{made['id']}"
    taken = farm.create(name="taken", start="draft", scene=1)
    farm.create(name="taken")
    before = events(farm, taken["id"])

    assert farm.http.post(f"{url}:resume").status_code == 409
    assert farm.http.patch(url, json={"name": "dusk"}).status_code == 200
    assert farm.http.patch(f"/renders/{taken['id']}", json={"mood": "ready"}).status_code == 409
    assert told(farm, made["id"]) == ["queued"]
    assert events(farm, taken["id"]) == before
    farm.http.post(f"{url}:pause")
    assert farm.http.post(f"{url}:pause").status_code == 200

    assert told(farm, made["id"]) == ["queued", "paused"]


def test_a_hidden_history_is_shown_by_its_view_alone(farm):
    made = farm.create()

    shown = [farm.render(made["id"], view=view) for view in ("brief", "full", "lean")]

    assert all("events" not in each for each in (made, farm.render(made["id"]), *shown))


def test_a_seed_has_one_entry_of_its_state(farm):
    """Nobody says how it got there."""
    assert told(farm, "render-old") == ["succeeded"]


def test_what_is_put_somewhere_has_the_history_it_is_given(farm):
    known = [{"phase": "queued", "at": "2025-12-31T00:00:00.000Z"}]

    given = farm.put("Render", "running", name="a", events=known)
    plain = farm.put("Render", "running", name="b")
    farm.advance("PT60S")

    assert told(farm, given) == ["queued", "succeeded"]
    assert told(farm, plain) == ["running", "succeeded"]


# Refusals and no effect


def test_an_operation_without_a_move_in_this_state_is_refused(farm):
    """Nothing else is said, so the plain answer names the state and where it would work."""
    made = farm.create()

    answer = farm.http.post(f"/renders/{made['id']}:resume")

    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == f"Render {made['id']} is queued; this starts from paused."
    assert farm.render(made["id"]) == made


def test_otherwise_refuses_in_the_states_it_names(farm):
    made = farm.create()
    farm.http.post(f"/renders/{made['id']}:cancel")
    before = farm.render(made["id"])

    answer = farm.http.patch(f"/renders/{made['id']}", json={"name": "late"})

    assert (answer.status_code, answer.json()) == (409, {"told": "It has cancelled."})
    assert farm.render(made["id"]) == before


def test_otherwise_without_states_is_for_all_that_are_left(farm):
    made = farm.create(start="draft")

    answer = farm.http.post(f"/renders/{made['id']}:cancel")

    assert (answer.status_code, answer.json()) == (409, {"told": f"{made['id']} is draft."})


def test_no_effect_is_no_error_and_changes_nothing(farm):
    """A client may repeat its cancel; the first answer that fits counts, with its headers."""
    made = farm.create()
    farm.http.post(f"/renders/{made['id']}:cancel")
    farm.advance("PT3S")
    before = farm.http.get(f"/renders/{made['id']}")

    answer = farm.http.post(f"/renders/{made['id']}:cancel")

    assert answer.status_code == 200
    assert answer.json() == before.json()
    after = farm.http.get(f"/renders/{made['id']}")
    assert (after.json(), after.headers["ETag"]) == (before.json(), before.headers["ETag"])


def test_no_effect_without_a_body_of_its_own_shows_the_resource(farm):
    """An answer that says no more than its effect is the documented one: the resource with its ETag."""
    made = farm.create(scene=2)
    first = farm.http.post(f"/renders/{made['id']}:pause")

    again = farm.http.post(f"/renders/{made['id']}:pause")

    assert again.status_code == 200, again.text
    assert again.json() == first.json()
    assert again.headers["ETag"] == first.headers["ETag"]


def test_the_answer_depends_on_the_move_that_was_made(farm):
    """`on`: a delete says 202 and where to look while it winds down, 204 where it is done."""
    running, waiting = farm.create(name="a", start="now"), farm.create(name="b")

    slow = farm.http.delete(f"/renders/{running['id']}")
    quick = farm.http.delete(f"/renders/{waiting['id']}")

    assert (slow.status_code, slow.json()) == (202, {"told": f"Cancelling {running['id']} first."})
    assert slow.headers["Location"] == f"/renders/{running['id']}"
    assert (quick.status_code, quick.content) == (204, b"")
    assert farm.phase(running["id"]) == "cancelling"
    assert farm.http.get(f"/renders/{waiting['id']}").status_code == 404
    assert farm.http.get("/farms/north/renders").json()["total"] == 2


def test_a_result_is_there_only_when_it_is_done(farm):
    made = farm.create()
    early = farm.http.get(f"/renders/{made['id']}/result")
    log = farm.http.get(f"/renders/{made['id']}/log")
    farm.advance("PT70S")

    assert (early.status_code, early.json()) == (409, {"told": "It is queued."})
    assert (log.status_code, log.json()["title"]) == (409, "The present state does not allow it")
    assert farm.http.get(f"/renders/{made['id']}/result").json() == {
        "url": f"https://renders.example/{made['id']}.png",
        "phase": "succeeded",
    }
    log = farm.http.get(f"/renders/{made['id']}/log")
    assert log.headers["content-type"].startswith("text/plain")
    assert log.text == f"render {made['id']} of The harbour: succeeded"


# Unique


def test_no_two_renders_under_way_share_a_name_on_one_farm(farm):
    """Only while they are under way: a draft, another farm and what has ended do not count."""
    first = farm.create(name="dawn")
    clash = farm.http.post("/farms/north/renders", json={"name": "dawn", "scene": 1})
    farm.create(name="dawn", start="draft")
    farm.create(name="dawn", farm="south%2F2")
    farm.advance("PT70S")

    assert (clash.status_code, clash.json()) == (409, {"told": "A render of that name is under way."})
    assert farm.phase(first["id"]) == "succeeded"
    assert farm.create(name="dawn")["name"] == "dawn"


def test_a_move_or_a_change_that_would_make_two_alike_is_refused(farm):
    """The paused one left its name to another, and cannot come back while that one is under way."""
    first = farm.create(name="dawn")
    farm.http.post(f"/renders/{first['id']}:pause")
    second = farm.create(name="dawn")
    third = farm.create(name="dusk")
    before = farm.render(first["id"]), farm.render(third["id"])

    resumed = farm.http.post(f"/renders/{first['id']}:resume")
    renamed = farm.http.patch(f"/renders/{third['id']}", json={"name": "dawn"})

    assert (resumed.status_code, renamed.status_code) == (409, 409)
    assert (farm.render(first["id"]), farm.render(third["id"])) == before
    farm.http.delete(f"/renders/{second['id']}")
    assert farm.http.post(f"/renders/{first['id']}:resume").status_code == 200


# Views


def test_hidden_fields_are_shown_only_where_a_view_says_so(farm):
    made = farm.create()

    full = farm.render(made["id"], view="full")

    assert "secret" not in made
    assert "mood" not in full
    assert made["camera"] == {"lens": 50}
    assert re.fullmatch("cam-[0-9a-f]{4}", full["camera"]["serial"])


def test_a_view_shows_only_what_it_lists(farm):
    """Also where a pointer leads deep into the resource."""
    made = farm.create()

    assert farm.render(made["id"], view="brief") == {"id": made["id"], "status": {"phase": "queued"}}


def test_a_view_leaves_out_what_it_lists_and_what_is_hidden(farm):
    made = farm.create()
    del made["camera"], made["status"]["note"]

    assert farm.render(made["id"], view="lean") == made


def test_looking_through_views_changes_nothing(farm):
    """A view that takes parts away takes them from a copy."""
    made = farm.create()

    for view in ("brief", "lean", "full"):
        farm.http.get(f"/renders/{made['id']}", params={"view": view})

    assert farm.render(made["id"]) == made


# Conditional requests


def test_an_etag_changes_with_the_resource_and_with_nothing_else(farm):
    made = farm.http.post("/farms/north/renders", json={"name": "x", "scene": 1})
    path = made.headers["Location"]
    first = farm.http.get(path).headers["ETag"]

    farm.http.patch(path, json={})
    unchanged = farm.http.get(path).headers["ETag"]
    patched = farm.http.patch(path, json={"name": "y"}).headers["ETag"]
    farm.advance("PT10S")
    moved = farm.http.get(path).headers["ETag"]

    assert made.headers["ETag"] == first == unchanged
    assert len({first, patched, moved}) == 3


@pytest.mark.parametrize("wrap", ["{}", '"other", {}', "W/{}", "*", '"a",{} , "b"'])
def test_what_a_client_has_already_is_not_sent_again(farm, wrap):
    """RFC 9110, section 13.1.2: a list, any, and weak comparison."""
    made = farm.create()
    etag = farm.http.get(f"/renders/{made['id']}").headers["ETag"]

    answer = farm.http.get(f"/renders/{made['id']}", headers={"If-None-Match": wrap.format(etag)})

    assert (answer.status_code, answer.content) == (304, b""), answer.text
    assert answer.headers["ETag"] == etag


def test_what_a_client_has_not_is_sent(farm):
    made = farm.create()

    answer = farm.http.get(f"/renders/{made['id']}", headers={"If-None-Match": '"other"'})

    assert answer.status_code == 200


def test_if_match_may_be_left_out_where_it_is_not_required(farm):
    made = farm.create()
    etag = farm.http.get(f"/renders/{made['id']}").headers["ETag"]
    patch = {"url": f"/renders/{made['id']}", "json": {"name": "y"}}

    stale = farm.http.patch(**patch, headers={"If-Match": '"other"'})
    fresh = farm.http.patch(**patch, headers={"If-Match": f'"other", {etag}'})
    again = farm.http.patch(**patch, headers={"If-Match": etag})

    assert stale.status_code == 412
    assert fresh.status_code == 200
    assert again.status_code == 412
    assert farm.http.patch(**patch).status_code == 200
    assert farm.http.patch(**patch, headers={"If-Match": "*"}).status_code == 200


def test_a_weak_tag_is_not_good_enough_for_a_change(farm):
    """RFC 9110, section 13.1.1: strong comparison."""
    made = farm.create()
    etag = farm.http.get(f"/renders/{made['id']}").headers["ETag"]

    answer = farm.http.patch(f"/renders/{made['id']}", json={"name": "y"}, headers={"If-Match": f"W/{etag}"})

    assert answer.status_code == 412


def test_if_match_must_be_sent_where_it_is_required(farm):
    frame = farm.frame()
    etag = farm.http.get(f"/frames/{frame}").headers["ETag"]

    bare = farm.http.put(f"/frames/{frame}", json={"label": "new"})
    cancelled = farm.http.post(f"/frames/{frame}:cancel")
    stale = farm.http.put(f"/frames/{frame}", json={"label": "new"}, headers={"If-Match": '"9-9"'})
    fresh = farm.http.put(f"/frames/{frame}", json={"label": "new"}, headers={"If-Match": etag})

    assert [bare.status_code, cancelled.status_code, stale.status_code] == [428, 428, 412]
    assert (fresh.status_code, fresh.json()["label"]) == (200, "new")


# Idempotency


def test_the_same_key_again_gets_the_same_answer_and_makes_nothing(farm):
    """Also after the render has moved on: it is the answer of then."""
    headers = {"Idempotency-Key": "k1"}
    request = {"url": "/farms/north/renders", "json": {"name": "x", "scene": 1}, "headers": headers}
    first = farm.http.post(**request)
    farm.advance("PT15S")

    again = farm.http.post(**request)

    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["ETag"] == first.headers["ETag"]
    assert farm.http.get("/farms/north/renders").json()["total"] == 2


def test_the_same_key_with_another_request_is_refused(farm):
    headers = {"Idempotency-Key": "k1"}
    farm.create(headers=headers)

    body = farm.http.post("/farms/north/renders", json={"name": "other"}, headers=headers)
    path = farm.http.post("/farms/south%2F2/renders", json={"name": "dawn", "scene": 1}, headers=headers)

    for answer in (body, path):
        assert answer.status_code == 422
    assert farm.http.get("/farms/north/renders").json()["total"] == 2


def test_a_key_counts_only_once_something_was_made(farm):
    """A refused request made nothing, so a corrected one may bring the same key."""
    headers = {"Idempotency-Key": "k2"}
    wrong = farm.http.post("/farms/north/renders", json={"name": "x", "scene": 99}, headers=headers)

    right = farm.http.post("/farms/north/renders", json={"name": "x", "scene": 1}, headers=headers)

    assert (wrong.status_code, right.status_code) == (422, 202)


def test_another_principals_key_is_another_key(farm):
    other = farm.playing.client("somebody else")
    request = {"url": "/farms/north/renders", "json": {"name": "x"}, "headers": {"Idempotency-Key": "k"}}

    assert farm.http.post(**request).json()["id"] != other.post(**request).json()["id"]


# Lists


def walk(farm, **query):
    """The names of all renders, page by page; the sizes of the pages; and the totals they told."""
    names, sizes, totals, cursor = [], [], [], None
    while True:
        asked = query | ({"after": cursor} if cursor else {})
        page = farm.http.get("/farms/north/renders", params=asked).json()
        names += [each["name"] for each in page["renders"]]
        sizes.append(len(page["renders"]))
        totals.append(page["total"])
        cursor = page["next"]
        if cursor is None:
            return names, sizes, totals


def test_pages_by_cursor_make_up_the_whole_list(farm):
    for name in "abcde":
        farm.create(name=name)

    assert walk(farm) == (["old", "a", "b", "c", "d", "e"], [2, 2, 2], [6, 6, 6])
    assert walk(farm, limit=5) == (["old", "a", "b", "c", "d", "e"], [5, 1], [6, 6])


def test_a_cursor_survives_what_happens_to_its_resource(farm):
    """The last one of a page may be gone when the next page is asked for; nothing is skipped or repeated."""
    made = [farm.create(name=name) for name in "abcd"]
    page = farm.http.get("/farms/north/renders").json()
    assert page["renders"][-1]["name"] == "a"

    farm.http.delete(f"/renders/{made[0]['id']}")
    farm.create(name="e")
    following = farm.http.get("/farms/north/renders", params={"after": page["next"]}).json()

    assert [each["name"] for each in following["renders"]] == ["b", "c"]


def test_a_filtered_list_has_pages_too(farm):
    """Every page tells the same total: how many match, wherever the page is."""
    for number, name in enumerate(["sea1", "sky1", "sea2", "sky2", "sea3", "seal"]):
        farm.create(name=name, priority=number)

    assert walk(farm, name="sea") == (["sea1", "sea2", "sea3", "seal"], [2, 2], [4, 4])
    assert walk(farm, name="sea", priority_from=3) == (["sea3", "seal"], [2], [2])


@pytest.mark.parametrize(("limit", "size"), [("0", 1), ("-3", 1), ("3", 3), ("99", 5), ("many", 2), ("", 2)])
def test_a_page_size_out_of_range_is_clamped(farm, limit, size):
    """What is no number at all counts as not sent."""
    for name in "abcdef":
        farm.create(name=name)

    page = farm.http.get("/farms/north/renders", params={"limit": limit})

    assert len(page.json()["renders"]) == size, page.text


@pytest.mark.parametrize("cursor", ["nonsense", "bnVsbA", "e30", "Wzld", "IjEi", "%ff", "ä"])
def test_a_cursor_nobody_gave_out_is_refused(farm, cursor):
    farm.create(name="a")

    answer = farm.http.get(f"/farms/north/renders?after={cursor}")

    assert answer.status_code == 400, answer.text


def test_filters_by_several_values_prefix_and_range(farm):
    farm.create(name="sea", priority=1)
    farm.create(name="sky", priority=2, start="now")
    farm.create(name="field", priority=3, start="draft")

    def names(**query):
        page = farm.http.get("/farms/north/renders", params={"limit": 5} | query)
        assert page.status_code == 200, page.text
        return [each["name"] for each in page.json()["renders"]]

    assert names(phase="queued,running") == ["sea", "sky"]
    assert names(phase="draft") == ["field"]
    assert names(phase="lost") == []
    assert names(name="s") == ["sea", "sky"]
    assert names(priority_from=2) == ["old", "sky", "field"]
    assert names(priority_to=2) == ["sea", "sky"]
    assert names(priority_from=2, priority_to=2) == ["sky"]
    assert names(priority_from=2, phase="queued,draft") == ["field"]


def test_times_are_compared_as_moments_however_they_are_written(farm):
    """A client may ask without milliseconds or in its own time zone."""
    farm.advance("PT1S")
    now = farm.playing.clock.now()
    farm.create(name="now")
    written = shown(now)
    whole = written.replace(".000Z", "Z")
    elsewhere = timing.render(now + timing.duration("PT2H"), "date-time").replace("Z", "+02:00")

    def found(**query):
        page = farm.http.get("/farms/north/renders", params=query).json()
        return "now" in [each["name"] for each in page["renders"]]

    assert written.endswith(".000Z")
    for text in (written, whole, elsewhere):
        assert found(created_from=text), text
        assert found(created_to=text), text
    assert not found(created_from=later(farm.playing, "PT0.001S"))
    assert not found(created_to=shown(now - 1000))


def test_what_has_no_value_matches_no_prefix_and_no_range(small, play):
    """Neither null nor a missing field is text, whatever Python prints for them."""
    client = play(small(THINGS, LISTED)).client()

    def labels(query):
        return [each["label"] for each in client.get(f"/things?{query}").json() if "label" in each]

    assert labels("label=A") == ["A1"]
    assert labels("label=N") == []
    assert labels("label=T") == []


LISTED = {
    "/things": {
        "get": {
            "operationId": "listThings",
            "parameters": [{"name": "label", "in": "query", "schema": {"type": "string"}}],
            "responses": {"200": {"description": "", "content": {"application/json": {}}}},
        }
    }
}
THINGS = {
    "Thing": {
        "identity": {"field": "/id"},
        "initially": {"id": "$id", "label": "$request.body#/label"},
        "operations": {
            "listThings": {"role": "list", "filters": {"label": {"field": "/label", "match": "prefix"}}}
        },
        "seed": [
            {"set": {"id": 1}},
            {"set": {"id": 2, "label": None}},
            {"set": {"id": 3, "label": "A1"}},
            {"set": {"id": 4, "label": True}},
        ],
    }
}


def test_integer_codes_are_found_by_several_values(farm):
    """The codes are numbers on the wire and text in the query."""
    frames = [farm.frame(label=str(number)) for number in range(3)]
    for frame in frames[1:]:
        farm.http.get(f"/frames/{frame}")
        farm.http.get(f"/frames/{frame}")
    etag = farm.http.get(f"/frames/{frames[2]}").headers["ETag"]
    farm.http.post(f"/frames/{frames[2]}:cancel", headers={"If-Match": etag})

    def codes(query):
        return [each["code"] for each in farm.http.get(f"/frames?{query}").json()]

    assert codes("") == [9, 1, 0]
    assert codes("code=1,9") == [9, 1]
    assert codes("code=0") == [0]
    assert codes("start=1") == [1, 0]
    assert codes("start=1&code=1,9") == [1]
    assert codes("start=9") == []


def test_an_offset_below_zero_is_refused(farm):
    assert farm.http.get("/frames?start=-1").status_code == 400
    assert farm.http.get("/frames?start=one").status_code == 400


# Paths, bodies, credentials


def test_a_verb_at_the_end_of_a_path_is_not_part_of_the_id(farm):
    """And an id may hold a slash, encoded: `f/7` with `:cancel` behind it."""
    frame = farm.frame()
    etag = farm.http.get(f"/frames/{frame}").headers["ETag"]

    answer = farm.http.post(f"/frames/{frame}:cancel", headers={"If-Match": etag})

    assert frame.startswith("f%2F")
    assert answer.json()["code"] == 9
    assert farm.http.get(f"/frames/{frame}:cancel").status_code == 405
    assert farm.http.post(f"/frames/{frame}").status_code == 405
    assert farm.http.post(f"/frames/{frame}:start").status_code == 405


def test_numbers_in_ids_start_where_the_document_says(farm):
    assert int(farm.frame().removeprefix("f%2F")) >= 7


def test_a_form_is_read_by_its_schema(farm):
    """In a form everything is text; the schema tells which of it are numbers and truths."""
    answer = farm.http.post("/frames", data={"label": "l 1&", "number": "12", "keep": "true"})

    assert answer.status_code == 201, answer.text
    assert answer.json()["label"] == "l 1&"
    assert answer.json()["number"] == 12
    assert answer.json()["keep"] is True


@pytest.mark.parametrize(
    "form", [{}, {"label": ""}, {"label": "x", "number": "twelve"}, {"label": "x", "odd": "1"}]
)
def test_a_form_that_does_not_fit_is_refused(farm, form):
    answer = farm.http.post("/frames", data=form)

    assert answer.status_code == 400, answer.text
    assert farm.http.get("/frames").json() == []


def test_a_body_of_another_media_type_is_refused(farm):
    json = farm.http.post("/frames", json={"label": "x"})
    merge = farm.http.patch("/renders/render-old", content="{}", headers={"Content-Type": "text/plain"})
    suffixed = farm.http.patch(
        f"/renders/{farm.create()['id']}",
        content='{"name": "y"}',
        headers={"Content-Type": "application/merge-patch+json; charset=utf-8"},
    )

    assert (json.status_code, merge.status_code, suffixed.status_code) == (415, 415, 200)


def credentials(user):
    return {"Authorization": "Basic " + base64.b64encode(user.encode()).decode()}


def test_every_documented_way_to_say_who_one_is(farm_app):
    """A key in a header, a key in the query, a user with a password: each has a world of its own."""
    bare = farm_app.client()
    path, body = "/farms/north/renders", {"name": "x"}

    by_header = bare.post(path, json=body, headers={"X-Api-Key": "key-1"})
    by_query = bare.post(f"{path}?api_key=key-2", json=body)
    by_password = bare.post(path, json=body, headers=credentials("ann:s3cret"))

    assert [r.status_code for r in (by_header, by_query, by_password)] == [202, 202, 202]
    assert [r.json()["owner"] for r in (by_header, by_query, by_password)] == ["key-1", "key-2", "ann:s3cret"]
    assert bare.get(path, headers={"X-Api-Key": "key-2"}).json()["total"] == 2
    assert bare.get(f"{path}?api_key=nobody").json()["total"] == 1


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-Api-Key": ""}, {"Authorization": "Basic !"}, {"Authorization": "Bearer x"}, credentials("")],
)
def test_who_names_nobody_is_refused(farm_app, headers):
    answer = farm_app.client().get("/farms/north/renders", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="understudy"'


def test_what_is_unknown_is_a_problem(farm):
    """No conventions are declared, so every error is one of RFC 9457."""
    for path, status in (("/renders/none", 404), ("/nowhere", 404), ("/scenes/one", 400)):
        answer = farm.http.get(path)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
        assert answer.json()["detail"]


def test_seeds_are_there_from_the_start(farm):
    """What a seed does not give comes from `initially`, and no request is asked for it."""
    seeded = farm.render("render-old")

    assert seeded["status"]["phase"] == "succeeded"
    assert seeded["scene_title"] == "The attic"
    assert seeded["owner"] == farm.token
    assert seeded["priority"] == 3


# Answers that are named, or say nothing of their own


def body_of(status):
    return {
        str(status): {"description": "", "content": {"application/json": {}, "application/problem+json": {}}}
    }


HATCH = {
    "/nests/{nest}/eggs": {
        "parameters": [{"name": "nest", "in": "path", "required": True, "schema": {"type": "string"}}],
        "get": {"operationId": "listEggs", "responses": body_of(200) | body_of(401)},
    },
    "/eggs/{egg}": {
        "parameters": [{"name": "egg", "in": "path", "required": True, "schema": {"type": "string"}}],
        "get": {"operationId": "getEgg", "responses": body_of(200) | body_of("default")},
        "post": {"operationId": "hatchEgg", "responses": body_of(200) | body_of("default")},
    },
}
EGGS = {
    "Nest": {"identity": {"field": "/id"}, "initially": {"id": "$id"}},
    "Egg": {
        "identity": {"param": "egg", "field": "/id"},
        "parents": {
            "nest": {"resource": "Nest", "param": "nest", "field": "/nest", "missing": "unauthorized"}
        },
        "initially": {"id": "$id", "nest": None},
        "answers": {"refused": {"status": 423, "body": {"told": "$error#/title"}}},
        "state": {
            "initial": "whole",
            "states": {"whole": {"category": "resting"}, "open": {"category": "final"}},
        },
        "transitions": [{"name": "hatch", "from": "whole", "to": "open", "trigger": "hatchEgg"}],
        "operations": {
            "listEggs": {"role": "list"},
            "getEgg": {"role": "get"},
            "hatchEgg": {"role": "trigger", "otherwise": [{"effect": "refused"}]},
        },
        "seed": [{"state": "open", "set": {"id": "e1"}}],
    },
}


@pytest.mark.parametrize("answers", [None, {"unauthorized": {"body": {"told": "who?"}}}])
def test_an_answer_named_by_its_kind_has_the_status_of_that_kind(small, play, answers):
    """A farm nobody may know of is answered like a wrong key, whether the document spells that out or not."""
    conventions = {"eggs": {"paths": ["/"], "answers": answers}} if answers else None
    client = play(small(EGGS, HATCH, conventions)).client()

    assert client.get("/nests/n1/eggs").status_code == 401


def test_a_refusal_that_says_no_more_is_answered_as_refusals_are(small, play):
    answer = play(small(EGGS, HATCH)).client().post("/eggs/e1")

    assert answer.status_code == 423
    assert answer.json() == {"told": "The present state does not allow it"}
