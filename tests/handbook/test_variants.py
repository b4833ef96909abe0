"""Schemas of several variants, and rules with an `if`: each is told, and what belongs to which."""

import pytest
from schema_tables import field, ref, rows, told

CIRCLE = {
    "type": "object",
    "required": ["r"],
    "properties": {"r": {"type": "number"}, "note": {"type": "string", "description": "Of a circle."}},
}
BOX = {
    "type": "object",
    "required": ["w"],
    "properties": {"w": {"type": "number"}, "note": {"type": "integer", "description": "Of a box."}},
}


def inline(schema):
    """Return the rows of an object whose field `it` has `schema`."""
    return rows(told({"type": "object", "properties": {"it": schema}}, Circle=CIRCLE, Box=BOX))


def test_variants_written_inline_are_called_by_their_titles():
    """Without that, a reader sends nothing, or all of it at once."""
    found = inline({"oneOf": [{"title": "Round", **CIRCLE}, {"title": "Square", **BOX}]})

    assert found["it"][0] == "Round or Square"
    assert found["it.r"][1:] == ["no", "Required in Round."]
    assert found["it.w"][1:] == ["no", "Required in Square."]


def test_variants_without_any_name_are_counted():
    found = inline({"oneOf": [CIRCLE, BOX, {"type": "string"}]})

    assert found["it"][0] == "one of 2 objects or string"
    assert found["it.w"][2] == "Required in variant 2."
    assert inline({"oneOf": [CIRCLE, BOX, {**CIRCLE, "minProperties": 2}]})["it.r"][2] == (
        "Required in variants 1 and 3."
    )


def test_a_field_that_variants_make_different_things_of_is_told_for_each():
    found = inline({"oneOf": [ref("Circle"), ref("Box")]})

    assert found["it.note"] == [
        "string or integer",
        "no",
        "In `Circle`: string. Of a circle.<br>In `Box`: integer. Of a box.",
    ]


def test_what_a_plain_variant_may_be_is_told_and_fields_are_needed_only_beside_it():
    """An item may be a circle, or one of two words."""
    words = {"type": "string", "enum": ["none", "all"], "description": "No circle."}

    found = inline({"type": "array", "items": {"anyOf": [ref("Circle"), words]}})

    assert found["it"] == [
        "array of `Circle` or string",
        "no",
        "Each item, as string: No circle. One of `none` or `all`.",
    ]
    assert found["it[].r"][1:] == ["no", "Required in `Circle`."]
    assert found["it[].note"][1:] == ["no", "Of a circle."]


def test_values_that_are_told_one_by_one_are_listed_with_what_they_mean():
    values = [{"const": "eu", "description": "In Europe."}, {"const": "us", "title": "In America"}]

    assert field({"oneOf": values}) == ["string", "no", "One of `eu` (In Europe) or `us` (In America)."]


def test_a_named_schema_of_variants_keeps_its_name():
    text = told(ref("Shape"), Shape={"oneOf": [{"title": "Round", **CIRCLE}, {"type": "string"}]})

    assert text.startswith("`Shape`: Round or string.")


def test_variants_beside_fields_of_its_own_are_named():
    schema = {"properties": {"kind": {}}, "oneOf": [ref("Circle"), ref("Box")]}

    assert inline(schema)["it"][2] == "Has the fields of `Circle` or `Box`, too."


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"dependentRequired": {"p": ["q"]}}, "With `p`, `q` is required."),
        (
            {
                "if": {"properties": {"p": {"const": "x"}}},
                "then": {"required": ["q"]},
                "else": {"required": ["r", "s"]},
            },
            "Where `p` is `x`, `q` is required; otherwise `r` and `s` are required.",
        ),
        (
            {"if": {"required": ["p"]}, "then": {"properties": {"q": False, "r": {"minimum": 1}}}},
            "Where `p` is given, `q` is left out and more is asked of `r`.",
        ),
        ({"if": {"required": ["p"]}, "else": {"required": ["q"]}}, "Unless `p` is given, `q` is required."),
        (
            {"if": {"minProperties": 2}, "then": {"required": ["q"]}},
            "More is asked of some: the schema has an `if` for them.",
        ),
        ({"if": {"required": ["p"]}}, ""),
        (
            {
                "allOf": [
                    {"if": {"required": [name]}, "then": {"properties": {"r": {"enum": [name, "z"]}}}}
                    for name in ("p", "q")
                ]
            },
            "Where `p` is given, `r` is `p` or `z`. Where `q` is given, `r` is `q` or `z`.",
        ),
        (
            {"anyOf": [{"required": ["p"]}, {"required": ["q", "r"]}]},
            "At least one of these is required: `p` or `q` and `r`.",
        ),
        (
            {"oneOf": [{"required": ["p"]}, {"required": ["q"]}]},
            "Exactly one of these is required: `p` or `q`.",
        ),
        ({"not": {"required": ["p", "q"]}}, "Never with `p` and `q` together."),
    ],
)
def test_what_is_asked_of_some_values_only_is_told(keywords, words):
    """A table of fields alone reads as if each could be left out."""
    assert field({"type": "object", "properties": {"p": {}, "q": {}}, **keywords})[2] == words


def test_a_field_that_nothing_fits_is_to_be_left_out():
    assert field(False) == ["none", "no", "Must be left out."]
