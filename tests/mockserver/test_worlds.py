"""`mockserver.worlds`: one world for each principal."""

from __future__ import annotations

import pytest

from mockserver.clock import ManualClock
from mockserver.kind import Kind
from mockserver.principals import principal
from mockserver.worlds import TooManyWorlds, Worlds
from speckit.timing import SECOND

ANN, BOB, CAROL = principal("ann"), principal("bob"), principal("carol")


@pytest.fixture
def make(everything):
    def worlds(clock=None, **limits):
        kinds = {name: Kind(each) for name, each in everything.lifecycles.items()}
        return Worlds(kinds, clock or ManualClock(), **limits)

    return worlds


def frame(world):
    """A new frame in `world`, and its number."""
    made = world.create(world.stores["Frame"], world.frame(), {"label": "x"})
    return int(made.id.removeprefix("f/"))


def test_a_world_is_made_with_its_seeds_when_it_is_first_asked_for(make):
    worlds = make()
    assert len(worlds) == 0

    world = worlds.of(ANN)

    assert worlds.of(ANN) is world
    assert worlds.of(BOB) is not world
    assert [name for name, _ in worlds] == ["ann", "bob"]
    assert world.stores["Scene"].find(1).fields["slug"] == "harbour"
    assert world.stores["Scene"].find(1) is not worlds.of(BOB).stores["Scene"].find(1)


def test_what_one_does_another_does_not_see(make):
    worlds = make()
    ann, bob = worlds.of(ANN), worlds.of(BOB)

    ann.remove(ann.stores["Scene"].find(1))
    frame(ann)

    assert bob.stores["Scene"].find(1)
    assert len(bob.stores["Frame"]) == 0


def test_numbers_are_counted_over_all_worlds(make):
    """So that another's job is unknown, and not one's own."""
    worlds = make()

    assert [frame(worlds.of(ANN)), frame(worlds.of(BOB)), frame(worlds.of(ANN))] == [7, 8, 9]


def test_a_world_that_is_reset_starts_anew_and_numbers_go_on(make):
    worlds = make()
    before = worlds.of(ANN)
    frame(before)

    assert worlds.reset("ann") == 1
    assert worlds.reset("ann") == 0

    assert worlds.of(ANN) is not before
    assert frame(worlds.of(ANN)) == 8


def test_when_all_are_reset_numbers_start_anew(make):
    worlds = make()
    frame(worlds.of(ANN)), worlds.of(BOB)

    assert worlds.reset() == 2

    assert len(worlds) == 0
    assert frame(worlds.of(BOB)) == 7


def test_there_are_no_more_worlds_than_may_be(make):
    worlds = make(most_worlds=2)
    worlds.of(ANN), worlds.of(BOB)

    with pytest.raises(TooManyWorlds):
        worlds.of(CAROL)

    assert worlds.of(ANN)
    worlds.reset("bob")
    assert worlds.of(CAROL)


def test_a_world_is_up_to_date_when_it_is_handed_out(make):
    clock = ManualClock()
    worlds = make(clock)
    watch = worlds.of(ANN).create(worlds.of(ANN).stores["Watch"], worlds.of(ANN).frame(), {})
    assert watch.fields["last_at"] is None

    clock.set(clock.now() + 3600 * SECOND)
    assert watch.fields["last_at"] is None
    worlds.of(ANN)

    assert watch.fields["last_at"] is not None


def test_the_same_run_gives_the_same_ids(make):
    def hexes(seed):
        world = make(seed=seed).of(ANN)
        fields = {"farm": "north", "scene": 1, "name": "x"}
        return [world.create(world.stores["Render"], world.frame(), fields | {"name": n}).id for n in "ab"]

    assert hexes(1) == hexes(1)
    assert not set(hexes(1)) & set(hexes(2))
