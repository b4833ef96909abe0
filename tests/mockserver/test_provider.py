"""`mockserver.provider`: a resource in a given state exists, as if requests had led there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mockserver.answers import Refused
from mockserver.clock import ManualClock
from mockserver.provider import put
from speckit.document import load
from speckit.specification import specify
from speckit.timing import SECOND


def runs() -> dict[str, Any]:
    """A run with a history, that ends in several ways, and notes that come about when it is done."""
    plain = {"$resource#/plain": True}
    run = {
        "identity": {"field": "/id", "type": "integer", "generate": "$sequence"},
        "initially": {
            "id": "$id",
            "state": "$state",
            "plain": True,
            "log": [],
            "reason": None,
            "result": None,
        },
        "seed": [{"state": "lost", "set": {"id": 1}}],
        "history": {"field": "/log", "entry": "$state"},
        "scenarios": {"broken": {"why": "it broke"}, "late": {"why": "too late"}},
        "state": {
            "field": "/state",
            "initial": "made",
            "states": {
                "made": {"category": "pending"},
                "going": {"category": "active"},
                "done": {"category": "final", "outcome": "success"},
                "failed": {"category": "final", "outcome": "failure"},
                "barred": {"category": "resting"},
                "lost": {"category": "resting"},
            },
        },
        "transitions": [
            {"name": "go", "from": "made", "to": "going", "after": {"duration": "PT1S"}},
            {
                "name": "finish_oddly",
                "from": "going",
                "to": "done",
                "after": {"duration": "PT1S"},
                "when": {"$resource#/plain": False},
                "set": {"/result": "odd"},
                "makes": ["Note"],
            },
            {
                "name": "finish",
                "from": "going",
                "to": "done",
                "after": {"duration": "PT1S"},
                "when": plain,
                "set": {"/result": "plain"},
                "makes": ["Note"],
            },
            *(
                {
                    "name": f"fail_{name}",
                    "from": "going",
                    "to": "failed",
                    "after": {"duration": "PT1S"},
                    "scenario": name,
                    "set": {"/reason": "$scenario#/why"},
                }
                for name in ("broken", "late")
            ),
            {
                "name": "bar",
                "from": "made",
                "to": "barred",
                "trigger": "$external",
                "set": {"/reason": "by hand"},
            },
        ],
    }
    note = {
        "identity": {"field": "/id", "type": "integer", "generate": "$sequence"},
        "parents": {"run": {"resource": "Run", "field": "/run"}},
        "initially": {"id": "$id", "run": None},
    }
    return {"Run": run, "Note": note}


@pytest.fixture
def world(everything, world_of):
    return world_of(everything, ManualClock())


def ready(world, kind, state="", scenario="", **fields):
    return put(world, world.stores[kind].kind, state=state, scenario=scenario, fields=fields)


@pytest.mark.parametrize(
    "state", ["draft", "queued", "running", "paused", "cancelling", "cancelled", "succeeded", "failed"]
)
def test_a_resource_can_be_put_into_any_state(world, state):
    """What a request would have brought is taken from the first seed."""
    made = ready(world, "Render", state, name="given")

    assert made.state == made.fields["status"]["phase"] == state
    assert made.fields["name"] == "given"
    assert made.fields["farm"] == "north"
    assert world.stores["Render"].find(made.id) is made


def test_without_a_state_the_document_chooses(world):
    assert ready(world, "Frame").state == "waiting"


def test_it_moves_on_from_there_by_its_scenario(everything, world_of):
    clock = ManualClock()
    world = world_of(everything, clock)
    made = ready(world, "Render", "running", "failure")

    clock.set(clock.now() + 20 * SECOND)
    world.settle()

    assert made.state == "failed"


def test_many_can_be_put_where_no_two_may_be_alike(world):
    names = {ready(world, "Render", "queued").fields["name"] for _ in range(5)}

    assert len(names) == 5


def test_what_the_way_writes_is_there(world):
    """A failed render has its error, and the times at which it would have been queued, started and ended."""
    made = ready(world, "Render", "failed")

    assert made.fields["error"] == "out of memory"
    assert made.fields["status"]["note"] == "failed: out of memory"
    assert made.fields["started_at"] == made.fields["ended_at"] == made.fields["created_at"]


def test_it_ends_as_usual_unless_a_scenario_is_chosen(world):
    """Only the failure leads there; what comes after a retry is another matter."""
    assert ready(world, "Render", "failed").scenario == ""
    assert ready(world, "Render", "failed", "failure", name="other").scenario == "failure"


def test_the_scenario_of_the_world_leads_the_way(small, world_of):
    """What was chosen for all that is made counts here too."""
    world = world_of(small(runs()), ManualClock())
    world.scenario = "late"

    assert ready(world, "Run", "failed").fields["reason"] == "too late"
    assert ready(world, "Run", "failed", "broken").fields["reason"] == "it broke"


def test_each_move_is_in_the_history(small, world_of):
    """In the order of the shortest way, of several moves by the one whose guard holds."""
    world = world_of(small(runs()), ManualClock())

    made = ready(world, "Run", "done")

    assert made.fields["log"] == ["made", "going", "done"]
    assert made.fields["result"] == "plain"


def test_where_no_way_leads_it_is_put_there_all_the_same(small, world_of):
    """A state that only seeds are in."""
    made = ready(world_of(small(runs()), ManualClock()), "Run", "lost")

    assert (made.state, made.fields["log"]) == ("lost", ["lost"])


def test_somebody_outside_may_lead_there(small, world_of):
    assert ready(world_of(small(runs()), ManualClock()), "Run", "barred").fields["reason"] == "by hand"


def test_nothing_else_is_made_on_the_way(small, world_of):
    """A provider state is the resource alone."""
    world = world_of(small(runs()), ManualClock())

    ready(world, "Run", "done")

    assert len(world.stores["Note"]) == 0


def test_nobody_is_told_of_the_way(play):
    """Though being printed is sent to others, whoever asks for it."""
    playing = play(specify(load(Path(__file__).parent / "data" / "sending.yaml")))

    playing.door("POST", "/states", json={"resource": "Print", "state": "printed"})

    assert playing.door("GET", "/sent")["count"] == 0


def test_what_is_said_wins_over_what_the_way_writes(small, world_of):
    world = world_of(small(runs()), ManualClock())

    made = ready(world, "Run", "failed", reason="mine", log=["long ago"])

    assert (made.fields["reason"], made.fields["log"]) == ("mine", ["long ago"])


def test_what_stands_beside_the_state_leaves_it_as_it_is(world):
    """Here the state lies in an object, the rest of which somebody gives."""
    made = ready(world, "Render", "failed", status={"note": "x"})

    assert made.fields["status"] == {"note": "x", "phase": "failed"}


def test_what_is_due_is_counted_from_now(world):
    """However long the way here would have taken."""
    made = ready(world, "Render", "running")

    assert made.due == made.entered + 60 * SECOND


def test_the_state_may_be_told_by_a_field_as_well(world):
    """Fields that are given win over those that a state writes."""
    assert (
        ready(world, "Render", "running", started_at="2020-01-01T00:00:00.000Z")
        .fields["started_at"]
        .startswith("2020")
    )


@pytest.mark.parametrize(
    ("wanted", "kind", "words"),
    [
        ({"state": "runing"}, "invalidBody", "Did you mean 'running'"),
        ({"scenario": "failur"}, "invalidBody", "Did you mean 'failure'"),
        ({"nme": "x"}, "invalidBody", "Did you mean 'name'"),
        ({"id": "render-old"}, "conflict", "already"),
        ({"scene": 99}, "notFound", "99"),
        ({"farm": "east"}, "notFound", "east"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_and_changes_nothing(world, wanted, kind, words):
    before = len(world)

    with pytest.raises(Refused) as refusal:
        ready(world, "Render", **wanted)

    assert refusal.value.kind == kind
    assert words in refusal.value.detail
    assert len(world) == before


def test_a_name_that_is_taken_is_refused(world):
    ready(world, "Render", "queued", name="dawn", farm="north")

    with pytest.raises(Refused) as refusal:
        ready(world, "Render", "running", name="dawn", farm="north")

    assert refusal.value.kind == "conflict"
