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
        ({"type": "string", "maxLength": 9}, {"type": "string", "maxLength": 3}, True),
        ({"type": "string", "maxLength": 3}, {"type": "string", "maxLength": 9}, False),
        ({"type": "string", "minLength": 0}, {"type": "string"}, True),
        ({"type": "string", "minLength": 1}, {"type": "string"}, False),
        ({"type": "integer", "minimum": 1}, {"type": "integer", "minimum": 2, "format": "int32"}, True),
        ({"type": "integer", "minimum": 2}, {"type": "integer", "minimum": 1}, False),
        ({"type": "integer", "format": "int64"}, {"type": "integer"}, True),
        ({"type": "string", "format": "uri"}, {"type": "string"}, False),
        ({"type": "string", "nullable": True}, {"type": "string"}, True),
        ({"type": "string"}, {"anyOf": [{"type": "string"}, {"type": "null"}]}, False),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, {"type": "string"}, True),
        ({"type": "string", "enum": ["a", "b"]}, {"const": "a", "type": "string"}, True),
        ({"type": "array", "items": {}, "maxItems": 9}, {"type": "array", "items": {}, "maxItems": 3}, True),
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


def test_a_null_that_may_not_be_is_all_that_does_not_fit():
    text, maybe = Form({}, {"type": "string"}), Form({}, {"type": "string", "nullable": True})

    assert (text.takes(maybe), text.takes_unless_null(maybe)) == (False, True)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ({"type": "string", "maxLength": 3}, {"type": "string"}, True),
        ({"type": "string"}, {"type": "integer"}, False),
        ({}, {}, False),
        (
            {"type": "array", "items": {"type": "string"}},
            {"type": "array", "items": {"type": "integer"}},
            False,
        ),
        ({"type": "array"}, {"anyOf": [{"type": "array"}, {"type": "string", "enum": [""]}]}, True),
    ],
)
def test_values_of_one_type_are_alike_whatever_their_limits(one, other, alike):
    assert Form({}, one).is_like(Form({}, other)) is alike
