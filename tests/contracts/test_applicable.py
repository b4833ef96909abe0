"""Which laws a document gives every operation to keep is known before anybody is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.applicable import applicable
from contracts.finding import Subject
from contracts.laws import LAWS
from contracts.verdict import Settings, judge
from contracts.wire import Application
from mockserver.app import build
from mockserver.clock import ManualClock
from speckit.document import load
from speckit.specification import Specification, specify
from understudy.principals import credentials

ROOT = Path(__file__).parents[2]
FIVE = ROOT / "openapi.yaml"
FARM = ROOT / "examples" / "render_farm" / "openapi.yaml"
TAGS = ("rendley", "kragle", "alteryx", "openreplay", "taipy")
HERE = "http://localhost"


@pytest.fixture(scope="module")
def farm() -> Specification:
    return specify(load(FARM))


def laws(specification: Specification, operation: str) -> set[str]:
    """The laws that apply to an operation."""
    return {law for law, subject in applicable(specification) if subject.operation == operation}


@pytest.mark.parametrize(
    ("document", "tags"), [*((FIVE, (tag,)) for tag in TAGS), (FARM, ())], ids=[*TAGS, "render farm"]
)
def test_a_judgement_tries_nothing_else(document, tags):
    """A law that is tried and not foreseen would have no test in anybody's suite."""
    specification = specify(load(document), only=tags)
    wire = Application(build(specification, clock=ManualClock()))
    settings = Settings(
        principals={name: credentials(specification, name) for name in ("alice", "bob")},
        clock_url=f"{HERE}/_understudy/clock",
        max_requests=900,
    )

    try:
        judgement = judge(specification, wire, settings)
    finally:
        wire.close()

    tried = {(each.law, each.subject) for each in judgement.tallies if each.tried}
    foreseen = set(applicable(specification))
    assert tried - foreseen == set()
    assert len(tried) > 50


def test_every_law_applies_somewhere():
    """A law that no document can call for is no law, or was forgotten here."""
    found = {law for each in (FIVE, FARM) for law, _ in applicable(specify(load(each)))}

    assert set(LAWS) - found == set()


def test_what_the_document_does_not_say_is_not_asked_for(farm):
    """Nobody wants to read of a hundred promises that were never made."""
    bare = specify(load(FIVE), only=["openreplay"])

    assert {"etag-follows", "idempotent-replay", "sorted", "history-true", "role-needed"} <= {
        law for law, _ in applicable(farm)
    }
    assert not {"etag-follows", "idempotent-replay", "sorted", "history-true", "role-needed"} & {
        law for law, _ in applicable(bare)
    }


def test_each_role_has_laws_of_its_own():
    """Lists are ordered, triggers refused; never the other way round."""
    specification = specify(load(FIVE), only=["openreplay"])

    listing, cancelling = (
        laws(specification, name) for name in ("listOpenReplayJobs", "cancelOpenReplayJob")
    )

    assert {"listed", "page-size", "list-agrees"} <= listing - cancelling
    assert {"trigger-refused", "trigger-works", "one-winner"} <= cancelling - listing
    assert "credential-needed" in listing & cancelling


def test_an_operation_of_no_resource_keeps_what_needs_no_lifecycle(farm):
    """Even a document without lifecycles promises something."""
    free = [subject for _, subject in applicable(farm) if not subject.resource]

    names = {law for law, subject in applicable(farm) if subject in free}

    assert free == [] or "documented-status" in names
    assert {LAWS[law].group for law in names} <= {"answers", "access"}


def test_they_stand_in_the_order_of_the_document(farm):
    """So they are read as the document is."""
    order = applicable(farm)

    resources = list(dict.fromkeys(subject.resource for _, subject in order if subject.resource))
    first = [law for law, subject in order if subject == order[0][1]]

    assert resources == [name for name in farm.lifecycles if name in resources]
    assert first == [law for law in LAWS if law in first]
    assert len(order) == len(set(order))
    assert isinstance(order[0][1], Subject)
