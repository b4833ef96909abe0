"""The render farm: requests that are wrong, or odd, are answered alike by both farms."""

from __future__ import annotations

from typing import Any

import pytest
from examples.render_farms import FARMS, RENDERS, Farm, agree

SEEDED = f"{RENDERS}/rnd_0000000000a1"
FAILED = "/projects/lighthouse/renders/rnd_0000000000a2"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BIG = b'{"name": "' + b"x" * 1_048_576 + b'"}'
PROBLEMS = "https://larkfield.example/problems/"


def new(**body: Any) -> dict[str, Any]:
    """Return the options of a create with a body that would do, but for `body`."""
    return {"json": {"name": "n", "scene": 1} | body}


def scene(**body: Any) -> dict[str, Any]:
    """Return the options of an addition to the library that would do, but for `body`."""
    return {"json": {"slug": "s", "title": "t", "frames": 1} | body}


REQUESTS: dict[str, tuple[Any, ...]] = {
    # path or method
    "unknown path": ("GET", "/nothing", 404, "about:blank"),
    "unknown path in the library": ("GET", "/scenes/1/frames", 404, "unknownPath"),
    "slash too many": ("GET", "/projects/", 404, None),
    "root": ("GET", "/", 404, "about:blank"),
    "no such method": ("DELETE", "/projects", 405, "about:blank"),
    "no such method on a render": ("PUT", SEEDED, 405, "about:blank"),
    "no such method in the library": ("PATCH", "/scenes/1", 405, "methodNotAllowed"),
    "options of a render": ("OPTIONS", SEEDED, 204, None),
    "options need no token": ("OPTIONS", "/projects", 204, None, {"token": ""}),
    "no such method needs no token": ("POST", "/projects", 405, "about:blank", {"token": ""}),
    # who
    "no token": ("GET", "/projects", 401, "about:blank", {"token": ""}),
    "no token in the library": ("GET", "/scenes", 401, "unauthorized", {"token": ""}),
    "no token and no such render": ("GET", f"{RENDERS}/none", 401, "about:blank", {"token": ""}),
    "no token and no body": ("POST", RENDERS, 401, "about:blank", {"token": ""}),
    "another scheme": ("GET", "/projects", 401, None, {"headers": {"Authorization": "Basic YTpi"}}),
    "an empty token": ("GET", "/projects", 401, None, {"headers": {"Authorization": "Bearer "}}),
    "the scheme in small letters": (
        "GET",
        "/projects",
        200,
        None,
        {"headers": {"Authorization": "bearer bob"}},
    ),
    "a visitor asks to purge": (
        "POST",
        f"{SEEDED}/purge",
        403,
        PROBLEMS + "operators-only",
        {"token": "visitor"},
    ),
    # where
    "no such project": ("GET", "/projects/south-pier", 404, PROBLEMS + "no-such-project"),
    "no such project to list": ("GET", "/projects/x/renders", 404, PROBLEMS + "no-such-project"),
    "no such project to create in": ("POST", "/projects/x/renders", 404, PROBLEMS + "no-such-project", new()),
    "no such project above": ("GET", "/projects/x/renders/y", 404, PROBLEMS + "no-such-project"),
    "no such render": ("GET", f"{RENDERS}/rnd_0", 404, PROBLEMS + "no-such-render"),
    "no such render anywhere": ("GET", "/renders/rnd_0", 404, PROBLEMS + "no-such-render"),
    "an id with a slash": ("GET", f"{RENDERS}/a%2Fb", 404, PROBLEMS + "no-such-render"),
    "an id of odd letters": ("GET", f"{RENDERS}/%E2%98%83%00", 404, PROBLEMS + "no-such-render"),
    "no such scene": ("GET", "/scenes/99", 404, "notFound"),
    "a scene that is no number": ("GET", "/scenes/one", 404, "malformedId"),
    "a scene beyond 64 bits": ("GET", "/scenes/9223372036854775808", 404, "malformedId"),
    "a scene with a sign": ("GET", "/scenes/+1", 200, None),
    "no such slug": ("GET", "/scenes/by-slug/none", 404, "notFound"),
    "no such frame": ("GET", "/frames/1", 404, "notFound"),
    "a frame that is no number": ("POST", "/frames/1.5/strike", 404, "malformedId"),
    # what is asked
    "no such view": ("GET", SEEDED, 400, "about:blank", {"params": {"view": "all"}}),
    "a view twice": ("GET", f"{SEEDED}?view=summary&view=summary", 400, "about:blank"),
    "an unknown question": ("GET", f"{SEEDED}?colour=red", 200, None),
    "no such state": ("GET", f"{RENDERS}?state=running,lost", 400, "about:blank"),
    "an empty state": ("GET", f"{RENDERS}?state=", 400, "about:blank"),
    "no such engine": ("GET", f"{RENDERS}?engine=steam", 400, "about:blank"),
    "a priority too high": ("GET", f"{RENDERS}?priority_to=10", 400, "about:blank"),
    "a priority that is none": ("GET", f"{RENDERS}?priority_from=high", 400, "about:blank"),
    "a day for a moment": ("GET", f"{RENDERS}?created_from=2026-01-01", 400, "about:blank"),
    "a moment without a zone": ("GET", f"{RENDERS}?created_to=2026-01-01T00:00:00", 400, "about:blank"),
    "a name too long to ask for": ("GET", f"{RENDERS}?name={'x' * 81}", 400, "about:blank"),
    "a cursor that is none": ("GET", f"{RENDERS}?after=%21%21", 400, "about:blank"),
    "a limit twice": ("GET", f"{RENDERS}?limit=1&limit=2", 400, "about:blank"),
    "a wrong question of nobody": ("GET", "/projects/x/renders?engine=steam", 400, "about:blank"),
    "a limit too small": ("GET", "/scenes?limit=0", 400, "invalidParameter"),
    "a limit too large": ("GET", "/scenes?limit=51", 400, "invalidParameter"),
    "an offset below nothing": ("GET", "/scenes?offset=-1", 400, "invalidParameter"),
    "an offset behind everything": ("GET", "/scenes?offset=1000000", 200, None),
    "an offset too large": ("GET", "/scenes?offset=1000001", 400, "invalidParameter"),
    "no such order": ("GET", "/scenes?sort=id", 400, "invalidParameter"),
    "no such direction": ("GET", "/scenes?sort=title&direction=down", 400, "invalidParameter"),
    "page none": ("GET", "/frames?page=0", 400, "invalidParameter"),
    "page far away": ("GET", "/frames?page=1000000", 200, None),
    "page too far": ("GET", "/frames?page=1000001", 400, "invalidParameter"),
    "no such code": ("GET", "/frames?code=3", 400, "invalidParameter"),
    "no UTF-8": ("GET", f"{RENDERS}?name=%FF", 400, "about:blank"),
    # what is sent
    "no body": ("POST", RENDERS, 400, "about:blank", {"headers": JSON}),
    "no JSON": ("POST", RENDERS, 400, "about:blank", {"content": b"{", "headers": JSON}),
    "no number of JSON": ("POST", RENDERS, 400, None, {"content": b'{"scene": NaN}', "headers": JSON}),
    "half a letter": ("POST", RENDERS, 400, None, {"content": rb'{"name": "\ud800"}', "headers": JSON}),
    "deeply nested": ("POST", RENDERS, 400, None, {"content": b"[" * 5000 + b"]" * 5000, "headers": JSON}),
    "a list": ("POST", RENDERS, 400, "about:blank", {"json": []}),
    "null": ("POST", RENDERS, 400, "about:blank", {"json": None}),
    "another media type": (
        "POST",
        RENDERS,
        415,
        None,
        {"content": b"{}", "headers": {"Content-Type": "text/plain"}},
    ),
    "no media type": ("POST", RENDERS, 202, None, {"content": b'{"name": "n", "scene": 1}'}),
    "a media type with a charset": (
        "POST",
        RENDERS,
        202,
        None,
        {
            "content": b'{"name": "n", "scene": 1}',
            "headers": {"Content-Type": "Application/JSON; charset=utf-8"},
        },
    ),
    "too large": ("POST", RENDERS, 413, "about:blank", {"content": BIG, "headers": JSON}),
    "too large for the library": (
        "POST",
        "/scenes",
        413,
        "payloadTooLarge",
        {"content": BIG, "headers": JSON},
    ),
    "no scene": ("POST", RENDERS, 400, "about:blank", {"json": {"name": "n"}}),
    "a field nobody knows": ("POST", RENDERS, 400, "about:blank", new(colour="red")),
    "a scene that is not there": ("POST", RENDERS, 422, PROBLEMS + "no-such-scene", new(scene=17)),
    "a scene in quotes": ("POST", RENDERS, 400, "about:blank", new(scene="1")),
    "scene 1.0": ("POST", RENDERS, 202, None, new(scene=1.0)),
    "scene 1.5": ("POST", RENDERS, 400, "about:blank", new(scene=1.5)),
    "scene true": ("POST", RENDERS, 400, "about:blank", new(scene=True)),
    "scene beyond 32 bits": ("POST", RENDERS, 400, "about:blank", new(scene=2**31)),
    "scene beyond 64 bits": ("POST", RENDERS, 400, "about:blank", new(scene=2**80)),
    "an empty name": ("POST", RENDERS, 400, "about:blank", new(name="")),
    "a name that just fits": ("POST", RENDERS, 202, None, new(name="☃" * 80)),
    "a name too long": ("POST", RENDERS, 400, "about:blank", new(name="☃" * 81)),
    "a name of null": ("POST", RENDERS, 400, "about:blank", new(name=None)),
    "a note of null": ("POST", RENDERS, 202, None, new(note=None)),
    "a priority below nothing": ("POST", RENDERS, 400, "about:blank", new(priority=-1)),
    "priority 0": ("POST", RENDERS, 202, None, new(priority=0)),
    "half a resolution": ("POST", RENDERS, 400, "about:blank", new(resolution={"width": 16})),
    "a resolution too small": (
        "POST",
        RENDERS,
        400,
        "about:blank",
        new(resolution={"width": 16, "height": 15}),
    ),
    "draft in words": ("POST", RENDERS, 400, "about:blank", new(draft="true")),
    "draft 1": ("POST", RENDERS, 400, "about:blank", new(draft=1)),
    "kept too short": ("POST", RENDERS, 400, "about:blank", new(retention_seconds=4)),
    "kept too long": ("POST", RENDERS, 400, "about:blank", new(retention_seconds=2_592_001)),
    "no such engine to use": ("POST", RENDERS, 400, "about:blank", new(engine="steam")),
    "an empty key": ("POST", RENDERS, 400, "about:blank", new() | {"headers": {"Idempotency-Key": ""}}),
    "a key too long": ("POST", RENDERS, 400, None, new() | {"headers": {"Idempotency-Key": "k" * 65}}),
    "a client too long": ("POST", RENDERS, 400, "about:blank", new() | {"headers": {"X-Client": "c" * 41}}),
    "nothing right at all": ("POST", "/projects/x/renders", 400, "about:blank", new(scene="?")),
    "a change without a body": ("PATCH", FAILED, 400, "about:blank", {"headers": JSON}),
    "a change of the state": ("PATCH", FAILED, 400, "about:blank", {"json": {"state": "queued"}}),
    "a change of a form": ("PATCH", FAILED, 415, "about:blank", {"data": {"name": "n"}}),
    "a wrong change of nothing": ("PATCH", f"{RENDERS}/none", 400, "about:blank", {"json": {"name": 1}}),
    "a change of what has ended": ("PATCH", SEEDED, 409, "about:blank", {"json": {"name": "n"}}),
    "a version before a state": (
        "PATCH",
        SEEDED,
        412,
        "about:blank",
        {"json": {"name": "n"}, "headers": {"If-Match": '"old"'}},
    ),
    "a pause with a list": ("POST", f"{FAILED}/pause", 400, "about:blank", {"json": []}),
    "a pause that says more": ("POST", f"{FAILED}/pause", 400, "about:blank", {"json": {"why": "x"}}),
    "a cancel with a body": (
        "POST",
        f"{FAILED}/cancel",
        409,
        "about:blank",
        {"content": b"{", "headers": JSON},
    ),
    "a slug of capitals": ("POST", "/scenes", 400, "invalidBody", scene(slug="Attic")),
    "a slug with a new line": ("POST", "/scenes", 400, "invalidBody", scene(slug="attic\n")),
    "a lens of 0": ("POST", "/scenes", 400, "invalidBody", scene(lens=0)),
    "a lens of 4.5": ("POST", "/scenes", 201, None, scene(lens=4.5)),
    "frames without end": ("POST", "/scenes", 400, "invalidBody", scene(frames=1_000_001)),
    "no JSON for the library": ("POST", "/scenes", 400, "malformedBody", {"content": b"{", "headers": JSON}),
    "a form for the library": ("POST", "/scenes", 415, "unsupportedMediaType", {"data": {"slug": "s"}}),
    "half a replacement": ("PUT", "/scenes/1", 400, "invalidBody", {"json": {"title": "t"}}),
    "a replacement of nothing": ("PUT", "/scenes/99", 404, "notFound", {"json": {"title": "t", "frames": 1}}),
    "a wrong replacement of no number": ("PUT", "/scenes/one", 404, "malformedId", {"json": {}}),
    "an empty form": ("POST", "/frames", 400, "malformedBody", {"content": b"", "headers": FORM}),
    "a form without a label": ("POST", "/frames", 400, "invalidBody", {"data": {"number": "1"}}),
    "a form with a field nobody knows": (
        "POST",
        "/frames",
        400,
        "invalidBody",
        {"data": {"label": "x", "size": "1"}},
    ),
    "a form with a word for a number": (
        "POST",
        "/frames",
        400,
        "invalidBody",
        {"data": {"label": "x", "number": "I"}},
    ),
    "a form with yes": ("POST", "/frames", 400, "invalidBody", {"data": {"label": "x", "keep": "yes"}}),
    "a form with the same layer twice": (
        "POST",
        "/frames",
        400,
        "invalidBody",
        {"data": {"label": "x", "layers": ["depth", "depth"]}},
    ),
    "a form with no such scene": (
        "POST",
        "/frames",
        422,
        "noSuchScene",
        {"data": {"label": "x", "scene": "17"}},
    ),
    "a form of JSON": ("POST", "/frames", 415, "unsupportedMediaType", {"json": {"label": "x"}}),
    "a form of no UTF-8": (
        "POST",
        "/frames",
        400,
        "malformedBody",
        {"content": b"label=%FF", "headers": FORM},
    ),
    "a label twice": ("POST", "/frames", 201, None, {"content": b"label=a&label=b", "headers": FORM}),
}


def told(farm: Farm, asked: tuple[Any, ...]) -> None:
    """Ask, and hold the answer to what is expected: its status, and what kind of error it is."""
    method, path, status, kind, *options = asked
    answer = farm(method, path, status, **(options[0] if options else {}))
    if kind is not None:
        body = answer.json()
        assert kind == (body["type"] if "type" in body else body["error"]["code"])
        assert ("problem" in answer.headers["content-type"]) is ("type" in body)


@pytest.mark.parametrize("which", FARMS)
@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_is_answered_as_documented(which, name):
    """Whatever is wrong with a request is told by its status and its kind."""
    told(FARMS[which](), REQUESTS[name])


@pytest.mark.parametrize("name", REQUESTS)
def test_both_farms_answer_alike(name):
    """Statuses, headers and bodies are the same, but for ids and free wording: there is one document."""
    agree(lambda farm: told(farm, REQUESTS[name]))


@pytest.mark.parametrize("which", FARMS)
def test_what_is_refused_leaves_nothing_behind(which):
    """After all of the refusals an account is what it was: an error has changed nothing."""
    farm = FARMS[which]()
    pages = ("/projects", RENDERS, "/projects/lighthouse/renders", "/scenes", "/frames", f"{FAILED}/events")
    before = [farm("GET", page, 200).json() for page in pages]

    for asked in REQUESTS.values():
        if asked[2] >= 400:
            told(farm, asked)

    assert [farm("GET", page, 200).json() for page in pages] == before
