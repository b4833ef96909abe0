"""Schemas made readable: every keyword is told, nothing is endless, and no text of a document comes alive."""

import re

import markdown as python_markdown
import pytest
from markdown_it import MarkdownIt
from schema_tables import field, ref, rows, told

from handbook import prose, shape
from handbook.page import MARKDOWN, SITE

LIVE = re.compile(
    r"<(?!/?(?:p|br|table|thead|tbody|tr|th|td|code|details|summary|strong|em|pre|a|ul|li)\b)[^>]*>"
)


JOB = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "integer"}, "tags": {"type": "array", "items": {"type": "string"}}},
}


def test_fields_have_dotted_names_and_components_are_types():
    text = told(
        {
            "type": "object",
            "required": ["data"],
            "properties": {"data": {"type": "array", "items": ref("Job")}},
        },
        Job=JOB,
    )

    assert rows(text) == {
        "data": ["array of `Job`", "yes", ""],
        "data[].id": ["integer", "yes", ""],
        "data[].tags": ["array of string", "no", ""],
    }


def test_a_component_is_named_and_a_list_at_the_root_has_its_fields():
    assert told(ref("Job"), Job=JOB).startswith("`Job`, an object.")
    assert "[].id" in rows(told({"type": "array", "items": ref("Job")}, Job=JOB))


@pytest.mark.parametrize(
    ("schema", "kind", "words"),
    [
        ({"type": "string", "nullable": True}, "string or null", ""),
        ({"type": ["string", "null"]}, "string or null", ""),
        ({"type": ["string", "integer"]}, "string or integer", ""),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string or null", ""),
        ({"oneOf": [{"type": "string"}, ref("Job")]}, "string or `Job`", ""),
        ({"type": "string", "format": "date-time"}, "string (date-time)", ""),
        ({"enum": ["a", "b"]}, "string", "One of `a` or `b`."),
        ({"const": 7}, "any", "Always `7`."),
        ({"type": "integer", "minimum": 1, "maximum": 200}, "integer", "From 1 to 200."),
        ({"type": "number", "minimum": 0, "exclusiveMinimum": True}, "number", "More than 0."),
        ({"type": "number", "exclusiveMaximum": 5}, "number", "Less than 5."),
        ({"type": "integer", "multipleOf": 5}, "integer", "A multiple of 5."),
        ({"type": "string", "minLength": 1, "maxLength": 9}, "string", "1 to 9 characters."),
        ({"type": "string", "pattern": "^a|b$"}, "string", r"Matches `^a\|b$`."),
        (
            {"type": "array", "items": {"type": "string"}, "maxItems": 3},
            "array of string",
            "At most 3 items.",
        ),
        ({"type": "array", "uniqueItems": True}, "array of any", "No item twice."),
        ({"type": "string", "default": ""}, "string", 'Default: `""`.'),
        ({"type": "boolean", "default": False}, "boolean", "Default: `false`."),
        ({"type": "string", "readOnly": True}, "string", "Only in answers."),
        ({"type": "string", "writeOnly": True}, "string", "Only in requests."),
        ({"type": "string", "deprecated": True}, "string", "**Deprecated.**"),
        ({"type": "string", "examples": ["x"]}, "string", "Example: `x`."),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "map of integer", ""),
        ({"type": "object", "additionalProperties": True}, "object", ""),
        ({"allOf": [ref("Job")], "nullable": True}, "`Job` or null", ""),
        (True, "any", ""),
        ({}, "any", ""),
    ],
)
def test_what_a_schema_asks_is_told(schema, kind, words):
    found = field(schema, Job=JOB)

    assert found[0] == kind
    assert found[2] == words


def test_the_values_of_a_long_enumeration_are_counted():
    assert field({"enum": [f"v{n}" for n in range(100)]})[2].endswith("`v39` and 60 more.")


def test_what_is_composed_of_parts_has_the_fields_of_all():
    text = told(
        {"allOf": [ref("Job"), {"required": ["tags"], "properties": {"name": {"type": "string"}}}]}, Job=JOB
    )

    assert rows(text)["tags"][1] == "yes"
    assert set(rows(text)) == {"id", "tags", "name"}


def test_a_part_may_refine_a_field_of_another():
    refined = {"properties": {"id": {"description": "The number.", "minimum": 1}}}

    assert rows(told({"allOf": [ref("Job"), refined]}, Job=JOB))["id"] == [
        "integer",
        "yes",
        "The number.<br>At least 1.",
    ]


def test_variants_at_the_root_each_have_a_table_and_say_what_tells_them_apart():
    animals = {
        name: {"type": "object", "properties": {"kind": {}, name.lower(): {}}} for name in ("Cat", "Dog")
    }
    mapping = {"cat": "#/components/schemas/Cat"}
    pet = {"oneOf": [ref("Cat"), ref("Dog")], "discriminator": {"propertyName": "kind", "mapping": mapping}}

    text = told(pet, **animals)

    assert "One of these 2. `kind` tells which: `cat` for `Cat`." in text
    assert text.index("**`Cat`**") < text.index("`cat` |") < text.index("**`Dog`**") < text.index("`dog` |")


def test_a_field_that_only_some_variants_have_says_which():
    animals = {
        name: {"type": "object", "properties": {"kind": {}, name.lower(): {}}} for name in ("Cat", "Dog")
    }

    found = rows(told({"properties": {"pet": {"anyOf": [ref("Cat"), ref("Dog")]}}}, **animals))

    assert found["pet"][0] == "`Cat` or `Dog`"
    assert found["pet.kind"][2] == ""
    assert found["pet.dog"][2] == "In `Dog`."


def test_a_circle_is_named_and_not_followed():
    node = {"type": "object", "properties": {"below": {"type": "array", "items": ref("Node")}}}

    found = rows(told(ref("Node"), Node=node))

    assert found == {"below": ["array of `Node`", "no", "The fields of `Node` are listed above."]}


@pytest.mark.parametrize(
    "schema",
    [{"allOf": [ref("Loop")]}, {"oneOf": [ref("Loop")]}, {"items": ref("Loop")}, ref("Loop"), ref("Nowhere")],
)
def test_a_schema_that_leads_nowhere_else_than_to_itself_ends(schema):
    assert told(ref("Loop"), Loop=schema)


def deep(levels):
    return {"type": "object", "properties": {"x": deep(levels - 1) if levels else {"type": "string"}}}


def test_deep_fields_have_a_table_of_their_own_that_the_site_folds_away():
    """Nobody should have to guess what lies further down."""
    site, plain = told(deep(5), SITE), told(deep(5), MARKDOWN)

    assert '<details markdown="1">\n<summary>Deeper fields (3)</summary>' in site
    assert "Deeper fields (3):\n\n| Field |" in plain
    assert list(rows(plain)) == list(rows(site)) == [".".join("x" * n) for n in range(1, 7)]


def test_a_table_stays_bounded_and_tells_what_it_left_out():
    wide = {"type": "object", "properties": {f"f{n}": ref("Wide") if n else {} for n in range(100)}}
    huge = {"type": "object", "properties": {f"a{n}": ref("Wide") for n in range(10)}}

    assert len(rows(told(wide, limit=30, Wide=JOB))) == 30
    assert "70 more fields are not listed." in told(wide, limit=30, Wide=JOB)
    text = told(huge, Wide=wide)
    assert len(rows(text)) <= shape.MOST_ROWS
    assert "Not listed: the fields of `a1`, `a2`" in text


def test_what_may_be_a_plain_value_is_looked_into_last():
    fields = {name: {} for name in "abcdefgh"}
    expandable = {"anyOf": [{"type": "string"}, {"type": "object", "properties": fields}]}
    schema = {"properties": {"id": expandable, "real": {"type": "object", "properties": fields}}}

    found = rows(told(schema, limit=10))

    assert "real.a" in found
    assert "id.a" not in found


NASTY = [
    "a | b", "`code`", "*stars* _and_ __more__", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1))", "[a](javascript&#58;alert(1))", "two\nlines", "# not a heading", "- no list",
    "1. no list", "{: onclick=alert(1) }", "![a](https://evil.example/a.png)", "&lt;b&gt;", "a\\",
    "<br/onclick=x>",
    "~~~\nfence", "```", "=== \"tab\"", "!!! note", "--8<-- \"/etc/passwd\"", "<!-- -->", "</details><b>",
    "[ref]: javascript:alert(1)\n\n[ref]", "<a href='javascript:alert(1)'>x</a>", "<javascript:alert(1)>",
]  # fmt: skip


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("form", [SITE, MARKDOWN])
def test_no_text_of_a_document_breaks_out_of_its_cell_or_comes_alive(text, form):
    """A document is somebody else's: its pages must be safe to look at, whatever it says."""
    schema = {
        "type": "object",
        "description": text,
        "properties": {text: {"description": text, "enum": [text]}},
    }

    page = told({"properties": {"outer": schema, "next": {"type": text, "format": text}}}, form)

    for rendered in (
        python_markdown.markdown(page, extensions=["tables", "attr_list", "md_in_html", "fenced_code"]),
        MarkdownIt("commonmark", {"html": True}).enable("table").render(page),
    ):
        assert rendered.count("<tr>") == 4  # the head and three fields
        assert rendered.count("<th") - rendered.count("<thead") == 4
        assert not LIVE.search(rendered), LIVE.search(rendered)
        assert "javascript:" not in "".join(re.findall(r"href=\"[^\"]*", rendered.replace("&#58;", ":")))
        assert "onclick=" not in "".join(re.findall(r"<[^>]*>", rendered))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Title\n\ntext", "### Title\n\ntext"),
        ("<p>One <code>a&lt;b</code></p><p>Two</p>", "One `a<b`\n\nTwo"),
        ("<a href='https://a.example'>there</a>", "[there](https://a.example)"),
        ("see [x](/elsewhere)", "see x"),
        ("* a\n* b\n  * c", "-   a\n-   b\n    -   c"),
        ("a <job id> in snake_case", "a &lt;job id> in snake_case"),
        ("![chart](https://a.example/x.png)", "[chart](https://a.example/x.png)"),
        ("    indented", "```\nindented\n```"),
        ("a\nb", "a b"),
    ],
)
def test_descriptions_are_written_anew(text, expected):
    assert prose.block(text, SITE, below=2) == expected


def test_a_description_in_a_cell_is_one_line():
    assert prose.cell("One.\n\n- a\n- b\n\n```\nx = 1\n```", SITE) == "One.<br>• a<br>• b<br>`x = 1`"


def test_a_field_by_which_variants_of_a_list_differ_has_all_its_choices():
    """What tells a cat from a dog is not always `cat`."""
    data = {
        "components": {
            "schemas": {
                "Cat": {
                    "type": "object",
                    "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}},
                },
                "Dog": {"type": "object", "properties": {"kind": {"const": "dog"}}},
            }
        }
    }
    items = {
        "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
        "discriminator": {"propertyName": "kind"},
    }

    text = shape.markdown({"type": "array", "items": items}, data, form=MARKDOWN)

    assert "`cat`" in text
    assert "`dog`" in text
    assert "Always" not in text
    assert "`kind` tells which it is." in text


PET = {
    "type": "object",
    "required": ["kind"],
    "discriminator": {"propertyName": "kind", "mapping": {"hound": "Dog"}},
    "properties": {"kind": {"type": "string"}},
}
CAT = {"allOf": [ref("Pet"), {"required": ["mood"], "properties": {"mood": {"type": "string"}}}]}
DOG = {"allOf": [ref("Pet"), {"properties": {"friends": {"type": "array", "items": ref("Pet")}}}]}


def test_what_inherits_from_a_base_is_told_with_its_fields():
    """Such a base lists nobody: its heirs name it."""
    text = told(ref("Pet"), Pet=PET, Cat=CAT, Dog=DOG)

    assert "`kind` tells which: `Cat` for `Cat` or `hound` for `Dog`." in text
    assert rows(text)["mood"] == ["string", "no", "Required in `Cat`."]
    assert rows(text)["friends"][2].startswith("In `Dog`.")
    assert list(rows(text)) == ["kind", "mood", "friends"]


def test_heirs_called_by_their_names_are_listed_once():
    pet = {**PET, "discriminator": {"propertyName": "kind"}}

    assert "`kind` tells which: `Cat` or `Dog`." in told(ref("Pet"), Pet=pet, Cat=CAT, Dog=DOG)


def test_an_heir_tells_which_it_is_and_has_the_fields_of_its_base():
    text = told(ref("Dog"), Pet=PET, Cat=CAT, Dog=DOG)

    assert "`kind` is `hound`." in text
    assert rows(text)["kind"][1] == "yes"
    assert "The fields of `Dog` are listed above." in rows(text)["friends"][2]


def test_a_value_that_a_discriminator_does_not_know_has_its_own_variant():
    schema = {**PET, "discriminator": {"propertyName": "kind", "defaultMapping": "Other"}}

    assert "Without it: `Other`." in told(schema)


def test_items_with_a_place_of_their_own_are_told_one_by_one():
    """East comes before north, or else."""
    schema = {
        "type": "array",
        "prefixItems": [
            {"type": "number", "description": "East."},
            {"type": "object", "properties": {"m": {}}},
        ],
        "items": {"type": "string"},
        "minItems": 1,
    }

    found = rows(told({"type": "object", "properties": {"at": schema}}))

    assert found["at"][0] == "array: number, object, then any number of string"
    assert found["at[0]"] == ["number", "yes", "East."]
    assert found["at[1]"][:2] == ["object", "no"]
    assert found["at[1].m"][0] == "any"
    assert found["at[]"] == ["string", "no", "Each one after these."]
    assert next(iter(rows(told(schema)))) == "[0]"


def test_no_items_after_those_with_a_place_is_told():
    assert field({"prefixItems": [{"type": "number"}], "items": False})[2] == "No further items."
