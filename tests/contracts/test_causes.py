"""One mistake is one finding, however many resources show it."""

from __future__ import annotations

import orjson

from contracts.anatomy import Sighting
from contracts.docket import Docket
from contracts.documented import Documented
from contracts.exchange import Call, Exchange, Moment
from contracts.finding import Finding, Subject
from contracts.nature import Nature
from contracts.observed import Ledger, Track
from contracts.possible import UNKNOWN_SINCE
from contracts.stamps import Stamps
from tests.contracts.broken.documents import FARM, specification

SUBJECT = Subject("Render", "getRender")
KEYS = ("a1", "b2", "c3")


def seen(state: str, **fields: object) -> list[Finding]:
    """Return what is found where three renders in `state` show the same times."""
    read = specification(FARM)
    docket, ledger = Docket(read), Ledger()
    nature = Nature(read.lifecycles["Render"])
    call = Call(read.operations["getRender"], principal="alice")
    exchange = Exchange(1, call, "http://here", Moment(0, 0), Moment(0, 0), 200, {}, b"")
    for key in KEYS:
        track = Track(nature, key, "alice", ledger, {state: UNKNOWN_SINCE}, is_own=True, call=call)
        sighting = Sighting(key, {(name,): value for name, value in fields.items()})
        Stamps(docket, ledger.wall).seen(track, sighting, exchange, SUBJECT)
    return docket.findings


def test_an_answer_that_does_not_fit_is_one_finding_wherever_it_does_not() -> None:
    """The id in the sentence is another one each time, and so is the item of a list."""
    read = specification(FARM)
    docket = Docket(read)
    call = Call(read.operations["listRenders"], principal="alice")
    wrong = [[{"id": key, "state": 5}] for key in KEYS] + [[{"id": 7}]]
    for number, items in enumerate(wrong):
        content = orjson.dumps({"renders": items * (number + 1)})
        kind = {"content-type": "application/json"}
        answer = Exchange(number, call, "http://here", Moment(0, 0), Moment(0, 0), 200, kind, content)
        Documented(read, docket).judge(answer, SUBJECT)

    found = [each for each in docket.findings if each.law == "documented-body"]

    assert len({each.cause for each in found}) == len(found)
    assert all(each.cause.startswith("200 /") and "0" not in each.cause[3:] for each in found)
    assert sum(each.count for each in found) == len(wrong)
    assert docket.knows("documented-body", SUBJECT, "200")
    assert not docket.knows("documented-body", SUBJECT, "404")
    assert not docket.knows("valid-accepted", SUBJECT, "200")


def test_a_time_that_is_not_told_is_one_finding() -> None:
    found = seen("cancelled", ended_at=None)

    assert [(each.law, each.count) for each in found] == [("timestamp-when-due", len(KEYS))]
    assert "/ended_at of Render a1 is null, and it is cancelled." in found[0].happened


def test_a_time_in_another_format_is_one_finding() -> None:
    found = seen("queued", created_at=12)

    assert [(each.law, each.count) for each in found] == [("timestamp-format", len(KEYS))]


def test_a_time_before_the_creation_is_one_finding() -> None:
    found = seen("queued", created_at="2026-01-02T00:00:00.000Z", queued_at="2026-01-01T00:00:00.000Z")

    assert [(each.law, each.count) for each in found] == [("timestamp-order", len(KEYS))]
