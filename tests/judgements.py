"""Judgements made by hand, so that a report can be looked at without a server."""

from __future__ import annotations

from typing import Any

import orjson

from contracts.exchange import Call, Exchange, Moment
from contracts.finding import Finding, Judgement, Note, Subject, Tally
from contracts.report.manner import Manner
from speckit.operation import Operation
from speckit.pointer import ABSENT

CREATE = Operation("createLamp", "POST", "/rooms/{room}/lamps")
READ = Operation("getLamp", "GET", "/lamps/{id}")
SWITCH = Operation("switchLamp", "POST", "/lamps/{id}/switch")
URL = "http://127.0.0.1:8080"
SECRET = "s3cr3t/t0ken+of=alice"
JSON = {"content-type": "application/json"}
HOSTILE = "<script>alert(1)</script>\x1b[2J\x07\u202e\x00\r\n]]>&lt;{{ 7*7 }} [red]b[/red] :smile:"


def exchange(
    operation: Operation = READ,
    *,
    number: int = 1,
    at: float = 0.0,
    status: int = 200,
    answer: Any = ABSENT,
    content: bytes = b"",
    headers: dict[str, str] | None = None,
    credential: dict[str, str] | None = None,
    principal: str = "alice",
    **call: Any,
) -> Exchange:
    """An exchange; `answer` is a JSON value, `content` anything else."""
    made = Call(operation, principal=principal, **call)
    return Exchange(
        number=number,
        call=made,
        url=URL + made.target,
        before=Moment(at, at),
        after=Moment(at + 0.01, at + 0.01),
        status=status,
        headers=(JSON if answer is not ABSENT else {}) | (headers or {}),
        content=content if answer is ABSENT else orjson.dumps(answer),
        credential=credential or {},
        phase="matrix",
    )


def sequence(credential: dict[str, str] | None = None) -> tuple[Exchange, ...]:
    """A lamp that is made, breaks, and shines again."""
    return (
        exchange(
            CREATE,
            number=4,
            at=2.0,
            status=201,
            answer={"id": "l1", "state": "lit"},
            headers={"location": "/lamps/l1", "x-trace": "a1"},
            path={"room": "hall 2"},
            body={"name": "Bob's lamp"},
            credential=credential,
        ),
        exchange(SWITCH, number=5, at=2.5, status=204, path={"id": "l1"}, credential=credential),
        exchange(
            READ,
            number=9,
            at=4.25,
            answer={"id": "l1", "state": "lit"},
            path={"id": "l1"},
            query={"view": "full"},
            credential=credential,
        ),
    )


def finding(**changes: Any) -> Finding:
    values: dict[str, Any] = {
        "law": "final-is-final",
        "subject": Subject("Lamp", "getLamp"),
        "promise": "A lamp that is broken stays broken.",
        "place": "lamps.yaml:41 x-resource-lifecycles/Lamp/state/states/broken",
        "happened": 'It was "broken", then "lit".',
        "exchanges": sequence(),
        "is_confirmed": True,
        "count": 3,
    }
    return Finding(**(values | changes))


TALLIES = (
    Tally("listed", Subject("Lamp", "listLamps"), tried=12),
    Tally("documented-status", Subject("Lamp", "getLamp"), tried=1040),
    Tally("documented-status", Subject("Lamp", "createLamp"), tried=17),
    Tally("final-is-final", Subject("Lamp", "getLamp"), tried=9, broken=3),
    Tally("trigger-moves", Subject("Lamp", "switchLamp"), reason="No lamp was ever lit."),
    Tally("unique-id", Subject("Room", "createRoom"), reason="Nothing creates a room; give --param room."),
    Tally("documented-status", Subject("", "health"), tried=2),
)
NOTES = (
    Note("trigger-refused", Subject("Lamp", "switchLamp"), "The document does not say how.", count=2),
    Note("no-crash", Subject("Room", "listRooms"), "It took 3 s to answer."),
)
MANNER = Manner(resources=("Room", "Lamp"), operations=("createLamp", "getLamp", "switchLamp", "listLamps"))


def judgement(**changes: Any) -> Judgement:
    values: dict[str, Any] = {
        "document": "lamps.yaml",
        "url": URL,
        "findings": (finding(),),
        "notes": NOTES,
        "tallies": TALLIES,
        "requests": 1812,
        "seconds": 9.44,
        "seed": 7,
    }
    return Judgement(**(values | changes))


def secret_judgement(credential: dict[str, str] | None = None) -> Judgement:
    """A judgement with the secret in every place where one may turn up."""
    sent = credential or {"Authorization": f"Bearer {SECRET}"}
    told = exchange(
        number=11,
        answer={"token": SECRET, "headers": [f"Bearer {SECRET}"]},
        headers={"set-cookie": "session=5up3r", "location": f"/?key={SECRET}"},
        path={"id": SECRET},
        credential=sent,
    )
    seen = finding(happened=f"It said {SECRET}.", promise=f"Not {SECRET}.", exchanges=(told,))
    note = Note("no-crash", Subject("Lamp", "getLamp"), f"It said {SECRET}.", exchanges=(told,))
    return judgement(findings=(seen,), notes=(note,), ended=f"{SECRET} was refused.", options={"a": [SECRET]})


def hostile_judgement() -> Judgement:
    """A judgement of a server that says whatever does harm."""
    answers = (
        exchange(content=HOSTILE.encode(), headers={"content-type": HOSTILE, "location": HOSTILE}),
        exchange(content=b"\xff\xfe\x00\xed\xa0\x80 not UTF-8", path={"id": HOSTILE}),
        exchange(CREATE, answer={"a": HOSTILE}, body={"name": HOSTILE, "big": "y" * 50_000}),
        exchange(content=b"x" * 3_000_000),
    )
    seen = finding(promise=HOSTILE, place=HOSTILE, happened=HOSTILE, exchanges=answers)
    notes = (Note("no-crash", Subject(HOSTILE, HOSTILE), HOSTILE),)
    tallies = (Tally("listed", Subject(HOSTILE, HOSTILE), reason=HOSTILE), *TALLIES)
    return judgement(findings=(seen,), notes=notes, tallies=tallies, ended=HOSTILE, document=HOSTILE)
