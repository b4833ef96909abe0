"""What is drawn: states, the moves between them, the start and the end, and what joins them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from handbook import words
from handbook.drawing import lettering
from handbook.drawing.lettering import LABEL_SIZE, STATE_SIZE
from speckit.expression import Template
from speckit.lifecycle import EXTERNAL, REMOVED, Lifecycle, Transition

Kind = Literal["state", "move", "crowd", "start", "gone"]
Style = Literal["auto", "trigger", "external", "start"]

START, GONE = "start", "gone"
CROWD_FROM = 5
"""From so many states on, the ones a move leaves are named and not joined to it, if they are most of all."""

_WIDEST_STATE, _WIDEST_LABEL = 190.0, 118.0
_LINE = 14.5


@dataclass(frozen=True, slots=True)
class Node:
    """One thing with a place of its own.

    Attributes:
        about: The name of the state or of the transition.
        names: How many of the lines are that name; the rest tells more of it.
    """

    id: str
    kind: Kind
    lines: tuple[str, ...]
    width: float
    height: float
    about: str = ""
    names: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """A line from one node to another; the last one of a move has an arrow."""

    source: str
    target: str
    style: Style
    has_arrow: bool


@dataclass(slots=True)
class Graph:
    """Everything that is drawn.

    `above` says, for the layers, which node comes above which: a line that
    leads back upwards stands in it the other way round.
    """

    nodes: dict[str, Node] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    above: list[tuple[str, str]] = field(default_factory=list)

    def add(self, node: Node) -> str:
        """Take `node` in; return its id."""
        self.nodes[node.id] = node
        return node.id

    def join(self, source: str, target: str, style: Style, *, arrow: bool, up: bool = False) -> None:
        """Draw a line from `source` to `target`, which is above it where `up`."""
        self.links.append(Link(source, target, style, arrow))
        self.above.append((target, source) if up else (source, target))


def graph(lifecycle: Lifecycle) -> Graph:
    """Return what there is to draw of `lifecycle`.

    Raises:
        ValueError: it has no states.
    """
    if not lifecycle.states:
        raise ValueError(f"{lifecycle.name} has no states.")
    made = Graph()
    for name in lifecycle.states:
        made.add(_state(name))
    _begin(made, lifecycle)
    back = _backwards(lifecycle)
    for index, each in enumerate(lifecycle.transitions):
        if each.ends == REMOVED and GONE not in made.nodes:
            made.add(Node(GONE, "gone", ("gone",), 62, 22))
        _move(made, lifecycle, each, f"move {index}", back)
    return made


def state_id(name: str) -> str:
    """Return the id of the node of a state."""
    return GONE if name == REMOVED else f"state {name}"


def style_of(transition: Transition) -> Style:
    """Return how the lines of `transition` are drawn: by what causes it."""
    if transition.after is not None:
        return "auto"
    return "external" if transition.triggers == (EXTERNAL,) else "trigger"


def _state(name: str) -> Node:
    lines = lettering.lines(name, STATE_SIZE, _WIDEST_STATE - 24, bold=True)[:3]
    wide = max(lettering.width(line, STATE_SIZE, bold=True) for line in lines)
    return Node(state_id(name), "state", lines, max(66.0, wide + 24), 16 * len(lines) + 16, name)


def _label(key: str, kind: Kind, lines: tuple[str, ...], about: str = "", names: int = 0) -> Node:
    wide = max(lettering.width(line, LABEL_SIZE, bold=i < names) for i, line in enumerate(lines))
    return Node(key, kind, lines, wide + 14, _LINE * len(lines) + 5, about, names)


def _begin(made: Graph, lifecycle: Lifecycle) -> None:
    """Add the dot where a life begins, and the lines to the first states."""
    made.add(Node(START, "start", (), 14, 14))
    is_choice = len(lifecycle.initial) > 1
    for index, (guard, name) in enumerate(lifecycle.initial):
        if is_choice:
            said = f"if {words.brief_guard(guard)}" if guard else "else"
            label = _label(f"first {index}", "crowd", lettering.lines(said, LABEL_SIZE, _WIDEST_LABEL))
            made.join(START, made.add(label), "start", arrow=False)
            made.join(label.id, state_id(name), "start", arrow=True)
        else:
            made.join(START, state_id(name), "start", arrow=True)


def _move(
    made: Graph, lifecycle: Lifecycle, each: Transition, key: str, back: frozenset[tuple[str, str]]
) -> None:
    style, target = style_of(each), state_id(each.ends)
    name = lettering.lines(each.name, LABEL_SIZE, _WIDEST_LABEL, bold=True)
    lines = (*name, *_more(lifecycle, each))
    label = made.add(_label(key, "move", lines, each.name, len(name)))
    if is_crowd(lifecycle, each):
        crowd = made.add(_crowd(lifecycle, each, f"from {key}"))
        made.join(crowd, label, style, arrow=False)
        made.join(label, target, style, arrow=True)
        return
    # A move that only leads back has its label between its two states, so it hangs upside down.
    is_back = all((start, each.ends) in back for start in each.starts) and each.starts != (each.ends,)
    for start in each.starts:
        made.join(state_id(start), label, style, arrow=False, up=(start, each.ends) in back)
    made.join(label, target, style, arrow=True, up=is_back or each.ends in each.starts)


def is_crowd(lifecycle: Lifecycle, each: Transition) -> bool:
    """Return whether `each` leaves so many states that they are named and not joined."""
    return len(each.starts) >= CROWD_FROM and 2 * len(each.starts) > len(lifecycle.states)


def _crowd(lifecycle: Lifecycle, each: Transition, key: str) -> Node:
    missing = [name for name in lifecycle.states if name not in each.starts]
    said = "any state" + (f" but {words.listed(missing)}" if missing else "")
    return _label(key, "crowd", lettering.lines(said, LABEL_SIZE, _WIDEST_LABEL + 20))


def _more(lifecycle: Lifecycle, each: Transition) -> tuple[str, ...]:
    """Return what stands at a move below its name: its time, its scenario and its guard."""
    said = []
    if each.after is not None:
        said.append(words.brief_when(each.after, due(lifecycle, each)))
    if each.scenario:
        said.append(f"scenario {each.scenario}")
    if each.when:
        said.append(f"if {words.brief_guard(each.when)}")
    return tuple(line for part in said for line in lettering.lines(part, LABEL_SIZE, _WIDEST_LABEL))


def due(lifecycle: Lifecycle, each: Transition) -> Template | None:
    """Return how the field with the time of `each` is made, where new resources have it from the start."""
    until = each.after.until if each.after else None
    if until is None or until.kind != "resource" or len(until.pointer) != 1:
        return None
    return dict(lifecycle.initially).get(until.pointer[0])


def _backwards(lifecycle: Lifecycle) -> frozenset[tuple[str, str]]:
    """Return the pairs of states whose way leads back, seen from the first states on.

    What happens by itself is followed first: the usual life runs downwards.
    """
    ways: dict[str, list[str]] = {name: [] for name in lifecycle.states}
    for each in sorted(lifecycle.transitions, key=_usual):
        if not is_crowd(lifecycle, each) and each.ends != REMOVED:
            for start in each.starts:
                ways[start] += [each.ends] if each.ends != start else []
    found: set[tuple[str, str]] = set()
    done: set[str] = set()
    for first in (*(name for _, name in lifecycle.initial), *lifecycle.states):
        _walk(first, ways, [], done, found)
    return frozenset(found)


def _usual(each: Transition) -> tuple[bool, bool]:
    return (each.after is None, bool(each.scenario))


def _walk(
    here: str, ways: dict[str, list[str]], trail: list[str], done: set[str], found: set[tuple[str, str]]
) -> None:
    if here in done:
        return
    trail.append(here)
    for there in ways[here]:
        if there in trail:
            found.add((here, there))
        else:
            _walk(there, ways, trail, done, found)
    trail.pop()
    done.add(here)
