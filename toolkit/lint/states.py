"""Rules about states: how they are reached, how they are left, and how it ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from speckit.checks.states import reachable
from speckit.checks.subject import EXTENSION
from speckit.faults import Fault, an
from speckit.lifecycle import EXTERNAL, REMOVED, Lifecycle, Transition
from toolkit.lint.finding import INFO, WARNING
from toolkit.lint.matter import Life, Matter
from toolkit.lint.rule import life_rule, rule

_BUSY = ("pending", "active", "transient")
"""The categories of states that go on by themselves."""

_KEPT = re.compile(
    r"\b(kept|keeps?|remov\w+|delet\w+|expir\w+|retain\w*|retention|forever|never)\b", re.IGNORECASE
)
"""Words by which a description tells how long something stays."""

_AIP_216 = "AIP-216 (states)"
_AIP_151 = "AIP-151 (long-running operations)"


@life_rule(
    "state-only-external",
    INFO,
    why="No client and no clock leads there, so only a test that uses the control plane sees it.",
    source=_AIP_216,
)
def only_external(life: Life) -> Iterator[Fault]:
    """A state is reached only by $external."""
    inside = _reached(
        life.lifecycle, [t for t in life.lifecycle.transitions if set(t.triggers) != {EXTERNAL}]
    )
    for name in _reached(life.lifecycle, life.lifecycle.transitions) - inside:
        hint = "Give it a trigger or a time, if the API has one that leads there."
        yield _on_state(life, name, f"'{name}' is reached only by {EXTERNAL}.", hint)


@life_rule(
    "state-only-seeded",
    INFO,
    why="Clients have to be ready for a state that nothing they make ever gets into.",
    source=_AIP_216,
)
def only_seeded(life: Life) -> Iterator[Fault]:
    """A state is reached only by resources that were seeded in it, or on the way to it."""
    if any(True for _ in life.rules("create", "replace")):
        for name in life.lifecycle.states.keys() - _reached(life.lifecycle, life.lifecycle.transitions):
            message = f"No {life.name} that is made gets to '{name}'; only seeds are there."
            yield _on_state(life, name, message, "Add a transition to it, or let some begin in it.")


@rule(
    "never-there",
    WARNING,
    why="Its lists are empty for ever, and every id is unknown: what it says of a life is never seen.",
)
def never_there(matter: Matter) -> Iterator[Fault]:
    """No operation and no transition makes a resource, and no seed is there."""
    made = {name for life in matter.lives for name in _made(life)}
    raw = matter.data.get(EXTENSION)
    # One with faults is not read, and may make any.
    is_whole = isinstance(raw, dict) and len(matter.lives) == len(raw)
    for life in matter.lives if is_whole else ():
        if not life.lifecycle.seeds and life.name not in made:
            message = f"Nothing makes any {life.name}, and none is there from the start."
            hint = "Add a 'seed', an operation with the role create, or 'makes' where one comes about."
            yield life.fault((), message, hint)


def _made(life: Life) -> Iterator[str]:
    """Yield the resources that operations and transitions of a lifecycle make."""
    yield from (life.name for _ in life.rules("create"))
    yield from (name for _, found, _ in life.rules() for name in found.makes)
    yield from (name for each in life.lifecycle.transitions for name in each.makes)


@life_rule(
    "dead-end-state",
    WARNING,
    why="Who waits for the end waits for ever: the category says that it goes on, and nothing leads out.",
    source=_AIP_216,
)
def dead_end(life: Life) -> Iterator[Fault]:
    """A state that is neither final nor resting has no way out."""
    for name in _busy(life.lifecycle):
        if not _leaving(life.lifecycle, name):
            message = f"'{name}' is {life.lifecycle.states[name].category}, and nothing leads out of it."
            hint = "Add a transition from it, or make it final, or resting where it waits for somebody."
            yield _on_state(life, name, message, hint)


@life_rule(
    "waits-for-nothing",
    WARNING,
    why="A client that polls such a state never sees it change; its category promises that it does.",
)
def waits_for_nothing(life: Life) -> Iterator[Fault]:
    """A state that goes on by itself is left, in the usual life, only by calls."""
    for name in _busy(life.lifecycle):
        leaving = _leaving(life.lifecycle, name)
        if leaving and not any(_by_itself(each) for each in leaving):
            category = life.lifecycle.states[name].category
            message = f"'{name}' is {category}, so it should go on by itself, and nothing makes it."
            hint = (
                "Add a transition with 'after' that belongs to no scenario, or give it the category resting."
            )
            yield _on_state(life, name, message, hint)


@life_rule(
    "resting-moves-by-itself",
    WARNING,
    why="Resting says that it stays until somebody does something: who relies on it is surprised.",
)
def resting_moves(life: Life) -> Iterator[Fault]:
    """A resting state is left by time."""
    for index, each in enumerate(life.lifecycle.transitions):
        if each.after is None or each.every is not None or each.ends == REMOVED:
            continue
        for name in each.starts:
            if life.lifecycle.states[name].category == "resting" and each.ends != name:
                message = f"'{each.name}' leaves '{name}' by time, and '{name}' is resting."
                hint = "Give the state the category pending, or the transition a trigger."
                yield life.fault(("transitions", index, "after"), message, hint)


@life_rule(
    "final-without-outcome",
    WARNING,
    why="Nobody can tell from the document whether it went well: not a judge, not a page, not a test.",
    source=_AIP_151,
)
def no_outcome(life: Life) -> Iterator[Fault]:
    """A final state does not say how it ended."""
    for name, state in life.lifecycle.states.items():
        if state.is_final and not state.outcome:
            hint = "Add 'outcome': success, failure, cancelled or expired."
            yield _on_state(life, name, f"'{name}' is final, and has no outcome.", hint)


@life_rule(
    "outcome-before-end",
    WARNING,
    why="An outcome says how it ended; a state that goes on has not ended.",
)
def early_outcome(life: Life) -> Iterator[Fault]:
    """A state that goes on by itself has an outcome."""
    for name in _busy(life.lifecycle):
        state = life.lifecycle.states[name]
        if state.outcome:
            message = f"'{name}' has the outcome {state.outcome}, and is {state.category}."
            yield _on_state(life, name, message, "Remove the outcome, or make the state final.")


@life_rule(
    "no-way-to-an-end",
    WARNING,
    why="It goes round for ever, and a client never learns that it is done.",
    source=_AIP_151,
)
def no_end(life: Life) -> Iterator[Fault]:
    """From a state no way leads to one that is final, resting or gone."""
    ways = _ways(life.lifecycle.transitions)
    ends = {name for name, each in life.lifecycle.states.items() if each.category not in _BUSY} | {REMOVED}
    for name in _busy(life.lifecycle):
        if _leaving(life.lifecycle, name) and not reachable([name], ways) & ends:
            message = f"From '{name}' no way leads to a state that is final or resting, and none out."
            yield _on_state(life, name, message, f"Add a transition that ends it, or one to {REMOVED}.")


@life_rule(
    "retention-untold",
    INFO,
    why="Results are gone one day, or kept for ever: a client has to know which, and when.",
    source=_AIP_151,
)
def untold_retention(life: Life) -> Iterator[Fault]:
    """Nothing says how long a resource is kept after its end."""
    final = {name for name, each in life.lifecycle.states.items() if each.is_final}
    goes = any(each.ends == REMOVED and final & set(each.starts) for each in life.lifecycle.transitions)
    if final and not goes and not any(_KEPT.search(text) for text in _descriptions(life)):
        message = f"Nothing says how long {life.name} is kept after its end."
        hint = (
            f"Add a transition to {REMOVED} by time or trigger, or say in a description how long it is kept."
        )
        yield life.fault(("state",), message, hint)


@life_rule(
    "state-never-shown",
    WARNING,
    why="A client cannot tell the states apart, so it cannot know when it is done.",
    source=_AIP_216,
)
def never_shown(life: Life) -> Iterator[Fault]:
    """No answer shows the state, and nothing else tells the states apart."""
    lifecycle = life.lifecycle
    field = lifecycle.state_field
    is_shown = field is not None and not any(field[: len(path)] == path for path in lifecycle.hidden)
    told = "$state" in str(life.subject.raw.get("operations")) + str(life.subject.raw.get("views"))
    looks = [frozenset(path for path, _ in each.set) for each in lifecycle.states.values()]
    if looks.count(frozenset()) > 1 and not is_shown and not told and not _shown_by_view(lifecycle):
        message = f"No answer shows in which state {an(life.name)} is."
        yield life.fault(
            ("state",), message, "Name the 'field' that shows it, or 'set' fields in each state."
        )


def _shown_by_view(lifecycle: Lifecycle) -> bool:
    return any(lifecycle.state_field in view.show for view in lifecycle.views.values())


def _on_state(life: Life, name: str, message: str, hint: str) -> Fault:
    return life.fault(("state", "states", name), message, hint)


def _busy(lifecycle: Lifecycle) -> list[str]:
    return [name for name, each in lifecycle.states.items() if each.category in _BUSY]


def _leaving(lifecycle: Lifecycle, state: str) -> list[Transition]:
    return [each for each in lifecycle.transitions if state in each.starts and each.ends != state]


def _by_itself(transition: Transition) -> bool:
    return (transition.after is not None and not transition.scenario) or EXTERNAL in transition.triggers


def _ways(transitions: Iterable[Transition]) -> dict[str, set[str]]:
    ways: dict[str, set[str]] = {}
    for each in transitions:
        for start in each.starts:
            ways.setdefault(start, set()).add(each.ends)
    return ways


def _reached(lifecycle: Lifecycle, transitions: Iterable[Transition]) -> set[str]:
    """Return the states that a new resource may get to."""
    found = reachable((state for _, state in lifecycle.initial), _ways(transitions))
    return found & lifecycle.states.keys()


def _descriptions(life: Life) -> Iterator[str]:
    raw = life.subject.raw
    yield str(raw.get("description", ""))
    yield from (each.description for each in life.lifecycle.states.values())
    yield from (str(each.get("description", "")) for each in raw.get("transitions", ()))
