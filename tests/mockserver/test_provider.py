"""`mockserver.provider`: a resource in a given state exists, as if requests had led there."""

from __future__ import annotations

import pytest

from mockserver.answers import Refused
from mockserver.clock import ManualClock
from mockserver.provider import put
from speckit.timing import SECOND


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
