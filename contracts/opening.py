"""The way to an implementation: opened for a run, and spoken over as its settings say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from contracts import pacing
from contracts.client import Budget, Client, Clock
from contracts.settings import Settings
from contracts.wire import Network, Wire
from speckit.specification import Specification

IN_PROCESS = "http://localhost"
"""The URL of an application in this process."""


@contextmanager
def opened(target: str | Wire, settings: Settings) -> Iterator[tuple[str, Wire]]:
    """Give the base URL of an implementation and the wire to it, which is closed if it was opened here.

    Args:
        target: Its URL, or the way into an application in this process.
    """
    if not isinstance(target, str):
        yield IN_PROCESS, target
        return
    wire = Network(settings.answer_seconds, is_insecure=settings.is_insecure)
    try:
        yield target, wire
    finally:
        wire.close()


def client(specification: Specification, settings: Settings, url: str, wire: Wire) -> Client:
    """Return who asks the implementation at `url`, with a budget of its own."""
    budget = Budget(settings.max_seconds, settings.max_requests, rate=settings.most_per_second)
    clock = Clock(wire, settings.clock_url)
    made = Client(wire, url, settings.principals, budget, clock, settings.headers)
    made.pace.meant = pacing.meant(specification)
    return made
