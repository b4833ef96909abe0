"""What a document says of ids, defaults, removals and conditions is in what is inferred, and is played."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from drafted_api import client_of

from speckit.document import load
from speckit.specification import specify
from toolkit.drafting.draft import Draft
from toolkit.drafting.whole import Drafted, drafts

JOBS = """
openapi: 3.1.0
info: {title: Jobs, version: '1'}
paths:
  /jobs:
    get:
      operationId: listJobs
      responses:
        '200':
          description: All.
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Job'}}}}
    post:
      operationId: createJob
      parameters: [{name: Idempotency-Key, in: header, schema: {type: string}}]
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/New'}}}}
      responses:
        '201': {$ref: '#/components/responses/Job'}
        '400': {$ref: '#/components/responses/Error'}
        '422': {$ref: '#/components/responses/Error'}
  /jobs/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getJob
      responses: {'200': {$ref: '#/components/responses/Job'}, '404': {$ref: '#/components/responses/Error'}}
    delete:
      operationId: deleteJob
      description: Removes a job that is not running.
      responses:
        '204': {description: It is gone.}
        '404': {$ref: '#/components/responses/Error'}
        '409': {$ref: '#/components/responses/Error'}
        '412': {$ref: '#/components/responses/Error'}
  /jobs/{id}/retry:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    post:
      operationId: retryJob
      responses:
        '200': {$ref: '#/components/responses/Job'}
        '404': {$ref: '#/components/responses/Error'}
        '409': {$ref: '#/components/responses/Error'}
        '412': {$ref: '#/components/responses/Error'}
components:
  responses:
    Job:
      description: The job.
      headers: {ETag: {schema: {type: string}}}
      content: {application/json: {schema: {$ref: '#/components/schemas/Job'}}}
    Error:
      description: What went wrong.
      content:
        application/json:
          schema: {type: object, required: [message], properties: {message: {type: string}}}
  schemas:
    New:
      type: object
      required: [name]
      properties:
        name: {type: string}
        priority: {type: integer, default: 5}
        labels: {type: array, items: {type: string}}
        token: {type: string, writeOnly: true}
    Job:
      type: object
      required: [id, name, priority, labels, state]
      properties:
        id: {type: string, pattern: '^job_[0-9a-f]{12}$'}
        name: {type: string}
        priority: {type: integer}
        labels: {type: array, items: {type: string}}
        state: {type: string, enum: [queued, running, succeeded, failed]}
        token: {type: string, writeOnly: true}
"""


def inferred(tmp_path: Path, text: str = JOBS) -> Drafted:
    file = tmp_path / "jobs.yaml"
    file.write_text(text, "utf-8")
    return drafts(specify(load(file)))


@pytest.fixture
def job(tmp_path: Path) -> Draft:
    (draft,) = inferred(tmp_path).drafts
    return draft


def test_ids_are_made_as_their_pattern_wants_them(job):
    assert job.raw["identity"]["generate"] == "job_{$random.hex12}"
    assert job.left == {}


def test_what_a_request_leaves_out_is_its_default_or_nothing(job):
    assert job.raw["initially"]["priority"] == {"$first": ["$request.body#/priority", 5]}
    assert job.raw["initially"]["labels"] == {"$first": ["$request.body#/labels", []]}


def test_what_is_only_sent_is_hidden(job):
    assert job.raw["hidden"] == ["/token"]


def test_a_removal_is_refused_where_its_description_says_so(job):
    (removal,) = [each for each in job.raw["transitions"] if each["to"] == "$removed"]

    assert removal["from"] == ["queued", "succeeded", "failed"]
    assert job.raw["operations"]["deleteJob"]["otherwise"] == [{"effect": "refused", "status": 409}]


@pytest.mark.parametrize(
    ("description", "begins"),
    [
        ("Removes a job.", ["queued", "succeeded", "failed"]),
        ("A running or queued job cannot be removed.", ["queued", "succeeded", "failed"]),
        ("Jobs cannot be removed while queued or running.", ["succeeded", "failed"]),
        ("A job that is not failed cannot be removed.", ["queued", "succeeded", "failed"]),
    ],
)
def test_a_removal_with_a_conflict_is_none_while_it_works(tmp_path, description, begins):
    (draft,) = inferred(tmp_path, JOBS.replace("Removes a job that is not running.", description)).drafts
    (removal,) = [each for each in draft.raw["transitions"] if each["to"] == "$removed"]

    assert removal["from"] == begins


def test_a_removal_without_a_conflict_is_one_from_everywhere(tmp_path):
    data = yaml.safe_load(JOBS)
    delete = data["paths"]["/jobs/{id}"]["delete"]
    del delete["responses"]["409"], delete["description"]
    (draft,) = inferred(tmp_path, yaml.safe_dump(data)).drafts

    assert [each["from"] for each in draft.raw["transitions"] if each["to"] == "$removed"] == ["*"]


def test_a_conflict_that_reading_documents_too_says_nothing_of_removals(tmp_path):
    data = yaml.safe_load(JOBS)
    conflict = {"$ref": "#/components/responses/Error"}
    data["paths"]["/jobs/{id}"]["get"]["responses"]["409"] = conflict
    del data["paths"]["/jobs/{id}"]["delete"]["description"]
    (draft,) = inferred(tmp_path, yaml.safe_dump(data)).drafts

    assert [each["from"] for each in draft.raw["transitions"] if each["to"] == "$removed"] == ["*"]


def test_a_state_that_an_operation_leads_out_of_is_not_surely_final(job):
    assert job.raw["state"]["states"]["failed"] == {"category": "resting", "outcome": "failure"}
    note = job.notes["state", "states", "failed"]
    assert (note.is_sure, note.text) == (
        False,
        "resting, failure by the word 'failed', not final: an operation leads out of it",
    )


def test_conditions_that_are_documented_are_kept(tmp_path):
    found = inferred(tmp_path)
    client = client_of(found)
    key = {"Idempotency-Key": "k"}
    made = client.post("/jobs", json={"name": "a", "token": "t"}, headers=key)
    there = f"/jobs/{made.json()['id']}"

    assert (made.status_code, "token" in made.json()) == (201, False)
    assert client.post("/jobs", json={"name": "a", "token": "t"}, headers=key).json() == made.json()
    assert client.post("/jobs", json={"name": "b"}, headers=key).status_code == 422
    assert client.get(there, headers={"If-None-Match": made.headers["ETag"]}).status_code == 304
    assert client.delete(there, headers={"If-Match": '"other"'}).status_code == 412
    assert client.delete(there, headers={"If-Match": made.headers["ETag"]}).status_code == 204


def test_a_refusal_that_is_only_a_status_has_the_documented_body(tmp_path):
    client = client_of(inferred(tmp_path))
    made = client.post("/jobs", json={"name": "a"}).json()

    refused = client.post(f"/jobs/{made['id']}/retry")

    assert refused.status_code == 409
    assert "this starts from failed" in refused.json()["message"]


def unmakeable(text: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(text)
    data["components"]["schemas"]["Job"]["properties"]["id"]["pattern"] = "^(job|run)_[g-z]+$"
    return data


def test_what_is_there_from_the_start_is_whole(tmp_path):
    """No request says what it holds, so the document's examples do."""
    found = inferred(tmp_path, yaml.safe_dump(unmakeable(JOBS)))
    (draft,) = found.drafts
    (listed,) = client_of(found).get("/jobs").json()

    assert "say it with 'generate' in 'identity'" in draft.left["createJob"]
    assert set(listed) == {"id", "name", "priority", "labels", "state"}
    assert client_of(found).get(f"/jobs/{listed['id']}").json() == listed
