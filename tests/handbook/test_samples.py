"""Code samples: what is sent, how it is quoted, and how it reads."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import pytest
from harness import ROOT
from sample_runs import LANGUAGES, run

from handbook.samples import samples, written
from speckit.document import Document, load
from speckit.specification import Specification, specify

URL = "https://api.example.com"
OK = {"200": {"description": "Done.", "content": {"application/json": {}}}}


def api(*operations: tuple[str, dict[str, Any]], **root: Any) -> Specification:
    """Return a document with operations, named by method and path as in `GET /jobs`."""
    paths: dict[str, Any] = {}
    for name, operation in operations:
        method, path = name.split(" ", 1)
        paths.setdefault(path, {})[method.lower()] = {"responses": OK, **operation}
    info = {"title": "An API", "version": "1"}
    data = {"openapi": "3.1.0", "info": info, "paths": paths, **root}
    return specify(Document(data, Path("openapi.yaml")))


def of(name: str, operation: Mapping[str, Any] | None = None, **root: Any) -> dict[str, str]:
    """Return the samples of one operation."""
    specification = api((name, dict(operation or {})), **root)
    (found,) = specification.operations.values()
    return samples(specification, found, base_url=URL)


def parameter(name: str, place: str, value: Any = None, **more: Any) -> dict[str, Any]:
    example = {} if value is None else {"example": value}
    return {"name": name, "in": place, "required": True, "schema": {}, **example, **more}


def address(found: Mapping[str, str]) -> str:
    """Return the URL that curl is given, without the server."""
    return found["curl"].split("'")[1].removeprefix(URL)


def body(kind: str, **media: Any) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {kind: media}}}


# ---------------------------------------------------------------- how they read


def test_a_simple_get_is_short():
    """Nothing stands in a sample that a person would not have typed."""
    assert of("GET /jobs") == {
        "curl": "curl 'https://api.example.com/jobs'\n",
        "Python": (
            "import requests\n\n"
            'response = requests.get("https://api.example.com/jobs", timeout=10)\n'
            "response.raise_for_status()\nprint(response.json())\n"
        ),
        "JavaScript": (
            'const response = await fetch("https://api.example.com/jobs");\n'
            "if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);\n"
            "console.log(await response.json());\n"
        ),
    }


def test_a_long_request_has_a_line_for_each_part():
    """What does not fit on a line is broken where a person would break it."""
    operation = {
        "parameters": [parameter("dry_run", "query", True)],
        **body("application/json", example={"name": "a" * 40, "tags": ["b" * 30, None], "is_new": False}),
        "security": [{"key": []}],
    }
    found = of("POST /jobs", operation, components={"securitySchemes": {"key": BEARER}})

    assert (
        found["curl"]
        == """\
curl --request POST 'https://api.example.com/jobs?dry_run=true' \\
  --header 'Authorization: Bearer YOUR_API_KEY' \\
  --header 'Content-Type: application/json' \\
  --data '{
    "name": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "tags": ["bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", null],
    "is_new": false
  }'
"""
    )
    assert (
        found["Python"]
        == """\
import requests

response = requests.post(
    "https://api.example.com/jobs",
    params={"dry_run": "true"},
    headers={"Authorization": "Bearer YOUR_API_KEY"},
    json={
        "name": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "tags": ["bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", None],
        "is_new": False,
    },
    timeout=10,
)
response.raise_for_status()
print(response.json())
"""
    )
    assert (
        found["JavaScript"]
        == """\
const query = new URLSearchParams({ dry_run: "true" });
const response = await fetch(`https://api.example.com/jobs?${query}`, {
  method: "POST",
  headers: { Authorization: "Bearer YOUR_API_KEY", "Content-Type": "application/json" },
  body: JSON.stringify({
    name: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    tags: ["bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", null],
    is_new: false,
  }),
});
if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
console.log(await response.json());
"""
    )


@pytest.mark.parametrize(
    ("responses", "shown", "option"),
    [
        ({"200": {"description": "", "content": {"text/plain": {}}}}, "print(response.text)", ""),
        ({"204": {"description": ""}}, "print(response.status_code)", "--include"),
        (
            {"202": OK["200"], "204": {"description": ""}},
            "print(response.status_code, response.text)",
            "--include",
        ),
        (
            {"200": {"description": "", "content": {"image/png": {}}}},
            'Path("answer.bin").write_bytes(response.content)',
            "--output answer.bin",
        ),
        ({"303": {"description": ""}}, "print(response.text)", "--location"),
        ({"default": OK["200"]}, "print(response.json())", ""),
    ],
)
def test_the_answer_is_shown_as_what_it_is(responses, shown, option):
    """Reading JSON out of an empty answer, or printing a picture, would fail."""
    found = of("GET /a", {"responses": responses})

    assert found["Python"].splitlines()[-1] == shown
    assert (
        found["curl"]
        == " \\\n  ".join(["curl 'https://api.example.com/a'", *([option] * bool(option))]) + "\n"
    )


def test_json_is_asked_for_where_there_is_something_else():
    """A server may prefer XML, which the sample could not read."""
    several = {"200": {"description": "", "content": {"application/xml": {}, "application/json": {}}}}

    assert "--header 'Accept: application/json'" in of("GET /a", {"responses": several})["curl"]


# ---------------------------------------------------------------- where values come from


def test_an_example_goes_before_what_the_schema_says():
    """The author of the document knows best what a value looks like."""
    examples = {"named": {"value": "of the examples"}}
    schema = {"type": "string", "default": "of the default", "enum": ["first"]}

    def said(**more: Any) -> str:
        return address(of("GET /{a}", {"parameters": [parameter("a", "path", **more)]}))

    assert said(value="of the example", schema=schema) == "/of%20the%20example"
    assert said(examples=examples, schema=schema) == "/of%20the%20examples"
    assert said(schema={"example": "of the schema", **schema}) == "/of%20the%20schema"
    assert said(schema=schema) == "/of%20the%20default"
    assert said(schema={"enum": ["first", "second"]}) == "/first"
    assert said(schema={"type": "integer", "minimum": 3}) == "/3"


def test_a_text_about_which_nothing_is_known_asks_to_be_replaced():
    """`/customers/string` would be pasted, sent and wondered about."""
    operation = {"parameters": [parameter("customerId", "path", schema={"type": "string"})]}

    assert address(of("GET /customers/{customerId}", operation)) == "/customers/YOUR_CUSTOMER_ID"


def test_optional_parameters_are_shown_where_there_is_an_example():
    """One or two show how it is done; more hide what is needed."""
    several = [parameter(name, "query", 1, required=False) for name in ("a", "b", "c")]
    silent = parameter("limit", "query", required=False, schema={"type": "integer", "default": 20})
    old = parameter("old", "query", 1, required=False, deprecated=True)
    needed = parameter("needed", "query", 2)

    assert address(of("GET /a", {"parameters": [silent, old, *several, needed]})) == "/a?a=1&b=1&needed=2"


def test_only_required_headers_and_cookies_are_sent_and_none_that_is_ignored():
    """OpenAPI ignores parameters that are called Accept, Content-Type or Authorization."""
    places = [parameter("X-A", "header", "1"), parameter("X-B", "header", "2", required=False)]
    places += [
        parameter("Accept", "header", "text/css"),
        parameter("c", "cookie", "a b"),
        parameter("d", "cookie", 4),
    ]
    found = of("GET /a", {"parameters": places})

    assert found["curl"] == (
        "curl 'https://api.example.com/a' \\\n  --header 'X-A: 1' \\\n  --cookie 'c=a%20b; d=4'\n"
    )
    assert 'cookies={"c": "a%20b", "d": "4"}' in found["Python"]
    assert 'headers: { "X-A": "1", Cookie: "c=a%20b; d=4" }' in found["JavaScript"]


@pytest.mark.parametrize(
    ("style", "explode", "value", "shown"),
    [
        ("simple", False, [3, "a/b"], "/3,a%2Fb"),
        ("simple", True, {"a": 1, "b": "é"}, "/a=1,b=%C3%A9"),
        ("simple", False, {"a": 1, "b": 2}, "/a,1,b,2"),
        ("label", False, 5, "/.5"),
        ("label", True, [3, 4], "/.3.4"),
        ("label", False, [3, 4], "/.3,4"),
        ("matrix", False, 5, "/;id=5"),
        ("matrix", False, [3, 4], "/;id=3,4"),
        ("matrix", True, [3, 4], "/;id=3;id=4"),
        ("matrix", True, {"a": 1}, "/;a=1"),
    ],
)
def test_path_parameters_have_their_styles(style, explode, value, shown):
    """As in the table of OpenAPI 3.1.1, section 4.8.12.6."""
    operation = {"parameters": [parameter("id", "path", value, style=style, explode=explode)]}

    assert address(of("GET /{id}", operation)) == shown


@pytest.mark.parametrize(
    ("more", "value", "shown"),
    [
        ({}, ["a", "b c"], "?q=a&q=b%20c"),
        ({"explode": False}, ["a,b", "c"], "?q=a%2Cb,c"),
        ({"explode": False}, {"a": 1, "b": 2}, "?q=a,1,b,2"),
        ({}, {"a": 1, "b": True}, "?a=1&b=true"),
        ({"style": "spaceDelimited", "explode": False}, ["a", "b"], "?q=a%20b"),
        ({"style": "pipeDelimited", "explode": False}, ["a", "b"], "?q=a%7Cb"),
        (
            {"style": "deepObject"},
            {"a": 1, "b": {"c": 2}, "d": [3]},
            "?q%5Ba%5D=1&q%5Bb%5D%5Bc%5D=2&q%5Bd%5D%5B0%5D=3",
        ),
        ({"allowReserved": True}, "a/b?c", "?q=a/b?c"),
        ({}, "a&b=c#d+e", "?q=a%26b%3Dc%23d%2Be"),
        ({}, [], ""),
    ],
)
def test_query_parameters_have_their_styles(more, value, shown):
    """Delimiters stand as they are, what is between them is encoded."""
    operation = {"parameters": [parameter("q", "query", value, **more)]}

    assert address(of("GET /", operation)) == f"/{shown}"


def test_a_parameter_with_a_media_type_is_sent_as_that():
    """Filters in JSON are common, and nothing else says how to write them."""
    filtered = {
        "name": "q",
        "in": "query",
        "required": True,
        "content": {"application/json": {"example": {"a": [1]}}},
    }

    assert address(of("GET /", {"parameters": [filtered]})) == "/?q=%7B%22a%22:%5B1%5D%7D"


# ---------------------------------------------------------------- credentials

BEARER = {"type": "http", "scheme": "bearer"}
SCHEMES = {
    "bearer": BEARER,
    "basic": {"type": "http", "scheme": "basic"},
    "digest": {"type": "http", "scheme": "Digest"},
    "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "oauth": {"type": "oauth2", "flows": {}},
    "openid": {"type": "openIdConnect", "openIdConnectUrl": "https://example.com"},
    "tls": {"type": "mutualTLS"},
}


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        (["bearer"], "' --header 'Authorization: Bearer YOUR_API_KEY'"),
        (["oauth"], "' --header 'Authorization: Bearer YOUR_ACCESS_TOKEN'"),
        (["openid"], "' --header 'Authorization: Bearer YOUR_ACCESS_TOKEN'"),
        (["digest"], "' --header 'Authorization: Digest YOUR_API_KEY'"),
        (["basic"], "' --user 'YOUR_USERNAME:YOUR_PASSWORD'"),
        (["header"], "' --header 'X-Key: YOUR_API_KEY'"),
        (["query"], "?key=YOUR_API_KEY'"),
        (["cookie"], "' --cookie 'sid=YOUR_API_KEY'"),
        (["tls"], "'"),
        (["bearer", "query"], "?key=YOUR_API_KEY' --header 'Authorization: Bearer YOUR_API_KEY'"),
        ([], "'"),
    ],
)
def test_the_first_requirement_is_met(wanted, shown):
    """All schemes of it together; the second requirement is another way."""
    security = [{name: [] for name in wanted}, {"header": []}]
    found = of("GET /a", {"security": security}, components={"securitySchemes": SCHEMES})

    assert found["curl"].replace(" \\\n ", "") == f"curl 'https://api.example.com/a{shown}\n"


def test_an_operation_without_security_of_its_own_has_that_of_the_document():
    """And one with an empty list has none."""
    root = {"security": [{"header": []}], "components": {"securitySchemes": SCHEMES}}

    assert "X-Key" in of("GET /a", **root)["JavaScript"]
    assert "X-Key" not in of("GET /a", {"security": []}, **root)["JavaScript"]


def test_a_credential_may_be_given():
    """A reader who is known is shown a sample that needs nothing filled in."""
    specification = api(("GET /a", {"security": [{"basic": []}]}), components={"securitySchemes": SCHEMES})
    (operation,) = specification.operations.values()

    found = samples(specification, operation, base_url=f"{URL}/", credential="ana:se:cret")

    assert "--user 'ana:se:cret'" in found["curl"]
    assert 'auth=("ana", "se:cret")' in found["Python"]
    assert '`Basic ${btoa("ana:se:cret")}`' in found["JavaScript"]


# ---------------------------------------------------------------- bodies


def test_json_is_preferred_and_keeps_its_own_name():
    """Patches have media types of their own, which servers insist on."""
    content = {"application/xml": {"example": "<a/>"}, "application/merge-patch+json": {"example": {"a": 1}}}
    found = of("PATCH /a", {"requestBody": {"content": content}})

    assert "Content-Type: application/merge-patch+json" in found["curl"]
    assert 'headers={"Content-Type": "application/merge-patch+json"}' in found["Python"]


def test_a_body_without_example_has_what_is_required_and_what_is_told():
    """A made-up value for each of fifty members would bury the two that matter."""
    schema = {
        "required": ["name", "id", "where"],
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "name": {"type": "string"},
            "note": {"type": "string"},
            "engine": {"enum": ["fast", "good"]},
            "where": {"$ref": "#/components/schemas/Where"},
        },
    }
    where = {
        "type": "object",
        "required": ["x"],
        "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}},
    }
    found = of("POST /a", body("application/json", schema=schema), components={"schemas": {"Where": where}})

    assert 'json={"name": "string", "engine": "fast", "where": {"x": 0}}' in found["Python"]


def test_an_empty_body_shows_at_least_one_member():
    """Where everything is optional, an empty body would show nothing."""
    schema = {"type": "object", "properties": {"inner": {"type": "object"}, "name": {"type": "string"}}}

    assert 'json={"name": "string"}' in of("POST /a", body("application/json", schema=schema))["Python"]


def test_a_value_that_no_schema_describes_is_left_as_it_was_made():
    """A default inside may hold more than the schema says."""
    items = {"required": ["b"], "default": {"b": {"c": {}}}}
    schema = {"required": ["a", "free"], "properties": {"a": {"type": "array", "items": items}, "free": True}}

    assert (
        'json={"a": [{"b": {"c": {}}}], "free": {}}'
        in of("POST /a", body("application/json", schema=schema))["Python"]
    )


def test_circles_end():
    """A tree has trees in it."""
    tree = {
        "type": "object",
        "required": ["sub"],
        "properties": {"sub": {"$ref": "#/components/schemas/Tree"}},
    }
    operation = body("application/json", schema={"$ref": "#/components/schemas/Tree"})

    assert "json={" in of("POST /a", operation, components={"schemas": {"Tree": tree}})["Python"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_nothing_is_sent_that_need_not_be(method):
    """`fetch` refuses a body with GET; an optional one without example says nothing."""
    optional = {"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}}

    assert "Content-Type" not in of(f"{method} /a", optional)["curl"]


def test_numbers_that_javascript_would_round_are_sent_as_text():
    """Ids of 64 bits are common, and would name another resource."""
    found = of("POST /a", body("application/json", example={"id": 2**60}))["JavaScript"]

    assert 'body: "{\\"id\\": 1152921504606846976}"' in found


def test_trace_has_no_sample_in_javascript():
    """`fetch` knows no TRACE; `requests` and curl do."""
    found = of("TRACE /a")

    assert set(found) == {"curl", "Python"}
    assert 'requests.request("TRACE", ' in found["Python"]


# ---------------------------------------------------------------- what arrives


class Echo(BaseHTTPRequestHandler):
    """Notes every request, and answers all alike."""

    seen: list[dict[str, Any]]

    def _answer(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.seen.append(
            {
                "line": f"{self.command} {self.path}",
                "headers": {name.lower(): text for name, text in self.headers.items()},
                "body": content,
            }
        )
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST = do_PUT = _answer

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def echo() -> Iterator[type[Echo]]:
    class Here(Echo):
        seen: list[dict[str, Any]] = []  # noqa: RUF012
        url = ""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Here)
    server.daemon_threads = True
    Here.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield Here
    server.shutdown()
    thread.join()
    server.server_close()


NASTY = 'it\'s "quoted" $HOME `id` \\n \\ !x %41 é 😀 {a} [b] \n#end ${y} \u2028\x07'
VISIBLE = 'it\'s "quoted" $HOME `id` \\n !x {a} ${y}'
JSON_BODY = {NASTY: [NASTY, None, True, 1.5, -3, {"__proto__": 1, "a-b": [], "c": {}}], "long": "x" * 90}
FIELDS = {"label": NASTY, "a[b]": ["1", "2"], "n=m": "@file"}


def _form(echoed: dict[str, Any]) -> list[tuple[str, str]]:
    return parse_qsl(echoed["body"].decode(), keep_blank_values=True)


def _parts(echoed: dict[str, Any]) -> list[tuple[str, bytes]]:
    """Return the parts by name, as they stand between the boundaries."""
    boundary = echoed["headers"]["content-type"].split("boundary=")[1].encode()
    pieces = [
        piece.strip(b"\r\n").split(b"\r\n\r\n", 1) for piece in echoed["body"].split(b"--" + boundary)[1:-1]
    ]
    return [(head.decode().split('name="')[1].split('"')[0], content) for head, content in pieces]


SENT: dict[str, tuple[str, dict[str, Any], Callable[[dict[str, Any]], Any], Any]] = {
    "path": (
        "GET /a/{p}/b",
        {"parameters": [parameter("p", "path", NASTY)]},
        lambda echoed: echoed["line"],
        "GET /a/it%27s%20%22quoted%22%20%24HOME%20%60id%60%20%5Cn%20%5C%20%21x%20%2541%20%C3%A9"
        "%20%F0%9F%98%80%20%7Ba%7D%20%5Bb%5D%20%0A%23end%20%24%7By%7D%20%E2%80%A8%07/b",
    ),
    "query": (
        "GET /a",
        {"parameters": [parameter("q", "query", NASTY), parameter("r", "query", ["1", "&="])]},
        lambda echoed: parse_qsl(echoed["line"].partition("?")[2]),
        [("q", NASTY), ("r", "1"), ("r", "&=")],
    ),
    "delimited": (
        "GET /a",
        {"parameters": [parameter("q", "query", ["it's", "b,c"], explode=False)]},
        lambda echoed: echoed["line"],
        "GET /a?q=it%27s,b%2Cc",
    ),
    "header": (
        "GET /a",
        {"parameters": [parameter("X-A", "header", VISIBLE), parameter("c", "cookie", "a;b 'c'")]},
        lambda echoed: (echoed["headers"]["x-a"], echoed["headers"]["cookie"]),
        (VISIBLE, "c=a%3Bb%20'c'"),
    ),
    "basic": (
        "GET /a",
        {"security": [{"basic": []}]},
        lambda echoed: echoed["headers"]["authorization"],
        "Basic WU9VUl9VU0VSTkFNRTpZT1VSX1BBU1NXT1JE",
    ),
    "json": (
        "POST /a",
        body("application/json", example=JSON_BODY),
        lambda echoed: (echoed["headers"]["content-type"], json.loads(echoed["body"])),
        ("application/json", JSON_BODY),
    ),
    "number": (
        "PUT /a",
        body("application/json", example=2**60),
        lambda echoed: echoed["body"],
        b"1152921504606846976",
    ),
    "form": (
        "POST /a",
        body("application/x-www-form-urlencoded", example=FIELDS),
        _form,
        [("label", NASTY), ("a[b]", "1"), ("a[b]", "2"), ("n=m", "@file")],
    ),
    "deep": (
        "POST /a",
        body(
            "application/x-www-form-urlencoded",
            example={"filter": {"a": {"b": 1}}, "meta": {"c": [2]}},
            encoding={"filter": {"style": "deepObject", "explode": True}},
        ),
        _form,
        [("filter[a][b]", "1"), ("meta", '{"c":[2]}')],
    ),
    "multipart": (
        "POST /a",
        body(
            "multipart/form-data",
            schema={
                "required": ["photo", "title", "tags", "more"],
                "properties": {
                    "photo": {"type": "string", "format": "binary"},
                    "title": {"type": "string", "example": '@it\'s; type="x"'},
                    "tags": {"example": ["a", "b"]},
                    "more": {"example": {"a": 1}},
                },
            },
            encoding={"photo": {"contentType": "image/png"}},
        ),
        _parts,
        [
            ("photo", b"\x89PNG\r\n\x00"),
            ("title", b'@it\'s; type="x"'),
            ("tags", b"a"),
            ("tags", b"b"),
            ("more", b'{"a":1}'),
        ],
    ),
    "text": (
        "PUT /a",
        body("text/plain", example=f"@{NASTY}"),
        lambda echoed: (echoed["headers"]["content-type"], echoed["body"].decode()),
        ("text/plain", f"@{NASTY}"),
    ),
    "bytes": (
        "PUT /a",
        body("image/png"),
        lambda echoed: (echoed["headers"]["content-type"], echoed["body"]),
        ("image/png", b"\x89PNG\r\n\x00"),
    ),
}


@pytest.fixture(scope="module")
def arrived(
    echo: type[Echo], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, dict[str, Any]]]:
    """What arrived of each of the requests, in which language."""
    folder = tmp_path_factory.mktemp("sent")
    for name in ("photo.png", "body.png"):
        (folder / name).write_bytes(b"\x89PNG\r\n\x00")
    made = {}
    for name, (operation, raw, _, _) in SENT.items():
        specification = api((operation, raw), components={"securitySchemes": SCHEMES})
        (found,) = specification.operations.values()
        made[name] = samples(specification, found, base_url=echo.url)
    runs = run(made, folder)
    assert {each.error for languages in runs.values() for each in languages.values()} == {""}
    # All of one language, then all of the next.
    order = [(name, language) for language in LANGUAGES for name in SENT]
    found_all: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in SENT}
    for (name, language), each in zip(order, echo.seen, strict=True):
        found_all[name][language] = each
    return found_all


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SENT)
def test_what_was_meant_arrives(arrived, name, language):
    """No quote, dollar, line break or bracket on the way changes what the document says."""
    _, _, read, meant = SENT[name]

    assert read(arrived[name][language]) == meant


# ---------------------------------------------------------------- by the lifecycle

LIVES = {
    "Farm": {
        "identity": {"field": "/id"},
        "initially": {"id": "$id"},
        "seed": [{"set": {"id": "f1"}}, {"set": {"id": "f2"}}],
    },
    "Job": {
        "identity": {"param": "job_id", "field": "/id", "generate": "$random.uuid"},
        "parents": {"farm": {"resource": "Farm", "param": "farm_id", "field": "/farm"}},
        "initially": {"id": "$id", "farm": "$request.path.farm_id", "state": "$state"},
        "etag": {"required": True},
        "state": {
            "field": "/state",
            "initial": "queued",
            "states": {
                "queued": {"category": "pending"},
                "held": {"category": "resting"},
                "done": {"category": "final"},
            },
        },
        "transitions": [
            {"name": "hold", "from": "queued", "to": "held", "trigger": "holdJob"},
            {"name": "finish", "from": "queued", "to": "done", "after": {"duration": "PT5S"}},
        ],
        "operations": {
            "createJob": {"role": "create", "idempotency": {"header": "Idempotency-Key"}},
            "holdJob": {"role": "trigger", "otherwise": [{"in": "held", "effect": "none"}]},
            "getResult": {"role": "get", "available": {"in": ["done"]}},
            "changeJob": {
                "role": "update",
                "change": {},
                "otherwise": [{"in": ["done"], "effect": "refused"}],
            },
        },
        "seed": [
            {"state": "done", "set": {"id": "j1", "farm": "f1"}},
            {"state": "held", "set": {"id": "j2", "farm": "f2"}},
            {"state": "queued", "set": {"id": "j3", "farm": "f2"}},
        ],
    },
}


def job(operation_id: str) -> dict[str, str]:
    """Return the samples of one of the operations on jobs."""
    farm, one = parameter("farm_id", "path", "f1"), parameter("job_id", "path", "j1")
    answers = {
        **OK,
        "409": {"description": "Not now."},
        "404": {"description": "None."},
        "412": {"description": "No."},
    }
    answers |= {"428": {"description": "No."}}
    several = {"parameters": [farm], "responses": answers}
    single = {"parameters": [farm, one], "responses": answers}
    operations = [
        ("POST /farms/{farm_id}/jobs", {**several, "operationId": "createJob"}),
        ("POST /farms/{farm_id}/jobs/{job_id}/hold", {**single, "operationId": "holdJob"}),
        ("GET /farms/{farm_id}/jobs/{job_id}/result", {**single, "operationId": "getResult"}),
        ("PATCH /farms/{farm_id}/jobs/{job_id}", {**single, "operationId": "changeJob"}),
    ]
    specification = api(*operations, **{"x-resource-lifecycles": LIVES})
    return samples(specification, specification.operations[operation_id], base_url=URL)


def test_a_sample_is_about_a_resource_on_which_it_succeeds():
    """The example of the document is right for reading, and refused by most of what changes."""
    assert address(job("getResult")) == "/farms/f1/jobs/j1/result"
    assert address(job("holdJob")) == "/farms/f2/jobs/j3/hold"
    assert address(job("changeJob")) == "/farms/f2/jobs/j2"
    assert address(job("createJob")) == "/farms/f1/jobs"


def test_what_the_lifecycle_asks_for_is_sent():
    """A key for what is created, a condition for what is changed."""
    key = job("createJob")["curl"].split("--header 'Idempotency-Key: ")[1].split("'")[0]

    assert UUID(key).version == 5
    assert f'"Idempotency-Key": "{key}",  # new for each request' in job("createJob")["Python"]
    assert "--header 'If-Match: *'" in job("changeJob")["curl"]
    assert '"If-Match": "*",  # any version' in job("holdJob")["Python"]
    assert '"If-Match": "*", // any version' in job("holdJob")["JavaScript"]
    assert "If-Match" not in job("getResult")["curl"]


# ---------------------------------------------------------------- in the document


def test_samples_are_written_into_the_document():
    """Other tools show them by the extension that most of them know."""
    by_hand = {"lang": "Go", "source": "package main"}
    stale = {"lang": "Shell", "label": "curl", "source": "of yesterday"}
    specification = api(
        ("GET /a", {"operationId": "a", "x-codeSamples": [by_hand, stale]}), ("PUT /a", {}), ("GET /b", {})
    )
    data = specification.document.data
    before = json.dumps(data)

    found = written(
        data, {"a": {"curl": "curl a", "Python": "import a"}, "PUT /a": {"JavaScript": "await a"}}
    )

    assert found["paths"]["/a"]["get"]["x-codeSamples"] == [
        by_hand,
        {"lang": "Shell", "label": "curl", "source": "curl a"},
        {"lang": "Python", "label": "Python", "source": "import a"},
    ]
    assert found["paths"]["/a"]["put"]["x-codeSamples"][0]["lang"] == "JavaScript"
    assert found["paths"]["/b"] is data["paths"]["/b"]
    assert found["paths"]["/a"]["get"]["responses"] is data["paths"]["/a"]["get"]["responses"]
    assert json.dumps(data) == before


def test_a_shared_path_item_gets_the_samples_of_each_path():
    """Two paths that refer to one item are two operations, at two addresses."""
    item = {"get": {"responses": OK}}
    paths = {"/a": {"$ref": "#/components/pathItems/it"}, "/b": {"$ref": "#/components/pathItems/it"}}
    data = {"openapi": "3.1.0", "paths": paths, "components": {"pathItems": {"it": item}}}

    found = written(data, {"GET /a": {"curl": "curl a"}, "GET /b": {"curl": "curl b"}})

    assert [found["paths"][path]["get"]["x-codeSamples"][0]["source"] for path in paths] == [
        "curl a",
        "curl b",
    ]
    assert found["components"] is data["components"]


def test_the_five_apis_stay_sound_with_their_samples():
    """The document with samples is the one that people download."""
    specification = specify(load(ROOT / "openapi.yaml"))
    made = {
        operation.id: samples(specification, operation, base_url=URL)
        for operation in specification.operations.values()
    }

    again = specify(Document(written(specification.document.data, made), Path("openapi.yaml")))

    assert again.operations == specification.operations


@pytest.mark.parametrize("where", ["security", "parameters"])
def test_a_cookie_in_javascript_says_where_it_works(where):
    """Browsers do not let scripts set it, and tell nobody why the request fails."""
    cookie = {"in": "cookie", "name": "sid", "required": True, "schema": {"type": "string"}}
    asked = {"security": [{"cookie": []}]} if where == "security" else {"parameters": [cookie]}

    found = of("GET /a", asked, components={"securitySchemes": SCHEMES})

    assert found["JavaScript"].startswith("// For Node: in a browser, no script may set the header Cookie.\n")
    assert "// For Node" not in of("GET /a", {})["JavaScript"]


def test_a_token_of_ones_own_is_sent_as_it_is():
    """The name of what to replace is for readers; tests put their own credential there."""
    data = {"openapi": "3.0.3", "info": {}, "components": {"securitySchemes": SCHEMES}}
    data["paths"] = {"/a": {"get": {"operationId": "it", "security": [{"oauth": []}], "responses": {}}}}
    specification = specify(Document(data, Path("openapi.yaml")))

    found = samples(
        specification, specification.operations["it"], base_url="https://a.example", credential="mine"
    )

    assert "Authorization: Bearer mine" in found["curl"]


def test_the_sample_of_a_base_is_one_of_its_heirs():
    pet = {
        "type": "object",
        "required": ["kind"],
        "discriminator": {"propertyName": "kind"},
        "properties": {"kind": {"type": "string"}},
    }
    part = {
        "type": "object",
        "required": ["mood"],
        "properties": {"mood": {"type": "string", "enum": ["glad"]}},
    }
    cat = {"allOf": [{"$ref": "#/components/schemas/Pet"}, part]}
    media = {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}

    found = of(
        "POST /a", {"requestBody": {"content": media}}, components={"schemas": {"Pet": pet, "Cat": cat}}
    )

    assert 'json={"kind": "Cat", "mood": "glad"}' in found["Python"]
