"""Lint on values and answers of lifecycles: what is found, and what looks alike and is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from harness import ROOT

from speckit.document import load
from toolkit.lint.linting import lint

PAGE = (ROOT / "docs" / "reference" / "lint.md").read_text("utf-8")
DOCUMENT = PAGE.split("\n## The document\n")[1].split("```yaml\n")[1].split("```")[0]


def found(folder: Path, *changes: tuple[str, Any]) -> list[tuple[str, str]]:
    """Rule and message of what is found in the page's document with other values at some dotted paths."""
    data = yaml.safe_load(DOCUMENT)
    for path, value in changes:
        *above, last = path.split(".")
        node = data
        for key in above:
            node = node.setdefault(key, {})
        node[last] = value
    file = folder / "jobs.yaml"
    file.write_text(yaml.safe_dump(data, sort_keys=False), "utf-8")
    return [(each.rule, each.message) for each in lint(load(file)).found]


LIFE = "x-resource-lifecycles.Job"
JOB = "components.schemas.Job"
ID = "paths./jobs/{id}.parameters"
NEEDED = (f"{JOB}.required", ["id", "owner"])


def named(schema: dict[str, Any]) -> tuple[str, Any]:
    return ID, [{"name": "id", "in": "path", "required": True, "schema": schema}]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ((f"{LIFE}.description", "Kept for ever."), "nothing sets it"),
        ((f"{LIFE}.initially.owner", "$absent"), "nothing sets it"),
        ((f"{LIFE}.initially.owner", "$principal#/name"), ""),
        ((f"{LIFE}.operations.createJob", {"role": "create", "set": {"owner": "me"}}), ""),
        ((f"{JOB}.properties.owner", {"type": "string", "writeOnly": True}), ""),
        ((f"{JOB}.properties.owner", {"type": "string", "default": "me"}), "nothing sets it"),
    ],
)
def test_a_field_that_is_required_is_there(tmp_path, change, says):
    told = found(tmp_path, NEEDED, change)

    assert ("required-field-missing" in dict(told)) == bool(says)
    assert says in dict(told).get("required-field-missing", "")


@pytest.mark.parametrize(
    ("schema", "sent", "hint"),
    [
        ({"type": "string", "format": "date-time"}, False, ", e.g. 'since: $now'."),
        ({"type": "string"}, True, ", e.g. 'since: $request.body#/since'."),
        ({"enum": ["spring", "autumn"]}, False, ", e.g. 'since: spring'."),
        ({"type": "integer", "minimum": 3}, False, ", e.g. 'since: 3'."),
        ({"type": "string"}, False, "."),
        ({"type": "array"}, False, "."),
        ({}, False, "."),
    ],
)
def test_what_is_proposed_for_a_missing_field_is_there(tmp_path, schema, sent, hint):
    """A part of the body only where the body has it."""
    body = {"type": "object", "properties": {"since" if sent else "name": {"type": "string"}}}
    found(
        tmp_path,
        (f"{JOB}.required", ["since"]),
        (f"{JOB}.properties.since", schema),
        ("paths./jobs.post.requestBody", {"content": {"application/json": {"schema": body}}}),
    )

    told = [each.hint for each in lint(load(tmp_path / "jobs.yaml")).found if "'since'" in each.message]

    assert told == [f"Add it to 'initially'{hint}"]


def test_a_name_that_begins_with_a_vowel_has_its_article(tmp_path):
    export = yaml.safe_load(DOCUMENT)["x-resource-lifecycles"]["Job"]

    told = found(tmp_path, NEEDED, ("x-resource-lifecycles", {"Export": export}))

    assert "requires 'owner' of an Export, and nothing sets it." in dict(told)["required-field-missing"]


@pytest.mark.parametrize(
    ("change", "is_found"),
    [
        ((f"{LIFE}.state.states.running.set", {"/owner": "$absent"}), True),
        (
            (f"{LIFE}.operations.createJob.change", {"/owner": "$absent"}),
            True,
        ),
        ((f"{LIFE}.state.states.running.set", {"/owner": "you"}), False),
        ((f"{LIFE}.state.states.running.set", {"/note": "$absent"}), False),
    ],
)
def test_a_field_that_is_required_stays(tmp_path, change, is_found):
    told = found(tmp_path, NEEDED, (f"{LIFE}.initially.owner", "$principal#/name"), change)

    assert ("required-field-missing" in dict(told)) == is_found
    assert ("takes it away" in dict(told).get("required-field-missing", "")) == is_found


@pytest.mark.parametrize(
    ("view", "is_found"),
    [
        ({"omit": ["/name"]}, True),
        ({"only": ["/id"]}, True),
        ({"omit": ["/created"]}, False),
        ({"body": {"a": 1}}, False),
    ],
)
def test_and_shown(tmp_path, view, is_found):
    told = found(
        tmp_path,
        (f"{JOB}.required", ["name"]),
        (f"{LIFE}.views", {"short": view}),
        (f"{LIFE}.operations.getJob", {"role": "get", "view": "short"}),
    )

    assert ("required-field-missing", "getJob requires 'name' of a Job, and does not show it.") in told or (
        not is_found
    )
    assert ("required-field-missing" in dict(told)) == is_found


@pytest.mark.parametrize(
    ("generate", "schema", "is_found"),
    [
        ("$random.uuid", {"type": "string", "pattern": "^job_[a-z0-9]{8}$"}, True),
        ("job_{$random.hex8}", {"type": "string", "pattern": "^job_[a-z0-9]{8}$"}, False),
        ("job_{$random.hex8}", {"type": "string", "pattern": "^job_[a-z]{8}$"}, True),
        ("$random.uuid", {"type": "string", "maxLength": 20}, True),
        ("$random.uuid", {"type": "string", "format": "uuid"}, False),
        ("$random.hex12", {"type": "string", "format": "uuid"}, True),
        ("$random.uuid", {"type": "integer"}, True),
        ("job-{$principal#/name}", {"type": "string", "pattern": "^x$"}, False),
    ],
)
def test_new_ids_fit_the_path(tmp_path, generate, schema, is_found):
    told = found(tmp_path, named(schema), (f"{LIFE}.identity.generate", generate))

    assert ("id-never-fits" in dict(told)) == is_found


def test_a_number_is_one_in_a_path_too(tmp_path):
    numbers = (f"{LIFE}.identity.generate", "$sequence"), (f"{JOB}.properties.id", {"type": "integer"})
    text = {"type": "string", "pattern": "^[0-9]+$"}

    assert "id-never-fits" not in dict(found(tmp_path, named({"type": "integer"}), *numbers))
    assert "id-never-fits" not in dict(found(tmp_path, named(text), *numbers))
    assert "id-never-fits" in dict(found(tmp_path, named({"type": "integer", "maximum": 0}), *numbers))


def test_new_ids_fit_their_field(tmp_path):
    told = found(tmp_path, (f"{JOB}.properties.id", {"type": "string", "maxLength": 8}))

    assert "'/id' in the answer of" in dict(told)["id-never-fits"]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"id": "job-7", "name": "Nightly"}, ""),
        ({"id": "job-7", "name": 7}, "'name' does not fit what listJobs documents: 7 is not of type"),
        ({"id": "job 7"}, "'id' does not fit the parameter 'id' of getJob"),
        ({"id": "job-7", "name": "$now"}, ""),
    ],
)
def test_a_seed_fits_what_shows_it(tmp_path, values, says):
    told = found(
        tmp_path,
        named({"type": "string", "pattern": "^[a-z0-9-]+$"}),
        (f"{LIFE}.seed", [{"state": "done", "set": values}]),
    )

    assert says in dict(told).get("seed-breaks-schema", "")
    assert ("seed-breaks-schema" in dict(told)) == bool(says)


def test_an_answer_that_never_shows_the_seed_does_not_matter(tmp_path):
    """It is for new ones, or for those in another state."""
    strict = {"type": "object", "properties": {"name": {"enum": ["new"]}}}
    answer = {"description": "It", "content": {"application/json": {"schema": strict}}}

    told = found(
        tmp_path,
        (f"{LIFE}.seed", [{"state": "done", "set": {"id": "job-7", "name": "old"}}]),
        ("paths./jobs.post.responses.201", answer),
    )

    assert "seed-breaks-schema" not in dict(told)


def answered(path: str, status: str) -> tuple[str, Any]:
    return f"paths.{path}.responses.{status}", {"description": "No"}


@pytest.mark.parametrize(
    ("changes", "is_found"),
    [
        ([answered("/jobs.post", "409")], True),
        ([answered("/jobs.post", "409"), (f"{LIFE}.unique", [{"fields": ["/name"]}])], False),
        (
            [
                answered("/jobs.post", "409"),
                (f"{LIFE}.operations.createJob", {"role": "create", "id": "$request.body#/name"}),
            ],
            False,
        ),
        ([answered("/jobs.get", "4XX")], False),
        ([answered("/jobs.post", "422")], True),
        ([answered("/jobs.post", "422"), ("paths./jobs.post.responses.400", {"description": "x"})], True),
        ([answered("/jobs/{id}/cancel.post", "412")], True),
        ([answered("/jobs/{id}/cancel.post", "412"), (f"{LIFE}.etag", {})], False),
        ([answered("/jobs/{id}/cancel.post", "428"), answered("/jobs/{id}/cancel.post", "412")], True),
        (
            [
                answered("/jobs/{id}.get", "409"),
                (f"{LIFE}.operations.getJob", {"role": "get", "available": {"in": ["done"]}}),
            ],
            False,
        ),
        (
            [
                answered("/jobs.post", "409"),
                (f"{LIFE}.answers", {"invalidBody": {"status": 409, "body": {}}}),
            ],
            False,
        ),
    ],
)
def test_an_answer_that_is_documented_can_come(tmp_path, changes, is_found):
    assert ("answer-never-given" in dict(found(tmp_path, *changes))) == is_found


def test_a_body_that_does_not_fit_is_a_422_where_there_is_no_400(tmp_path):
    responses = {code: {"description": "x"} for code in ("201", "401", "422")}

    assert "answer-never-given" not in dict(found(tmp_path, ("paths./jobs.post.responses", responses)))


def header(name: str) -> list[dict[str, Any]]:
    return [{"name": name, "in": "header", "schema": {"type": "string"}}]


@pytest.mark.parametrize(
    ("changes", "is_found"),
    [
        ([("paths./jobs.post.parameters", header("X-Idempotency-Key"))], True),
        ([("paths./jobs.post.parameters", header("X-Tenant"))], False),
        (
            [
                ("paths./jobs.post.parameters", header("Idempotency-Key")),
                (f"{LIFE}.initially.name", "$request.header.Idempotency-Key"),
            ],
            False,
        ),
        ([("paths./jobs/{id}.get.parameters", header("If-None-Match"))], True),
        ([("paths./jobs/{id}.get.parameters", header("If-None-Match")), (f"{LIFE}.etag", {})], False),
        ([("components.responses.Job.headers", {"ETag": {"schema": {"type": "string"}}})], True),
        (
            [
                ("components.responses.Job.headers", {"ETag": {"schema": {"type": "string"}}}),
                (f"{LIFE}.etag", {}),
            ],
            False,
        ),
    ],
)
def test_a_header_that_is_documented_does_something(tmp_path, changes, is_found):
    assert ("header-without-effect" in dict(found(tmp_path, *changes))) == is_found


def test_every_operation_that_needs_credentials_documents_what_comes_without(tmp_path):
    """Also one that is about no resource that anybody can see."""
    upload = {"operationId": "upload", "responses": {"204": {"description": "Fine"}}}
    free = {**upload, "operationId": "health", "security": []}

    told = found(tmp_path, ("paths./files", {"post": upload}), ("paths./health", {"get": free}))

    assert told == [
        ("missing-401", "upload needs credentials, and documents no 401 for a call without them.")
    ]
