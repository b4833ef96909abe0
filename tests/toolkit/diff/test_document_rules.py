"""Every rule about operations, by the smallest change of a document that shows it."""

from __future__ import annotations

from typing import Any

import pytest
from document_pairs import GONE, compared, patched, rules

from toolkit.diff import RULES

JSON = {"application/json": {"schema": {"type": "object"}}}
TEXT = {"text/plain": {"schema": {"type": "string"}}}
HEADER = {"schema": {"type": "string"}}
OAUTH = {
    "type": "oauth2",
    "flows": {
        "clientCredentials": {"tokenUrl": "https://a.example.com/token", "scopes": {"read": "", "write": ""}}
    },
}
BASE: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1"},
    "servers": [{"url": "https://a.example.com"}],
    "security": [{"key": []}],
    "paths": {
        "/things/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "put": {
                "operationId": "putThing",
                "parameters": [
                    {"name": "tags", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}}
                ],
                "requestBody": {"content": JSON},
                "responses": {
                    "200": {
                        "description": "Done",
                        "content": JSON,
                        "headers": {"X-Left": {"schema": {"type": "integer"}}},
                    },
                    "409": {"description": "No"},
                },
            },
        }
    },
    "components": {
        "securitySchemes": {
            "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "token": {"type": "http", "scheme": "bearer"},
            "oauth": OAUTH,
        }
    },
}
PUT = "/paths/~1things~1{id}/put"
QUERY = f"{PUT}/parameters/0"
ANSWER = f"{PUT}/responses/200"
FLOWS = "/components/securitySchemes/oauth/flows"
NEED = f"{PUT}/security"
SENT = {"post": {"requestBody": {"content": JSON}, "responses": {"200": {"description": "Thanks"}}}}
NEW = {"name": "new", "in": "query", "schema": {"type": "string"}}
MORE = {"get": {"responses": {"200": {"description": "Done"}}}}
CONTENT = {"name": "tags", "in": "query", "content": JSON}

# What a change is called, what it is called the other way round, the old side and the new one.
PAIRS: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("operation-added", "operation-removed", {}, {"/paths/~1more": MORE}),
    ("operation-deprecated", "", {}, {f"{PUT}/deprecated": True}),
    (
        "deprecated-operation-removed",
        "operation-added",
        {"/paths/~1more": {"get": {**MORE["get"], "deprecated": True}}},
        {},
    ),
    (
        "operation-removed-before-sunset",
        "operation-added",
        {"/paths/~1more": {"get": {**MORE["get"], "deprecated": True, "x-sunset": "2027-01-01"}}},
        {},
    ),
    (
        "operation-removed-after-sunset",
        "operation-added",
        {"/paths/~1more": {"get": {**MORE["get"], "deprecated": True, "x-sunset": "2026-01-01T00:00:00Z"}}},
        {},
    ),
    (
        "operation-sunset-earlier",
        "operation-sunset-later",
        {f"{PUT}/x-sunset": "2028-01-01"},
        {f"{PUT}/x-sunset": "2027-01-01"},
    ),
    ("operation-id-changed", "operation-id-changed", {}, {f"{PUT}/operationId": "setThing"}),
    ("server-added", "server-removed", {}, {"/servers/1": {"url": "https://b.example.com"}}),
    ("webhook-added", "webhook-removed", {}, {"/webhooks/done": SENT}),
    ("callback-added", "callback-removed", {}, {f"{PUT}/callbacks/done/{{$request.body#~1url}}": SENT}),
    ("parameter-added", "parameter-removed", {}, {f"{PUT}/parameters/1": NEW}),
    ("required-parameter-added", "parameter-removed", {}, {f"{PUT}/parameters/1": {**NEW, "required": True}}),
    ("parameter-became-required", "parameter-became-optional", {}, {f"{QUERY}/required": True}),
    ("parameter-style-changed", "parameter-style-changed", {}, {f"{QUERY}/explode": False}),
    (
        "parameter-media-type-changed",
        "parameter-media-type-changed",
        {QUERY: CONTENT},
        {QUERY: {**CONTENT, "content": {"text/csv": {"schema": {"type": "object"}}}}},
    ),
    (
        "parameter-empty-value-allowed",
        "parameter-empty-value-refused",
        {},
        {f"{QUERY}/allowEmptyValue": True},
    ),
    ("parameter-deprecated", "", {}, {f"{QUERY}/deprecated": True}),
    ("request-body-added", "request-body-removed", {f"{PUT}/requestBody": GONE}, {}),
    (
        "required-request-body-added",
        "request-body-removed",
        {f"{PUT}/requestBody": GONE},
        {f"{PUT}/requestBody/required": True},
    ),
    (
        "request-body-became-required",
        "request-body-became-optional",
        {},
        {f"{PUT}/requestBody/required": True},
    ),
    (
        "request-media-type-added",
        "request-media-type-removed",
        {},
        {f"{PUT}/requestBody/content/text~1plain": TEXT["text/plain"]},
    ),
    (
        "request-encoding-changed",
        "request-encoding-changed",
        {},
        {f"{PUT}/requestBody/content/application~1json/encoding": {"a": {"contentType": "text/plain"}}},
    ),
    (
        "success-status-added",
        "success-status-removed",
        {},
        {f"{PUT}/responses/202": {"description": "Later"}},
    ),
    ("error-status-added", "error-status-removed", {}, {f"{PUT}/responses/404": {"description": "None"}}),
    (
        "default-response-added",
        "default-response-removed",
        {},
        {f"{PUT}/responses/default": {"description": "?"}},
    ),
    (
        "response-media-type-added",
        "response-media-type-removed",
        {},
        {f"{ANSWER}/content/text~1plain": TEXT["text/plain"]},
    ),
    ("response-header-added", "response-header-removed", {}, {f"{ANSWER}/headers/X-New": HEADER}),
    (
        "response-header-added",
        "required-response-header-removed",
        {},
        {f"{ANSWER}/headers/X-New": {**HEADER, "required": True}},
    ),
    (
        "response-header-became-required",
        "response-header-became-optional",
        {},
        {f"{ANSWER}/headers/X-Left/required": True},
    ),
    (
        "response-link-added",
        "response-link-removed",
        {},
        {f"{ANSWER}/links/next": {"operationId": "putThing"}},
    ),
    ("security-added", "security-removed", {"/security": GONE}, {}),
    ("security-added", "security-removed", {NEED: [{}, {"key": []}]}, {}),
    ("security-alternative-added", "security-alternative-removed", {}, {NEED: [{"key": []}, {"token": []}]}),
    (
        "security-alternative-removed",
        "security-alternative-added",
        {NEED: [{"key": []}]},
        {NEED: [{"key": [], "token": []}]},
    ),
    (
        "security-scope-added",
        "security-scope-removed",
        {NEED: [{"oauth": ["read"]}]},
        {NEED: [{"oauth": ["read", "write"]}]},
    ),
    (
        "security-scheme-changed",
        "security-scheme-changed",
        {},
        {"/components/securitySchemes/key/in": "query"},
    ),
    (
        "oauth-flow-added",
        "oauth-flow-removed",
        {},
        {f"{FLOWS}/password": {"tokenUrl": "https://a.example.com/token", "scopes": {}}},
    ),
    (
        "oauth-url-changed",
        "oauth-url-changed",
        {},
        {f"{FLOWS}/clientCredentials/tokenUrl": "https://b.example.com/token"},
    ),
    ("oauth-scope-withdrawn", "", {}, {f"{FLOWS}/clientCredentials/scopes": {"read": ""}}),
]

CASES = [
    *((forth, old, new) for forth, _, old, new in PAIRS),
    *((back, new, old) for _, back, old, new in PAIRS),
]


@pytest.mark.parametrize(("rule", "old", "new"), CASES)
def test_a_difference_of_operations_is_judged_by_its_rule(tmp_path, rule, old, new):
    """By that rule and no other; what is no difference this way round is not told."""
    found = compared(patched(BASE, old), patched(BASE, new), tmp_path)

    assert rules(found) == ({rule} if rule else set())


def test_every_rule_about_operations_is_shown():
    """A rule that nothing shows is one that nothing keeps."""
    groups = ("Operations", "Parameters", "Request bodies", "Responses", "Security")
    about = {rule.id for rule in RULES.values() if rule.group in groups}

    assert {rule for rule, _, _ in CASES} - {""} == about


SAME: list[dict[str, Any]] = [
    {"/info/version": "2", "/info/description": "More words.", "/x-new": 1},
    {f"{PUT}/summary": "Put it", f"{PUT}/x-internal": True, f"{PUT}/tags": ["things"]},
    {"/components/schemas": {"Unused": {"type": "string"}}},
    {f"{ANSWER}/headers": {"x-left": {"schema": {"type": "integer"}}}},
    {
        f"{PUT}/requestBody": {"$ref": "#/components/requestBodies/Body"},
        "/components/requestBodies/Body": {"content": JSON},
    },
    {f"{QUERY}/style": "form", f"{QUERY}/explode": True},
    {NEED: [{"key": []}]},
    {
        NEED: [{"other": []}],
        "/components/securitySchemes/key": GONE,
        "/security": GONE,
        "/components/securitySchemes/other": {"type": "apiKey", "in": "header", "name": "X-Key"},
    },
]


@pytest.mark.parametrize("patches", SAME)
def test_what_clients_do_not_notice_is_no_change(tmp_path, patches):
    found = compared(BASE, patched(BASE, patches), tmp_path)

    assert rules(found) == set()


def test_to_need_nothing_is_said_in_several_ways(tmp_path):
    """An empty list, none at all, and a way that needs nothing."""
    ways = [patched(BASE, each) for each in ({NEED: []}, {NEED: [{}]}, {"/security": GONE})]

    assert all(compared(old, new, tmp_path) == [] for old in ways for new in ways)


def test_a_range_of_statuses_holds_each_of_them(tmp_path):
    """The 409 is not gone; there are others besides."""
    new = patched(BASE, {f"{PUT}/responses/409": GONE, f"{PUT}/responses/4XX": {"description": "No"}})

    assert rules(compared(BASE, new, tmp_path)) == {"error-status-added"}
    assert rules(compared(new, BASE, tmp_path)) == {"error-status-removed"}


def test_a_path_parameter_may_be_called_otherwise(tmp_path):
    """Its name travels nowhere."""
    new = patched(BASE, {"/paths/~1things~1{id}/parameters/0/name": "thing"})
    new["paths"] = {"/things/{thing}": new["paths"]["/things/{id}"]}

    assert compared(BASE, new, tmp_path) == []


def test_what_is_sent_to_a_client_is_an_answer_to_it(tmp_path):
    """A webhook with a new value surprises its client; a client that may answer more is well."""

    def document(sent: dict[str, Any], taken: dict[str, Any]) -> dict[str, Any]:
        answer = {"description": "Thanks", "content": {"application/json": {"schema": taken}}}
        body = {"content": {"application/json": {"schema": sent}}}
        return patched(
            BASE, {"/webhooks/done": {"post": {"requestBody": body, "responses": {"200": answer}}}}
        )

    old = document({"enum": ["a"]}, {"enum": ["a"]})
    more, less = (
        document({"enum": ["a", "b"]}, {"enum": ["a"]}),
        document({"enum": ["a"]}, {"enum": ["a", "b"]}),
    )

    assert rules(compared(old, more, tmp_path)) == {"response-enum-value-added"}
    assert rules(compared(old, less, tmp_path)) == {"request-enum-value-added"}


def test_a_parameter_has_a_request_schema_and_a_header_a_response_schema(tmp_path):
    narrow = {f"{QUERY}/schema/maxItems": 3, f"{ANSWER}/headers/X-Left/schema/maximum": 9}

    found = compared(BASE, patched(BASE, narrow), tmp_path)

    assert {(each.rule.id, each.subjects[0]) for each in found} == {
        ("request-max-items-lowered", "PUT /things/{id}, query parameter 'tags'"),
        ("response-maximum-lowered", "PUT /things/{id}, answer 200, header 'x-left'"),
    }


def test_the_worst_comes_first(tmp_path):
    new = patched(
        BASE, {f"{PUT}/deprecated": True, f"{QUERY}/required": True, f"{PUT}/operationId": "setThing"}
    )

    found = compared(BASE, new, tmp_path)

    assert [each.verdict for each in found] == ["breaking", "maybe", "safe"]
