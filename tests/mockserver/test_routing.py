"""`mockserver.routing`: from a path to an operation."""

from __future__ import annotations

import time

import pytest

from mockserver.routing import Router, UnreadablePath
from speckit.conventions import Conventions
from speckit.operation import Operation, Parameter


def router(*paths, conventions=()):
    """A router of `GET` on each path, or of `"POST /path"`."""
    pairs = [each.split(" ") if " " in each else ("GET", each) for each in paths]
    return Router([Operation(f"{method} {path}", method, path) for method, path in pairs], conventions)


def found(router, path, method="GET"):
    """The path that was found and the values in it, or None."""
    match = router.find(path.encode(), method)
    operation = match and match.operations.get(method)
    return match and (operation and operation.path, dict(match.values))


JOBS = (
    "/jobs",
    "/jobs/latest",
    "/jobs/{id}",
    "/jobs/{id}/log",
    "/jobs/{id}:cancel",
    "/jobs/{id}.{format}",
    "/",
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", ("/", {})),
        ("/jobs", ("/jobs", {})),
        ("/jobs/latest", ("/jobs/latest", {})),
        ("/jobs/late", ("/jobs/{id}", {"id": "late"})),
        ("/jobs/latest/log", ("/jobs/{id}/log", {"id": "latest"})),
        ("/jobs/7:cancel", ("/jobs/{id}:cancel", {"id": "7"})),
        ("/jobs/a:b:cancel", ("/jobs/{id}:cancel", {"id": "a:b"})),
        ("/jobs/:cancel", ("/jobs/{id}", {"id": ":cancel"})),
        ("/jobs/7:cancel/log", ("/jobs/{id}/log", {"id": "7:cancel"})),
        ("/jobs/7.tar", ("/jobs/{id}.{format}", {"id": "7", "format": "tar"})),
        ("/jobs/a%2Fb", ("/jobs/{id}", {"id": "a/b"})),
        ("/jobs/a%2Fb/log", ("/jobs/{id}/log", {"id": "a/b"})),
        ("/jobs/a%2Fb:cancel", ("/jobs/{id}:cancel", {"id": "a/b"})),
        ("/jobs/a%252Fb", ("/jobs/{id}", {"id": "a%2Fb"})),
        ("/jobs/%6Catest", ("/jobs/latest", {})),
        ("/jobs/a+b", ("/jobs/{id}", {"id": "a+b"})),
        ("/jobs/%C3%A4", ("/jobs/{id}", {"id": "ä"})),
        ("/jobs/a%0Ab:cancel", ("/jobs/{id}:cancel", {"id": "a\nb"})),
        ("/jobs/", None),
        ("/jobs//log", None),
        ("/jobs/7/", None),
        ("/jobs/7/log/8", None),
        ("/job", None),
        ("/Jobs", None),
        ("", None),
        ("//", None),
    ],
)
def test_the_most_concrete_path_is_found(path, expected):
    """Fixed text, then mixed, then a whole segment; an id may hold whatever is percent-encoded."""
    assert found(router(*JOBS), path) == expected


def test_a_way_that_ends_nowhere_is_walked_back():
    """`/a/b/...` looks right until its end, where only `/{x}/{y}/d` is left."""
    ways = router("/a/b/c", "/a/{y}/x", "/{x}/b/e", "/{x}/{y}/d")

    assert found(ways, "/a/b/c") == ("/a/b/c", {})
    assert found(ways, "/a/b/x") == ("/a/{y}/x", {"y": "b"})
    assert found(ways, "/a/b/e") == ("/{x}/b/e", {"x": "a"})
    assert found(ways, "/a/b/d") == ("/{x}/{y}/d", {"x": "a", "y": "b"})
    assert found(ways, "/a/b/f") is None


def test_two_templates_of_one_form_keep_their_own_names():
    """`GET /jobs/{id}` and `DELETE /jobs/{job}` are one path to HTTP."""
    both = router("/jobs/{id}", "DELETE /jobs/{job}")

    assert found(both, "/jobs/7") == ("/jobs/{id}", {"id": "7"})
    assert found(both, "/jobs/7", "DELETE") == ("/jobs/{job}", {"job": "7"})


def test_a_path_without_the_method_tells_which_it_has():
    """For a 405 and for OPTIONS; HEAD comes with GET."""
    both = router("/jobs/{id}", "DELETE /jobs/{id}", "POST /jobs")

    assert both.find(b"/jobs/7", "PUT").allow(serves_head=True) == "DELETE, GET, HEAD, OPTIONS"
    assert both.find(b"/jobs/7", "PUT").allow(serves_head=False) == "DELETE, GET, OPTIONS"
    assert both.find(b"/jobs", "PUT").allow(serves_head=True) == "OPTIONS, POST"
    assert both.find(b"/jobs/7", "HEAD").values == {"id": "7"}
    assert both.find(b"/jobs/7", "OPTIONS").values == {"id": "7"}


def test_a_slash_at_the_end_matters_unless_the_api_says_otherwise():
    ways = router("/jobs/", "/jobs/{id}", "/free/jobs/", "/free/jobs/{id}", "/free/x", conventions=FREE)

    assert found(ways, "/jobs/")
    assert found(ways, "/jobs") is None
    assert found(ways, "/jobs/7/") is None
    assert found(ways, "/free/jobs") == found(ways, "/free/jobs/") == ("/free/jobs/", {})
    assert found(ways, "/free/jobs/7/") == ("/free/jobs/{id}", {"id": "7"})
    assert found(ways, "/free/x/") == ("/free/x", {})
    assert found(ways, "/free/x//") == found(ways, "//free///x") == ("/free/x", {})
    assert found(ways, "/free/jobs//a%2F%2Fb///") == ("/free/jobs/{id}", {"id": "a//b"})
    assert found(ways, "/free//y") is found(ways, "/jobs//") is found(ways, "//") is None


FREE = (Conventions("free", ("/free/",), ignores_trailing_slash=True),)


@pytest.mark.parametrize("path", [b"/jobs/%ff", b"/jobs/\xff", b"/jobs/%C3"])
def test_a_path_that_is_not_utf8_cannot_be_read(path):
    with pytest.raises(UnreadablePath):
        router(*JOBS).find(path, "GET")


@pytest.mark.parametrize("segments", [101, 5_000])
def test_a_path_of_very_many_segments_is_none_of_the_documents(segments):
    """Nobody writes one, and the walk must not fall over one."""
    assert found(router(*JOBS), "/jobs" + "/x" * segments) is None


def test_a_document_full_of_lookalikes_is_walked_quickly():
    """Every segment could be fixed or not; the walk may not try all the ways there are."""
    deep = router(*("/" + "/".join("a" if n >> i & 1 else f"{{p{i}}}" for i in range(8)) for n in range(256)))
    started = time.perf_counter()

    assert found(deep, "/a" * 7 + "/b") == ("/" + "a/" * 7 + "{p7}", {"p7": "b"})
    assert found(deep, "/a" * 9) is None
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("template", "path", "expected"),
    [
        ("/{version}{rev}/a", "/v12/a", {"version": "v1", "rev": "2"}),
        ("/{version}{rev}/a", "/v/a", None),
        ("/x({id})", "/x(5)", {"id": "5"}),
        ("/x({id})", "/x()", None),
        ("/users(name='{a}',age={b})", "/users(name='x',age=5)", {"a": "x", "b": "5"}),
        ("/{a}-{b}-{c}", "/1-2-3-4", {"a": "1-2", "b": "3", "c": "4"}),
        ("/{a}-{b}-{c}", "/1--3", None),
        ("/{a}-{b}-{c}", "/1-2", None),
        ("/a;{matrix}", "/a;x=1", {"matrix": "x=1"}),
        ("/caf%C3%A9/{id}", "/caf%C3%A9/1", {"id": "1"}),
        ("/{a.b}/c", "/1/c", {"a.b": "1"}),
    ],
)
def test_a_segment_may_hold_text_and_parameters(template, path, expected):
    match = router(template).find(path.encode(), "GET")

    assert (match and match.values) == expected


def test_the_template_with_the_most_text_wins_wherever_it_stands():
    ways = router("/f/{a}.{b}", "/f/{a}.tar.{b}", "/f/{a}{b}")

    assert found(ways, "/f/x.tar.gz") == ("/f/{a}.tar.{b}", {"a": "x", "b": "gz"})
    assert found(ways, "/f/x.y") == ("/f/{a}.{b}", {"a": "x", "b": "y"})
    assert found(ways, "/f/xy") == ("/f/{a}{b}", {"a": "x", "b": "y"})


def test_a_segment_full_of_lookalikes_is_matched_quickly():
    """A pattern would try every way to part a long row of dashes."""
    ways = router("/{a}-{b}-{c}-{d}-{e}.x")
    started = time.perf_counter()

    assert found(ways, "/" + "-" * 60_000 + ".y") is None
    assert time.perf_counter() - started < 1


def test_a_path_may_go_on_with_a_query():
    """Some documents tell two operations apart by it; without it, either is found."""
    ways = router("/r?beta=true", "POST /r?beta=true", "/r", "/only?a=1&b=2", "/s#one", "/s#two")

    def path(where, query, method="GET"):
        match = ways.find(where.encode(), method, query)
        return match and match.operations[method].path

    assert path("/r", b"x=1&beta=true") == "/r?beta=true"
    assert path("/r", b"beta=false") == path("/r", b"") == "/r"
    assert path("/r", b"beta=true", "POST") == "/r?beta=true"
    assert path("/only", b"b=2&a=1") == path("/only", b"") == "/only?a=1&b=2"
    assert path("/s", b"") == "/s#one"


def test_a_parameter_is_empty_only_where_the_document_has_it_so():
    empty = Parameter("id", "path", True, {"type": "string", "enum": [""]})
    ways = Router(
        [Operation("op", "GET", "/e/{id}", parameters=(empty,)), Operation("o", "GET", "/f/{id}")], ()
    )

    assert found(ways, "/e/") == ("/e/{id}", {"id": ""})
    assert found(ways, "/f/") is None
