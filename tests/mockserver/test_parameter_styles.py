"""`mockserver.parameters`: every style in every place, as the tables of OpenAPI have them."""

from __future__ import annotations

import pytest

from mockserver.answers import Refused
from mockserver.parameters import Parameters
from mockserver.parameters.query import brackets, nested
from speckit.operation import Operation, Parameter
from speckit.schema import Schemas

DATA = {
    "openapi": "3.1.0",
    "components": {
        "schemas": {
            "Shade": {"type": "string", "enum": ["dark", "light"]},
            "Whole": {"type": "integer", "maximum": 255},
            "Tree": {"type": "object", "properties": {"kids": {"$ref": "#/components/schemas/Forest"}}},
            "Forest": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
            "Range": {
                "type": "object",
                "properties": {"gte": {"type": "integer"}, "lt": {"type": "integer"}},
                "additionalProperties": False,
            },
        }
    },
}
SCHEMAS = Schemas(DATA)

WORD = {"type": "string"}
LIST = {"type": "array", "items": {"type": "string"}}
NUMBERS = {"type": "array", "items": {"type": "integer"}}
OBJECT = {"type": "object", "properties": {"R": {"type": "integer"}, "G": {"type": "integer"}}}
COLORS = ["blue", "black", "brown"]
RGB = {"R": 100, "G": 200}


def parameters(*declared: Parameter) -> Parameters:
    return Parameters(Operation("op", "GET", "/", parameters=declared), SCHEMAS)


def declared(place, schema, style, explode=False, *, name="color", required=True, media=""):
    return Parameter(name, place, required, schema, False, style, explode, media)


def read(place, text, *declared_ones):
    """The values of all parameters in `place` of a request that has `text` there; or the refusal's words."""
    reader = parameters(*declared_ones)
    try:
        if place == "path":
            return dict(reader.path({declared_ones[0].name: text}))
        return dict(reader.query(text.encode()))
    except Refused as refused:
        return refused.detail


@pytest.mark.parametrize(
    ("style", "explode", "schema", "text", "expected"),
    [
        ("simple", False, WORD, "blue", "blue"),
        ("simple", False, LIST, "blue,black,brown", COLORS),
        ("simple", True, LIST, "blue,black,brown", COLORS),
        ("simple", False, NUMBERS, "1,2", [1, 2]),
        ("simple", False, OBJECT, "R,100,G,200", RGB),
        ("simple", True, OBJECT, "R=100,G=200", RGB),
        ("label", False, WORD, ".blue", "blue"),
        ("label", False, LIST, ".blue,black,brown", COLORS),
        ("label", False, LIST, ".blue.black.brown", COLORS),
        ("label", True, LIST, ".blue.black.brown", COLORS),
        ("label", False, OBJECT, ".R,100,G,200", RGB),
        ("label", True, OBJECT, ".R=100.G=200", RGB),
        ("matrix", False, WORD, ";color=blue", "blue"),
        ("matrix", False, WORD, ";color", ""),
        ("matrix", False, LIST, ";color=blue,black,brown", COLORS),
        ("matrix", True, LIST, ";color=blue;color=black;color=brown", COLORS),
        ("matrix", False, OBJECT, ";color=R,100,G,200", RGB),
        ("matrix", True, OBJECT, ";R=100;G=200", RGB),
    ],
)
def test_a_path_parameter_is_read_in_its_style(style, explode, schema, text, expected):
    assert read("path", text, declared("path", schema, style, explode)) == {"color": expected}


@pytest.mark.parametrize(
    ("style", "explode", "schema", "text", "problem"),
    [
        ("label", False, WORD, "blue", "does not begin with a dot"),
        ("matrix", False, WORD, "blue", "does not begin with a semicolon"),
        ("matrix", False, WORD, ";colour=blue", "is not written as ;color=..."),
        ("simple", False, OBJECT, "R,100,G", "does not have a value for each name"),
        ("simple", True, OBJECT, "R,100", "is not written as name=value"),
        ("simple", False, NUMBERS, "1,x", 'at 1 "x" is not of type'),
        ("simple", False, OBJECT, "R,x", 'at R "x" is not of type'),
    ],
)
def test_a_path_parameter_in_another_style_is_refused(style, explode, schema, text, problem):
    assert problem in read("path", text, declared("path", schema, style, explode))


@pytest.mark.parametrize(
    ("style", "explode", "schema", "text", "expected"),
    [
        ("form", True, LIST, "color=blue&color=black&color=brown", COLORS),
        ("form", True, LIST, "color=blue", ["blue"]),
        ("form", False, LIST, "color=blue,black,brown", COLORS),
        ("form", False, LIST, "color=blue%2Cblack%2Cbrown", COLORS),
        ("form", False, LIST, "color=a%2Cb,c", ["a,b", "c"]),
        ("form", False, LIST, "color=", []),
        ("form", False, OBJECT, "color=R,100,G,200", RGB),
        ("form", True, OBJECT, "R=100&G=200", RGB),
        ("form", True, OBJECT, "color[R]=100&color[G]=200", RGB),
        ("spaceDelimited", False, LIST, "color=blue%20black+brown", COLORS),
        ("spaceDelimited", False, OBJECT, "color=R%20100%20G%20200", RGB),
        ("pipeDelimited", False, LIST, "color=blue%7Cblack%7Cbrown", COLORS),
        ("pipeDelimited", False, LIST, "color=blue|black|brown", COLORS),
        ("pipeDelimited", False, OBJECT, "color=R%7C100%7CG%7C200", RGB),
        ("pipeDelimited", True, LIST, "color=blue&color=black", ["blue", "black"]),
        ("deepObject", True, OBJECT, "color[R]=100&color[G]=200", RGB),
        ("deepObject", True, OBJECT, "color%5BR%5D=100&color%5BG%5D=200", RGB),
        ("deepObject", True, LIST, "color[]=blue&color[]=black", ["blue", "black"]),
        ("deepObject", True, LIST, "color[1]=black&color[0]=blue", ["blue", "black"]),
        ("deepObject", True, NUMBERS, "color=1&color=2", [1, 2]),
    ],
)
def test_a_query_parameter_is_read_in_its_style(style, explode, schema, text, expected):
    assert read("query", text, declared("query", schema, style, explode)) == {"color": expected}


def test_an_object_spread_over_the_query_has_what_nobody_else_has():
    """The members of one without named properties are all that is left."""
    free = declared("query", {"type": "object", "additionalProperties": {"type": "integer"}}, "form", True)
    page = declared("query", {"type": "integer"}, "form", True, name="page")

    assert read("query", "a=1&page=2&b=3", free, page) == {"color": {"a": 1, "b": 3}, "page": 2}
    assert read("query", "page=2", free, page) == (
        "The query parameter 'color' is required and was not sent."
    )


def test_an_object_is_held_to_its_schema():
    created = declared("query", {"$ref": "#/components/schemas/Range"}, "deepObject", True, name="created")
    reader = declared("query", DATA["components"]["schemas"]["Range"], "deepObject", True, name="created")

    for each in (created, reader):
        assert read("query", "created[gte]=5&created[lt]=9", each) == {"created": {"gte": 5, "lt": 9}}
        assert "at gte" in read("query", "created[gte]=soon", each)
        assert "'after' was unexpected" in read("query", "created[after]=5", each)


def test_brackets_go_as_deep_as_the_schema_does():
    """References that lead back to themselves are followed as far as the request goes."""
    tree = declared("query", {"$ref": "#/components/schemas/Tree"}, "deepObject", True, name="t")

    assert read("query", "t[kids][0][kids][0][x]=1&t[kids][1][y]=2", tree) == {
        "t": {"kids": [{"kids": [{"x": "1"}]}, {"y": "2"}]}
    }


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"a[b][c]": ["1"], "a[b][d]": ["2"]}, {"a": {"b": {"c": "1", "d": "2"}}}),
        (
            {"a[][b]": ["1", "2"], "a[][c]": ["3", "4"]},
            {"a": {"0": {"b": "1", "c": "3"}, "1": {"b": "2", "c": "4"}}},
        ),
        ({"a[b]": ["1"], "a[b][c]": ["2"]}, {"a": {"b": {"": "1", "c": "2"}}}),
        ({"a[b]": ["1", "2"]}, {"a": {"b": ["1", "2"]}}),
        ({"a": ["1"], "a]b[": ["1"], "[a]": ["1"], "a[b": ["1"]}, {}),
    ],
)
def test_brackets_are_objects_within_objects(texts, expected):
    assert nested(texts) == expected


def test_brackets_beyond_all_measure_are_part_of_the_name():
    assert brackets("a" + "[b]" * 11) == []


@pytest.mark.parametrize(
    ("schema", "text", "expected"),
    [
        ({"type": ["integer", "null"]}, "q=null", None),
        ({"type": ["string", "null"]}, "q=null", "null"),
        ({"$ref": "#/components/schemas/Whole"}, "q=12", 12),
        ({"allOf": [{"$ref": "#/components/schemas/Whole"}, {"minimum": 1}]}, "q=12", 12),
        ({"oneOf": [{"type": "integer", "maximum": 9}, {"type": "string"}]}, "q=8", 8),
        ({"oneOf": [{"type": "integer", "maximum": 9}, {"type": "string"}]}, "q=80", "80"),
        ({"anyOf": [{"type": "boolean"}, {"type": "number"}]}, "q=true", True),
        ({"anyOf": [{"type": "string"}, LIST]}, "q=a", "a"),
        ({"anyOf": [{"type": "string", "enum": ["all"]}, NUMBERS]}, "q=1", [1]),
        ({"anyOf": [{"type": "string"}, LIST]}, "q=a&q=b", ["a", "b"]),
        ({"enum": [1, 2]}, "q=2", 2),
        ({"const": True}, "q=true", True),
        ({"enum": ["1", 2]}, "q=1", "1"),
        ({"$ref": "#/components/schemas/Shade"}, "q=dark", "dark"),
        ({"items": {"type": "integer"}}, "q=1&q=2", [1, 2]),
    ],
    ids=lambda each: str(each)[:60],
)
def test_types_are_found_wherever_the_schema_has_them(schema, text, expected):
    assert read("query", text, declared("query", schema, "form", True, name="q")) == {"q": expected}


def test_an_integer_or_an_object_is_told_by_how_it_is_sent():
    """Payment APIs ask for `created=5` or for `created[gte]=5`."""
    schema = {"anyOf": [{"$ref": "#/components/schemas/Range"}, {"type": "integer"}]}
    created = declared("query", schema, "deepObject", True, name="created")

    assert read("query", "created=5", created) == {"created": 5}
    assert read("query", "created[gte]=5", created) == {"created": {"gte": 5}}


def test_a_parameter_may_be_json():
    filters = declared("query", OBJECT | {"required": ["R"]}, "form", True, media="application/json")

    assert read("query", "color=%7B%22R%22%3A100%7D", filters) == {"color": {"R": 100}}
    assert "is not JSON" in read("query", "color=%7B", filters)
    assert '"R" is a required property' in read("query", "color=%7B%7D", filters)
    assert "nested deeper" in read("query", "color=" + "%5B" * 200, filters)


def test_a_whole_query_may_be_one_value():
    """OpenAPI 3.2, `in: querystring`."""
    form = declared("querystring", OBJECT, "", media="application/x-www-form-urlencoded")
    json = declared("querystring", OBJECT, "", media="application/json")

    assert read("query", "R=100&G=200", form) == {"color": RGB}
    assert read("query", "%7B%22R%22%3A100%7D", json) == {"color": {"R": 100}}
    assert "is required" in read("query", "", json)


def header(text, schema, *, explode=False):
    reader = parameters(declared("header", schema, "simple", explode, name="X-Color"))
    try:
        reader.check_headers({"x-color": text})
    except Refused as refused:
        return refused.detail
    return ""


def test_headers_hold_lists_and_objects():
    assert header("1, 2,3", NUMBERS) == ""
    assert header("R,100,G,200", OBJECT) == header("R=100, G=200", OBJECT, explode=True) == ""
    assert 'at 1 "x"' in header("1, x", NUMBERS)
    assert "is not written as name=value" in header("R,100", OBJECT, explode=True)


def test_headers_that_other_parts_of_a_document_describe_are_no_parameters():
    """OpenAPI says that their definitions are passed over."""
    names = ("Accept", "content-type", "Authorization")
    reader = parameters(*(declared("header", NUMBERS, "simple", name=name) for name in names))

    reader.check_headers({"accept": "text/html"})


def cookie(text, schema, *, style="form", explode=True, required=True):
    reader = parameters(declared("cookie", schema, style, explode, required=required))
    try:
        reader.check_headers({"cookie": text} if text else {})
    except Refused as refused:
        return refused.detail
    return ""


@pytest.mark.parametrize(
    ("text", "schema", "options"),
    [
        ("a=b; color=5; c=d", {"type": "integer"}, {}),
        ("color=1; color=2", NUMBERS, {}),
        ("color=1&color=2", NUMBERS, {}),
        ("color=1,2", NUMBERS, {"explode": False}),
        ("R=100; G=200", OBJECT, {}),
        ("color=R,100,G,200", OBJECT, {"explode": False}),
        ("color=%31", {"type": "integer"}, {}),
        ("color=%31", {"type": "string", "pattern": "%"}, {"style": "cookie"}),
        ("", {"type": "integer"}, {"required": False}),
    ],
)
def test_cookies_are_read_in_their_style(text, schema, options):
    assert cookie(text, schema, **options) == ""


def test_a_cookie_that_does_not_fit_is_refused():
    assert "is 'x', which is not of type integer" in cookie("color=x", {"type": "integer"})
    assert "is required" in cookie("other=5", {"type": "integer"})
    assert "is there 2 times" in cookie("color=5; color=6", {"type": "integer"})


def test_everything_that_is_wrong_is_told_at_once():
    one = declared("query", {"type": "integer"}, "form", name="page")
    other = declared("query", NUMBERS, "form", name="ids")
    missing = declared("query", WORD, "form", name="q")

    told = read("query", "page=x&ids=1,y,z", one, other, missing)

    assert told == (
        "The query parameter 'page' is 'x', which is not of type integer. "
        'The query parameter \'ids\' does not fit: at 1 "y" is not of type "integer"; '
        'at 2 "z" is not of type "integer". '
        "The query parameter 'q' is required and was not sent."
    )


def test_what_is_told_is_bounded():
    ids = declared("query", NUMBERS, "form", name="ids")
    many = [declared("query", WORD, "form", name=f"p{n}") for n in range(30)]

    assert len(read("query", "ids=" + "x" * 5000, ids)) < 500
    assert len(read("query", "ids=" + ",".join("x" * 400), ids)) < 1000
    assert read("query", "a=1", *many).endswith("And 20 more.")


def test_a_path_parameter_that_the_path_does_not_have_is_passed_over():
    """Such documents are served; what is wrong with them is told at the start."""
    stray = declared("path", {"type": "integer"}, "simple", name="other")
    here = declared("path", {"type": "integer"}, "simple")

    assert read("path", "5", here, stray) == {"color": 5}
