"""The same as Mermaid text, for a README or wherever Mermaid is rendered."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handbook import words
from handbook.drawing.graph import due
from speckit.lifecycle import EXTERNAL, REMOVED, Lifecycle, Transition

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TAKEN = frozenset(
    {
        *("state", "end", "note", "direction", "class", "classdef", "style", "linkstyle", "default"),
        *("as", "left", "right", "of", "click", "href", "hide", "scale", "accdescr", "acctitle"),
        *("fork", "join", "choice", "root", "start", "graph", "subgraph", "statediagram"),
    }
)
"""Words that Mermaid keeps for itself, or that its renderers stumble over."""


def mermaid(lifecycle: Lifecycle) -> str:
    """Return the states of `lifecycle` as a Mermaid state diagram, ending in a newline.

    Names that Mermaid could not read have an alias; final states have a thick border.

    Raises:
        ValueError: it has no states.
    """
    if not lifecycle.states:
        raise ValueError(f"{lifecycle.name} has no states.")
    return "".join(f"{line}\n" for line in _lines(lifecycle))


def _lines(lifecycle: Lifecycle) -> Iterator[str]:
    names = _names(lifecycle)
    yield "stateDiagram-v2"
    for state, name in names.items():
        yield f"    {name}" if name == state else f'    state "{_escaped(state)}" as {name}'
    is_choice = len(lifecycle.initial) > 1
    for guard, state in lifecycle.initial:
        said = f"if {words.brief_guard(guard)}" if guard else "else"
        yield f"    [*] --> {names[state]}" + (f": {_escaped(said)}" if is_choice else "")
    for each in lifecycle.transitions:
        target = "[*]" if each.ends == REMOVED else names[each.ends]
        for start in each.starts:
            yield f"    {names[start]} --> {target}: {_escaped(_label(lifecycle, each))}"
    final = [names[state.name] for state in lifecycle.states.values() if state.is_final]
    if final:
        yield "    classDef ended stroke-width:4px"
        yield f"    class {','.join(final)} ended"


def _names(lifecycle: Lifecycle) -> dict[str, str]:
    """Return, by state, the name it has in the text."""
    plain = {name for name in lifecycle.states if _NAME.fullmatch(name) and name.lower() not in _TAKEN}
    found: dict[str, str] = {}
    for number, state in enumerate(lifecycle.states, 1):
        alias = f"s{number}"
        while alias in plain:
            alias += "_"
        found[state] = state if state in plain else alias
    return found


def _label(lifecycle: Lifecycle, each: Transition) -> str:
    said = [each.name]
    if each.after is not None:
        said.append(words.brief_when(each.after, due(lifecycle, each)))
    elif each.triggers == (EXTERNAL,):
        said.append("outside the API")
    said += [f"scenario {each.scenario}"] if each.scenario else []
    said += [f"if {words.brief_guard(each.when)}"] if each.when else []
    return ", ".join(said)


def _escaped(text: str) -> str:
    """Return `text` with what has a meaning in Mermaid written as its numbers."""
    line = " ".join(text.split())
    return re.sub(r'["#;:<>`\\{}\[\]|%&]', lambda found: f"#{ord(found[0])};", line)
