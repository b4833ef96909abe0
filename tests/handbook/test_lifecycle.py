"""The lifecycle page: its table, its sections, its two forms, and nothing live in it."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import markdown as python_markdown
import pytest
from markdown_it import MarkdownIt

from handbook import lifecycle
from handbook.page import MARKDOWN, SITE
from speckit.document import load
from speckit.specification import Specification, specify

ROOT = Path(__file__).parents[2]
DOCUMENTS = {
    "jobs": ROOT / "openapi.yaml",
    "farm": ROOT / "examples" / "render_farm" / "openapi.yaml",
    "rest": Path(__file__).parent / "data" / "rest.yaml",
    "bakery": ROOT / "tests" / "contracts" / "data" / "bakery.yaml",
    "press": Path(__file__).parent / "data" / "press.yaml",
}


@cache
def _specification(document: str) -> Specification:
    return specify(load(DOCUMENTS[document]))


@cache
def _page(document: str, resource: str, form: str = MARKDOWN) -> str:
    return lifecycle.markdown(_specification(document), resource, form=form, link_operation=_link)


def _link(operation: str) -> str:
    return f"{operation}.md"


ALL = [(document, name) for document in DOCUMENTS for name in _specification(document).lifecycles]
EACH = pytest.mark.parametrize(("document", "resource"), ALL)


def _rows(page: str, title: str) -> list[list[str]]:
    """Return the cells of the table below the heading `title`, links shown as their words."""
    below = page.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in below.splitlines() if line.startswith("|")]
    plain = [
        re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", line).replace("\N{NO-BREAK SPACE}", " ") for line in lines
    ]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in plain if "---" not in line]


def _id(row: list[str]) -> str:
    """Return the id of the operation that a row is about: what it is called comes first."""
    return row[0].rpartition("<br>")[2].strip("`")


# The table


def test_the_table_says_what_each_operation_does_in_each_state() -> None:
    rows = _rows(_page("farm", "Render"), "What each operation does in each state")
    states = [cell.strip("`") for cell in rows[0][1:]]
    table = {_id(row): dict(zip(states, row[1:], strict=True)) for row in rows[1:]}

    assert states == list(_specification("farm").lifecycles["Render"].states)
    assert table["cancelRender"] == {
        "draft": "→ `cancelled`",
        "queued": "→ `cancelled`",
        "running": "→ `cancelling`",
        "paused": "→ `cancelled`",
        "cancelling": "no effect, `202`",
        "deleting": "refused, `409`",
        "cancelled": "no effect, `200`",
        "succeeded": "refused, `409`",
        "failed": "refused, `409`",
    }
    assert table["updateRender"]["draft"] == (
        "→ `queued` if `submit` of the request body is `true`<br>else changes fields"
    )
    assert table["updateRender"]["queued"] == "changes fields"
    assert table["updateRender"]["running"] == "refused, `409`"
    assert set(table["purgeRender"].values()) == {"→ gone"}
    assert table["getRenderResult"]["succeeded"] == "shown"
    assert table["getRenderResult"]["running"] == "refused, `409`"
    assert "getRender" not in table, "what reads in every state is told once, below"
    assert "createRender" not in table


def test_what_is_undocumented_is_marked_and_explained() -> None:
    page = _page("jobs", "KragleJob")
    rows = _rows(page, "What each operation does in each state")
    delete = next(row for row in rows if _id(row) == "deleteKragleJob")

    assert delete[1:] == ["→ gone", "→ `doomed`", "no effect, `200` (undocumented)", "→ gone"]
    assert "*Undocumented*: " in page
    assert "*Undocumented*: " not in _page("farm", "Render")


def test_a_move_that_stays_says_so() -> None:
    rows = _rows(_page("jobs", "KragleJob"), "What each operation does in each state")
    update = next(row for row in rows if _id(row) == "updateKragleJob")

    assert update[2].split("<br>")[1:] == [
        "stays `active` if `schedule_id` of the request body is given "
        "and `enabled` of the request body is not `false`",
        "else changes fields",
    ]


def test_a_status_of_the_api_itself_is_told_and_not_the_usual_one() -> None:
    """Kragle answers 500 to everything; its page must not promise a 409."""
    page = _page("jobs", "KragleJob")

    assert "refused" not in page or "`409`" not in page
    assert "One that is gone, or never was, is answered `500`" in page


@EACH
def test_every_state_and_every_operation_has_its_section(document: str, resource: str) -> None:
    page = _page(document, resource, SITE)
    told = _specification(document).lifecycles[resource]
    anchors = re.findall(r"^### .* \{ #(.*) \}$", page, re.MULTILINE)

    assert len(anchors) == len(set(anchors)) == len(told.states) + len(told.rules)
    assert set(re.findall(r'(?:href="|\]\()#([^")]+)', page)) <= set(anchors)


@EACH
def test_every_move_is_a_way_out_and_a_way_in(document: str, resource: str) -> None:
    page = _page(document, resource)
    told = _specification(document).lifecycles[resource]
    sections = {name: page.split(f"\n### `{name}`\n", 1)[1].split("\n##", 1)[0] for name in told.states}

    for each in told.transitions:
        for start in each.starts:
            assert re.search(rf"- Out: .*\(\*{each.name}\*\)", sections[start].replace("\\", ""))
        if each.ends in sections and each.starts != (each.ends,):
            assert re.search(rf"- In: .*\(\*{each.name}\*\)", sections[each.ends].replace("\\", ""))


# The two forms


@EACH
def test_markdown_is_plain(document: str, resource: str) -> None:
    """Whatever renders CommonMark with tables shows it: no HTML but `<br>`, no attributes, no tabs."""
    page = _page(document, resource)
    parser = MarkdownIt("commonmark").enable("table")
    tokens = [each for token in parser.parse(page) for each in (token, *(token.children or ()))]
    html = {each.content for each in tokens if each.type in ("html_block", "html_inline")}

    assert html <= {"<br>"}
    assert "{ #" not in page
    assert ("```mermaid\nstateDiagram-v2\n" in page) == bool(
        _specification(document).lifecycles[resource].states
    )


@EACH
def test_the_site_draws_the_diagram_and_markdown_does_not(document: str, resource: str) -> None:
    page = _page(document, resource, SITE)
    shown = python_markdown.markdown(page, extensions=["tables", "attr_list", "md_in_html"])
    has_states = bool(_specification(document).lifecycles[resource].states)

    assert shown.count("<svg ") == int(has_states)
    assert "```" not in page
    assert "<svg" not in _page(document, resource)
    if has_states:
        assert "&lt;svg" not in shown
        assert shown.count('id="state-') == len(_specification(document).lifecycles[resource].states)


@EACH
@pytest.mark.parametrize("form", [SITE, MARKDOWN])
def test_the_same_document_gives_the_same_page(document: str, resource: str, form: str) -> None:
    again = lifecycle.markdown(_specification(document), resource, form=form, link_operation=_link)

    assert again == _page(document, resource, form)
    assert again.startswith("# ")
    assert again.endswith("\n")


@EACH
def test_tables_have_as_many_cells_in_each_row(document: str, resource: str) -> None:
    page = _page(document, resource)
    shown = MarkdownIt("commonmark").enable("table").render(page)
    shown_by_the_site = python_markdown.markdown(page, extensions=["tables"])

    for each in re.findall(r"<table>.*?</table>", shown, re.DOTALL):
        widths = {len(re.findall(r"<t[dh]\b", row)) for row in re.findall(r"<tr>.*?</tr>", each, re.DOTALL)}
        assert len(widths) == 1
    assert shown_by_the_site.count("<td") == shown.count("<td")


def test_an_operation_without_a_page_is_named_without_a_link() -> None:
    page = lifecycle.markdown(
        _specification("farm"), "Frame", form=MARKDOWN, link_operation=lambda operation: ""
    )

    assert "### Give up a test frame `strikeFrame`\n" in page
    assert "](" not in page


def test_a_resource_that_others_only_refer_to_has_a_page() -> None:
    page = _page("jobs", "TaipyTask")

    assert "Seeded; submitting it makes a job that runs." in page
    assert "## Fields" in page
    assert "## States" not in page
    assert "## Operations" not in page


def test_an_unknown_resource_is_no_page() -> None:
    with pytest.raises(KeyError):
        lifecycle.markdown(_specification("farm"), "Nobody", form=SITE, link_operation=_link)


NASTY = 'a|b`c<img src=x onerror=alert(1)>"*d*\n{{e}}'
TEXT = NASTY.replace("*d*", "")
"""A description may be emphasised; a name may not."""


def _nasty(tmp_path: Path) -> Specification:
    """A document whose every name and text is markup."""
    operation = {"responses": {"200": {"description": "ok", "content": {"application/json": {}}}}}
    states = {
        NASTY: {"category": "pending", "description": TEXT},
        "b": {"category": "final", "set": {"/x": NASTY}},
    }
    living = {
        "description": TEXT,
        "identity": {"field": "/id", "param": "id", "generate": "$random.uuid"},
        "initially": {"id": "$id", "s": "$state", "x": NASTY, NASTY: NASTY},
        "hidden": [f"/{NASTY}"],
        "views": {NASTY: {"body": {NASTY: NASTY}}},
        "scenarios": {NASTY: {NASTY: NASTY}},
        "state": {"field": "/s", "initial": NASTY, "states": states},
        "transitions": [
            {"name": NASTY, "description": TEXT, "from": NASTY, "to": "b", "after": {"duration": "PT1S"}},
            {"name": "odd", "from": NASTY, "to": "b", "after": {"duration": "PT1S"}, "scenario": NASTY},
            {
                "name": "x",
                "from": NASTY,
                "to": "$removed",
                "trigger": "DELETE /j/{id}",
                "when": {"$request.header.X": NASTY},
                "set": {"/x": NASTY},
            },
        ],
        "operations": {
            "GET /j/{id}": {"role": "get", "view": NASTY, "roles": [NASTY]},
            "DELETE /j/{id}": {"role": "trigger", "success": {"body": NASTY}},
        },
        "seed": [{"set": {"id": NASTY}, "state": NASTY, "description": TEXT}],
    }
    document = {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": {
            "/j/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {}}],
                "get": operation,
                "delete": operation,
            }
        },
        "x-resource-lifecycles": {NASTY: living},
    }
    path = tmp_path / "api.json"
    path.write_text(json.dumps(document))
    return specify(load(path))


@pytest.mark.parametrize("form", [SITE, MARKDOWN])
def test_names_of_a_document_are_never_live(form: str, tmp_path: Path) -> None:
    """Each is shown as it is; none breaks out of its cell, its heading or its line."""
    page = lifecycle.markdown(_nasty(tmp_path), NASTY, form=form, link_operation=lambda operation: "x.md")
    renderers = [
        python_markdown.markdown(page, extensions=["tables", "attr_list", "md_in_html"]),
        MarkdownIt("commonmark").enable("table").render(page),
    ]

    for shown in renderers if form == MARKDOWN else renderers[:1]:
        assert "<img" not in shown
        assert "onerror=alert(1)" in shown
        assert "<em>d</em>" not in shown
        for table in re.findall(r"<table>.*?</table>", shown, re.DOTALL):
            rows = re.findall(r"<tr>.*?</tr>", table, re.DOTALL)
            assert len({len(re.findall(r"<t[dh]\b", row)) for row in rows}) == 1


def test_what_is_taken_away_is_called_so() -> None:
    """`nothing` would say that it stays as it was."""
    order = _page("bakery", "Order")

    assert "`oven` is taken away" in order
    assert "by *cancel*: taken away" in order
    assert "| `oven` | nothing |" in order
