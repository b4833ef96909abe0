"""The two servers of these tests: ours, which plays the document, and the Flask application."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import httpx
from harness import NO_TLS, ROOT
from starlette.testclient import TestClient
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from mockserver.app import Settings, build
from mockserver.clock import ManualClock
from speckit.document import load
from speckit.specification import specify

EXAMPLE = ROOT / "examples" / "flask_jobs"
START_SECONDS = 1_767_225_600.0
"""Where the clock of either stands at first: the midnight between 2025 and 2026."""
PROJECT, OTHER_PROJECT = "/public/3sWXSsqHgSKnE87YkNJK", "/public/7kQzLmPfRtVbXcWyHd2N"


@cache
def program() -> Any:
    """The module `app.py`, as if it had been started."""
    sys.path.insert(0, str(EXAMPLE))
    try:
        found = spec_from_file_location("flask_jobs_app", EXAMPLE / "app.py")
        assert found is not None
        assert found.loader is not None
        module = module_from_spec(found)
        found.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(EXAMPLE))


def flask_app(
    folder: Path, *bugs: str, keys: Sequence[str] = (), now: Callable[[], float] = lambda: START_SECONDS
) -> Any:
    """A Flask application with a clock that stands still unless it is told to go on."""
    return program().create_app(folder / "jobs.sqlite3", now, bugs, keys=keys, test_clock=True)


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The URL of a WSGI application on loopback, for as long as the block lasts."""
    server: BaseWSGIServer = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Side:
    """One of the two servers; what is done to it is done in the same words."""

    def __init__(self, connect: Callable[[], Any], door: str) -> None:
        self._connect, self._door = connect, door
        self._control = connect()

    def client(self, token: str | None) -> Any:
        """A client that names itself; one without a token does not."""
        client = self._connect()
        if token is not None:
            client.headers["Authorization"] = f"Bearer {token}"
        return client

    def control(self, method: str, path: str, **options: Any) -> Any:
        """What the door for tests answers; anything but success is an error."""
        answer = self._control.request(method, self._door + path, **options)
        assert answer.is_success, answer.text
        return answer.json()

    def now(self) -> int:
        """What its clock shows, in milliseconds since 1970."""
        return round(datetime.fromisoformat(self.control("GET", "/clock")["now"]).timestamp() * 1000)

    def advance(self, milliseconds: int) -> None:
        self.control("POST", "/clock", json={"advance": f"PT{milliseconds / 1000:.3f}S"})

    def put(self, token: str, state: str, scenario: str = "", **fields: Any) -> Any:
        """Make it so that a job is in a state, and return what the door tells of it."""
        body = {"principal": token, "resource": "OpenReplayJob", "state": state, "scenario": scenario}
        return self.control("POST", "/states", json=body | {"fields": fields})


def ours() -> Side:
    """The document as it is played, in this process."""
    specification = specify(load(ROOT / "openapi.yaml"), only=["openreplay"])
    app = build(specification, clock=ManualClock(), settings=Settings(checks_responses=True))

    def connect() -> TestClient:
        return TestClient(app, base_url="http://localhost", client=("127.0.0.1", 1), follow_redirects=False)

    return Side(connect, "/_understudy")


@contextmanager
def theirs(folder: Path, bugs: Sequence[str] = ()) -> Iterator[Side]:
    """The Flask application, over a socket: many clients at once, and paths as they were sent."""
    opened: list[httpx.Client] = []

    def connect() -> httpx.Client:
        opened.append(httpx.Client(base_url=url, timeout=30, verify=NO_TLS))
        return opened[-1]

    with served(flask_app(folder, *bugs)) as url:
        try:
            yield Side(connect, "/test")
        finally:
            for client in opened:
                client.close()
