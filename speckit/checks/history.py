"""The history: an array of the resource's own, that tells states, and that nothing else writes."""

from __future__ import annotations

from collections.abc import Iterator

from speckit import expression, pointer
from speckit.checks.fields import with_example, written
from speckit.checks.subject import Subject
from speckit.expression import Source
from speckit.faults import Fault, Pointer
from speckit.lifecycle import History, Path

_FIELD = ("history", "field")
_ENTRY = ("history", "entry")


def history_faults(subject: Subject) -> Iterator[Fault]:
    """Yield what is wrong with the history of a lifecycle."""
    history = subject.lifecycle.history
    if history is not None:
        yield from _field(subject, history)
        yield from _entry(subject, history)
        yield from _shared(subject, history)


def _field(subject: Subject, history: History) -> Iterator[Fault]:
    """Yield that a new resource does not have the field, or has something else there than an array."""
    at, key = pointer.render(history.field), history.field[0]
    initially = subject.raw.get("initially", {})
    if key not in initially:
        fault = subject.unknown(_FIELD, f"a field of {subject.lifecycle.name}", key, subject.keys)
        yield with_example(fault, history.field, "[]")
        return
    first = pointer.read(initially, history.field)
    if not (isinstance(first, list) or first is pointer.ABSENT):
        yield subject.fault(_FIELD, f"'{at}' is not an array in 'initially'.", f"Begin '{at}' with [].")


def _entry(subject: Subject, history: History) -> Iterator[Fault]:
    """Yield that the entry tells no state, or holds the history itself."""
    sources = list(expression.sources(history.entry))
    if not subject.lifecycle.states:
        hint = "Declare the states under state/states, or remove it."
        yield subject.fault(
            ("history",), f"{subject.lifecycle.name} has no states to keep a history of.", hint
        )
    elif not any(source.kind == "state" for source in sources):
        hint = "Write for instance {state: $state, at: $now}."
        yield subject.fault(_ENTRY, "The entry does not say which state was entered.", hint)
    for source in sources:
        if _holds(source, history.field):
            message = f"'{source}' holds the history itself, which would grow into itself."
            yield subject.fault(_ENTRY, message, "Name the fields that the entry needs.")


def _holds(source: Source, field: Path) -> bool:
    return source.kind == "resource" and _overlap(source.pointer, field)


def _shared(subject: Subject, history: History) -> Iterator[Fault]:
    """Yield each place that writes the field besides the history."""
    for path, text in (*written(subject), *_set(subject)):
        if _overlap(pointer.parse(text), history.field):
            message = f"'{text}' is written by the history, and by nothing else."
            yield subject.fault(path, message, "Remove it here, or give the history a field of its own.")


def _set(subject: Subject) -> Iterator[tuple[Pointer, str]]:
    """Yield the fields that creating operations set; a seed may tell what came before it."""
    for operation, _, raw in subject.rules("create", "replace"):
        for key in raw.get("set", {}):
            yield ("operations", operation.id, "set", key), pointer.render((key,))


def _overlap(one: Path, other: Path) -> bool:
    """Return whether one of the two leads to where the other does, or into it."""
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]
