"""What tests share: a running server, and clients with worlds of their own."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes run the tests, a file stays whole; so does `apis`, whose last test counts."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        for item in items:
            whole = item.path.parent if item.path.parent.name == "apis" else item.path
            item.add_marker(pytest.mark.xdist_group(str(whole.relative_to(config.rootpath))))


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
