"""What the tests of the five APIs share: named sources, a world, a clock, a record of answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SOURCES = frozenset({"seed", "src", "obs", "decision"})
"""Where a fact comes from: the page, the product's own code, the running product, or our choice."""

_deselected: list[pytest.Item] = []


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"source(tag, ...): where the fact comes from: {', '.join(SOURCES)}.")


def pytest_deselected(items: list[pytest.Item]) -> None:
    _deselected.extend(items)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run last the tests that look back on the others."""
    items.sort(key=lambda item: item.path == HERE / "test_every_answer.py")


@pytest.fixture(scope="session")
def whole_folder_runs(request: pytest.FixtureRequest) -> bool:
    """Whether this run leaves no test of the folder out."""
    collected = {item.path for item in request.session.items}
    picked = any("::" in argument for argument in request.config.args)
    return collected.issuperset(HERE.glob("test_*.py")) and not _deselected and not picked


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    """Every operation of the document by method and path template."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document = yaml.load((ROOT / "openapi.yaml").read_text(), loader)
    return {
        (method.upper(), path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict) and "responses" in operation
    }


class Answers:
    """A record of which operation answered with which status."""

    def __init__(self) -> None:
        known = operations()
        self.documented = {(o["operationId"], int(code)) for o in known.values() for code in o["responses"]}
        self.seen: set[tuple[str, int]] = set()
        # The path with the fewest parameters wins: /jobs/cancel/{id}/ before /jobs/{id}/.
        self._patterns = [
            (method, re.compile(_pattern(path)), operation["operationId"])
            for (method, path), operation in sorted(known.items(), key=lambda pair: pair[0][1].count("{"))
        ]

    def __call__(self, response: httpx.Response) -> None:
        """Note one response: an event hook of httpx."""
        path = response.request.url.raw_path.partition(b"?")[0].decode()
        for method, pattern, operation in self._patterns:
            if method == response.request.method and pattern.fullmatch(path):
                self.seen.add((operation, response.status_code))
                return


def _pattern(path: str) -> str:
    pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
    return pattern + "?" if path.endswith("/") else pattern


@pytest.fixture(scope="session")
def answers() -> Answers:
    """The record of this run."""
    return Answers()


def _client(server: Any, token: str | None, answers: Answers, **options: Any) -> httpx.Client:
    client: httpx.Client = server.client(token, event_hooks={"response": [answers]}, **options)
    return client


@pytest.fixture
def ask(server: Any, answers: Answers) -> Iterator[Callable[..., httpx.Client]]:
    """Makes further clients of the shared server: `ask(token)`, `ask(None)`."""
    clients: list[httpx.Client] = []

    def make(token: str | None, **options: Any) -> httpx.Client:
        clients.append(_client(server, token, answers, **options))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def api(ask: Callable[..., httpx.Client], token: str) -> httpx.Client:
    """A client of the shared server with a world of its own, whose answers are recorded."""
    return ask(token)


class Door:
    """The control door of one server, through one connection."""

    def __init__(self, server: Any) -> None:
        self._client = server.client(None)

    def __call__(self, method: str, path: str, **options: Any) -> Any:
        """What the door answers; anything but success is an error."""
        answer = self._client.request(method, f"/_understudy{path}", **options)
        assert answer.is_success, answer.text
        return answer.json()

    def close(self) -> None:
        self._client.close()


@pytest.fixture(scope="session")
def door(server: Any) -> Iterator[Door]:
    """The control door of the shared server."""
    opened = Door(server)
    yield opened
    opened.close()


class World:
    """The world of one token, seen and arranged through the control door."""

    def __init__(self, door: Door, token: str) -> None:
        self._door = door
        self._principal = {"principal": token}

    def resources(self, kind: str = "") -> list[dict[str, Any]]:
        """Everything there is, or everything of one kind, with the states no answer shows."""
        asked = self._principal | ({"resource": kind} if kind else {})
        found: list[dict[str, Any]] = self._door("GET", "/resources", params=asked)["resources"]
        return found

    def states(self, kind: str) -> set[str]:
        return {each["state"] for each in self.resources(kind)}

    def state(self, kind: str, identity: Any) -> str | None:
        """The state of one resource; None once it is gone."""
        return next((each["state"] for each in self.resources(kind) if each["id"] == identity), None)

    def put(self, kind: str, state: str = "", scenario: str = "", **fields: Any) -> Any:
        """Make a resource be there, and return its id."""
        body = {"resource": kind, "state": state, "scenario": scenario, "fields": fields}
        return self._door("POST", "/states", json=self._principal | body)["id"]

    def fire(self, kind: str, identity: Any, transition: str) -> None:
        """Let happen what somebody does outside the API."""
        body = {"resource": kind, "id": identity, "transition": transition}
        self._door("POST", "/transitions", json=self._principal | body)


@pytest.fixture
def world(door: Door, token: str) -> World:
    """The world that `api` lives in."""
    return World(door, token)


@pytest.fixture
def unchanged(api: httpx.Client, world: World) -> Callable[..., AbstractContextManager[None]]:
    """`with unchanged("/v1/jobs", ...)`: whatever happens inside, these reads and the world stay the same."""

    def look(paths: tuple[str, ...]) -> list[Any]:
        return [world.resources(), *[(r.status_code, r.content) for r in map(api.get, paths)]]

    @contextmanager
    def stays(*paths: str) -> Iterator[None]:
        before = look(paths)
        yield
        assert look(paths) == before

    return stays


class Clock:
    """The manual clock of a server, in seconds since the Unix epoch."""

    def __init__(self, door: Door) -> None:
        self._door = door
        # Whole seconds, so that what an API rounds down to them is exact.
        self.to(float(int(self.now + 0.999)))

    @property
    def now(self) -> float:
        return datetime.fromisoformat(self._door("GET", "/clock")["now"]).timestamp()

    def to(self, moment: float) -> None:
        shown = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
        self._door("POST", "/clock", json={"set": shown})

    def just_before(self, moment: float) -> None:
        self.to(moment - 0.001)

    def advance(self, seconds: float) -> None:
        self._door("POST", "/clock", json={"advance": f"PT{seconds:.3f}S"})


@pytest.fixture
def clock(door: Door) -> Clock:
    """The clock of the shared server, at a full second."""
    return Clock(door)


@pytest.fixture(scope="session")
def start(server: Any) -> Iterator[Callable[..., Any]]:
    """Starts servers of their own, with a manual clock, and stops them at the end of the run."""
    started: list[Any] = []

    def begin(*arguments: str) -> Any:
        started.append(type(server)("--clock", "manual", "--check-responses", *arguments))
        return started[-1]

    yield begin
    for each in started:
        status = each.stop()
        assert status == 0, "".join(each.errors)


PRINCIPALS = """\
principals:
  - {name: curator, token: curator-token, roles: [Curator]}
  - {name: artisan, token: artisan-token, roles: []}
  - {name: reader, token: reader-token, roles: [TAIPY_READER]}
  - {name: editor, token: editor-token, roles: [TAIPY_EDITOR]}
  - {name: executor, token: executor-token, roles: [TAIPY_EXECUTOR]}
"""


@pytest.fixture(scope="session")
def closed(
    start: Callable[..., Any], answers: Answers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str | None], httpx.Client]]:
    """Makes clients of a server that knows five principals by their tokens, and nobody else."""
    file = tmp_path_factory.mktemp("principals") / "principals.yaml"
    file.write_text(PRINCIPALS)
    server = start("--principals", str(file))
    clients: dict[str | None, httpx.Client] = {}

    def make(token: str | None) -> httpx.Client:
        if token not in clients:
            clients[token] = _client(server, token, answers)
        return clients[token]

    yield make
    for client in clients.values():
        client.close()
