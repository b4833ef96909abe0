"""Recorded traffic, as the programs that write it really do."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from contracts.exchange import Exchange
from contracts.har import HarFault, read, write
from contracts.recorded import Recorder
from speckit.document import Document
from speckit.specification import Specification, specify

ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
ANSWERS = {"200": {"description": "done"}}
DATA: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Jobs", "version": "1"},
    "components": {
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer"},
            "session": {"type": "apiKey", "in": "cookie", "name": "sid"},
            "key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
            "secret": {"type": "apiKey", "in": "query", "name": "api_key"},
        }
    },
    "paths": {
        "/jobs": {
            "get": {"operationId": "list", "responses": ANSWERS},
            "post": {
                "operationId": "create",
                "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
                "responses": ANSWERS,
            },
        },
        "/jobs/{id}": {"get": {"operationId": "get", "parameters": [ID], "responses": ANSWERS}},
    },
}
BASE = "https://api.example.com"


@pytest.fixture(scope="module")
def specification() -> Specification:
    return specify(Document(DATA, Path("jobs.yaml")))


def pairs(**values: str) -> list[dict[str, str]]:
    return [{"name": name.replace("_", "-"), "value": value} for name, value in values.items()]


def entry(path: str = "/jobs", at: str = "2026-01-01T00:00:00.000Z", **more: Any) -> dict[str, Any]:
    """An entry as most programs write it; `request` and `response` are merged into the usual ones."""
    request = {
        "method": "GET",
        "url": BASE + path,
        "headers": [],
        "httpVersion": "h2",
        **more.pop("request", {}),
    }
    content = {"size": 2, "mimeType": "application/json", "text": "[]"}
    response = {"status": 200, "headers": [], "content": content, **more.pop("response", {})}
    return {"startedDateTime": at, "time": 12.5, "request": request, "response": response, **more}


class Traffic:
    """A HAR file with some entries."""

    def __init__(self, folder: Path, specification: Specification) -> None:
        self.path = folder / "traffic.har"
        self.specification = specification

    def of(self, *entries: Any, **options: Any) -> list[Exchange]:
        self.path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}))
        return read(self.path, self.specification, **options)


@pytest.fixture
def traffic(tmp_path: Path, specification: Specification) -> Traffic:
    return Traffic(tmp_path, specification)


def test_an_entry_is_an_exchange(traffic):
    sent = {"mimeType": "application/json; charset=utf-8", "text": '{"name": "é"}'}
    made = entry(
        request={"method": "POST", "postData": sent, "headers": pairs(content_type="application/json")},
        response={"status": 201, "headers": pairs(ETag='"1"'), "content": {"text": '{"id": 7}', "size": 9}},
    )

    (found,) = traffic.of(made)

    assert (found.number, found.call.operation.id, found.phase) == (1, "create", "recorded")
    assert (found.call.body, found.status, found.answer) == ({"name": "é"}, 201, {"id": 7})
    assert found.headers == {"etag": '"1"'}
    assert found.after.slow - found.before.slow == pytest.approx(0.0125, abs=1e-6)
    assert found.before.slow == found.before.fast == 1767225600.0


def test_entries_are_put_in_the_order_of_time(traffic):
    """Programs write them as answers came in, or as tabs were opened."""
    later, sooner = entry("/jobs/2", "2026-01-01T01:00:05+01:00"), entry("/jobs/1", "2026-01-01T00:00:04.5")

    assert [(each.number, each.call.path["id"]) for each in traffic.of(later, sooner)] == [(1, 1), (2, 2)]


def test_what_does_not_concern_the_implementation_is_left_out(traffic):
    other = entry(request={"url": "https://tracker.example.net/jobs"})
    port = entry(request={"url": "https://api.example.com:8443/jobs"})
    page = entry("/index.html")
    near = entry(request={"url": f"{BASE}/v10/jobs"})
    mine = entry(request={"url": f"{BASE}:443/v1/jobs/3"})

    found = traffic.of(other, port, page, near, mine, base_url=f"{BASE}/v1")

    assert [each.call.path for each in found] == [{"id": 3}]


def test_without_a_base_the_host_does_not_matter(traffic):
    assert len(traffic.of(entry(), entry("/jobs/1"), entry(request={"url": "http://localhost:1/jobs"}))) == 3


@pytest.mark.parametrize(
    "silent",
    [
        entry(response={"status": 0}),
        entry(_fromCache="disk"),
        entry(response={"content": {"size": 10, "mimeType": "application/json"}}),
        entry(response={"content": {}, "bodySize": 10}),
    ],
    ids=["blocked", "from the cache", "answer not kept", "answer not kept either"],
)
def test_what_tells_nothing_is_left_out(traffic, silent):
    """A body that was not saved would be judged as an empty one."""
    assert len(traffic.of(silent, entry("/jobs/1"))) == 1


@pytest.mark.parametrize(
    "response",
    [
        {"content": {"size": 0, "mimeType": "x-unknown"}},
        {"content": {"size": 0, "text": ""}, "bodySize": -1},
        {"status": 204, "content": {"size": -1}},
        {"status": 304, "content": {"size": 99, "text": "[1]"}},
        {},
    ],
)
def test_an_answer_may_have_no_body(traffic, response):
    (found,) = traffic.of(entry(response={"content": None, **response}))

    assert found.content == b""


def test_binary_bodies_are_base64(traffic):
    packed = base64.b64encode(b"\x00\xff").decode()
    made = entry(
        request={
            "method": "POST",
            "postData": {"text": packed, "encoding": "base64", "mimeType": "image/png"},
        },
        response={"content": {"text": packed, "encoding": "base64", "size": 2}},
    )

    (found,) = traffic.of(made)

    assert (found.content, found.call.body, found.call.content_type) == (
        b"\x00\xff",
        b"\x00\xff",
        "image/png",
    )


def test_a_form_may_be_given_by_its_fields(traffic):
    data = {"mimeType": "application/x-www-form-urlencoded", "params": pairs(a="1 2")}

    (found,) = traffic.of(entry(request={"method": "POST", "postData": data}))

    assert found.call.body == {"a": "1 2"}


def test_headers_come_in_any_case_and_in_parts(traffic):
    """HTTP/2 has pseudo headers, and splits cookies over several."""
    headers = [
        {"name": ":method", "value": "GET"},
        {"name": "cookie", "value": "sid=a"},
        {"name": "cookie", "value": "theme=dark"},
        {"name": "if-match", "value": '"1"'},
    ]
    answer = [{"name": "Set-Cookie", "value": "a=1"}, {"name": "set-cookie", "value": "b=2"}]

    (found,) = traffic.of(entry(request={"headers": headers}, response={"headers": answer}))

    assert found.call.headers == {"If-Match": '"1"'}
    assert found.credential == {"cookie": "sid=a; theme=dark"}
    assert found.headers["set-cookie"] == "a=1, b=2"


def test_each_credential_is_a_principal(traffic):
    """By whatever scheme of the document; other cookies tell nothing."""
    asked = [
        entry(at="2026-01-01T00:00:01Z", request={"headers": pairs(authorization="Bearer a")}),
        entry(at="2026-01-01T00:00:02Z", request={"headers": pairs(Cookie="theme=dark; sid=1")}),
        entry(at="2026-01-01T00:00:03Z", request={"cookies": pairs(sid="1")}),
        entry(at="2026-01-01T00:00:04Z", request={"headers": pairs(X_API_KEY="k")}),
        entry("/jobs?api_key=q", at="2026-01-01T00:00:05Z"),
        entry(at="2026-01-01T00:00:06Z", request={"headers": pairs(Cookie="theme=dark")}),
        entry(at="2026-01-01T00:00:07Z", request={"headers": pairs(Authorization="Bearer a")}),
    ]

    names = [each.call.principal for each in traffic.of(*asked)]

    assert names == ["p1", "p2", "p2", "p3", "p4", "", "p1"]


def test_a_file_without_credentials_is_one_principals(traffic):
    """Browsers take them out before they save; that everybody was nobody would be told as a fault."""
    assert {each.call.principal for each in traffic.of(entry(), entry("/jobs/1"))} == {"p1"}


def test_an_entry_that_comes_twice_is_one(traffic):
    """Several pages, or a worker beside its page, record the same request."""
    twice = entry("/jobs/1")

    assert len(traffic.of(twice, {**twice, "_initiator": "worker"}, entry("/jobs/1", time=99))) == 1
    assert len(traffic.of(twice, entry("/jobs/1", at="2026-01-01T00:00:00.001Z"))) == 2


@pytest.mark.parametrize(
    ("time", "timings", "seconds"), [(None, {"wait": 10, "dns": -1, "receive": 5}, 0.015), (-1, None, 0)]
)
def test_the_time_may_be_missing(traffic, time, timings, seconds):
    (found,) = traffic.of(entry(time=time, timings=timings))

    assert found.after.fast - found.before.fast == pytest.approx(seconds, abs=1e-6)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no JSON, or ends too early"),
        (b'{"log": {"entries": [{"startedDateTime": "20', "no JSON, or ends too early"),
        (b"<html>", "no JSON, or ends too early"),
        (b"[]", "log/entries is missing"),
        (b'{"log": {}}', "log/entries is missing"),
        (b'{"log": {"entries": {}}}', "log/entries is missing"),
        (b'{"log": {"entries": [7]}}', "entry 0: It is not as HAR 1.2 has it"),
        (b'{"log": {"entries": [{"request": {"url": "x"}}]}}', "entry 0: "),
        (json.dumps({"log": {"entries": [entry(), entry(at="noon")]}}).encode(), "entry 1: "),
        (json.dumps({"log": {"entries": [entry(request={"headers": [1]})]}}).encode(), "entry 0: "),
        (
            json.dumps(
                {"log": {"entries": [entry(response={"content": {"text": "?", "encoding": "base64"}})]}}
            ).encode(),
            "entry 0: ",
        ),
    ],
)
def test_a_file_that_is_none_says_so(tmp_path, specification, content, told):
    """With its name and the number of the entry, and what would work."""
    path = tmp_path / "bad.har"
    path.write_bytes(content)

    with pytest.raises(HarFault, match=r"[Ss]ave") as refusal:
        read(path, specification)

    assert str(refusal.value).startswith(str(path))
    assert told in str(refusal.value)


def test_a_file_may_begin_with_a_mark(traffic):
    traffic.of(entry())
    traffic.path.write_bytes(b"\xef\xbb\xbf" + traffic.path.read_bytes())

    assert len(read(traffic.path, traffic.specification)) == 1


def test_a_missing_file_says_so(tmp_path, specification):
    with pytest.raises(HarFault, match="cannot be read"):
        read(tmp_path / "none.har", specification)


def test_more_than_is_wanted_is_not_read(traffic):
    traffic.of(entry(), entry("/jobs/1"))

    with pytest.raises(HarFault, match="2 entries; 1 are read"):
        read(traffic.path, traffic.specification, most_entries=1)
    with pytest.raises(HarFault, match="bytes; 10 are read"):
        read(traffic.path, traffic.specification, most_bytes=10)


# ----------------------------------------------------------------------------------------------- writing


@pytest.fixture
def judged(traffic) -> list[Exchange]:
    """Exchanges with everything in them that there can be."""
    return traffic.of(
        entry(request={"headers": pairs(authorization="Bearer t0p", cookie="sid=s3cret; theme=dark")}),
        entry(
            "/jobs?api_key=h1dden&x=1",
            at="2026-01-01T00:00:01Z",
            request={"method": "POST", "postData": {"mimeType": "application/json", "text": '{"a":1}'}},
            response={"status": 201, "headers": pairs(Set_Cookie="sid=s3cret", ETag='"1"')},
        ),
        entry(
            "/jobs/7", at="2026-01-01T00:00:02Z", response={"content": {"text": "AP8=", "encoding": "base64"}}
        ),
    )


def test_what_is_written_is_read_again(judged, specification, tmp_path):
    path = tmp_path / "out.har"

    write(path, judged, specification, shows_credentials=True)

    again = read(path, specification)
    seen = [
        [
            (e.call.operation.id, e.call.path, e.call.query, e.call.body, e.call.principal, e.status)
            for e in each
        ]
        for each in (again, judged)
    ]
    assert seen[0] == seen[1]
    assert [each.content for each in again] == [each.content for each in judged]
    assert [each.before for each in again] == [each.before for each in judged]


def test_no_secret_is_written(judged, specification, tmp_path):
    """A file of traffic is sent to colleagues; who was who can still be told."""
    path = tmp_path / "out.har"

    write(path, judged, specification)

    text = path.read_text()
    assert not [secret for secret in ("t0p", "s3cret", "h1dden") if secret in text]
    assert [each.call.principal for each in read(path, specification)] == ["p1", "p2", ""]


def test_what_is_written_is_a_har_file(judged, specification, tmp_path):
    """Every field that HAR 1.2 requires is there, so that other programs open it."""
    path = tmp_path / "out.har"
    write(path, judged, specification)

    log = json.loads(path.read_bytes())["log"]

    assert log["version"] == "1.2"
    assert {"name", "version"} <= log["creator"].keys()
    for each in log["entries"]:
        assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= each.keys()
        message = {"httpVersion", "cookies", "headers", "headersSize", "bodySize"}
        assert message | {"method", "url", "queryString"} <= each["request"].keys()
        assert message | {"status", "statusText", "content", "redirectURL"} <= each["response"].keys()
        assert {"send", "wait", "receive"} <= each["timings"].keys()


def test_a_file_of_no_exchanges_is_one_too(specification, tmp_path):
    write(tmp_path / "out.har", [], specification)

    assert read(tmp_path / "out.har", specification) == []


def test_reading_uses_the_same_recorder_as_everybody(traffic, specification):
    """One observer judges every exchange, whoever drives."""
    (found,) = traffic.of(entry("/jobs/7"))
    directly = Recorder(specification).call("GET", f"{BASE}/jobs/7", {}, b"", "p1")

    assert found.call == directly
