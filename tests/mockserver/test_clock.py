"""`mockserver.clock`: where the present moment comes from."""

from __future__ import annotations

import time

import pytest

from mockserver.clock import START, ManualClock, RealClock, shown
from speckit import timing


def test_a_manual_clock_stands_still_until_it_is_moved():
    clock = ManualClock()

    assert clock.now() == clock.now() == START
    clock.set(START + 1)
    assert clock.now() == START + 1


def test_a_manual_clock_may_be_set_to_the_moment_it_shows():
    clock = ManualClock(5)

    clock.set(5)

    assert clock.now() == 5


@pytest.mark.parametrize("moment", [START - 1, -1, timing.LATEST + 1])
def test_a_manual_clock_goes_neither_back_nor_beyond_all_clocks(moment):
    clock = ManualClock()

    with pytest.raises(ValueError, match=r"clock"):
        clock.set(moment)

    assert clock.now() == START


def test_the_latest_moment_can_be_shown():
    clock = ManualClock()

    clock.set(timing.LATEST)

    assert shown(clock.now()) == "9999-12-31T00:00:00.000Z"


def test_a_manual_clock_can_start_again():
    clock = ManualClock(5)
    clock.set(START)

    clock.restart()

    assert clock.now() == 5


def test_a_real_clock_tells_the_machines_time():
    before = time.time_ns() // 1000

    assert before <= RealClock().now() <= time.time_ns() // 1000


def test_a_fast_clock_starts_now_and_runs_ahead():
    clock = RealClock(speed=1000)
    first = clock.now()
    time.sleep(0.01)

    assert clock.now() - first >= 9_000_000


def test_only_a_manual_clock_says_it_can_be_moved():
    assert ManualClock.manual
    assert not RealClock.manual
    assert shown(START) == "2026-01-01T00:00:00.000Z"
