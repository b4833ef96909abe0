"""Operations: what they share is resolved, and what OpenAPI 3.2 has added is read."""

import pytest

from speckit.document import load
from speckit.operation import operations

HEAD = "openapi: 3.2.0\ninfo: {title: t, version: '1'}\n"
OK = "responses: {200: {description: ok}}"


@pytest.fixture
def read(tmp_path):
    def read(text):
        (tmp_path / "openapi.yaml").write_text(HEAD + text)
        document = load(tmp_path / "openapi.yaml")
        assert document.fault_count == 0, document.faults
        return operations(document.data)

    return read


def test_methods_that_have_no_name_of_their_own_are_read(read):
    found = read(
        f"paths:\n  /a:\n    query: {{operationId: ask, {OK}}}\n"
        f"    additionalOperations:\n      COPY: {{{OK}}}\n      Purge: {{operationId: purge, {OK}}}\n"
    )

    assert {name: each.method for name, each in found.items()} == {
        "ask": "QUERY",
        "COPY /a": "COPY",
        "purge": "Purge",
    }


def test_the_query_as_a_whole_is_a_parameter(read):
    found = read(
        "paths:\n  /a:\n    get:\n      operationId: a\n      parameters:\n"
        "        - {name: q, in: querystring, content: {application/json: {schema: {type: object}}}}\n"
        "        - {name: c, in: cookie, style: cookie, schema: {type: array}}\n"
        f"        - {{name: r, in: header, schema: {{type: string}}}}\n      {OK}\n"
    )

    query, cookie, header = found["a"].parameters
    assert (query.place, query.media, query.style, query.schema) == (
        *("querystring", "application/json", ""),
        {"type": "object"},
    )
    assert (cookie.style, cookie.explode) == ("cookie", True)
    assert (header.media, header.style, header.explode) == ("", "simple", False)


def test_media_types_may_be_shared_and_have_items(read):
    found = read(
        "paths:\n  /a:\n    post:\n      operationId: a\n"
        "      requestBody: {content: {application/jsonl: {$ref: '#/components/mediaTypes/Lines'}}}\n"
        "      responses:\n        200:\n          description: ok\n"
        "          content: {application/jsonl: {$ref: '#/components/mediaTypes/Lines'}}\n"
        "components: {mediaTypes: {Lines: {itemSchema: {type: object}}}}\n"
    )

    assert found["a"].body.content["application/jsonl"] == {"itemSchema": {"type": "object"}}
    assert found["a"].responses["200"].content["application/jsonl"]["itemSchema"] == {"type": "object"}


def test_the_rest_of_3_2_has_the_form_it_should_have(read):
    assert read(
        f"paths: {{/a: {{get: {{operationId: a, tags: [b], {OK}}}}}}}\n"
        "tags:\n  - {name: a, summary: A, kind: nav}\n  - {name: b, parent: a}\n"
        "components:\n  securitySchemes:\n    o:\n      type: oauth2\n      flows:\n"
        "        deviceAuthorization: {deviceAuthorizationUrl: /d, tokenUrl: /t, scopes: {}}\n"
        "  schemas:\n    S: {discriminator: {propertyName: k, defaultMapping: T}, anyOf: [{}]}\n"
        "    T: {type: string, xml: {nodeType: text}}\n"
        "  examples:\n    E: {dataValue: {a: 1}, serializedValue: 'a=1'}\n"
    )


def test_parameters_of_the_path_are_those_of_the_operation_unless_it_has_its_own(read):
    found = read(
        "paths:\n  /a:\n    parameters:\n      - {name: q, in: query, schema: {type: string}}\n"
        "      - {name: r, in: query, schema: {type: string}}\n    get:\n      operationId: a\n"
        f"      parameters: [{{name: q, in: query, schema: {{type: integer}}}}]\n      {OK}\n"
    )

    assert {each.name: each.schema["type"] for each in found["a"].parameters} == {
        "q": "integer",
        "r": "string",
    }


def test_extensions_are_no_paths_and_no_answers(read):
    found = read(f"paths:\n  x-a: {{get: {{}}}}\n  /a: {{get: {{operationId: a, {OK[:-1]}, x-b: 1}}}}}}\n")

    assert list(found) == ["a"]
    assert list(found["a"].responses) == ["200"]
