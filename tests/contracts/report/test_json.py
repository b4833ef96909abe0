"""The JSON report: everything, in a form that a program can rely on, and that can be read back."""

from __future__ import annotations

import base64
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import pytest
from judgements import (
    CREATE,
    HOSTILE,
    MANNER,
    READ,
    SECRET,
    SWITCH,
    exchange,
    finding,
    hostile_judgement,
    judgement,
    secret_judgement,
)

import contracts.report
from contracts.exchange import Call, Exchange, Moment
from contracts.recorded import Verbatim
from contracts.report.json import WHOLE, json
from contracts.report.manner import Manner
from contracts.report.reading import read
from speckit.faults import DocumentFaults
from speckit.pointer import ABSENT

SCHEMA = orjson.loads((Path(contracts.report.__file__).parent / "report.schema.json").read_bytes())
OPERATIONS = {each.id: each for each in (CREATE, READ, SWITCH)}
EMPTY = {"findings": (), "notes": (), "tallies": (), "requests": 0, "seconds": 0.0}


def data(judged: Any, manner: Manner = MANNER) -> Any:
    return orjson.loads(json(judged, manner))


def one(*exchanges: Exchange) -> Any:
    """The exchanges of a report on a finding with those."""
    return data(judgement(findings=(finding(exchanges=exchanges),)))["findings"][0]["exchanges"]


@pytest.mark.parametrize(
    "judged",
    [judgement(), hostile_judgement(), secret_judgement(), judgement(**EMPTY), judgement(ended="Refused.")],
    ids=["plain", "hostile", "secret", "empty", "ended"],
)
def test_every_report_has_the_form_that_is_published(judged):
    assert list(jsonschema_rs.validator_for(SCHEMA).iter_errors(data(judged))) == []


def test_the_schema_names_every_key_that_is_written():
    """A key that nobody describes is one nobody can rely on."""

    def closed(node: Any, name: str = "") -> Any:
        if isinstance(node, list):
            return [closed(item) for item in node]
        if not isinstance(node, dict):
            return node
        is_whole = "properties" in node and name not in ("subject", "body")  # parts of others
        return {key: closed(value, key) for key, value in node.items()} | (
            {"unevaluatedProperties": False} if is_whole else {}
        )

    strict = jsonschema_rs.validator_for(closed(SCHEMA))

    assert list(strict.iter_errors(data(hostile_judgement()))) == []
    assert list(strict.iter_errors(data(judgement()) | {"more": 1}))


def test_the_same_judgement_gives_the_same_bytes():
    assert json(judgement(), MANNER) == json(judgement(), MANNER)


def test_an_exchange_is_told_in_full():
    """Enough to send it again with nothing but this file."""
    asked = exchange(
        CREATE,
        number=4,
        at=2.0,
        status=201,
        answer={"id": "l1"},
        path={"room": "hall 2"},
        query={"dry": False},
        body={"name": "A"},
        credential={"Authorization": "Bearer alice"},
    )

    assert one(asked) == [
        {
            "number": 4,
            "phase": "matrix",
            "race": 0,
            "sent": {"least": 0.0, "most": 0.0},
            "answered": {"least": 0.01, "most": 0.01},
            "call": {
                "operation": "createLamp",
                "principal": "alice",
                "target": "/rooms/hall%202/lamps?dry=false",
                "path": {"room": "hall 2"},
                "query": {"dry": False},
                "headers": {},
                "content_type": "application/json",
                "sure": False,
                "aim": "",
                "about": "",
                "value": {"name": "A"},
            },
            "request": {
                "method": "POST",
                "url": "http://127.0.0.1:8080/rooms/hall%202/lamps?dry=false",
                "headers": {"Authorization": "Bearer alice", "Content-Type": "application/json"},
                "bytes": 12,
                "text": '{"name":"A"}',
            },
            "answer": {
                "status": 201,
                "headers": {"content-type": "application/json"},
                "bytes": 11,
                "text": '{"id":"l1"}',
            },
            "wait": "",
            "curl": "curl -s -i -X POST --data-raw '{\"name\":\"A\"}' -H 'Authorization: Bearer alice' "
            "-H 'Content-Type: application/json' 'http://127.0.0.1:8080/rooms/hall%202/lamps?dry=false'",
        }
    ]


def test_times_are_counted_from_the_first_exchange():
    """And by both clocks: how much passed for the server is not always known."""
    first = exchange(at=100.0)
    second = Exchange(2, first.call, first.url, Moment(101.0, 4700.0), Moment(101.5, 4700.5), 200, {}, b"")

    told = one(first, second)[1]

    assert told["sent"] == {"least": 1.0, "most": 4600.0}
    assert told["answered"] == {"least": 1.5, "most": 4600.5}


def test_a_body_that_is_no_text_is_kept_byte_by_byte():
    told = one(exchange(content=b"\xff\x00"))[0]["answer"]

    assert base64.b64decode(told["base64"]) == b"\xff\x00"


def test_a_huge_answer_is_cut_and_says_so():
    told = one(exchange(content="é".encode() * (WHOLE + 5)))[0]["answer"]

    assert told["cut"] is True
    assert told["bytes"] == 2 * (WHOLE + 5)
    assert told["text"] == "é" * WHOLE


def written(folder: Path, judged: Any, manner: Manner = MANNER) -> Path:
    file = folder / "report.json"
    file.write_bytes(json(judged, manner))
    return file


FORM = "application/x-www-form-urlencoded"
CALLS = [
    Call(READ, path={"id": "l 1/ü"}, query={"view": "full", "n": 3, "deep": True}),
    Call(CREATE, path={"room": 7}, body={"name": None, "tags": ["a"]}, principal="bob", is_sure=True),
    Call(CREATE, body=None, headers={"If-Match": '"1"'}, aim="stale"),
    Call(CREATE, path={"room": "none"}, aim="parent", about="room"),
    Call(CREATE, body={"name": "A&B"}, content_type=FORM),
    Call(CREATE, body=b'{"name":', content_type="application/json"),
    Call(CREATE, body=b"\xff\x00", content_type="image/png"),
    Verbatim(READ, path={"id": "l1"}, sent_target="/lamps/l%31?", sent_content=None),
    Verbatim(CREATE, body={"a": 1}, sent_target="/rooms/x/lamps?a=1&a=2", sent_content=b'{ "a": 1 }'),
]


@pytest.mark.parametrize("call", CALLS, ids=lambda each: each.target)
def test_a_call_that_was_written_is_read_as_it_was(tmp_path, call):
    """What is sent again is the same request, byte for byte."""
    asked = Exchange(1, call, "http://h" + call.target, Moment(0, 0), Moment(0, 0), 200, {}, b"")
    file = written(tmp_path, judgement(findings=(finding(exchanges=(asked,)),)))

    ((recorded,),) = (each.exchanges for each in read(file).findings)
    again = recorded.call(OPERATIONS)

    assert (again.target, again.content) == (call.target, call.content)
    for name in (each.name for each in fields(Call)):
        assert getattr(again, name) == getattr(call, name), name


def test_a_report_is_read_back(tmp_path):
    record = read(written(tmp_path, judgement(options={"depth": 5})))

    assert (record.url, record.document, record.seed) == ("http://127.0.0.1:8080", "lamps.yaml", 7)
    assert record.options == {"depth": 5}
    (found,) = record.findings
    assert (found.law, found.subject, found.happened) == (
        "final-is-final",
        finding().subject,
        finding().happened,
    )
    assert [each.sent.slow for each in found.exchanges] == [0.0, 0.5, 2.25]
    assert [each.body for each in found.exchanges] == [{"name": "Bob's lamp"}, ABSENT, ABSENT]


def test_hostile_and_hidden_reports_are_read_back_too(tmp_path):
    """Whatever a server said, its report stays a report."""
    assert read(written(tmp_path, hostile_judgement())).findings[0].happened == HOSTILE
    hidden = written(tmp_path, secret_judgement(), Manner(secrets={"TOKEN_ALICE": SECRET}))
    assert read(hidden).findings[0].exchanges[0].meant["path"] == {"id": "$TOKEN_ALICE"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "There is no such file."),
        (b"", "This is not JSON"),
        (b"{", "This is not JSON"),
        (b"\xff", "The file is not UTF-8."),
        (b"[]", "This is no report of understudy verify."),
        (b'{"log": {"entries": []}}', "This is no report of understudy verify."),
        (b'{"version": 2}', "1 was expected"),
        (b'{"version": 1}', '"url" is a required property'),
    ],
    ids=["missing", "empty", "cut", "binary", "list", "har", "version", "bare"],
)
def test_a_file_that_is_no_report_is_refused_with_a_reason(tmp_path, content, why):
    file = tmp_path / "some.json"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(DocumentFaults) as refusal:
        read(file)

    assert why in str(refusal.value)
    assert str(file) in str(refusal.value)


def test_a_report_with_a_mistake_is_refused_with_its_place(tmp_path):
    """Somebody wrote it by hand."""
    whole = data(judgement())
    whole["findings"][0]["exchanges"][0]["call"]["operation"] = 5
    file = tmp_path / "report.json"
    file.write_bytes(orjson.dumps(whole))

    with pytest.raises(DocumentFaults) as refusal:
        read(file)

    assert "findings/0/exchanges/0/call/operation" in str(refusal.value)


def test_an_operation_that_is_gone_is_a_key_that_is_missing(tmp_path):
    record = read(written(tmp_path, judgement()))

    with pytest.raises(KeyError, match="createLamp"):
        record.findings[0].exchanges[0].call({})
