"""`mockserver.samples`: what is answered where the document has no lifecycle and perhaps no example."""

from __future__ import annotations

import time

import pytest

from mockserver.samples import Sample
from speckit.operation import Operation, Response
from speckit.pointer import ABSENT
from speckit.sample import example
from speckit.schema import Schemas

COMPONENTS = {
    "Node": {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string"},
            "left": {"$ref": "#/components/schemas/Node"},
            "right": {"$ref": "#/components/schemas/Node"},
            "all": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
        },
    },
    "Linked": {
        "type": "object",
        "required": ["next"],
        "properties": {"next": {"anyOf": [{"$ref": "#/components/schemas/Linked"}, {"type": "null"}]}},
    },
    "Wide": {
        "type": "object",
        "properties": {f"p{n}": {"$ref": "#/components/schemas/Wide"} for n in range(12)},
    },
    "Base": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer", "minimum": 1}}},
    "Named": {"type": "string", "minLength": 3},
}
REF = "#/components/schemas/"


def document(version):
    return {"openapi": version, "components": {"schemas": COMPONENTS}}


BOTH = [
    {},
    {"type": "string"},
    {"type": "boolean"},
    {"type": "integer"},
    {"type": "number"},
    {"type": "object"},
    {"type": "array", "items": {"type": "string"}},
    {"type": "array", "items": {"type": "integer"}, "minItems": 3, "maxItems": 4},
    {"type": "array", "items": {"type": "integer"}, "maxItems": 0},
    {"type": "array", "items": {}},
    {"type": "string", "minLength": 20},
    {"type": "string", "maxLength": 3},
    {"type": "string", "enum": ["b", "a"]},
    {"type": "integer", "enum": [3]},
    {"enum": [None, "a"]},
    {"type": "string", "default": "d"},
    {"type": "integer", "minimum": 5},
    {"type": "integer", "maximum": -5},
    {"type": "integer", "minimum": -3, "maximum": 3},
    {"type": "integer", "multipleOf": 7, "minimum": 1},
    {"type": "integer", "multipleOf": 7, "maximum": -1},
    {"type": "number", "minimum": 0.5, "maximum": 0.75},
    {"type": "integer", "minimum": 0.5},
    {"type": "number", "multipleOf": 0.25, "minimum": 0.1},
    {
        "type": "object",
        "required": ["a"],
        "additionalProperties": False,
        "properties": {"a": {"type": "string"}, "b": {"type": "integer", "minimum": 2}},
    },
    {"properties": {"a": {"type": "string"}}, "required": ["a"]},
    {"$ref": REF + "Node"},
    {"$ref": REF + "Named"},
    {"type": "array", "items": {"$ref": REF + "Node"}},
    {"allOf": [{"$ref": REF + "Base"}, {"type": "object", "properties": {"x": {"type": "string"}}}]},
    {"allOf": [{"$ref": REF + "Base"}], "properties": {"y": {"type": "boolean"}}, "required": ["y"]},
    {"allOf": [{"type": "string"}, {"minLength": 9}]},
    {"allOf": [{"$ref": REF + "Named"}]},
    {"oneOf": [{"type": "string"}, {"type": "integer"}]},
    {"anyOf": [{"$ref": REF + "Base"}, {"$ref": REF + "Node"}]},
    {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"enum": ["a"]}},
        "oneOf": [
            {"type": "object", "properties": {"one": {"type": "string"}}, "required": ["one"]},
            {"type": "object", "properties": {"two": {"type": "string"}}, "required": ["two"]},
        ],
    },
    {"type": "object", "additionalProperties": {"type": "integer"}},
    {"type": "object", "required": ["free"]},
]
FORMATS = [
    "date-time",
    "date",
    "time",
    "uuid",
    "email",
    "uri",
    "ipv4",
    "ipv6",
    "hostname",
    "byte",
    "password",
]
ONLY_30 = [
    {"type": "integer", "minimum": 3, "exclusiveMinimum": True},
    {"type": "integer", "maximum": 0, "exclusiveMaximum": True},
    {"type": "number", "minimum": 0, "exclusiveMinimum": True, "maximum": 1, "exclusiveMaximum": True},
    {"type": "string", "nullable": True},
    {"type": "string", "nullable": True, "enum": ["a", None]},
    {"allOf": [{"$ref": REF + "Base"}], "nullable": True},
]
ONLY_31 = [
    {"type": ["string", "null"]},
    {"type": "null"},
    {"type": ["null"]},
    {"const": 5},
    {"type": "integer", "exclusiveMinimum": 3},
    {"type": "integer", "exclusiveMaximum": 0},
    {"type": "integer", "exclusiveMaximum": -7},
    {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    {"type": "integer", "examples": [4, 5]},
    {"$ref": REF + "Linked"},
    {"anyOf": [{"type": "null"}, {"$ref": REF + "Base"}]},
    {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]},
    True,
]
CASES = [
    *[(version, schema) for version in ("3.0.3", "3.1.0") for schema in BOTH],
    *[(version, {"type": "string", "format": each}) for version in ("3.0.3", "3.1.0") for each in FORMATS],
    *[("3.0.3", schema) for schema in ONLY_30],
    *[("3.1.0", schema) for schema in ONLY_31],
]


@pytest.mark.parametrize(("version", "schema"), CASES, ids=lambda each: str(each)[:90])
def test_a_made_up_value_fits_its_schema(version, schema):
    """An answer that broke the document would teach its readers a wrong API."""
    data = document(version)

    made = example(data, {"schema": schema})

    errors = [error.message for error in Schemas(data).validator(schema).iter_errors(made)]
    assert not errors, f"{made!r}: {errors}"


def test_a_schema_that_goes_into_itself_many_times_ends_soon():
    """Each level has twelve of the next; nobody wants twelve to the power of eight."""
    started = time.perf_counter()

    made = example(document("3.0.3"), {"schema": {"$ref": REF + "Wide"}})

    assert set(made) <= {f"p{n}" for n in range(12)}
    assert time.perf_counter() - started < 1


def test_an_example_of_the_document_comes_before_anything_made_up():
    schema = {"type": "integer", "example": 2, "default": 3, "enum": [2, 3, 4]}
    examples = {"gone": {"externalValue": "http://nowhere/"}, "one": {"$ref": "#/components/examples/One"}}
    data = {"openapi": "3.0.3", "components": {"examples": {"One": {"value": 7}}}}

    assert example(data, {"example": None, "schema": schema}) is None
    assert example(data, {"examples": examples, "schema": schema}) == 7
    assert example(data, {"schema": schema}) == 2
    assert example(data, {"schema": {"type": "integer", "default": 3}}) == 3
    assert example(data, {}) == {}


def sample(responses):
    operation = Operation("op", "GET", "/", responses=responses)
    reply = Sample(operation, {"openapi": "3.0.3"})(None, None)
    return reply.status, reply.body, reply.content_type


def test_the_first_documented_success_is_answered():
    text = {"text/plain": {"example": "hi"}}

    assert sample({"404": Response({}, {}), "204": Response({}, {}), "201": Response(text, {})}) == (
        201,
        "hi",
        "text/plain",
    )
    assert sample({"204": Response({}, {})})[:2] == (204, ABSENT)
    assert sample({"default": Response({"application/json": {"example": 1}}, {})}) == (
        200,
        1,
        "application/json",
    )


def test_json_comes_before_other_media_types():
    content = {"text/csv": {"example": "a"}, "application/hal+json": {"example": {"a": 1}}}

    assert sample({"200": Response(content, {})}) == (200, {"a": 1}, "application/hal+json")
