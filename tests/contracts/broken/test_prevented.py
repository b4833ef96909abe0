"""What a change has prevented must not happen later, and somebody has to look when it would have."""

from __future__ import annotations

from dataclasses import replace

from contracts import verdict
from contracts.wire import Application
from mockserver.clock import RealClock
from tests.contracts.broken import bench
from tests.contracts.broken.bench import Run
from tests.contracts.broken.documents import TAIPY, serving, specification
from tests.contracts.broken.faults import FAULTS

NAME = "taipy-cancelled-runs"


def test_a_cancelled_job_that_could_be_deleted_is_watched_first() -> None:
    """Where nobody moves the clock, what the judge has made is removed before its time would have come."""
    app = FAULTS[NAME].wrap(serving(TAIPY, RealClock(1.0)))
    wire = Application(app)
    try:
        usual = bench._settings(Run(NAME, TAIPY, 0, 0, is_quick=True), app)
        settings = replace(usual, phases=("matrix",), clock_url="")
        found = verdict.judge(specification(TAIPY), wire, settings).findings
    finally:
        wire.close()

    # On a slow machine a list may show the same job when it has completed, too.
    assert ("final-is-final", "getTaipyJob") in [(each.law, each.subject.operation) for each in found]
