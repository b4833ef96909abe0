"""What an operation does to its resource, state by state, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from handbook import prose, traits
from handbook.errors import Errors, body_text
from handbook.prose import code, listed
from speckit.expression import Members, Source, sources
from speckit.lifecycle import REMOVED, Answer, Lifecycle, Otherwise, Parent, Rule, Transition, Unique
from speckit.operation import Operation

_MAKES = ("create", "replace")
_WRITES = (*_MAKES, "update")
_PARAMETERS = {"request.path": "path", "request.query": "query", "request.header": "header"}


def markdown(operation: Operation, errors: Errors, form: str) -> str:
    """Return the table of states for an operation that moves its resource, or sentences for another."""
    lifecycle, rule = errors.lifecycle, errors.rule
    if lifecycle is None or rule is None:
        return ""
    return "\n\n".join(
        filter(
            None,
            [
                _table(operation, lifecycle, rule, errors, form),
                *_said(operation, lifecycle, rule, errors, form),
            ],
        )
    )


def _said(operation: Operation, lifecycle: Lifecycle, rule: Rule, errors: Errors, form: str) -> Iterator[str]:
    """Yield what else there is to know: first states, missing parents, what may not be there twice."""
    if rule.role in _MAKES:
        yield _beginning(lifecycle, form)
        if rule.idempotency_header:
            header = code(rule.idempotency_header.title(), form)
            yield f"Sent again with the same {header}, a request gets the same answer and makes nothing new."
    if rule.available_in:
        yield _available(rule, errors, form)
    if rule.role in _WRITES:
        yield from (_twice(each, errors, form) for each in lifecycle.unique)
    if rule.role in _MAKES:
        named = (each for each in lifecycle.parents.values() if _is_named(each, lifecycle, rule, operation))
        yield from (_missing(each, errors, form) for each in named)


def _available(rule: Rule, errors: Errors, form: str) -> str:
    """Return in which states a read has something to show, and what it answers in others."""
    states = listed([code(each, form) for each in rule.available_in], "or")
    told = [_unavailable(each, errors, form) for each in rule.unavailable]
    if not any(not each.states and not each.when for each in rule.unavailable):
        told.append(_refusal(errors, "refused", None, form))
    return f"There is something to read in {states} only; else: {'; '.join(told)}."


def _unavailable(other: Otherwise, errors: Errors, form: str) -> str:
    where = f" in {listed([code(each, form) for each in other.states], 'or')}" if other.states else ""
    only = f" where {listed([_condition(*each, form) for each in other.when])}" if other.when else ""
    return f"{_answered(other, errors, form)}{where}{only}"


def _answered(other: Otherwise, errors: Errors, form: str) -> str:
    if other.effect == "refused":
        own = None if other.answer == Answer() else other.answer
        return _refusal(errors, "refused", own, form)
    body = _other_body(other.answer)
    return f"`{other.answer.status or 200}` {code(body, form) if body else ''}".rstrip()


def _beginning(lifecycle: Lifecycle, form: str) -> str:
    states = list(dict.fromkeys(code(name, form) for _, name in lifecycle.initial))
    return f"The new {code(lifecycle.name, form)} begins in {listed(states, 'or')}." if states else ""


def _twice(unique: Unique, errors: Errors, form: str) -> str:
    fields = listed([code(_dotted(each), form) for each in unique.fields])
    states = [code(each, form) for each in unique.states]
    when = f" in {listed(states, 'or')}" if states else ""
    refusal = _refusal(errors, "conflict", unique.conflict, form)
    return f"Refused where another one{when} has the same {fields}: {refusal}."


def _is_named(parent: Parent, lifecycle: Lifecycle, rule: Rule, operation: Operation) -> bool:
    """Return whether a create can name this parent other than in its path."""
    own = dict(rule.set.items) if isinstance(rule.set, Members) else {}
    template = own.get(parent.field[0], dict(lifecycle.initially).get(parent.field[0]))
    asked = [] if template is None else [each for each in sources(template) if each.kind in _PARAMETERS]
    declared = [operation.parameter(_PARAMETERS[each.kind], each.name) for each in asked]
    return not parent.param and all(declared)


def _missing(parent: Parent, errors: Errors, form: str) -> str:
    names = listed([code(each, form) for each in parent.resources], "or")
    return f"Refused where there is no such {names}: {_refusal(errors, 'notFound', parent.missing, form)}."


def _refusal(errors: Errors, kind: str, own: Answer | None, form: str) -> str:
    status, answer = errors.answer(kind, own)
    body = body_text(answer)
    return f"`{status}` {code(body, form)}" if body else f"`{status}`"


def _table(operation: Operation, lifecycle: Lifecycle, rule: Rule, errors: Errors, form: str) -> str:
    """Return what happens in each state; empty for an operation that moves nothing."""
    moves = [each for each in lifecycle.transitions if operation.id in each.triggers]
    if not moves:
        return ""
    rows = [_move(operation, rule, each, form) for each in moves]
    told = {state for each in moves for state in each.starts}
    for other in rule.otherwise:
        states = other.states or tuple(state for state in lifecycle.states if state not in told)
        told.update(() if other.when else states)
        rows.append(_other(other, states, errors, form))
    left = tuple(state for state in lifecycle.states if state not in told)
    rows += [_rest(rule, left, errors, form)] if left else []
    return prose.table(("In state", "What happens", "Answer"), rows)


def _move(operation: Operation, rule: Rule, move: Transition, form: str) -> tuple[str, str, str]:
    what = "It is removed." if move.ends == REMOVED else f"It becomes {code(move.ends, form)}."
    if move.starts == (move.ends,):
        what = f"It stays {code(move.ends, form)}, and the change is made."
    if move.when:
        what = f"{what} Only where {listed([_condition(*each, form) for each in move.when])}."
    fitting = [each for each in rule.success if not each.on or move.name in each.on]
    success = next((each for each in fitting if not each.when), None)
    status = (success.status if success else None) or operation.success
    body = _other_body(success)
    return _states(move.starts, form), what, f"`{status}` {code(body, form) if body else ''}".rstrip()


def _condition(source: object, condition: object, form: str) -> str:
    kind, value = getattr(condition, "kind", ""), getattr(condition, "value", None)
    name = code(source, form)
    if kind == "present":
        return f"{name} is {'there' if value else 'not there'}"
    if kind in ("contains", "lacks"):
        verb = "contains" if kind == "contains" else "does not contain"
        return f"{name} {verb} {traits.written(value, form)}"
    if kind == "in" and isinstance(value, tuple | list):
        return f"{name} is {listed([traits.written(each, form) for each in value], 'or')}"
    return f"{name} is {'not ' if kind == 'not' else ''}{traits.written(value, form)}"


def _other(other: Otherwise, states: tuple[str, ...], errors: Errors, form: str) -> tuple[str, str, str]:
    is_refused = other.effect == "refused"
    what = "Refused; nothing changes." if is_refused else "No error; nothing changes."
    what += f" Only where {listed([_condition(*each, form) for each in other.when])}." if other.when else ""
    what += "" if other.documented else " (The API's own documentation is silent here.)"
    return _states(states, form), what, _answered(other, errors, form)


def _other_body(answer: Answer | None) -> str:
    """Return the body of an answer; empty where it is the resource alone, which the schema shows."""
    return "" if answer is None or answer.body == Source("resource") else body_text(answer)


def _rest(rule: Rule, left: tuple[str, ...], errors: Errors, form: str) -> tuple[str, str, str]:
    """Return the row of the states that nothing is said of."""
    if rule.role == "update":
        return _states(left, form), "The change is made; the state stays.", ""
    if rule.role == "batch":
        return _states(left, form), "It is passed over; nothing changes.", ""
    return _states(left, form), "Refused; nothing changes.", _refusal(errors, "refused", None, form)


def _states(names: Iterable[str], form: str) -> str:
    return ", ".join(code(each, form) for each in dict.fromkeys(names))


def _dotted(path: tuple[str, ...]) -> str:
    return ".".join(path)
