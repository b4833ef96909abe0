"""Whatever is sent to the server or given to the command: a clear refusal, and nothing changed."""

from __future__ import annotations

import gc
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from harness import ROOT, Server

import understudy.serve
from understudy.cli import main

Command = Callable[..., str]

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


def chunked(method: bytes, path: bytes, body: bytes, *more: bytes, size: int = 65536) -> bytes:
    """Return a request whose body comes in pieces, its length undeclared."""
    pieces = (body[at : at + size] for at in range(0, len(body), size))
    text = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    headers = (b"Content-Type: application/json", b"Transfer-Encoding: chunked", *more)
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
    "a number": b"7",
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
    """An operation that reads a body, and how it refuses one; some may go without any."""

    name: str
    method: bytes
    path: bytes
    malformed: tuple[int, Shape]
    misfit: tuple[int, Shape]
    too_large: tuple[int, Shape]
    other_type: tuple[int, Shape]
    needs_one: bool = True


KRAGLE_BODY = {"malformed": (500, kragle(2)), "misfit": (500, kragle(4)), "too_large": (500, kragle(2))}
RENDLEY_BODY = {"malformed": (400, rendley), "misfit": (400, rendley), "too_large": (413, rendley)}
READING = [
    Reading("export", b"POST", b"/v1/export", **RENDLEY_BODY, other_type=(415, rendley)),
    Reading("acknowledge", b"PATCH", RENDLEY_JOB, **RENDLEY_BODY, other_type=(415, rendley), needs_one=False),
    Reading("create", b"POST", b"/jobs", **KRAGLE_BODY, other_type=(500, kragle(2))),
    Reading("change", b"PUT", b"/jobs/4", **KRAGLE_BODY, other_type=(500, kragle(2))),
    Reading("enqueue", b"POST", ALTERYX_JOBS, (400, message), (400, message), (413, message), (415, message)),
]


def bodies() -> Iterator[Row]:
    large = b'{"name": "' + b"a" * LIMIT + b'"}'
    for each in READING:
        on = (each.method, each.path)
        for name, body in BODIES.items():
            if body or each.needs_one:
                yield Row(f"{each.name}, {name}", sending(*on, body), *each.malformed)
        for name, body in MISFITS.items():
            yield Row(f"{each.name}, {name}", sending(*on, body), *each.misfit)
        for name, header in TYPES.items():
            yield Row(f"{each.name} as {name}", sending(*on, b"{}", header), *each.other_type)
        # Kept alive: who is told to close while still sending may lose the answer to a reset.
        whole = sending(*on, large, b"Connection: keep-alive")
        yield Row(f"{each.name}, large", whole, *each.too_large, half_close=True)
        pieces = chunked(*on, large, b"Connection: keep-alive")
        yield Row(f"{each.name}, large in pieces", pieces, *each.too_large, half_close=True)
        claimed = sending(*on, b"{}", b"Content-Length: %d" % 10**17)
        yield Row(f"{each.name}, said to be large", claimed, *each.too_large)
        short = sending(*on, b'{"a": 1}', b"Content-Length: 5")
        yield Row(f"{each.name}, longer than it says", short, *each.malformed)


def numbers() -> Iterator[Row]:
    """Numbers where Kragle wants the ids of a schedule and a stack."""
    for text, shape in {
        "1" + "0" * 30: kragle(4),
        "9" * 400: kragle(2),
        "1e400": kragle(2),
        "18446744073709551616": kragle(4),
        "-1": kragle(25),
        "-0": kragle(25),
        "1.5": kragle(4),
        "true": kragle(4),
        '"2"': kragle(4),
        "null": kragle(4),
        "[2]": kragle(4),
    }.items():
        body = f'{{"stack_id": 7, "schedule_id": {text}}}'.encode()
        yield Row(f"schedule {text[:9]}", sending(b"POST", b"/jobs", body), 500, shape)
        yield Row(f"another schedule {text[:9]}", sending(b"PUT", b"/jobs/4", body), 500, shape)


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
    "an Arabic digit": b"%d9%a3",
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
    twice = getting(b"/v1/jobs?acknowledged=true&acknowledged=false")
    yield Row("acknowledged, twice", twice, 400, rendley)
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
    odd = getting(b"/webapi/v3/jobs/66ebd18d3d6200007e000d8c?includeMessages=2")
    yield Row("includeMessages=2", odd, 400, message)
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


ROWS = [*bodies(), *numbers(), *ids(), *elsewhere(), *queries(), *credentials(), *broken()]


# What uvicorn says of requests that are no HTTP, or that ask for another protocol.
COMPLAINTS = (
    MESSAGE_OF_THE_SERVER,
    "Unsupported upgrade request.",
    "No supported WebSocket library detected.",
)


class Target:
    """A server to be attacked, and the worlds an attack could reach."""

    def __init__(self) -> None:
        self.server = Server("--clock", "manual", "--check-responses")
        self.port = int(self.server.url.rpartition(":")[2])
        self._door = httpx.Client(base_url=f"{self.server.url}/_understudy", timeout=RECEIVE_SECONDS)

    def worlds(self) -> list[bytes]:
        return [self._door.get("/resources", params={"principal": name}).content for name in WORLDS]

    def count(self, resource: str) -> int:
        asked = {"principal": TOKEN, "resource": resource}
        count: int = self._door.get("/resources", params=asked).json()["count"]
        return count

    def stop(self) -> None:
        self._door.close()
        assert self.server.stop() == 0


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    """A server that holds its own answers to the document; it may complain of requests, not of itself."""
    attacked = Target()
    yield attacked
    attacked.stop()
    for line in attacked.server.errors:
        assert line.removeprefix("WARNING:").strip().startswith(COMPLAINTS), "".join(attacked.server.errors)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_hostile_request_is_refused_and_changes_nothing(target, row):
    """Whatever arrives: the status the document has for it, in the API's words, and the world as it was."""
    before = target.worlds()

    got = answer(exchange(target.port, row.request, half_close=row.half_close))

    assert got.status == row.status, got.body[:500]
    row.shape(got)
    assert target.worlds() == before


@pytest.mark.parametrize("row", [each for each in ROWS if each.status == 500], ids=lambda row: row.name)
def test_only_kragle_answers_500(row):
    """Its document says that every error is one. Anybody else's would be a fault of the server."""
    assert b" /jobs" in row.request.split(b"\r\n")[0]


CUT = b'{"project_id": "proj_cut"}'


@pytest.mark.parametrize(
    "request_",
    [
        sending(b"POST", b"/v1/export", CUT, b"Content-Length: 1000"),
        chunked(b"POST", b"/v1/export", CUT).removesuffix(b"0\r\n\r\n"),
        sending(b"POST", b"/v1/export", b"", b"Content-Length: 1000"),
    ],
    ids=["shorter than it says", "without its last piece", "without any of it"],
)
def test_a_request_that_breaks_off_does_nothing(target, request_):
    """What came may be readable by chance: half a deletion order is none."""
    before = target.worlds()

    exchange(target.port, request_, half_close=True)

    assert target.worlds() == before


@pytest.mark.parametrize(
    "request_",
    [
        sending(b"POST", b"/v1/export", CUT, b"Expect: 100-continue"),
        chunked(b"POST", b"/v1/export", CUT, size=1),
        sending(b"POST", b"/v1/export", CUT, b"Content-Type: APPLICATION/json; charset=utf-16"),
        sending(b"POST", b"/v1/export", CUT, b"Content-Type:"),
        sending(b"POST", b"/v1/export", CUT[:-1] + b', "project_id": "proj_last"}'),
        sending(b"POST", b"/v1/export", b'{"project": {"a": ' + b"[" * 98 + b"]" * 98 + b"}}"),
        sending(b"POST", b"/v1/export", b'{"project": {"a": "\\u0000 \\ud83d\\ude00"}}'),
        sending(b"POST", b"/v1/export", b'{"project": {"a": "' + b"a" * (LIMIT - 23) + b'"}}'),
        sending(b"POST", b"/v1/export?" + b"&".join(b"p%d" % i for i in range(900)), CUT),
        sending(b"POST", b"/v1/export", CUT, b"X-Long: " + b"a" * 60_000),
        sending(b"POST", b"/v1/export", CUT, b"Cookie: theme={dark}; \xff=1; ;;"),
    ],
    ids=[
        "waits to be told to go on",
        "a byte at a time",
        "a charset that JSON has no use for",
        "no content type",
        "two equal keys",
        "as deep as may be",
        "escaped NUL and astral letters",
        "as large as may be",
        "many parameters nobody knows",
        "a long header nobody knows",
        "cookies of others",
    ],
)
def test_an_odd_request_that_is_sound_is_played(target, request_):
    """Strict is not the same as fussy: what HTTP and JSON allow must work."""
    before = target.count("RendleyJob")

    got = answer(exchange(target.port, request_))

    assert got.status == 200, got.body
    assert target.count("RendleyJob") == before + 1


@pytest.mark.parametrize("neighbour", ['theme={"dark":1}', "a[b]=1", "bad name=1", "\xff=1", "=", "lone"])
def test_odd_cookies_of_others_do_not_hide_the_one_that_counts(target, neighbour):
    """On localhost a browser sends the cookies of every other program that was ever tried there."""
    header = f"Cookie: {neighbour}; auth_tkt={TOKEN}".encode("latin-1")

    got = answer(exchange(target.port, getting(b"/jobs", header, b"Authorization: ")))

    assert got.status == 200, got.body


def test_requests_sent_at_once_are_answered_in_their_order(target):
    """Clients may pipeline; the second answer must not wait for anything but the first."""
    first = asking(b"GET", b"/v1/jobs/none", b"Connection: keep-alive")
    second = asking(b"GET", b"/api/v1/jobs/none/")

    received = exchange(target.port, first + second)

    assert received.count(b"HTTP/1.1 404") == 2
    assert received.index(b"NOT_FOUND") < received.index(b"Job: none does not exist.")


def test_refused_creations_use_up_no_ids(target):
    """A refusal changes nothing, and the number the next job gets is something a client can see."""
    orders = [b'{"stack_id": 7, "schedule_id": 5}', b'{"stack_id": 7, "schedule_id": 6}']
    made = [answer(exchange(target.port, sending(b"POST", b"/jobs", orders[0]))).json()["id"]]
    for refused in (orders[0], b'{"stack_id": 7, "schedule_id": 99}', b'{"stack_id": 99, "schedule_id": 6}'):
        assert answer(exchange(target.port, sending(b"POST", b"/jobs", refused))).status == 500
    made.append(answer(exchange(target.port, sending(b"POST", b"/jobs", orders[1]))).json()["id"])

    assert made[1] == made[0] + 1


# ---------------------------------------------------------------- documents


def serve(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `understudy serve` as a process; it is to refuse its arguments."""
    command = [sys.executable, "-m", "understudy", "serve", "--port", "0", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def refused(ran: subprocess.CompletedProcess[str], status: int) -> str:
    """Return what a command that refused its input said."""
    assert (ran.returncode, ran.stdout) == (status, ""), ran.stdout + ran.stderr
    assert ran.stderr.strip()
    assert "Traceback" not in ran.stderr
    return ran.stderr


@pytest.fixture
def command(tmp_path, monkeypatch) -> Iterator[Command]:
    """The command without the half second a process takes; it fails where a process would start to serve."""

    def run(*arguments: str, status: int = 1) -> str:
        ran = CliRunner().invoke(main, ["serve", "--port", "0", *arguments], prog_name="understudy")
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        return refused(subprocess.CompletedProcess(arguments, ran.exit_code, ran.stdout, ran.stderr), status)

    monkeypatch.setattr(understudy.serve, "_serve", lambda *_: pytest.fail("It would have been served."))
    monkeypatch.chdir(tmp_path)
    yield run
    gc.enable()  # the command starts without


SOUND = """\
openapi: 3.1.0
info: {title: Lamps, version: '1'}
paths:
  /lamps:
    post:
      operationId: addLamp
      responses: {'201': {description: There., content: {application/json: {}}}}
  /lamps/{lampId}:
    parameters: [{name: lampId, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getLamp
      responses: {'200': {description: It., content: {application/json: {}}}, '404': {description: None.}}
x-resource-lifecycles:
  Lamp:
    identity: {param: lampId, field: /id, generate: $random.hex24}
    initially: {id: $id, status: $state}
    state:
      field: /status
      initial: cold
      states:
        cold: {category: pending}
        burnt: {category: final}
    transitions:
      - {name: burn, from: cold, to: burnt, after: {duration: PT5S}}
    operations:
      addLamp: {role: create, success: {status: 201, body: $resource}}
      getLamp: {role: get}
"""


def changed(*changes: tuple[str, str]) -> str:
    text = SOUND
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def referring(reference: str) -> str:
    return changed(("{description: There., content: {application/json: {}}}", f"{{$ref: '{reference}'}}"))


FAULTY: dict[str, tuple[str | bytes, tuple[str, ...]]] = {
    "empty": ("", ("lamps.yaml",)),
    "only a comment": ("# lamps\n", ("lamps.yaml",)),
    "binary": (bytes(range(256)) * 8, ("lamps.yaml",)),
    "Latin-1": ("openapi: 3.1.0\ninfo: {title: Für}\n".encode("latin-1"), ("lamps.yaml:2", "UTF-8")),
    "a list": ("- openapi\n", ("lamps.yaml",)),
    "plain text": ("openapi 3.1.0", ("lamps.yaml",)),
    "not OpenAPI": ("name: lamps\n", ("'openapi' is missing",)),
    "Swagger 1": ("swagger: '1.2'\n", ("lamps.yaml:1", "1.2", "2.0")),
    "Swagger 2 without paths": (
        "swagger: '2.0'\ninfo: {title: Lamps, version: '1'}\n",
        ("lamps.yaml:1", "paths"),
    ),
    "OpenAPI 4": (changed(("3.1.0", "4.0.0")), ("lamps.yaml:1", "4.0.0", "3.2.x")),
    "a number for a version": (changed(("3.1.0", "3.1")), ("lamps.yaml:1", "3.1")),
    "broken YAML": (changed(("get:", "get: [")), ("lamps.yaml:1",)),
    "a tab": (changed(("    get:", "\tget:")), ("lamps.yaml:10",)),
    "code": (changed(("Lamps", "!!python/object/apply:os.getcwd []")), ("lamps.yaml:2",)),
    "a key twice": (changed(("  /lamps/{lampId}:", "  /lamps:")), ("lamps.yaml:8", "/lamps")),
    "an alias of itself": (changed(("{title: Lamps", "&a {x: *a, title: Lamps")), ("lamps.yaml",)),
    "a bomb": (
        "a: &a [1,1,1,1,1,1,1,1,1]\n"
        + "".join(
            f"{b}: &{b} [*{a},*{a},*{a},*{a},*{a},*{a},*{a},*{a},*{a}]\n"
            for a, b in zip("abcdefgh", "bcdefghi", strict=True)
        ),
        ("lamps.yaml",),
    ),
    "deep": ("a: " + "[" * 5000 + "]" * 5000, ("lamps.yaml",)),
    "no title": (changed(("title: Lamps, ", "")), ("lamps.yaml:2", "title")),
    "a misspelt field": (changed(("responses: {'200'", "respones: {'200'")), ("lamps.yaml:", "respones")),
    "a bad schema": (
        changed(("{type: string}", "{type: strin}"), ("3.1.0", "3.0.3")),
        ("lamps.yaml:9", "strin", "Did you mean 'string'?"),
    ),
    "a reference to nothing": (
        referring("#/components/responses/X"),
        ("lamps.yaml:7",),
    ),
    "a remote reference": (
        referring("https://example.com/a.yaml#/x"),
        ("lamps.yaml:7", "remote", "nothing is fetched"),
    ),
    "a reference to a file URL": (
        referring("file:///etc/passwd"),
        ("lamps.yaml:7", "remote"),
    ),
    "a reference outside": (
        referring("../outside.yaml#/x"),
        ("lamps.yaml:7", "outside", "fence"),
    ),
    "a reference to the machine": (
        referring("/etc/hostname"),
        ("lamps.yaml:7", "outside"),
    ),
    "a state that is none": (
        changed(("to: burnt", "to: burned")),
        ("lamps.yaml:24", "burned", "Did you mean 'burnt'?"),
    ),
    "an initial state that is none": (
        changed(("initial: cold", "initial: clod")),
        ("lamps.yaml:19", "Did you mean 'cold'?"),
    ),
    "an operation that is none": (
        changed(("      getLamp: {role", "      getLapm: {role")),
        ("lamps.yaml:27", "Did you mean 'getLamp'?"),
    ),
    "a role that is none": (changed(("role: get", "role: gte")), ("lamps.yaml:27", "gte")),
    "a duration that is none": (changed(("PT5S", "5 seconds")), ("lamps.yaml:24", "5 seconds")),
    "a word nobody knows": (
        changed(("    identity:", "    identiy:")),
        ("lamps.yaml:", "identiy", "Did you mean 'identity'?"),
    ),
    "three faults at once": (
        changed(
            ("to: burnt", "to: burned"),
            ("initial: cold", "initial: clod"),
            ("getLamp: {role", "getLapm: {role"),
        ),
        ("3 faults", "lamps.yaml:19", "lamps.yaml:24", "lamps.yaml:27"),
    ),
    "lifecycles that are a list": (SOUND.partition("  Lamp:")[0] + "  - Lamp\n", ("lamps.yaml:1",)),
}


USABLE = (
    "no title",
    "a misspelt field",
    "a bad schema",
    "a reference to nothing",
    "a reference outside",
    "a remote reference",
    "a reference to a file URL",
    "a reference to the machine",
)
"""What is served all the same; the others leave nothing to be served, or concern a lifecycle."""


@pytest.fixture
def faulty(tmp_path, monkeypatch) -> Callable[[str], tuple[str, ...]]:
    """Write one of the faulty documents as `lamps.yaml` of this folder; return what is to be told of it."""

    def write(name: str) -> tuple[str, ...]:
        content, told = FAULTY[name]
        (tmp_path / "outside.yaml").write_text("x: {description: Outside.}\n")
        document = tmp_path / "here" / "lamps.yaml"
        document.parent.mkdir()
        document.write_bytes(content if isinstance(content, bytes) else content.encode())
        monkeypatch.chdir(document.parent)
        return told

    return write


@pytest.mark.parametrize("name", FAULTY)
def test_a_faulty_document_is_refused_with_file_and_line(command, faulty, name):
    """All that is wrong shows before the first request, where an editor can jump to it."""
    told = faulty(name)

    said = command("lamps.yaml", *(["--strict-document"] if name in USABLE else []))

    assert [part for part in told if part not in said] == [], said


@pytest.mark.parametrize("name", USABLE)
def test_faults_that_leave_something_to_serve_are_told_and_it_is_served(command, faulty, monkeypatch, name):
    """Whoever serves a document of others cannot mend it."""
    told = faulty(name)
    monkeypatch.setattr(understudy.serve, "_serve", lambda _app, listener, *_: listener.close() or 0)

    said = command("lamps.yaml", status=0)

    assert said.startswith("Warning: ")
    assert [part for part in told if part not in said] == [], said


def test_the_document_those_were_made_of_is_sound(tmp_path):
    """Else each of them would be refused for another reason than its own."""
    (tmp_path / "lamps.yaml").write_text(SOUND)

    server = Server("lamps.yaml", "--check-responses", cwd=tmp_path)
    with server.client("a") as client:
        made = client.post("/lamps").json()
        read = client.get(f"/lamps/{made['id']}").json()
    assert server.stop() == 0

    assert made == read == {"id": made["id"], "status": "cold"}
    assert server.errors == []


@pytest.mark.parametrize(
    ("argument", "told"),
    [("nowhere.yaml", "no such file"), (".", "folder"), ("", "folder"), ("a\nb.yaml", "no such file")],
)
def test_a_document_that_cannot_be_read_is_named(command, argument, told):
    """A typing mistake in a name is the first one everybody makes."""
    assert told in command(argument, status=2)


OVERLAY = "overlay: 1.0.0\ninfo: {title: o, version: '1'}\nactions:\n"
OVERLAYS = {
    "empty": ("", "overlay.yaml"),
    "no overlay": ("openapi: 3.1.0\n", "overlay"),
    "no actions": (OVERLAY.replace("actions:\n", ""), "actions"),
    "a broken target": (OVERLAY + "  - {target: '$[', remove: true}\n", "overlay.yaml:4"),
    "a target that selects nothing": (
        OVERLAY + "  - {target: $.paths['/lamp'], remove: true}\n",
        "overlay.yaml:4",
    ),
    "a misspelt word": (OVERLAY + "  - {target: $.info, updat: {title: x}}\n", "overlay.yaml:4"),
    "a document broken by it": (OVERLAY + "  - {target: $.paths, remove: true}\n", "paths"),
}


@pytest.mark.parametrize("name", OVERLAYS)
def test_a_faulty_overlay_is_refused(tmp_path, command, name):
    """An overlay that does nothing would leave its author with the wrong server."""
    content, told = OVERLAYS[name]
    (tmp_path / "lamps.yaml").write_text(SOUND)
    (tmp_path / "overlay.yaml").write_text(content)

    assert told in command("lamps.yaml", "--overlay", "overlay.yaml")


def test_a_process_says_the_same_as_the_command_in_these_tests(tmp_path):
    """Exit status, silence on stdout and all: the rest of them run without a process."""
    (tmp_path / "lamps.yaml").write_text(FAULTY["three faults at once"][0])

    said = refused(serve(str(tmp_path / "lamps.yaml")), 1)

    assert said.startswith("3 faults:\n")
    assert said.count("\n") == 4


def test_an_overlay_that_is_not_there_is_named(command):
    """Neither beside the caller nor among those that come with the package."""
    assert "nowhere.yaml" in command("--overlay", "nowhere.yaml", status=2)


def test_a_tag_nobody_has_is_refused_with_the_ones_there_are(command):
    """An API without operations would serve nothing but 404."""
    assert "Did you mean 'kragle'?" in command("--only", "kragel")


PRINCIPALS = {
    "empty": ("", "principals.yaml"),
    "no list": ("alice: secret\n", "principals"),
    "no name": ("principals: [{token: a}]\n", "name"),
    "no token": ("principals: [{name: alice}]\n", "token"),
    "a number for a token": ("principals: [{name: alice, token: 1}]\n", "token"),
    "a misspelt word": ("principals: [{name: a, token: b, role: [c]}]\n", "Did you mean 'roles'?"),
    "a token twice": ("principals: [{name: a, token: t}, {name: b, token: t}]\n", "'t'"),
    "broken YAML": ("principals: [\n", "principals.yaml:"),
}


@pytest.mark.parametrize("name", PRINCIPALS)
def test_a_faulty_file_of_principals_is_refused(tmp_path, command, name):
    """Whoever may ask is not to be guessed."""
    content, told = PRINCIPALS[name]
    (tmp_path / "principals.yaml").write_text(content)

    assert told in command("--principals", "principals.yaml")


def test_a_port_that_is_taken_is_named_with_a_way_out():
    """The most frequent mistake of all has the shortest answer."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])

        said = refused(serve("--port", port), 2)

    assert port in said
    assert "--port 0" in said


@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1", "a b", "[::1", "x" * 300])
def test_a_host_that_is_not_this_machine_is_refused(command, host):
    """Neither a name nobody has nor an address of somebody else can be listened on."""
    assert "--host" in command("--host", host, status=2)


def test_a_port_for_the_system_only_is_refused_with_a_way_out():
    """The superuser may; so this asks as nobody, where it can."""
    command = [sys.executable, "-m", "understudy", "serve", "--port", "80"]
    if os.geteuid() == 0:
        command = ["setpriv", "--bounding-set=-net_bind_service", "--inh-caps=-net_bind_service", *command]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT)

    assert "--port 0" in refused(ran, 2)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--port", "65536"),
        ("-p", "65536"),
        ("--port", "-1"),
        ("--port", "http"),
        ("--speed", "0"),
        ("--speed", "nan"),
        ("--speed", "-1"),
        ("--speed", "1e7"),
        ("--clock", "wall"),
        ("--seed", "x"),
        ("--body-limit", "0"),
        ("--clock", "manual", "--speed", "2"),
        ("--nonsense",),
        ("one.yaml", "two.yaml"),
    ],
    ids=" ".join,
)
def test_wrong_arguments_are_wrong_use(command, arguments):
    """Status 2 is for the command line; 1 is for the document."""
    assert "Usage: " in command(*arguments, status=2)
