"""The mistakes in the two extensions that their JSON Schemas cannot see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from speckit.checks.answers import answer_faults, kind_faults
from speckit.checks.fields import field_faults
from speckit.checks.lists import list_faults
from speckit.checks.lookups import lookup_faults
from speckit.checks.operations import operation_faults
from speckit.checks.states import state_faults
from speckit.checks.subject import Subject
from speckit.checks.transitions import transition_faults
from speckit.conventions import Conventions
from speckit.faults import Fault
from speckit.lifecycle import Lifecycle
from speckit.operation import Operation

_CHECKS = (
    state_faults,
    transition_faults,
    operation_faults,
    field_faults,
    lookup_faults,
    answer_faults,
    list_faults,
)


def lifecycle_faults(
    lifecycles: Mapping[str, Lifecycle], operations: Mapping[str, Operation], raw: Mapping[str, Any]
) -> list[Fault]:
    """Return every mistake in `lifecycles`, together.

    Args:
        lifecycles: Those that could be read.
        operations: All operations of the document, by id.
        raw: `x-resource-lifecycles` as the document has it, also what could not be read.
    """
    owners: dict[str, str] = {}
    for name, lifecycle in lifecycles.items():
        for operation in lifecycle.rules:
            owners.setdefault(operation, name)
    subjects = [Subject(each, raw[name], operations, tuple(raw), owners) for name, each in lifecycles.items()]
    return [fault for subject in subjects for check in _CHECKS for fault in check(subject)]


def convention_faults(conventions: tuple[Conventions, ...], raw: Mapping[str, Any]) -> list[Fault]:
    """Return every mistake in `conventions`, together; `raw` is `x-api-conventions` as written."""
    names = [each.name for each in conventions]
    kinds = [fault for name in names for fault in kind_faults(("x-api-conventions", name), raw[name])]
    return [*kinds, *_claimed(conventions)]


def _claimed(conventions: tuple[Conventions, ...]) -> Iterator[Fault]:
    owners: dict[str, str] = {}
    for each in conventions:
        for index, path in enumerate(each.paths):
            stem = path.rstrip("/")
            if stem in owners:
                at = ("x-api-conventions", each.name, "paths", index)
                message = f"The paths below '{path}' already belong to {owners[stem]}."
                yield Fault(at, message, "Name each prefix once; the longest that fits decides.")
            owners.setdefault(stem, each.name)
