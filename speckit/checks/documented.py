"""Values: those that the document spells out fit the schemas of the answers that show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from speckit import pointer
from speckit.checks.outcomes import outcomes
from speckit.checks.shapes import Shape
from speckit.checks.showing import alone, body_of, is_reshaped
from speckit.checks.subject import Subject
from speckit.expression import Constant, Template
from speckit.faults import Fault, Pointer
from speckit.lifecycle import CREATED, EXTERNAL, REMOVED, Lifecycle, Path, Rule, Success, Transition
from speckit.misfit import brief
from speckit.operation import Operation

_STATELESS = ""
"""The one state of a resource that has none."""


@dataclass(frozen=True, slots=True)
class _Showing:
    """A place in an answer where the resource stands by itself, and the states it may then be in."""

    operation: Operation
    shape: Shape
    states: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Written:
    """A value that the document gives to a field, and the states in which it is there to be seen."""

    at: Pointer
    field: Path
    value: Any
    states: frozenset[str]


def document_faults(subject: Subject) -> Iterator[Fault]:
    """Yield each value that no schema of an answer allows, and each list where an object is documented."""
    showings = _different(_showings(subject))
    for written in (*_states(subject), *_set(subject), *_initially(subject)):
        if not any(written.field[: len(hidden)] == hidden for hidden in subject.lifecycle.hidden):
            misfits = (_misfit(subject, written, each) for each in showings if each.states & written.states)
            yield from [fault for fault in misfits if fault][:1]
    yield from _unwrapped(subject)


def _misfit(subject: Subject, written: _Written, showing: _Showing) -> Fault | None:
    shape = showing.shape.member(*written.field)
    where = f"{showing.operation.id} documents for '{pointer.render(written.field)}'"
    if allowed := shape.outside(written.value):
        known = [str(each) for each in allowed if each is not None]
        return subject.unknown(written.at, f"a value that {where}", _text(written.value), known)
    if types := shape.mistyped(written.value):
        message = f"{brief(written.value)} is not of the type that {where}."
        return subject.fault(written.at, message, f"It is {' or '.join(types)}.")
    return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else brief(value)


def _states(subject: Subject) -> Iterator[_Written]:
    lifecycle = subject.lifecycle
    for name, state in lifecycle.states.items() if lifecycle.state_field else ():
        path: Pointer = ("state", "states", name)
        at = (*path, "value") if "value" in subject.raw["state"]["states"][name] else path
        yield _Written(at, lifecycle.state_field or (), state.value, frozenset((name,)))


def _set(subject: Subject) -> Iterator[_Written]:
    lifecycle = subject.lifecycle
    states = (
        (("state", "states", name), each.set, name, _entering(lifecycle, name))
        for name, each in lifecycle.states.items()
    )
    moves = (
        (("transitions", i), each.set, each.ends, [each]) for i, each in enumerate(lifecycle.transitions)
    )
    for path, fields, state, by in (*states, *moves):
        for field, value in fields:
            where = (*path, "set", pointer.render(field))
            for at, plain in _constants(subject, value, where, _causes(subject, by)):
                yield _Written(at, field, plain, frozenset((state,)))


def _entering(lifecycle: Lifecycle, state: str) -> list[Transition]:
    return [each for each in lifecycle.transitions if each.ends == state]


def _causes(subject: Subject, transitions: list[Transition]) -> tuple[Operation, ...]:
    """Return the operations that cause any of `transitions`; none where one may happen without a request."""
    if not all(each.triggers and EXTERNAL not in each.triggers for each in transitions):
        return ()
    names = dict.fromkeys(name for each in transitions for name in each.triggers)
    causes = tuple(subject.operations[name] for name in names if name in subject.operations)
    return causes or subject.own("create", "replace")


def _initially(subject: Subject) -> Iterator[_Written]:
    """Yield the constants of `initially` that nothing overwrites before anybody sees them."""
    creates = subject.own("create", "replace")
    times = subject.lifecycle.timestamps
    fields = (times.created, times.updated, subject.lifecycle.state_field, *times.entered.values())
    overwritten = {field[0] for field in fields if field}
    for key, value in subject.lifecycle.initially:
        for at, plain in _constants(subject, value, ("initially", key), creates):
            if key not in overwritten:
                yield _Written(at, (key,), plain, frozenset(_untouched(subject, key)))


def _constants(
    subject: Subject, value: Template, at: Pointer, operations: tuple[Operation, ...]
) -> Iterator[tuple[Pointer, Any]]:
    """Yield the constants that `value` may come to where one of `operations` is asked for."""
    for where, each in outcomes(value, at, lambda source: subject.may_miss(source, operations)):
        if isinstance(each, Constant):
            yield where, each.value


def _untouched(subject: Subject, key: str) -> Iterator[str]:
    """Yield the states in which a resource may begin with `key` as `initially` has it."""
    lifecycle = subject.lifecycle
    begins = [state for _, state in lifecycle.initial] or [_STATELESS]
    creates = subject.rules("create", "replace")
    made = [state for _, _, raw in creates if not _gives(raw, key) for state in begins]
    seeded = [raw.get("state", _STATELESS) for raw in subject.raw.get("seed", ()) if not _gives(raw, key)]
    for state in (*made, *seeded):
        known = lifecycle.states.get(state)
        if not (known and any(field[0] == key for field, _ in known.set)):
            yield state


def _gives(raw: Mapping[str, Any], key: str) -> bool:
    return any(each == key or each.startswith("$") for each in raw.get("set", ()))


def _showings(subject: Subject) -> Iterator[_Showing]:
    for operation, rule, _ in subject.rules():
        for success in rule.success if rule.role != "parts" else ():
            if not is_reshaped(subject.lifecycle, rule, success):
                states = frozenset(_possible(subject, rule, success))
                shapes = alone(body_of(rule, success), subject.answer_shape(operation, success))
                yield from (_Showing(operation, shape, states) for shape in shapes)


def _different(showings: Iterable[_Showing]) -> list[_Showing]:
    """Return those that may have something to say: each shape and set of states once."""
    found: dict[Any, _Showing] = {}
    for each in showings:
        if each.shape.parts:
            found.setdefault((tuple(map(id, each.shape.parts)), each.states), each)
    return list(found.values())


def _possible(subject: Subject, rule: Rule, success: Success) -> Iterator[str]:
    """Yield the states in which the resource may be when `success` shows it."""
    lifecycle = subject.lifecycle
    if rule.role == "create" and rule.change and CREATED not in success.on:
        yield from lifecycle.states
    elif rule.role in ("create", "replace"):
        yield from (state for _, state in lifecycle.initial)
    elif rule.role in ("trigger", "batch") or success.on:
        caused = [each for each in lifecycle.transitions if rule.operation in each.triggers]
        yield from (t.ends for t in caused if t.ends != REMOVED and (not success.on or t.name in success.on))
    else:
        yield from rule.available_in or rule.states or lifecycle.states
    if not lifecycle.states:
        yield _STATELESS


def _unwrapped(subject: Subject) -> Iterator[Fault]:
    for operation, rule, _ in subject.rules("list", "parts"):
        for success in rule.success:
            shape = subject.answer_shape(operation, success)
            if success.body is None and shape.is_object:
                message = f"A list is an array as it stands, and {operation.id} documents an object."
                hint = f"Give 'success' a body, e.g. 'body: {{{shape.first_list or 'items'}: $list#/items}}'."
                yield subject.fault(("operations", operation.id), message, hint)
