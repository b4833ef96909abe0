"""The mistakes in the two extensions that their JSON Schemas cannot see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from speckit.checks.answers import answer_faults, kind_faults
from speckit.checks.documented import document_faults
from speckit.checks.fields import field_faults
from speckit.checks.history import history_faults
from speckit.checks.lists import list_faults
from speckit.checks.lookups import given_faults, lookup_faults
from speckit.checks.operations import operation_faults
from speckit.checks.roles import role_faults
from speckit.checks.sending import sending_faults
from speckit.checks.states import state_faults
from speckit.checks.subject import Subject
from speckit.checks.transitions import transition_faults
from speckit.conventions import Conventions, governing
from speckit.faults import Fault, did_you_mean
from speckit.lifecycle import Lifecycle
from speckit.operation import Operation

_CHECKS = (
    state_faults,
    transition_faults,
    operation_faults,
    role_faults,
    sending_faults,
    field_faults,
    history_faults,
    lookup_faults,
    answer_faults,
    list_faults,
    document_faults,
)


def lifecycle_faults(
    lifecycles: Mapping[str, Lifecycle],
    operations: Mapping[str, Operation],
    raw: Mapping[str, Any],
    data: Mapping[str, Any],
) -> list[Fault]:
    """Return every mistake in `lifecycles`, together.

    Args:
        lifecycles: Those that could be read.
        operations: All operations of the document, by id.
        raw: `x-resource-lifecycles` as the document has it, also what could not be read.
        data: The whole document, for its schemas.
    """
    owners: dict[str, str] = {}
    for name, lifecycle in lifecycles.items():
        for operation in lifecycle.rules:
            owners.setdefault(operation, name)
    subjects = [
        Subject(each, raw[name], operations, tuple(raw), owners, data) for name, each in lifecycles.items()
    ]
    return [fault for subject in subjects for check in _CHECKS for fault in check(subject)]


def convention_faults(
    conventions: tuple[Conventions, ...], operations: Mapping[str, Operation], raw: Mapping[str, Any]
) -> list[Fault]:
    """Return every mistake in `conventions`, together; `raw` is `x-api-conventions` as written."""
    roots = [(("x-api-conventions", each.name), raw[each.name]) for each in conventions]
    kinds = [fault for root in roots for fault in kind_faults(*root)]
    given = [fault for root in roots for fault in given_faults(*root)]
    return [*kinds, *given, *_claimed(conventions), *_idle(conventions, operations)]


def _idle(conventions: tuple[Conventions, ...], operations: Mapping[str, Operation]) -> Iterator[Fault]:
    paths = list(dict.fromkeys(operation.path for operation in operations.values()))
    for each in conventions:
        if not any(governing((each,), path) is each for path in paths):
            message = f"No operation is below {' or '.join(repr(path) for path in each.paths)}."
            hint = did_you_mean(each.paths[0], paths) or "The document has no operations."
            yield Fault(("x-api-conventions", each.name, "paths"), message, hint)


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
