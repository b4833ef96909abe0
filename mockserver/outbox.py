"""The outbox: messages on their way to whoever asked to be told, and what became of the last of them."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

log = logging.getLogger("understudy")

MOST_WAITING = 1000
"""How many messages wait to be sent; more are dropped."""
MOST_KEPT = 1000
"""Of how many messages it is told what became of them."""
MOST_BYTES = 1_048_576
"""How long the body of a message may be."""

WAITING, SENT, FAILED, UNSENT, DROPPED = "waiting", "sent", "failed", "unsent", "dropped"


@dataclass(frozen=True, slots=True)
class Message:
    """One request to somebody else's server; `moment` is in microseconds since the Unix epoch.

    It is the callback `name` of `operation`, or without an operation a webhook. `url` is
    empty where nobody said where it goes. It tells of a resource of `world`, at the
    request of `principal`, who is the world itself where nobody asked.
    """

    moment: int
    world: str
    principal: str
    resource: str
    id: Any
    name: str
    operation: str
    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    content: bytes
    retries: int = 0


@dataclass(slots=True)
class Delivery:
    """What became of a message: its state, how often it was tried, and the status of the last answer."""

    number: int
    message: Message
    state: str = WAITING
    attempts: int = 0
    status: int | None = None
    detail: str = ""

    def end(self, state: str, detail: str = "") -> None:
        """Say what became of it in the end."""
        self.state, self.detail = state, detail


class Outbox:
    """Messages in the order of their moments: first those that wait, besides them the last of all."""

    def __init__(self) -> None:
        self._waiting: deque[Delivery] = deque()
        self._kept: deque[Delivery] = deque(maxlen=MOST_KEPT)
        self._held: list[Message] | None = None
        self._last = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Delivery]:
        yield from self._kept

    def put(self, message: Message) -> None:
        """Take a message to be sent."""
        if self._held is not None:
            self._held.append(message)
            return
        self._last += 1
        delivery = Delivery(self._last, message)
        self._kept.append(delivery)
        if problem := self._problem(message):
            delivery.end(*problem)
            log.info("The message %s is %s. %s", message.name, delivery.state, delivery.detail)
        else:
            self._waiting.append(delivery)

    def next(self) -> Delivery | None:
        """Return the message that is to be sent now, which then waits no longer."""
        return self._waiting.popleft() if self._waiting else None

    @contextmanager
    def in_order(self) -> Iterator[None]:
        """Have the messages that are put meanwhile wait in the order of their moments."""
        self._held = []
        try:
            yield
        finally:
            held, self._held = self._held, None
            for message in sorted(held, key=lambda each: each.moment):
                self.put(message)

    def forget(self, world: str | None = None) -> None:
        """Forget the messages of one world, or all and their numbers; what waits is not sent."""
        is_all = world is None
        kept = [each for each in self._kept if not is_all and each.message.world != world]
        waiting = [each for each in self._waiting if not is_all and each.message.world != world]
        self._kept, self._waiting = deque(kept, maxlen=MOST_KEPT), deque(waiting)
        self._last = 0 if is_all else self._last

    def drop(self, why: str) -> int:
        """Give up all that wait; say how many."""
        count = len(self._waiting)
        while delivery := self.next():
            delivery.end(DROPPED, why)
        return count

    def _problem(self, message: Message) -> tuple[str, str] | None:
        """Return what becomes of a message that is not to be sent, and why."""
        if not message.url:
            hint = f"--webhook {message.name}=URL"
            return UNSENT, f"Nobody said where it goes; start the server with {hint}."
        if len(message.content) > MOST_BYTES:
            return UNSENT, f"Its body is longer than {MOST_BYTES} bytes."
        if len(self._waiting) >= MOST_WAITING:
            return DROPPED, f"{MOST_WAITING} messages wait already."
        return None
