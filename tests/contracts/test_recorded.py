"""Raw traffic read back: the right operation, values of the documented types, and nothing lost."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from contracts.exchange import Call, Exchange, Moment
from contracts.recorded import Recorder
from contracts.report.curl import curl
from contracts.report.hiding import Hiding
from contracts.report.manner import Manner
from speckit.document import Document, load
from speckit.pointer import ABSENT
from speckit.specification import Specification, specify

TEXT: dict[str, Any] = {"type": "string"}
WHOLE: dict[str, Any] = {"type": "integer"}
FORM = "application/x-www-form-urlencoded"
ANSWERS = {"200": {"description": "done"}}


def parameter(name: str, place: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": schema, **more}


def operation(name: str, *parameters: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"operationId": name, "parameters": list(parameters), "responses": ANSWERS, **more}


def body(**content: dict[str, Any]) -> dict[str, Any]:
    return {
        "requestBody": {"content": {kind.replace("__", "/"): {"schema": s} for kind, s in content.items()}}
    }


ID = parameter("id", "path", {"$ref": "#/components/schemas/Id"})
LIST = [
    parameter("limit", "query", WHOLE),
    parameter("ratio", "query", {"type": "number"}),
    parameter("all", "query", {"type": "boolean"}),
    parameter("word", "query", TEXT),
    parameter("either", "query", {"anyOf": [WHOLE, TEXT]}),
    parameter("tags", "query", {"type": "array", "items": WHOLE}),
    parameter("csv", "query", {"type": "array", "items": TEXT}, explode=False),
    parameter("piped", "query", {"type": "array", "items": WHOLE}, style="pipeDelimited", explode=False),
    parameter("spaced", "query", {"type": "array", "items": TEXT}, style="spaceDelimited", explode=False),
    parameter("X-Trace", "header", TEXT),
]
DATA: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Renders", "version": "1"},
    "servers": [{"url": "https://example.com/{stage}/v3", "variables": {"stage": {"default": "live"}}}],
    "components": {
        "schemas": {"Id": WHOLE},
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer"},
            "key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
        },
    },
    "paths": {
        "/renders": {
            "get": operation("list", *LIST),
            "post": operation("create", **body(application__json={"type": "object"})),
            "put": operation(
                "fill",
                requestBody={"content": {FORM: {"schema": {"type": "object", "properties": {"n": WHOLE}}}}},
            ),
        },
        "/renders/{id}": {"get": operation("get", ID), "delete": operation("remove", ID)},
        "/renders/latest": {"get": operation("latest")},
        "/renders/{id}:cancel": {"post": operation("cancel", ID)},
        "/files/{name}": {"get": operation("file", parameter("name", "path", TEXT))},
        "/files/{name}/parts/{part}": {
            "get": operation("part", parameter("name", "path", TEXT), parameter("part", "path", WHOLE))
        },
        "/lax/": {"get": operation("lax")},
    },
    "x-api-conventions": {"lax": {"paths": ["/lax"], "trailingSlash": "ignore"}},
}
HOST = "http://localhost:8080"
NOON = Moment(1.0, 1.0)


@pytest.fixture(scope="module")
def specification() -> Specification:
    return specify(Document(DATA, Path("renders.yaml")))


@pytest.fixture(scope="module")
def recorder(specification: Specification) -> Recorder:
    return Recorder(specification, HOST)


def call(recorder: Recorder, method: str, target: str, content: bytes = b"", **headers: str) -> Call:
    spelt = {name.replace("_", "-"): value for name, value in headers.items()}
    found = recorder.call(method, HOST + target, spelt, content)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("method", "target", "name", "path"),
    [
        ("GET", "/renders", "list", {}),
        ("get", "/renders/7", "get", {"id": 7}),
        ("DELETE", "/renders/7", "remove", {"id": 7}),
        ("GET", "/renders/latest", "latest", {}),
        ("POST", "/renders/7:cancel", "cancel", {"id": 7}),
        ("GET", "/files/a%2Fb%20c", "file", {"name": "a/b c"}),
        ("GET", "/files/%E2%98%83/parts/-3", "part", {"name": "☃", "part": -3}),
        ("GET", "/renders/abc", "get", {"id": "abc"}),
        ("GET", "/lax", "lax", {}),
        ("GET", "/lax/", "lax", {}),
        ("GET", "/live/v3/renders/7", "get", {"id": 7}),
    ],
)
def test_a_request_leads_to_its_operation(recorder, method, target, name, path):
    """Concrete before templated, text around a parameter, decoded after it was split; below a prefix."""
    found = call(recorder, method, target)

    assert (found.operation.id, found.path) == (name, path)


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("PATCH", "/renders"),
        ("GET", "/nothing"),
        ("GET", "/renders/"),
        ("GET", "/renders/7/more"),
        ("HEAD", "/renders/7"),
        ("DELETE", "/renders/latest"),
        ("GET", "/files/%FF"),
        ("GET", "/v3/renders"),
    ],
)
def test_what_is_no_operation_is_left_out(recorder, method, target):
    assert recorder.call(method, HOST + target, {}, b"") is None


def test_the_path_of_the_base_is_no_part_of_an_operation(specification):
    """A server may stand behind a prefix, with or without the path that the document gives it."""
    recorder = Recorder(specification, "http://localhost/farm")

    urls = ["/farm/renders/7", "/farm/live/v3/renders/7"]
    found = [recorder.call("GET", f"http://localhost{url}", {}, b"") for url in urls]

    assert [each and each.path for each in found] == [{"id": 7}] * 2


def test_a_server_whose_url_nobody_can_read_stands_before_no_path():
    """It is the document's fault, and no reason to judge nothing."""
    paths = {"/pets": {"get": {"operationId": "list", "responses": {"200": {"description": "All."}}}}}
    data = {"openapi": "3.1.0", "info": {"title": "Pets", "version": "1"}, "paths": paths}
    broken = specify(Document({**data, "servers": [{"url": "http://[x/v1"}]}, Path("pets.yaml")))

    assert Recorder(broken).call("GET", f"{HOST}/pets", {}, b"") is not None


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("limit=7", {"limit": 7}),
        ("limit=%2B7&word=7", {"limit": 7, "word": "7"}),
        ("limit=7.5", {"limit": "7.5"}),
        ("limit=", {"limit": ""}),
        (f"limit={'9' * 40}", {"limit": "9" * 40}),
        ("ratio=1.5", {"ratio": 1.5}),
        ("ratio=1e400&all=True", {"ratio": "1e400", "all": "True"}),
        ("ratio=NaN", {"ratio": "NaN"}),
        ("all=true", {"all": True}),
        ("either=7", {"either": 7}),
        ("either=seven", {"either": "seven"}),
        ("tags=1&tags=x&tags=3", {"tags": [1, "x", 3]}),
        ("tags=1", {"tags": [1]}),
        ("csv=a,b%2Cc", {"csv": ["a", "b", "c"]}),
        ("piped=1%7C2", {"piped": [1, 2]}),
        ("word=a+b%26c", {"word": "a b&c"}),
        ("word=a&word=b", {"word": "a"}),
        ("undeclared=1", {"undeclared": "1"}),
    ],
)
def test_a_query_is_read_by_its_schemas(recorder, query, values):
    """What does not fit stays text: somebody else judges it."""
    found = call(recorder, "GET", f"/renders?{query}")

    assert found.query == values
    assert type(next(iter(found.query.values()))) is type(next(iter(values.values())))


@pytest.mark.parametrize(
    "target",
    [
        "/renders?limit=7&word=a+b",
        "/renders?tags=1&tags=2",
        "/renders?csv=a,b",
        "/renders?word=a&word=b",
        "/renders?word=%FF",
        "/files/a%2Fb",
        "/files/a:b",
        "/renders/007",
    ],
)
def test_a_call_renders_to_what_was_sent(recorder, target):
    """A finding is sent again from its call."""
    found = call(recorder, "GET", target)

    assert found.target == target or found.target == "/renders/7"


@pytest.mark.parametrize(
    ("query", "target"),
    [
        ({"tags": [1, 2]}, "/renders?tags=1&tags=2"),
        ({"csv": ["a b", "c"]}, "/renders?csv=a+b,c"),
        ({"piped": [1, 2]}, "/renders?piped=1%7C2"),
        ({"spaced": ["a", "b"]}, "/renders?spaced=a%20b"),
    ],
)
def test_an_array_is_written_as_its_style_says(specification, recorder, query, target):
    """What the judge asks for, and what it reads of a recording, are one and the same."""
    assert Call(specification.operations["list"], query=query).target == target
    assert call(recorder, "GET", target).query == query


@pytest.mark.parametrize(
    ("kind", "content", "value"),
    [
        ("application/json", b'{"a": [1, null]}', {"a": [1, None]}),
        ("application/vnd.x+json; charset=utf-8", b"7", 7),
        ("application/json", b'{"a":', b'{"a":'),
        ("application/json", b"null", None),
        ("application/json", b"", ABSENT),
        ("application/octet-stream", b"\x00\xff", b"\x00\xff"),
        ("", b"{}", b"{}"),
    ],
)
def test_a_body_is_read_by_its_media_type(recorder, kind, content, value):
    found = call(recorder, "POST", "/renders", content, Content_Type=kind)

    assert found.body == value
    assert found.content.replace(b" ", b"") == content.replace(b" ", b"")


def test_a_form_is_read_by_its_fields(recorder):
    found = call(recorder, "PUT", "/renders", b"n=7&name=a+b", Content_Type=FORM)
    twice = call(recorder, "PUT", "/renders", b"n=7&n=8", Content_Type=f"{FORM}; charset=utf-8")

    assert found.body == {"n": 7, "name": "a b"}
    assert found.content == b"n=7&name=a+b"
    assert twice.content == b"n=7&n=8"


def test_a_number_beyond_64_bits_is_sent_again_as_it_was(recorder):
    """Read as a float it would be another number."""
    content = b'{"id": 123456789012345678901234567890}'

    assert call(recorder, "POST", "/renders", content, Content_Type="application/json").content == content


def test_a_deep_body_is_only_bytes(recorder):
    content = b"[" * 5000 + b"]" * 5000

    assert call(recorder, "POST", "/renders", content, Content_Type="application/json").body == content


def test_headers_are_spelt_as_the_document_spells_them(recorder):
    """HTTP/2 and browsers' files have them in lower case, and those of the transport mean nothing."""
    headers = {
        "x-trace": "1",
        "IF-MATCH": '"a"',
        "host": "localhost",
        "user-agent": "curl",
        ":method": "GET",
        "accept": "*/*",
        "authorization": "Bearer a",
        "x-api-key": "k",
        "X-Other": "o",
    }

    found = recorder.call("GET", f"{HOST}/renders", headers, b"")

    assert found is not None
    assert found.headers == {"X-Trace": "1", "If-Match": '"a"', "X-Other": "o"}
    assert recorder.credential(headers) == {"authorization": "Bearer a", "x-api-key": "k"}


def exchange(
    recorder: Recorder, method: str, target: str, headers: dict[str, str], content: bytes
) -> Exchange:
    found = recorder.exchange(
        3,
        method,
        HOST + target,
        headers,
        content,
        201,
        {"ETag": '"1"'},
        b"{}",
        NOON,
        NOON,
        "alice",
        "recorded",
    )
    assert found is not None
    return found


def test_an_exchange_holds_both_sides(recorder):
    headers = {"Authorization": "Bearer a", "Content-Type": "application/json"}

    found = exchange(recorder, "POST", "/renders", headers, b'{"a": 1}')

    assert (found.number, found.status, found.headers, found.answer) == (3, 201, {"etag": '"1"'}, {})
    assert (found.call.principal, found.credential) == ("alice", {"Authorization": "Bearer a"})
    assert (found.before, found.after, found.phase) == (NOON, NOON, "recorded")


def test_the_curl_line_of_what_was_recorded_sends_the_same_again(recorder):
    headers = {"Authorization": "Bearer a", "Content-Type": "application/json", "x-trace": "7"}

    found = exchange(recorder, "POST", "/renders?tags=1&tags=2", headers, b'{"a":1}')

    assert shlex.split(curl(found, Hiding(Manner()))) == shlex.split(
        "curl -s -i -X POST --data-raw '{\"a\":1}' -H 'Authorization: Bearer a' "
        "-H 'x-trace: 7' -H 'Content-Type: application/json' 'http://localhost:8080/renders?tags=1&tags=2'"
    )


def test_what_is_no_operation_is_no_exchange(recorder):
    assert recorder.exchange(1, "GET", f"{HOST}/x", {}, b"", 404, {}, b"", NOON, NOON) is None


SHELF = [
    ("filter[name]=R&sort=name", {"filter[name]": "R", "sort": "name"}),
    ("filter[tags][shop]=north", {"filter[tags][shop]": "north"}),
    ("of=size,small,tries,2", {"of[size]": "small", "of[tries]": 2}),
    ("status=baked&status=burnt", {"how[status]": ["baked", "burnt"]}),
]


@pytest.mark.parametrize(("query", "values"), SHELF)
def test_members_that_filters_name_are_read_and_written_in_each_style(query, values):
    """`of=size,small` asks for the member `size` just as `filter[size]=small` does."""
    shelf = specify(load(Path(__file__).with_name("data") / "bakery.yaml"))
    found = Recorder(shelf).call("GET", f"{HOST}/shelf?{query}", {}, b"")

    assert found is not None
    assert found.query == values
    again = Call(found.operation, query=values)
    assert unquote(again.target) == f"/shelf?{query}"
