"""Answers: of a kind there is, with a status that the operation documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from speckit.checks.subject import Subject, items, members
from speckit.conventions import KINDS
from speckit.faults import Fault, Pointer, did_you_mean
from speckit.operation import Operation

Spelled = tuple[Pointer, Mapping[str, Any], tuple[Operation, ...]]
"""An answer the document spells out: where, what, and the operations that may give it."""

_NO_KIND = "a kind of answer"


def answer_faults(subject: Subject) -> Iterator[Fault]:
    """Yield answers of no kind, and those with a status that no operation concerned documents."""
    for path, kind in _kinds(subject):
        if kind not in KINDS:
            yield subject.unknown(path, _NO_KIND, kind, KINDS)
    for path, answer, operations in spelled_out(subject):
        status = answer.get("status")
        if status and operations and answer.get("documented", True):
            yield from _undocumented(subject, (*path, "status"), status, operations)


def kind_faults(path: Pointer, raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield each answer below `path`, the conventions of one API, that is of no kind there is."""
    named = [((*path, key), raw[key]) for key in ("options", "error") if isinstance(raw.get(key), str)]
    for where, kind, value in members(raw, "answers"):
        named.append(((*path, *where), kind))
        named += [((*path, *where), value)] if isinstance(value, str) else []
    for at, kind in named:
        if kind not in KINDS:
            yield Fault(at, f"'{kind}' is not {_NO_KIND}.", did_you_mean(kind, KINDS))


def _undocumented(
    subject: Subject, path: Pointer, status: int, operations: tuple[Operation, ...]
) -> Iterator[Fault]:
    if not any(operation.response(status) for operation in operations):
        names = " or ".join(operation.id for operation in operations)
        known = ", ".join(dict.fromkeys(code for operation in operations for code in operation.responses))
        hint = (
            f"Documented are {known}; or say 'documented: false'."
            if path[-3:-2] == ("otherwise",)
            else (f"Documented are {known}.")
        )
        yield subject.fault(path, f"{status} is not a documented response of {names}.", hint)


def spelled_out(subject: Subject) -> Iterator[Spelled]:
    """Yield every answer that the lifecycle spells out."""
    every = [*_shared(subject), *_of_operations(subject)]
    yield from (each for each in every if isinstance(each[1], dict))


def _kinds(subject: Subject) -> Iterator[tuple[Pointer, str]]:
    """Yield every name of a kind of answer."""
    for path, kind, _ in members(subject.raw, "answers"):
        yield path, kind
    for path, _, raw in members(subject.raw, "operations"):
        yield from (((*path, *where), kind) for where, kind, _ in members(raw, "answers"))
    for path, answer, _ in (*_shared(subject), *_of_operations(subject)):
        if isinstance(answer, str):
            yield path, answer


def _shared(subject: Subject) -> Iterator[tuple[Pointer, Any, tuple[Operation, ...]]]:
    """Yield the answers that several operations may give."""
    own = subject.own()
    yield from ((path, answer, own) for path, _, answer in members(subject.raw, "answers"))
    for path, _, parent in members(subject.raw, "parents"):
        yield from _each(parent, ("missing",), path, own)
    for where, unique in items(subject.raw, "unique"):
        yield from _each(unique, ("conflict",), where, own)


def _of_operations(subject: Subject) -> Iterator[tuple[Pointer, Any, tuple[Operation, ...]]]:
    """Yield the answers that one operation gives."""
    for operation, _, raw in subject.rules():
        path, only = ("operations", operation.id), (operation,)
        if isinstance(raw.get("success"), list):
            yield from (((*path, *where), each, only) for where, each in items(raw, "success"))
        else:
            yield from _each(raw, ("success",), path, only)
        yield from (((*path, *where), each, only) for where, each in items(raw, "otherwise"))
        yield from (((*path, *where), each, only) for where, _, each in members(raw, "answers"))
        yield from _unavailable(raw.get("available", {}), (*path, "available"), only)


def _unavailable(
    raw: Mapping[str, Any], path: Pointer, only: tuple[Operation, ...]
) -> Iterator[tuple[Pointer, Any, tuple[Operation, ...]]]:
    if isinstance(raw.get("otherwise"), list):
        yield from (((*path, *where), each, only) for where, each in items(raw, "otherwise"))
    else:
        yield from _each(raw, ("otherwise",), path, only)


def _each(
    raw: Mapping[str, Any], keys: Iterable[str], path: Pointer, operations: tuple[Operation, ...]
) -> Iterator[tuple[Pointer, Any, tuple[Operation, ...]]]:
    yield from (((*path, key), raw[key], operations) for key in keys if key in raw)
