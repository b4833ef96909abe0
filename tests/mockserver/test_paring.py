"""`mockserver.samples.paring`: made-up errors hold what is required and the message, and no more."""

from __future__ import annotations

import pytest

from mockserver.samples.paring import pared

TEXT = {"type": "string"}
CHARGE = {"type": "object", "required": ["id"], "properties": {"id": TEXT, "note": TEXT}}
PROBLEM = {
    "type": "object",
    "required": ["kind"],
    "properties": {
        "kind": {"type": "string", "enum": ["card", "api"]},
        "message": TEXT,
        "charge": {"$ref": "#/components/schemas/Charge"},
        "status": {"type": "integer"},
    },
}
ERROR = {"type": "object", "required": ["error"], "properties": {"error": PROBLEM, "trace": TEXT}}
SCHEMAS = {"Charge": CHARGE}


def answered(small, error, **more):
    """The body of the 400 that a wrong request is answered with."""
    content = {"application/json": {"schema": error, **more}}
    parameter = {"name": "n", "in": "query", "schema": {"type": "integer"}}
    responses = {"204": {"description": "Fine."}, "400": {"description": "Wrong.", "content": content}}
    paths = {"/n": {"get": {"parameters": [parameter], "responses": responses}}}
    return small(paths=paths, components={"schemas": SCHEMAS})


@pytest.mark.parametrize(
    ("error", "left"),
    [
        (ERROR, {"error": {"kind": "card", "message": "told", "status": 400}}),
        (
            {**ERROR, "required": ["error", "trace"]},
            {"error": {"kind": "card", "message": "told", "status": 400}, "trace": "string"},
        ),
        ({"type": "object", "properties": {"charge": CHARGE, "title": TEXT}}, {"title": "told"}),
        (
            {"type": "object", "required": ["charge"], "properties": {"charge": CHARGE, "title": TEXT}},
            {"charge": {"id": "string"}, "title": "told"},
        ),
        (
            {"type": "object", "minProperties": 2, "properties": {"message": TEXT, "trace": TEXT}},
            {"message": "told", "trace": "string"},
        ),
        (
            {
                "type": "object",
                "example": {"message": "It broke.", "trace": "t"},
                "properties": {"message": TEXT},
            },
            {"message": "told", "trace": "t"},
        ),
    ],
)
def test_an_error_holds_what_it_must_and_what_is_wrong(small, play, error, left):
    """A payment API hangs its largest objects on its errors: ten kilobytes that say `string`."""
    body = play(answered(small, error)).client().get("/n?n=x").json()

    told = "The query parameter 'n' is 'x', which is not of type integer."
    assert body == _with(left, told)


def _with(value, told):
    if isinstance(value, dict):
        return {name: _with(part, told) for name, part in value.items()}
    return told if value == "told" else value


def test_an_example_of_the_document_is_left_whole(small, play):
    """It is what its author wanted to be seen."""
    example = {"error": {"kind": "api", "message": "It broke.", "charge": {"id": "c1"}}, "trace": "t"}
    client = play(answered(small, ERROR, example=example)).client()

    assert client.get("/n?n=x").json()["trace"] == "t"


def test_whoever_asks_for_the_error_sees_all_of_it(small, play):
    """`Prefer: code=400` is for looking at what there may be."""
    body = play(answered(small, ERROR)).client().get("/n", headers={"Prefer": "code=400"}).json()

    assert body["error"]["charge"] == {"id": "string", "note": "string"}


def test_lists_are_pared_item_by_item():
    schema = {
        "type": "object",
        "required": ["all"],
        "properties": {"all": {"type": "array", "items": CHARGE}},
    }
    value = {"all": [{"id": "a", "note": "b"}, {"id": "c", "note": "d"}]}

    assert pared({}, schema, value, [("all", 1, "note")]) == {"all": [{"id": "a"}, {"id": "c", "note": "d"}]}
