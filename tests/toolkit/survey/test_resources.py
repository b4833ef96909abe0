"""Resources: which operations are about the same thing, and what each does to it."""

from __future__ import annotations

from typing import Any

import pytest

from speckit.operation import operations
from toolkit.survey.forms import Form
from toolkit.survey.identity import identified
from toolkit.survey.lists import paged
from toolkit.survey.resources import Resource, survey

JOB = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "example": "job_8f2c1d4e"},
        "name": {"type": "string"},
        "state": {"type": "string", "enum": ["queued", "running", "done", "cancelled"]},
        "created_at": {"type": "integer", "example": 1726740174589},
    },
}
SCHEMAS = {"Job": JOB, "Jobs": {"type": "array", "items": {"$ref": "#/components/schemas/Job"}}}


def answer(name: str = "Job") -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}


def found(**paths: Any) -> dict[str, Resource]:
    data = {"openapi": "3.1.0", "paths": paths, "components": {"schemas": SCHEMAS}}
    return {each.name: each for each in survey(data, operations(data))}


def path(*names: str) -> list[dict[str, Any]]:
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


BODY = {"requestBody": {"content": {"application/json": {"schema": JOB}}}}
USUAL = {
    "/jobs": {"get": answer("Jobs"), "post": answer() | BODY},
    "/jobs/{id}": {"parameters": path("id"), "get": answer(), "delete": answer(), "patch": answer() | BODY},
}


def roles(resource: Resource) -> dict[str, str]:
    return {each.operation.id: f"{each.role} {each.verb}".strip() for each in resource.acts}


def test_a_collection_and_its_items_are_one_resource():
    job = found(**USUAL)["Job"]

    assert roles(job) == {
        "GET /jobs": "list",
        "POST /jobs": "create",
        "GET /jobs/{id}": "get",
        "DELETE /jobs/{id}": "remove delete",
        "PATCH /jobs/{id}": "update",
    }
    new = job.identity.generate[0].expression
    assert (job.param, job.identity.field, new) == ("id", ("id",), "job_{$random.hex8}")
    assert (job.stamps.format, job.stamps.created) == ("epoch-ms", ("created_at",))


@pytest.mark.parametrize("where", ["/jobs/{id}/cancel", "/jobs/{id}:cancel", "/jobs/cancel/{id}"])
def test_a_verb_is_found_wherever_it_stands(where):
    job = found(**USUAL, **{where: {"post": answer(), "parameters": path("id")}})["Job"]

    assert roles(job)[f"POST {where}"] == "trigger cancel"


def test_a_delete_that_is_called_cancel_cancels():
    item = {"parameters": path("id"), "get": answer(), "delete": answer() | {"operationId": "cancelJob"}}

    assert roles(found(**{"/jobs/{id}": item})["Job"])["cancelJob"] == "trigger cancel"


def test_an_envelope_is_seen_through():
    wrapped = {"type": "object", "properties": {"ok": {"type": "boolean"}, "job": SCHEMAS["Jobs"]["items"]}}
    content = {"application/json": {"schema": wrapped}}
    item = {"parameters": path("id"), "get": {"responses": {"200": {"content": content}}}}

    assert found(**{"/jobs/{id}": item})["Job"].envelope == ("job",)


def test_another_way_to_name_one_is_no_other_resource():
    byname = {"/jobs/byname/{job_name}": {"parameters": path("job_name"), "get": answer()}}

    assert found(**USUAL, **byname)["Job"].params == ("id", "job_name")


def test_what_is_made_and_listed_elsewhere_is_the_same():
    there = {"/runs": {"post": answer() | BODY}, "/busy": {"get": answer("Jobs")}}
    job = found(**{"/jobs/{id}": USUAL["/jobs/{id}"]}, **there)["Job"]

    assert roles(job)["POST /runs"] == "create"
    assert roles(job)["GET /busy"] == "list"


def test_a_collection_below_another_knows_its_parent():
    sub = {"type": "object", "properties": {"id": {"type": "integer"}, "text": {"type": "string"}}}
    content = {"application/json": {"schema": sub}}
    note = {"parameters": path("id", "note"), "get": {"responses": {"200": {"content": content}}}}
    both = found(**USUAL, **{"/jobs/{id}/notes/{note}": note})

    assert both["Note"].above is not None
    assert (both["Note"].above.resource, both["Note"].above.param) == ("Job", "id")


def test_a_put_makes_where_nothing_else_does():
    item = {"parameters": path("id"), "get": answer(), "put": answer() | BODY}

    assert roles(found(**{"/jobs/{id}": item})["Job"])["PUT /jobs/{id}"] == "create upsert"


def test_a_search_makes_nothing():
    search = {"post": answer("Jobs") | BODY | {"operationId": "searchJobs"}, "get": answer("Jobs")}
    job = found(**USUAL, **{"/jobs/search": search})["Job"]

    assert [each.operation.id for each in job.acting("create")] == ["POST /jobs"]
    assert [each.operation.id for each in job.acting("list")] == ["GET /jobs", "GET /jobs/search"]


@pytest.mark.parametrize(
    ("names", "style"),
    [
        (["page", "per_page"], "page"),
        (["offset", "limit"], "offset"),
        (["page_token", "page_size"], "cursor"),
        (["after", "limit"], "after"),
        (["_start", "_end"], "range"),
        (["q"], None),
    ],
)
def test_pages_are_told_by_the_names_of_their_parameters(names, style):
    kinds = {"page_token": "string", "after": "string"}
    queries = [{"name": n, "in": "query", "schema": {"type": kinds.get(n, "integer")}} for n in names]
    data = {
        "paths": {"/jobs": {"get": answer("Jobs") | {"parameters": queries}}},
        "components": {"schemas": SCHEMAS},
    }
    pages = paged(data, operations(data)["GET /jobs"])

    assert (pages and pages.style) == style


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("payout_batch_id", "name"), "payout_batch_id"),
        (("payout_batch_id", "payout_account_id", "name"), "name"),
        (("sender_id", "name"), "name"),
        (("payout_batch_id", "uuid", "id"), "id"),
    ],
)
def test_the_only_id_that_begins_as_the_collection_is_that_of_the_resource(names, found):
    """Of two nobody can tell which, and another's id begins as that is called."""
    item = Form({}, {"type": "object", "properties": {name: {"type": "string"} for name in names}})

    assert identified(item, "id", "payouts").field == (found,)
