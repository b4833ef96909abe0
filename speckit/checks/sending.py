"""What is sent: a callback or webhook that the document has, by a way that can be found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from speckit import outgoing
from speckit.checks.subject import Subject, items, members, notices
from speckit.expression import ExpressionError
from speckit.faults import Fault, Pointer


def sending_faults(subject: Subject) -> Iterator[Fault]:
    """Yield what cannot be sent as it stands."""
    states = ((path, raw) for path, _, raw in members(subject.raw, "state", "states"))
    for path, raw in (*states, *items(subject.raw, "transitions")):
        for where, notice in notices(raw, path):
            yield from _view(subject, where, notice)
            if "webhook" in notice:
                yield from _webhook(subject, (*where, "webhook"), notice["webhook"])
            else:
                yield from _callback(subject, (*where, "callback"), notice["callback"])


def _view(subject: Subject, path: Pointer, notice: Mapping[str, Any]) -> Iterator[Fault]:
    views = subject.lifecycle.views
    if "view" in notice and notice["view"] not in views:
        yield subject.unknown((*path, "view"), "a view", notice["view"], views, "There is none.")


def _webhook(subject: Subject, path: Pointer, name: str) -> Iterator[Fault]:
    known = outgoing.webhooks(subject.data)
    if name not in known:
        hint = "Declare it under 'webhooks' (before OpenAPI 3.1 'x-webhooks')."
        yield subject.unknown(path, "a webhook of this document", name, known, hint)
    elif not outgoing.hooked(subject.data, known[name]):
        yield subject.fault(path, f"The webhook '{name}' has no method.", "Give it a 'post'.")


def _callback(subject: Subject, path: Pointer, callback: Mapping[str, str]) -> Iterator[Fault]:
    operation, name = callback["operation"], callback["name"]
    rule = subject.lifecycle.rules.get(operation)
    if operation not in subject.operations or rule is None:
        what = f"an operation of {subject.lifecycle.name}"
        yield subject.unknown((*path, "operation"), what, operation, subject.lifecycle.rules)
    elif rule.role not in ("create", "replace"):
        message = f"'{operation}' has the role {rule.role}, and makes no resource that could be told of."
        hint = "Callbacks are those of the operation that makes the resource (create or replace)."
        yield subject.fault((*path, "operation"), message, hint)
    else:
        yield from _named(subject, (*path, "name"), operation, name)


def _named(subject: Subject, path: Pointer, operation: str, name: str) -> Iterator[Fault]:
    known = outgoing.callbacks(subject.data, subject.operations[operation])
    if name not in known:
        hint = f"Declare it under 'callbacks' of {operation}."
        yield subject.unknown(path, f"a callback of {operation}", name, known, hint)
        return
    try:
        found = outgoing.called_back(subject.data, known[name])
    except ExpressionError as problem:
        yield subject.fault(path, f"Where '{name}' goes cannot be told: {problem}")
        return
    if not found:
        message = f"The callback '{name}' says neither where it goes nor how."
        yield subject.fault(path, message, "Write '{$request.body#/url}': {post: ...} in it.")
