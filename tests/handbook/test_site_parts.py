"""What makes a site of pages, piece by piece: links to try, pages of others, lost links, a small index."""

from __future__ import annotations

import orjson
import pytest

from handbook import polish, seeking
from handbook.links import Links
from handbook.own import own
from handbook.page import MARKDOWN, SITE, Book, Page, Section
from handbook.prose import code
from handbook.seeking import shortened
from handbook.trying import linked
from speckit.document import load
from speckit.specification import specify

LAMPS = """
openapi: 3.1.0
info: {title: Lamps, version: "1"}
paths:
  /lamps/{a|b}:
    get:
      tags: [all lamps]
      operationId: list
      parameters: [{in: path, name: "a|b", required: true, schema: {type: string}}]
      responses: {"200": {description: All}}
  /bulbs:
    get: {responses: {"200": {description: All}}}
  /wires:
    get: {operationId: wires, responses: {"200": {description: All}}}
"""


@pytest.fixture
def lamps(tmp_path):
    (tmp_path / "lamps.yaml").write_text(LAMPS)
    return specify(load(tmp_path / "lamps.yaml"))


@pytest.mark.parametrize("form", [SITE, MARKDOWN])
def test_every_operation_leads_to_where_it_is_tried(lamps, form):
    """Also on a page that has several, and whatever its path is."""
    path = code("/lamps/{a|b}", form)
    text = f"# All\n\n**`GET`** {path}\n\n## Wires\n\n**`GET`** `/wires`\n\nNot **`GET`** `/wires` here.\n"
    pages = Section("Lamps", (Section("all", (Page("all/index.md", "All", text),)),))

    [found] = linked(Book(pages), lamps, "/ui/", form=form).whole.pages()

    assert f"**`GET`** {path} [Try it](/ui/#/all%20lamps/list)\n" in found.text
    assert "**`GET`** `/wires` [Try it](/ui/#/default/wires)\n" in found.text
    assert "Not **`GET`** `/wires` here.\n" in found.text


def test_an_operation_that_swagger_ui_cannot_name_leads_to_its_first_page(lamps):
    """One without an id is known by its path, in which Swagger UI would look for a tag."""
    pages = Section("Lamps", (Page("index.md", "All", "# All\n\n**`GET`** `/bulbs`\n"),))

    [found] = linked(Book(pages), lamps, "/ui/").whole.pages()

    assert "**`GET`** `/bulbs` [Try it](/ui/)\n" in found.text


def test_a_folder_of_ones_own_becomes_sections(tmp_path):
    """Its structure is the navigation, and nothing has to be configured."""
    folder = tmp_path / "our-docs"
    (folder / "how-to").mkdir(parents=True)
    (folder / "empty").mkdir()
    (folder / ".git").mkdir()
    (folder / ".git" / "notes.md").write_text("# Hidden\n")
    (folder / "README.md").write_text("# Our `docs`\n")
    (folder / "about.md").write_text("No heading\n")
    (folder / "how-to" / "fix_it.md").write_text("# Fix [it](../about.md)\n")
    (folder / "picture.png").write_bytes(b"png")

    found = own(folder, "ours")

    assert found is not None
    assert found.section.title == "Our docs"
    assert [(each.path, each.title) for each in found.section.pages()] == [
        ("ours/README.md", "Our docs"),
        ("ours/about.md", "About"),
        ("ours/how-to/fix_it.md", "Fix it"),
    ]
    assert [each.title for each in found.section.entries if isinstance(each, Section)] == ["How to"]
    assert found.files == {"ours/picture.png": b"png"}


def test_a_folder_without_pages_is_nothing(tmp_path):
    """A name mistyped is told, not turned into an empty section."""
    (tmp_path / "notes.txt").write_text("text")

    assert own(tmp_path, "ours") is None


def test_links_are_followed_as_a_browser_does():
    """Up, down, to an anchor, with escapes; whatever leaves the site is not looked at."""
    links = Links()
    links.add("index.html", '<a href="a/b%20c.html#d%26e">1</a> <a class="x" href="a/b c.html">2</a>')
    links.add("a/b c.html", '<h2 id="d&amp;e"></h2> <a href="../index.html">3</a> <a href="../x.txt">4</a>')
    links.add("c.html", '<a href="mailto:a@b.c">5</a> <a href="/up">6</a> <a href="a/../gone.html">7</a>')
    links.add_file("x.txt")

    assert links.broken() == ("c.html: the link to 'a/../gone.html' leads nowhere",)


def test_a_long_name_may_be_parted(tmp_path):
    """Else the words that describe the fields of a table are all behind a scrollbar."""
    long = "data[].an_extraordinarily_long.property_name"
    head = "".join(f"<th>{each}</th>\n" for each in ("Field", "Description"))
    rows = "".join(f"<tr><td><code>{name}</code></td><td>It.</td></tr>" for name in (long, "data[].a_b"))
    table = f"<table>\n<thead>\n<tr>\n{head}</tr>\n</thead>{rows}</table>"
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text(f"<body><article>{table}</article></body>")
    (tmp_path / "new").mkdir()

    polish.site(tmp_path / "site", tmp_path / "new")

    page = (tmp_path / "new" / "index.html").read_text()
    assert "data[].<wbr>an_<wbr>extraordinarily_<wbr>long.<wbr>property_<wbr>name" in page
    assert "<code>data[].a_b</code>" in page


def test_a_small_index_stays_as_it_is():
    """Nothing is lost where nothing has to be."""
    index = b'var __index = {"items":[{"title":"a","text":"<p>b</p>"}]};'

    assert shortened(index) == index


def test_a_large_index_keeps_every_title(monkeypatch):
    """Search in a big site may forget the end of a long text, but finds every operation."""
    monkeypatch.setattr(seeking, "MOST_LETTERS", 1000)
    items = [
        {"title": "long", "text": f"<p>{'word ' * 400}</p>"},
        {"title": "short", "text": "<code>x</code>"},
    ]

    found = shortened(b"var __index = " + orjson.dumps({"config": 1, "items": items}) + b";")

    assert found.startswith(b"var __index = {")
    assert found.endswith(b"};")
    data = orjson.loads(found[len(b"var __index = ") : -1])
    assert [each["title"] for each in data["items"]] == ["long", "short"]
    assert data["items"][1] == items[1]
    assert 900 < len(data["items"][0]["text"]) < 1000
    assert set(data["items"][0]["text"].split()) == {"word"}
