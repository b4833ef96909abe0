"""Expressions: what they look up is there to be looked up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from speckit import expression, pointer
from speckit.checks.answers import spelled_out
from speckit.checks.subject import Subject, items, members, named, notices, parameters
from speckit.expression import ExpressionError, Source
from speckit.faults import Fault, Pointer, did_you_mean
from speckit.lifecycle import EXTERNAL
from speckit.operation import Operation
from speckit.pointer import ABSENT

_GIVEN = {
    "error": ("detail", "title", "status", "kind"),
    "list": (
        "items",
        "total",
        "count",
        "page",
        "pages",
        "offset",
        "size",
        "more",
        "next",
        "first",
        "last",
        "ids",
    ),
    "principal": ("name", "id"),
}
"""What the server itself gives, by the expression that looks it up."""

_NEAR = 0.75
"""How alike a name in an open body must be to a documented one to be taken for a misspelling."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a lifecycle that may look things up, and the operations during which it does.

    Without operations there is no request, and what would be looked up in it is simply absent.
    """

    path: Pointer
    value: Any
    operations: tuple[Operation, ...]
    scenario: str = ""
    is_before_birth: bool = False


def lookup_faults(subject: Subject) -> Iterator[Fault]:
    """Yield each expression that can never find anything."""
    fields = subject.fields
    for part in parts(subject):
        for path, source in _sources(part.value, part.path):
            match source.kind:
                case "parent" if source.name not in subject.lifecycle.parents:
                    known = subject.lifecycle.parents
                    yield subject.unknown(path, "a parent", source.name, known, "There is none.")
                case "request.path" | "request.query":
                    yield from _undeclared(subject, part, path, source)
                case "request.body":
                    yield from _outside(subject, part, path, source)
                case "scenario":
                    yield from _unsaid(subject, part, path, source)
                case "id" | "sequence" if part.is_before_birth:
                    message = (
                        f"There is no ${source.kind} yet: what is 'set' is known before the resource is made."
                    )
                    yield subject.fault(path, message, "Write it in 'initially'.")
                case "resource" | "origin" if (
                    source.pointer and subject.keys and source.pointer[0] not in fields
                ):
                    what = f"a field of {subject.lifecycle.name}"
                    yield subject.unknown(path, what, source.pointer[0], subject.keys)
                case _:
                    yield from _ungiven(subject.at(*path), source)


def given_faults(path: Pointer, raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield each expression below `path`, the conventions of one API, that can never find anything."""
    for where, source in _sources(raw, path):
        yield from _ungiven(where, source)


def _ungiven(path: Pointer, source: Source) -> Iterator[Fault]:
    known = _GIVEN.get(source.kind)
    if known and source.pointer and source.pointer[0] not in known:
        message = f"'{source.pointer[0]}' is not a part of ${source.kind}."
        yield Fault(path, message, did_you_mean(source.pointer[0], known))


def _outside(subject: Subject, part: Part, path: Pointer, source: Source) -> Iterator[Fault]:
    """Yield that no body has what is looked up: for certain, or because it is so near to what one has."""
    shapes = [subject.body_shapes(operation) for operation in part.operations]
    documented = [shape.properties for each in shapes for shape in each]
    known = [name for names in documented for name in names or ()]
    word = source.pointer[0] if source.pointer else ""
    if not word or not all(shapes) or None in documented or word in known:
        return
    is_closed = all(shape.is_closed for each in shapes for shape in each)
    if known and (is_closed or get_close_matches(word, known, n=1, cutoff=_NEAR)):
        what = f"documented in the body of {' or '.join(each.id for each in part.operations)}"
        yield subject.unknown(path, what, word, known)


def _undeclared(subject: Subject, part: Part, path: Pointer, source: Source) -> Iterator[Fault]:
    place = source.kind.removeprefix("request.")
    known = parameters(part.operations, place)
    if part.operations and source.name not in known:
        what = f"a {place} parameter of {' or '.join(each.id for each in part.operations)}"
        yield subject.unknown(path, what, source.name, known, "Such an operation declares none.")


def _unsaid(subject: Subject, part: Part, path: Pointer, source: Source) -> Iterator[Fault]:
    data = subject.lifecycle.scenarios.get(part.scenario)
    if data is not None and pointer.read(data, source.pointer) is ABSENT:
        what = f"data of the scenario '{part.scenario}'"
        yield subject.unknown(path, what, pointer.render(source.pointer), (f"/{key}" for key in data))


def _sources(value: Any, path: Pointer) -> Iterator[tuple[Pointer, Source]]:
    """Yield every expression inside `value`, with where it stands."""
    if isinstance(value, str):
        if "$" in value:
            yield from ((path, source) for source in _read(value))
    elif isinstance(value, dict):
        for key, item in value.items():
            if key.startswith("$"):  # what a guard asks about
                yield from ((path, source) for source in _read(key))
            yield from _sources(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _sources(item, (*path, index))


@lru_cache(maxsize=1024)
def _read(text: str) -> tuple[Source, ...]:
    try:
        return tuple(expression.sources(expression.template(text)))
    except ExpressionError:
        return ()  # told by the reader


def parts(subject: Subject) -> Iterator[Part]:
    """Yield every part of the lifecycle that may look things up."""
    yield from _beginnings(subject)
    yield from _transitions(subject)
    for operation, _, raw in subject.rules():
        path: Pointer = ("operations", operation.id)
        wholes = [((*path, key), raw[key]) for key in ("set", "id", "change", "ids") if key in raw]
        view = raw.get("view")
        choice = [((*path, "view", "by"), view["by"])] if isinstance(view, dict) else []
        chosen = [((*path, *where, "match", "by"), by) for where, by in _choosing(raw)]
        is_made = raw.get("role") in ("create", "replace")
        for where, value in (*wholes, *choice, *chosen):
            yield Part(where, value, (operation,), is_before_birth=is_made and where[-1] == "set")
    for path, answer, operations in spelled_out(subject):
        yield from (Part((*path, k), answer[k], operations) for k in ("body", "headers") if k in answer)
        yield from _guard(answer, path, operations)


def _choosing(raw: Mapping[str, Any]) -> Iterator[tuple[Pointer, str]]:
    """Yield what chooses how each filter compares, where something does."""
    for where, _, each in members(raw, "filters"):
        if isinstance(each, dict) and isinstance(match := each.get("match"), dict):
            yield where, match["by"]


def _beginnings(subject: Subject) -> Iterator[Part]:
    raw, creates, own = subject.raw, subject.own("create", "replace"), subject.own()
    if "generate" in raw["identity"]:
        yield Part(("identity", "generate"), raw["identity"]["generate"], creates)
    yield Part(("initially",), raw.get("initially", {}), creates)
    initial = raw.get("state", {}).get("initial", [])
    for index, choice in enumerate(initial if isinstance(initial, list) else ()):
        yield from _guard(choice, ("state", "initial", index), creates)
    for path, _, state in members(raw, "state", "states"):
        yield Part((*path, "set"), state.get("set", {}), own)
        yield from _sent(state, path, own)
    for path, _, view in members(raw, "views"):
        yield Part((*path, "body"), view.get("body"), own)
    yield Part(("history", "entry"), raw.get("history", {}).get("entry"), own)
    for path, seed in items(raw, "seed"):
        yield Part((*path, "set"), seed.get("set", {}), (), is_before_birth=True)


def _transitions(subject: Subject) -> Iterator[Part]:
    for path, raw in items(subject.raw, "transitions"):
        triggers = [name for _, name in named(raw.get("trigger", []), ()) if name != EXTERNAL]
        causes = tuple(subject.operations[name] for name in triggers if name in subject.operations)
        scenario = raw.get("scenario", "")
        yield Part((*path, "set"), raw.get("set", {}), causes, scenario)
        yield Part((*path, "after", "until"), raw.get("after", {}).get("until"), ())
        yield Part((*path, "every"), raw.get("every"), ())
        yield from _guard(raw, path, causes, scenario)
        yield from _sent(raw, path, causes, scenario)


def _sent(
    raw: Mapping[str, Any], path: Pointer, operations: tuple[Operation, ...], scenario: str = ""
) -> Iterator[Part]:
    """Yield what is sent when a state is entered or a transition made."""
    for where, notice in notices(raw, path):
        yield from (Part((*where, k), notice.get(k), operations, scenario) for k in ("headers", "body"))
        yield from _guard(notice, where, operations, scenario)


def _guard(raw: Any, path: Pointer, operations: tuple[Operation, ...], scenario: str = "") -> Iterator[Part]:
    yield from (Part((*path, "when", text), text, operations, scenario) for text in raw.get("when", {}))
