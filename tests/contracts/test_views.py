"""What a view of its own fields shows: the server, the judge, the pages and the linter say the same of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from contracts import verdict
from contracts.opening import IN_PROCESS
from contracts.wire import Application, Sent
from handbook.seen import Seen
from mockserver.app import build
from mockserver.clock import ManualClock
from speckit.document import Document
from speckit.specification import Specification, specify

DOCUMENT = """
openapi: 3.1.0
info: {title: Boxes, version: '1'}
paths:
  /boxes:
    post:
      operationId: makeBox
      responses: {'201': {description: Made, content: {application/json: {schema: &box {type: object}}}}}
  /boxes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getBox
      responses:
        '200': {description: One, content: {application/json: {schema: *box}}}
        '404': {description: Nothing}
x-resource-lifecycles:
  Box:
    identity: {param: id, field: /id, generate: 'box_{$sequence}'}
    seed: [{set: {id: box_0}}]
    initially: {id: $id, key: k, inside: {seen: 1, unseen: 2}}
    hidden: []
    views: {short: {}}
    operations:
      makeBox: {role: create}
      getBox: {role: get, view: short}
"""
PEOPLE = {"alice": {"Authorization": "Bearer alice"}}


def boxes(hidden: list[str], view: dict[str, list[str]]) -> Specification:
    data: dict[str, Any] = yaml.safe_load(DOCUMENT)
    data["x-resource-lifecycles"]["Box"] |= {"hidden": hidden, "views": {"short": view}}
    return specify(Document(data, Path("boxes.yaml")))


@pytest.mark.parametrize(
    ("hidden", "view", "shown"),
    [
        (["/key"], {"only": ["/id"]}, {"id": "box_0"}),
        (["/key"], {"only": ["/id", "/key"]}, {"id": "box_0", "key": "k"}),
        (["/inside/unseen"], {"only": ["/id", "/inside"]}, {"id": "box_0", "inside": {"seen": 1}}),
        (["/inside"], {"only": ["/id", "/inside/seen"]}, {"id": "box_0", "inside": {"seen": 1}}),
        (["/key"], {"show": ["/key"], "omit": ["/inside"]}, {"id": "box_0", "key": "k"}),
        (
            [],
            {"only": ["/id", "/inside"], "omit": ["/inside/seen"]},
            {"id": "box_0", "inside": {"unseen": 2}},
        ),
    ],
)
def test_a_view_shows_what_it_names_and_nothing_that_is_hidden(
    hidden: list[str], view: dict[str, list[str]], shown: dict[str, Any]
) -> None:
    played = boxes(hidden, view)
    server = Application(build(played, clock=ManualClock()))
    schema = {"type": "object"}

    judgement = verdict.judge(played, server, verdict.Settings(principals=PEOPLE, phases=("matrix",)))
    answer = server.send(Sent("GET", f"{IN_PROCESS}/boxes/box_0", PEOPLE["alice"]))
    server.close()

    assert [(each.law, each.happened) for each in judgement.findings] == []
    assert orjson.loads(answer.content) == shown
    # A page shows what is there from the start.
    assert Seen(played, played.operations["getBox"]).example("200", schema) == ("", shown)


def test_a_server_that_shows_what_is_hidden_beside_it_breaks_a_promise() -> None:
    server = Application(build(boxes([], {"only": ["/id", "/key"]}), clock=ManualClock()))
    promised = boxes(["/key"], {"only": ["/id"]})

    judgement = verdict.judge(promised, server, verdict.Settings(principals=PEOPLE, phases=("matrix",)))
    server.close()

    assert {each.law for each in judgement.findings} == {"hidden-stays-hidden"}
