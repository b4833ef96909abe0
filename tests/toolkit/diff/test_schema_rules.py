"""Every rule about schemas, by the smallest pair of documents that shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from document_pairs import compared, one_schema, rules

from toolkit.diff import BREAKING, RULES, SAFE

OBJECT = {"type": "object", "properties": {"a": {"type": "string"}}}
CHOICE = {"oneOf": [{"title": "A", "type": "string"}, {"title": "B", "type": "object"}]}
WIDER = {"oneOf": [*CHOICE["oneOf"], {"title": "C", "type": "boolean"}]}
TOLD = {
    "oneOf": [
        {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}},
        {"type": "array"},
    ]
}

# The narrower schema, the wider one, and what it is called to come to the first and to the second.
BOTH_WAYS: list[tuple[str, str, Any, Any]] = [
    ("type-narrowed", "type-widened", {"type": "integer"}, {"type": ["integer", "string"]}),
    ("type-narrowed", "type-widened", {"type": "integer"}, {"type": "number"}),
    ("type-narrowed", "type-widened", {"type": "string"}, {}),
    ("null-forbidden", "null-allowed", {"type": "string"}, {"type": ["string", "null"]}),
    ("enum-value-removed", "enum-value-added", {"enum": ["a"]}, {"enum": ["a", "b"]}),
    ("enum-value-removed", "enum-value-added", {"const": "a"}, {"enum": ["a", "b"]}),
    ("became-enum", "enum-opened", {"type": "string", "enum": ["a"]}, {"type": "string"}),
    ("minimum-raised", "minimum-lowered", {"minimum": 2}, {"minimum": 1}),
    ("minimum-raised", "minimum-lowered", {"exclusiveMinimum": 1}, {"minimum": 1}),
    ("maximum-lowered", "maximum-raised", {"maximum": 1}, {"maximum": 2}),
    ("maximum-lowered", "maximum-raised", {"exclusiveMaximum": 2}, {"maximum": 2}),
    ("min-length-raised", "min-length-lowered", {"minLength": 2}, {"minLength": 1}),
    ("max-length-lowered", "max-length-raised", {"maxLength": 2}, {}),
    ("min-items-raised", "min-items-lowered", {"type": "array", "minItems": 1}, {"type": "array"}),
    ("max-items-lowered", "max-items-raised", {"maxItems": 1}, {"maxItems": 2}),
    ("min-properties-raised", "min-properties-lowered", {"minProperties": 2}, {"minProperties": 1}),
    ("max-properties-lowered", "max-properties-raised", {"maxProperties": 1}, {"maxProperties": 2}),
    ("pattern-added", "pattern-removed", {"pattern": "^a"}, {}),
    ("format-added", "format-removed", {"format": "uuid"}, {}),
    ("format-added", "format-removed", {"format": "int32"}, {"format": "int64"}),
    ("multiple-added", "multiple-removed", {"multipleOf": 10}, {"multipleOf": 5}),
    ("items-must-differ", "items-may-repeat", {"uniqueItems": True, "type": "array"}, {"type": "array"}),
    ("alternative-removed", "alternative-added", CHOICE, WIDER),
    (
        "additional-properties-closed",
        "additional-properties-opened",
        {**OBJECT, "additionalProperties": False},
        OBJECT,
    ),
    (
        "schema-closed",
        "schema-opened",
        {"type": "object", "properties": {"a": False}},
        {"type": "object", "properties": {"a": True}},
    ),
    ("constraint-added", "constraint-removed", {"not": {"const": 1}}, {}),
    (
        "constraint-added",
        "constraint-removed",
        {"type": "array", "items": {"type": "string"}},
        {"type": "array"},
    ),
]

OTHERS: list[tuple[str, Any, Any]] = [
    ("type-changed", {"type": "string"}, {"type": "integer"}),
    ("pattern-changed", {"pattern": "^a"}, {"pattern": "^b"}),
    ("format-changed", {"format": "uuid"}, {"format": "date"}),
    ("multiple-changed", {"multipleOf": 2}, {"multipleOf": 3}),
    ("alternatives-changed", {"type": "object", "properties": {"z": {"type": "string"}}}, TOLD),
    ("constraint-changed", {"not": {"const": 1}}, {"not": {"const": 2}}),
    (
        "discriminator-changed",
        {**CHOICE, "discriminator": {"propertyName": "kind"}},
        {**CHOICE, "discriminator": {"propertyName": "type"}},
    ),
    ("property-deprecated", OBJECT, {**OBJECT, "properties": {"a": {"type": "string", "deprecated": True}}}),
    ("default-changed", {"type": "string", "default": "a"}, {"type": "string", "default": "b"}),
    ("property-added", OBJECT, {**OBJECT, "properties": {**OBJECT["properties"], "b": {}}}),
    ("property-removed", {**OBJECT, "properties": {**OBJECT["properties"], "b": {}}}, OBJECT),
    ("property-became-required", OBJECT, {**OBJECT, "required": ["a"]}),
    ("property-became-optional", {**OBJECT, "required": ["a"]}, OBJECT),
]


def marked(word: str, **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": {"type": "string", word: True}}, **more}


ONE_SIDED: list[tuple[str, Any, Any]] = [
    (
        "request-required-property-added",
        OBJECT,
        {"type": "object", "properties": {**OBJECT["properties"], "b": {}}, "required": ["b"]},
    ),
    (
        "request-property-shut-out",
        {"properties": {"a": {}, "b": {}}, "additionalProperties": False},
        {"properties": {"a": {}}, "additionalProperties": False},
    ),
    ("request-property-became-read-only", OBJECT, marked("readOnly")),
    ("request-property-no-longer-read-only", marked("readOnly"), OBJECT),
    (
        "request-required-property-no-longer-read-only",
        marked("readOnly", required=["a"]),
        {**OBJECT, "required": ["a"]},
    ),
    (
        "response-property-let-in",
        {**OBJECT, "additionalProperties": False},
        {"type": "object", "properties": {"a": {"type": "string"}, "b": {}}, "additionalProperties": False},
    ),
    (
        "response-required-property-removed",
        {"type": "object", "properties": {"a": {"type": "string"}, "b": {}}, "required": ["b"]},
        {**OBJECT, "required": ["b"]},
    ),
    ("response-property-became-write-only", OBJECT, marked("writeOnly")),
    ("response-property-no-longer-write-only", marked("writeOnly"), OBJECT),
]

CASES = [
    *(
        (f"{side}-{kind}", wide, narrow)
        for kind, _, narrow, wide in BOTH_WAYS
        for side in ("request", "response")
    ),
    *(
        (f"{side}-{kind}", narrow, wide)
        for _, kind, narrow, wide in BOTH_WAYS
        for side in ("request", "response")
    ),
    *((f"{side}-{kind}", old, new) for kind, old, new in OTHERS for side in ("request", "response")),
    *ONE_SIDED,
]


@pytest.mark.parametrize(("rule", "old", "new"), CASES)
def test_a_difference_of_schemas_is_judged_by_its_rule(tmp_path, rule, old, new):
    """By that rule and no other: one change, one reason."""
    side = rule.split("-")[0]

    found = compared(one_schema(old, side), one_schema(new, side), tmp_path)

    assert rules(found) == {rule}
    assert all("POST /things" in each.subjects[0] for each in found)


def test_every_rule_about_schemas_is_shown():
    """A rule that nothing shows is one that nothing keeps."""
    about = {rule.id for rule in RULES.values() if rule.group.startswith("Schemas")}

    assert {rule for rule, _, _ in CASES} == about


@pytest.mark.parametrize(("tighter", "looser", "narrow", "wide"), BOTH_WAYS)
def test_what_is_narrower_breaks_requests_and_what_is_wider_breaks_answers(
    tmp_path, tighter, looser, narrow, wide
):
    """The direction decides: servers refuse less, or answer less, without harm."""
    for side, worse, better in (("request", narrow, wide), ("response", wide, narrow)):
        harm = compared(one_schema(better, side), one_schema(worse, side), tmp_path)
        peace = compared(one_schema(worse, side), one_schema(better, side), tmp_path)

        assert {each.verdict for each in harm} == {BREAKING}
        assert {each.verdict for each in peace} == {SAFE}


# The same thing written in another way is no change.

THING = {"Thing": {"type": "object", "properties": {"a": {"type": "string"}}}}
REF = {"$ref": "#/components/schemas/Thing"}
SAME: list[tuple[Any, Any]] = [
    (REF, THING["Thing"]),
    (REF, {"allOf": [REF]}),
    (REF, {"oneOf": [REF]}),
    ({"type": "string", "enum": ["a"]}, {"type": "string", "const": "a"}),
    ({"type": ["string", "null"]}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
    ({"properties": {"a": {"type": "string"}}}, OBJECT),
    ({"enum": ["a", "b"]}, {"enum": ["b", "a"]}),
    ({"type": "string", "minLength": 0}, {"type": "string"}),
    ({"type": "string", "description": "Old", "example": "a"}, {"type": "string", "x-new": 1}),
    (
        {"allOf": [{"minLength": 2}, {"minLength": 1}], "type": "string"},
        {"type": "string", "minLength": 2},
    ),
]


@pytest.mark.parametrize("side", ["request", "response"])
@pytest.mark.parametrize(("old", "new"), SAME)
def test_what_is_only_written_in_another_way_is_no_change(tmp_path, old, new, side):
    found = [
        *compared(one_schema(old, side, more=THING), one_schema(new, side, more=THING), tmp_path),
        *compared(one_schema(new, side, more=THING), one_schema(old, side, more=THING), tmp_path),
    ]

    assert rules(found) == set()


def test_the_null_of_3_0_is_the_null_of_3_1(tmp_path):
    """Whoever moves to a new version has not changed what travels."""
    old = one_schema(
        {"type": "string", "nullable": True, "minimum": 1, "exclusiveMinimum": True}, "request", "3.0.3"
    )
    new = one_schema({"type": ["string", "null"], "exclusiveMinimum": 1}, "request", "3.1.0")

    assert compared(old, new, tmp_path) == []


def test_a_form_beside_the_only_one_is_one_more_form(tmp_path):
    """A schema without a choice is the only form of itself."""
    other = {"Thing": THING["Thing"], "Other": {"type": "array"}}
    old = one_schema(REF, "response", more=other)
    new = one_schema({"oneOf": [REF, {"$ref": "#/components/schemas/Other"}]}, "response", more=other)

    assert rules(compared(old, new, tmp_path)) == {"response-alternative-added"}
    assert rules(compared(new, old, tmp_path)) == {"response-alternative-removed"}


def test_a_circular_schema_is_followed_once(tmp_path):
    """It refers to itself, by way of another."""

    def tree(kind: str) -> Any:
        node = {
            "type": "object",
            "properties": {"value": {"type": kind}, "next": {"$ref": "#/components/schemas/Link"}},
        }
        link = {"allOf": [{"$ref": "#/components/schemas/Node"}]}
        return {"Node": node, "Link": link}

    old, new = (
        one_schema({"$ref": "#/components/schemas/Node"}, "response", more=tree(k))
        for k in ("string", "integer")
    )

    found = compared(old, new, tmp_path)

    assert [each.rule.id for each in found] == ["response-type-changed"]
    assert found[0].old == ("components", "schemas", "Node", "properties", "value", "type")


def test_a_shared_schema_is_told_once_with_all_its_users(tmp_path):
    """A hundred operations with one schema are one thing to mend."""

    def document(kind: str) -> Any:
        data = one_schema(
            REF, "response", more={"Thing": {"type": "object", "properties": {"a": {"type": kind}}}}
        )
        data["paths"]["/others"] = {"get": data["paths"]["/things"]["post"]}
        return data

    found = compared(document("string"), document("boolean"), tmp_path)

    assert [each.subjects for each in found] == [("POST /things, answer 200", "GET /others, answer 200")]
    place = found[0].new_place
    assert place is not None
    assert (
        Path(place.file).read_text("utf-8").splitlines()[(place.line or 0) - 1].strip() == '"type": "boolean"'
    )


def test_a_change_says_in_which_schema_it_is(tmp_path: Path) -> None:
    """`callback_url` alone may be that of the schedule, or that of the export in it."""
    ref = {"$ref": "#/components/schemas/Export"}
    fields = {"callback_url": {"type": "string"}, "steps": {"type": "array", "items": {"enum": ["a", "b"]}}}
    export = {"type": "object", "properties": fields}
    stricter = {
        **export,
        "required": ["callback_url"],
        "properties": {**fields, "steps": {"type": "array", "items": {"enum": ["a"]}}},
    }
    schedule = {"type": "object", "properties": {"name": {"type": "string"}, "export": ref}}
    shorter = {"type": "object", "properties": {"name": {"type": "string", "maxLength": 9}, "export": ref}}
    old = one_schema(schedule, "request", more={"Export": export})
    new = one_schema(shorter, "request", more={"Export": stricter})

    told = {each.rule.id: each.what for each in compared(old, new, tmp_path)}

    assert told["request-property-became-required"] == "In Export: the property 'callback_url' is required."
    assert told["request-enum-value-removed"].startswith("In Export.steps[]: ")
    assert told["request-max-length-lowered"].startswith("In name: ")
