"""The judge and the newer words of the vocabulary: who keeps them is left alone, and who lies is found."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest

from contracts import verdict
from contracts.wire import Application, Sent, Wire
from speckit.document import Document, load
from speckit.specification import Specification, specify
from tests.contracts.broken.bench import BASE, PROCESSES
from tests.contracts.broken.documents import PRINCIPALS, serving
from tests.contracts.broken.wire import DOOR

BAKERY = Path(__file__).parent / "data" / "bakery.yaml"
ORDER = "x-resource-lifecycles/Order/operations/"
LEAST = 40
"""How many laws are tried at the least."""


@cache
def document() -> Document:
    return load(BAKERY)


@cache
def bakery() -> Specification:
    return specify(document())


def other(edits: Mapping[str, Any]) -> Specification:
    """The bakery as somebody else understood it: with other words in some places."""
    data = copy.deepcopy(dict(document().data))
    for path, value in edits.items():
        node: Any = data
        *above, last = path.split("/")
        for part in above:
            node = node[int(part) if isinstance(node, list) else part]
        node[int(last) if isinstance(node, list) else last] = value
    return specify(Document(data, BAKERY))


@dataclass(frozen=True)
class Case:
    """A server of the bakery, told the truth or something else; `laws` are those that may find it out."""

    name: str
    laws: frozenset[str] = frozenset()
    edits: Mapping[str, Any] = field(default_factory=dict, hash=False)
    seed: int = 0

    def __str__(self) -> str:
        return self.name


def lie(name: str, laws: str, **edits: Any) -> Case:
    return Case(name, frozenset(laws.split()), edits.pop("edits", edits))


HONEST = [Case(f"honest-{seed}", seed=seed) for seed in range(3)]
LIES = [
    lie(
        "burnt-like-all-others",
        "available-in-state",
        edits={ORDER + "getLoaf/available/otherwise": [{"status": 409, "body": {"why": "It is {$state}."}}]},
    ),
    lie(
        "still-in-the-oven",
        "state-sets-fields",
        edits={
            "x-resource-lifecycles/Order/state/states/baked/set": {"/loaf_at": "{$server}/orders/{$id}/loaf"}
        },
    ),
    lie(
        "cancelled-in-the-oven",
        "state-sets-fields",
        edits={"x-resource-lifecycles/Order/transitions/3/set": {}},
    ),
    lie("there-too-early", "available-in-state", edits={ORDER + "getLoaf/available/in": ["baked", "baking"]}),
    lie(
        "another-success",
        "documented-body answer-as-declared documented-status",
        edits={ORDER + "placeOrder/success": {"status": 202, "body": {"name": "$id"}}},
    ),
    lie("bounds-included", "filter-exact", edits={ORDER + "listOrders/filters/until/match": "to"}),
    lie(
        "beginning-for-anywhere",
        "filter-exact",
        edits={ORDER + "listOrders/filters/name/match/matches/partial": "prefix"},
    ),
    lie("scale-turned", "filter-exact", edits={ORDER + "listOrders/filters/size/match": "to"}),
    lie("tags-ignored", "filter-exact", edits={ORDER + "listOrders/filters/tags": "/tags"}),
    lie(
        "link-without-server",
        "state-sets-fields",
        edits={"x-resource-lifecycles/Order/state/states/baked/set": {"/loaf_at": "/orders/{$id}/loaf"}},
    ),
    lie("both-words-up", "sorted", edits={ORDER + "listShelf/sort/fields/-name": "/tries"}),
    lie("largest-last", "sorted", edits={ORDER + "listShelf/sort/fields/size:desc": "/size"}),
    lie("member-unread", "filter-exact", edits={ORDER + "listShelf/filters": {}}),
    lie("member-of-another", "filter-exact", edits={ORDER + "listShelf/filters/of[size]": "/name"}),
    lie(
        "joined-turned",
        "filter-exact",
        edits={ORDER + "listShelf/filters/of[tries]": {"field": "/tries", "match": "to"}},
    ),
    lie("spread-unread", "filter-exact", edits={ORDER + "listShelf/filters/how[status]": "/status"}),
    lie("all-states", "filter-exact listed", edits={ORDER + "listBaking/in": ["baking", "ordered"]}),
    lie(
        "first-and-last-swapped",
        "total-true",
        edits={ORDER + "listOrders/success/body/first": "$list#/last"},
    ),
    lie(
        "steps-twice-as-long",
        "page-size",
        edits={ORDER + "listSteps/paging": {"style": "after", "after": "behind"}},
    ),
    lie(
        "cancelled-for-replaced",
        "trigger-moves trigger-works",
        edits={
            "x-resource-lifecycles/Order/transitions/3/to": "replaced",
            "x-resource-lifecycles/Order/transitions/4/to": "cancelled",
        },
    ),
    lie("batch-of-none", "trigger-works", edits={ORDER + "cancelOrders/ids": "$request.body#/names"}),
    lie(
        "no-upsert",
        "update-keeps-input update-touches-no-more",
        edits={"x-resource-lifecycles/Recipe/operations/keepRecipe/change": {"/flour": 1}},
    ),
]


def provider(wire: Wire) -> verdict.Provide:
    """What puts resources into being through the control door: some ends come by scenario alone."""

    def provide(
        principal: str, resource: str, state: str, fields: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        wanted = {"principal": principal, "resource": resource, "state": state, "fields": dict(fields)}
        sent = Sent("POST", f"{BASE}{DOOR}states", {"Content-Type": "application/json"}, orjson.dumps(wanted))
        answer = wire.send(sent)
        return orjson.loads(answer.content)["fields"] if answer.status == 201 else None

    return provide


def judged(case: Case) -> tuple[tuple[str, ...], frozenset[str]]:
    """What the judge, who knows the truth, finds about a server, and which laws it tried."""
    wire = Application(serving(other(case.edits) if case.edits else bakery()))
    settings = verdict.Settings(
        principals={name: PRINCIPALS[name] for name in ("alice", "bob")},
        seed=case.seed,
        max_seconds=120,
        clock_url=f"{BASE}{DOOR}clock",
        provide=provider(wire),
        phases=() if not case.edits else ("matrix",),
    )
    try:
        judgement = verdict.judge(bakery(), wire, settings)
    finally:
        wire.close()
    found = tuple(f"{each.law} {each.subject.operation}: {each.happened}" for each in judgement.findings)
    return found, frozenset(each.law for each in judgement.tallies if each.tried)


@pytest.fixture(scope="module")
def outcomes() -> Iterator[Mapping[str, tuple[tuple[str, ...], frozenset[str]]]]:
    """What the judge says of each, on two processes."""
    cases = [*HONEST, *LIES]
    with ProcessPoolExecutor(PROCESSES) as pool:
        yield dict(zip(map(str, cases), pool.map(judged, cases), strict=True))


@pytest.mark.parametrize("case", HONEST, ids=str)
def test_nothing_is_found_about_a_server_that_keeps_its_word(case, outcomes):
    """One false alarm, and nobody believes the next."""
    found, tried = outcomes[str(case)]

    assert found == ()
    assert len(tried) >= LEAST


@pytest.mark.parametrize("case", LIES, ids=str)
def test_a_server_that_understood_something_else_is_found_out(case, outcomes):
    """A word that the judge does not know would hide whatever stands behind it."""
    found, _ = outcomes[str(case)]

    assert {each.split()[0] for each in found} & case.laws, found
