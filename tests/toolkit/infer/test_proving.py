"""Proving: of a wrong draft the smallest part is withdrawn, and said so."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from speckit.document import Document
from toolkit.drafting.draft import Draft
from toolkit.drafting.proving import proved

JOB = {"type": "object", "properties": {"id": {"type": "string"}, "state": {"enum": ["on", "off"]}}}
ANSWER = {"200": {"description": "x", "content": {"application/json": {"schema": JOB}}}}
ID = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
DATA = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/jobs": {"get": {"operationId": "list", "responses": {"200": {"description": "x", "content": {}}}}},
        "/jobs/{id}": {"parameters": ID, "get": {"operationId": "get", "responses": ANSWER}},
        "/jobs/{id}/stop": {"parameters": ID, "post": {"operationId": "stop", "responses": ANSWER}},
    },
}
RAW = {
    "identity": {"param": "id", "field": "/id", "generate": "$random.uuid"},
    "initially": {"id": "$id", "state": "$state"},
    "state": {
        "field": "/state",
        "initial": "on",
        "states": {"on": {"category": "resting"}, "off": {"category": "final"}},
    },
    "transitions": [{"name": "stop", "from": "on", "to": "off", "trigger": "stop"}],
    "operations": {"get": {"role": "get"}, "stop": {"role": "trigger"}, "list": {"role": "list"}},
}


def left(**changes: Any) -> Draft:
    raw = copy.deepcopy(RAW)
    for key, value in changes.items():
        target: Any = raw
        *way, last = key.split("__")
        for step in way:
            target = target[step]
        target[last] = value
    _, drafts = proved(Document(DATA, Path("x.yaml")), [Draft("Job", raw)])
    assert len(drafts) == 1
    return drafts[0]


def test_a_sound_draft_stays_as_it_is():
    assert left().raw == RAW


@pytest.mark.parametrize(
    "wrong",
    [
        {"operations__list__paging": {"style": "page", "page": "p"}},
        {"operations__list__filters": {"nope": "/state"}},
        {"timestamps": {"created": "/made"}},
        {"seed": [{"set": {"id": "1"}}]},
        {"parents": {"p": {"resource": "Nobody", "field": "/id"}}},
    ],
)
def test_a_wrong_part_goes_and_the_rest_stays(wrong):
    assert left(**wrong).raw == RAW


def test_an_operation_that_is_none_goes_with_its_transition():
    draft = left(
        operations__start={"role": "trigger"},
        transitions=[*RAW["transitions"], {"name": "s", "from": "on", "to": "off", "trigger": "start"}],
    )

    assert draft.raw == RAW
    assert "start" in draft.left


def test_a_state_that_no_answer_may_show_goes_with_its_ways():
    draft = left(
        state__states={**RAW["state"]["states"], "lost": {"category": "resting"}},
        transitions=[
            *RAW["transitions"],
            {"name": "lose", "from": "on", "to": "lost", "trigger": "$external"},
        ],
    )

    assert draft.raw == RAW
    assert any("lost" in note.text for note in draft.notes.values())
