"""What a request leaves behind is given back at once, without a search for garbage."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mockserver.app import build
from mockserver.clock import ManualClock
from mockserver.kind import Kind
from mockserver.principals import principal
from mockserver.worlds import Worlds

JSON = {"content-type": "application/json"}
REQUESTS = [
    pytest.param("GET", "/renders/none", {}, b"", 404, id="not there"),
    pytest.param("GET", "/nowhere", {}, b"", 404, id="no such path"),
    pytest.param("PUT", "/farms/north/renders", {}, b"", 405, id="no such method"),
    pytest.param("GET", "/farms/north/renders?limit=1", {}, b"", 200, id="a list"),
    pytest.param("GET", "/farms/north/renders?priority_from=many", {}, b"", 400, id="a wrong parameter"),
    pytest.param("POST", "/farms/north/renders", JSON, b'{"name":"n","scene":1}', 202, id="a new one"),
    pytest.param("POST", "/farms/north/renders", JSON, b'{"name":5}', 422, id="a body that does not fit"),
    pytest.param("POST", "/farms/north/renders", JSON, b"{", 422, id="no JSON"),
    pytest.param("POST", "/farms/none/renders", JSON, b'{"name":"n","scene":1}', 404, id="no such parent"),
    pytest.param("POST", "/farms/north/renders", {"content-type": "text/x"}, b"x", 415, id="a wrong type"),
    pytest.param("GET", "/_understudy/health", {}, b"", 200, id="the control door"),
]


@pytest.fixture
def unsearched() -> Iterator[None]:
    """No search for garbage takes place by itself."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(scope="module")
def ask(everything: Any) -> Callable[..., int]:
    """Sends one request without a client, whose own garbage would be found too; returns the status."""
    app = build(everything, clock=ManualClock())

    def asked(method: str, target: str, headers: dict[str, str], body: bytes) -> int:
        path, _, query = target.partition("?")
        sent = {"authorization": "Bearer me", "x-api-key": "me", "content-length": str(len(body)), **headers}
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
            "client": ("127.0.0.1", 1),
            "scheme": "http",
        }
        statuses = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            statuses.extend([message["status"]] if "status" in message else [])

        coroutine = app(scope, receive, send)
        with pytest.raises(StopIteration):
            coroutine.send(None)
        return statuses[0]

    return asked


@pytest.mark.parametrize(("method", "target", "headers", "body", "status"), REQUESTS)
def test_no_request_leaves_a_circle_behind(ask, unsearched, method, target, headers, body, status):
    """A server searches rarely: what only a search would find stays in memory until then."""
    assert ask(method, target, headers, body) == status  # what is made once is no garbage
    gc.collect()
    for _ in range(20):
        ask(method, target, headers, body)
    # pytest.raises leaves some of its own; a circle of ours would be there twenty times over.
    assert gc.collect() < 20


def test_a_world_that_is_reset_is_gone_at_once(everything, unsearched):
    """Each resource knows its store, which knows them all: a circle as large as the world."""
    kinds = {name: Kind(each) for name, each in everything.lifecycles.items()}
    worlds = Worlds(kinds, ManualClock())
    stores = [weakref.ref(each) for each in worlds.of(principal("me")).stores.values()]
    other = weakref.ref(worlds.of(principal("another")).stores["Render"])
    assert any(len(each()) for each in stores)

    assert worlds.reset("me") == 1
    assert [each() for each in stores] == [None] * len(stores)
    assert other() is not None

    assert worlds.reset() == 1
    assert other() is None
