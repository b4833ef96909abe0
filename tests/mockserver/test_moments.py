"""When moves by time happen, and what becomes of those that something comes between."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from mockserver.app import build
from mockserver.clock import START, ManualClock
from speckit import timing
from speckit.timing import SECOND


def at(seconds):
    return timing.render(START + int(seconds * SECOND), "date-time")


def lifecycle(*transitions, states, initially=(), **more):
    return {
        "identity": {"field": "/id", "param": "id", "generate": "$sequence"},
        "initially": {"id": "$id", **dict(initially)},
        "state": {
            "initial": next(iter(states)),
            "states": {name: {"category": category} for name, category in states.items()},
        },
        "transitions": list(transitions),
        **more,
    }


def move(name, start, end, after, **more):
    return {"name": name, "from": start, "to": end, "after": after, **more}


class Ticking:
    """A world, its clock, and what a test does to them."""

    def __init__(self, specification, world_of):
        self.clock = ManualClock()
        self.world = world_of(specification, self.clock)

    def make(self, name, /, **fields):
        state = fields.pop("state", "")
        return self.world.create(self.world.stores[name], self.world.frame(), fields, state=state)

    def change(self, resource, **fields):
        self.world.settle()
        self.world.change(resource, lambda _, held: held.update(fields), self.world.frame_of(resource), None)

    def settle(self, second):
        self.clock.set(START + int(second * SECOND))
        self.world.settle()


@pytest.fixture
def ticking(small, world_of):
    return lambda **lifecycles: Ticking(small(lifecycles), world_of)


PARENT = {
    "identity": {"field": "/id", "generate": "$sequence"},
    "initially": {"id": "$id", "ends": None, "is_open": True},
}


def below(*transitions, **more):
    return lifecycle(
        *transitions,
        {"name": "stop", "from": "a", "to": "c", "trigger": "$external"},
        states={"a": "active", "b": "final", "c": "final"},
        initially={"above": 1, "since": None},
        parents={"above": {"resource": "Above", "field": "/above"}},
        timestamps={"entered": {"b": "/since", "c": "/since"}},
        **more,
    )


def test_a_parent_that_puts_off_the_end_puts_it_off(ticking):
    """It is not made at once, stamped with a time to come."""
    t = ticking(Above=PARENT, Job=below(move("end", "a", "b", {"until": "$parent.above#/ends"})))
    above = t.make("Above", ends=at(5))
    job = t.make("Job")
    t.change(above, ends=at(500))

    t.settle(6)
    assert (job.state, job.due) == ("a", START + 500 * SECOND)
    t.settle(500)

    assert (job.state, job.fields["since"]) == ("b", at(500))


def test_a_parent_that_has_no_end_any_more_leaves_the_other_moves(ticking):
    t = ticking(
        Above=PARENT,
        Job=below(
            move("end", "a", "b", {"until": "$parent.above#/ends"}),
            move("expire", "a", "c", {"duration": "PT9S"}),
        ),
    )
    above = t.make("Above", ends=at(5))
    job = t.make("Job")
    t.change(above, ends=None)

    t.settle(8)
    assert job.state == "a"
    t.settle(60)

    assert (job.state, job.fields["since"]) == ("c", at(9))


@pytest.mark.parametrize(("first", "then", "end"), [(True, False, "b"), (False, True, "a")])
def test_a_guard_is_asked_when_the_resource_changes_and_not_when_its_parent_does(ticking, first, then, end):
    guard = {"$parent.above#/is_open": True}
    t = ticking(Above=PARENT, Job=below(move("end", "a", "b", {"duration": "PT5S"}, when=guard)))
    above = t.make("Above", is_open=first)
    job = t.make("Job")
    t.change(above, is_open=then)

    t.settle(60)
    assert job.state == end
    t.change(job, since="changed")
    t.settle(60)

    assert job.state == "b"


GUARDED = lifecycle(
    move("end", "a", "b", {"duration": "PT5S"}, when={"$resource#/ok": True}),
    move("expire", "a", "c", {"until": "$resource#/expires"}),
    states={"a": "active", "b": "final", "c": "final"},
    initially={"ok": False, "expires": None, "updated": None},
    timestamps={"updated": "/updated"},
)


@pytest.mark.parametrize(
    ("change", "end"), [({"ok": True}, "b"), ({"expires": at(7)}, "c"), ({"ok": True, "expires": at(4)}, "c")]
)
def test_no_move_happens_before_the_change_that_brings_it_about(ticking, change, end):
    """Of two whose time has come the one comes first that would have."""
    t = ticking(Job=GUARDED)
    job = t.make("Job")
    t.settle(100)

    t.change(job, **change)
    t.settle(200)

    assert (job.state, job.entered, job.fields["updated"]) == (end, START + 100 * SECOND, at(100))


ALONE = lifecycle(
    move("start", "waiting", "running", {"duration": "PT1S"}),
    move("expire", "waiting", "dead", {"duration": "PT10S"}),
    states={"waiting": "pending", "running": "resting", "dead": "final"},
    initially={"name": None},
    unique=[{"fields": ["/name"], "while": ["running"]}],
)
ALONE["transitions"].append({"name": "stop", "from": "running", "to": "dead", "trigger": "$external"})


def test_a_move_that_would_make_two_alike_takes_no_other_with_it(ticking):
    t = ticking(Job=ALONE)
    t.make("Job", name="n", state="running")
    job = t.make("Job", name="n")

    t.settle(9)
    assert (job.state, job.due) == ("waiting", START + 10 * SECOND)
    t.settle(60)

    assert (job.state, job.entered) == ("dead", START + 10 * SECOND)


def test_a_move_that_would_have_made_two_alike_is_made_when_a_change_allows_it(ticking):
    t = ticking(Job=ALONE)
    t.make("Job", name="n", state="running")
    job = t.make("Job", name="n")
    t.settle(4)

    t.change(job, name="m")
    t.settle(60)

    assert (job.state, job.entered) == ("running", START + 4 * SECOND)


def test_a_look_that_would_make_two_alike_is_a_look(small):
    """Whoever looks gets an answer, and the move is made when there is room."""
    lifecycles = {
        "Job": lifecycle(
            move("start", "waiting", "running", {"polls": 1}),
            states={"waiting": "pending", "running": "active", "dead": "final"},
            initially={"name": "n", "status": "$state"},
            unique=[{"fields": ["/name"], "while": ["running"]}],
            operations={
                "createJob": {"role": "create"},
                "getJob": {"role": "get"},
                "stopJob": {"role": "trigger"},
            },
        )
    }
    lifecycles["Job"]["state"]["field"] = "/status"
    lifecycles["Job"]["transitions"].append(
        {"name": "stop", "from": "running", "to": "dead", "trigger": "stopJob"}
    )
    done = {"description": "Done", "content": {"application/json": {}}}
    named = [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}]
    paths = {
        "/jobs": {"post": {"operationId": "createJob", "responses": {"201": done}}},
        "/jobs/{id}": {"get": {"operationId": "getJob", "parameters": named, "responses": {"200": done}}},
        "/jobs/{id}/stop": {
            "post": {"operationId": "stopJob", "parameters": named, "responses": {"200": done}}
        },
    }
    client = TestClient(build(small(lifecycles, paths), clock=ManualClock()), base_url="http://localhost")
    for _ in range(2):
        assert client.post("/jobs").status_code == 201

    seen = [client.get(f"/jobs/{number}") for number in (1, 2, 2)]
    client.post("/jobs/1/stop")
    seen.append(client.get("/jobs/2"))

    assert [each.status_code for each in seen] == [200] * 4
    assert [each.json()["status"] for each in seen] == ["running", "waiting", "waiting", "running"]


@pytest.mark.parametrize("far", [1e305, -1e305, 1e20, 10**30, timing.LATEST // SECOND + 1])
def test_a_time_that_no_clock_shows_does_no_harm(ticking, far):
    t = ticking(
        Job=lifecycle(
            move("end", "a", "b", {"until": "$resource#/at"}),
            states={"a": "active", "b": "final"},
            initially={
                "at": None,
                "later": {"$time": {"of": "$now", "plus": "$resource#/at", "next": "midnight"}},
            },
            timestamps={"format": "epoch-s"},
        )
    )

    job = t.make("Job", at=far)

    assert job.due == (START if far < 0 else None)
    assert job.fields["later"] in (timing.EARLIEST // SECOND + 86_400, timing.LATEST // SECOND)


def test_a_wait_beyond_the_last_moment_is_for_ever(ticking):
    t = ticking(
        Job=lifecycle(move("end", "a", "b", {"duration": "P9000000D"}), states={"a": "active", "b": "final"})
    )

    assert t.make("Job").due is None
