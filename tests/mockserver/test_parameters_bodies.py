"""`mockserver.parameters` and `mockserver.bodies`: from text to values, or a refusal."""

from __future__ import annotations

import pytest

from mockserver.answers import Refused
from mockserver.bodies import BodyReader
from mockserver.json_text import depth
from mockserver.parameters import Parameters
from speckit.operation import Body, Operation, Parameter
from speckit.pointer import ABSENT
from speckit.schema import Schemas

DATA = {
    "openapi": "3.0.3",
    "components": {"schemas": {"Count": {"type": "integer", "minimum": 1}, "Form": {"type": "object"}}},
}
SCHEMAS = Schemas(DATA)


def parameters(*declared, lenient=(), ids=(), first_wins=False):
    operation = Operation("op", "GET", "/", parameters=declared)
    return Parameters(
        operation, SCHEMAS, lenient=frozenset(lenient), ids=frozenset(ids), first_wins=first_wins
    )


def query(schema, text, *, required=False, allow_empty=False, style="form", explode=True, **options):
    """What a query parameter `q` is read as; the kind of error if it is refused; ABSENT if not there."""
    declared = Parameter("q", "query", required, schema, allow_empty, style, explode)
    try:
        return parameters(declared, **options).query(text.encode()).get("q", ABSENT)
    except Refused as refused:
        return refused.kind


INVALID = "invalidParameter"


@pytest.mark.parametrize(
    ("schema", "text", "expected"),
    [
        ({"type": "string"}, "q=a%20b+c", "a b c"),
        ({"type": "string"}, "q=", ""),
        ({"type": "string"}, "other=1", ABSENT),
        ({"type": "string"}, "", ABSENT),
        ({"type": "string", "default": "d"}, "", "d"),
        ({"type": "string", "default": "d"}, "x=1", "d"),
        ({"type": "string", "minLength": 2}, "q=a", INVALID),
        ({"type": "string", "enum": ["a", "b"]}, "q=b", "b"),
        ({"type": "string", "enum": ["a", "b"]}, "q=c", INVALID),
        ({"type": "string", "format": "date-time"}, "q=2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ({"type": "string", "format": "date-time"}, "q=yesterday", INVALID),
        ({"type": "integer"}, "q=12", 12),
        ({"type": "integer"}, "q=-12", -12),
        ({"type": "integer"}, "q=%2B12", 12),
        ({"type": "integer"}, "q=1.5", INVALID),
        ({"type": "integer"}, "q=1e3", INVALID),
        ({"type": "integer"}, "q=1_000", INVALID),
        ({"type": "integer"}, "q=%D9%A1", INVALID),
        ({"type": "integer"}, "q=+1", INVALID),
        ({"type": "integer"}, "q=" + "9" * 30, INVALID),
        ({"type": "integer"}, "q=", INVALID),
        ({"type": "integer", "minimum": 1}, "q=0", INVALID),
        ({"type": "number"}, "q=1.5", 1.5),
        ({"type": "number"}, "q=nan", INVALID),
        ({"type": "number"}, "q=inf", INVALID),
        ({"type": "number"}, "q=1_0", INVALID),
        ({"type": "boolean"}, "q=true", True),
        ({"type": "boolean"}, "q=False", False),
        ({"type": "boolean"}, "q=1", INVALID),
        ({"type": ["integer", "string"]}, "q=12", 12),
        ({"type": ["integer", "string"]}, "q=a", "a"),
        ({"type": "array", "items": {"type": "integer"}}, "q=1&q=2", [1, 2]),
        ({"type": "array", "items": {"type": "integer"}}, "q=1&q=x", INVALID),
        ({"type": "array", "items": {"type": "integer"}, "maxItems": 1}, "q=1&q=2", INVALID),
        ({"type": "string"}, "q=1&q=2", INVALID),
        ({"type": "string"}, "q=%ff", INVALID),
        ({"type": "string"}, "&".join(f"p{n}=1" for n in range(1001)), INVALID),
        ({}, "q=anything", "anything"),
    ],
    ids=lambda each: str(each)[:60],
)
def test_a_query_parameter_is_read_by_its_schema(schema, text, expected):
    assert query(schema, text) == expected


def test_a_query_parameter_that_is_not_ascii_is_refused():
    assert query({"type": "string"}, "q=ä") == INVALID


@pytest.mark.parametrize(
    ("style", "text", "expected"),
    [("form", "q=1,2", [1, 2]), ("pipeDelimited", "q=1%7C2", [1, 2]), ("spaceDelimited", "q=1%202", [1, 2])],
)
def test_a_list_may_be_written_in_one(style, text, expected):
    schema = {"type": "array", "items": {"type": "integer"}}

    assert query(schema, text, style=style, explode=False) == expected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"q=%ff", "The query string is not UTF-8 below its percent signs; send percent-encoded UTF-8."),
        (b"q=\xff", "The query string is not UTF-8 below its percent signs; send percent-encoded UTF-8."),
        (b"&".join([b"q=1"] * 1001), "The query string has too many parameters; send at most 1000."),
    ],
)
def test_a_query_that_cannot_be_read_is_told_what_would_work(text, told):
    """In the words of those who sent it, not in those of a codec."""
    with pytest.raises(Refused) as caught:
        parameters().query(text)

    assert (caught.value.kind, caught.value.detail) == (INVALID, told)


def test_a_list_that_is_written_in_one_is_sent_once():
    """Of what comes twice, half would be lost without a word."""
    schema = {"type": "array", "items": {"type": "integer"}}

    assert query(schema, "q=1,2&q=3", explode=False) == INVALID
    assert query(schema, "q=1,2&q=3", explode=False, first_wins=True) == [1, 2]


def test_a_required_parameter_must_be_there():
    assert query({"type": "string"}, "", required=True) == INVALID
    assert query({"type": "string"}, "x=1", required=True) == INVALID
    assert query({"type": "integer"}, "q=", required=True, allow_empty=True) is ABSENT
    assert query({"type": "array"}, "q=", required=True, allow_empty=True) is ABSENT


def test_of_repeated_ones_the_first_may_count():
    assert query({"type": "integer"}, "q=1&q=x", first_wins=True) == 1


def test_a_lenient_one_is_left_to_the_document():
    """Paging that clamps or falls back answers wrong values by itself."""
    schema = {"type": "integer", "minimum": 1, "maximum": 9}

    assert query(schema, "q=99", lenient=["q"]) == 99
    assert query(schema, "q=x", lenient=["q"]) is None


def test_path_parameters_are_read_and_the_others_kept():
    number = Parameter("n", "path", True, {"type": "integer"})
    reader = parameters(number, ids=["n"])

    assert reader.path({"n": "5", "rest": "r"}) == {"n": 5, "rest": "r"}
    with pytest.raises(Refused) as refusal:
        reader.path({"n": "five", "rest": "r"})
    assert refusal.value.kind == "malformedId"


def test_headers_are_checked_by_any_case():
    reader = parameters(Parameter("X-Count", "header", True, {"type": "integer"}))

    reader.check_headers({"x-count": "5"})
    for headers in ({}, {"x-count": "five"}):
        with pytest.raises(Refused):
            reader.check_headers(headers)


# Bodies

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
JOB = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
FIELDS = {
    "type": "object",
    "required": ["count"],
    "properties": {
        "count": {"$ref": "#/components/schemas/Count"},
        "deep": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "text": {"type": "string"},
    },
}


def body(content, content_type=JSON, *, required=True, schemas=None):
    """What a body is read as, or the kind of error if it is refused."""
    declared = Body(required, schemas or {JSON: JOB, FORM: FIELDS})
    try:
        kind = None if content_type is None else content_type.encode()
        return BodyReader(declared, SCHEMAS).read(content.encode("utf-8", "surrogateescape"), kind)
    except Refused as refused:
        return refused.kind


@pytest.mark.parametrize(
    ("content", "content_type", "expected"),
    [
        ('{"name": "a"}', JSON, {"name": "a"}),
        ('{"name": "a"}', "application/json; charset=utf-8", {"name": "a"}),
        ('{"name": "a"}', "Application/JSON", {"name": "a"}),
        ('{"name": "a"}', None, {"name": "a"}),
        ("", JSON, "malformedBody"),
        ("{", JSON, "malformedBody"),
        ("{'name': 'a'}", JSON, "malformedBody"),
        ('{"name": NaN}', JSON, "malformedBody"),
        ('{"name": "\udcff"}', JSON, "malformedBody"),
        ("[" * 200 + "]" * 200, JSON, "malformedBody"),
        ("{}", JSON, "invalidBody"),
        ("null", JSON, "invalidBody"),
        ('{"name": 5}', JSON, "invalidBody"),
        ('{"name": "a"}', "text/plain", "unsupportedMediaType"),
        ('{"name": "a"}', "nonsense", "unsupportedMediaType"),
        ('{"name": "a"}', "", "unsupportedMediaType"),
        ("count=5&text=5", FORM, {"count": 5, "text": "5"}),
        ("count=5&deep=true&tags=a&tags=b", FORM, {"count": 5, "deep": True, "tags": ["a", "b"]}),
        ("count=5&tags=a", FORM, {"count": 5, "tags": ["a"]}),
        ("count=0", FORM, "invalidBody"),
        ("count=five", FORM, "invalidBody"),
        ("text=a", FORM, "invalidBody"),
        ("count=5&text=%ff", FORM, "malformedBody"),
        ("count=5&other=a%26b", FORM, {"count": 5, "other": "a&b"}),
    ],
    ids=lambda each: str(each)[:60],
)
def test_a_body_is_read_by_its_media_type(content, content_type, expected):
    assert body(content, content_type) == expected


def test_a_body_that_is_not_required_may_be_left_out():
    assert body("", required=False) is ABSENT
    assert body("", None, required=False) is ABSENT


def test_ranges_of_media_types_are_understood():
    assert body("5", "text/csv", schemas={"text/*": {}}) == "5"
    assert (
        body("5", "application/vnd.job+json", schemas={"application/vnd.job+json": {"type": "string"}})
        == "invalidBody"
    )
    assert body("5", JSON, schemas={"*/*": {"type": "integer"}}) == 5


def test_a_schema_that_cannot_be_compiled_checks_nothing():
    assert body("{}", schemas={JSON: {"type": "no such type"}}) == {}


@pytest.mark.parametrize(
    ("text", "expected"), [(b"5", 0), (b"[]", 1), (b'{"a": [1, {}]}', 3), (b'"[[["', 0), (rb'["\"[["]', 1)]
)
def test_brackets_in_strings_are_not_depth(text, expected):
    assert depth(text) == expected
