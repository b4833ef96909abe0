"""Looks back on the run: every documented answer was seen, and every test says where its fact comes from."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.source("decision")


def test_every_documented_answer_was_seen(answers, whole_folder_runs):
    """A status that no test ever met may be a promise the server cannot keep."""
    if not whole_folder_runs:
        pytest.skip("only a run of all of tests/apis can tell")

    assert sorted(answers.documented - answers.seen) == []


def test_no_undocumented_answer_was_seen(answers):
    """A client generated from the document has no branch for a status it does not list."""
    assert sorted(answers.seen - answers.documented) == []


def test_every_test_names_its_source(request):
    """A test without a source would be an opinion about somebody else's product."""
    here = Path(__file__).parent
    known = {"seed", "src", "obs", "decision"}

    nameless = [
        item.nodeid
        for item in request.session.items
        if item.path.parent == here
        and not any(set(mark.args) and set(mark.args) <= known for mark in item.iter_markers("source"))
    ]

    assert nameless == []
