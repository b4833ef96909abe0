"""Odd servers are odd, and correct all the same."""

from __future__ import annotations

from functools import cache

import pytest

from speckit.schema import Schemas
from tests.contracts.broken.documents import DOCUMENTS, routes, serving, specification
from tests.contracts.broken.series import Told, run
from tests.contracts.odd.oddities import ODDITIES

QUICK = {"slow": "rendley"}
"""What takes its time is tried on one document."""
CASES = [
    (name, document) for name in ODDITIES for document in DOCUMENTS if QUICK.get(name, document) == document
]


@cache
def usual(document: str) -> tuple[Told, ...]:
    """What a server without oddities answers to the series."""
    return tuple(run(serving(document), document))


@cache
def answers(name: str, document: str) -> tuple[Told, ...]:
    """What an odd server answers to the series."""
    return tuple(run(ODDITIES[name].make(specification(document)), document))


@pytest.mark.parametrize(("name", "document"), CASES)
def test_an_odd_server_answers_everything_as_others_do(name: str, document: str) -> None:
    """Same requests, same statuses: what is odd is beside the point."""
    found = [(each.line.split()[:2], each.answer and each.answer.status) for each in answers(name, document)]

    assert found == [(each.line.split()[:2], each.answer and each.answer.status) for each in usual(document)]


@pytest.mark.parametrize(("name", "document"), CASES)
def test_an_odd_server_keeps_to_the_document(name: str, document: str) -> None:
    """Each answer has a documented status, and a body that fits its schema."""
    operations, find = specification(document).operations, routes(document)
    schemas = Schemas(specification(document).document.data)
    judged = 0

    for each in answers(name, document):
        method, target = each.line.split()[1:3]
        operation = operations.get(find(method, target.partition("?")[0])[0])
        if operation is None or each.answer is None:
            continue
        response = operation.response(each.answer.status)
        assert response is not None, each
        kind = each.answer.header("content-type").split(";")[0].strip().lower()
        if kind.endswith("json"):
            assert schemas.validator(response.content[kind]["schema"]).is_valid(each.answer.json), each
            judged += 1

    assert judged > 20


@pytest.mark.parametrize("name", sorted(set(ODDITIES) - {"slow"}))
def test_an_oddity_shows_somewhere(name: str) -> None:
    """What nobody can tell from a usual server tries nothing."""
    assert any(
        list(map(str, answers(name, document))) != list(map(str, usual(document))) for document in DOCUMENTS
    )
