"""Every code sample is run as it is printed, against the served document, in its own language."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from harness import ROOT, Server
from sample_runs import LANGUAGES, Runs, run

from handbook.samples import samples
from speckit.document import load
from speckit.operation import Operation
from speckit.specification import Specification, specify

DOCUMENTS = {"five": ROOT / "openapi.yaml", "sixth": ROOT / "examples" / "render_farm" / "openapi.yaml"}

# Samples that are refused, because nothing that is there from the start could be asked so.
REFUSED: dict[str, dict[str, tuple[int, str]]] = {
    "five": {},
    "sixth": {
        "cancelRender": (409, "One render has succeeded and one has failed; only others can be cancelled."),
        "pauseRender": (409, "None is queued or running, or paused already."),
        "resumeRender": (409, "None is paused."),
        "strikeFrame": (409, "The only frame is drawn already."),
    },
}


class Played:
    """A document, and what came of its samples."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.specification: Specification = specify(load(DOCUMENTS[name]))
        server = Server(str(DOCUMENTS[name]))
        self.base_url = server.url
        try:
            self.samples = {
                operation.id: samples(self.specification, operation, base_url=self.base_url)
                for operation in self.specification.operations.values()
            }
            # Each sample finds the world as it was at first, whoever it asks as.
            self.runs: Runs = run(self.samples, folder, before=f"{self.base_url}/_understudy/reset")
        finally:
            server.stop()

    @property
    def operations(self) -> list[Operation]:
        return list(self.specification.operations.values())


@pytest.fixture(scope="module", params=DOCUMENTS)
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Played:
    return Played(request.param, tmp_path_factory.mktemp(request.param))


def test_every_operation_has_a_sample_in_every_language(played):
    """A reader looks for their own language on every page."""
    assert {name: set(each) for name, each in played.runs.items()} == {
        operation.id: set(LANGUAGES) for operation in played.operations
    }


def test_every_sample_does_what_the_operation_is_for(played):
    """It succeeds where it can at first, and is otherwise answered as documented."""
    statuses = {name: runs["curl"].status for name, runs in played.runs.items()}
    refused = {name: status for name, status in statuses.items() if not 200 <= status < 300}

    assert refused == {name: status for name, (status, _) in REFUSED[played.name].items()}
    for name, status in refused.items():
        assert str(status) in played.specification.operations[name].responses, name


def test_the_success_is_one_that_is_documented(played):
    """Whoever follows a redirect is answered by another operation, so that one is left out."""
    for operation in played.operations:
        documented = {code for code in operation.responses if code.startswith("2")}
        if documented and operation.id not in REFUSED[played.name]:
            assert str(played.runs[operation.id]["curl"].status) in documented, operation.id


def test_all_languages_are_answered_alike(played):
    """The three samples send the same request."""
    different = {
        name: found
        for name, runs in played.runs.items()
        if len(set((found := {language: each.status for language, each in runs.items()}).values())) != 1
    }

    assert different == {}


def test_what_was_answered_is_printed(played):
    """A sample that shows nothing teaches nothing."""
    for name in played.runs.keys() - REFUSED[played.name].keys():
        runs = played.runs[name]
        assert all(each.output.strip() for each in runs.values()), name
        assert not any(each.error for each in runs.values()), name
        if "print(response.json())" in played.samples[name]["Python"]:
            printed = ast.literal_eval(runs["Python"].output)
            received = json.loads(runs["curl"].output)
            assert (type(printed), len(printed)) == (type(received), len(received)), name


def test_a_refusal_is_not_taken_for_an_answer(played):
    """A script that goes on after an error hides it."""
    for name, (status, _) in REFUSED[played.name].items():
        runs = played.runs[name]
        assert str(status) in runs["Python"].error
        assert str(status) in runs["JavaScript"].error
        assert not runs["Python"].output


def test_the_same_document_has_the_same_samples(played):
    """What is printed is what was run: nothing in a sample is left to chance."""
    for operation in played.operations:
        again = samples(played.specification, operation, base_url=played.base_url)
        assert again == played.samples[operation.id]
