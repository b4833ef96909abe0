"""An id may lie inside another object, as `metadata.name` does in Kubernetes."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from mockserver.app import Settings, build
from mockserver.clock import ManualClock
from speckit.document import load
from speckit.specification import specify

DOCUMENT = """
openapi: 3.0.3
info: {title: Nested, version: '1'}
paths:
  /runs:
    get:
      operationId: listRuns
      responses: {'200': {description: All, content: {application/json: {schema: {type: array}}}}}
    post:
      operationId: createRun
      responses: {'201': {description: New, content: {application/json: {schema: {type: object}}}}}
  /runs/{name}:
    get:
      operationId: getRun
      parameters: [{name: name, in: path, required: true, schema: {type: integer}}]
      responses:
        '200': {description: One, content: {application/json: {schema: {type: object}}}}
        '404': {description: None}
x-resource-lifecycles:
  Run:
    identity: {param: name, field: /metadata/name, type: integer, generate: $sequence}
    initially:
      metadata: {name: $id, label: 'run {$id}'}
    operations:
      listRuns: {role: list}
      createRun: {role: create}
      getRun: {role: get}
    seed:
      - set: {metadata: {name: 7, label: seeded}}
"""


@pytest.fixture
def client(tmp_path):
    """A client of the document, played in this process."""
    (tmp_path / "nested.yaml").write_text(DOCUMENT)
    specification = specify(load(tmp_path / "nested.yaml"))
    app = build(specification, clock=ManualClock(), settings=Settings(checks_responses=True))
    return TestClient(app, base_url="http://localhost", client=("127.0.0.1", 1))


def test_a_seed_is_found_by_its_inner_id(client):
    """The whole object is not the id."""
    assert client.get("/runs/7").json() == {"metadata": {"name": 7, "label": "seeded"}}


def test_new_ids_start_above_the_seeded_ones(client):
    """Else the first new resource would take a seeded one's place."""
    made = client.post("/runs").json()

    assert made == {"metadata": {"name": 8, "label": "run 8"}}
    assert client.get("/runs/8").json() == made


def test_what_is_put_there_without_an_id_gets_one(client):
    """A provider state may give the object around the id and leave the id out."""
    put = client.post(
        "/_understudy/states", json={"resource": "Run", "fields": {"metadata": {"label": "mine"}}}
    )

    assert put.json()["fields"] == {"metadata": {"label": "mine", "name": 8}}
    assert client.get("/runs/8").json()["metadata"]["label"] == "mine"
