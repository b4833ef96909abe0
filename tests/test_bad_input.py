"""Whatever is sent to the server or given to the command: a clear refusal, nothing changed, nothing broken."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from harness import ROOT, Server

LIMIT = 1_048_576
TOKEN = "hostile"
WORLDS = (TOKEN, "anonymous")
RECEIVE_SECONDS = 10
MESSAGE_OF_THE_SERVER = "Invalid HTTP request received."

RENDLEY_JOB = b"/v1/jobs/job_5f1b7c9e3a2c1b0a9f8e7d6c"
ALTERYX_JOBS = b"/webapi/v3/workflows/66ebd0f23d6200007e000d11/jobs"
PROJECT = b"/public/3sWXSsqHgSKnE87YkNJK"


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def exchange(port: int, request: bytes, *, half_close: bool = False) -> bytes:
    """Return all the bytes the server sends until it closes the connection."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=RECEIVE_SECONDS) as connection:
        try:
            connection.sendall(request)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(65536):
                received += chunk
        except ConnectionError:
            pass  # a server may hang up on whoever sends too much
    return received


def answer(received: bytes) -> Answer:
    """Return the one answer that is in `received`; its length must be what it declares."""
    head, _, body = received.partition(b"\r\n\r\n")
    if head.startswith(b"HTTP/1.1 100"):
        return answer(body)
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if "content-length" in headers:
        assert int(headers["content-length"]) == len(body)
    return Answer(int(first.split()[1]), headers.get("content-type", ""), body)


def asking(method: bytes, path: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    """Return a whole request by the hostile caller; a `headers` entry may replace the usual one."""
    usual = [b"Host: localhost", b"Authorization: Bearer " + TOKEN.encode(), b"Connection: close"]
    names = {each.partition(b":")[0].lower() for each in headers}
    lines = [each for each in usual if each.partition(b":")[0].lower() not in names]
    return b"\r\n".join([method + b" " + path + b" HTTP/1.1", *lines, *headers, b"", body])


def getting(path: bytes, *headers: bytes) -> bytes:
    return asking(b"GET", path, *headers)


def sending(method: bytes, path: bytes, body: bytes, *headers: bytes) -> bytes:
    """Return a request with a body; JSON, unless `headers` says otherwise."""
    lines = [b"Content-Type: application/json", b"Content-Length: %d" % len(body)]
    names = {each.partition(b":")[0].lower() for each in headers}
    lines = [each for each in lines if each.partition(b":")[0].lower() not in names]
    kept = [each for each in headers if not each.endswith(b":")]  # `Name:` leaves a usual header out
    return asking(method, path, *lines, *kept, body=body)


def chunked(method: bytes, path: bytes, body: bytes, size: int = 65536) -> bytes:
    """Return a request whose body comes in pieces, its length undeclared."""
    pieces = (body[at : at + size] for at in range(0, len(body), size))
    text = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    headers = (b"Content-Type: application/json", b"Transfer-Encoding: chunked")
    return asking(method, path, *headers, body=text)


# ---------------------------------------------------------------- the shape of each API's errors


def rendley(got: Answer) -> None:
    error = got.json()["error"]
    assert sorted(error) == ["code", "message"]
    assert all(isinstance(text, str) and text for text in error.values())


def kragle(code: int) -> Callable[[Answer], None]:
    def check(got: Answer) -> None:
        assert got.json().keys() == {"code", "msg"}
        assert got.json()["code"] == code

    return check


def message(got: Answer) -> None:
    assert got.json().keys() == {"message"}
    assert got.json()["message"]


def openreplay(got: Answer) -> None:
    assert got.json().keys() == {"error"}
    assert got.json()["error"]


def problem(got: Answer) -> None:
    assert got.content_type == "application/problem+json"
    assert got.json().keys() == {"type", "title", "status", "detail"}
    assert got.json()["status"] == got.status


def text(got: Answer) -> None:
    assert got.body == b"404 page not found\n"


def nothing(got: Answer) -> None:
    assert got.body == b""


def protocol(got: Answer) -> None:
    """What is no HTTP never reaches an API."""
    assert got.body.decode() == MESSAGE_OF_THE_SERVER


Shape = Callable[[Answer], None]


@dataclass(frozen=True)
class Row:
    name: str
    request: bytes
    status: int
    shape: Shape
    half_close: bool = False


# ---------------------------------------------------------------- bodies, to every operation that reads one

BODIES = {
    "nothing at all": b"",
    "spaces": b"   ",
    "half an object": b'{"a": ',
    "two values": b"{} {}",
    "deep objects": b'{"a":' * 150 + b"1" + b"}" * 150,
    "deep lists": b"[" * 150 + b"]" * 150,
    "100,000 open lists": b"[" * 100_000,
    "bad UTF-8": b'{"name": "\xff\xfe"}',
    "an overlong NUL": b'{"name": "\xc0\x80"}',
    "a lone surrogate": b'{"name": "\\ud800"}',
    "a raw surrogate": b'{"name": "\xed\xa0\x80"}',
    "NaN": b'{"name": NaN}',
    "Infinity": b'{"name": -Infinity}',
    "a raw control character": b'{"name": "a\x01b"}',
    "a raw NUL": b'{"name": "a\x00b"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"name": "a"}'.encode("utf-16"),
    "a comment": b"{} // fine",
    "a trailing comma": b'{"name": "a",}',
    "single quotes": b"{'name': 'a'}",
}
MISFITS = {
    "a list": b"[]",
    "null": b"null",
    "a text": b'"enabled"',
    "a number": b"1e400" if False else b"7",
    "text for a boolean": b'{"acknowledged": "yes", "enabled": "yes", "workerTag": 7}',
    "the last of two equal keys": (
        b'{"acknowledged": true, "acknowledged": 1, "enabled": true, "enabled": 1,'
        b' "workerTag": "a", "workerTag": 1}'
    ),
}
TYPES = {
    "text/plain": b"Content-Type: text/plain",
    "a form": b"Content-Type: application/x-www-form-urlencoded",
    "XML": b"Content-Type: application/xml",
    "no type at all": b"Content-Type: ;;;",
    "no subtype": b"Content-Type: json",
    "bytes": b"Content-Type: \xff\xfe",
    "almost JSON": b"Content-Type: application/jsonx",
}


@dataclass(frozen=True)
class Reading:
    """An operation that reads a body, and how it refuses one."""

    name: str
    method: bytes
    path: bytes
    malformed: tuple[int, Shape]
    misfit: tuple[int, Shape]
    too_large: tuple[int, Shape]
    other_type: tuple[int, Shape]


KRAGLE_BODY = {"malformed": (500, kragle(2)), "misfit": (500, kragle(4)), "too_large": (500, kragle(2))}
RENDLEY_BODY = {"malformed": (400, rendley), "misfit": (400, rendley), "too_large": (413, rendley)}
READING = [
    Reading("export", b"POST", b"/v1/export", **RENDLEY_BODY, other_type=(415, rendley)),
    Reading("acknowledge", b"PATCH", RENDLEY_JOB, **RENDLEY_BODY, other_type=(415, rendley)),
    Reading("create", b"POST", b"/jobs", **KRAGLE_BODY, other_type=(500, kragle(2))),
    Reading("change", b"PUT", b"/jobs/4", **KRAGLE_BODY, other_type=(500, kragle(2))),
    Reading("enqueue", b"POST", ALTERYX_JOBS, (400, message), (400, message), (413, message), (415, message)),
]


def bodies() -> Iterator[Row]:
    large = b'{"name": "' + b"a" * LIMIT + b'"}'
    for each in READING:
        on = (each.method, each.path)
        for name, body in BODIES.items():
            yield Row(f"{each.name}, {name}", sending(*on, body), *each.malformed)
        for name, body in MISFITS.items():
            yield Row(f"{each.name}, {name}", sending(*on, body), *each.misfit)
        for name, header in TYPES.items():
            yield Row(f"{each.name} as {name}", sending(*on, b"{}", header), *each.other_type)
        yield Row(f"{each.name}, large", sending(*on, large), *each.too_large)
        yield Row(f"{each.name}, large in pieces", chunked(*on, large), *each.too_large)
        claimed = sending(*on, b"{}", b"Content-Length: %d" % 10**17)
        yield Row(f"{each.name}, said to be large", claimed, *each.too_large)
        short = sending(*on, b'{"a": 1}', b"Content-Length: 5")
        yield Row(f"{each.name}, longer than it says", short, *each.malformed)


# ---------------------------------------------------------------- ids, in every place that takes one

IDS = {
    "NUL": b"a%00b",
    "a line feed": b"a%0d%0aX-Evil:%201",
    "DEL": b"%7f",
    "climbing out": b"..%2f..%2fetc%2fpasswd",
    "dots": b"%2e%2e",
    "400 digits": b"9" * 400,
    "10**30": b"1" + b"0" * 30,
    "a fraction": b"1.5",
    "an exponent": b"1e3",
    "NaN": b"NaN",
    "underscored": b"1_000",
    "Arabic digits": "٣".encode().hex(" ").replace(" ", "%").join(["%", ""]).encode(),
    "8,000 letters": b"a" * 8000,
    "a space": b"%20",
    "a quote": b"%22%27%3b--",
    "a lone percent sign": b"%zz",
    "braces": b"%7bid%7d",
}
UNREADABLE = {"bad UTF-8": b"%ff%fe", "a surrogate": b"%ed%a0%80", "an overlong slash": b"%c0%af"}


@dataclass(frozen=True)
class Naming:
    """An operation with an id in its path, and how it refuses one that is none, or unknown."""

    name: str
    method: bytes
    path: bytes
    unknown: tuple[int, Shape]
    malformed: tuple[int, Shape]
    unreadable: tuple[int, Shape]
    is_integer: bool = False


def naming(name: str, method: bytes, path: bytes, status: int, shape: Shape, bad: int = 400) -> Naming:
    return Naming(name, method, path, (status, shape), (status, shape), (bad, shape))


FAULT_1, FAULT_6 = (500, kragle(1)), (500, kragle(6))
NO_PROJECT = Naming(
    "a project", b"GET", b"/public/%s/jobs", (401, nothing), (401, nothing), (400, openreplay)
)
REPLAY = ((404, openreplay), (400, openreplay), (400, openreplay), True)
NAMING = [
    naming("read", b"GET", b"/v1/jobs/%s", 404, rendley),
    naming("cancel", b"DELETE", b"/v1/jobs/%s", 404, rendley),
    Naming("byid", b"GET", b"/jobs/byid/%s", FAULT_6, FAULT_1, FAULT_1, True),
    Naming("byname", b"GET", b"/jobs/byname/%s", FAULT_6, FAULT_6, FAULT_1),
    Naming("delete", b"DELETE", b"/jobs/%s", FAULT_6, FAULT_1, FAULT_1, True),
    naming("a run", b"GET", b"/webapi/v3/jobs/%s", 404, message),
    naming("messages", b"GET", b"/webapi/v3/jobs/%s/messages", 404, message),
    naming("a workflow", b"GET", b"/webapi/v3/workflows/%s/jobs", 404, message),
    Naming("a deletion", b"GET", PROJECT + b"/jobs/%s", *REPLAY),
    Naming("calling off", b"DELETE", PROJECT + b"/jobs/%s", *REPLAY),
    NO_PROJECT,
    naming("an execution", b"GET", b"/api/v1/jobs/%s/", 404, message),
    naming("cancelling", b"POST", b"/api/v1/jobs/cancel/%s/", 404, message),
    naming("submitting", b"POST", b"/api/v1/tasks/submit/%s/", 404, message),
]
INTEGERS = {"400 digits", "10**30"}


def ids() -> Iterator[Row]:
    for each in NAMING:
        for name, text_ in IDS.items():
            refusal = each.malformed if each.is_integer else each.unknown
            yield Row(f"{each.name}: {name}", asking(each.method, each.path % text_), *refusal)
        for name, text_ in UNREADABLE.items():
            yield Row(f"{each.name}: {name}", asking(each.method, each.path % text_), *each.unreadable)


# ---------------------------------------------------------------- paths and methods nobody has


def elsewhere() -> Iterator[Row]:
    for name, path, shape in [
        ("rendley", b"/v1/jobs/../../etc/passwd", rendley),
        ("rendley, doubled slash", b"/v1//jobs", rendley),
        ("rendley, no id", b"/v1/jobs/", rendley),
        ("rendley, matrix", b"/v1/jobs;a=b/", rendley),
        ("kragle, no id", b"/jobs/byid/", kragle(1)),
        ("kragle, a slash too many", b"/jobs/", kragle(1)),
        ("alteryx, no id", b"/webapi/v3/jobs/", message),
        ("alteryx, climbing", b"/webapi/v3/../../x", message),
        ("openreplay, no project", b"/public//jobs", text),
        ("openreplay, climbing", b"/public/../../etc/passwd", text),
        ("taipy, climbing", b"/api/v1/jobs/cancel/../../..", message),
        ("taipy, no id", b"/api/v1/jobs/cancel//", message),
        ("nobody's", b"//", problem),
        ("nobody's root", b"/", problem),
        ("nobody's, doubled", b"//v1/jobs", problem),
        ("nobody's, a thousand levels", b"/a" * 1000, problem),
        ("nobody's, a star", b"*", problem),
    ]:
        yield Row(f"path of {name}", getting(path), 404, shape)
    for method in (b"TRACE", b"PROPFIND", b"CONNECT", b"LOCK", b"PUT"):
        yield Row(f"{method.decode()} rendley", asking(method, b"/v1/jobs"), 405, rendley)
        yield Row(f"{method.decode()} kragle", asking(method, b"/jobs"), 405, kragle(1))
        yield Row(f"{method.decode()} alteryx", asking(method, ALTERYX_JOBS), 405, message)
        yield Row(f"{method.decode()} openreplay", asking(method, PROJECT + b"/jobs"), 405, nothing)
        yield Row(f"{method.decode()} taipy", asking(method, b"/api/v1/jobs/"), 405, message)


# ---------------------------------------------------------------- queries and headers


def queries() -> Iterator[Row]:
    many = b"&".join(b"p%d=1" % i for i in range(5000))
    for name, path, refusal in [
        ("rendley", b"/v1/jobs", (400, rendley)),
        ("kragle", b"/jobs", (500, kragle(1))),
        ("alteryx", ALTERYX_JOBS, (400, message)),
        ("openreplay", PROJECT + b"/jobs", (400, openreplay)),
    ]:
        yield Row(f"{name}, bad UTF-8", getting(path + b"?page=%ff"), *refusal)
        yield Row(f"{name}, a surrogate", getting(path + b"?status=%ed%a0%80"), *refusal)
        yield Row(f"{name}, 5000 parameters", getting(path + b"?" + many), *refusal)
    for value in (b"maybe", b"1", b"%00", b"true%20"):
        request = getting(b"/v1/jobs?acknowledged=" + value)
        yield Row(f"acknowledged={value.decode()}", request, 400, rendley)
    request = getting(b"/v1/jobs?acknowledged=true&acknowledged=false")
    yield Row("acknowledged, twice", request, 400, rendley)
    for value in (b"0", b"-1", b"9" * 400, b"1" + b"0" * 30, b"NaN", b"Infinity", b"1.0", b"", b"%00"):
        yield Row(f"page={value[:9].decode()}", getting(b"/jobs?page=" + value), 500, kragle(1))
    for value in (b"-1", b"NaN", b"", b"9" * 400 + b"x", b"1e9"):
        request = getting(ALTERYX_JOBS + b"?offset=" + value)
        yield Row(f"offset={value[:9].decode()}", request, 400, message)
    for value in (b"0", b"501", b"9" * 400, b"-1", b"x"):
        request = getting(ALTERYX_JOBS + b"?limit=" + value)
        yield Row(f"limit={value[:9].decode()}", request, 400, message)
    yield Row("offset, twice", getting(ALTERYX_JOBS + b"?offset=1&offset=2"), 400, message)
    yield Row("an unknown status", getting(ALTERYX_JOBS + b"?status=Done"), 400, message)
    yield Row("includeMessages=2", getting(b"/webapi/v3/jobs/66ebd18d3d6200007e000d8c?includeMessages=2"), 400, message)
    for value in (b"", b"?task_id", b"?task_id=", b"?TASK_ID=my_config"):
        yield Row(f"taipy {value.decode()}", asking(b"POST", b"/api/v1/jobs/" + value), 400, message)
    request = asking(b"POST", b"/api/v1/jobs/?task_id=a%00b")
    yield Row("taipy, NUL", request, 404, message)


def credentials() -> Iterator[Row]:
    for name, header in {
        "none": b"X-None: 1",
        "empty": b"Authorization: ",
        "no token": b"Authorization: Bearer",
        "only spaces": b"Authorization: Bearer    ",
        "another scheme": b"Authorization: Digest username=a",
        "Basic that is no base64": b"Authorization: Basic %%%",
        "run together": b"Authorization: BearerTOKEN",
        "a tab": b"Authorization: Bearer\tTOKEN",
    }.items():
        away = () if header.startswith(b"Auth") else (b"Authorization: ",)
        for api, path, status, shape in [
            ("rendley", b"/v1/jobs", 401, rendley),
            ("kragle", b"/jobs", 403, kragle(3)),
            ("alteryx", ALTERYX_JOBS, 401, message),
            ("openreplay", PROJECT + b"/jobs", 401, nothing),
        ]:
            yield Row(f"{api}, credential {name}", getting(path, header, *away), status, shape)
    for name, header in {
        "an empty cookie": b"Cookie: auth_tkt=",
        "a broken cookie": b"Cookie: auth_tkt; =;;;",
        "a cookie of another name": b"Cookie: session=1",
        "bytes for a cookie": b"Cookie: \xff\xfe=\x80",
        "100,000 cookies": b"Cookie: " + b"a=1; " * 12_000,
    }.items():
        request = getting(b"/jobs", header, b"Authorization: ")
        yield Row(f"kragle, {name}", request, 403, kragle(3))
    lower = getting(PROJECT + b"/jobs", b"Authorization: bearer a")
    yield Row("openreplay, the scheme in lower case", lower, 401, nothing)


# ---------------------------------------------------------------- what is no HTTP


def broken() -> Iterator[Row]:
    body = b'{"project_id": "p"}'
    on = (b"POST", b"/v1/export")
    json_type = b"Content-Type: application/json"
    for name, request in {
        "a negative length": sending(*on, body, b"Content-Length: -5"),
        "a length of 400 digits": sending(*on, body, b"Content-Length: " + b"9" * 400),
        "a length that is no number": sending(*on, body, b"Content-Length: many"),
        "two lengths": asking(*on, json_type, b"Content-Length: 19", b"Content-Length: 7", body=body),
        "a length and pieces": asking(
            *on, json_type, b"Content-Length: 4", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"
        ),
        "a piece without a size": asking(*on, json_type, b"Transfer-Encoding: chunked", body=b"zz\r\n{}"),
        "a method in lower case": asking(b"get", b"/v1/jobs"),
        "a method nobody has": asking(b"BREW", b"/v1/jobs"),
        "a path without a slash": getting(b"v1/jobs"),
        "raw bytes in the path": getting(b"/v1/jobs/\xff\xfe"),
        "raw bytes in the query": getting(b"/v1/jobs?a=\xff"),
        "a raw NUL in the path": getting(b"/v1/jobs/a\x00b"),
        "a NUL in a header": getting(b"/v1/jobs", b"X-Nul: a\x00b"),
        "a header without a name": getting(b"/v1/jobs", b": a"),
        "a path of 100,000 letters": getting(b"/v1/jobs/" + b"a" * 100_000),
        "a query of 100,000 letters": getting(b"/v1/jobs?source_id=" + b"a" * 100_000),
        "another version": b"GET /v1/jobs HTTP/9.9\r\n\r\n",
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    }.items():
        yield Row(name, request, 400, protocol, half_close=True)


ROWS = [*bodies(), *ids(), *elsewhere(), *queries(), *credentials(), *broken()]


@pytest.fixture(scope="module")
def target() -> Iterator[Server]:
    """A server that holds its own answers to the document. It may complain of the requests, never of itself."""
    running = Server("--clock", "manual", "--check-responses")
    yield running
    assert running.stop() == 0
    said = "".join(running.errors)
    assert "Traceback" not in said
    assert {line.strip() for line in running.errors} <= {f"WARNING:  {MESSAGE_OF_THE_SERVER}"}, said


def port_of(server: Server) -> int:
    return int(server.url.rpartition(":")[2])


def worlds(server: Server) -> list[Any]:
    """Everything there is in the worlds a hostile request could reach."""
    return [server.control("GET", f"/resources?principal={name}") for name in WORLDS]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_hostile_request_is_refused_and_changes_nothing(target, row):
    """Whatever arrives: the status the document has for it, in the API's own words, and the world as it was."""
    before = worlds(target)

    got = answer(exchange(port_of(target), row.request, half_close=row.half_close))

    assert (got.status, got.body[:200]) == (row.status, got.body[:200])
    row.shape(got)
    assert worlds(target) == before
