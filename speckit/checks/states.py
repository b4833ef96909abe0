"""States: every name is declared, every state is reached, and what is final stays so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from speckit.checks.subject import Subject, items, members, named
from speckit.faults import Fault, Pointer
from speckit.lifecycle import REMOVED, Lifecycle


def state_faults(subject: Subject) -> Iterator[Fault]:
    """Yield what is wrong with the states of a lifecycle, and with the names given to them."""
    unknown = list(_unknown(subject))
    yield from unknown
    if not unknown:  # a wrong name would leave the state it means unreached
        yield from _unreached(subject)
    yield from _left(subject)
    yield from _seeds(subject)


def reachable(starts: Iterable[str], ways: Mapping[str, Iterable[str]]) -> set[str]:
    """Return everything that `ways` lead to from `starts`, those included."""
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        state = waiting.pop()
        if state not in found:
            found.add(state)
            waiting += ways.get(state, ())
    return found


def _unknown(subject: Subject) -> Iterator[Fault]:
    known = list(subject.lifecycle.states)
    what = f"a state of {subject.lifecycle.name}"
    for path, state in (*_moves(subject), *_mentions(subject)):
        ends = [REMOVED] if path[-1] == "to" else []
        if state not in (*known, *ends):
            yield subject.unknown(path, what, state, (*known, *ends), "Declare it under state/states.")


def _moves(subject: Subject) -> Iterator[tuple[Pointer, str]]:
    """Yield every state that initial states and transitions name."""
    initial = subject.raw.get("state", {}).get("initial", [])
    if isinstance(initial, str):
        yield ("state", "initial"), initial
    else:
        yield from ((("state", "initial", i, "then"), choice["then"]) for i, choice in enumerate(initial))
    for path, raw in items(subject.raw, "transitions"):
        if raw["from"] != "*" or not subject.lifecycle.states:
            yield from named(raw["from"], (*path, "from"))
        yield (*path, "to"), raw["to"]


def _mentions(subject: Subject) -> Iterator[tuple[Pointer, str]]:
    """Yield every state that other parts of the lifecycle name."""
    for path, raw in items(subject.raw, "unique"):
        yield from named(raw.get("while", []), (*path, "while"))
    for path, state, _ in members(subject.raw, "timestamps", "entered"):
        yield path, state
    for path, raw in items(subject.raw, "seed"):
        if "state" in raw:
            yield (*path, "state"), raw["state"]
    for path, _, raw in members(subject.raw, "operations"):
        yield from named(raw.get("available", {}).get("in", []), (*path, "available", "in"))
        yield from named(raw.get("in", []), (*path, "in"))
        for (key, index), other in items(raw, "otherwise"):
            yield from named(other.get("in", []), (*path, key, index, "in"))
        yield from _elsewhere(raw.get("available", {}), (*path, "available"))


def _elsewhere(available: Mapping[str, Any], path: Pointer) -> Iterator[tuple[Pointer, str]]:
    """Yield the states that answers are for where something is not there."""
    others = available.get("otherwise", [])
    each = enumerate(others) if isinstance(others, list) else ()
    for index, other in each:
        yield from named(other.get("in", []), (*path, "otherwise", index, "in"))


def _unreached(subject: Subject) -> Iterator[Fault]:
    lifecycle = subject.lifecycle
    seeded = [seed.state for seed in lifecycle.seeds]
    reached = reachable((*(state for _, state in lifecycle.initial), *seeded), _ways(lifecycle))
    for state in lifecycle.states:
        if state not in reached:
            message = (
                f"No way leads to '{state}': neither a first state, nor a seed, nor a transition from one."
            )
            hint = (
                "Add a transition to it ('trigger: $external' where no operation is the cause), or remove it."
            )
            yield subject.fault(("state", "states", state), message, hint)


def _ways(lifecycle: Lifecycle) -> dict[str, set[str]]:
    ways: dict[str, set[str]] = {}
    for transition in lifecycle.transitions:
        for start in transition.starts:
            ways.setdefault(start, set()).add(transition.ends)
    return ways


def _left(subject: Subject) -> Iterator[Fault]:
    final = {name for name, state in subject.lifecycle.states.items() if state.is_final}
    for index, transition in enumerate(subject.lifecycle.transitions):
        left = [state for state in transition.starts if state in final]
        if left and transition.ends != REMOVED:
            message = f"'{transition.name}' leads out of {_listed(left)}, and final is final."
            hint = f"Leave it out of 'from', give it another category, or end in {REMOVED}."
            yield subject.fault(("transitions", index, "from"), message, hint)


def _seeds(subject: Subject) -> Iterator[Fault]:
    if not subject.lifecycle.states:
        return
    for path, raw in items(subject.raw, "seed"):
        if "state" not in raw:
            known = ", ".join(subject.lifecycle.states)
            yield subject.fault(path, "The seed has no state.", f"Give it one of {known}.")


def _listed(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
