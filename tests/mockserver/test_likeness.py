"""`mockserver.likeness`: what is put by the control door is as the document shows it."""

from __future__ import annotations

from typing import Any

import pytest

EXPORT = {
    "type": "object",
    "required": ["id", "format", "source", "state"],
    "properties": {
        "id": {"type": "integer"},
        "format": {"type": "string", "enum": ["csv", "pdf"]},
        "source": {
            "type": "object",
            "required": ["kind"],
            "properties": {"kind": {"type": "string"}, "rows": {"type": "integer"}},
        },
        "note": {"type": "string"},
        "state": {"type": "string"},
        "secret": {"type": "string", "writeOnly": True},
    },
}
EXAMPLE = {"id": 1, "format": "pdf", "source": {"kind": "orders"}, "state": "queued"}


def answered(schema: Any, example: Any = None, status: str = "200") -> dict[str, Any]:
    media = {"schema": schema} | ({} if example is None else {"example": example})
    return {status: {"description": "It.", "content": {"application/json": media}}}


def paths(schema: Any = EXPORT, example: Any = None, listed: Any = None) -> dict[str, Any]:
    identity = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    everything = answered({"type": "array", "items": EXPORT if listed is None else listed})
    return {
        "/exports": {"get": {"operationId": "listExports", "responses": everything}},
        "/exports/{id}": {
            "parameters": [identity],
            "get": {"operationId": "getExport", "responses": answered(schema, example)},
        },
    }


def life(get: Any = None, **more: Any) -> dict[str, Any]:
    fields = {name: f"$request.body#/{name}" for name in ("format", "source", "note", "secret")}
    usual = {
        "identity": {"param": "id", "field": "/id", "type": "integer", "generate": "$sequence"},
        "initially": {"id": "$id", "state": "$state", **fields},
        "state": {"field": "/state", "initial": "queued", "states": {"queued": {"category": "resting"}}},
        "operations": {"listExports": {"role": "list"}, "getExport": {"role": "get", **(get or {})}},
    }
    return {"Export": {**usual, **more}}


@pytest.fixture
def put(small, play):
    """Puts an export of a document into the world of nobody in particular."""

    def made(lifecycles: Any, paths: Any, status: int = 201, resource: str = "Export", **fields: Any) -> Any:
        door = play(small(lifecycles, paths)).client()
        body = {"resource": resource, "fields": fields}
        answer = door.post("/_understudy/states", json=body)
        assert answer.status_code == status, answer.text
        if status != 201:
            return answer.json()["detail"]
        for path in ("/exports", f"/exports/{answer.json()['id']}"):
            shown = door.get(path)
            assert shown.status_code == 200, shown.text
        return answer.json()["fields"]

    return made


def test_what_is_required_and_not_given_is_as_in_the_example(put):
    """So that the document's own answers can show it."""
    fields = put(life(), paths(example=EXAMPLE))

    assert fields == {"id": 1, "state": "queued", "format": "pdf", "source": {"kind": "orders"}}


def test_without_an_example_it_is_made_to_fit(put):
    fields = put(life(), paths(), note="mine")

    assert fields["format"] == "csv"
    assert fields["source"]["kind"]
    assert fields["note"] == "mine"


def test_what_is_given_stays_as_it_is(put):
    fields = put(life(), paths(example=EXAMPLE), format="csv", source={"kind": "users", "rows": 3})

    assert (fields["format"], fields["source"]) == ("csv", {"kind": "users", "rows": 3})


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"note": 5}, "at /note: 5 is not of type"),
        ({"format": "doc"}, "at /format: "),
        ({"source": {"kind": "users", "rows": "many"}}, "at /source/rows: "),
        ({"source": {}}, 'at /source/kind: "kind" is a required property'),
        ({"note": 5, "format": 5}, "/note"),
    ],
)
def test_what_is_given_and_does_not_fit_is_refused(put, fields, told):
    """Not told by the next answer, as a fault of the server."""
    detail = put(life(), paths(), 400, **fields)

    assert detail.startswith("'fields' does not fit what getExport shows at /")
    assert told in detail


def test_what_is_only_sent_is_held_to_nothing(put):
    """The document does not show it."""
    assert put(life(hidden=["/secret"]), paths(), secret=5)["secret"] == 5


def test_a_resource_inside_an_answer_is_held_to_its_part_of_it(put):
    wrapped = {"type": "object", "required": ["data"], "properties": {"data": EXPORT}}
    lifecycles = life(get={"success": {"body": {"data": "$resource"}}})

    assert put(lifecycles, paths(wrapped, {"data": EXAMPLE}))["format"] == "pdf"
    assert "at /note" in put(lifecycles, paths(wrapped), 400, note=5)


def test_where_nothing_shows_one_it_is_held_to_what_lists_show(put):
    """Here the resource has another shape where it is shown alone."""
    lifecycles = life(get={"view": "brief"}, views={"brief": {"body": {"name": "$id"}}})

    assert put(lifecycles, paths({"type": "object"}))["format"] == "csv"
    assert "what listExports shows at /note" in put(lifecycles, paths({"type": "object"}), 400, note=5)


def test_where_nothing_says_what_it_looks_like_anything_goes(put):
    assert put(life(), paths({"type": "object"}, listed={}), note=5) == {
        "id": 1,
        "state": "queued",
        "note": 5,
    }


def test_what_no_field_alone_is_the_cause_of_is_mended_by_all(put):
    """A choice between schemas: which one is meant follows from what is there."""
    named = [{"required": [name]} for name in ("format", "note")]

    fields = put(life(), paths({**EXPORT, "required": ["id"], "oneOf": named}, EXAMPLE, {"type": "object"}))

    assert fields["format"] == "pdf"


def test_what_the_document_itself_gets_wrong_is_there_all_the_same(small, play):
    """Who stands at the door can do nothing about it; that answers break the document is told elsewhere."""
    door = play(small(life(), paths({**EXPORT, "minProperties": 50}))).client()

    assert door.post("/_understudy/states", json={"resource": "Export"}).status_code == 201


PAGE = {
    "type": "object",
    "required": ["id", "title"],
    "properties": {"id": {"type": "integer"}, "export": {"type": "integer"}, "title": {"type": "string"}},
}


def with_pages() -> tuple[dict[str, Any], dict[str, Any]]:
    """Exports and their pages, each with a title out of its export."""
    page = {
        "identity": {"param": "id", "field": "/id", "type": "integer", "generate": "$sequence"},
        "parents": {"export": {"resource": "Export", "param": "export", "field": "/export"}},
        "initially": {
            "id": "$id",
            "export": "$request.path.export",
            "title": "$parent.export#/format",
        },
        "operations": {"getPage": {"role": "get"}, "listPages": {"role": "list"}},
    }
    identity = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    shown = {"operationId": "getPage", "parameters": [identity], "responses": answered(PAGE)}
    above = {**identity, "name": "export"}
    pages = answered({"type": "array", "items": PAGE})
    listed = {"operationId": "listPages", "parameters": [above], "responses": pages}
    more = {"/pages/{id}": {"get": shown}, "/exports/{export}/pages": {"get": listed}}
    return {**life(), "Page": page}, {**paths(), **more}


def test_what_follows_from_a_parent_brings_one_that_is_there(small, play):
    door = play(small(*with_pages())).client()
    first = door.post("/_understudy/states", json={"resource": "Export"}).json()["id"]

    page = door.post("/_understudy/states", json={"resource": "Page"}).json()["fields"]

    assert page == {"id": 1, "export": first, "title": "csv"}
    assert door.get("/pages/1").json() == page


def test_a_parent_that_is_needed_and_not_there_is_asked_for(put):
    detail = put(*with_pages(), 409, "Page")

    assert detail == "Page needs Export, and there is none; put one first."
