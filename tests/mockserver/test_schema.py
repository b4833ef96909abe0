"""`speckit.schema`: schemas of a document, compiled."""

from __future__ import annotations

import logging

import pytest

from speckit.schema import SchemaError, Schemas

COMPONENTS = {
    "Tree": {
        "type": "object",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {
            "name": {"$ref": "#/components/schemas/Name"},
            "below": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
            "parent": {"nullable": True, "allOf": [{"$ref": "#/components/schemas/Tree"}]},
        },
    },
    "Name": {"type": "string", "minLength": 2},
    "a/b c%~": {"type": "integer"},
    "Unused": {"type": "no such type"},
    "Broken": {"type": "string", "pattern": "("},
    "Loop": {"$ref": "#/components/schemas/Loop"},
}


def fits(schema, value, version="3.0.3"):
    data = {"openapi": version, "components": {"schemas": COMPONENTS}}
    return Schemas(data).validator(schema).is_valid(value)


def verdicts(schema, version="3.0.3", *, good=(), bad=()):
    """The values that are judged other than expected."""
    wrong = [value for value in good if not fits(schema, value, version)]
    return wrong + [value for value in bad if fits(schema, value, version)]


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "string", "nullable": True}, ["a", None], [1]),
        ({"type": "string", "nullable": False}, ["a"], [None]),
        ({"type": "string", "nullable": True, "enum": ["a"]}, ["a", None], ["b"]),
        ({"type": "string", "nullable": True, "enum": ["a", None]}, ["a", None], ["b"]),
        ({"type": "string", "enum": ["a"]}, ["a"], [None]),
        ({"nullable": True, "allOf": [{"$ref": "#/components/schemas/Name"}]}, ["ab", None], ["a", 1]),
        ({"type": "integer", "minimum": 3, "exclusiveMinimum": True}, [4], [3, 2]),
        ({"type": "integer", "minimum": 3, "exclusiveMinimum": False}, [3], [2]),
        ({"type": "integer", "maximum": 3, "exclusiveMaximum": True}, [2], [3, 4]),
        ({"type": "integer", "maximum": 3, "exclusiveMaximum": False}, [3], [4]),
        ({"type": "integer", "exclusiveMinimum": True}, [-1, 0], ["a"]),
        (
            {"type": "object", "properties": {"a": {"type": "integer", "nullable": True}}},
            [{"a": None}],
            [{"a": "x"}],
        ),
        (
            {"type": "array", "items": {"type": "integer", "minimum": 0, "exclusiveMinimum": True}},
            [[1]],
            [[0]],
        ),
        ({"additionalProperties": {"type": "string", "nullable": True}}, [{"x": None}], [{"x": 1}]),
        ({"not": {"type": "string", "nullable": True}}, [1], ["a", None]),
        ({"type": "string", "format": "date-time"}, ["2026-01-01T00:00:00Z"], ["yesterday"]),
        ({"type": "string", "format": "colour"}, ["anything"], [1]),
        ({"type": "string", "example": 5, "x-mine": True, "deprecated": True}, ["a"], [1]),
        ({"$ref": "#/components/schemas/Name", "maxLength": 1}, ["long enough"], ["a"]),
    ],
    ids=str,
)
def test_a_schema_of_openapi_30_means_what_it_means_there(schema, good, bad):
    """`nullable`, boolean exclusive bounds, and what stands beside a `$ref` being ignored."""
    assert verdicts(schema, good=good, bad=bad) == []


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": ["string", "null"]}, ["a", None], [1]),
        ({"type": "string", "nullable": True}, ["a"], [None]),
        ({"type": "integer", "exclusiveMinimum": 3}, [4], [3]),
        ({"const": 1}, [1], [2, True]),
        ({"$ref": "#/components/schemas/Name", "maxLength": 3}, ["abc"], ["a", "abcd"]),
        ({"prefixItems": [{"type": "string"}], "items": False}, [["a"]], [["a", 1], [1]]),
        ({"if": {"required": ["a"]}, "then": {"required": ["b"]}}, [{}, {"a": 1, "b": 2}], [{"a": 1}]),
        (True, [1, None, {}], []),
        (False, [], [1, None]),
    ],
    ids=str,
)
def test_a_schema_of_openapi_31_means_what_it_means_there(schema, good, bad):
    assert verdicts(schema, "3.1.0", good=good, bad=bad) == []


def test_a_property_may_be_called_like_a_keyword():
    """Only where a schema stands are its words keywords."""
    names = ("nullable", "example", "type", "enum", "$ref", "x-mine", "discriminator")
    schema = {"type": "object", "properties": {name: {"type": "integer"} for name in names}}

    for name in names:
        assert fits(schema, {name: 1})
        assert not fits(schema, {name: "a"}), name


def test_a_schema_may_go_into_itself():
    tree = {"$ref": "#/components/schemas/Tree"}
    good = {"name": "aa", "parent": None, "below": [{"name": "bb", "below": []}]}

    assert fits(tree, good)
    assert not fits(tree, {"name": "aa", "below": [{"name": "b"}]})
    assert not fits(tree, {"name": "aa", "parent": {"name": "b"}})


def test_a_name_may_hold_what_pointers_escape():
    assert fits({"$ref": "#/components/schemas/a~1b%20c%25~0"}, 1)
    assert not fits({"$ref": "#/components/schemas/a~1b%20c%25~0"}, "x")


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/components/schemas/Gone"},
        {"$ref": "#/components/schemas/Unused"},
        {"$ref": "#/components/schemas/Broken"},
        {"type": "string", "pattern": "("},
        {"minLength": "two"},
        {"type": "array", "items": {"$ref": "#/components/schemas/Broken"}},
    ],
    ids=str,
)
def test_a_schema_that_cannot_be_compiled_says_why(schema):
    with pytest.raises(SchemaError) as problem:
        fits(schema, 1)

    assert str(problem.value)
    assert "\n" not in str(problem.value)


def test_it_disables_its_own_check_only_and_says_so(caplog):
    """A document with one odd schema is played all the same."""
    data = {"openapi": "3.0.3", "components": {"schemas": COMPONENTS}}
    schemas = Schemas(data)

    with caplog.at_level(logging.WARNING, "understudy"):
        broken = schemas.validator_or_none({"$ref": "#/components/schemas/Broken"}, "The body of createJob")
        sound = schemas.validator_or_none({"$ref": "#/components/schemas/Name"}, "The body of createTask")

    assert broken is None
    assert not sound.is_valid("a")
    (record,) = caplog.records
    assert record.getMessage().startswith("The body of createJob is not checked")


def test_a_schema_that_only_refers_to_itself_is_refused():
    with pytest.raises(SchemaError):
        fits({"$ref": "#/components/schemas/Loop"}, 1)


def test_a_document_is_left_as_it_is():
    data = {"openapi": "3.0.3", "components": {"schemas": COMPONENTS}}
    schema = {"type": "integer", "minimum": 3, "exclusiveMinimum": True, "nullable": True}
    before = repr((data, schema))

    Schemas(data).validator(schema)

    assert repr((data, schema)) == before
