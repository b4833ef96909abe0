"""What every test here has: a server of the file's `EXAMPLE`, and a world of its own on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from harness import Server
from lifecycles.playing import World


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """What the file's `EXAMPLE` plays, with a manual clock, every response held to the document."""
    with request.module.EXAMPLE.served() as server:
        yield server


@pytest.fixture
def world(server: Server, token: str) -> Iterator[World]:
    """A client with a world that no other test has touched."""
    world = World(server, token)
    yield world
    world.close()
