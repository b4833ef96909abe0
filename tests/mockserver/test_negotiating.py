"""A living resource is shown in the media type that Accept likes best, where there is a choice."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from mockserver.app import Settings, build
from mockserver.clock import ManualClock
from speckit.document import load
from speckit.specification import specify

PETS = """
openapi: 3.0.3
info: {title: Pets, version: '1'}
paths:
  /pets:
    get:
      operationId: listPets
      responses:
        '200':
          description: All.
          content:
            application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Pet'}}}
            application/xml:
              schema:
                type: array
                xml: {name: pets, wrapped: true}
                items: {$ref: '#/components/schemas/Pet'}
    post:
      operationId: createPet
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses:
        '201': {description: Made., content: &pet {
          application/json: {schema: {$ref: '#/components/schemas/Pet'}},
          application/xml: {schema: {$ref: '#/components/schemas/Pet'}}}}
  /pets/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {operationId: getPet, responses: {'200': {description: One., content: *pet}}}
    delete:
      operationId: removePet
      responses: {'200': {description: Gone., content: {application/json: {schema: {type: object}}}}}
components:
  schemas:
    Pet:
      type: object
      xml: {name: pet}
      properties: {id: {type: integer, xml: {attribute: true}}, name: {type: string}}
x-resource-lifecycles:
  Pet:
    identity: {param: id, field: /id, generate: $sequence}
    initially: {id: $id, name: $request.body#/name}
    state: {initial: here, states: {here: {category: resting}}}
    transitions: [{name: remove, from: here, to: $removed, trigger: removePet}]
    operations:
      listPets: {role: list}
      createPet: {role: create}
      getPet: {role: get}
      removePet: {role: trigger, success: {body: {}}}
    seed: [{state: here, set: {id: 1, name: Rex}}]
"""


@pytest.fixture(params=[True, False], ids=["checked", "unchecked"])
def client(request, tmp_path) -> TestClient:
    """The pets, with each answer held to the document or not: a list is written in two ways."""
    (tmp_path / "pets.yaml").write_text(PETS)
    settings = Settings(checks_responses=request.param)
    app = build(specify(load(tmp_path / "pets.yaml")), clock=ManualClock(), settings=settings)
    return TestClient(app, base_url="http://localhost")


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/xml", "application/xml"),
        ("application/json;q=0.5, application/xml", "application/xml"),
        ("text/csv, application/xml;q=0.1", "application/xml"),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
    ],
)
def test_what_is_liked_best_is_sent(client, accept, kind):
    """And caches are told that it depended on that."""
    answer = client.get("/pets/1", headers={"Accept": accept})

    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert "Accept" in answer.headers["vary"]
    assert answer.text.endswith("</pet>" if "xml" in kind else "}")
    assert "Rex" in answer.text


def test_what_is_made_and_what_is_listed_is_xml_too(client):
    """The same for every role."""
    made = client.post("/pets", json={"name": "Ann"}, headers={"Accept": "application/xml"})
    listed = client.get("/pets", headers={"Accept": "application/xml"})

    assert made.status_code == 201
    assert '<pet id="2"><name>Ann</name></pet>' in made.text
    assert "<pets>" in listed.text
    assert listed.text.count("<pet ") == 2


def test_who_likes_nothing_there_is_changes_nothing(client):
    """The refusal comes before the change."""
    refused = client.post("/pets", json={"name": "Ann"}, headers={"Accept": "text/csv"})

    assert refused.status_code == 406
    assert "application/json, application/xml" in refused.json()["detail"]
    assert len(client.get("/pets").json()) == 1


def test_without_a_choice_it_is_json(client):
    """As an API that has one form only does."""
    answer = client.delete("/pets/1", headers={"Accept": "application/xml"})

    assert (answer.status_code, answer.json()) == (200, {})
