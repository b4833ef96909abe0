"""Proving: drafts are held to the checks of documents, and what those refuse is withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from speckit.document import Document
from speckit.faults import DocumentFaults, Fault
from speckit.specification import LIFECYCLES, Specification, specify
from toolkit.drafting.begetting import unbegotten
from toolkit.drafting.draft import Draft, Place

_ROUNDS = 60
_OPTIONAL = ("paging", "filters", "sort", "view", "order", "available", "otherwise", "change", "idempotency")


def merged(document: Document, drafts: Mapping[str, Draft]) -> Document:
    """Return `document` with the lifecycles of `drafts` beside those that it has."""
    there: Mapping[str, Any] = document.data.get(LIFECYCLES) or {}
    ours = {name: each.raw for name, each in drafts.items()}
    return replace(document, data={**document.data, LIFECYCLES: {**ours, **there}})


def proved(document: Document, drafts: list[Draft]) -> tuple[Specification, list[Draft]]:
    """Return what `document` says with the lifecycles of `drafts`, and those that are left of them.

    What the checks refuse is withdrawn: a part that may be missing, else an operation, else the whole.

    Raises:
        DocumentFaults: a fault is in what the document itself says.
    """
    left = {each.name: each for each in drafts}
    for _ in range(_ROUNDS):
        try:
            return specify(merged(document, left)), list(left.values())
        except DocumentFaults as refusal:
            ours = [each for each in refusal.faults if _name(each) in left]
            if not ours:
                raise
            _repair(left, ours)
    return specify(document), []


def _name(fault: Fault) -> str:
    return str(fault.path[1]) if len(fault.path) > 1 and fault.path[0] == LIFECYCLES else ""


def _repair(left: dict[str, Draft], faults: list[Fault]) -> None:
    """Withdraw what each fault is about; of one resource one at a time, for places move."""
    seen: set[str] = set()
    for fault in faults:
        name = _name(fault)
        if name not in seen and name in left:
            seen.add(name)
            if not _mended(left[name], fault.path[2:], fault.message):
                del left[name]
                _orphan(left, name)


def _orphan(left: Mapping[str, Draft], name: str) -> None:
    """Take out what refers to a resource that is gone."""
    unbegotten(left, name)
    for draft in left.values():
        parents = draft.raw.get("parents", {})
        for key in [key for key, parent in parents.items() if parent["resource"] == name]:
            del parents[key]
        if not parents:
            draft.raw.pop("parents", None)


def _mended(draft: Draft, place: Place, why: str) -> bool:
    """Withdraw the smallest part of `draft` around `place`; return whether something was left to withdraw."""
    if place[:1] == ("operations",) and len(place) > 1:
        return _mended_operation(draft, place, why)
    if place[:1] == ("transitions",) and place[2:3] == ("makes",):
        return _withdrawn(draft, place[:3], why)
    if place[:1] == ("transitions",) and len(place) > 1:
        return _withdrawn(draft, place[:2], why)
    for whole in ("timestamps", "parents", "seed", "views", "scenarios", "hidden", "etag"):
        if place[:1] == (whole,):
            return _withdrawn(draft, place[:1], why)
    if place[:2] == ("state", "states") and len(place) > 2:
        return _without_state(draft, str(place[2]), why)
    if place[:1] == ("initially",) and len(place) > 1:
        return _withdrawn(draft, place[:2], why)
    return False


def _mended_operation(draft: Draft, place: Place, why: str) -> bool:
    operation = str(place[1])
    if operation not in draft.raw["operations"]:
        return False
    part = str(place[2]) if len(place) > 2 else ""
    rule = draft.raw["operations"][operation]
    if part == "filters" and len(place) > 3 and len(rule["filters"]) > 1:
        return _withdrawn(draft, place[:4], why)
    if part in _OPTIONAL and part in rule:
        return _withdrawn(draft, place[:3], why)
    draft.drop(operation, why)
    return bool(draft.raw["operations"])


def _withdrawn(draft: Draft, place: Place, why: str) -> bool:
    try:
        draft.withdraw(place, why)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _without_state(draft: Draft, state: str, why: str) -> bool:
    """Take a state out with the transitions that concern it alone."""
    states = draft.raw["state"]["states"]
    if state not in states or state == draft.raw["state"]["initial"] or len(states) < 3:
        return False
    for index in reversed(range(len(draft.raw["transitions"]))):
        raw = draft.raw["transitions"][index]
        begins = raw["from"] if isinstance(raw["from"], list) else [raw["from"]]
        others = [each for each in begins if each != state]
        if raw["to"] == state or not others:
            draft.withdraw(("transitions", index), why)
        elif len(others) < len(begins):
            raw["from"] = others[0] if len(others) == 1 else others
    return _withdrawn(draft, ("state", "states", state), why)
