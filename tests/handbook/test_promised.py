"""Pages for readers of the API itself: nothing on them is true of a mock server alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from handbook.book import book
from handbook.page import MARKDOWN, SITE, Book
from speckit.document import Document
from speckit.specification import specify

ANSWER = {
    "200": {
        "description": "It.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Job"}}},
    }
}
PARAMETER = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}, "example": "j9"}
LIFE = {
    "identity": {"param": "id", "field": "/id", "generate": "job_{$random.hex12}"},
    "initially": {"id": "$id", "state": "$state", "due": "$now"},
    "state": {
        "field": "/state",
        "initial": "queued",
        "states": {
            "queued": {"category": "pending"},
            "done": {"category": "pending", "outcome": "success"},
            "failed": {"category": "final", "outcome": "failure"},
            "old": {"category": "final", "outcome": "expired"},
        },
    },
    "transitions": [
        {"name": "finish", "from": "queued", "to": "done", "after": {"duration": "PT7S"},
         "description": "Within a day."},
        {"name": "fail", "from": "queued", "to": "failed", "after": {"polls": 3}, "scenario": "bad-luck"},
        {"name": "expire", "from": "done", "to": "old", "after": {"until": "$resource#/due"}},
    ],
    "scenarios": {"bad-luck": {}},
    "operations": {"makeJob": {"role": "create"}, "getJob": {"role": "get"}, "listJobs": {"role": "list"}},
    "seed": [{"state": "done", "set": {"id": "seeded-1"}}],
}  # fmt: skip
JOB = {"type": "object", "properties": {key: {"type": "string"} for key in ("id", "state", "due")}}
DATA: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Jobs", "version": "1"},
    "paths": {
        "/jobs": {
            "post": {"operationId": "makeJob", "responses": ANSWER},
            "get": {
                "operationId": "listJobs",
                "responses": {"200": {"description": "All.", "content": {"application/json": {"schema": {
                    "type": "array", "items": {"$ref": "#/components/schemas/Job"}}}}}},
            },
        },
        "/jobs/{id}": {"parameters": [PARAMETER], "get": {"operationId": "getJob", "responses": ANSWER}},
    },
    "components": {"schemas": {"Job": JOB}},
    "x-resource-lifecycles": {"Job": LIFE},
}  # fmt: skip
OF_A_MOCK = (
    "7 s",
    "bad-luck",
    "Understudy",
    "understudy",
    "mock",
    "seeded-1",
    "hex",
    "look",
    "here the oldest",
)


def made(form: str, *, has_mock: bool) -> Book:
    return book(specify(Document(DATA, Path("openapi.yaml"))), form=form, has_mock=has_mock)


def text(made: Book) -> str:
    pages = "\n".join(page.text for page in made.whole.pages())
    return pages + made.files["openapi.yaml"].decode()


@pytest.mark.parametrize("form", [SITE, MARKDOWN])
def test_what_is_true_of_a_mock_server_alone_is_nowhere(form: str) -> None:
    """A customer who reads that a job takes seven seconds will ask for it."""
    told, plain = text(made(form, has_mock=True)), text(made(form, has_mock=False))

    assert [each for each in OF_A_MOCK if each in plain] == []
    assert all(each in told for each in ("bad-luck", "mock server", "seeded-1", "understudy serve"))


def test_how_a_resource_lives_stays() -> None:
    """States and ways between them are the API's own, and so is a time that a field tells."""
    pages = {page.path: page.text for page in made(MARKDOWN, has_mock=False).whole.pages()}
    page = pages["operations/job.md"]

    assert "| finish<br>Within a day. | `queued` | `done` | some time later |" in page
    assert "| fail | `queued` | `failed` | some time later |" in page
    assert "| expire | `done` | `old` | at the time in `due` |" in page
    assert "queued --> failed: fail, by itself" in page
    assert "In no promised order." in page
    assert "/jobs/j9'" in pages["operations/get-job.md"], "the document's example"


def test_the_document_beside_them_goes_without_its_lifecycles() -> None:
    beside = yaml.safe_load(made(SITE, has_mock=False).files["openapi.yaml"])

    assert set(beside) == {"openapi", "info", "paths", "components"}
