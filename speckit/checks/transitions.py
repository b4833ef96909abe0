"""Transitions: told apart by their names, their triggers, their times and their guards."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from speckit.checks.states import reachable
from speckit.checks.subject import Subject, items, members, named
from speckit.faults import Fault
from speckit.lifecycle import CREATED, EXTERNAL, Transition, disjoint

_UNCAUSED = f"Where no operation is the cause, write '{EXTERNAL}'."


def transition_faults(subject: Subject) -> Iterator[Fault]:
    """Yield what is wrong with the transitions and scenarios of a lifecycle."""
    yield from _names(subject)
    yield from _overlaps(subject)
    yield from _circles(subject)
    yield from _repeats(subject)
    yield from _scenarios(subject)
    yield from _triggers(subject)
    yield from _idle(subject)
    yield from _answered(subject)


def _names(subject: Subject) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for index, transition in enumerate(subject.lifecycle.transitions):
        if first.setdefault(transition.name, index) != index:
            message = f"'{transition.name}' is already the name of transitions/{first[transition.name]}."
            yield subject.fault(("transitions", index, "name"), message, "Give each transition its own name.")


def _overlaps(subject: Subject) -> Iterator[Fault]:
    for (_, one), (index, other) in combinations(enumerate(subject.lifecycle.transitions), 2):
        shared = [state for state in one.starts if state in other.starts]
        cause = _shared_cause(one, other)
        if shared and cause and not disjoint(one.when, other.when):
            message = f"'{one.name}' and '{other.name}' overlap: both leave '{shared[0]}' {cause}."
            hint = "Give them guards ('when') that never hold together."
            yield subject.fault(("transitions", index), message, hint)


def _shared_cause(one: Transition, other: Transition) -> str:
    """Return what makes both happen; empty where nothing does. External ones are caused by name."""
    triggers = [each for each in one.triggers if each in other.triggers and each != EXTERNAL]
    if triggers:
        return f"when {triggers[0]} is called"
    is_same = one.after is not None and one.after == other.after and one.scenario == other.scenario
    return "at the same time" if is_same else ""


def _circles(subject: Subject) -> Iterator[Fault]:
    """Yield each circle of transitions by time: a clock set forward would go round it for ever."""
    timed = [(i, t) for i, t in enumerate(subject.lifecycle.transitions) if _is_timed(t)]
    ways: dict[str, set[str]] = {}
    for _, transition in timed:
        for start in transition.starts:
            ways.setdefault(start, set()).add(transition.ends)
    told: set[str] = set()
    for index, transition in timed:
        round_trip = reachable([transition.ends], ways)
        closing = [state for state in transition.starts if state in round_trip]
        if closing and closing[0] not in told:
            told |= {state for state in round_trip if closing[0] in reachable([state], ways)}
            message = (
                f"'{transition.name}' is part of a circle by time alone: from '{closing[0]}' back to it."
            )
            hint = "Use 'polls' or a trigger on the way, or one transition to the same state with 'every'."
            yield subject.fault(("transitions", index, "after"), message, hint)


def _is_timed(transition: Transition) -> bool:
    return transition.after is not None and not transition.after.polls and transition.every is None


def _repeats(subject: Subject) -> Iterator[Fault]:
    for index, transition in enumerate(subject.lifecycle.transitions):
        until = transition.after.until if transition.after else None
        is_field = until is not None and until.kind == "resource" and bool(until.pointer)
        if transition.every is not None and not (is_field and transition.starts == (transition.ends,)):
            message = f"'{transition.name}' cannot recur as it stands."
            hint = "'every' needs one state as 'from' and 'to', and 'after: {until: $resource#/field}'."
            yield subject.fault(("transitions", index, "every"), message, hint)


def _scenarios(subject: Subject) -> Iterator[Fault]:
    known = subject.lifecycle.scenarios
    uses = [
        (path, raw["scenario"])
        for key in ("transitions", "seed")
        for path, raw in _with_scenario(subject, key)
    ]
    for path, name in uses:
        if name not in known:
            yield subject.unknown(
                (*path, "scenario"), "a scenario", name, known, "Declare it under 'scenarios'."
            )
    used = {transition.scenario for transition in subject.lifecycle.transitions}
    for path, name, _ in members(subject.raw, "scenarios"):
        if name not in used:
            hint = f"Give one 'scenario: {name}', or remove it."
            yield subject.fault(path, f"No transition belongs to the scenario '{name}'.", hint)


def _with_scenario(subject: Subject, key: str) -> Iterator[tuple[Any, Any]]:
    yield from ((path, raw) for path, raw in items(subject.raw, key) if "scenario" in raw)


def _triggers(subject: Subject) -> Iterator[Fault]:
    for path, raw in items(subject.raw, "transitions"):
        for where, trigger in named(raw.get("trigger", []), (*path, "trigger")):
            if trigger != EXTERNAL:
                yield from _trigger(subject, where, trigger)


def _trigger(subject: Subject, path: Any, trigger: str) -> Iterator[Fault]:
    rule = subject.lifecycle.rules.get(trigger)
    if trigger not in subject.operations:
        yield subject.unknown(path, "an operation", trigger, (*subject.operations, EXTERNAL), _UNCAUSED)
    elif rule is None:
        message = f"'{trigger}' is not listed under 'operations' of {subject.lifecycle.name}."
        yield subject.fault(path, message, f"List it there: '{trigger}: {{role: trigger}}'.")
    elif rule.role in ("get", "list", "parts"):
        message = f"'{trigger}' has the role {rule.role}, and reading moves nothing."
        yield subject.fault(
            path, message, "Let it wait for looks with 'after: {polls: 1}', or use another role."
        )
    elif rule.role == "create" and not rule.change:
        message = f"'{trigger}' has the role create, and a new resource begins in its first state."
        hint = "Use the role replace for what is there already, or give it a 'change'."
        yield subject.fault(path, message, hint)


def _idle(subject: Subject) -> Iterator[Fault]:
    named_triggers = {trigger for t in subject.lifecycle.transitions for trigger in t.triggers}
    for operation, rule, _ in subject.rules("trigger", "batch", "replace"):
        if operation.id not in named_triggers:
            message = f"'{operation.id}' has the role {rule.role}, and no transition names it."
            hint = f"Write 'trigger: {operation.id}' in the transition it causes."
            yield subject.fault(("operations", operation.id, "role"), message, hint)


def _answered(subject: Subject) -> Iterator[Fault]:
    """Yield each transition that a success waits for, and that its operation never causes."""
    for operation, rule, raw in subject.rules():
        caused = [t.name for t in subject.lifecycle.transitions if operation.id in t.triggers]
        caused += [CREATED] if rule.role in ("create", "replace") else []
        path = ("operations", operation.id, "success")
        success = raw.get("success", {})
        each = enumerate(success) if isinstance(success, list) else [(None, success)]
        for index, one in each:
            here = path if index is None else (*path, index)
            for where, name in named(one.get("on", []), (*here, "on")):
                if name not in caused:
                    what = f"a transition that {operation.id} causes"
                    yield subject.unknown(where, what, name, caused, "It causes none.")
