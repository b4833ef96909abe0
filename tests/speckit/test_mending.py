"""Faults that leave something to be used: what is told of them, and what is made of the document."""

import copy
import random

import orjson
import pytest

from speckit.document import load
from speckit.faults import DocumentFaults
from speckit.operation import operations
from speckit.structure import structural_faults

OK = {"200": {"description": "ok"}}
TEXT = {"type": "string"}
SOUND = {"get": {"operationId": "sound", "responses": OK}}


@pytest.fixture
def read(tmp_path):
    """Load a document made of paths; `/sound` is one that nothing is wrong with."""

    def read(paths, version="3.0.3", **more):
        paths = {"/sound": SOUND, **paths}
        data = {"openapi": version, "info": {"title": "t", "version": "1"}, "paths": paths, **more}
        (tmp_path / "openapi.json").write_bytes(orjson.dumps(data, option=orjson.OPT_INDENT_2))
        return load(tmp_path / "openapi.json")

    return read


def said(document):
    return [str(each).partition(", ")[2] for each in document.faults]


def responding(response):
    return {"/a": {"get": {"operationId": "a", "responses": {"200": response}}}}


def showing(schema):
    return responding({"description": "ok", "content": {"application/json": {"schema": schema}}})


def schema_of(document):
    node = document.data["paths"]["/a"]["get"]["responses"]["200"]
    return node["content"]["application/json"]["schema"]


def test_a_sound_document_has_no_faults(read):
    document = read({})

    assert (document.fault_count, document.faults) == (0, ())


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "3.2.0"])
@pytest.mark.parametrize(
    ("schema", "made", "outcome"),
    [
        ({"type": "strin", "minLength": 1}, {"minLength": 1}, "'type' is left out."),
        ({"properties": {"a": None, "b": TEXT}}, {"properties": {"b": TEXT}}, "'a' is left out."),
        ({**TEXT, "required": True}, TEXT, "'required' is left out."),
        ({**TEXT, "minLength": -1}, TEXT, "'minLength' is left out."),
        ({"$ref": "#/components/schemas/None"}, {}, "Nothing is read there."),
        ({"$ref": "https://example.com/a.yaml"}, {}, "Nothing is read there."),
        ({"$ref": "../a.yaml"}, {}, "Nothing is read there."),
        ({"$ref": "none.yaml"}, {}, "Nothing is read there."),
    ],
)
def test_of_a_schema_only_what_is_wrong_is_left_out(read, version, schema, made, outcome):
    document = read(showing(copy.deepcopy(schema)), version)

    assert schema_of(document) == made
    assert [line.endswith(outcome) for line in said(document)] == [True], said(document)


@pytest.mark.parametrize(
    ("item", "left", "says"),
    [
        ({"get": []}, set(), "The operation is left out."),
        ({"get": None, "put": {"responses": OK}}, {"PUT /a/{id}"}, "The operation is left out."),
        ([], set(), "The path is left out."),
        ({"get": {"parameters": [{"in": "query"}], "responses": OK}}, {"GET /a/{id}"}, "It is left out."),
        ({"get": {"responses": {"abc": {"description": ""}}}}, {"GET /a/{id}"}, "It is ignored."),
        ({"get": {"operationId": "sound", "responses": OK}}, {"GET /a/{id}"}, "known as 'GET /a/{id}'."),
        ({"get": {"respones": OK}}, {"GET /a/{id}"}, "Did you mean 'responses'? It is ignored."),
    ],
)
def test_a_fault_costs_no_more_than_one_operation(read, item, left, says):
    document = read({"/a/{id}": item})

    assert set(operations(document.data)) == {"sound", *left}
    assert any(line.endswith(says) for line in said(document)), said(document)
    assert all(each.path[:2] == ("paths", "/a/{id}") for each in document.faults)


def test_an_undeclared_parameter_of_a_path_is_text(read):
    document = read({"/a/{id}": {"get": {"operationId": "a", "responses": OK}}})

    [parameter] = operations(document.data)["a"].parameters
    assert (parameter.name, parameter.place, parameter.required) == ("id", "path", True)
    assert parameter.schema == TEXT


def test_a_parameter_that_the_path_does_not_have_is_left_out(read):
    declared = {"name": "no", "in": "path", "required": True, "schema": TEXT}
    document = read({"/a": {"get": {"operationId": "a", "parameters": [declared], "responses": OK}}})

    assert operations(document.data)["a"].parameters == ()


def test_an_undeclared_security_scheme_is_not_enforced(read):
    secured = {"operationId": "a", "security": [{"key": []}], "responses": OK}

    document = read({"/a": {"get": secured}})

    assert operations(document.data)["a"].security == ({},)
    assert said(document)[0].endswith("It is not enforced.")


def test_of_two_operations_with_one_id_the_first_keeps_it(read):
    document = read({"/a": {"get": {"operationId": "sound", "responses": OK}}})

    assert {name: each.path for name, each in operations(document.data).items()} == {
        "sound": "/sound",
        "GET /a": "/a",
    }


def test_paths_that_differ_in_names_only_are_both_kept_and_told(read):
    def path(name):
        return {"get": {"parameters": [{"name": name, "in": "path", "required": True, "schema": TEXT}],
                        "responses": OK}}  # fmt: skip

    document = read({"/a/{b}": path("b"), "/a/{c}": path("c")})

    assert len(operations(document.data)) == 3
    assert said(document)[0].endswith("'/a/{b}' is served where both fit.")


def test_a_reference_where_none_is_allowed_is_followed(read, tmp_path):
    (tmp_path / "get.yaml").write_text("operationId: a\nresponses: {200: {description: ok}}\n")
    (tmp_path / "schemas.yaml").write_text("A: {type: string}\nB: {$ref: '#/A'}\n")

    document = read({"/a": {"get": {"$ref": "get.yaml"}}}, components={"schemas": {"$ref": "schemas.yaml"}})

    assert set(operations(document.data)) == {"sound", "a"}
    assert set(document.data["components"]["schemas"]) == {"A", "B"}
    assert document.fault_count == 2
    assert {line.rpartition(". ")[2] for line in said(document)} == {"What it names is read there."}
    assert document.place(("paths", "/a", "get", "responses")).file.endswith("get.yaml")


def test_what_a_file_holds_is_held_to_what_is_needed_there(read, tmp_path):
    """The file has no form of its own: what it has to be depends on who refers to it."""
    (tmp_path / "parts.yaml").write_text("answer:\n  content: 5\nnothing: [1]\n")
    paths = responding({"$ref": "parts.yaml#/answer"}) | {
        "/b": {"get": {"operationId": "b", "responses": {"200": {"$ref": "parts.yaml#/nothing"}}}}
    }

    document = read(paths, "3.1.0")

    made = operations(document.data)
    assert made["a"].responses["200"].content == made["b"].responses["200"].content == {}
    assert [str(each.place).rpartition("/")[2] for each in document.faults] == [
        "parts.yaml:1",
        "parts.yaml:2",
        "parts.yaml:3",
    ]


def test_references_that_would_double_at_each_step_do_not(read):
    """A laugh in a hundred lines: each level names the one below it twice."""
    levels = {
        f"l{i}": {"description": {"$ref": f"#/x-l/l{i + 1}"}, "title": {"$ref": f"#/x-l/l{i + 1}"}}
        for i in range(100)
    }

    document = read({}, **{"info": {"$ref": "#/x-l/l0"}, "x-l": {**levels, "l100": {"a": 1}}})

    assert len(orjson.dumps(document.data)) < 1_000_000
    assert not any(type(value) is dict for value in document.data["info"].values())


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({}, "'paths' is missing"),
        ({"paths": []}, "not of type object"),
        ({"paths": {"a": SOUND}}, "does not start with '/'"),
        ({"paths": {"/a": {"$ref": "../a.yaml"}}}, "--fence"),
        ({"paths": {"/a": {"get": 5}}}, "not of type object"),
    ],
)
def test_where_nothing_is_left_the_document_is_refused(tmp_path, data, says):
    path = tmp_path / "below" / "openapi.json"
    path.parent.mkdir()
    path.write_bytes(orjson.dumps({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}} | data))

    with pytest.raises(DocumentFaults) as refusal:
        load(path)

    assert says in str(refusal.value)
    assert "left out" not in str(refusal.value)


def test_strictly_every_fault_counts(read, tmp_path):
    read({"/a/{id}": {"get": {"responses": OK}}})

    with pytest.raises(DocumentFaults) as refusal:
        load(tmp_path / "openapi.json", strict=True)

    assert "no parameter with 'in: path' declares it." in str(refusal.value)
    assert "taken as text" not in str(refusal.value)


WHOLE = {
    "openapi": "3.0.3",
    "info": {"title": "t", "version": "1", "contact": {"name": "n"}},
    "servers": [{"url": "/", "variables": {"v": {"default": "d"}}}],
    "tags": [{"name": "x"}],
    "paths": {
        "/a/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": TEXT}],
            "put": {
                "tags": ["x"],
                "security": [{"key": []}],
                "parameters": [{"$ref": "#/components/parameters/q"}],
                "requestBody": {"content": {"text/plain": {"schema": {"type": "array", "items": TEXT}}}},
                "responses": {
                    "200": {"description": "", "headers": {"h": {"schema": TEXT}}, "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/s"}}}},
                    "404": {"$ref": "#/components/responses/r"},
                },
                "callbacks": {"c": {"{$url}": {"post": {"responses": OK}}}},
            },
        },
        "/sound": SOUND,
    },
    "components": {
        "schemas": {"s": {"allOf": [{"$ref": "#/components/schemas/t"}], "properties": {"p": {}}}, "t": TEXT},
        "parameters": {"q": {"name": "q", "in": "query", "schema": TEXT}},
        "responses": {"r": {"description": ""}},
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "k"}},
    },
}  # fmt: skip
ODD = [None, 3, "x", "", [], {}, True, [None], {"a": None}, {"$ref": "#/nowhere"}, {"$ref": "#"}, {"$ref": 5}]
HARMLESS = (
    "is not a field",
    "are not fields",
    "match",
    "non-unique",
    "does not fit",
    "differ only",
    "has less than",
)


def nodes(node):
    """Every place below `node`: the mapping or list that holds it, and its key there."""
    for key, child in list(node.items() if isinstance(node, dict) else enumerate(node)):
        yield node, key
        if isinstance(child, dict | list):
            yield from nodes(child)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_wrong_it_is_refused_or_sound_afterwards(tmp_path, seed):
    """Nobody who uses a document looks twice: what comes out has the form it should have."""
    chance = random.Random(seed)
    for _ in range(40):
        data = copy.deepcopy(WHOLE)
        for _ in range(chance.randint(1, 5)):
            holder, key = chance.choice(list(nodes(data)))
            holder[key] = copy.deepcopy(chance.choice(ODD))
        (tmp_path / "openapi.json").write_bytes(orjson.dumps(data))

        try:
            document = load(tmp_path / "openapi.json")
        except DocumentFaults:
            continue
        operations(document.data)
        left = [str(each) for each in structural_faults(document.data)]
        assert [each for each in left if not any(word in each for word in HARMLESS)] == [], data
        assert all(each.place and each.place.line for each in document.faults)
