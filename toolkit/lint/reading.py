"""Reading: a document is read as far as it can be, and every fault gets the name of a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from speckit import conventions as convention
from speckit.checks import convention_faults
from speckit.checks.answers import answer_faults
from speckit.checks.documented import document_faults
from speckit.checks.fields import field_faults
from speckit.checks.history import history_faults
from speckit.checks.lists import list_faults
from speckit.checks.lookups import lookup_faults
from speckit.checks.operations import operation_faults
from speckit.checks.roles import role_faults
from speckit.checks.states import state_faults
from speckit.checks.subject import Subject
from speckit.checks.transitions import transition_faults
from speckit.document import Document
from speckit.faults import DocumentFaults, Fault
from speckit.form import form_faults
from speckit.operation import Operation, operations
from speckit.reading import Reader
from speckit.specification import CONVENTIONS, LIFECYCLES, specify
from toolkit.lint.matter import Life, Matter, places

_CHECKS: Mapping[str, Callable[[Subject], Iterable[Fault]]] = {
    "lifecycle-states": state_faults,
    "lifecycle-transitions": transition_faults,
    "lifecycle-operations": operation_faults,
    "lifecycle-roles": role_faults,
    "lifecycle-fields": field_faults,
    "lifecycle-history": history_faults,
    "lifecycle-lookups": lookup_faults,
    "lifecycle-answers": answer_faults,
    "lifecycle-lists": list_faults,
    "lifecycle-values": document_faults,
}
"""By the name of a rule, what the reader of the vocabulary checks."""

_REST = "extension-name"
_NOWHERE = "Nothing is read there."


def read(document: Document) -> Matter:
    """Return what rules look at: all that can be read of `document`, and what its readers find wrong."""
    found = operations(document.data)
    subjects, faults, conventions = _extensions(document.data, found)
    told = _named(document, faults)
    broken = {each.path[1] for kind in faults.values() for each in kind if _is_inside(each, LIFECYCLES)}
    where = places(document.data, found)
    lives = tuple(Life(each, conventions, where) for each in subjects if each.lifecycle.name not in broken)
    owned = frozenset(_owned(document.data.get(LIFECYCLES)))
    return Matter(document, found, lives, told | _structural(document), owned, conventions)


def _is_inside(fault: Fault, extension: str) -> bool:
    return fault.path[:1] == (extension,) and len(fault.path) > 1


def _owned(raw: Any) -> Iterator[str]:
    """Yield the operations that any lifecycle names, also a faulty one."""
    for each in raw.values() if isinstance(raw, dict) else ():
        named = each.get("operations") if isinstance(each, dict) else None
        yield from named if isinstance(named, dict) else ()


def _structural(document: Document) -> dict[str, list[Fault]]:
    """Return what is wrong with the document apart from the extensions."""
    told: dict[str, list[Fault]] = {"document-form": [], "document-reference": []}
    for fault in document.faults:
        told["document-reference" if fault.outcome == _NOWHERE else "document-form"].append(fault)
    return told


def _named(document: Document, faults: Mapping[str, list[Fault]]) -> dict[str, list[Fault]]:
    """Return `faults` with their places, and what no single check tells but the whole reading."""
    told = {name: list(document.located(each)) for name, each in faults.items()}
    try:
        specify(document)
    except DocumentFaults as refusal:
        known = {fault for each in told.values() for fault in each}
        told[_REST] = [fault for fault in refusal.faults if fault not in known]
    told["unreachable-state"] = [each for each in told["lifecycle-states"] if _is_unreached(each)]
    told["lifecycle-states"] = [each for each in told["lifecycle-states"] if not _is_unreached(each)]
    return told


def _is_unreached(fault: Fault) -> bool:
    """Return whether a fault of a state as a whole is told: the only one is that nothing leads to it."""
    return fault.path[2:4] == ("state", "states") and len(fault.path) == 5


def _extensions(
    data: Mapping[str, Any], found: Mapping[str, Operation]
) -> tuple[list[Subject], dict[str, list[Fault]], tuple[convention.Conventions, ...]]:
    raw, shared = data.get(LIFECYCLES, {}), data.get(CONVENTIONS, {})
    reader = Reader()
    faults = {"lifecycle-form": form_faults(LIFECYCLES, raw), "conventions": form_faults(CONVENTIONS, shared)}
    sound = _sound(raw, faults["lifecycle-form"])
    subjects = _subjects(raw, sound, reader, found, data)
    for name, check in _CHECKS.items():
        faults[name] = [fault for subject in subjects for fault in check(subject)]
    common = convention.read(_sound(shared, faults["conventions"]), reader)
    faults["conventions"] += convention_faults(common, found, shared) if common else []
    faults["lifecycle-expression"] = [each for each in reader.faults if each.path[0] == LIFECYCLES]
    faults["conventions"] += [each for each in reader.faults if each.path[0] == CONVENTIONS]
    return subjects, faults, common


def _sound(raw: Any, faults: Iterable[Fault]) -> dict[str, Any]:
    """Return those entries whose form allows to read them."""
    broken = {fault.path[1] for fault in faults if len(fault.path) > 1}
    return {name: each for name, each in raw.items() if name not in broken} if isinstance(raw, dict) else {}


def _subjects(
    raw: Any,
    sound: Mapping[str, Any],
    reader: Reader,
    found: Mapping[str, Operation],
    data: Mapping[str, Any],
) -> list[Subject]:
    lifecycles = {name: reader.lifecycle(name, each, (LIFECYCLES, name)) for name, each in sound.items()}
    owners: dict[str, str] = {}
    for name, lifecycle in lifecycles.items():
        for operation in lifecycle.rules:
            owners.setdefault(operation, name)
    return [Subject(each, sound[name], found, tuple(raw), owners, data) for name, each in lifecycles.items()]
