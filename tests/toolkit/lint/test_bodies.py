"""Lint on answers that are spelled out, and on guards: what plainly never fits, and what may."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from speckit.document import load
from toolkit.lint.linting import lint

EXPORTS = """
openapi: 3.1.0
info: {title: Exports, version: "1"}
paths:
  /exports:
    get:
      operationId: listExports
      parameters: [{name: format, in: query, schema: {enum: [csv, xlsx]}}]
      responses: {"200": {$ref: "#/components/responses/Page"}}
    post:
      operationId: createExport
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/New"}}}}
      responses:
        "201": {$ref: "#/components/responses/Export"}
        "400": {$ref: "#/components/responses/Error"}
  /exports/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getExport
      responses:
        "200": {$ref: "#/components/responses/Export"}
        "404": {$ref: "#/components/responses/Error"}
    delete:
      operationId: cancelExport
      responses:
        "200": {$ref: "#/components/responses/Export"}
        "404": {$ref: "#/components/responses/Error"}
        "409": {$ref: "#/components/responses/Error"}
components:
  responses:
    Page: {description: All, content: {application/json: {schema: {$ref: "#/components/schemas/Page"}}}}
    Export: {description: It, content: {application/json: {schema: {$ref: "#/components/schemas/Export"}}}}
    Error: {description: Wrong, content: {application/json: {schema: {$ref: "#/components/schemas/Error"}}}}
  schemas:
    New: {type: object, properties: {format: {enum: [csv, xlsx]}}}
    Export:
      type: object
      properties: {id: {type: string}, format: {enum: [csv, xlsx]}, status: {enum: [queued, done, cancelled]}}
    Page:
      type: object
      required: [items, next_cursor]
      properties:
        items: {type: array, items: {$ref: "#/components/schemas/Export"}}
        next_cursor: {type: string}
    Error: {type: object, required: [error], properties: {error: {type: string}, code: {enum: [late, lost]}}}
x-api-conventions:
  exports: {paths: [/exports], error: {body: {error: $error#/detail}}}
x-resource-lifecycles:
  Export:
    identity: {param: id, field: /id, generate: $random.uuid}
    initially: {id: $id, format: {$first: [$request.body#/format, csv]}, status: $state}
    state:
      field: /status
      initial: queued
      states:
        queued: {category: pending}
        done: {category: final, outcome: success}
        cancelled: {category: final, outcome: cancelled}
    transitions:
      - {name: finish, from: queued, to: done, after: {duration: PT1S}}
      - {name: cancel, from: queued, to: cancelled, trigger: cancelExport}
    operations:
      listExports: {role: list, success: {body: {items: $list#/items, next_cursor: ""}}}
      createExport: {role: create}
      getExport: {role: get}
      cancelExport:
        role: trigger
        otherwise: [{in: [done, cancelled], effect: refused, status: 409, body: {error: It has ended.}}]
"""
ERROR = "x-api-conventions.exports.error.body"
LIFE = "x-resource-lifecycles.Export"
CANCEL = f"{LIFE}.operations.cancelExport.otherwise"
GET = f"{LIFE}.operations.getExport.available"
LIST = f"{LIFE}.operations.listExports.success"
FINISH = f"{LIFE}.transitions"
STATED = "components.schemas.Error"
MOVE = {"name": "finish", "from": "queued", "to": "done", "after": {"duration": "PT1S"}}
CAUSED = {"name": "cancel", "from": "queued", "to": "cancelled", "trigger": "cancelExport"}


def found(folder: Path, *changes: tuple[str, Any]) -> list[tuple[str, str, str]]:
    """Rule, path and message of the errors and warnings with other values at some dotted paths."""
    data = yaml.safe_load(EXPORTS)
    for path, value in changes:
        *above, last = path.split(".")
        node = data
        for key in above:
            node = node.setdefault(key, {})
        node[last] = value
    file = folder / "exports.yaml"
    file.write_text(yaml.safe_dump(data, sort_keys=False), "utf-8")
    rules = ("answer-breaks-schema", "guard-compares-in-vain", "lifecycle-values")
    told = lint(load(file)).found
    assert not any(each.rule.endswith("-form") for each in told)
    assert all(each.line > 1 for each in told)
    return [(each.rule, each.pointer, each.message) for each in told if each.rule in rules]


def test_what_fits_is_not_told(tmp_path):
    assert found(tmp_path) == []


def refused(**parts: Any) -> tuple[str, Any]:
    return CANCEL, [{"in": ["done", "cancelled"], "effect": "refused", **{"status": 409} | parts}]


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        ((ERROR, {"message": "$error#/detail"}), ERROR, "The 400 of createExport requires 'error'"),
        ((ERROR, {"error": "$absent"}), ERROR, "requires 'error'"),
        ((ERROR, {"error": {"text": "$error#/detail"}}), f"{ERROR}.error", "This mapping is not of the type"),
        ((ERROR, "{$error#/detail}!"), ERROR, "This text is not of the type that the 400 of createExport"),
        ((ERROR, []), ERROR, "This list is not of the type"),
        (refused(body={"message": "No"}), f"{CANCEL}.0.body", "The 409 of cancelExport requires 'error'"),
        (refused(body={"error": "No", "code": "latte"}), f"{CANCEL}.0.body.code", "'latte' is not a value"),
        (refused(body={"error": "$state", "code": 5}), f"{CANCEL}.0.body.code", "5 is not a value"),
        (refused(body={"error": 5}), f"{CANCEL}.0.body.error", "5 is not of the type that the 409 of"),
        (
            refused(body={"error": "No", "code": {"$first": ["$request.query.none", "latte"]}}),
            "",
            "",
        ),
        (
            (LIST, {"body": {"items": "$list#/items"}}),
            f"{LIST}.body",
            "The 200 of listExports requires 'next_cursor'",
        ),
        (
            (LIST, {"body": {"items": "$list#/items", "next_cursor": None}}),
            f"{LIST}.body.next_cursor",
            "null is not of the type that the 200 of listExports documents for '/next_cursor'",
        ),
        (
            (f"{LIFE}.answers", {"notFound": {"body": {"message": "None"}}}),
            f"{LIFE}.answers.notFound.body",
            "The 404 of getExport requires 'error'",
        ),
        (
            (GET, {"in": ["done"], "otherwise": {"status": 404, "body": {}}}),
            f"{GET}.otherwise.body",
            "The 404 of getExport requires 'error'",
        ),
    ],
)  # fmt: skip
def test_a_body_that_cannot_fit_is_told_once_where_it_stands(tmp_path, change, path, message):
    told = found(tmp_path, change)

    assert [(rule, at) for rule, at, _ in told] == (
        [("answer-breaks-schema", path.replace(".", "/"))] if path else []
    )
    assert all(message in each for _, _, each in told)


def test_a_view_with_a_body_of_its_own_is_held_to_what_shows_it(tmp_path):
    told = found(
        tmp_path,
        (f"{LIFE}.views", {"short": {"body": {"id": "$id", "format": "cvs"}}}),
        (f"{LIFE}.operations.getExport.view", "short"),
    )

    assert [(at, message[:21]) for _, at, message in told] == [
        (f"{LIFE}.views.short.body.format".replace(".", "/"), "'cvs' is not a value ")
    ]


@pytest.mark.parametrize(
    "schema",
    [
        {"oneOf": [{"required": ["error"]}, {"required": ["message"]}]},
        {"anyOf": [{"required": ["error"]}]},
        {"type": "object", "properties": {"error": {"type": "string"}}},
        {"required": ["error"], "properties": {"error": {"writeOnly": True}}},
        {"$ref": "#/components/schemas/Nothing"},
        True,
    ],
)
def test_what_is_not_plain_is_left_alone(tmp_path, schema):
    assert found(tmp_path, (ERROR, {"message": "$error#/detail"}), (STATED, schema)) == []


@pytest.mark.parametrize(
    "change",
    [
        refused(documented=False, status=410, body={"message": "No"}),
        refused(contentType="text/plain", body="No"),
        (f"{LIFE}.answers", {"conflict": {"body": {"message": "None"}}}),
        (f"{LIFE}.answers", {"refused": {"body": {"message": "None"}}}),
    ],
)  # fmt: skip
def test_an_answer_that_does_not_come_or_is_no_json_is_left_alone(tmp_path, change):
    assert found(tmp_path, change) == []


def test_operations_without_a_lifecycle_are_held_to_the_conventions_too(tmp_path):
    told = found(tmp_path, ("x-resource-lifecycles", {}), (ERROR, {"message": "$error#/detail"}))

    assert [at for _, at, _ in told] == [ERROR.replace(".", "/")]


FORMAT = f"{LIFE}.initially.format"


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"$first": ["$request.body#/format", "cvs"]}, "$first.1"),
        ({"$some": ["$request.body#/format", None, "cvs"]}, "$some.2"),
        ({"$first": ["$request.body#/format", None]}, "$first.1"),
        ({"$some": ["$request.body#/format", None]}, ""),
        ({"$if": {"when": {"$request.body#/format": {"present": False}}, "then": "cvs"}}, "$if.then"),
        ({"$first": ["$request.body#/format", {"$if": {"when": {"$id": "x"}, "then": "csv", "else": "cvs"}}]},
         "$first.1.$if.else"),
        ({"$first": ["csv", "cvs"]}, ""),
        ({"$first": ["$principal#/name", "cvs"]}, ""),
    ],
)  # fmt: skip
def test_a_constant_among_choices_is_a_value_too(tmp_path, value, path):
    """Where all before it may be missing; else nobody can tell whether it is ever chosen."""
    told = found(tmp_path, (FORMAT, value))

    assert [(rule, at) for rule, at, _ in told] == (
        [("lifecycle-values", f"{FORMAT}.{path}".replace(".", "/"))] if path else []
    )


def test_what_every_request_has_leaves_nothing_to_those_after_it(tmp_path):
    new = {"type": "object", "required": ["format"], "properties": {"format": {"enum": ["csv", "xlsx"]}}}

    told = found(
        tmp_path,
        (FORMAT, {"$first": ["$request.body#/format", None]}),
        ("components.schemas.New", new),
    )

    assert told == []


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ({"$resource#/format": "cvs"}, "'cvs' is not documented for $resource#/format, so this never holds."),
        ({"$resource#/format": {"in": ["csv", "cvs"]}}, "so it is of no use here"),
        ({"$resource#/format": {"not": "cvs"}}, "so this always holds"),
        ({"$resource#/format": "csv"}, ""),
        ({"$resource#/format": None}, ""),
        ({"$resource#/format": {"present": True}}, ""),
        ({"$resource#/id": "cvs"}, ""),
    ],
)
def test_a_guard_that_compares_with_what_is_never_there_is_told(tmp_path, when, says):
    told = found(tmp_path, (FINISH, [{**MOVE, "when": when}, CAUSED]))

    assert [
        (rule, at.startswith(f"{LIFE}.transitions.0.when".replace(".", "/"))) for rule, at, _ in told
    ] == ([("guard-compares-in-vain", True)] if says else [])
    assert all(says in message for _, _, message in told)


def test_a_guard_may_look_at_the_request(tmp_path):
    initial = [{"when": {"$request.body#/format": "cvs"}, "then": "done"}, {"then": "queued"}]
    chosen = {"$if": {"when": {"$request.query.format": "cvs"}, "then": "", "else": "x"}}

    told = found(
        tmp_path,
        (f"{LIFE}.state.initial", initial),
        (LIST, {"body": {"items": "$list#/items", "next_cursor": chosen}}),
    )

    assert [message.split(" is ")[1] for _, _, message in told] == [
        "not documented for $request.body#/format, so this never holds.",
        "not documented for $request.query.format, so this never holds.",
    ]


def test_what_no_answer_shows_may_be_anything(tmp_path):
    when = {**MOVE, "when": {"$resource#/format": "cvs"}}

    assert found(tmp_path, (FINISH, [when, CAUSED]), (f"{LIFE}.hidden", ["/format"])) == []
