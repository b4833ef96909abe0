"""The fields of a resource: what they hold at first, what writes them later, and who sees them."""

from __future__ import annotations

from collections.abc import Iterator

from handbook import prose, words
from handbook.living.subject import Subject
from speckit import pointer
from speckit.expression import GONE, Constant, Members, Template
from speckit.lifecycle import Path, View
from speckit.pointer import ABSENT

_FORMATS = {
    "date-time": "RFC 3339 in UTC, such as `2024-09-19T10:02:54.589Z`",
    "date-time-s": "RFC 3339 in UTC, in whole seconds, such as `2024-09-19T10:02:54Z`",
    "date-time-local": "date and time without a zone, such as `2024-09-19 10:02:54.589000`",
    "epoch-s": "seconds since 1970, such as `1726740174`",
    "epoch-ms": "milliseconds since 1970, such as `1726740174589`",
}


def table(subject: Subject) -> str:
    """Return a row for each field, in the order of the wire; empty where the document tells of none."""
    found = dict.fromkeys([*((name,) for name, _ in subject.lifecycle.initially), *_written(subject)])
    rows = [(_name(subject, each), _first(subject, each), _later(subject, each)) for each in found]
    return prose.table(("Field", "When made", "Afterwards"), rows) if rows else ""


def _written(subject: Subject) -> Iterator[Path]:
    """Yield every field that something writes or that has a meaning of its own."""
    lifecycle = subject.lifecycle
    yield lifecycle.identity.field
    yield from (parent.field for parent in lifecycle.parents.values())
    yield from (field for state in lifecycle.states.values() for field, _ in state.set)
    yield from (field for each in lifecycle.transitions for field, _ in each.set)
    yield from (field for rule in lifecycle.rules.values() for field, _ in rule.change)
    stamps = lifecycle.timestamps
    yield from (each for each in (stamps.created, stamps.updated, *stamps.entered.values()) if each)
    yield from lifecycle.hidden


def _name(subject: Subject, field: Path) -> str:
    lifecycle = subject.lifecycle
    marks = ["hidden"] if field in lifecycle.hidden else []
    marks += ["id"] if field == lifecycle.identity.field else []
    return words.path(field) + (f"<br>({', '.join(marks)})" if marks else "")


def _first(subject: Subject, field: Path) -> str:
    """Return what a field holds in a new resource."""
    lifecycle = subject.lifecycle
    said = []
    if field == lifecycle.identity.field:
        generate = lifecycle.identity.generate
        said.append(words.template(generate) if generate else "its id")
    elif (made := _inside(Members(lifecycle.initially), field)) is not None:
        said.append(words.template(made))
    for rule in lifecycle.rules.values():
        if len(field) == 1 and (own := _set(rule.set).get(field[0])) is not None:
            said.append(f"{own} when {subject.operation(rule.operation)} makes it")
    return "<br>".join(said) or "absent"


def _inside(made: Template, field: Path) -> Template | None:
    """Return the template of a part, where a template has it as such."""
    for name in field:
        if isinstance(made, Members):
            made = dict(made.items).get(name, Constant(ABSENT))
        elif isinstance(made, Constant):
            made = Constant(pointer.read(made.value, (name,)))
        else:
            return None
    return None if made == Constant(ABSENT) else made


def _set(made: object) -> dict[str, str]:
    """Return the fields that a create sets itself, in words."""
    if isinstance(made, Constant) and isinstance(made.value, dict):
        return {name: words.value(each) for name, each in made.value.items()}
    return {name: words.template(each) for name, each in made.items} if isinstance(made, Members) else {}


def _later(subject: Subject, field: Path) -> str:
    return "<br>".join(_changes(subject, field)) or "never changes"


def _changes(subject: Subject, field: Path) -> Iterator[str]:
    lifecycle = subject.lifecycle
    if field == lifecycle.state_field:
        yield "shows the state"
    if lifecycle.history and field == lifecycle.history.field:
        yield f"an entry with each state it enters: {words.template(lifecycle.history.entry)}"
    yield from _stamped(subject, field)
    for rule in lifecycle.rules.values():
        for written, made in rule.change:
            if written == field:
                yield f"{subject.operation(rule.operation)}: {_given(made)}"
    for state in lifecycle.states.values():
        for written, made in state.set:
            if written == field:
                yield f"in {subject.state(state.name)}: {words.assigned(made)}"
    for each in lifecycle.transitions:
        for written, made in each.set:
            if written == field:
                yield f"by *{words.text(each.name)}*: {words.assigned(made)}"
        if each.every is not None and each.after and each.after.until and each.after.until.pointer == field:
            yield f"by *{words.text(each.name)}*: moves on by its period"


def _given(made: Template) -> str:
    return words.assigned(made) if made == GONE else f"{words.template(made)}, if given"


def _stamped(subject: Subject, field: Path) -> Iterator[str]:
    stamps = subject.lifecycle.timestamps
    if field == stamps.created:
        yield "the time it was made"
    if field == stamps.updated:
        yield "the time of its last change"
    states = [state for state, each in stamps.entered.items() if each == field]
    if states:
        yield f"the time it entered {subject.states(states)}"


def times(subject: Subject) -> str:
    """Return how times are written, where the resource has any."""
    stamps = subject.lifecycle.timestamps
    has_any = "timestamps" in subject.raw or any((stamps.created, stamps.updated, stamps.entered))
    return f"Times are {_FORMATS[stamps.format]}." if has_any else ""


def views(subject: Subject) -> str:
    """Return the other ways to show the resource, and who uses them; empty where there are none."""
    rows = [
        (words.code(view.name), _shown(view), subject.operations(_users(subject, view.name)))
        for view in subject.lifecycle.views.values()
    ]
    return prose.table(("View", "Shows", "Used by"), rows) if rows else ""


def _shown(view: View) -> str:
    said = [f"without {words.listed(map(words.path, view.omit))}"] if view.omit else []
    said += [f"with the hidden {words.listed(map(words.path, view.show))}"] if view.show else []
    said += [f"only {words.listed(map(words.path, view.only))}"] if view.only else []
    said += [words.template(view.body)] if view.body is not None else []
    return ", ".join(said)


def _users(subject: Subject, view: str) -> list[str]:
    return [
        rule.operation
        for rule in subject.lifecycle.rules.values()
        if view in (rule.view.default, *rule.view.views.values(), *(each.view for each in rule.success))
    ]
