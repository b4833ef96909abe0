"""How a resource begins, how lists of it begin, and what is there once it ends: inferred, and played."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from mockserver.app import Settings, build
from mockserver.clock import ManualClock
from speckit import timing
from speckit.document import load
from speckit.specification import Specification, specify
from toolkit.crud.keeping import kept
from toolkit.drafting.proving import proved
from toolkit.drafting.whole import drafts
from toolkit.infer.overlay import overlay

EXPORTS = """
openapi: 3.1.0
info: {title: Exports, version: '1'}
paths:
  /exports:
    get:
      operationId: listExports
      parameters:
        - {name: status, in: query, schema: {$ref: '#/components/schemas/Status'}}
        - {name: cursor, in: query, schema: {type: string}}
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100, default: 20}}
      responses:
        '200':
          description: A page.
          content:
            application/json:
              schema:
                type: object
                required: [data, next_cursor]
                properties:
                  data: {type: array, items: {$ref: '#/components/schemas/Export'}}
                  next_cursor: {type: [string, 'null']}
        '400': {description: No.}
    post:
      operationId: createExport
      requestBody:
        content: {application/json: {schema: {type: object, properties: {name: {type: string}}}}}
      responses: {'202': {$ref: '#/components/responses/Export'}, '400': {description: No.}}
  /exports/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getExport
      responses: {'200': {$ref: '#/components/responses/Export'}, '404': {description: None.}}
  /exports/{id}/restart:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    post:
      operationId: restartExport
      responses:
        '202': {$ref: '#/components/responses/Export'}
        '404': {description: None.}
        '409': {description: Not now.}
components:
  responses:
    Export: {description: One., content: {application/json: {schema: {$ref: '#/components/schemas/Export'}}}}
  schemas:
    Status: {type: string, default: running, enum: [queued, running, done, failed]}
    Export:
      type: object
      required: [id, status]
      properties:
        id: {type: string}
        name: {type: string}
        status: {$ref: '#/components/schemas/Status'}
        progress: {type: integer}
        started_at: {type: [string, 'null'], format: date-time}
        next_run_at: {type: [string, 'null'], format: date-time}
        download_url: {type: [string, 'null'], example: 'https://example.com/1'}
        error: {anyOf: [{type: object, properties: {code: {enum: [gone]}}}, {type: 'null'}]}
        failure_reason: {type: string, example: Gone.}
        logs: {type: array, items: {type: string}}
"""


def specified(folder: Path, text: str) -> Specification:
    file = folder / "openapi.yaml"
    file.write_text(text, "utf-8")
    return specify(load(file))


def played(specification: Specification, clock: ManualClock | None = None) -> TestClient:
    settings = Settings(checks_responses=True)
    return TestClient(build(specification, clock=clock or ManualClock(), settings=settings))


@pytest.mark.parametrize(
    "remember", [lambda each: drafts(each).specification, lambda each: kept(each).specification]
)
def test_the_last_page_has_null_for_a_place_that_has_to_be_there(tmp_path, remember):
    """Required and nullable is how most people write it."""
    client = played(remember(specified(tmp_path, EXPORTS)))
    made = client.post("/exports", json={"name": "a"}).json()

    listed = client.get("/exports").json()
    assert ([each["id"] for each in listed["data"]], listed["next_cursor"]) == ([made["id"]], None)

    client.post("/exports", json={"name": "b"})
    assert client.get("/exports", params={"limit": 1}).json()["next_cursor"]


def test_the_default_of_a_field_is_none_of_the_filter_with_its_schema(tmp_path):
    """A list without a question has all, though the schema that both refer to has a default."""
    (draft,) = drafts(specified(tmp_path, EXPORTS)).drafts

    assert draft.raw["operations"]["listExports"]["filters"] == {"status": "/status"}


@pytest.mark.parametrize(
    "parameters",
    [
        "parameters: [{$ref: '#/components/parameters/Status'}]\n",
        "parameters: [{name: status, in: query, schema: {$ref: '#/components/schemas/Status'}}]\n",
    ],
)
@pytest.mark.parametrize("place", ["      ", "    "])
def test_the_overlay_takes_the_default_out_wherever_the_parameter_stands(tmp_path, parameters, place):
    head, _, rest = EXPORTS.partition("      parameters:\n")
    _, _, rest = rest.partition("limit, in: query")
    _, _, rest = rest.partition("\n")
    text = f"{head}{place}{parameters}{rest}".replace(
        "components:\n",
        "components:\n  parameters:\n"
        "    Status: {name: status, in: query, schema: {$ref: '#/components/schemas/Status'}}\n",
    )
    if place == "    ":
        text = text.replace(
            f"    get:\n      operationId: listExports\n{place}{parameters}",
            f"{place}{parameters}    get:\n      operationId: listExports\n",
        )
    specification = specified(tmp_path, text)
    written = tmp_path / "lifecycles.yaml"
    written.write_text(overlay(drafts(specification), "Exports", ""), "utf-8")

    client = played(specify(load(tmp_path / "openapi.yaml", overlays=[written])))
    client.post("/exports", json={"name": "a"})

    assert len(client.get("/exports").json()["data"]) == 1
    assert client.get("/exports", params={"status": "running"}).json()["data"] == []


def test_a_default_of_its_own_is_that_of_the_filter(tmp_path):
    schema = "schema: {$ref: '#/components/schemas/Status'}}"
    own = "schema: {type: string, default: failed, enum: [queued, running, done, failed]}}"
    assert schema in EXPORTS
    (draft,) = drafts(specified(tmp_path, EXPORTS.replace(schema, own))).drafts

    assert draft.raw["operations"]["listExports"]["filters"]["status"]["default"] == "failed"


def test_what_nobody_sends_is_empty_until_it_ends(tmp_path):
    (draft,) = drafts(specified(tmp_path, EXPORTS)).drafts
    begins, states = draft.raw["initially"], draft.raw["state"]["states"]

    assert {
        name: begins[name] for name in ("next_run_at", "download_url", "error", "logs", "failure_reason")
    } == {
        "next_run_at": None,
        "download_url": None,
        "error": None,
        "logs": [],
        "failure_reason": "$absent",
    }
    assert begins["progress"] == 0
    assert states["failed"]["set"] == {"/error": {"code": "gone"}, "/failure_reason": "Gone."}
    assert states["done"]["set"] == {"/download_url": "https://example.com/1"}


def test_what_the_answer_to_a_create_shows_is_there_at_once(tmp_path):
    schema = "{$ref: '#/components/schemas/Export'}}}}\n  schemas"
    shown = "{$ref: '#/components/schemas/Export'}, example: {id: a, status: queued, download_url: 'https://a.b'}}}}"
    assert schema in EXPORTS
    (draft,) = drafts(specified(tmp_path, EXPORTS.replace(schema, f"{shown}\n  schemas"))).drafts

    assert draft.raw["initially"]["download_url"]


def test_what_begins_anew_is_empty_again(tmp_path):
    clock = ManualClock()
    client = played(drafts(specified(tmp_path, EXPORTS)).specification, clock)
    made = client.post("/exports", json={"name": "a"}, headers={"Understudy-Scenario": "failure"}).json()
    there = f"/exports/{made['id']}"
    clock.set(clock.now() + timing.duration("PT7S"))
    failed = client.get(there).json()

    again = client.post(f"{there}/restart").json()

    assert (failed["status"], failed["error"], failed["failure_reason"]) == (
        "failed",
        {"code": "gone"},
        "Gone.",
    )
    assert failed["started_at"] is not None
    assert again == made


PARTS = """
  /exports/{export_id}/files:
    get:
      operationId: listFiles
      parameters: [{name: export_id, in: path, required: true, schema: {type: string}}]
      responses:
        '200':
          description: All.
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/File'}}}}
        '404': {description: None.}
  /exports/{export_id}/files/{id}:
    get:
      operationId: getFile
      parameters:
        - {name: export_id, in: path, required: true, schema: {type: string}}
        - {name: id, in: path, required: true, schema: {type: string}}
      responses:
        '200':
          description: One.
          content: {application/json: {schema: {$ref: '#/components/schemas/File'}}}
        '404': {description: None.}
components:
"""
FILE = """
    File:
      type: object
      required: [id]
      properties: {id: {type: string}, export_id: {type: string}}
"""


def with_files(text: str) -> str:
    return text.replace("\ncomponents:\n", PARTS) + FILE.lstrip("\n")


def test_what_nothing_makes_comes_about_when_the_work_is_done(tmp_path):
    """A list that stays empty for ever, and an id that nobody can ever ask for, help nobody."""
    clock = ManualClock()
    client = played(drafts(specified(tmp_path, with_files(EXPORTS))).specification, clock)
    made = client.post("/exports", json={"name": "a"}).json()
    before = client.get(f"/exports/{made['id']}/files").json()
    clock.set(clock.now() + timing.duration("PT7S"))

    (file,) = client.get(f"/exports/{made['id']}/files").json()

    assert before == []
    assert file["export_id"] == made["id"]
    assert client.get(f"/exports/{made['id']}/files/{file['id']}").json() == file


def test_that_nothing_makes_one_is_told_where_no_work_is_done(tmp_path):
    text = with_files(EXPORTS).replace(
        "status: {$ref: '#/components/schemas/Status'}", "status: {type: string}"
    )
    found = drafts(specified(tmp_path, text))

    assert "guessed: nothing makes one, and none is there from the start: " in overlay(found, "Exports", "")


def test_what_the_checks_refuse_of_what_comes_about_is_that_alone(tmp_path):
    """The transition itself stays."""
    specification = specified(tmp_path, with_files(EXPORTS))
    found = {each.name: each for each in drafts(specification).drafts}
    del found["File"].raw["parents"]

    _, left = proved(specification.document, list(found.values()))

    export = next(each for each in left if each.name == "Export")
    assert [each.get("makes") for each in export.raw["transitions"] if each["name"] == "finish"] == [None]


def test_what_is_there_in_the_end_says_something(tmp_path):
    """Nobody shows a client the word 'string' for an address or an error."""
    text = EXPORTS.replace(", example: 'https://example.com/1'", "").replace(", example: Gone.", "")
    text = text.replace("{code: {enum: [gone]}}", "{code: {type: string}, text: {type: string}}")

    (draft,) = drafts(specified(tmp_path, text)).drafts

    states = draft.raw["state"]["states"]
    assert states["done"]["set"] == {"/download_url": "https://example.com/download"}
    assert states["failed"]["set"] == {
        "/error": {"code": "internal_error", "text": "Something went wrong."},
        "/failure_reason": "Something went wrong.",
    }


def test_words_that_do_not_fit_are_not_said(tmp_path):
    text = EXPORTS.replace("type: string, example: Gone.", "type: string, maxLength: 6")
    text = text.replace(", example: 'https://example.com/1'", ", maxLength: 6")

    (draft,) = drafts(specified(tmp_path, text)).drafts

    states = draft.raw["state"]["states"]
    assert states["done"]["set"] == {"/download_url": "string"}
    assert states["failed"]["set"]["/failure_reason"] == "string"


@pytest.mark.parametrize(
    ("content", "body"),
    [
        ("text/csv: {schema: {type: string}}", "id,name\n1,first\n"),
        ("text/csv: {schema: {type: string}, example: 'a,b'}", "a,b"),
        ("text/csv: {schema: {type: string}, example: 'a,{$b'}", "id,name\n1,first\n"),
        ("text/csv: {schema: {type: string}, example: $5}", "$5"),
        ("text/plain: {schema: {enum: [fine]}}", "fine"),
        ("text/plain: {}", "ok"),
        ("application/pdf: {schema: {type: string, format: binary}}", ""),
        ("text/plain: {schema: {type: integer}}", ""),
    ],
)
def test_a_part_that_is_a_text_is_made_up(tmp_path, content, body):
    part = f"""  /exports/{{id}}/download:
    parameters: [{{name: id, in: path, required: true, schema: {{type: string}}}}]
    get:
      operationId: downloadExport
      responses:
        '200': {{description: It., content: {{{content}}}}}
        '404': {{description: None.}}
        '409': {{description: Not yet.}}
"""
    clock = ManualClock()
    found = drafts(specified(tmp_path, EXPORTS.replace("components:\n", f"{part}components:\n", 1)))
    client = played(found.specification, clock)
    made = client.post("/exports", json={"name": "a"}).json()["id"]
    clock.set(clock.now() + timing.duration("PT1H"))

    answer = client.get(f"/exports/{made}/download")

    assert ("downloadExport" in found.drafts[0].left) == (not body)
    assert not body or (answer.status_code, answer.text) == (200, body)
    assert not body or answer.headers["Content-Type"].startswith(content.partition(":")[0])
