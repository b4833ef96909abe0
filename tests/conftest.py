"""What tests share: a running server, and clients with worlds of their own."""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from harness import Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The five job APIs with a manual clock, every response held to the document."""
    running = Server("--clock", "manual", "--check-responses")
    yield running
    status = running.stop()
    assert status == 0, "".join(running.errors)
    assert not running.errors, "".join(running.errors)


def pytest_configure() -> None:
    """Let programs that tests start be interrupted.

    Whoever runs the tests in the background of a script has them ignore SIGINT, and programs inherit that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are processors: a third of the time tests wait, for servers and clocks."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Where several processes run the tests, a file stays whole; so does `apis`, whose last test counts."""
    from xdist.scheduler import LoadFileScheduling

    class Whole(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "tests/apis" if nodeid.startswith("tests/apis/") else super()._split_scope(nodeid)

    return Whole(config, log)


_numbers = itertools.count(1)


@pytest.fixture
def token() -> str:
    """A token nobody has used yet: a new world with its seeds."""
    return f"test-{next(_numbers)}"


@pytest.fixture
def api(server: Server, token: str) -> Iterator[httpx.Client]:
    """A client of the shared server with a world of its own."""
    with server.client(token) as client:
        yield client
