"""How the states of a resource differ."""

from __future__ import annotations

from collections.abc import Iterator

from speckit.lifecycle import Lifecycle, State
from speckit.pointer import render
from speckit.specification import Specification
from toolkit.diff.living.pair import Pair
from toolkit.diff.living.vocabulary import is_closed


def same_states(old: Lifecycle, new: Lifecycle) -> dict[str, str]:
    """Return, by its old name, the new name of each state: the same, or that which looks the same."""
    found = {name: name for name in old.states if name in new.states}
    for name, state in old.states.items():
        if name not in found and old.state_field is not None:
            taken = set(found.values())
            alike = (each.name for each in new.states.values() if each.value == state.value)
            other = next((each for each in alike if each not in taken), None)
            found.update({name: other} if other else {})
    return found


def compare_states(pair: Pair, old: Specification) -> None:
    """Write down which states have come, gone and changed.

    Args:
        pair: The resource.
        old: The old document, whose schemas tell whether clients know all states.
    """
    for name, state in pair.old.states.items():
        if name in pair.states:
            _compare(pair, state, pair.new.states[pair.states[name]])
        else:
            rule = "final-state-removed" if state.is_final else "state-removed"
            pair.add(rule, f"The state '{name}' is gone.", ("state", "states", name), ("state", "states"))
    fresh = [name for name in pair.new.states if name not in pair.states.values()]
    rule = "state-added-to-closed-list" if fresh and is_closed(pair.old, old) else "state-added"
    for name in fresh:
        pair.add(rule, f"The state '{name}' is new.", ("state", "states"), ("state", "states", name))
    _beginning(pair)


def _compare(pair: Pair, old: State, new: State) -> None:
    at = ("state", "states", old.name), ("state", "states", new.name)
    for rule, what in _changes(pair, old, new):
        pair.add(rule, f"The state '{new.name}' {what}", *at)


def _changes(pair: Pair, old: State, new: State) -> Iterator[tuple[str, str]]:
    if old.value != new.value and pair.old.state_field is not None:
        yield "state-renamed", f"is shown as {new.value!r}, not {old.value!r}."
    if old.is_final != new.is_final:
        rule, word = (
            ("state-final-no-more", "no end any more") if old.is_final else ("state-became-final", "an end")
        )
        yield rule, f"is {word}: it was {old.category}, and is {new.category}."
    elif old.category != new.category:
        yield "state-category-changed", f"was {old.category}, and is {new.category}."
    if old.outcome != new.outcome:
        yield (
            "state-outcome-changed",
            f"ended in {old.outcome or 'nothing'}, and ends in {new.outcome or 'nothing'}.",
        )
    if dict(old.set) != dict(new.set):
        fields = [
            path
            for path in {**dict(old.set), **dict(new.set)}
            if dict(old.set).get(path) != dict(new.set).get(path)
        ]
        yield "state-fields-changed", f"writes {', '.join(map(render, fields))} in another way."


def _beginning(pair: Pair) -> None:
    one, other = pair.old.state_field, pair.new.state_field
    if one != other and pair.old.states and pair.new.states:
        what = f"The state is shown at {_shown(other)}, not {_shown(one)}."
        pair.add("state-field-changed", what, ("state", "field"))
    was = [(guard, pair.state(name)) for guard, name in pair.old.initial]
    if was != list(pair.new.initial) and pair.new.initial and pair.old.initial:
        names = " or ".join(name for _, name in pair.new.initial)
        before = " or ".join(name for _, name in pair.old.initial)
        pair.add(
            "initial-state-changed", f"It begins as {names}; it began as {before}.", ("state", "initial")
        )


def _shown(path: tuple[str, ...] | None) -> str:
    return "nowhere" if path is None else render(path)
