"""What clients of real documents send that no table of OpenAPI has, and answers that are hard to make."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient

from mockserver.app import build
from mockserver.clock import ManualClock
from speckit.document import load
from speckit.specification import specify

FINE = {"responses": {"200": {"description": "Fine."}}}
FORM = "application/x-www-form-urlencoded"
CAT = {"type": "object", "properties": {"kind": {"type": "string"}, "hunts": {"type": "boolean"}}}
DOG = {"type": "object", "properties": {"kind": {"type": "string"}, "barks": {"type": "boolean"}}}
PETS = {"Cat": CAT, "Dog": DOG}


@pytest.fixture
def playing(tmp_path):
    """Makes a client of a document with the given paths."""

    def play(paths, version="3.0.3", **components):
        document = {"openapi": version, "info": {"title": "T", "version": "1"}, "paths": paths}
        file = tmp_path / "openapi.json"
        file.write_text(json.dumps({**document, "components": components}))
        return TestClient(build(specify(load(file)), clock=ManualClock()), base_url="http://localhost")

    return play


def taking(schema, kind="application/json"):
    """An operation with a request body."""
    return {"requestBody": {"required": True, "content": {kind: {"schema": schema}}}, **FINE}


def answering(schema):
    """An operation that answers with data of `schema`."""
    content = {"application/json": {"schema": schema}}
    return {"responses": {"200": {"description": "Fine.", "content": content}}}


@pytest.mark.parametrize(
    ("format_", "value", "status"),
    [
        ("int32", 2**31 - 1, 200),
        ("int32", 2**31, 400),
        ("int32", -(2**31) - 1, 400),
        ("int64", 2**31, 200),
        ("int64", 2**63, 400),
    ],
)
def test_a_whole_number_keeps_within_its_format(playing, format_, value, status):
    """A client in another language would overflow: it learns so here."""
    schema = {"type": "integer", "format": format_}
    parameter = {"name": "n", "in": "query", "schema": schema}
    client = playing({"/n": {"get": {"parameters": [parameter], **FINE}, "post": taking(schema)}})

    assert client.get("/n", params={"n": value}).status_code == status
    assert client.post("/n", json=value).status_code == status


def test_an_example_may_be_larger_than_its_format(playing):
    """Times in milliseconds as int32 are a common slip, and no reason to show another time."""
    schema = {"type": "integer", "format": "int32", "example": 1_700_000_000_000}

    assert playing({"/n": {"get": answering(schema)}}).get("/n").json() == 1_700_000_000_000


def test_a_discriminator_tells_which_branch_is_meant(playing):
    """A cat is one although it could be a dog that says nothing of its barking."""
    branches = {"oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]}
    told = {**branches, "discriminator": {"propertyName": "kind"}}
    client = playing({"/told": {"post": taking(told)}, "/not": {"post": taking(branches)}}, schemas=PETS)

    cat = {"kind": "Cat", "hunts": True}
    assert client.post("/told", json=cat).status_code == 200
    assert client.post("/told", json={"kind": 1}).status_code == 400
    assert client.post("/not", json=cat).status_code == 400


@pytest.mark.parametrize("sent", ["color=R=100,G=200", "color=R,100,G,200", "R=100; G=200", "color="])
def test_an_object_is_read_from_one_cookie_or_from_several(playing, sent):
    """A browser has no way to send what the style `form` asks for."""
    whole = {"type": "integer"}
    schema = {"type": "object", "properties": {"R": whole, "G": whole}, "additionalProperties": False}
    parameter = {"name": "color", "in": "cookie", "required": True, "schema": schema}
    client = playing({"/paint": {"get": {"parameters": [parameter], **FINE}}})

    assert client.get("/paint", headers={"cookie": sent}).status_code == 200
    assert client.get("/paint", headers={"cookie": "color=R=red"}).status_code == 400


def test_a_list_is_read_from_one_cookie_or_from_several(playing):
    schema = {"type": "array", "items": {"type": "integer"}, "minItems": 2}
    parameter = {"name": "n", "in": "cookie", "required": True, "schema": schema}
    client = playing({"/sum": {"get": {"parameters": [parameter], **FINE}}})

    statuses = [
        client.get("/sum", headers={"cookie": sent}).status_code for sent in ("n=1,2", "n=1; n=2", "n=1")
    ]
    assert statuses == [200, 200, 400]


def test_what_a_path_says_in_its_own_query_may_be_said_again(playing):
    """Clients add the parameter to a path that has it already."""
    parameter = {"name": "comp", "in": "query", "required": True, "schema": {"enum": ["list"]}}
    other = {"name": "max", "in": "query", "schema": {"type": "integer"}}
    client = playing({"/box?comp=list": {"get": {"parameters": [parameter, other], **FINE}}})

    assert client.get("/box?comp=list&comp=list").status_code == 200
    assert client.get("/box?comp=list&max=1&max=2").status_code == 400


def test_an_object_without_members_is_an_empty_field_of_a_form(playing):
    """There is no other way to write it there."""
    inner = {"type": "object", "properties": {"ip": {"type": "string"}}}
    schema = {"type": "object", "properties": {"online": inner}}
    strict = {"type": "object", "properties": {"online": {**inner, "required": ["ip"]}}}
    client = playing({"/ok": {"post": taking(schema, FORM)}, "/no": {"post": taking(strict, FORM)}})

    headers = {"content-type": FORM}
    assert client.post("/ok", content="online=", headers=headers).status_code == 200
    assert client.post("/no", content="online=", headers=headers).status_code == 400
    assert client.post("/ok", content="online=x", headers=headers).status_code == 400


def test_methods_that_only_openapi_32_has_are_served(playing):
    """Connexion knows the eight of OpenAPI 3.0, and the document has others."""
    item = {"query": taking({"type": "object"}), "additionalOperations": {"COPY": FINE}, "get": FINE}
    client = playing({"/pets/{id}": item}, "3.2.0")

    asked = [client.request(method, "/pets/1", json={}).status_code for method in ("QUERY", "COPY", "GET")]
    assert asked == [200, 200, 200]
    assert client.delete("/pets/1").headers["allow"] == "COPY, GET, HEAD, OPTIONS, QUERY"


def test_branches_that_say_much_the_same_are_told_apart(playing):
    """Of a `oneOf`, exactly one branch fits: what only the other one has is there, but not as it has it."""
    token = {"properties": {"token": {"type": "string"}}, "required": ["token"]}
    refreshed = {"properties": {**token["properties"], "refresh": {"type": "string"}}, "required": ["token"]}
    client = playing({"/token": {"get": answering({"oneOf": [token, refreshed]})}})

    body = client.get("/token").json()
    assert isinstance(body["token"], str)
    assert not isinstance(body["refresh"], str)
