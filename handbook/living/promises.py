"""What holds for a resource whatever is done to it: its id, its parents, what is unique, versions, errors."""

from __future__ import annotations

from collections.abc import Iterator

from handbook import prose, words
from handbook.living.subject import Subject
from speckit import pointer
from speckit.conventions import KINDS
from speckit.expression import Constant, Members, Template
from speckit.lifecycle import Parent

SEEDED = "A mock server of this document starts with these."
CHOSEN = "At a mock server, the header `Understudy-Scenario` of the request that makes one chooses."


def identity(subject: Subject) -> Iterator[str]:
    """Yield how one resource is told from another, and what it belongs to."""
    found = subject.lifecycle.identity
    kind = "a whole number" if found.type == "integer" else "a text"
    where = f", which paths name in {words.code(found.param)}" if found.param else ""
    made = f" A new one gets {words.template(found.generate)}" if found.generate else ""
    start = f", from {found.start} on" if made and "start" in subject.raw.get("identity", {}) else ""
    yield f"It is known by {words.path(found.field)}, {kind}{where}.{made}{start}{'.' if made else ''}"
    for param, field in found.alternates:
        named = f", which paths name in {words.code(param)}" if param else ""
        yield f"{words.path(field)} names one, too{named}."
    yield from (_parent(subject, each) for each in subject.lifecycle.parents.values())


def _parent(subject: Subject, parent: Parent) -> str:
    resources = words.listed(map(words.code, parent.resources), "or")
    scope = f" Paths with {words.code(parent.param)} see only its own." if parent.param else ""
    missing = subject.refusal("notFound", None, parent.missing)
    why = subject.said("parents", parent.name, "missing")
    return (
        f"{words.path(parent.field)} is the id of its {words.text(parent.name)} ({resources}).{scope} "
        f"Where there is no such one: {missing}.{f' {why}' if why else ''}"
    )


def lasting(subject: Subject) -> Iterator[str]:
    """Yield what is unique, how versions are told apart, and what is remembered."""
    lifecycle = subject.lifecycle
    for number, each in enumerate(lifecycle.unique):
        fields = words.listed(map(words.path, each.fields))
        together = " together" if len(each.fields) > 1 else ""
        states = f" while they are {subject.states(each.states)}" if each.states else ""
        why = subject.said("unique", number, "conflict")
        refused = subject.refusal("conflict", None, each.conflict)
        yield f"No two have the same {fields}{together}{states}; else {refused}.{f' {why}' if why else ''}"
    if lifecycle.etag is not None:
        yield (
            "Each answer with one has an `ETag`. A change with an `If-Match` that names another version gets "
            f"{subject.refusal('preconditionFailed')}; a read with an `If-None-Match` that names this one "
            "gets `304`."
        )
        if lifecycle.etag.required:
            yield f"A change without `If-Match` gets {subject.refusal('preconditionRequired')}."
    if lifecycle.history is not None:
        yield (
            f"{words.path(lifecycle.history.field)} remembers each state it entered, oldest first, the last "
            f"thousand: {words.template(lifecycle.history.entry)}."
        )


def answers(subject: Subject) -> str:
    """Return the error answers of the resource as a table; empty where it has none of its own."""
    rows = [
        (f"{KINDS[kind][1]} ({words.code(kind)})", subject.refusal(kind), subject.said("answers", kind))
        for kind in subject.lifecycle.answers
    ]
    if not any(row[2] for row in rows):
        return prose.table(("Error", "Answer"), [row[:2] for row in rows]) if rows else ""
    return prose.table(("Error", "Answer", "Why"), rows)


def scenarios(subject: Subject) -> Iterator[str]:
    """Yield the ways a life may go other than the usual one."""
    for name, data in subject.lifecycle.scenarios.items():
        moves = [each for each in subject.lifecycle.transitions if each.scenario == name]
        ways = words.listed(f"{words.text(each.name)} to {subject.state(each.ends)}" for each in moves)
        known = f", with {words.value(dict(data))}" if data else ""
        yield f"{words.code(name)}: {ways or 'nothing else'}{known}."


def seeds(subject: Subject) -> str:
    """Return the resources that are there from the start, as a table; empty where there are none."""
    lifecycle = subject.lifecycle
    rows = [
        (
            words.value(pointer.read(_fields(seed.set), lifecycle.identity.field) or ""),
            subject.state(seed.state) if seed.state else "",
            words.code(seed.scenario) if seed.scenario else "",
            subject.said("seed", number),
        )
        for number, seed in enumerate(lifecycle.seeds)
    ]
    if not rows:
        return ""
    titles = (words.path(lifecycle.identity.field), "State", "Scenario", "Why")
    kept = [index for index in range(4) if not index or any(row[index] for row in rows)]
    return prose.table([titles[i] for i in kept], [[row[i] for i in kept] for row in rows])


def _fields(made: Template) -> object:
    if isinstance(made, Constant):
        return made.value
    if isinstance(made, Members):
        return {name: _fields(each) for name, each in made.items}
    return None
