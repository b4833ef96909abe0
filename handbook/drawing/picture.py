"""The drawing as SVG that stands in a page: light and dark, linked, and told in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from html import escape

from handbook import words
from handbook.drawing.graph import GONE, START, Node, due, graph
from handbook.drawing.layout import Box, Drawing, Line, layout
from handbook.drawing.lettering import LABEL_SIZE, STATE_SIZE
from speckit.lifecycle import EXTERNAL, REMOVED, Lifecycle, State, Transition

_LIGHT = {
    "line": "#5b6472",
    "ink": "#1f2733",
    "soft": "#4a5362",
    "pending": "#eef2f7",
    "active": "#dbeafe",
    "resting": "#fef3c7",
    "transient": "#ede9fe",
    "success": "#d1fae5",
    "failure": "#fee2e2",
    "over": "#e5e7eb",
    "edge": "#64748b",
}
_DARK = {
    "line": "#a3acba",
    "ink": "#eef1f6",
    "soft": "#c3cad5",
    "pending": "#2c3442",
    "active": "#1e3a66",
    "resting": "#4d3b10",
    "transient": "#3b2f63",
    "success": "#12463a",
    "failure": "#5a2227",
    "over": "#383d47",
    "edge": "#94a3b8",
}
_RULES = (
    ".lc{width:100%;height:auto;display:block;margin:0 auto;"
    "font-family:var(--md-text-font-family,system-ui,-apple-system,'Segoe UI',Roboto,sans-serif)}"
    f".lc text{{text-anchor:middle;font-size:{LABEL_SIZE}px;fill:var(--lc-soft)}}"
    f".lc .lc-state text{{font-size:{STATE_SIZE}px;font-weight:600;fill:var(--lc-ink)}}"
    ".lc .lc-name{font-weight:600;fill:var(--lc-ink)}"
    ".lc .lc-line{fill:none;stroke:var(--lc-line);stroke-width:1.4}"
    ".lc .lc-auto{stroke-dasharray:6 4}.lc .lc-external{stroke-dasharray:1.5 4;stroke-linecap:round}"
    ".lc .lc-tip,.lc .lc-dot{fill:var(--lc-line)}"
    ".lc .lc-label{fill:none}"
    ".lc .lc-crowd{fill:none;stroke:var(--lc-line);stroke-dasharray:3 3}"
    ".lc .lc-box{stroke:var(--lc-edge);stroke-width:1.4}.lc .lc-inner{fill:none;stroke:var(--lc-edge)}"
    ".lc a{text-decoration:none}.lc a:hover .lc-box,.lc a:focus-visible .lc-box{stroke-width:3}"
    ".lc a:hover .lc-name,.lc a:focus-visible .lc-name{text-decoration:underline}"
)


def _variables(colours: Mapping[str, str]) -> str:
    return ";".join(f"--lc-{name}:{colour}" for name, colour in colours.items())


STYLE = (
    f".lc{{{_variables(_LIGHT)}}}"
    f"@media(prefers-color-scheme:dark){{.lc{{{_variables(_DARK)}}}}}"
    f'[data-md-color-scheme="default"] .lc{{{_variables(_LIGHT)}}}'
    f'[data-md-color-scheme="slate"] .lc{{{_variables(_DARK)}}}'
    + _RULES
    + "".join(f".lc .lc-{name}{{fill:var(--lc-{name})}}" for name in list(_LIGHT)[3:10])
)
"""The style sheet of every drawing. A page that says its scheme is believed, else the reader's system."""

_GROWTH = 1.35
"""How much larger than its own units a drawing may get where there is room."""


def svg(
    lifecycle: Lifecycle,
    *,
    links: bool = True,
    link_operation: Callable[[str], str] | None = None,
) -> str:
    """Return the states of `lifecycle` and the ways between them as one `<svg>` element, on one line.

    Args:
        lifecycle: What is drawn.
        links: Whether each state is a link to `#state-<name>` on the same page (see `anchors`).
        link_operation: The URL of an operation, as it is to stand in the drawing; a move that one operation
            causes is then a link to it.

    Raises:
        ValueError: it has no states.
    """
    drawing = layout(graph(lifecycle))
    name = f"lc-{words.kebab(lifecycle.name) or 'resource'}"
    # What has links in it is no image for a screen reader: it would hide them.
    role = "group" if links or link_operation else "img"
    style = f"max-width:{round(drawing.width * _GROWTH)}px"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="lc" role="{role}" style="{style}" '
        f'viewBox="0 0 {drawing.width:.0f} {drawing.height:.0f}" '
        f'aria-labelledby="{name}-title" aria-describedby="{name}-desc">',
        f'<title id="{name}-title">The states of {_plain(lifecycle.name)}</title>',
        f'<desc id="{name}-desc">{_plain(described(lifecycle))}</desc>',
        f"<style>{STYLE}</style>",
        *map(_path, drawing.lines),
        *_boxes(drawing, lifecycle, anchors(lifecycle) if links else {}, link_operation),
        "</svg>",
    ]
    return "".join(parts)


def anchors(lifecycle: Lifecycle) -> dict[str, str]:
    """Return, by state, the id its section has on the page of the lifecycle."""
    return words.places("state", lifecycle.states)


def described(lifecycle: Lifecycle) -> str:
    """Return the drawing in sentences, as plain text."""
    first = words.listed(dict.fromkeys(name for _, name in lifecycle.initial), "or")
    return " ".join(
        [f"It begins as {first}.", *(_sentence(lifecycle, each) for each in lifecycle.transitions)]
    )


def _sentence(lifecycle: Lifecycle, each: Transition) -> str:
    every = len(each.starts) == len(lifecycle.states)
    start = "any state" if every else words.listed(each.starts, "or")
    end = "gone" if each.ends == REMOVED else each.ends
    cause = words.listed(each.triggers, "or")
    if each.after is not None:
        cause = words.brief_when(each.after, due(lifecycle, each)) + ", by itself"
    elif each.triggers == (EXTERNAL,):
        cause = "outside the API"
    guard = f", if {words.brief_guard(each.when)}" if each.when else ""
    return f"{each.name}: from {start} to {end}, {cause}{guard}."


def _plain(text: str) -> str:
    return escape(" ".join(text.split()))


def _path(line: Line) -> str:
    """Return a line: straight through rows, curved between them, with a tip if it has one."""
    (x, y), *rest = line.points
    steps = [f"M{x:.1f} {y:.1f}"]
    for index, (to_x, to_y) in enumerate(rest):
        if index % 2 == 0:
            steps.append(f"V{to_y:.1f}" if to_y != y else "")
        else:
            middle = (y + to_y) / 2
            steps.append(f"C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} {to_x:.1f} {to_y:.1f}")
        x, y = to_x, to_y
    drawn = f'<path class="lc-line lc-{line.link.style}" d="{"".join(steps)}"/>'
    return drawn + _tip(line) if line.link.has_arrow else drawn


def _tip(line: Line) -> str:
    (_, before), (x, y) = line.points[-3], line.points[-1]
    back = -8 if y > before else 8
    return f'<path class="lc-tip" d="M{x:.1f} {y:.1f}l-4 {back}h8z"/>'


def _boxes(
    drawing: Drawing,
    lifecycle: Lifecycle,
    places: Mapping[str, str],
    link_operation: Callable[[str], str] | None,
) -> Iterator[str]:
    moves = {each.name: each for each in lifecycle.transitions}
    for key, node in drawing.graph.nodes.items():
        box = drawing.boxes[key]
        if node.kind == "state":
            drawn = _state(node, box, lifecycle.states[node.about])
            yield _linked(drawn, f"#{places[node.about]}" if places else "")
        elif node.kind == "move":
            yield _linked(_label(node, box), _target(moves[node.about], link_operation))
        else:
            yield _mark(node, box)


def _linked(drawn: str, target: str) -> str:
    return f'<a href="{_plain(target)}">{drawn}</a>' if target else drawn


def _target(move: Transition, link_operation: Callable[[str], str] | None) -> str:
    if link_operation is None or len(move.triggers) != 1 or move.triggers == (EXTERNAL,):
        return ""
    return link_operation(move.triggers[0])


def _state(node: Node, box: Box, state: State) -> str:
    colour = state.category
    if state.outcome or state.is_final:
        colour = state.outcome if state.outcome in ("success", "failure") else "over"
    drawn = _rectangle(box, f"lc-box lc-{colour}", 8)
    if state.is_final:
        inner = Box(box.x, box.y, box.width - 7, box.height - 7)
        drawn += _rectangle(inner, "lc-inner", 5)
    return f'<g class="lc-state">{drawn}{_text(node, box, 16, STATE_SIZE)}</g>'


def _label(node: Node, box: Box) -> str:
    return f"<g>{_rectangle(box, 'lc-label', 4)}{_text(node, box, 14.5, LABEL_SIZE)}</g>"


def _mark(node: Node, box: Box) -> str:
    """Return the dot where it begins, the ring where it ends, or a note on where a move may start."""
    if node.id == START:
        return f'<circle class="lc-dot" cx="{box.x:.1f}" cy="{box.y:.1f}" r="6"/>'
    if node.id == GONE:
        ring = f'cx="{box.x:.1f}" cy="{box.y:.1f}"'
        return (
            f'<circle class="lc-line" {ring} r="9"/><circle class="lc-dot" {ring} r="4.5"/>'
            f'<text x="{box.x + 28:.1f}" y="{box.y + 4:.1f}">gone</text>'
        )
    return f"<g>{_rectangle(box, 'lc-crowd', 4)}{_text(node, box, 14.5, LABEL_SIZE)}</g>"


def _rectangle(box: Box, kind: str, round_by: int) -> str:
    x, y = box.x - box.width / 2, box.y - box.height / 2
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" '
        f'rx="{round_by}"/>'
    )


def _text(node: Node, box: Box, step: float, size: float) -> str:
    first = box.y - step * (len(node.lines) - 1) / 2 + size * 0.35
    kinds = [' class="lc-name"' if index < node.names else "" for index in range(len(node.lines))]
    return "".join(
        f'<text{kind} x="{box.x:.1f}" y="{first + step * index:.1f}">{escape(line)}</text>'
        for index, (line, kind) in enumerate(zip(node.lines, kinds, strict=True))
    )
