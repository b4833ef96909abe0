"""The whole document, read: what is kept, what is scoped, and what a tag leaves."""

from pathlib import Path

import pytest

from speckit.document import Document, load
from speckit.faults import DocumentFaults
from speckit.specification import specify

BASE = Path(__file__).with_name("base.yaml")
OPENAPI = Path(__file__).parents[2] / "openapi.yaml"


@pytest.fixture(scope="module")
def document():
    return load(BASE)


def test_operations_lifecycles_and_conventions_are_read(document):
    specification = specify(document)

    assert list(specification.lifecycles) == ["Project", "Job", "Report"]
    assert "GET /reports/{id}" in specification.operations
    assert [each.name for each in specification.conventions] == ["jobs", "reports"]
    assert specification.document is document


def test_a_rule_knows_the_parents_that_its_path_names(document):
    lifecycles = specify(document).lifecycles

    assert lifecycles["Job"].rules["listJobs"].scope == ("project",)
    assert lifecycles["Report"].rules["GET /reports/{id}"].scope == ()


def test_a_document_without_extensions_has_operations_only():
    data = {"openapi": "3.1.0", "info": {}, "paths": {"/a": {"get": {"responses": {}}}}}

    specification = specify(Document(data, Path("openapi.yaml")))

    assert list(specification.operations) == ["GET /a"]
    assert not specification.lifecycles
    assert not specification.conventions


def test_a_tag_keeps_its_operations_and_the_resources_they_need(document):
    """A report belongs to a job and a job to a project: both must exist for a report to be shown."""
    specification = specify(document, only=["reports"])

    assert list(specification.operations) == ["GET /reports/{id}"]
    assert list(specification.lifecycles) == ["Project", "Job", "Report"]
    assert not specification.lifecycles["Job"].rules


def test_a_resource_that_no_kept_operation_needs_is_left_out(document):
    assert list(specify(document, only=["jobs"]).lifecycles) == ["Project", "Job"]
    assert not specify(document, only=["health"]).lifecycles
    assert len(specify(document, only=["jobs", "reports"]).operations) == 6


def test_an_unknown_tag_names_the_known_ones(document):
    with pytest.raises(DocumentFaults) as refusal:
        specify(document, only=["job"])

    [fault] = refusal.value.faults
    assert fault.message == "No operation has the tag 'job'."
    assert fault.hint == "Known: jobs, reports, health. Did you mean 'jobs'?"


def test_a_tag_hides_no_mistake(tmp_path):
    file = tmp_path / "openapi.yaml"
    file.write_text(BASE.read_text().replace("to: halted", "to: haltd"))

    with pytest.raises(DocumentFaults) as refusal:
        specify(load(file), only=["reports"])

    assert "'haltd' is not a state of Job" in str(refusal.value)


def test_every_lifecycle_of_the_shipped_document_is_read():
    document = load(OPENAPI)

    specification = specify(document)

    assert set(specification.lifecycles) == set(document.data["x-resource-lifecycles"])
    assert len(specification.conventions) == len(document.data["x-api-conventions"])


def test_an_answer_of_the_conventions_may_be_the_name_of_another_kind():
    conventions = {"all": {"paths": ["/"], "answers": {"malformedId": "notFound"}}}
    paths = {"/a": {"get": {"responses": {}}}}
    data = {"openapi": "3.1.0", "info": {}, "paths": paths, "x-api-conventions": conventions}

    read = specify(Document(data, Path("openapi.yaml"))).conventions

    assert read[0].answers["malformedId"].kind == "notFound"
