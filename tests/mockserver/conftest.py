"""What these tests share: the render farm of `data/everything.yaml`, and small documents of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from mockserver.app import Settings, build
from mockserver.clock import ManualClock
from mockserver.identifiers import Sequences
from mockserver.kind import Kind
from mockserver.principals import Principals, principal
from mockserver.world import World
from speckit import timing
from speckit.document import Document, load
from speckit.specification import Specification, specify

EVERYTHING = Path(__file__).parent / "data" / "everything.yaml"
HERE = ("127.0.0.1", 1)
"""The control door is open to this machine only."""


class Playing:
    """A document being played in this process, with a manual clock and every response checked."""

    def __init__(
        self,
        specification: Specification,
        settings: Settings | None = None,
        principals: Principals | None = None,
    ) -> None:
        self.clock = ManualClock()
        settings = replace(settings or Settings(), checks_responses=True)
        self.app = build(specification, clock=self.clock, settings=settings, principals=principals)

    def client(self, token: str | None = "", **headers: str) -> TestClient:
        """A client that names itself in every way the documents here ask for."""
        named = {"X-Api-Key": token, "Authorization": f"Bearer {token}"} if token else {}
        return TestClient(
            self.app,
            base_url="http://localhost",
            headers=named | headers,
            client=HERE,
            follow_redirects=False,
        )

    def advance(self, duration: str) -> None:
        self.clock.set(self.clock.now() + timing.duration(duration))

    def door(self, method: str, path: str, **options: Any) -> Any:
        """What the control door answers; anything but success is an error."""
        answer = self.client().request(method, f"/_understudy{path}", **options)
        assert answer.is_success, answer.text
        return answer.json()


class Caller:
    """A client in a world of its own, by the words of the farm."""

    def __init__(self, playing: Playing, token: str) -> None:
        self.playing, self.token = playing, token
        self.http = playing.client(token)

    def advance(self, duration: str) -> None:
        self.playing.advance(duration)

    def create(self, *, farm: str = "north", headers: Mapping[str, str] | None = None, **body: Any) -> Any:
        """A new render, as the answer shows it."""
        content = {"name": "dawn", "scene": 1} | body
        answer = self.http.post(f"/farms/{farm}/renders", json=content, headers=headers)
        assert answer.status_code == 202, answer.text
        return answer.json()

    def render(self, identity: str, **query: str) -> Any:
        answer = self.http.get(f"/renders/{identity}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def phase(self, identity: str) -> str:
        phase: str = self.render(identity)["status"]["phase"]
        return phase

    def frame(self, **form: str) -> str:
        """The id of a new frame, ready for a path."""
        answer = self.http.post("/frames", data={"label": "f"} | form)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"]).replace("/", "%2F")

    def put(self, resource: str, state: str = "", scenario: str = "", **fields: Any) -> Any:
        """Make a resource be there through the control door, and return its id."""
        body = {"principal": self.token, "resource": resource, "state": state, "scenario": scenario}
        return self.playing.door("POST", "/states", json={**body, "fields": fields})["id"]


@pytest.fixture(scope="session")
def everything() -> Specification:
    """The render farm, read once."""
    return specify(load(EVERYTHING))


@pytest.fixture(scope="session")
def farm_app(everything: Specification) -> Playing:
    return Playing(everything)


@pytest.fixture
def farm(farm_app: Playing, request: pytest.FixtureRequest) -> Caller:
    """A client of the render farm, alone in its world."""
    return Caller(farm_app, request.node.name)


@pytest.fixture
def play() -> Callable[..., Playing]:
    """Plays a specification: `play(specification, settings)`."""
    return Playing


def _document(lifecycles: Any, paths: Any, conventions: Any, version: str, components: Any) -> Document:
    data: dict[str, Any] = {
        "openapi": version,
        "info": {"title": "Small", "version": "1"},
        "paths": paths,
        "x-resource-lifecycles": lifecycles,
    }
    if conventions:
        data["x-api-conventions"] = conventions
    if components:
        data["components"] = components
    return Document(data, Path("small.yaml"))


@pytest.fixture(scope="session")
def small() -> Callable[..., Specification]:
    """Reads a document written in the test: `small(lifecycles, paths, ...)`."""

    def read(
        lifecycles: Any = None,
        paths: Any = None,
        conventions: Any = None,
        version: str = "3.0.3",
        components: Any = None,
    ) -> Specification:
        return specify(_document(lifecycles or {}, paths or {}, conventions, version, components))

    return read


@pytest.fixture(scope="session")
def world_of() -> Callable[..., World]:
    """Makes a world out of a specification, without a server: `world_of(specification, clock)`."""

    def make(specification: Specification, clock: ManualClock | None = None, **options: Any) -> World:
        kinds = {name: Kind(each) for name, each in specification.lifecycles.items()}
        facts = principal("tester").facts
        return World(kinds, clock or ManualClock(), facts, Sequences(), **options)

    return make
