"""The diagram: everything is in it once, nothing lies on anything else, and it can be read by everyone."""

from __future__ import annotations

import re
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from handbook.diagram import mermaid, svg
from handbook.drawing.graph import graph
from handbook.drawing.layout import Box, Drawing, Line, layout
from handbook.drawing.picture import anchors, described
from speckit.document import load
from speckit.expression import source
from speckit.lifecycle import After, Condition, Identity, Lifecycle, State, Transition
from speckit.specification import Specification, specify
from understudy import diagram
from understudy.diagram import Options

ROOT = Path(__file__).parents[2]
JOBS = ROOT / "openapi.yaml"
FARM = ROOT / "examples" / "render_farm" / "openapi.yaml"
EVERYTHING = ROOT / "tests" / "mockserver" / "data" / "everything.yaml"
SVG = "{http://www.w3.org/2000/svg}"

NAMES = (
    *("end", "state", "note", "default", "a:b;c", 'q"uote', "<script>alert(1)</script>", "x|y", "ünï"),
    *("new\nline", "[*]", "%% c", "1st", "a-b", "{x}", "a`b", "back\\slash", "#hash;", "a --> b", "s1"),
)


@cache
def _specification(document: Path) -> Specification:
    return specify(load(document))


def _living() -> list[tuple[str, Lifecycle]]:
    return [
        (f"{document.parent.name}-{name}", each)
        for document in (JOBS, FARM, EVERYTHING)
        for name, each in _specification(document).lifecycles.items()
        if each.states
    ]


LIVING = pytest.mark.parametrize(
    "lifecycle", [each for _, each in _living()], ids=[key for key, _ in _living()]
)


def _odd() -> Lifecycle:
    """A lifecycle whose names are markup, and which has each shape of move there is."""
    states = {name: State(name, "pending", value=name) for name in NAMES}
    states["end"] = State("end", "final", "failure", value="end")
    moves = [Transition(f"go {b}", (a,), b, triggers=(f"op {b}",)) for a, b in pairwise(NAMES)]
    guard = ((source("$request.body#/a"), Condition("equals", '"; </text>')),)
    moves += [
        Transition("around", ("x|y",), "x|y", after=After(duration=5_000_000), every=1, when=guard),
        Transition("again", ("a-b",), "end", triggers=("op",)),
        Transition("twice", ("end",), "state", after=After(polls=2), scenario="<i>"),
        Transition("all gone", NAMES, "$removed", triggers=("$external",)),
    ]
    return Lifecycle(
        '<b>"Odd"</b>',
        Identity(("id",)),
        states=states,
        initial=((guard, "s1"), ((), "end")),
        transitions=tuple(moves),
    )


def _crowded(count: int) -> Lifecycle:
    """A lifecycle in which each state leads to each other."""
    names = [f"state_{number}" for number in range(count)]
    moves = [Transition(f"{a} to {b}", (a,), b, triggers=("op",)) for a in names for b in names if a != b]
    states = {name: State(name, "active", value=name) for name in names}
    return Lifecycle(
        "Crowd", Identity(("id",)), states=states, initial=(((), names[0]),), transitions=tuple(moves)
    )


def _straights(line: Line) -> list[tuple[float, float, float]]:
    """Return the upright parts of a line: where, from and to."""
    points = line.points
    return [(x, min(y, to), max(y, to)) for (x, y), (_, to) in zip(points[::2], points[1::2], strict=True)]


def _curves(line: Line) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    return list(zip(line.points[1::2], line.points[2::2], strict=False))


def _apart(one: Box, other: Box) -> bool:
    return (
        abs(one.x - other.x) >= (one.width + other.width) / 2 - 0.01
        or abs(one.y - other.y) >= (one.height + other.height) / 2 - 0.01
    )


def _assert_sound(drawing: Drawing) -> None:
    for (key, one), (beside, other) in combinations(drawing.boxes.items(), 2):
        assert _apart(one, other), f"{key} lies on {beside}"
    for key, box in drawing.boxes.items():
        assert box.width / 2 <= box.x <= drawing.width - box.width / 2, f"{key} sticks out"
        assert box.height / 2 <= box.y <= drawing.height - box.height / 2, f"{key} sticks out"
    for line in drawing.lines:
        strangers = [b for key, b in drawing.boxes.items() if key not in (line.link.source, line.link.target)]
        for box in strangers:
            top, bottom = box.y - box.height / 2, box.y + box.height / 2
            for x, low, high in _straights(line):
                is_through = abs(x - box.x) < box.width / 2 and low < bottom - 0.01 and high > top + 0.01
                assert not is_through, f"{line.link} runs through {box}"
            for (_, y), (_, to) in _curves(line):
                assert max(y, to) <= top + 0.01 or min(y, to) >= bottom - 0.01, (
                    f"{line.link} bends through {box}"
                )


@LIVING
def test_nothing_lies_on_anything_else(lifecycle: Lifecycle) -> None:
    """No box on a box, no line through a box or a label: whatever the document, the picture can be read."""
    _assert_sound(layout(graph(lifecycle)))


@pytest.mark.parametrize("lifecycle", [_odd(), _crowded(5)], ids=["odd", "crowded"])
def test_nothing_lies_on_anything_else_in_graphs_nobody_draws(lifecycle: Lifecycle) -> None:
    _assert_sound(layout(graph(lifecycle)))


@LIVING
def test_a_phone_shows_letters_of_eleven_pixels(lifecycle: Lifecycle) -> None:
    """A phone is 360 pixels wide; a page leaves 16 at each side. The smallest letters have size 12."""
    drawing = layout(graph(lifecycle))

    assert 12 * (360 - 2 * 16) / drawing.width >= 10.99


@LIVING
def test_every_state_and_every_move_is_drawn_once(lifecycle: Lifecycle) -> None:
    drawing = graph(lifecycle)
    nodes = drawing.nodes.values()

    assert [each.about for each in nodes if each.kind == "state"] == list(lifecycle.states)
    assert [each.about for each in nodes if each.kind == "move"] == [
        each.name for each in lifecycle.transitions
    ]


@LIVING
def test_every_line_leads_where_the_document_says(lifecycle: Lifecycle) -> None:
    """Each move is joined to the states it leaves, and has one arrow, at the state it leads to."""
    drawing = graph(lifecycle)

    for number, each in enumerate(lifecycle.transitions):
        into = [link.source for link in drawing.links if link.target == f"move {number}"]
        out = [link for link in drawing.links if link.source == f"move {number}"]
        end = "gone" if each.ends == "$removed" else f"state {each.ends}"
        assert [(link.target, link.has_arrow) for link in out] == [(end, True)]
        assert into in ([f"state {start}" for start in each.starts], [f"from move {number}"])


def test_a_move_from_most_states_names_them_and_is_joined_to_none() -> None:
    drawing = graph(_specification(FARM).lifecycles["Render"])
    said = {" ".join(each.lines) for each in drawing.nodes.values() if each.kind == "crowd"}

    assert {"any state", "any state but running, cancelling and deleting"} <= said


@LIVING
def test_the_drawing_is_the_same_each_time(lifecycle: Lifecycle) -> None:
    assert svg(lifecycle) == svg(lifecycle)


@LIVING
def test_lines_tell_what_causes_a_move(lifecycle: Lifecycle) -> None:
    drawn = ElementTree.fromstring(svg(lifecycle))
    kinds = {
        kind
        for each in drawn.iter(f"{SVG}path")
        for kind in each.get("class", "").split()
        if kind != "lc-line"
    }

    assert ("lc-auto" in kinds) == any(each.after for each in lifecycle.transitions)
    assert ("lc-external" in kinds) == any("$external" in each.triggers for each in lifecycle.transitions)


@LIVING
def test_final_states_have_a_double_border(lifecycle: Lifecycle) -> None:
    drawn = ElementTree.fromstring(svg(lifecycle))
    inner = [each for each in drawn.iter(f"{SVG}rect") if each.get("class") == "lc-inner"]

    assert len(inner) == sum(state.is_final for state in lifecycle.states.values())


@LIVING
def test_each_state_is_a_link_with_words_to_its_section(lifecycle: Lifecycle) -> None:
    drawn = ElementTree.fromstring(svg(lifecycle))
    targets = [each.get("href") for each in drawn.iter(f"{SVG}a")]

    assert targets == [f"#{place}" for place in anchors(lifecycle).values()]
    assert all("".join(each.itertext()).strip() for each in drawn.iter(f"{SVG}a"))


def test_moves_are_links_to_operations_where_the_page_has_them() -> None:
    lifecycle = _specification(FARM).lifecycles["Frame"]

    drawn = ElementTree.fromstring(svg(lifecycle, link_operation=lambda name: f"#op-{name}?a&b"))

    assert [each.get("href") for each in drawn.iter(f"{SVG}a")][-1] == "#op-strikeFrame?a&b"


def test_the_drawing_tells_those_who_do_not_see_it() -> None:
    """With links in it, it is a group: what an image contains cannot be reached by a screen reader."""
    lifecycle = _specification(FARM).lifecycles["Frame"]
    linked, plain = (ElementTree.fromstring(svg(lifecycle, links=links)) for links in (True, False))

    assert linked.get("role") == "group"
    assert plain.get("role") == "img"
    assert plain.find(f".//{SVG}a") is None
    for drawn in (linked, plain):
        named = {each.get("id"): each.text for each in drawn if each.get("id")}
        assert named[drawn.get("aria-labelledby")] == "The states of Frame"
        assert named[drawn.get("aria-describedby")] == described(lifecycle)


def test_the_description_has_each_move_with_its_cause() -> None:
    assert described(_specification(FARM).lifecycles["Frame"]) == (
        "It begins as waiting. draw: from waiting to drawing, at look 2, by itself. "
        "dry: from drawing to drawn, at look 3, by itself. "
        "strike: from waiting or drawing to struck, strikeFrame."
    )
    assert "purge: from any state to gone, purgeRender." in described(
        _specification(FARM).lifecycles["Render"]
    )
    assert "cancel: from Created, Queued or Running to Cancelled, outside the API." in described(
        _specification(JOBS).lifecycles["AlteryxJob"]
    )


def test_names_of_the_document_are_text_and_nothing_else() -> None:
    drawn = svg(_odd(), link_operation=lambda name: f"#{name}")
    tree = ElementTree.fromstring(drawn)

    assert "\n" not in drawn
    assert {each.tag.removeprefix(SVG) for each in tree.iter()} <= {
        *("svg", "title", "desc", "style", "path", "rect", "circle", "text", "g", "a")
    }
    shown = "".join("".join(each.itertext()) for each in tree.iter(f"{SVG}text"))
    assert "<script>alert(1)</" in shown


def _contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2, section 1.4.3)."""
    low, high = sorted(map(_luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("scheme", "paper"), [("default", "#ffffff"), ("slate", "#1e2129")])
def test_colours_of_both_schemes_can_be_read(scheme: str, paper: str) -> None:
    """Text needs 4.5 to 1, lines and borders 3 to 1."""
    drawn = svg(_specification(FARM).lifecycles["Frame"])
    (rules,) = re.findall(rf'\[data-md-color-scheme="{scheme}"\] \.lc\{{(.*?)\}}', drawn)
    colours = dict(re.findall(r"--lc-(\w+):(#\w+)", rules))

    fills = ("pending", "active", "resting", "transient", "success", "failure", "over")
    assert all(_contrast(colours["ink"], colours[each]) >= 4.5 for each in fills)
    assert _contrast(colours["soft"], paper) >= 4.5
    assert _contrast(colours["line"], paper) >= 3
    assert _contrast(colours["edge"], paper) >= 3


def test_a_reader_without_a_theme_gets_the_scheme_of_the_system() -> None:
    drawn = svg(_specification(FARM).lifecycles["Frame"])
    dark = re.findall(r"@media\(prefers-color-scheme:dark\)\{\.lc\{(.*?)\}\}", drawn)

    assert dark == re.findall(r'\[data-md-color-scheme="slate"\] \.lc\{(.*?)\}', drawn)


# Mermaid


def test_mermaid_has_each_state_each_way_and_each_cause() -> None:
    assert mermaid(_specification(FARM).lifecycles["Frame"]) == (
        "stateDiagram-v2\n"
        "    waiting\n"
        "    drawing\n"
        "    drawn\n"
        "    struck\n"
        "    [*] --> waiting\n"
        "    waiting --> drawing: draw, at look 2\n"
        "    drawing --> drawn: dry, at look 3\n"
        "    waiting --> struck: strike\n"
        "    drawing --> struck: strike\n"
        "    classDef ended stroke-width:4px\n"
        "    class drawn,struck ended\n"
    )


def test_mermaid_names_what_it_could_not_read_by_an_alias() -> None:
    """The text is what mermaid 11 takes: each line is one of these forms, with no loose `:`, `;` or quote."""
    name, label = r"[A-Za-z_]\w*", r'(?:[^"#:;<>`\\{}\[\]|%&]|#\d+;)+'
    forms = (
        rf"{name}|state \"{label}\" as {name}",
        rf"(?:{name}|\[\*\]) --> (?:{name}|\[\*\])(?:: {label})?",
        rf"classDef ended stroke-width:4px|class {name}(?:,{name})* ended",
    )
    text = mermaid(_odd())
    lines = text.splitlines()

    assert lines[0] == "stateDiagram-v2"
    for line in lines[1:]:
        assert re.fullmatch("|".join(forms), line.strip()), line
    named = [line.split()[-1] for line in lines[1 : len(NAMES) + 1]]
    assert len(set(named)) == len(NAMES)
    assert not {"end", "state", "note", "default"} & set(named)
    assert '    state "end" as s1_' in lines, "s1 is the name of a state already"


def test_a_resource_without_states_has_no_diagram() -> None:
    project = _specification(FARM).lifecycles["Project"]

    for draw in (svg, mermaid):
        with pytest.raises(ValueError, match="Project has no states"):
            draw(project)


# The command


def test_the_command_prints_mermaid(capsys: pytest.CaptureFixture[str]) -> None:
    assert diagram.run(Options(str(FARM), resource="Frame")) == 0
    assert capsys.readouterr().out == mermaid(_specification(FARM).lifecycles["Frame"])


def test_the_command_prints_a_picture_that_stands_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert diagram.run(Options(str(FARM), resource="Frame", form="svg")) == 0

    drawn = ElementTree.fromstring(capsys.readouterr().out)
    assert drawn.get("role") == "img"
    assert drawn.find(f".//{SVG}a") is None


def test_the_only_resource_with_states_need_not_be_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "api.yaml"
    document.write_text(
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {}\n"
        "x-resource-lifecycles:\n  Plain: {identity: {field: /id}}\n"
        "  Lamp:\n    identity: {field: /id}\n"
        "    state: {initial: off_, states: {off_: {category: resting}}}\n"
    )

    assert diagram.run(Options(str(document))) == 0
    assert "[*] --> off_" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("resource", "said"),
    [
        (None, r"--resource RendleyJob"),
        ("RendlyJob", r"Did you mean 'RendleyJob'\?"),
        ("KragleStack", r"KragleStack has no states"),
    ],
)
def test_a_wrong_resource_is_told_with_the_right_ones(resource: str | None, said: str) -> None:
    with pytest.raises(diagram.click.UsageError, match=said) as refusal:
        diagram.run(Options(resource=resource))

    assert "OpenReplayJob" in refusal.value.message


def test_a_document_without_lifecycles_has_nothing_to_draw(tmp_path: Path) -> None:
    document = tmp_path / "api.yaml"
    document.write_text("openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {}\n")

    with pytest.raises(diagram.click.UsageError, match="nothing to draw"):
        diagram.run(Options(str(document)))


def test_a_document_is_not_fetched() -> None:
    with pytest.raises(diagram.click.UsageError, match="Download it"):
        diagram.run(Options("https://example.com/openapi.yaml"))


def test_a_broken_document_is_told_with_its_faults(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "api.yaml"
    document.write_text("openapi: 3.1.0\ninfo: {title: A, version: '1'}\npaths: []\n")

    assert diagram.run(Options(str(document))) == 1
    assert "api.yaml:3" in capsys.readouterr().err
