"""`mockserver.index` and `mockserver.store`: resources found by id, other keys and filters, in order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mockserver.index
from mockserver.index import CHUNK, EMPTY, Bucket, Index, hashable
from mockserver.store import Layout, Resource, Store, sortable
from speckit.lifecycle import Unique
from speckit.pointer import ABSENT

SAME_NAME = Unique((("name",),), ("queued", "running"))
SAME_PLACE = Unique((("deep", "a"), ("size",)))


def store(order=(), indexes=((("name",),), (("deep", "a"),), (("name",), ("deep", "a"))), unique=()):
    return Store(Layout(order, ("id",), [("name",)], indexes, unique), None)


def put(into, serial, state="queued", **fields):
    resource = Resource(into, serial, fields.setdefault("id", serial), fields, 0)
    resource.state = state
    into.add(resource)
    return resource


def ids(into, bucket, start=0, stop=None, descending=False):
    return [each.id for each in into.ranked(bucket.slice(start, stop, descending))]


def test_true_is_not_one_and_one_is_one():
    """Filters compare JSON values, and Python's own idea of equality is another."""
    values = [True, 1, "1", False, 0, None, "", [1], {"a": 1}, 1.5]

    assert len({hashable(each) for each in values}) == len(values)
    assert hashable(1.0) == hashable(1)


def test_arrays_and_objects_are_what_they_hold():
    """An array is no text that looks like one, and the order of members says nothing."""
    assert hashable({"a": 1, "b": {"c": [2], "d": 3}}) == hashable({"b": {"d": 3.0, "c": [2]}, "a": 1})
    values = [
        ["a"],
        "['a']",
        '["a"]',
        [["a"]],
        {"a": 1},
        "{'a': 1}",
        [["a", 1]],
        {"a": True},
        [1],
        [True],
        ["1"],
    ]

    assert len({hashable(each) for each in values}) == len(values)


def test_anything_can_be_ordered():
    values = [{"a": 1}, "b", 3, None, "a", 2.5, ABSENT]

    assert sorted(values, key=sortable) == [None, ABSENT, 2.5, 3, "a", "b", {"a": 1}]


def test_an_empty_bucket_goes_and_nobody_is_found_in_it():
    index = Index((("name",),))
    index.add("a", 1)
    index.discard("a", 1)

    assert index.bucket(("a",)) is EMPTY
    assert len(EMPTY) == 0
    assert list(EMPTY.slice(0, None, True)) == []


@pytest.mark.parametrize("descending", [False, True])
def test_a_bucket_is_sliced_like_a_list(descending):
    bucket = Bucket()
    for rank in (5, 1, 3, 2):
        bucket.add(rank)
    whole = sorted((5, 1, 3, 2), reverse=descending)

    for start in range(6):
        for stop in (*range(7), None):
            assert list(bucket.slice(start, stop, descending)) == whole[start:stop], (start, stop)


def test_the_position_behind_a_rank_that_is_gone():
    """The last one of a page may have been removed when the next page is asked for."""
    bucket = Bucket()
    for rank in (10, 20, 30):
        bucket.add(rank)

    assert [bucket.after(rank, False) for rank in (5, 10, 15, 30)] == [0, 1, 1, 3]
    assert [bucket.after(rank, True) for rank in (35, 30, 15, 10)] == [0, 1, 2, 3]


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 60)), max_size=80), st.booleans())
def test_a_bucket_of_many_chunks_is_one_list(steps, descending):
    """A million ranks stand in hundreds of lists; where one ends and the next begins nobody may see."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mockserver.index, "CHUNK", 3)
        known = set(range(10, 30, 2))
        bucket = Bucket(sorted(known))
        for is_added, rank in steps:
            if is_added and rank not in known:
                bucket.add(rank)
                known.add(rank)
            elif not is_added and rank in known:
                bucket.discard(rank)
                known.remove(rank)

        whole = sorted(known, reverse=descending)
        assert len(bucket) == len(whole)
        for start in range(0, len(whole) + 2, 3):
            for stop in (0, start + 1, start + 7, None):
                assert list(bucket.slice(start, stop, descending)) == whole[start:stop], (start, stop)
        for rank in range(-1, 62):
            behind = [each for each in whole if (each < rank if descending else each > rank)]
            assert whole[bucket.after(rank, descending) :] == behind


@pytest.mark.parametrize("ranks", [[], [1, 3], list(range(1, 3 * CHUNK, 2))])
@pytest.mark.parametrize("rank", [0, 2, 4 * CHUNK])
def test_what_is_not_in_a_bucket_cannot_be_taken_out(ranks, rank):
    """Its neighbour would go instead, and a list would lose a resource."""
    bucket = Bucket(ranks)

    with pytest.raises(LookupError):
        bucket.discard(rank)

    assert len(bucket) == len(ranks)


def test_a_resource_is_found_by_its_id_and_by_its_other_name():
    jobs = store()
    job = put(jobs, 1, id="j1", name="dawn")

    assert jobs.find("j1") is jobs.by_id("j1") is jobs.find("dawn") is jobs.by_alternate(0, "dawn") is job
    assert jobs.by_id("dawn") is None
    jobs.replace(job, {"id": "j1", "name": "dusk"}, "queued")
    assert jobs.find("dawn") is None
    assert jobs.find("dusk") is job
    jobs.remove(job)
    assert jobs.find("dusk") is jobs.find("j1") is None
    assert len(jobs) == 0


def test_of_namesakes_the_oldest_is_found_and_the_next_one_when_it_goes():
    """Nothing says that other names are unique, and whoever is left must not be lost with a namesake."""
    jobs = store()
    first, second, third = (put(jobs, serial, name="dawn") for serial in (1, 2, 3))
    late = put(jobs, 4, name="dusk")

    jobs.remove(second)
    assert jobs.find("dawn") is first
    jobs.remove(first)
    assert jobs.find("dawn") is jobs.by_alternate(0, "dawn") is third
    jobs.add(first)
    jobs.replace(late, {"id": 4, "name": "dawn"}, "queued")
    assert jobs.find("dawn") is first
    assert jobs.find("dusk") is None
    jobs.replace(first, {"id": 1, "name": "dusk"}, "queued")
    assert (jobs.find("dawn"), jobs.find("dusk")) == (third, first)
    jobs.remove(third)
    assert jobs.find("dawn") is late
    jobs.remove(late)
    assert jobs.find("dawn") is None


def test_a_filter_the_layout_does_not_foresee_finds_what_is_there_and_what_comes():
    """Its index is made when it is first asked for, and kept up from then on."""
    jobs = store(indexes=())
    put(jobs, 1, colour="red")

    assert ids(jobs, jobs.bucket((("colour",),), ("red",))) == [1]
    put(jobs, 2, colour="red")
    assert ids(jobs, jobs.bucket((("colour",),), ("red",))) == [1, 2]


def test_what_is_ordered_by_a_field_moves_when_the_field_changes():
    jobs = store(order=("size",))
    big, small = put(jobs, 1, size=9), put(jobs, 2, size=1)
    assert ids(jobs, jobs.bucket((), ())) == [2, 1]

    jobs.replace(small, {"id": 2, "size": 10, "name": "x"}, "queued")

    assert ids(jobs, jobs.bucket((), ())) == [1, 2]
    assert ids(jobs, jobs.bucket((("name",),), ("x",))) == [2]
    assert jobs.rank(big) < jobs.rank(small)


def test_values_clash_only_in_the_states_that_say_so_and_where_all_are_there():
    jobs = store(unique=[SAME_NAME, SAME_PLACE])
    first = put(jobs, 1, name="a", size=1, deep={"a": 1})

    assert jobs.clash({"name": "a"}, "running", None) is SAME_NAME
    assert jobs.clash({"name": "a"}, "running", first) is None
    assert jobs.clash({"name": "a"}, "done", None) is None
    assert jobs.clash({"name": "b", "size": 1, "deep": {"a": 1}}, "done", None) is SAME_PLACE
    assert jobs.clash({"size": 1, "deep": {"a": True}}, "done", None) is None
    assert jobs.clash({"size": 1}, "done", None) is None
    assert jobs.clash({"name": None}, "running", None) is None
    jobs.replace(first, first.fields, "done")
    assert jobs.clash({"name": "a"}, "running", None) is None


# A store is a list with short cuts: whatever is done to it, it answers as a list would.

NAMES = st.sampled_from(["a", "b", None])
SIZES = st.sampled_from([0, 1, 2, True, None, "x"])
STATES = st.sampled_from(["queued", "running", "done"])
FIELDS = st.fixed_dictionaries(
    {"name": NAMES, "size": SIZES},
    optional={"deep": st.fixed_dictionaries({"a": st.sampled_from([1, True, "1"])})},
)
STEPS = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from(["put", "put", "remove"]), FIELDS, STATES), max_size=25
)
ORDERS = st.sampled_from([(), ("id",), ("size",), ("deep", "a")])


def by_hand(model, order):
    """The ids of the model in the order of the list."""
    if order == ("id",):
        return sorted(model)
    key = {
        (): lambda each: each.serial,
        ("size",): lambda each: (sortable(each.fields.get("size", ABSENT)), each.serial),
        ("deep", "a"): lambda each: (sortable(each.fields.get("deep", {}).get("a", ABSENT)), each.serial),
    }[order]
    return [each.id for each in sorted(model.values(), key=key)]


def identical(one, other):
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def holding(model, order, **wanted):
    found = []
    for identity in by_hand(model, order):
        fields = model[identity].fields
        values = {"name": fields.get("name"), "a": fields.get("deep", {}).get("a", ABSENT)}
        if all(identical(values[key], value) for key, value in wanted.items()):
            found.append(identity)
    return found


@settings(derandomize=True, deadline=None, max_examples=150)
@given(STEPS, ORDERS)
def test_a_store_answers_as_a_list_would(steps, order):
    jobs, model, serial = store(order=order, unique=[SAME_NAME]), {}, 0

    for identity, what, fields, state in steps:
        known = model.get(identity)
        if what == "remove":
            if known:
                jobs.remove(model.pop(identity))
            continue
        fields = {"id": identity, **fields}
        taken = any(
            each is not known
            and identical(each.fields["name"], fields["name"])
            and {each.state, state} <= {"queued", "running"}
            for each in model.values()
            if fields["name"] is not None
        )
        assert (jobs.clash(fields, state, known) is SAME_NAME) == taken
        if taken:
            continue
        if known:
            jobs.replace(known, fields, state)
        else:
            serial += 1
            model[identity] = put(jobs, serial, state, **fields)

        assert len(jobs) == len(model)
        assert {each.id for each in jobs} == set(model)
        everything = jobs.bucket((), ())
        whole = by_hand(model, order)
        assert ids(jobs, everything) == whole
        assert ids(jobs, everything, 1, 3, descending=True) == whole[::-1][1:3]
        for name in ("a", "b"):
            namesakes = [each for each in model.values() if each.fields["name"] == name]
            oldest = min(namesakes, key=lambda each: each.serial, default=None)
            assert jobs.by_alternate(0, name) is oldest
            assert ids(jobs, jobs.bucket((("name",),), (name,))) == holding(model, order, name=name)
            for a in (1, True, "1"):
                bucket = jobs.bucket((("name",), ("deep", "a")), (name, a))
                assert ids(jobs, bucket) == holding(model, order, name=name, a=a)
                assert len(bucket) == len(holding(model, order, name=name, a=a))
