"""`mockserver.world`: one principal's resources and their time, without HTTP."""

from __future__ import annotations

from copy import deepcopy
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.answers import Refused
from mockserver.breaches import MissingParent, NotUnique, WorldFull
from mockserver.clock import START, ManualClock
from mockserver.effects import Create, Trigger
from mockserver.evaluation import Request
from mockserver.kind import MOST_ENTRIES
from mockserver.listing import Listing
from mockserver.provider import external
from speckit import timing
from speckit.timing import SECOND


def lifecycle(**more):
    return {
        "identity": {"field": "/id", "generate": "$sequence"},
        "initially": {"id": "$id", "at": None},
        **more,
    }


def states(initial, **categories):
    return {"initial": initial, "states": {name: {"category": each} for name, each in categories.items()}}


def moves(name, start, end, **how):
    return {"name": name, "from": start, "to": end, **how}


@pytest.fixture
def tick(small, world_of):
    """A world of `Job`s, its clock, and one job: `tick(lifecycle, at=..., ...)`."""

    def make(raw, **fields):
        clock = ManualClock()
        world = world_of(small({"Job": raw}), clock)
        job = world.create(world.stores["Job"], world.frame(), fields)
        return world, clock, job

    return make


def settle(world, clock, seconds):
    clock.set(clock.now() + int(seconds * SECOND))
    world.settle()


# Being made and being refused


def test_a_new_resource_is_entered_and_due(tick):
    raw = lifecycle(
        state=states("waiting", waiting="pending", done="final"),
        transitions=[moves("finish", "waiting", "done", after={"duration": "PT5S"})],
    )

    world, _, job = tick(raw)

    assert (job.id, job.state, job.entered, job.due) == (1, "waiting", START, START + 5 * SECOND)
    assert world.upcoming() == [job]
    assert len(world) == 1


def test_a_state_takes_away_what_was_there_also_at_birth(tick):
    raw = lifecycle(
        initially={"id": "$id", "reason": "new", "late": "$absent"},
        state=states("a", a="pending", b="resting"),
        transitions=[
            moves("one", "a", "b", after={"duration": "PT5S"}, set={"/reason": "moved", "/late": 1}),
            moves("two", "b", "a", trigger="$external", set={"/late": "$absent"}),
        ],
    )
    raw["state"]["states"]["a"]["set"] = {"/reason": "$absent"}

    world, clock, job = tick(raw)
    born = dict(job.fields)
    clock.set(START + 5 * SECOND)
    world.settle()
    moved = dict(job.fields)
    world.move(job, job.store.kind.lifecycle.transitions[1], world.frame_of(job))

    assert born == {"id": 1}
    assert moved == {"id": 1, "reason": "moved", "late": 1}
    assert job.fields == born


def test_what_cannot_be_made_leaves_nothing_behind(everything, world_of):
    world = world_of(everything)
    renders, fields = world.stores["Render"], {"farm": "north", "scene": 1, "name": "x"}
    world.create(renders, world.frame(), fields, state="queued")
    before = len(world), [each.serial for each in world.upcoming()]

    with pytest.raises(MissingParent):
        world.create(renders, world.frame(), fields | {"scene": 99})
    with pytest.raises(NotUnique):
        world.create(renders, world.frame(), fields, state="running")

    assert (len(world), [each.serial for each in world.upcoming()]) == before


def test_a_full_world_takes_no_more_until_something_is_gone(everything, world_of):
    seeded = len(world_of(everything))
    world = world_of(everything, limit=seeded + 1)
    frame = world.create(world.stores["Frame"], world.frame(), {})

    with pytest.raises(WorldFull):
        world.create(world.stores["Frame"], world.frame(), {})

    world.remove(frame)
    assert world.create(world.stores["Frame"], world.frame(), {})


# Time


def test_a_move_to_a_state_that_ends_at_once_ends_at_once(tick):
    raw = lifecycle(
        state=states("a", a="pending", b="active", c="final"),
        transitions=[
            moves("one", "a", "b", after={"duration": "PT0S"}),
            moves("two", "b", "c", after={"duration": "PT0S"}),
        ],
    )
    world, _, job = tick(raw)

    world.settle()

    assert job.state == "c"
    assert job.entered == START


def test_of_two_moves_the_earlier_happens_and_of_equals_the_first_declared(tick):
    raw = lifecycle(
        state=states("a", a="pending", late="final", early="final", equal="final"),
        transitions=[
            moves("late", "a", "late", after={"duration": "PT9S"}),
            moves("early", "a", "early", after={"duration": "PT5S"}),
            moves("equal", "a", "equal", after={"until": "$resource#/at"}),
        ],
    )
    world, clock, job = tick(raw, at="2026-01-01T00:00:05.000Z")

    settle(world, clock, 60)

    assert (job.state, job.entered) == ("early", START + 5 * SECOND)


@pytest.mark.parametrize("at", [None, "soon", True, {}])
def test_without_a_time_in_its_field_nothing_happens(tick, at):
    raw = lifecycle(
        state=states("a", a="pending", b="final"),
        transitions=[moves("go", "a", "b", after={"until": "$resource#/at"})],
    )
    world, clock, job = tick(raw, at=at)

    settle(world, clock, 10**6)

    assert job.state == "a"
    assert job.due is None


def test_a_field_that_changes_moves_the_time(tick):
    raw = lifecycle(
        state=states("a", a="pending", b="final"),
        transitions=[moves("go", "a", "b", after={"until": "$resource#/at"})],
    )
    world, clock, job = tick(raw, at="2026-01-01T00:00:05.000Z")
    world.change(
        job, lambda _, fields: fields.update(at="2026-01-01T00:00:09.000Z"), world.frame_of(job), None
    )

    settle(world, clock, 8)
    assert job.state == "a"
    settle(world, clock, 1)

    assert job.state == "b"


RECURRING = lifecycle(
    initially={"id": "$id", "at": None, "end": None, "last": None},
    timestamps={"updated": "/last"},
    state=states("a", a="pending", b="final"),
    transitions=[
        moves("tick", "a", "a", after={"until": "$resource#/at"}, every="PT7S"),
        moves("end", "a", "b", after={"until": "$resource#/end"}),
    ],
)


@pytest.mark.parametrize("end", ["00:00:20", "00:00:21", "00:00:24", "00:00:31", "00:00:03"])
def test_what_recurs_does_not_run_past_what_ends_it(tick, end):
    """However long nobody looked, the end comes when it was due: an advanced clock is a patient one."""
    times = {"at": "2026-01-01T00:00:10.000Z", "end": f"2026-01-01T{end}.000Z"}
    patient, slowly, watched = tick(RECURRING, **times)
    hurried, quickly, late = tick(RECURRING, **times)

    for _ in range(120):
        settle(patient, slowly, 0.5)
    settle(hurried, quickly, 60)

    assert watched.state == "b"
    assert (late.fields, late.state, late.entered) == (watched.fields, watched.state, watched.entered)


def test_many_years_of_ticks_are_one_step(tick):
    world, clock, job = tick(RECURRING, at="2026-01-01T00:00:10.000Z", end=None)

    settle(world, clock, 50 * 365 * 86_400)

    assert job.due > clock.now()
    assert job.version == 1 + (clock.now() - START - 10 * SECOND) // (7 * SECOND) + 1


KEPT = lifecycle(
    initially={"id": "$id", "at": None, "end": None, "told": {"all": []}},
    history={"field": "/told/all", "entry": {"state": "$state", "at": "$now", "next": "$resource#/at"}},
    state=states("a", a="pending", b="final"),
    transitions=[
        moves("tick", "a", "a", after={"until": "$resource#/at"}, every="PT7S"),
        moves("end", "a", "b", after={"until": "$resource#/end"}),
    ],
)


def at(second):
    return f"2026-01-01T00:00:{second:02}.000Z"


@pytest.mark.parametrize("looks", [1, 120])
def test_a_history_has_every_recurrence_even_if_nobody_looked(tick, looks):
    """Many ticks are one step for the world, and yet each one happened."""
    world, clock, job = tick(KEPT, at=at(10), end=at(30))

    for _ in range(looks):
        settle(world, clock, 60 / looks)

    assert job.fields["told"]["all"] == [
        {"state": "a", "at": at(0), "next": at(10)},
        {"state": "a", "at": at(10), "next": at(17)},
        {"state": "a", "at": at(17), "next": at(24)},
        {"state": "a", "at": at(24), "next": at(31)},
        {"state": "b", "at": at(30), "next": at(31)},
    ]


def test_of_a_long_history_the_last_entries_are_kept(tick):
    """A clock set forward by years must not fill the memory."""
    world, clock, job = tick(KEPT, at=at(10))

    settle(world, clock, 50 * 365 * 86_400)
    kept = job.fields["told"]["all"]

    assert len(kept) == MOST_ENTRIES
    assert kept[-1]["next"] == timing.render(job.due, "date-time")
    assert kept == sorted(kept, key=lambda each: each["at"])


def test_a_history_handed_out_before_stays_as_it_was(tick):
    """Answers, other resources and the document itself may hold the same list."""
    world, clock, job = tick(KEPT, at=at(10))
    before = job.fields["told"]["all"]
    other = world.create(world.stores["Job"], world.frame(), {"at": at(10), "told": {"all": before}})

    settle(world, clock, 20)

    assert len(before) == 1
    assert len(other.fields["told"]["all"]) == 3
    assert len(world.create(world.stores["Job"], world.frame(), {}).fields["told"]["all"]) == 1


def test_an_entry_that_is_absent_is_none(tick):
    """`$time` of what is no time yields nothing."""
    _, _, job = tick(KEPT | {"history": {"field": "/told/all", "entry": {"$time": "$state"}}})

    assert job.fields["told"] == {"all": []}


def test_a_move_by_itself_that_would_make_two_alike_waits_for_nobody(tick):
    """Time has nobody to refuse, and the world goes on for all the others."""
    raw = lifecycle(
        initially={"id": "$id", "name": "n"},
        unique=[{"fields": ["/name"], "while": ["running"]}],
        state=states("queued", queued="pending", running="active", done="final"),
        transitions=[
            moves("start", "queued", "running", after={"duration": "PT5S"}),
            moves("finish", "running", "done", after={"duration": "PT5S"}),
        ],
    )
    world, clock, first = tick(raw)
    second = world.create(world.stores["Job"], world.frame(), {})
    other = world.create(world.stores["Job"], world.frame(), {"name": "m"})

    settle(world, clock, 5)
    assert (first.state, second.state, other.state) == ("running", "queued", "running")
    settle(world, clock, 5)

    assert (first.state, other.state) == ("done", "done")


def test_of_moves_that_wait_the_one_that_waits_least_is_made(tick):
    """One that waits for looks is no matter to time."""
    raw = lifecycle(
        state=states("a", a="pending", b="final", c="final", d="final"),
        transitions=[
            moves("late", "a", "b", after={"duration": "PT9S"}),
            moves("first", "a", "c", after={"duration": "PT5S"}),
            moves("look", "a", "d", after={"polls": 9}),
        ],
    )
    world, clock, job = tick(raw)

    assert job.due == START + 5 * SECOND
    settle(world, clock, 60)

    assert job.state == "c"


def test_nobody_asks_for_what_happens_by_itself(tick):
    """The request that makes a resource is over when its first move is due; its guard cannot look into it."""
    raw = lifecycle(
        state=states("a", a="pending", b="final"),
        transitions=[moves("go", "a", "b", after={"duration": "PT5S"}, when={"$request.body#/go": True})],
    )
    world, clock, _ = tick(raw)
    request = Request(body={"go": True})
    frame = world.frame(request)

    job = world.create(world.stores["Job"], frame, {})

    assert job.due is None
    assert frame.request is request
    settle(world, clock, 60)
    assert job.state == "a"


def test_a_parent_that_changes_is_looked_up_anew(small, world_of):
    """Within one change: the guard saw the old one, and what is set comes from the new one."""
    parent = {"identity": {"field": "/id"}, "initially": {"id": "$id", "name": ""}}
    parent["seed"] = [{"set": {"id": "p1", "name": "one"}}, {"set": {"id": "p2", "name": "two"}}]
    raw = lifecycle(
        parents={"owner": {"resource": "Owner", "field": "/owner"}},
        initially={"id": "$id", "owner": None, "name": "$parent.owner#/name"},
        state={"initial": "a", "states": {"a": {"category": "resting"}}},
        transitions=[moves("hand_on", "a", "a", trigger="$external", set={"/name": "$parent.owner#/name"})],
    )
    world = world_of(small({"Owner": parent, "Job": raw}))
    job = world.create(world.stores["Job"], world.frame(), {"owner": "p1"})
    frame, (move,) = world.frame_of(job), job.store.kind.lifecycle.transitions
    seen = [job.fields["name"], frame.parent("owner")["name"]]

    world.change(job, lambda _, fields: fields.update(owner="p2"), frame, move)

    assert seen == ["one", "one"]
    assert job.fields == {"id": 1, "owner": "p2", "name": "two"}


def test_a_parent_named_by_another_key_is_referred_to_by_its_id(small, world_of):
    """It was looked up before by that key, and the field must hold the id all the same."""
    parent = {
        "identity": {"field": "/id", "alternates": [{"field": "/name"}]},
        "initially": {"id": "$id", "name": ""},
        "seed": [{"set": {"id": "p1", "name": "one"}}],
    }
    raw = lifecycle(
        parents={"owner": {"resource": "Owner", "field": "/owner"}},
        initially={"id": "$id", "owner": "$request.body#/owner", "told": "$parent.owner#/name"},
    )
    world = world_of(small({"Owner": parent, "Job": raw}))

    job = world.create(world.stores["Job"], world.frame(Request(body={"owner": "one"})), {})

    assert job.fields == {"id": 1, "owner": "p1", "told": "one"}


def test_looks_are_counted_anew_in_every_state(tick):
    raw = lifecycle(
        state=states("a", a="pending", b="active", c="final"),
        transitions=[moves("one", "a", "b", after={"polls": 2}), moves("two", "b", "c", after={"polls": 2})],
    )
    world, _, job = tick(raw)

    seen = [job.state]
    for _ in range(5):
        world.look(job)
        seen.append(job.state)

    assert seen == ["a", "a", "b", "b", "c", "c"]


def test_a_change_that_changes_nothing_is_none(tick):
    world, _, job = tick(lifecycle())

    assert not world.change(job, lambda _, fields: fields.update(at=None), world.frame_of(job), None)
    assert world.change(job, lambda _, fields: fields.update(at="now"), world.frame_of(job), None)
    assert job.version == 2


@pytest.mark.parametrize(("before", "after"), [(1, True), ([{"a": 0}], [{"a": False}])])
def test_true_is_not_one_also_where_it_is_written(tick, before, after):
    world, _, job = tick(lifecycle(), at=before)

    assert world.change(job, lambda _, fields: fields.update(at=after), world.frame_of(job), None)
    assert repr(job.fields["at"]) == repr(after)


def test_fields_handed_out_before_stay_as_they_were(tick):
    """An answer being written must not change under the hand of the writer."""
    world, _, job = tick(lifecycle(), at={"deep": 1})
    before = job.fields

    world.change(job, lambda _, fields: fields.update(at=2), world.frame_of(job), None)

    assert before == {"id": 1, "at": {"deep": 1}}


def test_what_is_gone_is_due_no_more(tick):
    raw = lifecycle(
        state=states("a", a="pending", b="final"),
        transitions=[moves("go", "a", "b", after={"duration": "PT5S"})],
    )
    world, clock, job = tick(raw)

    world.remove(job)
    settle(world, clock, 60)

    assert world.upcoming() == []
    assert job.state == "a"
    assert len(world) == 0


# Whatever is done, in whatever order


class Farm:
    """The world of a render farm, moved by its operations."""

    def __init__(self, specification, world_of):
        self.lifecycles = specification.lifecycles
        self.clock = ManualClock()
        self.world = world_of(specification, self.clock)
        self.made = []
        self._effects = {}
        effects = {"create": Create, "list": Listing, "update": Trigger, "trigger": Trigger}
        for name, each in specification.lifecycles.items():
            for operation, rule in each.rules.items():
                if rule.role in effects:
                    kind, found = self.world.stores[name].kind, specification.operations[operation]
                    self._effects[operation] = effects[rule.role](kind, rule, found)

    def call(self, operation, **request):
        self.world.settle()
        return self._effects[operation](self.world, Request(**request))

    def snapshot(self):
        """Everything there is, copied: by kind and id."""
        return deepcopy(
            {
                (name, each.id): (
                    each.fields,
                    each.state,
                    each.scenario,
                    each.entered,
                    each.due,
                    each.version,
                )
                for name, store in self.world.stores.items()
                for each in store
            }
        )

    def step(self, what, *arguments):
        """Do one thing; say whether it was done, or refused."""
        try:
            getattr(self, f"do_{what}")(*arguments)
        except Refused:
            return False
        return True

    def do_advance(self, tenths):
        self.clock.set(self.clock.now() + tenths * SECOND // 10)

    def do_look(self):
        self.world.settle()

    def do_create(self, farm, body, scenario):
        raw = {b"understudy-scenario": scenario.encode()} if scenario else {}
        reply = self.call("createRender", path={"farmId": farm}, raw=raw, body=body)
        self.made.append(reply.body["id"])

    def do_watch(self):
        self.call("createWatch", body={})

    def do_forget(self, scene):
        self.call("deleteScene", path={"sceneId": scene})

    def do_act(self, operation, number):
        self.call(operation, path={"renderId": self._one(number)})

    def do_patch(self, number, body):
        self.call("updateRender", path={"renderId": self._one(number)}, body=body)

    def do_evict(self, number):
        self.world.settle()
        render = self.world.stores["Render"].find(self._one(number))
        transition = render and external(self.world, render, "evict")
        if transition:
            self.world.move(render, transition, self.world.frame_of(render))

    def _one(self, number):
        return self.made[number % len(self.made)] if self.made else "render-old"


@pytest.fixture(scope="session")
def new_farm(everything, world_of):
    """Makes farms. (Hypothesis would print a whole specification with each failure.)"""
    return lambda: Farm(everything, world_of)


NAMES = st.sampled_from(["a", "b", "c"])
BODIES = st.fixed_dictionaries(
    {"name": NAMES},
    optional={
        "scene": st.sampled_from([1, 2, 99]),
        "start": st.sampled_from(["now", "later", "draft"]),
        "priority": st.sampled_from([0, 9]),
        "retention_seconds": st.integers(0, 200),
    },
)
PATCHES = st.fixed_dictionaries(
    {}, optional={"name": NAMES, "scene": st.sampled_from([1, 99]), "mood": st.sampled_from(["ready", "sad"])}
)
FILTERS = st.fixed_dictionaries(
    {},
    optional={"name": st.sampled_from(["a", "o"]), "phase": st.sampled_from(["queued,running", "paused"])},
)
ACTS = ["cancelRender", "deleteRender", "pauseRender", "resumeRender", "retryRender"]
NUMBERS = st.integers(0, 4)
STEP = st.one_of(
    st.tuples(
        st.just("create"),
        st.sampled_from(["north", "south/2", "east"]),
        BODIES,
        st.sampled_from(["", "", "failure", "stubborn", "none"]),
    ),
    st.tuples(st.just("act"), st.sampled_from(ACTS), NUMBERS),
    st.tuples(st.just("patch"), NUMBERS, PATCHES),
    st.tuples(st.just("evict"), NUMBERS),
    st.tuples(st.just("watch")),
    st.tuples(st.just("forget"), st.sampled_from([1, 2, 3])),
    st.tuples(st.just("advance"), st.integers(0, 900)),
)
CAUSES = {"forget": "deleteScene", "patch": "updateRender", "evict": "$external"}
CHECKED = settings(derandomize=True, deadline=None, max_examples=120)


def changed(before, after):
    """Each resource that is in another state than before, or gone: its kind, and from where to where."""
    for (kind, identity), (_, state, *_) in before.items():
        now = after[kind, identity][1] if (kind, identity) in after else "$removed"
        if now != state:
            yield kind, state, now


@CHECKED
@given(st.lists(STEP, max_size=25))
def test_whatever_is_done_only_declared_moves_happen(new_farm, steps):
    """Time makes those with `after`, an operation those that name it; a refusal changes nothing at all."""
    farm = new_farm()

    for what, *arguments in steps:
        if what == "advance":
            farm.step(what, *arguments)
        before = farm.snapshot()
        farm.world.settle()
        settled = farm.snapshot()
        _assert_moves(farm.lifecycles, before, settled, "")
        if what == "advance":
            continue
        was_done = farm.step(what, *arguments)

        after = farm.snapshot()
        if not was_done:
            assert after == settled
        cause = arguments[0] if what == "act" else CAUSES.get(what, "none")
        _assert_moves(farm.lifecycles, settled, after, cause)


def _assert_moves(lifecycles, before, after, cause):
    """Every change of state is declared: in one step by `cause`, or by time in any number."""
    for kind, start, end in changed(before, after):
        each = lifecycles[kind]
        assert not (start and each.states[start].is_final and end != "$removed"), f"{kind}: {start} is final"
        if cause:
            ways = {(s, t.ends) for t in each.transitions if cause in t.triggers for s in t.starts}
            assert (start, end) in ways, f"{kind}: {start} became {end} by {cause}"
        else:
            assert end in _by_time(each, start), f"{kind}: {start} became {end} by itself"


def _by_time(each, start):
    found, waiting = set(), [start]
    while waiting:
        state = waiting.pop()
        ends = {t.ends for t in each.transitions if t.after and not t.after.polls and state in t.starts}
        waiting += ends - found
        found |= ends
    return found


@CHECKED
@given(st.lists(STEP, max_size=15), st.integers(1, 40))
def test_looking_often_or_rarely_comes_to_the_same(new_farm, steps, pieces):
    """Time that passes while nobody looks is the same time: no field, moment, due time or version differs."""
    rarely, often = new_farm(), new_farm()

    for what, *arguments in [*steps, ("advance", 800)]:
        if what == "advance":
            whole = arguments[0] * SECOND // 10
            ends = often.clock.now() + whole
            for _ in range(pieces - 1):
                often.clock.set(min(often.clock.now() + whole // pieces, ends))
                often.step("look")
            often.clock.set(ends)
            often.step("look")
            rarely.step("advance", *arguments)
        else:
            assert rarely.step(what, *arguments) == often.step(what, *arguments)
    rarely.step("look")

    assert rarely.snapshot() == often.snapshot()


@CHECKED
@given(
    st.lists(STEP, max_size=25),
    st.one_of(st.none(), st.integers(1, 4)),
    st.fixed_dictionaries(
        {},
        optional={
            "name": st.sampled_from(["a", "o"]),
            "phase": st.sampled_from(["queued,running", "paused"]),
        },
    ),
)
def test_pages_make_up_the_whole_list(new_farm, steps, size, filters):
    """No resource is missing at the seam of two pages, and none is there twice."""
    farm = new_farm()
    for what, *arguments in steps:
        farm.step(what, *arguments)
    farm.world.settle()
    renders = [each for each in farm.world.stores["Render"] if each.fields["farm"] == "north"]
    wanted = [
        each.id
        for each in sorted(renders, key=lambda each: each.serial)
        if each.fields["name"].startswith(filters.get("name", ""))
        and each.fields["status"]["phase"] in filters.get("phase", each.state).split(",")
    ]

    pages, cursor = [], None
    while True:
        query = filters | ({"limit": size} if size else {}) | ({"after": cursor} if cursor else {})
        body = farm.call("listRenders", path={"farmId": "north"}, query=query).body
        pages.append([each["id"] for each in body["renders"]])
        assert body["total"] == len(wanted)
        cursor = body["next"]
        if cursor is None:
            break

    assert [identity for page in pages for identity in page] == wanted
    assert all(len(page) == (size or 2) for page, _ in pairwise(pages))
