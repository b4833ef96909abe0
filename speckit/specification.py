"""All a document says: its operations, the lifecycles of its resources, and what its paths have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from speckit import conventions as convention
from speckit.checks import convention_faults, lifecycle_faults
from speckit.conventions import Conventions
from speckit.document import Document
from speckit.faults import DocumentFaults, Fault, did_you_mean
from speckit.form import form_faults
from speckit.lifecycle import Lifecycle
from speckit.operation import Operation, operations
from speckit.reading import Reader
from speckit.timed import timed

LIFECYCLES = "x-resource-lifecycles"
CONVENTIONS = "x-api-conventions"

_SPELLINGS = {
    LIFECYCLES: LIFECYCLES,
    CONVENTIONS: CONVENTIONS,
    "x-lifecycles": LIFECYCLES,
    "x-conventions": CONVENTIONS,
}
_NEAR = 0.85
"""How alike a key must be to one of them: `x-api-version`, say, is a word of other people."""


@dataclass(frozen=True, slots=True)
class Specification:
    """A document, read and found sound."""

    document: Document
    operations: Mapping[str, Operation]
    lifecycles: Mapping[str, Lifecycle]
    conventions: tuple[Conventions, ...]


def specify(document: Document, *, only: Iterable[str] = ()) -> Specification:
    """Return what `document` says, every promise in it checked.

    Args:
        only: Tags; where any are given, operations without one of them are left out,
            and the resources that then have no operation and are no parent of one that has.

    Raises:
        DocumentFaults: Every mistake in the two extensions, together, with file and line;
            or a tag that no operation has.
    """
    found = operations(document.data)
    reader = Reader()
    reader.faults += _misspelt(document.data)
    lifecycles = _lifecycles(document.data, found, reader)
    conventions = _conventions(document.data, found, reader)
    _refuse(document, reader.faults)
    lifecycles = {name: timed(each, found, document.data) for name, each in lifecycles.items()}
    specification = Specification(document, found, lifecycles, conventions)
    return _narrowed(specification, frozenset(only))


def _misspelt(data: Mapping[str, Any]) -> list[Fault]:
    """Return a fault for each key at the root that nearly is one of the two extensions."""
    near = {key: get_close_matches(str(key), _SPELLINGS, n=1, cutoff=_NEAR) for key in data}
    return [
        Fault((key,), f"'{key}' is not read by anybody.", f"Did you mean '{_SPELLINGS[found[0]]}'?")
        for key, found in near.items()
        if found and key not in (LIFECYCLES, CONVENTIONS)
    ]


def _lifecycles(
    data: Mapping[str, Any], found: Mapping[str, Operation], reader: Reader
) -> dict[str, Lifecycle]:
    raw = data.get(LIFECYCLES, {})
    sound = _sound(LIFECYCLES, raw, reader)
    read = {name: _scoped(reader.lifecycle(name, raw[name], (LIFECYCLES, name)), found) for name in sound}
    reader.faults += lifecycle_faults(read, found, raw, data) if read else []
    return read


def _conventions(
    data: Mapping[str, Any], found: Mapping[str, Operation], reader: Reader
) -> tuple[Conventions, ...]:
    raw = data.get(CONVENTIONS, {})
    sound = _sound(CONVENTIONS, raw, reader)
    read = convention.read({name: raw[name] for name in sound}, reader)
    reader.faults += convention_faults(read, found, raw) if read else []
    return read


def _sound(extension: str, raw: Any, reader: Reader) -> list[str]:
    """Return the names of those entries whose form allows to read them; the faults of others are kept."""
    faults = form_faults(extension, raw)
    reader.faults += faults
    broken = {fault.path[1] for fault in faults if len(fault.path) > 1}
    return [name for name in raw if name not in broken] if isinstance(raw, dict) else []


def _scoped(lifecycle: Lifecycle, found: Mapping[str, Operation]) -> Lifecycle:
    """Return `lifecycle` with each rule knowing the parents that its operation's path names."""
    params = {parent.param: name for name, parent in lifecycle.parents.items() if parent.param}
    rules = dict(lifecycle.rules)
    for name in rules if params else ():
        operation = found.get(name)
        scope = tuple(
            parent for param, parent in params.items() if operation and operation.parameter("path", param)
        )
        rules[name] = replace(rules[name], scope=scope)
    return replace(lifecycle, rules=rules) if params else lifecycle


def _refuse(document: Document, faults: list[Fault]) -> None:
    if faults:
        raise DocumentFaults(document.located(faults))


def _narrowed(whole: Specification, tags: frozenset[str]) -> Specification:
    """Return the part of `whole` that belongs to `tags`; all of it where none are given."""
    if not tags:
        return whole
    known = dict.fromkeys(tag for operation in whole.operations.values() for tag in operation.tags)
    unknown = [tag for tag in sorted(tags) if tag not in known]
    _refuse(whole.document, [_no_operation(tag, known) for tag in unknown])
    kept = {name: each for name, each in whole.operations.items() if tags & set(each.tags)}
    return replace(whole, operations=kept, lifecycles=_concerned(whole.lifecycles, kept))


def without(whole: Specification, operations: Iterable[str]) -> Specification:
    """Return `whole` without some operations, and without the resources that then have none."""
    left_out = set(operations)
    kept = {name: each for name, each in whole.operations.items() if name not in left_out}
    if len(kept) == len(whole.operations):
        return whole
    return replace(whole, operations=kept, lifecycles=_concerned(whole.lifecycles, kept))


def _no_operation(tag: str, known: Iterable[str]) -> Fault:
    return Fault(
        ("tags",), f"No operation has the tag '{tag}'.", did_you_mean(tag, known) or "There are no tags."
    )


def _concerned(lifecycles: Mapping[str, Lifecycle], kept: Mapping[str, Operation]) -> dict[str, Lifecycle]:
    """Return the lifecycles with a rule for one of the operations `kept`, their parents and offspring."""
    rules = {
        name: {op: rule for op, rule in each.rules.items() if op in kept} for name, each in lifecycles.items()
    }
    waiting = [name for name, left in rules.items() if left]
    needed: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += (above for parent in lifecycles[name].parents.values() for above in parent.resources)
            waiting += _made(lifecycles[name])
    return {name: replace(each, rules=rules[name]) for name, each in lifecycles.items() if name in needed}


def _made(lifecycle: Lifecycle) -> Iterator[str]:
    """Yield the resources that come about with one of this lifecycle, or with its moves."""
    for rule in lifecycle.rules.values():
        yield from rule.makes
    for transition in lifecycle.transitions:
        yield from transition.makes
