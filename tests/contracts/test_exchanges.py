"""The second driver finds what one exchange can show, and nothing where nothing is wrong."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
import pytest
import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.testclient import TestClient

from contracts.client import Budget, Client, Clock, OutOfBudget
from contracts.exchange import Exchange, Moment
from contracts.exchanges import Found, Limits, Line, Send, run
from contracts.exchanges.cases import Request as Generated
from contracts.exchanges.document import projected
from contracts.exchanges.driver import shares, spread
from contracts.exchanges.expected import Expected
from contracts.exchanges.ids import Ids
from contracts.exchanges.misfits import Misfits
from contracts.laws import LAWS
from contracts.wire import Application, Received, Sent, Unreachable, received
from mockserver.app import Settings, build
from mockserver.clock import ManualClock
from speckit.document import Document, load
from speckit.specification import Specification, specify

URL = "http://localhost"
ROOT = Path(__file__).parents[2]
CREDENTIAL = {"Authorization": "Bearer alice"}
TAGS = ("rendley", "kragle", "alteryx", "openreplay", "taipy")
AMPLE = Limits(requests=1500, seconds=120)


class Judged:
    """One run: what was sent, what was observed, what was found."""

    def __init__(self, specification: Specification, send: Send, **options: Any) -> None:
        self.sent: list[tuple[str, str, dict[str, str], bytes]] = []
        self.observed: list[Exchange] = []
        self.tried: Counter[str] = Counter()
        keys = itertools.count()

        def recording(request: Sent) -> Received:
            target = request.url.removeprefix(URL)
            self.sent.append((request.method, target, dict(request.headers), request.content))
            return send(request)

        line = Line(
            recording,
            self.observed.append,
            URL,
            principal="alice",
            credential=CREDENTIAL,
            now=lambda: Moment(1.0, 1.0),
            key=lambda: f"key-{next(keys)}",
        )
        options = {"limits": AMPLE, **options}
        count = lambda law, _operation: self.tried.update([law])  # noqa: E731
        self.found = list(run(specification, line, tried=count, **options))

    @property
    def laws(self) -> set[str]:
        return {each.law for each in self.found}


def sending(client: TestClient) -> Send:
    def send(request: Sent) -> Received:
        answer = client.request(request.method, request.url, headers=request.headers, content=request.content)
        return received(answer)

    return send


# ------------------------------------------------------------------------------------- the five APIs


@pytest.fixture(scope="module")
def document() -> Document:
    return load(ROOT / "openapi.yaml")


class Played:
    """One API of the shipped document in this process, and the ids that there are in Alice's world."""

    def __init__(self, specification: Specification) -> None:
        self.specification = specification
        self._known: dict[str, dict[str, list[Any]]] = {}
        app = build(specification, clock=ManualClock(), settings=Settings(checks_responses=True))
        self.client = TestClient(
            app, base_url="http://localhost", client=("127.0.0.1", 1), follow_redirects=False
        )

    def ids(self, operation: str) -> dict[str, list[Any]]:
        """The values of every path parameter that names something, as they were when first asked for."""
        if operation in self._known:
            return self._known[operation]
        found: dict[str, list[Any]] = {}
        answer = self.client.get("/_understudy/resources", params={"principal": "alice"})
        for each in answer.json()["resources"]:
            identity = self.specification.lifecycles[each["resource"]].identity
            found.setdefault(identity.param, []).append(each["id"])
        return self._known.setdefault(operation, {name: values for name, values in found.items() if name})


@pytest.fixture
def played(document: Document, request: pytest.FixtureRequest) -> Played:
    return Played(specify(document, only=[request.param]))


@pytest.mark.parametrize("played", TAGS, indirect=True)
def test_nothing_is_found_where_nothing_is_wrong(played):
    """A false alarm costs more trust than a fault that is missed."""
    judged = Judged(played.specification, sending(played.client), known=played.ids, own=played.ids)

    assert [(each.law, each.message, each.exchange.told()) for each in judged.found] == []
    assert len(judged.sent) <= 1500
    assert judged.tried["valid-accepted"] > 20
    reached = {each.call.operation.id for each in judged.observed if each.is_success}
    assert reached == set(played.specification.operations)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
@pytest.mark.parametrize("played", TAGS, indirect=True)
def test_nothing_is_found_whatever_the_seed(played, seed):
    limits = Limits(seconds=120, bounds=0, random=8)

    judged = Judged(
        played.specification,
        sending(played.client),
        known=played.ids,
        own=played.ids,
        seed=seed,
        limits=limits,
    )

    assert [(each.law, each.message, each.exchange.told()) for each in judged.found] == []


@pytest.mark.parametrize("played", ["openreplay"], indirect=True)
def test_what_the_judge_has_not_made_is_never_changed(played):
    """The server may be somebody's own, with jobs that matter to somebody."""
    before = played.client.get("/_understudy/resources", params={"principal": "alice"}).json()

    judged = Judged(played.specification, sending(played.client), known=played.ids)

    rows = played.client.get("/_understudy/resources", params={"principal": "alice"}).json()["resources"]
    after = [each for each in rows if each in before["resources"]]
    assert after == before["resources"]
    assert any(method == "DELETE" and "/jobs/" in target for method, target, _, _ in judged.sent)
    assert judged.found == []


# ------------------------------------------------------------------------- a server of our own, broken

ITEM = {
    "type": "object",
    "required": ["id", "count"],
    "properties": {"id": {"type": "integer"}, "count": {"type": "integer"}},
}
PROBLEM = {"description": "no", "content": {"application/json": {"schema": {"type": "object"}}}}
ERRORS = {str(status): PROBLEM for status in (400, 401, 404)}
ANSWERED = {"description": "it", "content": {"application/json": {"schema": ITEM}}}
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
DATA: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Items", "version": "1"},
    "security": [{"token": []}],
    "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    "paths": {
        "/items": {
            "get": {
                "operationId": "listItems",
                "parameters": [
                    {
                        "name": "limit",
                        "in": "query",
                        "schema": {"type": "integer", "minimum": 1, "maximum": 9},
                    }
                ],
                "responses": {
                    **ERRORS,
                    "200": {
                        "description": "all",
                        "content": {"application/json": {"schema": {"type": "array", "items": ITEM}}},
                    },
                },
            },
            "post": {
                "operationId": "createItem",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["count"],
                                "properties": {"count": {"type": "integer", "minimum": 1, "maximum": 10}},
                            }
                        }
                    },
                },
                "responses": {
                    **ERRORS,
                    "201": {
                        **ANSWERED,
                        "headers": {"Location": {"required": True, "schema": {"type": "string"}}},
                    },
                },
            },
        },
        "/items/{id}": {
            "get": {"operationId": "getItem", "parameters": [ID], "responses": {**ERRORS, "200": ANSWERED}},
            "delete": {
                "operationId": "deleteItem",
                "parameters": [ID],
                "responses": {**ERRORS, "204": {"description": "gone"}},
            },
        },
    },
}


class Items:
    """A server written by hand, with one fault or none."""

    def __init__(self, fault: str = "") -> None:
        self.fault = fault
        self.items = {1: {"id": 1, "count": 5}}
        self.app = app = Starlette()
        methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"]
        app.add_route("/items", self.all, methods)
        app.add_route("/items/{id:path}", self.one, methods)
        self.client = TestClient(app, base_url="http://localhost", raise_server_exceptions=False)

    def has(self, fault: str) -> bool:
        return self.fault == fault

    def refused(self, request: Request) -> Response | None:
        is_open = self.has("no credential needed") and request.method == "DELETE"
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        is_known = secret and (scheme == "Bearer" or self.has("any scheme"))
        return None if is_known or is_open else JSONResponse({}, 401)

    def undeclared(self, allow: str) -> Response:
        headers = {} if self.has("no Allow") else {"Allow": allow}
        return JSONResponse({}, 404 if self.has("unknown method as 404") else 405, headers)

    async def all(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD", "POST"):
            return self.undeclared("GET, POST")
        if refusal := self.refused(request):
            return refusal
        if request.method == "POST":
            return await self.create(request)
        text = request.query_params.get("limit", "9")
        is_one = len(request.query_params.getlist("limit")) < 2 and text.isdecimal() and text.isascii()
        if not (is_one and len(text) < 5 and 1 <= int(text) <= (99 if self.has("limit unchecked") else 9)):
            return JSONResponse({}, 400)
        return JSONResponse(list(self.items.values())[: int(text)], 203 if self.has("status") else 200)

    async def create(self, request: Request) -> Response:
        try:
            body = json.loads(await request.body())
        except (ValueError, RecursionError):
            return JSONResponse({}, 500 if self.has("crash on malformed JSON") else 400)
        if self.has("charset refused") and "charset" in request.headers.get("content-type", ""):
            return JSONResponse({}, 400)
        count = body.get("count") if isinstance(body, dict) else None
        if self.has("text for a number") and isinstance(count, str) and count.isdecimal():
            count = int(count)
        if not isinstance(count, int | float) or isinstance(count, bool) or count != int(count):
            return JSONResponse({}, 400)
        if not 1 <= count <= 10 and not self.has("bounds unchecked"):
            return JSONResponse({}, 400)
        if count == 10 and self.has("crash at a bound"):
            return JSONResponse({}, 500)
        if count == 1 and self.has("bound refused"):
            return JSONResponse({}, 400)
        made = {"id": len(self.items) + 1, "count": int(count)}
        self.items[made["id"]] = made
        return JSONResponse(made, 201, {} if self.has("header") else {"Location": f"/items/{made['id']}"})

    async def one(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD", "DELETE"):
            return self.undeclared("GET, DELETE")
        if refusal := self.refused(request):
            return refusal
        text = request.path_params["id"]
        text = text.rstrip("x") if self.has("a number and more") else text
        found = self.items.get(int(text)) if text.isascii() and text.isdecimal() and len(text) < 20 else None
        if found is None:
            return JSONResponse({}, 404)
        if request.method == "DELETE":
            return Response(status_code=204)
        return JSONResponse({"id": found["id"]} if self.has("schema") else found)


def known_item(_operation: str) -> dict[str, list[int]]:
    return {"id": [1]}


@pytest.fixture(scope="module")
def items() -> Specification:
    return specify(Document(DATA, Path("items.yaml")))


FAULTS = {
    "status": "documented-status",
    "schema": "documented-body",
    "header": "documented-header",
    "no credential needed": "credential-needed",
    "any scheme": "credential-needed",
    "bounds unchecked": "invalid-refused",
    "text for a number": "invalid-refused",
    "a number and more": "invalid-refused",
    "charset refused": "valid-accepted",
    "limit unchecked": "invalid-refused",
    "bound refused": "valid-accepted",
    "crash at a bound": "no-crash",
    "crash on malformed JSON": "no-crash",
    "no Allow": "method-not-allowed",
    "unknown method as 404": "method-not-allowed",
}


@pytest.mark.parametrize(("fault", "law"), FAULTS.items(), ids=list(FAULTS))
def test_each_fault_is_found_by_the_law_that_owns_it(items, fault, law):
    server = Items(fault)

    judged = Judged(items, sending(server.client), known=known_item, own=known_item)

    assert judged.laws == {law}
    assert law in LAWS


@pytest.mark.parametrize(
    ("fault", "start", "ends"),
    [
        (
            "bounds unchecked",
            "The member /count of the body does not fit the document: ",
            ("the minimum of 1. The answer is 201.", "the maximum of 10. The answer is 201."),
        ),
        (
            "limit unchecked",
            "The query parameter limit does not fit the document: ",
            ("the maximum of 9. The answer is 200.",),
        ),
        ("text for a number", "Sent with the number count as a text; ", ("the answer is 201.",)),
    ],
)
def test_what_was_accepted_is_told_with_its_value_and_what_the_document_asks(items, fault, start, ends):
    judged = Judged(items, sending(Items(fault).client), known=known_item, own=known_item)

    told = {each.message for each in judged.found if each.law == "invalid-refused"}

    assert any(each.startswith(start) and each.endswith(ends) for each in told), told
    assert not [each for each in told if "Schema-violating" in each or "\n" in each]


@pytest.mark.parametrize(
    ("target", "body", "said"),
    [
        ("/items?limit=12", b"", "The query parameter limit does not fit the document: 12 is greater than "),
        ("/items?limit=x", b"", "The query parameter limit does not fit the document: "),
        ("/items?limit=1&limit=2", b"", "The query parameter limit does not fit the document: it is sent 2"),
        (
            "/items?limit=1&other=2",
            b"",
            "The query parameter other does not fit the document: it is not decl",
        ),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(items, target, body, said):
    operation = next(
        each for each in items.operations.values() if each.method == "GET" and "{" not in each.path
    )

    told = Misfits(items).told(operation, request_for("GET", target, body), {})

    assert told.startswith(said), told


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "The body does not fit the document: it is required and not sent."),
        (b"{", "The body does not fit the document: it is no JSON."),
        (b"{}", 'The body does not fit the document: "count" is a required property.'),
        (
            b'{"count": 11}',
            "The member /count of the body does not fit the document: 11 is greater than the max",
        ),
    ],
)
def test_a_body_that_does_not_fit_is_told(items, body, said):
    operation = next(each for each in items.operations.values() if each.method == "POST")

    told = Misfits(items).told(operation, request_for("POST", "/items", body), {})

    assert told.startswith(said), told


def request_for(method: str, target: str, content: bytes) -> Generated:
    """Return a request as the generator makes them."""
    prepared = requests.Request(method, f"http://items.invalid{target}", data=content).prepare()
    return Generated(method, target, {}, content, prepared)


def test_a_server_by_somebody_else_is_acquitted(items):
    judged = Judged(items, sending(Items().client), known=known_item, own=known_item)

    assert judged.found == []
    assert set(judged.tried) == set(FAULTS.values())


def test_a_connection_that_is_dropped_is_a_crash(items):
    """No answer is no exchange for the observer, who could make nothing of it."""
    server = Items()

    def send(request: Sent) -> Received:
        if b"[[[[[" in request.content:
            raise Unreachable("The connection broke off.") from httpx2.RemoteProtocolError("disconnected")
        return sending(server.client)(request)

    judged = Judged(items, send, known=known_item, own=known_item)

    assert judged.laws == {"no-crash"}
    assert "without an answer" in judged.found[0].message
    assert all(each.status for each in judged.observed)


def test_the_same_seed_makes_the_same_requests(items):
    """A finding has to be found again."""
    runs = [Judged(items, sending(Items().client), known=known_item, seed=seed) for seed in (7, 7, 8)]

    assert runs[0].sent == runs[1].sent
    assert runs[0].sent != runs[2].sent


def test_every_request_is_observed_once_and_numbered(items):
    judged = Judged(items, sending(Items().client), known=known_item, own=known_item)

    strange = [target for method, target, _, _ in judged.sent if method == "TRACE"]
    numbers = [each.number for each in judged.observed]
    assert len(judged.observed) + len(strange) == len(judged.sent)
    assert numbers == sorted(set(numbers))
    assert {each.phase for each in judged.observed} == {"exchanges"}
    assert {each.call.principal for each in judged.observed} == {"alice", ""}


def test_the_budget_ends_a_run_and_is_shared(items):
    """Every operation is tried a little before one is tried a lot."""
    judged = Judged(
        items,
        sending(Items().client),
        known=known_item,
        own=known_item,
        limits=Limits(requests=60, seconds=120),
    )

    assert 50 < len(judged.sent) <= 60
    assert {each.call.operation.id for each in judged.observed} == set(items.operations)


def test_no_time_means_no_request(items):
    assert Judged(items, sending(Items().client), limits=Limits(seconds=0)).sent == []


def test_whoever_sends_may_end_the_run(items):
    def send(_request: Sent) -> Received:
        raise OutOfBudget

    assert Judged(items, send).found == []


def test_a_server_that_is_gone_is_no_finding(items):
    """Every further request would be told as a crash."""

    def send(_request: Sent) -> Received:
        raise Unreachable("Nobody listens there.") from httpx2.ConnectError("refused")

    with pytest.raises(Unreachable):
        Judged(items, send)


def test_what_no_client_can_send_is_passed_over(items):
    def send(_request: Sent) -> Received:
        raise Unreachable("It has a line break.") from httpx2.LocalProtocolError("illegal header value")

    assert Judged(items, send).found == []


def test_a_client_lends_its_line(items):
    """Budget, clock, numbers and watcher of the judge count for this driver too."""
    server, seen = Items(), []
    wire = Application(server.app)
    client = Client(wire, URL, {"alice": CREDENTIAL}, Budget(60.0, 40), Clock(wire))
    client.watch = lambda exchange, _race: seen.append(exchange)

    found = list(run(items, Line.of(client, "alice"), known=known_item, own=known_item))
    wire.close()

    assert found == []
    assert client.budget.used == 40
    assert client.number == 40
    assert len(seen) == len({each.number for each in seen})
    assert all(each.credential == CREDENTIAL for each in seen if each.call.principal)


def test_an_excluded_operation_is_left_alone(items):
    judged = Judged(items, sending(Items().client), known=known_item, exclude={"deleteItem", "createItem"})

    assert {method for method, *_ in judged.sent} == {"GET", "TRACE"}


def test_nothing_is_written_into_the_working_folder(items, tmp_path, monkeypatch):
    """A run that leaves files behind finds other things the next time."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path.parent / "cache"))

    Judged(items, sending(Items().client), known=known_item, limits=Limits(seconds=120, bounds=5, random=4))

    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------------------------------- the parts


def test_what_is_left_goes_to_those_who_want_more():
    assert shares([2, 50, 9], 20) == [2, 9, 9]
    assert shares([5, 5], 100) == [5, 5]
    assert shares([5, 5], -1) == [0, 0]
    assert shares([], 3) == []


def test_a_part_is_spread_over_the_whole():
    assert spread(range(10), 5) == [0, 2, 4, 6, 8]
    assert spread([1], 5) == [1]
    assert spread([], 5) == []


def test_the_generator_does_not_see_what_it_cannot_know(document):
    """A made-up ETag, a key sent twice or a page out of bounds would be told as faults of the server."""
    everything = specify(load(ROOT / "tests/mockserver/data/everything.yaml"))
    seen = {
        (place["in"], place["name"].lower())
        for item in projected(everything, everything.operations.values())["paths"].values()
        for operation in item.values()
        for place in operation["parameters"]
    }
    replay = specify(document, only=["openreplay"])
    listed = projected(replay, [replay.operations["listOpenReplayJobs"]])["paths"]
    limit = next(p for each in listed.values() for p in each["get"]["parameters"] if p["name"] == "limit")

    assert not {name for place, name in seen if place == "header"} & {
        "if-match",
        "if-none-match",
        "idempotency-key",
    }
    assert limit["schema"] == {"anyOf": [{"type": "integer"}, {"type": "string"}]}


def test_what_the_state_of_things_forbids_is_no_rejection_of_data(document):
    replay = specify(document, only=["openreplay"])

    cancel = Expected(replay, replay.operations["cancelOpenReplayJob"])
    listing = Expected(replay, replay.operations["listOpenReplayJobs"])

    assert cancel.is_accepted(400)  # already completed, as the lifecycle says
    assert not listing.is_accepted(400)
    assert not cancel.is_accepted(422)


def test_a_documented_failure_is_an_answer(document):
    """One of the five APIs answers every error with 500."""
    kragle = specify(document, only=["kragle"])

    expected = Expected(kragle, kragle.operations["getKragleJobById"])

    assert not expected.is_crash(500)
    assert expected.is_crash(502)
    assert expected.is_accepted(500)


def test_an_operation_that_changes_gets_only_what_is_the_judges(document):
    replay = specify(document, only=["openreplay"])
    known, own = {"projectKey": ["p"], "jobId": [3451]}, {"projectKey": ["p"], "jobId": [7]}
    cancel, read = replay.operations["cancelOpenReplayJob"], replay.operations["getOpenReplayJob"]
    generated = {"projectKey": "x", "jobId": "3451"}

    ids = Ids(replay, lambda _: known, lambda _: own, 0)
    cancelled = [ids.settled(cancel, generated, is_valid=True) for _ in range(4)]
    looked_at = [ids.settled(read, generated, is_valid=True) for _ in range(4)]
    none_own = Ids(replay, lambda _: known, lambda _: {}, 0).settled(cancel, generated, is_valid=True)

    assert [each and each["jobId"] for each in cancelled[:3]] == ["7"] * 3
    assert cancelled[3] is not None
    assert cancelled[3]["jobId"] not in ("7", "3451")
    assert [each and each["jobId"] for each in looked_at] == ["3451"] * 4
    assert none_own is not None
    assert int(none_own["jobId"]) > 1_000_000_000
    assert ids.settled(cancel, generated | {"jobId": "3451.0"}, is_valid=False) is None


def test_findings_are_plain_values(items):
    judged = Judged(items, sending(Items("status").client), known=known_item)

    first = judged.found[0]
    assert isinstance(first, Found)
    assert (first.law, first.operation, first.exchange.status) == ("documented-status", "listItems", 203)
    assert first.exchange.told().startswith("GET /items -> 203")
