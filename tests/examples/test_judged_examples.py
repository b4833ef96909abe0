"""The two APIs that were written by hand, judged: nothing is found about them, and each bug is."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from examples.flask_servers import START_SECONDS, flask_app, served
from examples.render_farms import by_hand
from examples.render_farms import specification as farm
from harness import ROOT
from starlette.requests import Request
from starlette.responses import JSONResponse

from contracts import verdict
from contracts.finding import Judgement
from contracts.wire import Application
from speckit.document import load
from speckit.specification import Specification, specify
from understudy.principals import Principals, credentials
from understudy.provider import from_url

PROJECT_KEY = "3sWXSsqHgSKnE87YkNJK"
PEOPLE = {name: {"Authorization": f"Bearer {name}"} for name in ("alice", "bob", "visitor")}
"""The visitor is no operator of the hand-written farm."""
BUGS = {
    "lost-race": ("one-winner", "cancelOpenReplayJob"),
    "late-page": ("pages-join", "listOpenReplayJobs"),
    "late-cancel": ("final-is-final", "getOpenReplayJob"),
}
"""Each bug of the Flask application, and the law and the operation that it is found by."""


def found(judgement: Judgement) -> list[str]:
    """What is to be said of an implementation."""
    return [f"{each.law} {each.subject.operation}: {each.happened}" for each in judgement.findings]


def tried(judgement: Judgement) -> set[str]:
    """The laws that had their chance to be broken."""
    return {each.law for each in judgement.tallies if each.tried}


# The render farm


class WithClock:
    """A hand-written farm, and beside it a clock that stands still unless it is moved."""

    def __init__(self) -> None:
        self._now = START_SECONDS
        self._farm = by_hand(lambda: self._now)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == "/clock":
            await (await self._clock(Request(scope, receive)))(scope, receive, send)
        else:
            await self._farm(scope, receive, send)

    async def _clock(self, request: Request) -> JSONResponse:
        if request.method == "POST":
            self._now += float(json.loads(await request.body())["advance"][2:-1])
        now = datetime.fromtimestamp(self._now, UTC).isoformat(timespec="milliseconds")
        return JSONResponse({"now": now.replace("+00:00", "Z"), "manual": True})


@contextmanager
def listening(app: Any) -> Iterator[str]:
    """The URL of an ASGI application on loopback, for as long as the block lasts."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def test_nothing_is_found_about_the_hand_written_farm():
    """It has never seen the document's lifecycles, and keeps them."""
    wire = Application(WithClock())
    settings = verdict.Settings(
        principals=PEOPLE,
        roles={"visitor": frozenset()},
        max_seconds=150,
        clock_url="http://localhost/clock",
    )
    try:
        judgement = verdict.judge(farm(), wire, settings)
    finally:
        wire.close()

    assert found(judgement) == []
    assert judgement.ended == ""
    assert len(tried(judgement)) >= 55


def test_nothing_is_found_about_the_hand_written_farm_in_real_time():
    """Over a socket, with the clock of the machine."""
    settings = verdict.Settings(
        principals=PEOPLE, roles={"visitor": frozenset()}, max_seconds=30, phases=("matrix",)
    )
    with listening(by_hand(time.time)) as url:
        judgement = verdict.judge(farm(), url, settings)

    assert found(judgement) == []
    assert judgement.ended == ""
    assert len(tried(judgement)) >= 40


# The Flask application


def openreplay() -> Specification:
    """The document that the Flask application implements."""
    return specify(load(ROOT / "openapi.yaml"), only=["openreplay"])


def judged(folder: Path, *bugs: str, has_doors: bool = True, **more: Any) -> Judgement:
    """What the judge says of the Flask application; `has_doors` is whether it is told of those for tests."""
    promised = openreplay()
    tokens = Principals({"alice": "alice", "bob": "bob"})
    doors: Mapping[str, Any] = {}
    now: Callable[[], float] = time.time
    with served(flask_app(folder, *bugs, now=(lambda: START_SECONDS) if has_doors else now)) as url:
        if has_doors:
            doors = {"clock_url": f"{url}/test/clock", "provide": from_url(f"{url}/test/states", tokens)}
        settings = verdict.Settings(
            principals={name: credentials(promised, token) for name, token in tokens.tokens.items()},
            params={"projectKey": PROJECT_KEY},
            **doors,
            **more,
        )
        return verdict.judge(promised, url, settings)


@pytest.mark.parametrize("has_doors", [True, False], ids=["with-doors", "without"])
def test_nothing_is_found_about_the_flask_application(tmp_path, has_doors):
    """The doors for tests help to try more, and are not needed to be right."""
    judgement = judged(tmp_path, has_doors=has_doors)

    assert found(judgement) == []
    assert judgement.ended == ""
    assert len(tried(judgement)) >= (38 if has_doors else 30)


@pytest.mark.parametrize("bug", BUGS)
def test_each_bug_of_the_flask_application_is_found_and_nothing_else(tmp_path, bug):
    """A finding names the promise, and one bug is one finding."""
    judgement = judged(tmp_path, bug, phases=("matrix",))

    assert [(each.law, each.subject.operation) for each in judgement.findings] == [BUGS[bug]]
