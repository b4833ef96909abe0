"""Which of the resources that every world starts with a sample is about: one on which it succeeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from speckit import pointer
from speckit.expression import Constant, Members
from speckit.lifecycle import Lifecycle, Otherwise, Rule, Seed
from speckit.operation import Operation
from speckit.pointer import ABSENT
from speckit.specification import Specification

_REFUSED, _WITHOUT_EFFECT, _PERHAPS, _DONE = range(4)
"""How an operation goes in a state, from worst to best."""


Named = tuple[dict[str, Any], Seed | None]
"""Path parameters that name resources there are, and the one that the operation is about."""


def seeded(specification: Specification, operation: Operation, documented: Mapping[str, Any]) -> Named:
    """Return path parameters that name resources there are, and the one itself that the operation is about.

    Of several resources on which the operation succeeds it is the one most like the `documented` examples.
    A parameter is left out where no seed says what it could be.
    """
    for lifecycle in specification.lifecycles.values():
        if rule := lifecycle.rules.get(operation.id):
            names = {each.name for each in operation.parameters if each.place == "path"}
            own = {lifecycle.identity.param, *(param for param, _ in lifecycle.identity.alternates)}
            if rule.role != "create" and own & names:
                return _itself(lifecycle, rule, names, documented)
            return dict(_parents(specification, lifecycle, names, documented)), None
    return {}, None


def _itself(lifecycle: Lifecycle, rule: Rule, names: set[str], documented: Mapping[str, Any]) -> Named:
    places = [(lifecycle.identity.param, lifecycle.identity.field), *lifecycle.identity.alternates]
    places += [(parent.param, parent.field) for parent in lifecycle.parents.values()]
    best: tuple[tuple[int, int], Named] = ((-1, 0), ({}, None))
    for seed in lifecycle.seeds:
        fields = fields_of(seed)
        row = {param: pointer.read(fields, field) for param, field in places if param in names}
        if ABSENT in row.values() or None in row.values():
            continue
        alike = sum(str(row[name]) == str(documented.get(name)) for name in row)
        best = max(best, ((_welcome(lifecycle, rule, seed), alike), (row, seed)), key=lambda each: each[0])
    (welcome, _), (row, found) = best
    return ({}, None) if welcome == _REFUSED and documented.keys() >= row.keys() else (row, found)


def _parents(
    specification: Specification, lifecycle: Lifecycle, names: set[str], documented: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    for parent in lifecycle.parents.values():
        if parent.param in names:
            known = [key for name in parent.resources for key in _keys(specification.lifecycles[name])]
            alike = (key for key in known if str(key) == str(documented.get(parent.param)))
            if known:
                yield parent.param, next(alike, known[0])


def _keys(lifecycle: Lifecycle) -> list[Any]:
    keys = [pointer.read(fields_of(seed), lifecycle.identity.field) for seed in lifecycle.seeds]
    return [key for key in keys if key is not ABSENT and key is not None]


def fields_of(seed: Seed) -> dict[str, Any]:
    """Return the fields of a seed whose values are written down."""
    if isinstance(seed.set, Constant):
        return seed.set.value if isinstance(seed.set.value, dict) else {}
    members = seed.set.items if isinstance(seed.set, Members) else ()
    return {name: part.value for name, part in members if isinstance(part, Constant)}


def _welcome(lifecycle: Lifecycle, rule: Rule, seed: Seed) -> int:
    """Return how the operation goes for a resource in the state of `seed`."""
    state = seed.state
    if rule.available_in:
        return _DONE if state in rule.available_in else _REFUSED
    otherwise = _otherwise(rule, state)
    if rule.role == "update":
        return _REFUSED if otherwise and otherwise.effect == "refused" else _DONE
    if rule.role != "trigger":
        return _DONE
    moves = [t for t in lifecycle.transitions if rule.operation in t.triggers and state in t.starts]
    if moves:
        return _DONE if any(not move.when for move in moves) else _PERHAPS
    return _WITHOUT_EFFECT if otherwise and otherwise.effect == "none" else _REFUSED


def _otherwise(rule: Rule, state: str) -> Otherwise | None:
    return next((each for each in rule.otherwise if not each.states or state in each.states), None)
