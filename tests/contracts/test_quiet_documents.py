"""A document that leaves much unsaid: what it says is judged, and what it leaves open breaks no promise."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from contracts import verdict
from contracts.docket import Docket
from contracts.exchange import Call, Exchange, Moment
from contracts.finding import Judgement
from contracts.observer import Observer
from contracts.settings import Settings as Judging
from contracts.wire import Application
from mockserver.app import build
from mockserver.clock import ManualClock
from speckit.document import Document, load
from speckit.specification import Specification, specify
from tests.contracts.broken.wire import Answer, Asked, Between, Handler, Server, passed_on

CHORES = Path(__file__).parent / "data" / "chores.yaml"
CLOCK = "http://localhost/_understudy/clock"
PEOPLE = {name: {"Authorization": f"Bearer {name}"} for name in ("alice", "bob")}


@cache
def document() -> Document:
    return load(CHORES)


def chores(edit: Callable[[Any], None] = lambda _data: None) -> Specification:
    """The document, with something in it changed."""
    data = copy.deepcopy(dict(document().data))
    edit(data)
    return specify(Document(data, CHORES))


def judged(specification: Specification, handler: Handler = passed_on, **options: Any) -> Judgement:
    wire = Application(Between(build(specification, clock=ManualClock()), handler))
    try:
        settings = Judging(principals=PEOPLE, clock_url=CLOCK, **options)
        return verdict.judge(specification, wire, settings)
    finally:
        wire.close()


def told(judgement: Judgement) -> list[tuple[str, str, str]]:
    return [(each.law, each.subject.operation, each.happened) for each in judgement.findings]


def verdicts(judgement: Judgement, operation: str) -> dict[str, str]:
    return {each.law: each.verdict for each in judgement.tallies if each.subject.operation == operation}


@pytest.fixture(scope="module")
def honest() -> Judgement:
    return judged(chores())


def test_of_a_server_that_keeps_it_nothing_is_found(honest: Judgement) -> None:
    assert told(honest) == []


# What a creation has made


async def forgets_chores(asked: Asked, server: Server) -> Answer:
    """Tell that a chore is removed, and keep it."""
    if asked.method == "DELETE" and asked.path.startswith("/chores/"):
        answer = await server.ask(asked.at(asked.path, "GET"))
        return Answer(204, []) if answer.is_success else answer
    return await server.ask(asked)


def without_location(data: Any) -> None:
    del data["x-resource-lifecycles"]["Chore"]["operations"]["createChore"]["success"]["headers"]


def test_the_id_is_known_by_the_field_that_holds_it() -> None:
    """Many answers tell the id and nothing else: `{id: $resource#/id}` is `{id: $id}`."""
    specification = chores(without_location)

    judgement = judged(specification, phases=("matrix",))
    found = judged(specification, forgets_chores, phases=("matrix",)).findings

    assert verdicts(judgement, "deleteChore")["trigger-works"] == "kept"
    assert verdicts(judgement, "getChore")["missing-answer"] == "kept"
    assert told(judgement) == []
    assert {each.subject.operation for each in found if each.is_confirmed} >= {"deleteChore", "getChore"}


# Who is not known


def listing(*statuses: str) -> Specification:
    """The document, where making a chore lists these statuses and success."""

    def edit(data: Any) -> None:
        responses = data["paths"]["/chores"]["post"]["responses"]
        problem = responses["default"]
        data["paths"]["/chores"]["post"]["responses"] = {
            "200": responses["200"],
            **dict.fromkeys(statuses, problem),
        }

    return chores(edit)


def answering(status: int, scheme: str = "") -> Handler:
    """Answer a creation with `status` where no principal asks: one that nobody knows, or none at all."""

    async def handler(asked: Asked, server: Server) -> Answer:
        word = asked.credential.partition(" ")[0]
        is_meant = word not in ("Bearer", "") if scheme else word != "Bearer"
        if asked.path == "/chores" and asked.method == "POST" and is_meant:
            return Answer(status, [(b"content-type", b"application/problem+json")], b"{}")
        return await server.ask(asked)

    return handler


OPEN = [
    pytest.param((), 403, id="nothing"),
    pytest.param(("default",), 403, id="default"),
    pytest.param(("403", "default"), 401, id="403-default"),
    pytest.param(("403", "4XX"), 403, id="403-range"),
    pytest.param(("401", "403"), 403, id="both"),
]


@pytest.mark.parametrize(("statuses", "status"), OPEN)
def test_who_is_not_known_may_be_told_either_where_the_document_does_not_say(statuses, status):
    """403 is listed for those who may not; `default` has room for 401 all the same."""
    judgement = judged(listing(*statuses), answering(status))

    assert "credential-needed" not in {law for law, *_ in told(judgement)}
    assert verdicts(judgement, "createChore")["credential-needed"] == "kept"


def test_who_is_not_known_is_told_so_where_the_document_does_say() -> None:
    judgement = judged(listing("401", "default"), answering(403))

    assert {each.law for each in judgement.findings} == {"credential-needed"}
    assert all(each.is_confirmed for each in judgement.findings)


def test_a_credential_that_cannot_be_read_may_be_a_bad_request() -> None:
    """RFC 6750, 3.1; without one at all it is not known who asks."""
    judgement = judged(listing("400", "401", "default"), answering(400, scheme="odd"))

    assert told(judgement) == []


def test_a_caller_with_an_odd_credential_is_seen_again_with_it() -> None:
    """Left out, the request would be another one, and what was found would not show."""
    judgement = judged(listing("401", "default"), answering(200, scheme="odd"))

    found = [each for each in judgement.findings if each.law == "credential-needed"]
    assert found
    assert [each.doubt for each in found] == [""] * len(found)


# Where a Location leads


def led(location: str, written: str = "/chores/{$id}") -> list[tuple[str, str]]:
    """What is found of a creation with that Location, of an API below /v2: each law, and what happened.

    Args:
        written: How the document has it.
    """

    def edit(data: Any) -> None:
        rules = data["x-resource-lifecycles"]["Chore"]["operations"]
        rules["createChore"]["success"]["headers"]["Location"] = written

    specification = chores(edit)
    docket = Docket(specification)
    call = Call(specification.operations["createChore"], body={"title": "Windows"}, principal="alice")
    headers = {"location": location, "content-type": "application/json"}
    now = Moment(0, 0)
    url = "http://localhost/v2/chores"
    exchange = Exchange(1, call, url, now, now, 200, headers, b'{"id":"c1"}')
    Observer(specification, docket).observe(exchange)
    assert any(each.tried for each in docket.tallies if each.law == "location-leads")
    return [(each.law, each.happened) for each in docket.findings]


@pytest.mark.parametrize(
    "location",
    [
        "/v2/chores/c1",
        "/chores/c1",
        "chores/c1",
        "http://localhost/v2/chores/c1",
        "https://chores.example.com/api/chores/c1",
        "//localhost/v2/chores/c1",
    ],
)
def test_a_location_may_have_the_path_that_all_is_below(location: str) -> None:
    """RFC 9110, 10.2.2: it is relative to what was asked, and that has the path in front."""
    assert led(location) == []


@pytest.mark.parametrize(
    "location", ["/v3/chores/c1", "/v2/chores/c2", "/v2/v2/chores/c1", "./v2/chores/c1", "http://[", "c1", ""]
)
def test_a_location_below_another_path_leads_nowhere(location: str) -> None:
    assert "location-leads" in {law for law, _ in led(location)}


def test_a_location_may_be_relative_where_the_document_has_the_whole_of_it() -> None:
    """The law says so of every Location."""
    assert led("/v2/chores/c1", written="{$server}/chores/{$id}") == []
    assert led("/v2/chores/c2", written="{$server}/chores/{$id}") != []
    assert led("/v2/chores/c1", written="/v2/chores/{$id}") == []


# What clients call a resource


class Keeping:
    """Keeps what it was asked, and what came of it."""

    def __init__(self) -> None:
        self.asked: list[tuple[Asked, int]] = []

    async def __call__(self, asked: Asked, server: Server) -> Answer:
        answer = await server.ask(asked)
        self.asked.append((asked, answer.status))
        return answer

    def told(self, method: str, path: str) -> Iterator[Asked]:
        """Yield the requests to whatever is below `path` that were not refused."""
        return (
            a
            for a, status in self.asked
            if (a.method, a.path.startswith(path), status < 400) == (method, True, True)
        )


@pytest.mark.parametrize("options", [{"phases": ("matrix", "exchanges")}, {"phases": ("walk",), "depth": 60}])
def test_what_a_client_calls_a_resource_can_be_named_in_a_path(options: dict[str, Any]) -> None:
    """The document allows for an empty name. Nobody can ask for what is called so."""
    handler = Keeping()

    judgement = judged(chores(), handler, **options)

    names = [asked.json["name"] for asked in handler.told("POST", "/rooms")]
    assert names
    assert [name for name in names if name in ("", ".", "..") or "/" in name or "\\" in name] == []
    assert told(judgement) == []


def test_a_name_that_the_document_does_not_allow_is_tried_all_the_same() -> None:
    def edit(data: Any) -> None:
        data["components"]["schemas"]["Room"]["properties"]["name"]["minLength"] = 1

    handler = Keeping()
    judged(chores(edit), handler, phases=("exchanges",))

    assert any(asked.json == {**asked.json, "name": ""} for asked, _ in handler.asked if _is_room(asked))


def _is_room(asked: Asked) -> bool:
    return (asked.method, asked.path) == ("POST", "/rooms") and isinstance(asked.json, dict)


async def takes_no_label(asked: Asked, server: Server) -> Answer:
    """Say of each label that there is one of that name already."""
    answer = await server.ask(asked)
    if asked.method == "POST" and asked.path.startswith("/labels/") and answer.is_success:
        return Answer(409, [(b"content-type", b"application/problem+json")], b"{}")
    return answer


def test_each_is_called_otherwise_and_a_name_that_is_taken_may_be_refused() -> None:
    """Without `change` in the document, making it again may be a conflict; of a new name it is none."""
    handler = Keeping()

    assert told(judged(chores(), handler, phases=("matrix",))) == []
    names = [asked.path for asked in handler.told("POST", "/labels/")]
    assert len(set(names)) == len(names) > 3
    found = judged(chores(), takes_no_label, phases=("matrix",)).findings
    assert ("valid-accepted", "createLabel", True) in {
        (each.law, each.subject.operation, each.is_confirmed) for each in found
    }


def test_a_second_creation_of_the_same_name_is_no_broken_promise() -> None:
    specification = chores()
    docket = Docket(specification)
    observer = Observer(specification, docket)
    operation = specification.operations["createLabel"]

    for number, (name, status) in enumerate([("blue", 201), ("blue", 409), ("red", 409)], 1):
        call = Call(operation, {"name": name}, principal="alice", is_sure=True)
        content = f'{{"name":"{name}"}}'.encode()
        kind = {"content-type": "application/json" if status == 201 else "application/problem+json"}
        now = Moment(number, number)
        observer.observe(Exchange(number, call, "http://localhost", now, now, status, kind, content))

    assert [(each.law, each.exchanges[-1].number) for each in docket.findings] == [("valid-accepted", 3)]


# What a request leaves out


def repainted(data: Any) -> None:
    """A room is closed rather than gone, and may get another colour with that."""
    wanted = {"name": "colour", "in": "query", "schema": {"type": "string"}}
    data["paths"]["/rooms/{name}"]["delete"]["parameters"] = [wanted]
    room = data["x-resource-lifecycles"]["Room"]
    room["state"]["states"]["closed"] = {"category": "final"}
    room["transitions"] = [
        {
            "name": "close",
            "from": "kept",
            "to": "closed",
            "trigger": "deleteRoom",
            "set": {"/colour": "$request.query.colour"},
        }
    ]


def test_what_a_move_was_not_told_it_leaves_alone() -> None:
    judgement = judged(chores(repainted))

    assert verdicts(judgement, "deleteRoom")["trigger-works"] == "kept"
    assert told(judgement) == []
