"""A clock that can be moved: whether it runs by itself is what it shows, not what it says."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from contracts.client import Clock
from contracts.wire import Received, Sent

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


class Door:
    """Answers as a server's clock does; `runs` says whether it runs, `digits` how exactly it tells."""

    def __init__(self, *, runs: bool, says_manual: bool, digits: str = "microseconds") -> None:
        self._start = time.monotonic()
        self._moved = 0.0
        self._runs, self._says, self._digits = runs, says_manual, digits
        self.ahead = 0.0

    def send(self, request: Sent) -> Received:
        if request.method == "POST":
            self._moved += float(orjson.loads(request.content)["advance"].strip("PTS"))
        passed = time.monotonic() - self._start + self.ahead if self._runs else 0.0
        now = BEGIN + timedelta(seconds=self._moved + passed)
        body = {"now": now.isoformat(timespec=self._digits), "manual": self._says}
        return Received(200, {}, orjson.dumps(body))

    def race(self, requests: Sequence[Sent]) -> list[Received]:
        return list(map(self.send, requests))

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("runs", "says_manual", "is_frozen"), [(True, True, False), (False, True, True), (False, False, False)]
)
def test_a_clock_stands_still_only_if_it_says_so_and_does(runs, says_manual, is_frozen):
    """'manual' may mean no more than that it can be moved."""
    clock = Clock(Door(runs=runs, says_manual=says_manual), "http://localhost/clock")

    told = clock.told()

    assert told is not None
    assert clock.is_frozen is is_frozen


def test_a_clock_that_runs_lets_as_much_pass_as_may_have():
    """Between two moments the server's clock has run, too: what is due in ten seconds may be due now."""
    clock = Clock(Door(runs=True, says_manual=True), "http://localhost/clock")
    clock.told()
    before = clock.now()

    time.sleep(0.05)

    after = clock.now()
    assert after.slow == before.slow
    assert after.fast - before.fast >= 0.05


def test_a_clock_that_tells_whole_seconds_is_found_out_when_it_is_moved():
    """Two readings within one second look the same."""
    door = Door(runs=True, says_manual=True, digits="seconds")
    clock = Clock(door, "http://localhost/clock")
    clock.told()

    door.ahead = 3.0
    clock.advance(10)

    assert not clock.is_frozen


def test_a_clock_that_stands_still_may_be_moved_as_often_as_one_likes():
    """What it was moved by is no time that went by."""
    clock = Clock(Door(runs=False, says_manual=True), "http://localhost/clock")
    clock.told()

    for _ in range(50):
        clock.advance(3600.0004)

    assert clock.is_frozen
