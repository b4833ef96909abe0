"""Lists that are wrong only where nobody has read the resource before, or only with a filter."""

from __future__ import annotations

import pytest

from contracts import verdict
from contracts.finding import Finding
from contracts.wire import Application
from tests.contracts.broken import bench
from tests.contracts.broken.bench import Run, tried
from tests.contracts.broken.documents import specification
from tests.contracts.broken.faults import FAULTS

HIDDEN = (
    "rendley-list-waits-for-a-read",
    "taipy-list-lags-behind",
    "alteryx-first-page-of-a-filter",
    "render-farm-first-titles-only",
)


def judged(name: str) -> list[Finding]:
    """Return the findings of a whole run."""
    run = Run(name, FAULTS[name].document, 0, 0)
    app = run.app
    wire = Application(app)
    try:
        return list(verdict.judge(specification(run.document), wire, bench._settings(run, app)).findings)
    finally:
        wire.close()


@pytest.mark.parametrize("name", HIDDEN)
def test_a_list_is_asked_before_a_read_and_in_filtered_pages(name: str) -> None:
    outcome = tried(Run(name, FAULTS[name].document, 0, 0, is_quick=True))

    assert FAULTS[name].law in outcome.laws, outcome


def test_a_page_that_comes_again_is_told_once_and_the_walk_ends() -> None:
    """Where each page is the first, a walk to the end would never come there."""
    found = judged("alteryx-first-page-of-a-filter")

    assert [(each.law, each.subject.operation) for each in found] == [
        ("pages-join", "listAlteryxWorkflowJobs")
    ]
    assert "is on two pages" in found[0].happened
