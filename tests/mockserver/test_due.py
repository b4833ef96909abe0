"""`mockserver.due`: the moments at which resources move by themselves."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.due import DueTimes
from mockserver.store import Layout, Resource, Store

STORE = Store(Layout((), ("id",), [], [], []), None)


def resources(count):
    return [Resource(STORE, serial, serial, {}, 0) for serial in range(count)]


def popped(due, now):
    found = []
    while (first := due.pop(now)) is not None:
        found.append(first[1].serial)
    return found


def test_what_is_due_comes_in_its_order():
    due, (a, b, c) = DueTimes(), resources(3)
    for resource, moment in ((a, 30), (b, 10), (c, 20)):
        due.schedule(resource, moment)

    assert [each.serial for each in due.upcoming()] == [1, 2, 0]
    assert popped(due, 9) == []
    assert popped(due, 20) == [1, 2]
    assert popped(due, 99) == [0]
    assert popped(due, 99) == []


def test_of_two_due_at_once_the_older_comes_first():
    due, (a, b) = DueTimes(), resources(2)
    due.schedule(b, 5)
    due.schedule(a, 5)

    assert popped(due, 5) == [0, 1]


def test_only_the_last_moment_given_counts():
    due, (a,) = DueTimes(), resources(1)
    due.schedule(a, 5)
    due.schedule(a, 9)

    assert popped(due, 8) == []
    assert popped(due, 9) == [0]


def test_never_takes_a_moment_back():
    due, (a,) = DueTimes(), resources(1)
    due.schedule(a, 5)
    due.schedule(a, None)

    assert list(due.upcoming()) == []
    assert popped(due, 9) == []


def test_a_moment_taken_back_and_given_again_is_due_once():
    """Paused and resumed at one moment: the control door must not show it twice."""
    due, (a,) = DueTimes(), resources(1)
    for moment in (5, None, 5, 7, 5):
        due.schedule(a, moment)

    assert list(due.upcoming()) == [a]
    assert popped(due, 5) == [0]
    assert popped(due, 99) == []


def test_what_was_due_may_be_due_again_at_the_same_moment():
    due, (a,) = DueTimes(), resources(1)
    due.schedule(a, 5)
    assert due.pop(5) == (5, a)
    assert a.due is None

    due.schedule(a, 5)

    assert popped(due, 5) == [0]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("schedule"), st.integers(0, 9), st.one_of(st.none(), st.integers(0, 30))),
        st.tuples(st.just("pop"), st.integers(0, 30), st.none()),
    ),
    max_size=60,
)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(STEPS, st.booleans())
def test_it_behaves_like_a_sorted_list(steps, is_busy):
    """The heap forgets stale entries in its own time; nobody can tell from outside."""
    due, known, model = DueTimes(), resources(10), {}
    if is_busy:
        for moment in range(500):  # enough to make it sweep
            due.schedule(known[0], moment)
        due.schedule(known[0], None)

    for what, number, moment in steps:
        if what == "schedule":
            due.schedule(known[number], moment)
            model[number] = moment
        else:
            ready = sorted((when, n) for n, when in model.items() if when is not None and when <= number)
            assert popped(due, number) == [n for _, n in ready]
            model |= {n: None for _, n in ready}
        left = sorted((when, n) for n, when in model.items() if when is not None)
        assert [each.serial for each in due.upcoming()] == [n for _, n in left]
