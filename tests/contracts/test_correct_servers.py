"""About servers that keep every promise nothing is found, odd as some of them are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from starlette.types import ASGIApp

from contracts import verdict
from contracts.wire import Application, Sent, Wire
from tests.contracts.broken.bench import BASE, PROCESSES
from tests.contracts.broken.documents import (
    ALTERYX,
    DOCUMENTS,
    FARM,
    KRAGLE,
    OPENREPLAY,
    PRINCIPALS,
    RENDLEY,
    TAIPY,
    UNROLED,
    serving,
    specification,
)
from tests.contracts.broken.wire import DOOR
from tests.contracts.odd.oddities import ODDITIES

SEEDS = range(5)
LEAST = {RENDLEY: 30, KRAGLE: 40, ALTERYX: 35, OPENREPLAY: 38, TAIPY: 33, FARM: 55}
"""How many laws are tried on a document at the least: a judge that tries nothing finds nothing."""
ODD: Mapping[str, tuple[str, ...]] = {
    "late": (RENDLEY, KRAGLE, FARM),
    "an-hour-ahead": (OPENREPLAY, KRAGLE),
    "far-behind": (OPENREPLAY, ALTERYX),
    "whole-seconds": (TAIPY, RENDLEY, FARM),
    "slow": (RENDLEY, TAIPY),
    "busy": (KRAGLE, TAIPY, FARM),
    "more-members": (RENDLEY, ALTERYX),
    "other-writing": (KRAGLE, OPENREPLAY),
    "other-headers": (ALTERYX, OPENREPLAY),
    "charset": (ALTERYX, TAIPY),
    "closing": (OPENREPLAY, RENDLEY),
    "weak-etags": (FARM, RENDLEY),
    "long-etags": (FARM, ALTERYX),
    "other-words": (KRAGLE, FARM),
    "ties-turned": (TAIPY, KRAGLE),
    "chunked": (KRAGLE, ALTERYX),
}
"""On which documents each oddity is tried."""


@dataclass(frozen=True)
class Case:
    """A server to judge: one of a document, or an odd one."""

    document: str
    seed: int = 0
    oddity: str = ""

    def __str__(self) -> str:
        return f"{self.document}-{self.oddity or self.seed}"

    @property
    def app(self) -> ASGIApp:
        """The server, made anew, with a clock that is moved by the judge alone."""
        if self.oddity:
            return ODDITIES[self.oddity].make(specification(self.document))
        return serving(self.document)


@dataclass(frozen=True)
class Outcome:
    """What was found, and which laws were tried."""

    found: tuple[str, ...]
    tried: frozenset[str]
    ended: str


USUAL = [Case(document, seed) for document in DOCUMENTS for seed in SEEDS]
UNUSUAL = [Case(document, oddity=name) for name, documents in ODD.items() for document in documents]


def judged(case: Case) -> Outcome:
    """Return what the judge says of one server. An odd one is not sent odd requests as well."""
    wire = Application(case.app)
    settings = verdict.Settings(
        principals=PRINCIPALS,
        roles={name: frozenset() for name in UNROLED},
        seed=case.seed,
        max_seconds=170,
        clock_url=f"{BASE}{DOOR}clock",
        provide=_provider(wire),
        phases=("matrix",) if case.oddity else (),
    )
    try:
        judgement = verdict.judge(specification(case.document), wire, settings)
    finally:
        wire.close()
    found = tuple(f"{each.law} {each.subject.operation}: {each.happened}" for each in judgement.findings)
    return Outcome(found, frozenset(each.law for each in judgement.tallies if each.tried), judgement.ended)


def _provider(wire: Wire) -> verdict.Provide:
    """Return what puts resources into being through the control door."""

    def provide(
        principal: str, resource: str, state: str, fields: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        wanted = {"principal": principal, "resource": resource, "state": state, "fields": dict(fields)}
        content = orjson.dumps(wanted)
        asked = Sent("POST", f"{BASE}{DOOR}states", {"Content-Type": "application/json"}, content)
        answer = wire.send(asked)
        return orjson.loads(answer.content)["fields"] if answer.status == 201 else None

    return provide


@pytest.fixture(scope="module")
def outcomes() -> Iterator[Mapping[Case, Outcome]]:
    """What the judge says of each, on two processes; those that take longest begin first."""
    cases = sorted([*USUAL, *UNUSUAL], key=lambda case: case.document != FARM)
    with ProcessPoolExecutor(PROCESSES) as pool:
        yield dict(zip(cases, pool.map(judged, cases), strict=True))


@pytest.mark.parametrize("case", USUAL, ids=str)
def test_nothing_is_found_where_nothing_is_wrong(case: Case, outcomes: Mapping[Case, Outcome]) -> None:
    """One false alarm, and nobody believes the next."""
    outcome = outcomes[case]

    assert outcome.found == ()
    assert outcome.ended == ""


@pytest.mark.parametrize("case", USUAL, ids=str)
def test_laws_are_tried_where_nothing_is_found(case: Case, outcomes: Mapping[Case, Outcome]) -> None:
    """A judge that looked at nothing would be right about every correct server."""
    assert len(outcomes[case].tried) >= LEAST[case.document]


@pytest.mark.parametrize("case", UNUSUAL, ids=str)
def test_nothing_is_found_about_a_server_that_is_merely_odd(
    case: Case, outcomes: Mapping[Case, Outcome]
) -> None:
    """What the document leaves open is the server's own affair."""
    outcome = outcomes[case]

    assert outcome.found == ()
    assert outcome.ended == ""
    assert len(outcome.tried) >= LEAST[case.document] - 10


def test_every_oddity_is_tried_on_two_documents_and_every_document_is_tried() -> None:
    assert set(ODD) == set(ODDITIES)
    assert all(len(set(documents)) >= 2 for documents in ODD.values())
    assert {document for documents in ODD.values() for document in documents} == set(DOCUMENTS)
