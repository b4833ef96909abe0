"""The product, judged: nothing is found with the overlay, and without it only what the overlay says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from taipy_rest.environment import Product
from taipy_rest.sides import ROOT, overlaid

from contracts import verdict
from contracts.finding import Finding, Judgement
from speckit.document import load
from speckit.specification import Specification, specify

PEOPLE = {"alice": {"Authorization": "Bearer alice"}}
"""One only: to the product a token means nothing, and two would see each other's jobs."""
MOST_SECONDS = 150
IN_TIME = re.compile(r"is 'Status\.(PENDING|RUNNING|COMPLETED)'")


def status(finding: Finding) -> int:
    """The status of the answer in which a finding shows."""
    return finding.exchanges[-1].status


def target(finding: Finding) -> str:
    """Where the request went in whose answer it shows."""
    return finding.exchanges[-1].call.target


def is_torn(finding: Finding) -> bool:
    """Whether a read may have met a file while it was being written: seen now and then, and not again."""
    is_read = finding.subject.operation in ("getTaipyJob", "listTaipyJobs")
    return is_read and not finding.is_confirmed and status(finding) in (404, 500)


def is_plain_delete(finding: Finding) -> bool:
    """Whether it is about deleting a job that there is, or was."""
    return finding.subject.operation == "deleteTaipyJob" and "/JOB_" in target(finding)


DRIFTS: Mapping[str, Callable[[Finding], bool]] = {
    "cancel answers 200": lambda f: f.subject.operation == "cancelTaipyJob" and status(f) == 200,
    "an unfinished job cannot be deleted": lambda f: is_plain_delete(f) and status(f) == 500,
    "a job takes as long as it takes": lambda f: bool(IN_TIME.search(f.happened)) and status(f) == 200,
    "an id may be too long": lambda f: len(target(f)) > 250 and status(f) == 500,
    "a slash in an id is one of the path": lambda f: "%2F" in target(f) and status(f) == 404,
}
"""What the overlay says of the product, as findings show it."""


def documented() -> Specification:
    """The document as it is, without the overlay."""
    return specify(load(ROOT / "openapi.yaml"), only=["taipy"])


@pytest.fixture(scope="module")
def busy_product(taipy_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with enough workers for what a judge asks of it, and nobody else's jobs."""
    running = Product(taipy_python, tmp_path_factory.mktemp("taipy-rest-judged"), workers=4)
    yield running
    running.stop()


def judged(promised: Specification, product: Product) -> Judgement:
    """What the judge says of the product."""
    return verdict.judge(promised, product.url, verdict.Settings(principals=PEOPLE, max_seconds=MOST_SECONDS))


def told(findings: list[Finding]) -> list[str]:
    """What findings say, in a line each."""
    return [f"{f.law} {f.subject.operation} {target(f)[:80]} {status(f)}: {f.happened}" for f in findings]


def test_nothing_is_found_about_the_product_with_the_overlay(busy_product: Product) -> None:
    """What a document says of a product, corrected where it is not so, is so."""
    judgement = judged(overlaid(), busy_product)

    assert told([each for each in judgement.findings if not is_torn(each)]) == []
    assert judgement.ended == ""
    assert len({each.law for each in judgement.tallies if each.tried}) >= 25


def test_without_the_overlay_what_it_says_is_found_and_nothing_else(busy_product: Product) -> None:
    """The overlay can be read off the findings."""
    judgement = judged(documented(), busy_product)
    findings = [each for each in judgement.findings if not is_torn(each)]

    assert told([each for each in findings if not any(is_it(each) for is_it in DRIFTS.values())]) == []
    assert [name for name, is_it in DRIFTS.items() if not any(map(is_it, findings))] == []
    assert judgement.ended == ""
