"""What a schema says is only sent: an answer that shows it is wrong, and one without it is right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from contracts.docket import Docket
from contracts.documented import Documented
from contracts.exchange import Call, Exchange, Moment
from contracts.finding import Subject
from speckit.document import Document
from speckit.specification import specify

USER = {
    "type": "object",
    "required": ["id", "password"],
    "properties": {"id": {"type": "integer"}, "password": {"type": "string", "writeOnly": True}},
}
ANSWER = {"description": "x", "content": {"application/json": {"schema": USER}}}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Users", "version": "1"},
    "paths": {"/me": {"get": {"operationId": "getMe", "responses": {"200": ANSWER}}}},
}


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ({"id": 1}, []),
        ({"id": 1, "password": "x"}, ["does not fit its schema at /password: it is writeOnly."]),
    ],
)
def test_what_is_only_sent_is_not_shown(shown: dict[str, Any], said: list[str]) -> None:
    read = specify(Document(DOCUMENT, Path("users.yaml")))
    docket = Docket(read)
    call = Call(read.operations["getMe"], principal="alice")
    kind, now = {"content-type": "application/json"}, Moment(0, 0)
    answer = Exchange(1, call, "http://here", now, now, 200, kind, orjson.dumps(shown))

    Documented(read, docket).judge(answer, Subject("User", "getMe"))

    told = [each.happened for each in docket.findings if each.law == "documented-body"]
    assert [text in found for text, found in zip(said, told, strict=True)] == [True] * len(said)
