"""Roles: each operation has the keys that its role needs, and none that are another's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from speckit.checks.subject import Subject, items, named
from speckit.faults import Fault, Pointer, an

_FOR: Mapping[str, tuple[str, ...]] = {
    "of": ("parts",),
    "ids": ("batch",),
    "in": ("list",),
    "makes": ("create", "replace"),
}
"""The keys that mean something for some roles only."""


def role_faults(subject: Subject) -> Iterator[Fault]:
    """Yield keys in the wrong place, missing ones, and what is made that cannot be."""
    for operation, rule, raw in subject.rules():
        path: Pointer = ("operations", operation.id)
        for key, roles in _FOR.items():
            if key in raw and rule.role not in roles:
                message = f"'{key}' means nothing for the role {rule.role}."
                yield subject.fault((*path, key), message, f"It is for {' and '.join(roles)}.")
        if rule.role == "parts" and "of" not in raw:
            hint = "Name the array that it shows, e.g. 'of: /events'."
            yield subject.fault(path, f"Nothing says which parts {operation.id} shows.", hint)
        yield from _makes(subject, path, raw)
    for where, raw in items(subject.raw, "transitions"):
        yield from _makes(subject, where, raw)


def _makes(subject: Subject, path: Pointer, raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield each name of what comes about that is no resource, or has no place for its maker."""
    for where, name in named(raw.get("makes", []), (*path, "makes")):
        if name not in subject.resources:
            yield subject.unknown(where, "a resource of this document", name, subject.resources)
        elif not _refers(subject, name):
            message = f"{name} has no parent that is {an(subject.lifecycle.name)}, which makes it."
            hint = f"Declare one under 'parents' of {name}, with 'resource: {subject.lifecycle.name}'."
            yield subject.fault(where, message, hint)


def _refers(subject: Subject, name: str) -> bool:
    other = subject.data.get("x-resource-lifecycles", {}).get(name, {})
    parents = other.get("parents") if isinstance(other, dict) else None
    # What is wrong with the other's own parents is told where it is looked at itself.
    nodes = [each for each in parents.values() if isinstance(each, dict)] if isinstance(parents, dict) else []
    above = (found for parent in nodes for _, found in named(parent.get("resource", []), ()))
    return subject.lifecycle.name in above
