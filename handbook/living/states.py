"""The states of a resource: the picture, and a section for each."""

from __future__ import annotations

from collections.abc import Iterator

from handbook import diagram, prose, words
from handbook.living.moves import how, movement
from handbook.living.notices import sends
from handbook.living.subject import Subject
from handbook.page import SITE
from speckit.expression import GONE
from speckit.lifecycle import State

_CATEGORIES = {
    "pending": "It waits, and will go on by itself.",
    "active": "It is being worked on.",
    "resting": "It stays until somebody does something.",
    "transient": "It is on its way out, and may still end elsewhere.",
    "final": "It has ended.",
}
_OUTCOMES = {
    "success": "This is success.",
    "failure": "This is failure.",
    "cancelled": "It was cancelled.",
    "expired": "Its time ran out.",
}
LEGEND = (
    "A solid line is an operation, a dashed one happens by itself, a dotted one is caused outside this API. "
    "A state with a double border is final."
)


def picture(subject: Subject) -> str:
    """Return the diagram: drawn for the site, as Mermaid elsewhere."""
    if subject.form != SITE:
        return f"```mermaid\n{diagram.mermaid(subject.lifecycle)}```"
    # Links inside a drawing are as they stand for whatever builds the site: they stay on the page.
    drawn = diagram.svg(subject.lifecycle, link_operation=lambda name: f"#{subject.sections[name]}")
    return f'<div class="lifecycle">{drawn}</div>\n\n{LEGEND}'


def sections(subject: Subject) -> Iterator[str]:
    """Yield a section for each state."""
    for state in subject.lifecycle.states.values():
        yield prose.heading(3, words.code(state.name) + subject.anchor(subject.places[state.name]))
        if state.description:
            yield prose.block(state.description, subject.form, below=3)
        yield "\n".join(f"- {each}" for each in _facts(subject, state))


def _facts(subject: Subject, state: State) -> Iterator[str]:
    lifecycle = subject.lifecycle
    yield " ".join(
        filter(None, [_kind(state), _CATEGORIES[state.category], _OUTCOMES.get(state.outcome, "")])
    )
    if lifecycle.state_field is None:
        yield "No field shows it as such."
    elif state.value != state.name:
        yield f"{words.path(lifecycle.state_field)} shows {words.value(state.value)}."
    yield from _ways_in(subject, state)
    yield from _ways_out(subject, state)
    if state.set:
        yield f"On entering it: {_assigned(state)}."
    if told := sends(subject, state.sends, "state", "states", state.name):
        yield f"Once it is there, the API {told}."
    if state.name in lifecycle.timestamps.entered:
        yield f"{words.path(lifecycle.timestamps.entered[state.name])} is the time it entered this state."


def _kind(state: State) -> str:
    return "Final." if state.is_final else f"{state.category.capitalize()}."


def _assigned(state: State) -> str:
    return words.listed(
        f"{words.path(field)} is taken away"
        if made == GONE
        else f"{words.path(field)} becomes {words.template(made)}"
        for field, made in state.set
    )


def _ways_in(subject: Subject, state: State) -> Iterator[str]:
    lifecycle = subject.lifecycle
    makers = [rule.operation for rule in lifecycle.rules.values() if rule.role == "create"]
    for index, (guard, name) in enumerate(lifecycle.initial):
        if name == state.name:
            only = f", if {words.guard(guard)}" if guard else ", otherwise" if index else ""
            yield f"In: new ones begin here{only}{f' ({subject.operations(makers)})' if makers else ''}."
    for each in lifecycle.transitions:
        if each.ends == state.name and each.starts != (state.name,):
            starts = [start for start in each.starts if start != state.name]
            yield f"In: from {subject.states(starts)}, {how(subject, each)} (*{words.text(each.name)}*)."


def _ways_out(subject: Subject, state: State) -> Iterator[str]:
    moves = [each for each in subject.lifecycle.transitions if state.name in each.starts]
    for each in moves:
        where = movement(subject, each.ends, state.name)
        yield f"Out: {where}, {how(subject, each)} (*{words.text(each.name)}*)."
    if not moves:
        yield "Out: no way."
