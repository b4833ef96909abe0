"""The bank itself: what is between changes nothing by itself, and every fault in it is one."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from contracts.laws import LAWS
from tests.contracts.broken.documents import DOCUMENTS, routes, serving
from tests.contracts.broken.faults import CATEGORIES, FAULTS, MODULES
from tests.contracts.broken.series import Told, replay, run
from tests.contracts.broken.wire import Answer, Asked, Between, Handler, Server, passed_on


@cache
def told(document: str) -> list[Told]:
    """What a correct server answers to the series."""
    return run(serving(document), document)


async def looked_at(asked: Asked, server: Server) -> Answer:
    """Read everything, rebuild the request, ask for the time: what most faults do, and no more."""
    answer = await server.ask(asked.at(asked.path, asked.method).by(asked.credential or None))
    assert await server.now(asked) > 0
    assert list(answer.shown("no such member")) == []
    assert answer.is_success == (answer.status // 100 == 2)
    return answer


def at_the_door(answers: list[Told]) -> list[str]:
    """What the control door said."""
    return [str(each) for each in answers if "/_understudy/" in each.line]


@pytest.mark.parametrize("handler", [passed_on, looked_at])
@pytest.mark.parametrize("document", DOCUMENTS)
def test_without_a_fault_every_byte_is_the_same(document: str, handler: Handler) -> None:
    """A finding must come from the fault, never from what carries it."""
    wrapped = Between(serving(document), handler, routes(document))

    assert list(map(str, run(wrapped, document))) == list(map(str, told(document)))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_series_is_the_same_whenever_it_runs(document: str) -> None:
    """Otherwise a difference would tell nothing."""
    assert list(map(str, run(serving(document), document))) == list(map(str, told(document)))


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_shows_on_the_wire(name: str) -> None:
    """A fault that changes nothing would be counted as missed."""
    fault = FAULTS[name]

    answers = run(fault.wrap(serving(fault.document)), fault.document)

    assert list(map(str, answers)) != list(map(str, told(fault.document)))
    # The judge moves the clock at the control door, and relies on what it says.
    assert at_the_door(answers) == at_the_door(told(fault.document))


def test_every_document_category_and_law_has_faults() -> None:
    """A law that no broken server breaks is a law that may not work."""
    faults = FAULTS.values()

    assert len(faults) >= 80
    assert min(Counter(each.document for each in faults).values()) >= 8
    assert {each.document for each in faults} == set(DOCUMENTS)
    assert {each.category for each in faults} == set(CATEGORIES)
    assert {each.law for each in faults} == set(LAWS)


def test_every_fault_says_what_is_wrong_in_a_sentence_of_its_own() -> None:
    """The table of the reference is made of these sentences."""
    promises = Counter((each.document, each.promise) for each in FAULTS.values())

    assert [each for each, count in promises.items() if count > 1] == []
    assert all(each.promise.endswith(".") and each.promise[0].isupper() for each in FAULTS.values())


def test_each_category_has_a_module_of_its_own() -> None:
    """A fault is found where its category says."""
    assert tuple(module.__name__.rpartition(".")[2] for module in MODULES) == CATEGORIES


def test_a_reset_makes_a_fault_forget() -> None:
    """Otherwise the jobs of an earlier run would haunt the next one."""
    fault = FAULTS["kragle-deleted-counts"]
    script = ["alice DELETE /jobs/1", "alice GET /jobs", "- POST /_understudy/reset", "alice GET /jobs"]

    answers = [each.answer for each in replay(fault.wrap(serving(fault.document)), script)]

    # One of twelve is gone and still counts; then there are twelve again.
    assert [each.json["count"] for each in answers if each and each.json and "count" in each.json] == [12, 12]
