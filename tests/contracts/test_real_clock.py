"""Over HTTP, with a clock that nobody can move, nothing is found where nothing is wrong either."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from harness import Server

from contracts import verdict
from contracts.finding import Judgement
from tests.contracts.broken.documents import OPENREPLAY, RENDLEY, specification
from understudy.principals import credentials

LEAST = {OPENREPLAY: 38, RENDLEY: 30}
"""How many laws are tried on a document at the least."""
MOST_SECONDS = 30


@pytest.fixture(scope="module", params=list(LEAST))
def judged(request: pytest.FixtureRequest) -> Iterator[tuple[str, Judgement]]:
    """A document, and what the judge says of a process that plays it in real time."""
    document = str(request.param)
    server = Server("--only", document)
    try:
        promised = specification(document)
        people = {name: credentials(promised, name) for name in ("alice", "bob")}
        settings = verdict.Settings(principals=people, max_seconds=MOST_SECONDS)
        yield document, verdict.judge(promised, server.url, settings)
    finally:
        server.stop()


def test_nothing_is_found_about_a_server_that_nobody_hurries(judged: tuple[str, Judgement]) -> None:
    """Schedulers are late and machines are busy: only what cannot be is a broken promise."""
    _, judgement = judged

    assert [f"{each.law}: {each.happened}" for each in judgement.findings] == []
    assert judgement.ended == ""


def test_laws_of_time_are_tried_all_the_same(judged: tuple[str, Judgement]) -> None:
    """Where time cannot be moved, what does not take long is waited for."""
    document, judgement = judged
    tried = {each.law for each in judgement.tallies if each.tried}

    assert len(tried) >= LEAST[document]
    assert "not-too-early" in tried
    assert judgement.seconds < MOST_SECONDS + 10
