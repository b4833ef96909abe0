"""`mockserver.choices`: what is told of a value that fits none of several schemas."""

from __future__ import annotations

import jsonschema_rs
import pytest

from mockserver.choices import DEEPEST, misfit
from speckit.schema import Schemas


def animal(kind, **members):
    """An animal that is told by its kind, with these members of its own, all of them required."""
    return {
        "type": "object",
        "required": ["kind", *members],
        "properties": {"kind": {"type": "string", "enum": [kind]}, **members},
    }


CAT, DOG, NULL = (
    animal("cat", lives={"type": "integer"}),
    animal("dog", bark={"type": "string"}),
    {"type": "null"},
)
NONE = "it fits none of the 2 schemas that are allowed here"
INTEGER, TEXT = {"type": "integer"}, {"type": "string"}


@pytest.mark.parametrize("word", ["oneOf", "anyOf"])
@pytest.mark.parametrize(
    ("choices", "value", "told"),
    [
        ([CAT, DOG], {"kind": "bird"}, (("kind",), '"bird" is not one of "cat" or "dog"')),
        ([CAT, DOG, NULL], {"kind": "bird"}, (("kind",), '"bird" is not one of "cat" or "dog"')),
        ([CAT, DOG], {"kind": "dog"}, ((), '"bark" is a required property')),
        ([CAT, DOG, NULL], {"kind": "dog"}, ((), '"bark" is a required property')),
        ([CAT, DOG], {"kind": "cat", "lives": "x"}, (("lives",), '"x" is not of type "integer"')),
        ([CAT, DOG], {"kind": 1}, (("kind",), '1 is not of type "string"')),
        ([CAT, DOG], {"lives": 7}, ((), '"kind" is a required property')),
        ([CAT, DOG], [], ((), '[] is not of type "object"')),
        ([CAT, DOG, NULL], [], ((), '[] is not of type "object"')),
        ([INTEGER, TEXT], [], ((), f'{NONE}: [] is not of type "integer"; [] is not of type "string"')),
        (
            [INTEGER, {"const": "auto"}],
            "x",
            ((), f'{NONE}: "x" is not of type "integer"; "auto" was expected'),
        ),
        ([{"enum": [1, 2]}, {"const": 2}], 3, ((), "3 is not one of 1 or 2")),
        ([INTEGER, TEXT], ["a" * 400], ((), NONE)),
    ],
)
def test_the_schema_that_was_meant_is_told_of(word, choices, value, told):
    """Where none was, what all have against the value, or each."""
    (error,) = jsonschema_rs.Draft202012Validator({word: choices}).iter_errors(value)

    assert misfit(error) == told


def test_a_value_that_fits_several_schemas_is_told_so():
    """And not what a further schema has against it."""
    schema = {"oneOf": [INTEGER, {"type": "number"}, TEXT]}
    (error,) = jsonschema_rs.Draft202012Validator(schema).iter_errors(1)

    assert "more than one" in misfit(error)[1]


def condition(depth):
    """What is wrong with a condition in which so many others lie in each other, the innermost with a slip."""
    leaf = {"required": ["is"], "properties": {"is": {"enum": ["on", "off"]}}}
    inside = {"required": ["not"], "properties": {"not": {"$ref": "#"}}, "additionalProperties": False}
    schema = {"anyOf": [{"type": "object"} | inside, {"type": "object"} | leaf]}
    value = {"is": "of"}
    for _ in range(depth):
        value = {"not": value}
    (error,) = jsonschema_rs.Draft202012Validator(schema).iter_errors(value)
    return misfit(error)


def test_choices_in_choices_are_each_judged_once():
    """Else each level takes several times as long as the one below: a small body would stop the server."""
    path, told = condition(DEEPEST - 1)

    assert path == ("not",) * (DEEPEST - 1)
    assert told == condition(0)[1]


def test_very_deep_choices_are_not_told_apart():
    """Nobody reads that far, and no stack is without end."""
    path, told = condition(4 * DEEPEST)

    assert len(path) == DEEPEST
    assert "is not valid under any of the schemas" in told


@pytest.mark.parametrize(
    ("schema", "value", "told"),
    [
        ({"enum": ["a", "b", "c", None, 5]}, "x", ((), '"x" is not one of "a", "b", "c", null or 5')),
        ({"enum": list(range(60))}, "x", ((), '"x" is not one of 0, 1 or 58 other candidates')),
        (
            {"type": "object", "additionalProperties": False},
            {"type": "image", "width": 1},
            ((), "Additional properties are not allowed ('type', 'width' were unexpected)"),
        ),
        ({"properties": {"a": False}}, {"a": 1}, (("a",), "no value is allowed here")),
        ({"prefixItems": [{}], "items": False}, [1, 2], ((1,), "no value is allowed here")),
        (
            {"oneOf": [CAT], "additionalProperties": False},
            {"kind": "cat", "lives": 7},
            ((), "Additional properties are not allowed ('kind', 'lives' were unexpected)"),
        ),
    ],
)
def test_what_is_too_much_and_what_would_do_is_named(schema, value, told):
    """A validator that speaks of false schemas, or of other candidates, leaves its reader to guess."""
    validator = Schemas({"openapi": "3.1.0"}).validator(schema)

    assert [misfit(error) for error in validator.iter_errors(value)] == [told]
