"""The two render farms of these tests: ours, which plays the document, and the one written by hand."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx2 as httpx
from starlette.testclient import TestClient

from mockserver.app import Settings, build
from mockserver.clock import START, ManualClock
from mockserver.principals import Principals, principal
from speckit import timing
from speckit.document import load
from speckit.specification import Specification, specify

EXAMPLE = Path(__file__).parents[2] / "examples" / "render_farm"
DOCUMENT = EXAMPLE / "openapi.yaml"
RENDERS = "/projects/north-pier/renders"
TOKENS = ("alice", "bob", "visitor")
"""Who asks in these tests. The visitor is no operator, in either farm."""

_RENDER = re.compile(r"rnd_[0-9a-f]{12}")
_SERIAL = re.compile(r"LK-[0-9a-f]{6}")
_HEADERS = ("location", "retry-after", "www-authenticate", "content-type")
_OWN_WORDS = ("slugTaken", "noSuchScene", "frameDrawn")
"""The errors of the older shape whose messages the document spells out."""


class Farm:
    """A farm in this process, with a clock that stands still, and a record of what it answered."""

    def __init__(self, app: Any, advance: Callable[[TestClient, int], None]) -> None:
        self.told: list[Any] = []
        self._advance = advance
        self._known: dict[str, str] = {}
        self._http = TestClient(
            app, base_url="http://localhost", client=("127.0.0.1", 1), follow_redirects=False
        )

    def __call__(
        self, method: str, path: str, status: int, *, token: str = "alice", **options: Any
    ) -> httpx.Response:
        """Return the answer to a request, which must have this status."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= options.pop("headers", {})
        answer = self._http.request(method, path, headers=headers, **options)
        self.told.append(self._comparable(answer))
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def advance(self, seconds: int) -> None:
        """Let time pass."""
        self._advance(self._http, seconds)

    def create(self, *, project: str = "north-pier", **body: Any) -> str:
        """Return the path of a new render."""
        content = {"name": "shot-040", "scene": 1} | body
        answer = self("POST", f"/projects/{project}/renders", 202, json=content)
        return str(answer.headers["location"])

    def render(self, url: str) -> Any:
        """Return a render as it is now."""
        return self("GET", url, 200).json()

    def state(self, url: str) -> str:
        """Return the state a render is in now."""
        return str(self.render(url)["state"])

    def etag(self, url: str) -> str:
        """Return what names the present version."""
        return str(self("GET", url, 200).headers["etag"])

    def do(self, url: str, act: str, status: int, **options: Any) -> Any:
        """Return what an act on a render is answered with."""
        answer = self("POST", f"{url}/{act}", status, **options)
        return answer.json() if answer.content else None

    def patch(self, url: str, status: int, *, headers: Any = None, **change: Any) -> Any:
        """Return what a change is answered with."""
        return self("PATCH", url, status, json=change, headers=headers or {}).json()

    def names(self, **query: Any) -> list[str]:
        """Return the names of the renders that a list shows."""
        found = self("GET", RENDERS, 200, params=query).json()
        return [each["name"] for each in found["renders"]]

    def head(self, path: str) -> int:
        """Return the status of a HEAD request, which is not told."""
        return self._http.head(path, headers={"Authorization": "Bearer alice"}).status_code

    def frame(self, **form: Any) -> str:
        """Return the path of a new frame."""
        return str(self("POST", "/frames", 201, data={"label": "try"} | form).headers["location"])

    def _comparable(self, answer: httpx.Response) -> Any:
        """Return an answer without what two farms may choose freely: ids, tags, cursors, human text."""
        headers = {name: answer.headers.get(name) for name in _HEADERS if answer.headers.get(name)}
        headers["allow"] = sorted(answer.headers.get("allow", "").split(", "))
        if answer.status_code in (200, 201, 202, 304):
            headers["etag"] = "etag" in answer.headers
        is_json = answer.content and "json" in answer.headers["content-type"]
        body = _without_wording(answer.json()) if is_json else answer.text
        return self._anonymous((answer.status_code, headers, body))

    def _anonymous(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._anonymous(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self._anonymous(each) for each in value]
        if not isinstance(value, str):
            return value
        return _SERIAL.sub(
            "LK", _RENDER.sub(lambda m: self._known.setdefault(m[0], str(len(self._known))), value)
        )


def _without_wording(body: Any) -> Any:
    """Return a body without the texts that the document leaves open, and without its cursor."""
    if not isinstance(body, dict):
        return body
    if body.get("type") == "about:blank":
        return {"type": body["type"], "status": body["status"]}
    if body.keys() == {"error"} and body["error"]["code"] not in _OWN_WORDS:
        return {"error": {"code": body["error"]["code"]}}
    return body | ({"next": body["next"] is not None} if "next" in body else {})


@cache
def specification() -> Specification:
    """Return the document, read once."""
    return specify(load(DOCUMENT))


def ours() -> Farm:
    """Return the farm that plays the document, every answer held to it."""
    operators = {token: principal(token, roles=["operator"]) for token in TOKENS}
    known = Principals(operators | {"visitor": principal("visitor", roles=[])})
    app = build(
        specification(),
        clock=ManualClock(),
        principals=known,
        settings=Settings(checks_responses=True),
    )
    return Farm(app, _through_the_door)


def _through_the_door(http: TestClient, seconds: int) -> None:
    moved = http.post("/_understudy/clock", json={"advance": f"PT{seconds}S"})
    assert moved.is_success, moved.text


def independent() -> Farm:
    """Return the farm that was written by hand."""
    now = START // timing.SECOND

    def advance(_http: TestClient, seconds: int) -> None:
        nonlocal now
        now += seconds

    return Farm(by_hand(lambda: now), advance)


def by_hand(now: Callable[[], float]) -> Any:
    """Return the application that was written by hand."""
    if str(EXAMPLE) not in sys.path:
        sys.path.append(str(EXAMPLE))
    return import_module("renderfarm.app").create_app(now)


FARMS: dict[str, Callable[[], Farm]] = {"ours": ours, "independent": independent}


Story = Callable[[Farm], None]


class Stories(list[Story]):
    """Stories that each farm can tell: requests, and what is promised about their answers."""

    def tell(self, story: Story) -> Story:
        """Have `story` told by both farms."""
        self.append(story)
        return story


def name_of(story: Story) -> str:
    """Return what a story is about."""
    return story.__name__


def agree(story: Story) -> None:
    """Fail unless both farms answer each request of `story` alike."""
    told = []
    for farm in (ours(), independent()):
        story(farm)
        told.append(farm.told)
    assert told[0] == told[1]
