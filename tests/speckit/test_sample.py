"""`speckit.sample`: values made from schemas, where the document has no example."""

from __future__ import annotations

import time
from random import Random

import pytest

from speckit.sample import Making, example
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
SEARCHED = [
    {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{4}$"},
    {"type": "string", "pattern": "[a-z0-9]+", "minLength": 12, "maxLength": 20},
    {"type": "string", "pattern": "^(?=.*[a-z]).{8,}$"},
    {"type": "string", "pattern": "^[\u4e00-\u9fa5]+$"},
    {"type": "array", "items": {"type": "integer"}, "minItems": 4, "uniqueItems": True},
    {"type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 3, "uniqueItems": True},
    {"type": "object", "minProperties": 3, "additionalProperties": {"type": "integer"}},
    {"type": "object", "maxProperties": 1, "properties": {"a": {}, "b": {}}, "required": ["b"]},
    {
        "type": "object",
        "minProperties": 1,
        "properties": {"a": {"type": "string"}},
        "additionalProperties": False,
    },
    {"type": "string", "not": {"enum": ["a"]}, "enum": ["a", "b"]},
    {"properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}, "not": {"required": ["b"]}},
    {"allOf": [{"type": "number", "minimum": 5}, {"type": "integer", "maximum": 9, "minimum": 1}]},
    {"allOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]},
    {"allOf": [{"type": "integer", "multipleOf": 4}, {"multipleOf": 6, "minimum": 1}]},
    {"allOf": [{"type": "string", "maxLength": 9}, {"maxLength": 4, "minLength": 3}]},
    {"type": "integer", "example": "seven"},
    {"type": "string", "format": "date", "default": None},
    {"type": "string", "enum": ["a"], "example": "b"},
]
"""What a value has to be looked for, or put together from several places."""
SEARCHED_31 = [
    {"type": "object", "patternProperties": {"^x-[a-z]+$": {"type": "integer"}}, "minProperties": 2},
    {"type": "object", "propertyNames": {"pattern": "^[a-z]{3}$"}, "minProperties": 2},
    {"type": "array", "contains": {"const": 7}, "minContains": 2, "items": {"type": "integer"}},
    {"type": "array", "prefixItems": [{"const": 1}], "contains": {"const": 2}},
    {
        "type": "object",
        "properties": {"card": {"type": "string"}, "address": {"type": "string"}},
        "required": ["card"],
        "dependentRequired": {"card": ["address", "zip"]},
    },
    {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"enum": ["a", "b"]}},
        "if": {"properties": {"kind": {"const": "b"}}},
        "then": {"required": ["size"], "properties": {"size": {"type": "integer"}}},
        "else": {"required": ["name"]},
    },
    {
        "required": ["a"],
        "dependentSchemas": {"a": {"required": ["b"], "properties": {"b": {"type": "integer"}}}},
    },
    {"type": ["integer", "string"], "minimum": 3},
    {"type": "string", "contentEncoding": "base64"},
    {"minimum": 4},
    {"pattern": "^a+$"},
    {"items": {"type": "integer"}, "minItems": 2},
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
    *[(version, schema) for version in ("3.0.3", "3.1.0") for schema in SEARCHED],
    *[("3.1.0", schema) for schema in SEARCHED_31],
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


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("version", "schema"), CASES, ids=lambda each: str(each)[:90])
def test_a_value_made_by_chance_fits_its_schema_too(version, schema, seed):
    """The conditions that chance decides aside, which whoever asks for such values tries again."""
    data = document(version)
    schema = (
        schema if isinstance(schema, bool) else {k: v for k, v in schema.items() if k not in ("if", "oneOf")}
    )

    made = Making(data, heeds=False, random=Random(seed)).value(schema, ())

    errors = [error.message for error in Schemas(data).validator(schema).iter_errors(made)]
    assert not errors, f"{made!r}: {errors}"


def test_chance_is_the_same_for_the_same_seed_and_varies_otherwise():
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"format": "uuid"}, "c": {"type": "number"}},
    }

    made = [Making({}, random=Random(seed)).value(schema, ()) for seed in (1, 1, 2)]

    assert made[0] == made[1] != made[2]


def test_only_what_is_required_is_made_where_less_is_better():
    schema = {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": "array", "items": {}}, "b": {}},
    }

    assert Making({}, is_lean=True).value(schema, ()) == {"a": []}


def test_what_is_inside_a_value_is_found_with_its_schema():
    data = document("3.0.3")
    schema = {
        "allOf": [{"$ref": REF + "Node"}],
        "properties": {"more": {"type": "array", "items": {"const": 1}}},
    }

    making = Making(data)

    assert making.inside(schema, ("left", "name")) == ({"type": "string"}, False)
    assert making.inside(schema, ("more", 0)) == ({"const": 1}, False)
    assert making.inside(schema, ("all",)) == (COMPONENTS["Node"]["properties"]["all"], True)


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
