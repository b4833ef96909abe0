"""`mockserver.machine`: which transition may happen. No clock, no world, no request."""

from __future__ import annotations

import pytest

from mockserver.machine import Machine
from speckit.expression import Source
from speckit.lifecycle import After, Condition, Identity, Lifecycle, Transition

LOUD = ((Source("request.body", pointer=("loud",)), Condition("equals", True)),)
QUIET = ((Source("request.body", pointer=("loud",)), Condition("not", True)),)

START = Transition("start", ("queued",), "running", after=After(duration=5))
FAIL = Transition("fail", ("queued",), "failed", after=After(duration=5), scenario="failure")
SHOUT = Transition("shout", ("queued", "running"), "loud", triggers=("updateJob",), when=LOUD)
WHISPER = Transition("whisper", ("queued",), "quiet", triggers=("updateJob", "hushJob"), when=QUIET)
MACHINE = Machine(
    Lifecycle(
        "Job",
        Identity(("id",)),
        initial=((LOUD, "running"), ((), "queued")),
        transitions=(START, FAIL, SHOUT, WHISPER),
    )
)


def only(*guards):
    """Answers that these guards hold, and those that ask for nothing."""
    return lambda guard: not guard or guard in guards


def test_the_first_state_is_the_first_whose_guard_holds():
    assert MACHINE.initial(only(LOUD)) == "running"
    assert MACHINE.initial(only()) == "queued"


def test_a_resource_without_states_starts_in_none():
    assert Machine(Lifecycle("Thing", Identity(("id",)))).initial(only()) == ""


@pytest.mark.parametrize(
    ("state", "trigger", "guard", "expected"),
    [
        ("queued", "updateJob", LOUD, SHOUT),
        ("queued", "updateJob", QUIET, WHISPER),
        ("queued", "hushJob", QUIET, WHISPER),
        ("queued", "hushJob", LOUD, None),
        ("running", "updateJob", QUIET, None),
        ("failed", "updateJob", LOUD, None),
        ("queued", "deleteJob", LOUD, None),
        ("nowhere", "updateJob", LOUD, None),
    ],
)
def test_a_trigger_causes_the_transition_whose_guard_holds(state, trigger, guard, expected):
    """One operation may cause several, and several operations one."""
    assert MACHINE.triggered(state, trigger, only(guard)) is expected


def test_a_scenario_takes_the_place_of_the_plain_moves():
    assert list(MACHINE.automatic("queued", "failure")) == [FAIL]


@pytest.mark.parametrize("scenario", ["", "something of another resource"])
def test_without_moves_of_its_own_a_scenario_leaves_the_plain_ones(scenario):
    assert list(MACHINE.automatic("queued", scenario)) == [START]


def test_what_waits_for_an_operation_does_not_move_by_itself():
    assert not list(MACHINE.automatic("running", ""))
    assert not list(MACHINE.automatic("nowhere", "failure"))
