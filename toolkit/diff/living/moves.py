"""How the transitions of a resource differ: by what clients, others and time can do in each state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from speckit.faults import Pointer
from speckit.lifecycle import EXTERNAL, REMOVED, Guard, Lifecycle, Transition
from speckit.pointer import render
from toolkit.diff.living.guards import compared
from toolkit.diff.living.pair import Pair
from toolkit.diff.living.timing import compare_timed


@dataclass(frozen=True, slots=True)
class _Move:
    """One way out of a state by a trigger."""

    number: int
    ends: str
    when: Guard

    @property
    def at(self) -> Pointer:
        """Where it stands in the lifecycle."""
        return ("transitions", self.number)


_Moves = dict[tuple[str, str], list[_Move]]
"""By state and trigger."""


def compare_moves(pair: Pair) -> None:
    """Write down what can be done, and what happens by itself, in the states that there were and are."""
    ones, others = _moves(pair.old), _moves(pair.new)
    known = set(pair.operations.values()) | {EXTERNAL}
    for (start, trigger), moves in ones.items():
        now, operation = pair.state(start), pair.operation(trigger)
        if now and operation:
            _compare(pair, now, operation, moves, others.get((now, operation), []))
    kept = {(pair.state(start), pair.operation(trigger)) for start, trigger in ones}
    for (start, trigger), moves in others.items():
        if (start, trigger) not in kept and start in pair.states.values() and trigger in known:
            rule = "external-transition-added" if trigger == EXTERNAL else "transition-added"
            what = f"{_by(trigger)} leads from '{start}' to {_ends(moves)}."
            pair.add(rule, what, ("transitions",), moves[0].at)
    compare_timed(pair)
    _named(pair)


def _moves(lifecycle: Lifecycle) -> _Moves:
    found: _Moves = {}
    for number, each in enumerate(lifecycle.transitions):
        for start in each.starts:
            for trigger in each.triggers:
                found.setdefault((start, trigger), []).append(_Move(number, each.ends, each.when))
    return found


def _by(trigger: str) -> str:
    return "Somebody else" if trigger == EXTERNAL else f"'{trigger}'"


def _ends(moves: Iterable[_Move]) -> str:
    names = dict.fromkeys("its removal" if each.ends == REMOVED else f"'{each.ends}'" for each in moves)
    return " or ".join(names)


def _compare(pair: Pair, start: str, trigger: str, old: list[_Move], new: list[_Move]) -> None:
    if not new:
        rule = "external-transition-withdrawn" if trigger == EXTERNAL else "transition-withdrawn"
        what = f"{_by(trigger)} does not lead from '{start}' to {_ends(old)} any more."
        pair.add(rule, what, old[0].at, pair.namesake(old[0].number))
        return
    was = {pair.state(each.ends): each for each in old}
    now = {each.ends: each for each in new}
    # A state that is gone is told as such.
    lost = [each for ends, each in was.items() if ends and ends not in now]
    more = [each for ends, each in now.items() if ends not in was]
    if lost:
        what = f"{_by(trigger)} leads from '{start}' to {_ends(new)}, not to {_ends(lost)}."
        pair.add("transition-ends-elsewhere", what, lost[0].at, new[0].at)
    elif more:
        what = f"{_by(trigger)} leads from '{start}' to {_ends(more)}, too."
        pair.add("transition-may-end-elsewhere", what, old[0].at, more[0].at)
    else:
        _guards(pair, start, trigger, old, new)


def _guards(pair: Pair, start: str, trigger: str, old: list[_Move], new: list[_Move]) -> None:
    for ends in dict.fromkeys(each.ends for each in new):
        ones = [each for each in old if pair.state(each.ends) == ends]
        others = [each for each in new if each.ends == ends]
        if ones and (word := compared([each.when for each in ones], [each.when for each in others])):
            what = f"{_by(trigger)} leads from '{start}' to {_ends(others)} if {_WORDS[word]}."
            pair.add(f"guard-{word}", what, ones[0].at, others[0].at)


_WORDS: Mapping[str, str] = {
    "narrowed": "more is met",
    "widened": "less is met",
    "changed": "something else is met",
}


def _named(pair: Pair) -> None:
    """Write down what transitions of the same name write and make."""
    others = {each.name: (number, each) for number, each in enumerate(pair.new.transitions)}
    for number, one in enumerate(pair.old.transitions):
        if one.name in others:
            place, other = others[one.name]
            for rule, what in _effects(pair, one, other):
                pair.add(rule, f"'{other.name}' {what}", ("transitions", number), ("transitions", place))


def _effects(pair: Pair, old: Transition, new: Transition) -> Iterator[tuple[str, str]]:
    one, other = dict(old.set), dict(new.set)
    if fields := [path for path in {**one, **other} if one.get(path) != other.get(path)]:
        yield "transition-fields-changed", f"writes {', '.join(map(render, fields))} in another way."
    before = pair.known(old.makes)
    for name in (each for each in before if each not in new.makes):
        yield "offspring-withdrawn", f"makes no '{name}' any more."
    for name in (each for each in new.makes if each not in before):
        yield "offspring-added", f"makes a '{name}'."
