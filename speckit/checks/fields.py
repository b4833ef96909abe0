"""Fields: every pointer leads into a field that the resource has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from speckit import pointer
from speckit.checks.subject import Subject, items, members
from speckit.faults import Fault, Pointer
from speckit.lifecycle import Path


def field_faults(subject: Subject) -> Iterator[Fault]:
    """Yield every pointer and every seeded field that a resource does not have, and ids seeded twice."""
    if "initially" in subject.raw:
        yield from _unknown(subject)
        yield from _given(subject)
    yield from _twice(subject)


def _unknown(subject: Subject) -> Iterator[Fault]:
    known = subject.fields
    what = f"a field of {subject.lifecycle.name}"
    for path, text in (*_shaping(subject), *written(subject), *_listed(subject)):
        head = pointer.parse(text)[0]
        if head not in known:
            fault = subject.unknown(path, what, head, subject.keys, "Add it to 'initially'.")
            is_state = path == ("state", "field")
            yield with_example(fault, pointer.parse(text), "$state") if is_state else fault


def with_example(fault: Fault, path: Path, value: str) -> Fault:
    """Return `fault` with a word on how a new resource begins with `value` at `path`."""
    head, *below = path
    for name in reversed(below):
        value = f"{{{name}: {value}}}"
    hint = f"{fault.hint} List it under 'initially', e.g. '{head}: {value}'."
    return replace(fault, hint=hint.lstrip())


def _shaping(subject: Subject) -> Iterator[tuple[Pointer, str]]:
    """Yield the pointers that say what a resource is and how it is shown."""
    raw = subject.raw
    yield ("identity", "field"), raw["identity"]["field"]
    for (key, index), alternate in items(raw["identity"], "alternates"):
        yield ("identity", key, index, "field"), alternate["field"]
    yield from (((*path, "field"), parent["field"]) for path, _, parent in members(raw, "parents"))
    yield from items(raw, "hidden")
    for path, _, view in members(raw, "views"):
        for key in ("omit", "show", "only"):
            yield from (((*path, *where), text) for where, text in items(view, key))
    for path, unique in items(raw, "unique"):
        yield from (((*path, *where), text) for where, text in items(unique, "fields"))


def written(subject: Subject) -> Iterator[tuple[Pointer, str]]:
    """Yield the pointers, but that of its history, that are written to as a resource lives."""
    raw = subject.raw
    times = raw.get("timestamps", {})
    yield from ((("timestamps", key), times[key]) for key in ("created", "updated") if key in times)
    yield from ((path, text) for path, _, text in members(raw, "timestamps", "entered"))
    if "field" in raw.get("state", {}):
        yield ("state", "field"), raw["state"]["field"]
    for path, _, state in members(raw, "state", "states"):
        yield from (((*path, "set", text), text) for text in state.get("set", ()))
    for where, transition in items(raw, "transitions"):
        yield from (((*where, "set", text), text) for text in transition.get("set", ()))
    for path, _, rule in members(raw, "operations"):
        yield from (((*path, "change", text), text) for text in rule.get("change", ()))


def _listed(subject: Subject) -> Iterator[tuple[Pointer, str]]:
    """Yield the pointers by which lists are narrowed and ordered."""
    for path, _, rule in members(subject.raw, "operations"):
        if "of" in rule:  # then all else leads into the items
            yield (*path, "of"), rule["of"]
            continue
        yield from (((*path, *where), text) for where, text in _ordered(rule) if text != "created")
        for where, _, each in members(rule, "filters"):
            yield (
                ((*path, *where), each)
                if isinstance(each, str)
                else ((*path, *where, "field"), each["field"])
            )


def _ordered(rule: Mapping[str, Any]) -> Iterator[tuple[Pointer, str]]:
    """Yield by what a list may be ordered, whichever way round."""
    if "order" in rule:
        yield ("order",), rule["order"].removeprefix("-")
    yield from ((where, text.removeprefix("-")) for where, _, text in members(rule, "sort", "fields"))


def _given(subject: Subject) -> Iterator[Fault]:
    """Yield the fields that seeds and creating operations give, and that a new resource does not have."""
    known = subject.fields
    seeds = ((path, raw) for path, raw in items(subject.raw, "seed"))
    creates = (
        (("operations", operation.id), raw)
        for operation, _, raw in subject.rules("create", "replace", "update")
    )
    for path, raw in (*seeds, *creates):
        for key in raw.get("set", {}):
            if key not in known and not key.startswith("$"):
                what = f"a field of {subject.lifecycle.name}"
                yield subject.unknown((*path, "set", key), what, key, subject.keys, "Add it to 'initially'.")


def _twice(subject: Subject) -> Iterator[Fault]:
    kind = subject.lifecycle.identity.type
    path = subject.lifecycle.identity.field
    first: dict[str, int] = {}
    for index, raw in enumerate(subject.raw.get("seed", ())):
        identity, key = pointer.read(raw.get("set", {}), path), "/".join(path)
        if _is_plain(identity) and isinstance(identity, int) != (kind == "integer"):
            message = f"The id {identity!r} is not of type {kind}, as the other ids are."
            yield subject.fault(
                ("seed", index, "set", key), message, "Give 'identity' the 'type' of its ids."
            )
        if _is_plain(identity) and first.setdefault(repr(identity), index) != index:
            message = f"The id {identity!r} is already that of seed/{first[repr(identity)]}."
            yield subject.fault(("seed", index, "set", key), message, "Give each seed an id of its own.")


def _is_plain(value: Any) -> bool:
    """Return whether `value` is a constant that the document spells out."""
    return (
        value is not None
        and value is not pointer.ABSENT
        and not (isinstance(value, dict | list) or "$" in str(value))
    )
