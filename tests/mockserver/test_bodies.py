"""`mockserver.bodies`: forms, parts, sequences, text; what a body is where nothing says so."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import httpx
import pytest
import requests

from mockserver.answers import Refused
from mockserver.bodies import BodyReader
from mockserver.bodies.sequences import MOST
from speckit.operation import Body
from speckit.pointer import ABSENT
from speckit.schema import Schemas

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data"
JSON = "application/json"
DATA = {
    "openapi": "3.0.3",
    "components": {
        "schemas": {
            "Item": {
                "type": "object",
                "properties": {"price": {"type": "string"}, "count": {"type": "integer"}},
            },
            "Base": {
                "type": "object",
                "required": ["id", "name"],
                "properties": {"id": {"type": "integer", "readOnly": True}, "name": {"type": "string"}},
            },
        },
        "headers": {"Rate": {"required": True, "schema": {"type": "integer"}}},
    },
}
SCHEMAS = Schemas(DATA)
CUSTOMER = {
    "type": "object",
    "required": ["email"],
    "properties": {
        "email": {"type": "string"},
        "active": {"type": "boolean"},
        "expand": {"type": "array", "items": {"type": "string"}},
        "items": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}},
        "metadata": {
            "anyOf": [{"type": "object", "additionalProperties": {"type": "string"}}, {"enum": [""]}]
        },
        "address": {"type": "object", "properties": {"line": {"type": "string"}, "zip": {"type": "integer"}}},
    },
    "additionalProperties": False,
}
DEEP = {"style": "deepObject", "explode": True}
ENCODED = dict.fromkeys(("expand", "items", "metadata", "address"), DEEP)


def reader(content, *, required=True):
    """A reader of bodies with these media type objects."""
    schemas = {kind: media.get("schema", {}) for kind, media in content.items()}
    return BodyReader(Body(required, schemas, content), SCHEMAS)


def raw(header):
    """A header as it comes."""
    return None if header is None else header.encode("latin-1")


def read(content, body, content_type, encoding=None, **options):
    """What a body is read as; or the kind of its refusal, and its words."""
    body = body.encode() if isinstance(body, str) else body
    try:
        return reader(content, **options).read(body, raw(content_type), raw(encoding))
    except Refused as refused:
        return f"{refused.kind}: {refused.detail}"


def form(fields, schema=CUSTOMER, encoding=ENCODED):
    body = fields if isinstance(fields, str) else urlencode(fields, doseq=True)
    return read({FORM: {"schema": schema, "encoding": encoding}}, body, FORM)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("email=a%40b.c&active=true", {"email": "a@b.c", "active": True}),
        ("email=a&expand[]=x&expand[]=y", {"email": "a", "expand": ["x", "y"]}),
        ("email=a&expand[0]=x&expand[1]=y", {"email": "a", "expand": ["x", "y"]}),
        ({"email": "a", "expand": ["x", "y"]}, {"email": "a", "expand": ["x", "y"]}),
        (
            "email=a&items[0][price]=p1&items[0][count]=2&items[1][price]=p2",
            {"email": "a", "items": [{"price": "p1", "count": 2}, {"price": "p2"}]},
        ),
        (
            "email=a&items[][price]=p1&items[][price]=p2",
            {"email": "a", "items": [{"price": "p1"}, {"price": "p2"}]},
        ),
        ("email=a&metadata[order]=6735", {"email": "a", "metadata": {"order": "6735"}}),
        ("email=a&metadata=", {"email": "a", "metadata": ""}),
        ("email=a&address[line]=x+y&address[zip]=5", {"email": "a", "address": {"line": "x y", "zip": 5}}),
        ("email=a&email=b", {"email": "b"}),
    ],
)
def test_a_form_is_read_as_its_clients_write_it(fields, expected):
    """Lists and objects in brackets, as the SDKs of payment APIs send them."""
    assert form(fields) == expected


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ("active=true", '"email" is a required property'),
        ("email=a&active=5", "at active"),
        ("email=a&items[0][count]=x", "at items/0/count"),
        ("email=a&address[zip]=x", "at address/zip"),
        ("email=a&emial=b", "'emial' was unexpected"),
        ("email=a&emial[x]=b", "'emial' was unexpected"),
        ("email=a&active=" + "&active=x" * 1000, "too many fields; send at most 1000"),
        ("email=%ff", "The form is not UTF-8 below its percent signs; send percent-encoded UTF-8."),
    ],
)
def test_a_form_that_does_not_fit_is_refused(fields, problem):
    assert problem in form(fields)


def test_every_style_may_encode_a_field():
    schema = {
        "properties": {
            "csv": {"type": "array", "items": {"type": "integer"}},
            "pipes": {"type": "array", "items": {"type": "string"}},
            "point": {"type": "object", "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}}},
            "flat": {"type": "object", "properties": {"r": {"type": "integer"}}},
            "json": {"type": "object", "properties": {"a": {"type": "integer"}}},
            "text": {"type": "string"},
        }
    }
    encoding = {
        "csv": {"style": "form", "explode": False},
        "pipes": {"style": "pipeDelimited"},
        "point": {"style": "form", "explode": False},
        "flat": {"style": "form", "explode": True},
        "text": {"contentType": "application/json"},
    }
    fields = 'csv=1,2&pipes=a%7Cb&point=x,1,y,2&r=3&json={"a":1}&text="quoted"&more=1&most[a]=2'

    assert form(fields, schema, encoding) == {
        "csv": [1, 2],
        "pipes": ["a", "b"],
        "point": {"x": 1, "y": 2},
        "flat": {"r": 3},
        "json": {"a": 1},
        "text": "quoted",
        "more": "1",
        "most": {"a": "2"},
    }
    assert "The field 'point' does not have a value for each name" in form("point=x,1,y", schema, encoding)


UPLOAD = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
        "count": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "meta": {"$ref": "#/components/schemas/Item"},
    },
}


def sent_by_requests(**options):
    prepared = requests.Request("POST", "http://localhost", **options).prepare()
    return prepared.body, prepared.headers["content-type"]


def sent_by_httpx(**options):
    request = httpx.Request("POST", "http://localhost", **options)
    return request.read(), request.headers["content-type"]


def upload(body, content_type, schema=UPLOAD, encoding=None):
    return read({PARTS: {"schema": schema, "encoding": encoding or {}}}, body, content_type)


@pytest.mark.parametrize("sent", [sent_by_requests, sent_by_httpx])
def test_files_and_fields_come_as_clients_send_them(sent):
    body, kind = sent(
        files=[
            ("file", ("a.bin", b"\xff\x00\r\n--", "application/octet-stream")),
            ("files", ("b.txt", b"one")),
            ("files", ("c.json", b'{"is": "kept as text"}', "application/json")),
            ("meta", (None, '{"count": 5}', "application/json")),
        ],
        data={"count": "3", "tags": ["x", "y"]},
    )

    assert upload(body, kind) == {
        "file": "\xff\x00\r\n--",
        "files": ["one", '{"is": "kept as text"}'],
        "count": 3,
        "tags": ["x", "y"],
        "meta": {"count": 5},
    }


def parts(*heads_and_bodies, end="--x--\r\n"):
    """A multipart body as curl writes it."""
    each = "".join(f"--x\r\n{head}\r\n\r\n{body}\r\n" for head, body in heads_and_bodies)
    return (each + end).encode()


def field(name, *more):
    return "\r\n".join([f'Content-Disposition: form-data; name="{name}"', *more])


CURL = f"{PARTS}; boundary=x"


@pytest.mark.parametrize(
    ("body", "content_type", "problem"),
    [
        (
            parts((field("count"), "1")),
            CURL,
            'invalidBody: The body does not fit its schema: "file" is a required',
        ),
        (parts((field("file"), ""), (field("count"), "x")), CURL, "at count"),
        (parts((field("file"), "")), PARTS, "malformedBody: The form names no boundary"),
        (parts((field("file"), ""), end=""), CURL, "malformedBody: The form cannot be read as multipart"),
        (parts(("Content-Disposition: form-data", "")), CURL, "a part has no name"),
        (parts(("X-Nothing: 1", "")), CURL, "malformedBody"),
        (b"nonsense", CURL, "malformedBody"),
        (parts((field("meta", "Content-Type: application/json"), "{")), CURL, "The part 'meta' is not JSON"),
        (parts(*[(field("count"), "1")] * 1001), CURL, "payloadTooLarge"),
    ],
)
def test_parts_that_cannot_be_read_are_refused(body, content_type, problem):
    assert problem in upload(body, content_type)


def test_an_object_without_a_media_type_of_its_own_is_json_or_in_brackets():
    """curl -F 'meta={...}' names no media type; many frameworks take brackets."""
    file = (field("file", "Content-Type: text/plain"), "f")
    listed = ('Content-Disposition: form-data; name="files[]"; filename="x"', "1")

    assert upload(parts(file, (field("meta"), '{"count": 1}')), CURL)["meta"] == {"count": 1}
    assert upload(parts(file, (field("meta[count]"), "1")), CURL)["meta"] == {"count": 1}
    assert upload(parts(file, listed), CURL)["files"] == ["1"]


def test_a_part_is_held_to_its_encoding():
    encoding = {
        "file": {
            "contentType": "image/png, image/*",
            "headers": {"X-Rate": {"$ref": "#/components/headers/Rate"}, "Content-Type": {"required": True}},
        }
    }

    def told(*headers):
        return upload(parts((field("file", *headers), "f")), CURL, encoding=encoding)

    assert told("Content-Type: image/gif", "X-Rate: 5") == {"file": "f"}
    assert told("Content-Type: application/octet-stream", "X-Rate: 5") == {"file": "f"}
    wrong = told("Content-Type: text/plain")
    assert "The part 'file' is text/plain; send image/png or image/*." in wrong
    assert "'X-Rate' is required" in wrong


def test_parts_of_another_kind_are_a_list():
    body = parts(("Content-Type: application/json", '{"a": 1}'), ("Content-Type: text/plain", "plain"))
    content = {"multipart/mixed": {"schema": {"type": "array", "minItems": 2}}}

    assert read(content, body, "multipart/mixed; boundary=x") == [{"a": 1}, "plain"]
    assert "invalidBody" in read(content, parts(("", "1")), "multipart/mixed; boundary=x")
    assert "has no parts" in read(content, b"1", "multipart/mixed; boundary=x")


LINES = {"application/jsonl": {"itemSchema": {"type": "object", "required": ["id"]}}}


@pytest.mark.parametrize(
    ("content", "body", "kind", "expected"),
    [
        (LINES, '{"id": 1}\n{"id": 2}\n', "application/jsonl", [{"id": 1}, {"id": 2}]),
        (
            {"application/json-seq": {}},
            '\x1e{"id": 1}\n\x1e{"id": 2}\n',
            "application/json-seq",
            [{"id": 1}, {"id": 2}],
        ),
        ({"application/x-ndjson": {"schema": {"type": "array"}}}, "1\n2", "application/x-ndjson", [1, 2]),
        ({"application/x-ndjson": {"schema": {"type": "string"}}}, "1\n2", "application/x-ndjson", [1, 2]),
    ],
)
def test_a_sequence_is_a_list_of_its_values(content, body, kind, expected):
    assert read(content, body, kind) == expected


def test_each_value_of_a_sequence_is_held_to_its_schema():
    assert 'at 1: "id" is a required property' in read(LINES, '{"id": 1}\n{}', "application/jsonl")
    assert "Value 2 of the sequence is not JSON" in read(LINES, '{"id": 1}\n{', "application/jsonl")
    assert "payloadTooLarge" in read(LINES, "1\n" * (MOST + 1), "application/jsonl")
    item = {"application/x-ndjson": {"schema": {"type": "object", "required": ["id"]}}}
    assert 'at 0: "id"' in read(item, "{}", "application/x-ndjson")


@pytest.mark.parametrize(
    ("schema", "body", "kind", "expected"),
    [
        ({"type": "string"}, "text", "text/plain", "text"),
        ({"type": "string"}, "ä".encode("latin-1"), "text/plain; charset=latin-1", "ä"),
        ({"type": "string"}, b"\xff\x00", "application/octet-stream", "\xff\x00"),
        ({"type": "integer"}, "5", "text/plain", 5),
        ({"type": "string", "format": "binary"}, b"\x89PNG", "image/png", "\x89PNG"),
        ({}, "a: 1", "application/yaml", "a: 1"),
        ({"type": "object"}, "a: 1", "application/yaml", "a: 1"),
    ],
)
def test_what_is_neither_is_text(schema, body, kind, expected):
    assert read({kind.split(";")[0]: {"schema": schema}}, body, kind) == expected


def test_text_is_held_to_its_schema():
    short = {"text/plain": {"schema": {"type": "string", "maxLength": 3}}}
    number = {"text/plain": {"schema": {"type": "integer"}}}

    assert read(short, "long text", "text/plain").startswith("invalidBody")
    assert read(number, "five", "text/plain").startswith("invalidBody")


def test_xml_is_read_by_its_schema():
    content = {"application/xml": {"schema": {"$ref": "#/components/schemas/Item"}}}

    body = "<Item><price>5</price><count>2</count></Item>"
    assert read(content, body, "application/xml") == {"price": "5", "count": 2}
    assert read(content, "<Item><count>x</count></Item>", "text/xml").startswith("unsupportedMediaType")
    assert "at count" in read(content, "<Item><count>x</count></Item>", "application/xml")
    assert read(content, "<Item", "application/xml").startswith("malformedBody")


@pytest.mark.parametrize(
    ("kinds", "sent", "expected"),
    [
        (["text/csv"], None, "1"),
        ([JSON, "text/csv"], None, 1),
        (["text/csv", FORM], None, "unsupportedMediaType"),
        (["*/*"], None, 1),
        (["*/*"], "text/plain", "1"),
        (["*/*"], "application/vnd.a+json", 1),
        (["*/*", "text/plain"], "text/plain", "1"),
        (["text/*"], "text/csv", "1"),
        (["application/*"], JSON, 1),
        (["application/*"], "text/csv", "unsupportedMediaType"),
    ],
)
def test_the_media_type_that_fits_best_is_meant(kinds, sent, expected):
    found = read({kind: {} for kind in kinds}, "1", sent)

    assert found == expected or str(found).startswith(f"{expected}: ")


def test_another_media_type_is_told_what_there_is():
    told = read({JSON: {}, FORM: {}}, "1", "text/csv")

    assert told == f"unsupportedMediaType: The body is text/csv; send {JSON} or {FORM}."


def test_a_packed_body_is_told_to_come_unpacked():
    told = read({JSON: {}}, b"\x1f\x8b", JSON, "gzip")

    assert told.startswith("unsupportedMediaType: The body is packed as gzip; send it as it is")
    assert read({JSON: {}}, "1", JSON, "identity") == 1


def test_an_unknown_charset_is_told():
    told = read({FORM: {"schema": {"type": "object"}}}, "a=1", f"{FORM}; charset=klingon")

    assert told.startswith("unsupportedMediaType: The body cannot be read as klingon")


def test_an_empty_body_is_none():
    assert read({JSON: {}}, b"", None, required=False) is ABSENT
    assert (
        read({JSON: {}, FORM: {}}, b"", None) == f"malformedBody: A body is required; send {JSON} or {FORM}."
    )


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/components/schemas/Base"},
        {"allOf": [{"$ref": "#/components/schemas/Base"}, {"required": ["id", "name"]}]},
    ],
)
def test_what_only_the_server_writes_is_neither_asked_for_nor_taken(schema):
    """OpenAPI: a readOnly property that is required is so in answers only."""
    content = {JSON: {"schema": schema}}

    assert read(content, '{"name": "a"}', JSON) == {"name": "a"}
    assert read(content, '{"name": "a", "id": "whatever"}', JSON) == {"name": "a"}
    assert '"name" is a required property' in read(content, '{"id": 5}', JSON)


def test_all_misfits_are_told_up_to_a_bound():
    schema = {"type": "array", "items": {"type": "integer"}, "maxItems": 1}
    told = read({JSON: {"schema": schema}}, json.dumps(["x"] * 20), JSON)
    large = read({JSON: {"schema": schema}}, json.dumps(["x"] * 10_000), JSON)

    assert told.count("The body does not fit") == 10
    assert told.endswith(" And 11 more.")
    assert large.count("The body does not fit") == 1
    assert len(large) < 500


def test_a_misfit_below_a_choice_is_told_where_it_is():
    choice = {
        "oneOf": [{"properties": {"a": {"properties": {"b": {"type": "integer"}}}}}, {"type": "string"}]
    }

    told = read({JSON: {"schema": choice}}, '{"a": {"b": "x"}}', JSON)

    assert 'at a/b: "x" is not of type "integer"' in told


def test_of_a_choice_by_a_fixed_value_the_branch_that_was_meant_is_told():
    """A message of a user with a wrong content is no message of a developer."""
    roles = [
        {"properties": {"role": {"const": role}, "content": {"type": "string"}}}
        for role in ("developer", "user")
    ]

    told = read({JSON: {"schema": {"items": {"oneOf": roles}}}}, '[{"role": "user", "content": 5}]', JSON)

    assert told == 'invalidBody: The body does not fit its schema at 0/content: 5 is not of type "string".'
