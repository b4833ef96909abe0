"""Operations: they exist, belong to one resource, and can find or make what they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from speckit.checks.subject import Subject, items, members, named, parameters
from speckit.expression import Source, sources
from speckit.faults import Fault, Pointer
from speckit.lifecycle import Rule
from speckit.operation import Operation


def operation_faults(subject: Subject) -> Iterator[Fault]:
    """Yield what is wrong with the operations of a lifecycle, its parents and its views."""
    yield from _unknown(subject)
    yield from _claimed(subject)
    yield from _unaddressed(subject)
    yield from _creates(subject)
    yield from _parents(subject)
    yield from _views(subject)


def _unknown(subject: Subject) -> Iterator[Fault]:
    for path, name, _ in members(subject.raw, "operations"):
        if name not in subject.operations:
            fault = subject.unknown(path, "an operation of the document", name, subject.operations)
            hint = f"{fault.hint} One without operationId is named like 'DELETE /jobs/{{id}}'."
            yield subject.fault(path, fault.message, hint.strip())


def _claimed(subject: Subject) -> Iterator[Fault]:
    for operation in subject.own():
        owner = subject.owners[operation.id]
        if owner != subject.lifecycle.name:
            message = f"'{operation.id}' already belongs to {owner}."
            yield subject.fault(("operations", operation.id), message, "List it under one resource.")


def _unaddressed(subject: Subject) -> Iterator[Fault]:
    """Yield the operations on one resource whose path does not say which."""
    identity = subject.lifecycle.identity
    wanted = [name for name in (identity.param, *(name for name, _ in identity.alternates)) if name]
    for operation in subject.own("get", "parts", "replace", "update", "trigger"):
        there = parameters([operation], "path")
        if not set(wanted) & set(there):
            name = subject.lifecycle.name
            message = f"The path {operation.path} does not say which {name} is meant."
            known = f"Its parameters are {', '.join(there)}" if there else "It has no parameters"
            hint = f"{known}; 'identity' names {' and '.join(wanted) or 'none'}."
            yield subject.fault(("operations", operation.id), message, hint)


def _creates(subject: Subject) -> Iterator[Fault]:
    for operation, rule, raw in subject.rules("create", "replace"):
        path = ("operations", operation.id)
        if not _has_id(subject, rule, raw):
            hint = "Give 'identity' a 'generate', or the operation an 'id'."
            yield subject.fault(
                path, f"Nothing says where the id of a new {subject.lifecycle.name} comes from.", hint
            )
        if "initially" not in subject.raw:
            hint = "List its fields under 'initially'."
            yield subject.fault(path, f"Nothing says what a new {subject.lifecycle.name} holds.", hint)


def _has_id(subject: Subject, rule: Rule, raw: Mapping[str, Any]) -> bool:
    key = subject.lifecycle.identity.field[0]
    if subject.lifecycle.identity.generate or rule.id or key in raw.get("set", {}):
        return True
    initial = dict(subject.lifecycle.initially).get(key)
    return initial is not None and any(source != Source("id") for source in sources(initial))


def _parents(subject: Subject) -> Iterator[Fault]:
    known = parameters(subject.own(), "path")
    for path, _, raw in members(subject.raw, "parents"):
        for where, name in named(raw["resource"], (*path, "resource")):
            if name not in subject.resources:
                yield subject.unknown(where, "a resource of this document", name, subject.resources)
        param = raw.get("param")
        if param is not None and param not in known:
            what = f"a path parameter of any operation of {subject.lifecycle.name}"
            yield subject.unknown((*path, "param"), what, param, known, "Leave it out.")


def _views(subject: Subject) -> Iterator[Fault]:
    known = subject.lifecycle.views
    for operation, _, raw in subject.rules():
        for where, name in (*_chosen(operation, raw), *_shown(operation, raw)):
            if name not in known:
                yield subject.unknown(where, "a view", name, known, "Declare it under 'views'.")


def _chosen(operation: Operation, raw: Mapping[str, Any]) -> Iterator[tuple[Pointer, str]]:
    view, path = raw.get("view"), ("operations", operation.id, "view")
    if isinstance(view, str):
        yield path, view
    elif view is not None:
        if "default" in view:
            yield (*path, "default"), view["default"]
        yield from (((*path, "views", word), name) for word, name in view["views"].items())


def _shown(operation: Operation, raw: Mapping[str, Any]) -> Iterator[tuple[Pointer, str]]:
    path: Pointer = ("operations", operation.id)
    success = raw.get("success", {})
    if isinstance(success, dict):
        yield from (
            ((*path, *where, "view"), one["view"])
            for where, one in [(("success",), success)]
            if "view" in one
        )
    else:
        yield from (
            ((*path, *where, "view"), one["view"]) for where, one in items(raw, "success") if "view" in one
        )
