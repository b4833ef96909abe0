"""The rule that what is spelled out as the body of an answer can fit what is documented of that answer."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from speckit import pointer
from speckit.checks.outcomes import MayMiss, never, outcomes
from speckit.checks.shapes import Shape
from speckit.checks.showing import alone, answer_shape, body_of, views_of
from speckit.conventions import governing
from speckit.expression import GONE, Constant, Encoded, Items, Members, Template, Text
from speckit.faults import Fault, Pointer, did_you_mean
from speckit.lifecycle import Answer, Otherwise, Parent, Path, Rule
from speckit.misfit import brief
from speckit.operation import Operation
from speckit.pointer import ABSENT
from toolkit.lint.answers import left
from toolkit.lint.errors import Said, said
from toolkit.lint.finding import ERROR
from toolkit.lint.matter import Life, Matter
from toolkit.lint.never import kinds
from toolkit.lint.rule import rule

_LOOKING = ("get", "parts", "update", "trigger", "replace")
"""The roles that look for a resource, which may not be there."""


@dataclass(frozen=True, slots=True)
class _Spelled:
    """A body as the document spells it out, and the shape of that answer."""

    at: Pointer
    body: Template
    shape: Shape
    operation: Operation
    status: int
    may_miss: MayMiss = never

    @property
    def name(self) -> str:
        """What the answer is called."""
        return f"the {self.status} of {self.operation.id}"


@rule(
    "answer-breaks-schema",
    ERROR,
    why="It breaks each time, and clients that check answers, or read what the schema promises, fail.",
    source="OpenAPI 3.1, section 4.8.17; JSON Schema validation, section 6",
)
def unfit_bodies(matter: Matter) -> Iterator[Fault]:
    """A body that is spelled out lacks what its schema requires, or has a value that it shuts out."""
    told: dict[tuple[Pointer, str], Fault] = {}
    for spelled in _bodies(matter):
        for path, name, message, hint in _misfits(spelled, spelled.body, spelled.shape, spelled.at, ()):
            told.setdefault((path, name), Fault(path, message, hint))
    yield from told.values()


def _bodies(matter: Matter) -> Iterator[_Spelled]:
    for life in matter.lives:
        for operation, found, raw in life.rules():
            yield from _successes(life, operation, found, raw)
            yield from _elsewhere(life, operation, found, raw)
            yield from _related(life, operation, found)
            for kind in kinds(life, operation, found):
                if _is_certain(life, operation, found, kind):
                    yield from _error(matter, operation, life.said(operation, found, kind))
    for operation in matter.operations.values():
        for kind in _unowned(operation) if operation.id not in matter.owned else ():
            around = governing(matter.conventions, operation.path)
            yield from _error(matter, operation, said([], around, kind))


def _error(matter: Matter, operation: Operation, found: Said) -> Iterator[_Spelled]:
    return _answer(matter.data, operation, found.path, found.answer, found.status)


def _unowned(operation: Operation) -> Iterator[str]:
    """Yield the kinds of error of an operation that no lifecycle says anything of."""
    yield from ("malformedBody", "invalidBody") if operation.body else ()
    yield from ("unauthorized",) if operation.security and all(operation.security) else ()


def _is_certain(life: Life, operation: Operation, found: Rule, kind: str) -> bool:
    """Return whether an error of a kind that an operation may answer with does come."""
    if kind == "notFound":
        return found.role in _LOOKING or any(
            _is_below(parent, operation) for parent in life.lifecycle.parents.values()
        )
    if kind == "malformedId":
        return life.lifecycle.identity.type == "integer" and found.role in _LOOKING
    if kind == "refused":
        return _is_refused(life, operation, found)
    if kind == "conflict":
        return _may_clash(life, found)
    return kind != "invalidParameter" or any(each.place != "path" for each in operation.parameters)


def _is_below(parent: Parent, operation: Operation) -> bool:
    """Return whether the path of an operation names the parent of what it is about."""
    return bool(parent.param) and operation.parameter("path", parent.param) is not None


def _is_refused(life: Life, operation: Operation, found: Rule) -> bool:
    """Return whether a state forbids an operation, and no more is said of how."""
    if found.role in ("trigger", "replace", "batch"):
        return bool(left(life, operation, found))
    told = {state for each in found.unavailable for state in each.states or life.lifecycle.states}
    return bool(found.available_in) and bool(life.lifecycle.states.keys() - told - set(found.available_in))


def _may_clash(life: Life, found: Rule) -> bool:
    """Return whether an operation may give a resource what no two have."""
    if found.role in ("create", "replace"):
        return bool(life.lifecycle.unique) or (found.id is not None and not found.change)
    changed = {path[0] for path, _ in found.change}
    return any(changed & {path[0] for path in unique.fields} for unique in life.lifecycle.unique)


def _answer(
    data: Mapping[str, Any], operation: Operation, at: Pointer, answer: Answer, status: int
) -> Iterator[_Spelled]:
    if answer.body is not None:
        shape = answer_shape(data, operation, status, answer.content_type)
        yield _Spelled((*at, "body"), answer.body, shape, operation, status)


def _successes(life: Life, operation: Operation, found: Rule, raw: Mapping[str, Any]) -> Iterator[_Spelled]:
    own = life.subject.at("operations", operation.id, "success")
    is_list = isinstance(raw.get("success"), list)
    for index, success in enumerate(found.success):
        status = success.status or operation.success
        shape = life.subject.answer_shape(operation, success)
        misses = _missing_in(life, operation)
        if success.body is not None:
            path = (*own, *((index,) if is_list else ()), "body")
            yield _Spelled(path, success.body, shape, operation, status, misses)
        for view in views_of(life.lifecycle, found, success):
            for place in alone(body_of(found, success), shape) if view.body is not None else ():
                path = life.subject.at("views", view.name, "body")
                yield _Spelled(path, view.body or GONE, place, operation, status, misses)


def _missing_in(life: Life, operation: Operation) -> MayMiss:
    return lambda source: life.subject.may_miss(source, (operation,))


def _elsewhere(life: Life, operation: Operation, found: Rule, raw: Mapping[str, Any]) -> Iterator[_Spelled]:
    """Yield what is answered in states that an operation is not for."""
    usual = life.status(operation, found, "refused")
    is_list = isinstance(raw.get("available", {}).get("otherwise"), list)
    own = life.subject.at("operations", operation.id)
    places: list[tuple[Pointer, Otherwise]] = [
        ((*own, "otherwise", index), each) for index, each in enumerate(found.otherwise)
    ]
    places += [
        ((*own, "available", "otherwise", *((index,) if is_list else ())), each)
        for index, each in enumerate(found.unavailable)
    ]
    for at, each in places:
        status = each.answer.status or (operation.success if each.effect == "none" else usual)
        if each.documented:
            yield from _answer(life.subject.data, operation, at, each.answer, status)


def _related(life: Life, operation: Operation, found: Rule) -> Iterator[_Spelled]:
    """Yield what is answered where a parent is missing, or another has the same values."""
    for name, parent in life.lifecycle.parents.items():
        if parent.missing and _is_below(parent, operation):
            status = parent.missing.status or life.status(operation, found, "notFound")
            at = life.subject.at("parents", name, "missing")
            yield from _answer(life.subject.data, operation, at, parent.missing, status)
    for index, unique in enumerate(life.lifecycle.unique if _may_clash(life, found) else ()):
        if unique.conflict:
            status = unique.conflict.status or life.status(operation, found, "conflict")
            at = life.subject.at("unique", index, "conflict")
            yield from _answer(life.subject.data, operation, at, unique.conflict, status)


_Misfit = tuple[Pointer, str, str, str]
"""Where something does not fit, the member that is missing there, if one is, and message and hint."""


def _misfits(spelled: _Spelled, body: Template, shape: Shape, at: Pointer, path: Path) -> Iterator[_Misfit]:
    """Yield what of `body`, which is at `path` in an answer, plainly does not fit its shape."""
    for where, each in outcomes(body, at, spelled.may_miss):
        yield from _valued(spelled, each, shape, where, path)
        parts = list(_parts(each, shape))
        if any(isinstance(name, str) for name, _, _ in parts) or each == Constant({}):
            names = {name for name, part, _ in parts if part != GONE}
            yield from _missing(spelled, names, shape, where, path)
        for name, part, below in parts:
            yield from _misfits(spelled, part, below, (*where, name), (*path, str(name)))


def _valued(spelled: _Spelled, body: Template, shape: Shape, at: Pointer, path: Path) -> Iterator[_Misfit]:
    """Yield that a value, or what is known of one, is shut out by an enum or a type."""
    where = f"{spelled.name} documents for '{pointer.render(path)}'" if path else f"{spelled.name} documents"
    value = _known(body)
    allowed = shape.outside(body.value) if isinstance(body, Constant) else None
    if allowed:
        known = [str(each) for each in allowed if each is not None]
        yield at, "", f"{brief(value)} is not a value that {where}.", did_you_mean(str(value), known)
    elif value is not ABSENT and (types := shape.mistyped(value)):
        what = brief(value) if isinstance(body, Constant | Members | Items) else "This text"
        yield at, "", f"{what} is not of the type that {where}.", f"It is {' or '.join(types)}."


def _missing(
    spelled: _Spelled, names: Collection[str | int], shape: Shape, at: Pointer, path: Path
) -> Iterator[_Misfit]:
    for name in shape.required:
        if name not in names:
            wanted = pointer.render((*path, name)) if path else name
            hint = f"Add '{name}' to the body, or take it out of 'required'."
            capital = f"{spelled.name[0].upper()}{spelled.name[1:]}"
            yield at, name, f"{capital} requires '{wanted}', and this body does not have it.", hint


def _known(template: Template) -> Any:
    """Return a value of the type that `template` surely has: its own, if it is a constant; else ABSENT."""
    match template:
        case Constant(value):
            return value
        case Members():
            return {}
        case Items():
            return []
        case Text() | Encoded():
            return ""
    return ABSENT


def _parts(template: Template, shape: Shape) -> Iterator[tuple[str | int, Template, Shape]]:
    """Yield each part of a mapping or list that is spelled out, with its name and its shape."""
    match template:
        case Constant(dict() as members):
            yield from ((name, Constant(part), shape.member(name)) for name, part in members.items())
        case Constant(list() as items):
            yield from ((index, Constant(part), shape.items) for index, part in enumerate(items))
        case Members(members):
            yield from ((name, part, shape.member(name)) for name, part in members)
        case Items(items):
            yield from ((index, part, shape.items) for index, part in enumerate(items))
