"""Forms: what is plain of a schema, and whether one takes all that another has."""

from __future__ import annotations

import pytest

from toolkit.survey.forms import Form

DATA = {
    "components": {
        "schemas": {
            "Base": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
            "Job": {
                "allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"name": {"type": "string"}}}]
            },
            "Loop": {"allOf": [{"$ref": "#/components/schemas/Loop"}], "type": "object"},
            "Maybe": {"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/Job"}]},
        }
    }
}


def form(name: str) -> Form:
    return Form(DATA, {"$ref": f"#/components/schemas/{name}"})


def test_compositions_are_folded():
    job = form("Job")

    assert (job.name, job.kind, list(job.members), job.required) == ("Job", "object", ["id", "name"], {"id"})


def test_a_schema_that_contains_itself_ends():
    assert form("Loop").kind == "object"


def test_a_variant_that_is_null_says_that_it_may_be():
    assert form("Maybe").is_nullable
    assert list(form("Maybe").members) == ["id", "name"]


@pytest.mark.parametrize(
    ("one", "other", "takes"),
    [
        ({"type": "string"}, {"type": "string", "maxLength": 3}, True),
        ({"type": "string", "maxLength": 3}, {"type": "string"}, False),
        ({"type": "number"}, {"type": "integer"}, True),
        ({"type": "integer"}, {"type": "number"}, False),
        ({"type": "string", "enum": ["a", "b"]}, {"type": "string", "enum": ["a"]}, True),
        ({"type": "string", "enum": ["a"]}, {"type": "string", "enum": ["a", "b"]}, False),
        ({"type": "string"}, {"type": "string", "nullable": True}, False),
        ({}, {"type": "array", "items": {}}, True),
        (
            {"type": "array", "items": {"type": "string"}},
            {"type": "array", "items": {"type": "integer"}},
            False,
        ),
        (
            {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
            {"type": "object", "properties": {"a": {"type": "string"}}},
            False,
        ),
        (
            {"type": "object", "additionalProperties": False, "properties": {}},
            {"type": "object", "additionalProperties": False, "properties": {"a": {}}},
            False,
        ),
    ],
)
def test_a_field_takes_only_what_surely_fits(one, other, takes):
    """What a client sends is shown again: a value too much would break the answer."""
    assert Form({}, one).takes(Form({}, other)) is takes
