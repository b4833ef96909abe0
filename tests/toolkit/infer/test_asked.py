"""What operations ask of a resource that they change little or not at all: inferred, and played."""

from __future__ import annotations

from pathlib import Path

from drafted_api import client_of

from speckit.document import load
from speckit.specification import specify
from toolkit.drafting.whole import Drafted, drafts
from understudy.infer import summary

SCHEDULES = """
openapi: 3.1.0
info: {title: Schedules, version: '1'}
paths:
  /schedules:
    post:
      operationId: createSchedule
      responses: {'201': {$ref: '#/components/responses/Schedule'}}
  /schedules/{id}:
    get:
      operationId: getSchedule
      parameters: [{$ref: '#/components/parameters/id'}]
      responses: {'200': {$ref: '#/components/responses/Schedule'}, '404': {description: None.}}
  /schedules/{id}/pause:
    post:
      operationId: pauseSchedule
      parameters: [{$ref: '#/components/parameters/id'}]
      responses: {'200': {$ref: '#/components/responses/Schedule'}, '409': {description: Not now.}}
  /schedules/{id}/resume:
    post:
      operationId: resumeSchedule
      parameters: [{$ref: '#/components/parameters/id'}]
      responses: {'200': {$ref: '#/components/responses/Schedule'}, '409': {description: Not now.}}
  /policies/{name}:
    parameters: [{name: name, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getPolicy
      responses: {'200': {$ref: '#/components/responses/Policy'}, '404': {description: None.}}
    post:
      operationId: upsertPolicy
      responses: {'202': {$ref: '#/components/responses/Policy'}}
  /policies/{name}/toggle:
    parameters: [{name: name, in: path, required: true, schema: {type: string}}]
    post:
      operationId: togglePolicy
      responses: {'200': {$ref: '#/components/responses/Policy'}, '404': {description: None.}}
  /policies/{name}/measure:
    parameters: [{name: name, in: path, required: true, schema: {type: string}}]
    post:
      operationId: measurePolicy
      responses:
        '200':
          description: How long it is.
          content: {application/json: {schema: {type: object, properties: {length: {type: integer}}}}}
  /reload:
    post: {operationId: reload, responses: {'204': {description: Done.}}}
components:
  parameters:
    id: {name: id, in: path, required: true, schema: {type: string}}
  responses:
    Schedule: {description: x, content: {application/json: {schema: {$ref: '#/components/schemas/Schedule'}}}}
    Policy: {description: x, content: {application/json: {schema: {$ref: '#/components/schemas/Policy'}}}}
  schemas:
    Schedule:
      type: object
      required: [id, status]
      properties: {id: {type: string}, status: {enum: [active, paused]}}
    Policy:
      type: object
      required: [name]
      properties: {name: {type: string, example: first}, rules: {type: string}}
"""


def inferred(folder: Path) -> Drafted:
    file = folder / "openapi.yaml"
    file.write_text(SCHEDULES, "utf-8")
    return drafts(specify(load(file)))


def test_a_state_that_only_operations_lead_out_of_rests(tmp_path):
    """Its word says that it is at work, but nothing of it goes on by itself."""
    schedule = inferred(tmp_path).drafts[0]

    assert schedule.raw["state"]["states"]["active"] == {"category": "resting"}
    note = schedule.notes["state", "states", "active"]
    assert (note.text, note.is_sure) == ("resting, not active: only operations lead out of it", False)


def test_what_is_stored_or_updated_is_never_refused(tmp_path):
    """The body of a second request, if it had one, would be that of an update."""
    client = client_of(inferred(tmp_path))

    assert [client.post("/policies/a").status_code for _ in range(2)] == [202, 202]
    assert client.get("/policies/a").json()["name"] == "a"


def test_what_is_asked_of_something_without_a_state_is_answered_with_it(tmp_path):
    """An example of the document would be another one."""
    client = client_of(inferred(tmp_path))
    client.post("/policies/a")

    assert client.post("/policies/a/toggle").json()["name"] == "a"
    assert client.post("/policies/none/toggle").status_code == 404


def test_every_operation_that_no_lifecycle_has_is_told(tmp_path):
    found = inferred(tmp_path)
    policy = next(each for each in found.drafts if each.name == "Policy")

    assert policy.left == {"measurePolicy": "it has no state that this could change"}
    assert "Left to the document's examples: measurePolicy, reload." in summary(found, "")
