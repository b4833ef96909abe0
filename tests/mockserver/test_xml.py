"""`mockserver.xml`: values as XML and back, by the XML Objects of a document."""

from __future__ import annotations

import pytest

from mockserver.answers import Refused
from mockserver.xml import DEEPEST, Markup, is_xml

PET = {
    "type": "object",
    "xml": {"name": "pet"},
    "required": ["tags"],
    "properties": {
        "id": {"type": "integer", "xml": {"attribute": True}},
        "name": {"type": "string"},
        "weight": {"type": "number"},
        "tame": {"type": "boolean"},
        "chip": {"type": ["string", "null"]},
        "photoUrls": {
            "type": "array",
            "xml": {"wrapped": True},
            "items": {"type": "string", "xml": {"name": "url"}},
        },
        "aliases": {"type": "array", "xml": {"wrapped": True, "name": "names"}, "items": {"type": "string"}},
        "tags": {"type": "array", "items": {"$ref": "#/components/schemas/Tag"}},
        "owner": {"$ref": "#/components/schemas/Owner"},
    },
}
DATA = {
    "components": {
        "schemas": {
            "Pet": PET,
            "Tag": {"type": "object", "xml": {"name": "tag"}, "properties": {"text": {"type": "string"}}},
            "Owner": {
                "type": "object",
                "xml": {"namespace": "urn:people", "prefix": "p"},
                "properties": {
                    "name": {"type": "string"},
                    "pets": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}},
                },
            },
        }
    }
}
START = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def markup(schema, root="root"):
    return Markup(schema, DATA, root)


def test_a_value_is_written_as_its_xml_objects_say():
    """Attributes, wrapped and plain lists, a name for the items, a namespace."""
    pet = {
        "id": 7,
        "name": "Rex & <Co>",
        "photoUrls": ["a", "b"],
        "aliases": ["c"],
        "tags": [{"text": "good"}, {"text": "dog"}],
        "owner": {"name": "Ann"},
    }

    written = markup({"$ref": "#/components/schemas/Pet"}).write(pet)

    assert written == START + (
        b'<pet id="7"><name>Rex &amp; &lt;Co&gt;</name><photoUrls><url>a</url><url>b</url></photoUrls>'
        b"<names><names>c</names></names><tag><text>good</text></tag><tag><text>dog</text></tag>"
        b'<p:owner xmlns:p="urn:people"><name>Ann</name></p:owner></pet>'
    )


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"$ref": "#/components/schemas/Pet"}, {"id": 1, "name": "", "tags": []}),
        ({"$ref": "#/components/schemas/Pet"}, {"tags": [], "weight": -1.5, "tame": False, "chip": None}),
        ({"$ref": "#/components/schemas/Pet"}, {"tags": [], "owner": {"pets": [{"name": "a", "tags": []}]}}),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Tag"}}, [{"text": "a"}, {"text": "b"}]),
        ({"type": "array", "xml": {"name": "ids"}, "items": {"type": "integer"}}, [1, 2]),
        ({"type": "string"}, "plain"),
        ({"type": "integer"}, 12),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, {"a": 1, "b": 2}),
        (
            {"allOf": [{"$ref": "#/components/schemas/Tag"}, {"properties": {"n": {"type": "integer"}}}]},
            {"text": "a", "n": 1},
        ),
        ({"oneOf": [{"type": "boolean"}, {"type": "integer"}]}, True),
        ({}, {"a": {"b": "c"}}),
        (True, "anything"),
        (
            {
                "type": "object",
                "properties": {
                    "lang": {"type": "string", "xml": {"nodeType": "attribute"}},
                    "text": {"type": "string", "xml": {"nodeType": "cdata"}},
                },
            },
            {"lang": "en", "text": "a < b"},
        ),
        (
            {
                "type": "object",
                "properties": {
                    "inner": {
                        "type": "object",
                        "xml": {"nodeType": "none"},
                        "properties": {"a": {"type": "string"}},
                    },
                    "all": {"type": "array", "xml": {"nodeType": "element"}, "items": {"type": "number"}},
                },
            },
            {"inner": {"a": "b"}, "all": [1, 2.5]},
        ),
    ],
    ids=str,
)
def test_what_was_written_is_read_as_it_was(schema, value):
    """A client and the server that share a document understand each other."""
    written = markup(schema).write(value)

    assert markup(schema).read(written) == value


def test_a_schema_without_a_name_has_the_name_of_its_component_or_the_one_given():
    assert (
        markup({"$ref": "#/components/schemas/Owner"}).write({}).endswith(b'<p:Owner xmlns:p="urn:people" />')
    )
    assert markup({"type": "integer"}, "answer").write(1) == START + b"<answer>1</answer>"


def test_what_cannot_stand_in_xml_is_left_out_or_replaced():
    """A name with a blank and a control character: either would break the document."""
    written = markup({"type": "object"}).write({"first name": "a\x00b", "1st": "c"})

    assert written == START + b"<root><first_name>ab</first_name><_1st>c</_1st></root>"


def test_texts_that_do_not_fit_stay_texts_for_the_schema_to_refuse():
    schema = {"type": "object", "properties": {"n": {"type": "integer"}, "b": {"type": "boolean"}}}

    assert markup(schema).read(b"<root><n>many</n><b>yes</b></root>") == {"n": "many", "b": "yes"}
    assert markup(schema).read(b"<root><n>1</n><n>2</n></root>") == {"n": [1, 2]}


def test_namespaces_of_the_sender_do_not_matter():
    schema = {"$ref": "#/components/schemas/Owner"}

    assert markup(schema).read(b'<x:Owner xmlns:x="urn:people"><x:name>Ann</x:name></x:Owner>') == {
        "name": "Ann"
    }


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "not XML"),
        (b"<a>", "not XML"),
        (b"{}", "not XML"),
        (b"\xff\xfe\x00", "not XML"),
        (b'<?xml version="1.0" encoding="none-such"?><a/>', "not XML"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "without <!DOCTYPE>"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "without <!DOCTYPE>"),
        (b"<a>" * (DEEPEST + 1) + b"</a>" * (DEEPEST + 1), f"deeper than {DEEPEST}"),
    ],
    ids=lambda each: str(each)[:40],
)
def test_what_is_no_xml_or_no_harmless_one_is_refused(content, told):
    """No entity is ever declared, so none can explode or read a file."""
    with pytest.raises(Refused, match=told) as refusal:
        markup({}).read(content)

    assert refusal.value.kind == "malformedBody"


@pytest.mark.parametrize(
    ("kind", "is_one"),
    [
        ("application/xml", True),
        ("text/xml; charset=utf-8", True),
        ("image/svg+xml", True),
        ("text/html", False),
    ],
)
def test_which_media_types_are_xml(kind, is_one):
    assert is_xml(kind) is is_one


@pytest.mark.parametrize(
    ("schema", "content"),
    [
        ({"$ref": "#/components/schemas/Pet"}, b"<dog><name>Rex</name></dog>"),
        ({"type": "object", "xml": {"name": "p:t", "prefix": "x"}}, b"<t/>"),
        ({"type": "array", "xml": {"name": "ids", "wrapped": True}}, b"<id>1</id>"),
    ],
)
def test_a_root_of_another_name_is_refused(schema, content):
    """The body of somebody else's schema would otherwise be an empty one of ours."""
    with pytest.raises(Refused, match="The root element of the body is ") as caught:
        markup(schema).read(content)

    assert caught.value.kind == "invalidBody"


@pytest.mark.parametrize(
    ("schema", "content"),
    [
        ({"$ref": "#/components/schemas/Pet"}, b'<n:pet xmlns:n="urn:any"><tag/></n:pet>'),
        ({"type": "object", "xml": {"name": "t", "prefix": "x"}}, b"<t/>"),
        ({"type": "array", "xml": {"name": "id"}, "items": {"type": "integer"}}, b"<ids><id>1</id></ids>"),
        ({"type": "object"}, b"<anything/>"),
    ],
)
def test_a_root_without_a_name_of_its_own_may_have_any(schema, content):
    """Nor does its namespace count: many clients send none."""
    markup(schema).read(content)
