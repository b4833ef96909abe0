"""Moves that recur: however long nobody looked, it is as if somebody had looked all the time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.clock import START, ManualClock
from mockserver.recurring import MOST_REPEATED
from speckit import timing
from speckit.timing import SECOND


def at(seconds):
    return timing.render(START + int(seconds * SECOND), "date-time")


def recurring(*others, fields=(), every="PT1S", state=(), moves=(), **more):
    """A lifecycle with one state that it enters anew every second, and what else a test needs."""
    return {
        "identity": {"field": "/id", "generate": "$sequence"},
        "initially": {"id": "$id", "next": at(1), **dict(fields)},
        "state": {
            "initial": "a",
            "states": {"a": {"category": "active", **dict(state)}, "b": {"category": "final"}},
        },
        "transitions": [
            {
                "name": "again",
                "from": "a",
                "to": "a",
                "after": {"until": "$resource#/next"},
                "every": every,
                **dict(moves),
            },
            *others,
            {"name": "end", "from": "a", "to": "b", "trigger": "$external"},
        ],
        **more,
    }


@pytest.fixture(scope="module")
def lived(small, world_of):
    """What became of one resource of each kind after steps of so many seconds: `lived(lifecycles, steps)`."""

    def live(lifecycles, steps, prepare=lambda _world: None, **options):
        clock = ManualClock()
        world = world_of(small(lifecycles), clock, **options)
        for store in world.stores.values():
            world.create(store, world.frame(), {})
        prepare(world)
        for step in steps:
            clock.set(clock.now() + int(step * SECOND))
            world.settle()
        return {
            name: [(r.id, r.state, r.fields, r.entered, r.due, r.version, r.looks) for r in store]
            for name, store in world.stores.items()
        }

    return live


ONE_MORE = {"set": {"/runs": {"$add": ["$resource#/runs", 1]}}}
COUNTING = recurring(fields={"runs": 0}, moves=ONE_MORE)
GUARDED = recurring(fields={"runs": 0}, moves={**ONE_MORE, "when": {"$resource#/runs": {"in": [0, 1]}}})
STAMPED = recurring(
    fields={"since": None, "phase": None},
    state={"set": {"/phase": "entered at {$now}"}},
    timestamps={"entered": {"a": "/since"}},
)
DRAWN = recurring(
    {
        "name": "stop",
        "from": "a",
        "to": "b",
        "after": {"until": "$resource#/stop"},
        "set": {"/last": "$random.hex8"},
    },
    fields={"stop": at(6.5), "token": None, "last": None},
    moves={"set": {"/token": "$random.hex8"}},
)
TOLD = recurring(
    fields={"events": []}, history={"field": "/events", "entry": {"state": "$state", "at": "$now"}}
)
BY_ITS_TIME = recurring(
    {"name": "stop", "from": "a", "to": "b", "after": {"until": "$resource#/stop"}},
    fields={"stop": None},
    moves={"set": {"/stop": {"$if": {"when": {"$now": at(4)}, "then": at(4.5)}}}},
)
ELSEWHERE = recurring(
    {"name": "twice", "from": "a", "to": "a", "after": {"until": "$resource#/other"}, "every": "PT2S"},
    fields={"other": at(1.5), "runs": 0},
    moves=ONE_MORE,
)


@pytest.mark.parametrize(
    "lifecycle",
    [
        pytest.param(COUNTING, id="it counts"),
        pytest.param(GUARDED, id="its guard rests on what it counts"),
        pytest.param(STAMPED, id="its state is stamped"),
        pytest.param(DRAWN, id="it draws at random, and so does what ends it"),
        pytest.param(TOLD, id="it has a history"),
        pytest.param(BY_ITS_TIME, id="one of its times is not as the others"),
        pytest.param(ELSEWHERE, id="two recur"),
    ],
)
def test_one_long_step_is_as_many_short_ones(lived, lifecycle):
    patient, hurried = (lived({"Job": lifecycle}, steps) for steps in ([0.5] * 16, [8]))

    assert hurried == patient


def test_every_time_counts(lived):
    ((_, _, fields, *_),) = lived({"Job": COUNTING}, [6])["Job"]

    assert fields == {"id": 1, "next": at(7), "runs": 6}


def test_the_guard_is_asked_every_time(lived):
    ((_, _, fields, _, due, *_),) = lived({"Job": GUARDED}, [60])["Job"]

    assert (fields["runs"], due) == (2, None)


def test_its_state_is_entered_anew(lived):
    ((_, _, fields, entered, *_),) = lived({"Job": STAMPED}, [6.5])["Job"]

    assert fields == {"id": 1, "next": at(7), "since": at(6), "phase": f"entered at {at(6)}"}
    assert entered == START + 6 * SECOND


def test_what_would_take_too_long_begins_late(lived):
    """A clock set forward by years must not stand still: of very many times the last are made."""
    ((_, _, fields, _, due, version, _),) = lived({"Job": COUNTING}, [1_000_000])["Job"]

    assert fields["runs"] == MOST_REPEATED
    assert (due, version) == (START + 1_000_001 * SECOND, 1_000_001)


def test_a_time_that_would_make_two_alike_is_left_out_and_the_next_one_comes(lived):
    twins = recurring(
        fields={"name": "$id"}, moves={"set": {"/name": "same"}}, unique=[{"fields": ["/name"]}]
    )

    def prepare(world):
        world.create(world.stores["Job"], world.frame(), {})

    first, second = lived({"Job": twins}, [3.5], prepare)["Job"]

    assert first[2] == {"id": 1, "next": at(4), "name": "same"}
    assert second[2] == {"id": 2, "next": at(4), "name": 2}
    assert second[4] == START + 4 * SECOND


def family(**how):
    """A parent that moves in between, and a child that looks at it each time."""
    parent = {
        "identity": {"field": "/id", "generate": "$sequence"},
        "initially": {"id": "$id", "pace": 1, "word": "one", "is_on": True},
        "state": {"initial": "x", "states": {"x": {"category": "pending"}, "y": {"category": "final"}}},
        "transitions": [
            {
                "name": "turn",
                "from": "x",
                "to": "y",
                "after": {"duration": "PT4.5S"},
                "set": {"/pace": 3, "/word": "two", "/is_on": False},
            }
        ],
    }
    child = recurring(
        fields={"above": 1, "word": None}, parents={"above": {"resource": "Above", "field": "/above"}}, **how
    )
    return {"Above": parent, "Job": child}


@pytest.mark.parametrize(
    "how",
    [
        {"every": "$parent.above#/pace"},
        {"moves": {"set": {"/word": "$parent.above#/word"}}},
        {"moves": {"when": {"$parent.above#/is_on": True}}},
    ],
)
def test_a_parent_that_moves_in_between_is_seen_when_it_does(lived, how):
    patient, hurried = (lived(family(**how), steps) for steps in ([0.5] * 40, [20]))

    assert hurried == patient


def test_who_looks_at_what_recurs_sees_it_as_it_was_then(lived):
    """A child takes from its parent what it was at the moment, not what it has become since."""
    child = {
        "identity": {"field": "/id", "generate": "$sequence"},
        "initially": {"id": "$id", "above": 1, "seen": None},
        "parents": {"above": {"resource": "Above", "field": "/above"}},
        "state": {"initial": "x", "states": {"x": {"category": "pending"}, "y": {"category": "final"}}},
        "transitions": [
            {
                "name": "look",
                "from": "x",
                "to": "y",
                "after": {"duration": "PT4.5S"},
                "set": {"/seen": "$parent.above#/next"},
            }
        ],
    }

    ((_, _, fields, *_),) = lived({"Above": recurring(), "Child": child}, [20])["Child"]

    assert fields["seen"] == at(5)


def test_nothing_recurs_after_the_last_moment(small, world_of):
    clock = ManualClock(timing.LATEST - 10 * SECOND)
    late = recurring(fields={"next": "$now"}, every="P2D")
    world = world_of(small({"Job": late}), clock)
    job = world.create(world.stores["Job"], world.frame(), {})

    for moment in (timing.LATEST - 9 * SECOND, timing.LATEST):
        clock.set(moment)
        world.settle()

    assert job.fields["next"] == "9999-12-31T00:00:00.000Z"
    assert world.upcoming() == []


SOURCES = [
    "$now",
    "$id",
    "$random.hex8",
    "$resource#/x",
    "$resource#/next",
    {"$add": ["$resource#/n", 1]},
    "const",
]
GUARDS = st.sampled_from([{"$resource#/n": {"in": [0, 1, 2]}}, {"$resource#/x": {"not": "const"}}])
GUARDED_OR_NOT = st.one_of(st.just({}), GUARDS.map(lambda guard: {"when": guard}))
SETS = st.dictionaries(st.sampled_from(["/n", "/x", "/stop"]), st.sampled_from(SOURCES), max_size=2)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(
    SETS,
    SETS,
    GUARDED_OR_NOT,
    GUARDED_OR_NOT,
    st.booleans(),
    st.integers(1, 12),
    st.lists(st.integers(1, 14), max_size=3),
)
def test_whatever_it_writes_nobody_can_tell_how_often_it_was_looked_at(
    lived, entering, moving, when, other, has_history, ends, steps
):
    """Sets, guards, draws and other moves in any mixture: one step of the clock or many are the same."""
    stop = {"name": "stop", "from": "a", "to": "b", "after": {"until": "$resource#/stop"}, **other}
    pause = {"name": "pause", "from": "a", "to": "b", "after": {"duration": "PT2.5S"}, "set": {"/x": "late"}}
    kept = (
        {"history": {"field": "/told", "entry": {"s": "$state", "x": "$resource#/x"}}} if has_history else {}
    )
    lifecycle = recurring(
        stop,
        pause,
        fields={"n": 0, "x": None, "stop": at(ends + 0.5), "told": []},
        state={"set": entering},
        moves={"set": moving, **when},
        timestamps={"updated": "/seen", "entered": {"a": "/since"}},
        **kept,
    )
    lifecycle["initially"] |= {"seen": None, "since": None}

    hurried = lived({"Job": lifecycle}, steps)
    patient = lived({"Job": lifecycle}, [0.5] * 2 * sum(steps))

    assert hurried == patient
