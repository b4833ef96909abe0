"""The form of a document, as its OpenAPI version has it."""

import pytest

from speckit.structure import structural_faults

OK = {"200": {"description": "ok"}}
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}


def document(paths, version="3.1.0", **more):
    return {"openapi": version, "info": {"title": "t", "version": "1"}, "paths": paths, **more}


def said(*args, **more):
    return "\n".join(map(str, structural_faults(document(*args, **more))))


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "3.2.0"])
def test_a_sound_document_has_no_faults(version):
    assert said({"/jobs/{id}": {"parameters": [ID], "get": {"responses": OK}}}, version) == ""


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "3.2.0"])
def test_a_misspelt_field_is_named_once_with_a_suggestion(version):
    faults = structural_faults(document({"/a": {"get": {"operationid": "a", "responses": OK}}}, version))

    assert [f.path for f in faults] == [("paths", "/a", "get")]
    assert "Did you mean 'operationId'?" in faults[0].hint


def test_the_deepest_of_several_alternatives_is_told():
    """Neither 'is not valid under any of the schemas' nor 'is no reference' helps anyone."""
    body = {"content": {"application/json": {"schema": {"type": "strng"}}}, "description": "ok"}

    faults = structural_faults(document({"/a": {"get": {"responses": {"200": body}}}}, "3.0.3"))

    assert len(faults) == 1
    assert faults[0].path[-2:] == ("schema", "type")
    assert "Did you mean 'string'?" in faults[0].hint


def test_a_version_that_is_a_number_is_to_be_quoted():
    data = document({})
    data["info"]["version"] = 1.0

    assert "Put it in quotes" in str(structural_faults(data)[0])


@pytest.mark.parametrize(
    ("paths", "says"),
    [
        ({"jobs": {}}, "does not start with '/'"),
        ({"/a/{b}": {}, "/a/{c}": {}}, "differ only in the names"),
        ({"/a/{id}": {"get": {"responses": OK}}}, "no parameter with 'in: path' declares it"),
        ({"/a": {"get": {"parameters": [ID], "responses": OK}}}, "has no '{id}' in '/a'"),
        ({"/a": {"get": {"security": [{"key": []}], "responses": OK}}}, "'key' is not declared"),
        (
            {"/a": {p: {"operationId": "x", "responses": OK} for p in ("get", "put")}},
            "'x' already belongs to GET /a",
        ),
    ],
)
def test_what_the_schema_cannot_say_is_checked_too(paths, says):
    assert said(paths).count(says) == 1


def test_no_more_than_fifty_faults_are_told():
    assert len(structural_faults(document({f"p{i}": {} for i in range(80)}))) == 50


@pytest.mark.parametrize("paths", [None, [], 3, {"/a": None}, {"/a": {"get": []}}, {"/a": {"parameters": 3}}])
def test_a_wrong_shape_is_a_fault_and_nothing_worse(paths):
    assert structural_faults(document(paths))
