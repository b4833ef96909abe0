"""`mockserver.conformance`: the server holds its own responses to the document."""

from __future__ import annotations

import pytest

from mockserver.answers import Reply
from mockserver.conformance import Conformance
from mockserver.wire import too_large
from speckit.operation import Operation, Response
from speckit.pointer import ABSENT
from speckit.schema import Schemas

JOB = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
OPERATION = Operation(
    "getJob",
    "GET",
    "/jobs/{id}",
    responses={
        "200": Response({"application/json": {"schema": JOB}, "text/plain": {}}, {}),
        "202": Response({"application/json": {"schema": JOB}}, {"location": {"required": True}}),
        "204": Response({}, {"etag": {"required": False}}),
        "4XX": Response({"application/json": {"schema": {"type": "object", "required": ["told"]}}}, {}),
        "503": Response({"application/json": {"schema": {"type": "no such type"}}}, {}),
    },
)


def problem(status, body=ABSENT, headers=(), content_type="application/json", kind=""):
    return Conformance(OPERATION, Schemas({"openapi": "3.0.3"}), {}).problem(
        Reply(status, body, headers, content_type), kind
    )


@pytest.mark.parametrize(
    "reply",
    [
        {"status": 200, "body": {"id": "j1"}},
        {"status": 200, "body": "text", "content_type": "text/plain; charset=utf-8"},
        {"status": 202, "body": {"id": "j1"}, "headers": (("Location", "/jobs/j1"),)},
        {"status": 204},
        {"status": 304},
        {"status": 404, "body": {"told": "no"}},
        {"status": 409, "body": {"told": "no"}},
        {"status": 503, "body": "its schema cannot be compiled"},
        {"status": 503, "body": None},
        {"status": 500, "body": {}, "kind": "overloaded"},
    ],
    ids=str,
)
def test_a_response_as_documented_is_no_problem(reply):
    assert problem(**reply) == ""


@pytest.mark.parametrize(
    ("reply", "complaint"),
    [
        ({"status": 201, "body": {"id": "j1"}}, "does not document the status 201"),
        ({"status": 500, "body": {}}, "does not document the status 500"),
        ({"status": 500, "body": {}, "kind": "notFound"}, "does not document the status 500"),
        ({"status": 204, "body": {}}, "without a body"),
        ({"status": 200}, "there is none"),
        ({"status": 200, "body": {}}, 'breaks its schema: "id" is'),
        ({"status": 200, "body": {"id": 5}}, "breaks its schema at id: 5 is"),
        ({"status": 200, "body": "<job/>", "content_type": "application/xml"}, "application/xml"),
        ({"status": 202, "body": {"id": "j1"}}, "location"),
        ({"status": 404, "body": {}, "kind": "unauthorized"}, "breaks its schema"),
    ],
    ids=str,
)
def test_a_response_other_than_documented_is_told(reply, complaint):
    assert complaint in problem(**reply)


def test_nothing_modified_has_no_body_whatever_the_default_response_has():
    """RFC 9110, section 15.4.5."""
    operation = Operation("getJob", "GET", "/", responses={"default": Response({"application/json": {}}, {})})

    assert Conformance(operation, Schemas({}), {}).problem(Reply(304)) == ""


def test_what_is_too_large_is_told_with_both_ways_out():
    """Whoever sent it may be the one who started the server."""
    assert (
        "10 bytes; send a smaller one, or start the server with a larger --body-limit."
        in too_large(10).detail
    )
