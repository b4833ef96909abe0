"""Words: names of all habits, and what they say of states."""

from __future__ import annotations

import pytest

from toolkit.survey.forms import Form
from toolkit.survey.prose import told
from toolkit.survey.spelling import plain, singular, words
from toolkit.survey.states import Stateful, stateful


def state_of(*values: str, **more: object) -> Stateful | None:
    schema = {"type": "object", "properties": {"status": {"type": "string", "enum": list(values), **more}}}
    return stateful(Form({}, schema), frozenset())


def meant(*values: str) -> dict[str, tuple[str, str]]:
    found = state_of(*values)
    assert found is not None
    return {each.value: (each.meaning.category, each.meaning.outcome) for each in found.words}


@pytest.mark.parametrize("name", ["job_id", "jobId", "JobID", "job-id", "JOB ID"])
def test_names_are_compared_without_their_habits(name):
    assert plain(name) == "jobid"
    assert words(name) == ("job", "id")


@pytest.mark.parametrize(("many", "one"), [("jobs", "job"), ("batches", "batch"), ("status", "status")])
def test_a_collection_is_called_as_one_of_it(many, one):
    assert singular(many) == one


def test_words_have_a_category_and_an_outcome():
    assert meant("queued", "running", "succeeded", "failed", "cancelled", "cancelling", "expired") == {
        "queued": ("pending", ""),
        "running": ("active", ""),
        "succeeded": ("final", "success"),
        "failed": ("final", "failure"),
        "cancelled": ("final", "cancelled"),
        "cancelling": ("transient", ""),
        "expired": ("final", "expired"),
    }


def test_prefixes_and_cases_change_nothing():
    plainly = list(meant("pending", "running", "canceled").values())

    assert list(meant("Status.PENDING", "Status.RUNNING", "Status.CANCELED").values()) == plainly
    assert list(meant("RUN_STATE_PENDING", "RUN_STATE_RUNNING", "RUN_STATE_CANCELED").values()) == plainly


def test_two_spellings_of_one_verb_explain_each_other():
    """No list of words has what somebody's machines do."""
    assert meant("queued", "pinning", "pinned") == {
        "queued": ("pending", ""),
        "pinning": ("active", ""),
        "pinned": ("final", "success"),
    }


def test_what_stands_for_nothing_is_no_state():
    found = state_of("STATE_UNSPECIFIED", "STATE_RUNNING", "STATE_DONE")

    assert found is not None
    assert found.noise == ("STATE_UNSPECIFIED",)


def test_ready_is_an_end_where_no_other_word_is_one():
    assert meant("importing", "ready", "failed")["ready"] == ("resting", "success")
    assert meant("ready", "running", "done")["ready"] == ("pending", "")


@pytest.mark.parametrize("values", [("available", "pending", "sold"), ("red", "green"), ("asc", "desc")])
def test_not_every_status_is_a_life(values):
    """A pet that is sold has no way to go by itself."""
    assert state_of(*values) is None


def test_what_a_client_sends_is_no_state():
    schema = {"properties": {"status": {"type": "string", "enum": ["queued", "running", "done"]}}}

    assert stateful(Form({}, schema), frozenset({"status"})) is None


def test_a_state_is_found_inside_another_field():
    status = {"type": "object", "properties": {"phase": {"type": "string", "enum": ["Running", "Failed"]}}}

    found = stateful(Form({}, {"properties": {"id": {"type": "string"}, "status": status}}), frozenset())

    assert found is not None
    assert found.field == ("status", "phase")


def test_a_free_text_has_the_states_that_its_description_quotes():
    schema = {"properties": {"status": {"type": "string", "description": "First `queued`, then `done`."}}}

    found = stateful(Form({}, schema), frozenset())

    assert found is not None
    assert [each.value for each in found.words] == ["queued", "done"]
    assert not found.is_listed


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("It only has an effect if the status is `queued`.", "only"),
        ("There is no effect if it is `queued` already.", "idle"),
        ("The same applies to `queued`, which restarts it.", "again"),
    ],
)
def test_prose_tells_where_an_operation_does_something(said, kind):
    assert getattr(told(said, ["queued", "done"]), kind) == ("queued",)


def test_prose_without_quoted_states_tells_nothing():
    assert told("Only if you are an owner.", ["queued"]) == told("", [])
