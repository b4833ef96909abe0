"""Runs many attempts at once that wait for different things, on one thread and one connection."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass

from contracts.client import Client, OutOfBudget


@dataclass(frozen=True, slots=True)
class Wait:
    """Go on once the slow clock shows `until`."""

    until: float


@dataclass(frozen=True, slots=True)
class Later:
    """Go on once another attempt has come to its end: something is taken at the moment."""


Attempt = Generator[Wait | Later, None, None]
"""Does what it does between its waits."""


class CannotTry(Exception):
    """An attempt cannot be made; the message says why, in words for a report."""


@dataclass(slots=True)
class _Running:
    attempt: Attempt
    name: str
    give_up: Callable[[str], None]
    until: float = 0.0
    ended_before: int = -1


class Stage:
    """Takes attempts, and runs them until all have ended.

    Args:
        announce: Is told which attempt goes on.
    """

    def __init__(self, client: Client, announce: Callable[[str], None] = lambda _name: None) -> None:
        self._client = client
        self._announce = announce
        self._running: deque[_Running] = deque()
        self._ended = 0
        self.is_stopped: Callable[[], bool] = lambda: False

    def add(self, name: str, attempt: Attempt, give_up: Callable[[str], None]) -> None:
        """Take an attempt; `give_up` is called with the reason if it cannot be made."""
        self._running.append(_Running(attempt, name, give_up))

    def run(self) -> None:
        """Run until every attempt has ended, or can go on no more.

        Raises:
            OutOfBudget: once the budget is used up.
        """
        while self._running and not self.is_stopped():
            ready = self._next()
            if ready is None:
                if not self._pass_time():
                    break
                continue
            self._go_on(ready)

    def _next(self) -> _Running | None:
        now = self._client.clock.now().slow
        for _ in range(len(self._running)):
            each = self._running.popleft()
            if each.until <= now and each.ended_before != self._ended:
                return each
            self._running.append(each)
        return None

    def _go_on(self, each: _Running) -> None:
        self._announce(each.name)
        try:
            wait = next(each.attempt)
        except StopIteration:
            self._ended += 1
            return
        except CannotTry as problem:
            self._ended += 1
            each.give_up(str(problem))
            return
        except OutOfBudget as problem:
            self._give_up_all(each, str(problem))
            raise
        each.until = wait.until if isinstance(wait, Wait) else 0.0
        each.ended_before = self._ended if isinstance(wait, Later) else -1
        self._running.append(each)

    def _pass_time(self) -> bool:
        """Let time pass until the next attempt can go on; say whether there is one."""
        waiting = [each.until for each in self._running if each.ended_before != self._ended]
        if not waiting:
            self._give_up_all(None, "what it needs is taken, and nothing gives it back")
            return False
        clock = self._client.clock
        seconds = min(waiting) - clock.now().slow
        if not clock.is_movable and seconds > self._client.budget.left:
            self._give_up_all(
                None, f"it takes {seconds:.0f} s more; --max-time or --clock-url would allow it"
            )
            return False
        clock.advance(seconds + 0.001)
        return True

    def _give_up_all(self, first: _Running | None, reason: str) -> None:
        for each in ([first] if first else []) + list(self._running):
            each.give_up(reason)
            each.attempt.close()
        self._running.clear()
