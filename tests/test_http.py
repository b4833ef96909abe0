"""HTTP itself, told apart from what any of the APIs says: methods, lengths, connections, many at once."""

from __future__ import annotations

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

THREADS = 50
EACH = 4
ALTERYX_JOBS = "/webapi/v3/workflows/66ebd0f23d6200007e000d11/jobs"
PROJECT = "/public/3sWXSsqHgSKnE87YkNJK"


@dataclass(frozen=True)
class Api:
    """One of the five, by what it has at its list and what it says of what it has not."""

    name: str
    list: str
    allow: str
    unknown_path: str
    nobody: int | None = 401
    options: int = 204


APIS = [
    Api("rendley", "/v1/jobs", "GET, HEAD, OPTIONS", "/v1/nothing"),
    Api("kragle", "/jobs", "GET, HEAD, OPTIONS, POST", "/jobs/a/b/c", 403),
    Api("alteryx", ALTERYX_JOBS, "GET, HEAD, OPTIONS, POST", "/webapi/v3/nothing"),
    Api("openreplay", f"{PROJECT}/jobs", "GET, HEAD, OPTIONS", "/public/a", options=200),
    Api("taipy", "/api/v1/jobs/", "GET, HEAD, OPTIONS, POST", "/api/v1/nothing/", None),
]


@pytest.fixture(params=APIS, ids=lambda each: each.name)
def one(request) -> Api:
    """Each of the five in turn."""
    chosen: Api = request.param
    return chosen


def told(body: Any) -> Any:
    """Return the sentence in an error body of any of the five."""
    if "error" in body:
        return body["error"]["message"] if isinstance(body["error"], dict) else body["error"]
    return body.get("msg") or body.get("message")


def test_head_is_get_without_the_body(api, one):
    """The length included: a client may ask how much there is before it asks for it."""
    get, head = api.get(one.list), api.head(one.list)

    assert head.status_code == get.status_code == 200
    assert head.content == b""
    for name in ("content-type", "content-length"):
        assert head.headers[name] == get.headers[name]


def test_options_tells_the_methods(api, one):
    """Without a credential: who asks what is possible has not asked for anything yet."""
    response = api.options(one.list, headers={"authorization": ""})

    assert response.status_code == one.options
    assert response.headers["allow"] == one.allow
    assert response.content == b""


def test_a_method_the_path_has_not_is_405_with_those_it_has(api, one):
    """In the API's own words (RFC 9110, section 15.5.6, asks for the header)."""
    response = api.put(one.list, json={})

    assert response.status_code == 405
    assert response.headers["allow"] == one.allow
    if one.name == "openreplay":
        assert response.content == b""
    else:
        assert told(response.json())


def test_a_path_the_api_has_not_is_404(api, one):
    """In the API's own words, and the same for every method, OPTIONS included."""
    for method in ("GET", "POST", "DELETE", "OPTIONS"):
        response = api.request(method, one.unknown_path)

        assert response.status_code == 404
        assert "allow" not in response.headers
        if one.name == "openreplay":
            assert response.text == "404 page not found\n"
        else:
            assert told(response.json())


def test_a_path_of_none_of_them_is_a_problem(api):
    """Where no document says how, RFC 9457 does."""
    response = api.get("/nothing/at/all")

    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert "/nothing/at/all" in response.json()["detail"]


def test_nobody_is_asked_who_they_are(server, one):
    """A 401 names a scheme to answer with (RFC 9110, section 11.6.1)."""
    with server.client(None) as client:
        response = client.get(one.list)

    if one.nobody is None:
        assert response.status_code == 200
    else:
        assert response.status_code == one.nobody
    if one.nobody == 401:
        assert response.headers["www-authenticate"] == "Bearer"


def test_a_slash_at_the_end_matters_where_it_does(api):
    """Taipy takes both forms; the others know only their own."""
    assert api.get("/api/v1/jobs").json() == api.get("/api/v1/jobs/").json()
    for path in ("/v1/jobs/", "/jobs/", f"{ALTERYX_JOBS}/", f"{PROJECT}/jobs/"):
        assert api.get(path).status_code == 404


def test_an_answer_without_a_body_has_no_type(api):
    """A 204 has neither length nor type (RFC 9110, section 8.6)."""
    response = api.post("/api/v1/jobs/cancel/JOB_my_config_2f0c2a54-8f53-4d0a-9b2e-0a4f6f1c7d02/")

    assert response.status_code == 204
    assert response.content == b""
    assert "content-length" not in response.headers
    assert "content-type" not in response.headers


# ---------------------------------------------------------------- connections


def receive(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Read exactly one answer, as long as its Content-Length says and no longer."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(1)
    first, *lines = received.decode("latin-1").strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = b""
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(int(headers["content-length"]) - len(body))
    return int(first.split()[1]), headers, body


def test_one_connection_serves_many_requests(server, token):
    """Its answers end where their length says: one byte more or less would break the next."""
    address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    job = "/v1/jobs/job_5f1b7c9e3a2c1b0a9f8e7d6c"
    requests = [
        ("GET", job, 200),
        ("GET", "/v1/jobs/none", 404),
        ("DELETE", job, 200),
        ("GET", PROJECT + "/jobs/x", 400),
        ("PUT", PROJECT + "/jobs", 405),
        ("OPTIONS", PROJECT + "/jobs", 200),
        ("GET", "/public/none/jobs", 401),
        ("POST", "/api/v1/jobs/cancel/JOB_my_config_2f0c2a54-8f53-4d0a-9b2e-0a4f6f1c7d02/", 204),
        ("GET", "/", 404),
        ("GET", "/_understudy/ui/swagger-ui.css", 200),
        ("GET", job, 200),
    ]
    with socket.create_connection(address, timeout=10) as connection:
        for method, path, status in requests:
            head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
            connection.sendall(head.encode())
            got, headers, body = receive(connection)

            assert got == status, path
            assert headers.get("connection", "keep-alive") == "keep-alive"
            if "json" in headers.get("content-type", ""):
                json.loads(body)
        connection.setblocking(False)
        with pytest.raises(BlockingIOError):
            connection.recv(1)


def test_http_1_0_is_answered_and_closed(server, token):
    """Health checks of old load balancers still speak it."""
    address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(f"GET /v1/jobs HTTP/1.0\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        status, _, body = receive(connection)
        rest = connection.recv(1)

    assert status == 200
    assert json.loads(body)["data"]
    assert rest == b""


# ---------------------------------------------------------------- many at once


def test_jobs_created_at_once_are_all_there_and_all_different(server, token):
    """Fifty clients, two hundred jobs of each kind that can be created without end."""

    def work(worker: int) -> list[tuple[str, Any]]:
        made: list[tuple[str, Any]] = []
        with server.client(token) as client:
            for number in range(EACH):
                export = client.post("/v1/export", json={"project_id": f"p{worker}-{number}"})
                deletion = client.delete(f"{PROJECT}/users/u{worker}-{number}")
                made.append(("rendley", export.json()["data"]["job_id"]))
                made.append(("openreplay", deletion.json()["data"]["jobId"]))
                made.append(("alteryx", client.post(ALTERYX_JOBS, json={}).json()["id"]))
        return made

    with ThreadPoolExecutor(THREADS) as pool:
        made = [each for some in pool.map(work, range(THREADS)) for each in some]

    assert len(set(made)) == len(made) == THREADS * EACH * 3
    with server.client(token) as client:
        rendley = {job["id"] for job in client.get("/v1/jobs?source_type=api").json()["data"]}
        alteryx = {job["id"] for job in client.get(ALTERYX_JOBS).json()}
        pages = [client.get(f"{PROJECT}/jobs?limit=200&page={page}").json()["data"] for page in (1, 2)]
    openreplay = [job["jobId"] for page in pages for job in page]
    assert {id_ for name, id_ in made if name == "rendley"} <= rendley
    assert {id_ for name, id_ in made if name == "alteryx"} <= alteryx
    assert {id_ for name, id_ in made if name == "openreplay"} <= set(openreplay)
    assert openreplay == sorted(set(openreplay), reverse=True)


def test_of_many_who_want_the_same_one_gets_it(server, token):
    """One name, one deletion per user, one cancel: the others are told so."""

    def work(_: int) -> tuple[int, int, int]:
        with server.client(token) as client:
            named = client.post("/jobs", json={"stack_id": 7, "schedule_id": 2, "name": "wanted"})
            deletion = client.delete(f"{PROJECT}/users/wanted@example.com")
            cancel = client.delete(f"{PROJECT}/jobs/3452")
        return named.status_code, deletion.status_code, cancel.status_code

    with ThreadPoolExecutor(THREADS) as pool:
        named, deletion, cancel = zip(*pool.map(work, range(THREADS)), strict=True)

    assert sorted(named) == [200, *[500] * (THREADS - 1)]
    assert sorted(deletion) == [200, *[409] * (THREADS - 1)]
    assert sorted(cancel) == [200, *[400] * (THREADS - 1)]


def test_two_worlds_at_once_do_not_meet(server, token):
    """Two test runs against one server, each with its own token, side by side."""

    def work(world: str) -> list[str]:
        with server.client(f"{token}-{world}") as client:
            for number in range(20):
                client.post("/v1/export", json={"project_id": f"{world}-{number}"})
                client.delete("/v1/jobs/job_5f1b7c9e3a2c1b0a9f8e7d6c")
            jobs = client.get("/v1/jobs?source_type=api").json()["data"]
        return [job["source_id"] for job in jobs]

    with ThreadPoolExecutor(2) as pool:
        red, blue = pool.map(work, ("red", "blue"))

    seeds = ["proj_5b1e"]
    assert red == [f"red-{number}" for number in reversed(range(20))] + seeds
    assert blue == [f"blue-{number}" for number in reversed(range(20))] + seeds
    with server.client(token) as client:
        assert client.get("/v1/jobs/job_5f1b7c9e3a2c1b0a9f8e7d6c").json()["data"]["status"] == "queued"
