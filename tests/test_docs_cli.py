"""`understudy docs` as somebody types it: what it makes, what it says, and how it ends."""

from __future__ import annotations

import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from handbook.placing import MARKER
from understudy.cli import main

LAMPS = """
openapi: 3.1.0
info: {title: Lamps, version: "1"}
servers: [{url: https://lamps.example.com}]
paths:
  /lamps:
    get: {tags: [lamps], operationId: listLamps, responses: {"200": {description: All}}}
  /bulbs:
    get: {tags: [bulbs], operationId: listBulbs, responses: {"200": {description: All}}}
"""


@pytest.fixture
def place(tmp_path) -> Path:
    """A folder with a document in it."""
    (tmp_path / "lamps.yaml").write_text(LAMPS)
    return tmp_path


def docs(place: Path, *arguments: str) -> Result:
    """Run the command in a folder, in this process."""
    with chdir(place):
        return CliRunner().invoke(main, ["docs", *arguments], catch_exceptions=False)


def names(folder: Path) -> set[str]:
    return {each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()}


def test_it_makes_a_site_and_says_where(place):
    """The last line is what to open."""
    command = [sys.executable, "-m", "understudy", "docs", "lamps.yaml", "-o", "out/site"]
    ran = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=120)

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == ""
    assert ran.stderr == "5 pages in out/site; begin with out/site/index.html\n"
    assert {"index.html", "lamps/list-lamps.html", "search.js", "openapi.yaml"} <= names(
        place / "out" / "site"
    )
    assert {each.name for each in place.iterdir()} == {"lamps.yaml", "out"}


def test_it_writes_markdown(place):
    """For whoever has a site: no HTML, no scripts."""
    ran = docs(place, "lamps.yaml", "-o", "pages", "--format", "markdown")

    assert ran.exit_code == 0, ran.stderr
    assert ran.stderr == "5 pages in pages; begin with pages/index.md\n"
    assert names(place / "pages") == {
        *("index.md", "lamps/index.md", "lamps/list-lamps.md", "bulbs/index.md", "bulbs/list-bulbs.md"),
        *("openapi.yaml", MARKER),
    }


def test_it_can_be_narrowed_and_named(place):
    """One product's pages, under its own name, against its own server."""
    options = ["--only", "lamps", "--name", "Our lamps", "--base-url", "http://localhost:9"]
    ran = docs(place, "lamps.yaml", "-o", "pages", "--format", "markdown", *options)

    assert ran.exit_code == 0, ran.stderr
    assert "# Our lamps\n" in (place / "pages" / "index.md").read_text()
    assert "http://localhost:9/lamps" in (place / "pages" / "lamps" / "list-lamps.md").read_text()
    assert not (place / "pages" / "bulbs").exists()


def test_pages_of_ones_own_stand_beside_them(place):
    """Also where their folder is called what a tag is called; a link that is lost is told."""
    (place / "lamps").mkdir()
    (place / "lamps" / "index.md").write_text("# About lamps\n\n[lost](gone.md)\n")

    ran = docs(place, "lamps.yaml", "-o", "site", "--with", "lamps")

    assert ran.exit_code == 0, ran.stderr
    warning, last = ran.stderr.splitlines()
    assert warning == "Warning: lamps-2/index.html: the link to 'gone.html' leads nowhere"
    assert last.startswith("6 pages")
    assert "About lamps" in (place / "site" / "index.html").read_text()


def test_what_is_true_of_a_mock_server_alone_can_be_left_out(place):
    """Pages about a product do not tell how long its stand-in takes."""
    lives = {"identity": {"param": "id", "field": "/id"}, "operations": {"listLamps": {"role": "list"}}}
    lives |= {"seed": [{"set": {"id": "lamp_77"}}], "initially": {"id": "$id"}}
    document = yaml.safe_load(LAMPS) | {"x-resource-lifecycles": {"Lamp": lives}}
    (place / "lamps.yaml").write_text(yaml.safe_dump(document))

    found = []
    for asked in ([], ["--no-mock"]):
        ran = docs(place, "lamps.yaml", "-o", "out", "--format", "markdown", *asked)
        assert ran.exit_code == 0, ran.output
        found.append("".join(each.read_text() for each in sorted((place / "out").rglob("*.md"))))

    assert "lamp_77" in found[0]
    assert "lamp_77" not in found[1]
    assert "listLamps" in found[1]


def test_it_makes_them_anew(place):
    """The second run replaces the first."""
    for _ in range(2):
        ran = docs(place, "lamps.yaml", "-o", "pages", "--format", "markdown")

        assert ran.exit_code == 0, ran.stderr


def test_a_document_with_faults_makes_nothing(place):
    """And says what is wrong with it."""
    (place / "broken.yaml").write_text("openapi: 3.1.0\ninfo: {title: Lamps}\npaths: {}\n")

    ran = docs(place, "broken.yaml", "-o", "site", "--strict-document")

    assert ran.exit_code == 1
    assert "broken.yaml" in ran.stderr
    assert not (place / "site").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Missing option '-o'"),
        (["-o", "."], "holds files that were not made by this command"),
        (["-o", "lamps.yaml"], "is not a folder"),
        (["-o", "site", "--base-url", "localhost"], "--base-url 'localhost' is no URL"),
        (["-o", "site", "--with", "gone"], "--with 'gone' is no folder"),
        (["-o", "site", "--with", "empty"], "--with 'empty' has no Markdown files"),
        (["-o", "lamps.yaml/site"], "no pages were made"),
    ],
)
def test_wrong_use_says_what_would_work(place, arguments, said):
    """Before anything is replaced."""
    (place / "empty").mkdir()

    ran = docs(place, "lamps.yaml", *arguments)

    assert ran.exit_code == 2
    assert said in " ".join(ran.stderr.split())
    assert not (place / "site").exists()


def test_a_page_of_ones_own_that_is_not_text_makes_nothing(place):
    """It is the page that is wrong, not the command."""
    (place / "latin").mkdir()
    (place / "latin" / "page.md").write_bytes(b"# \xe4\n")

    ran = docs(place, "lamps.yaml", "-o", "site", "--with", "latin")

    assert ran.exit_code == 1
    assert ran.stderr.startswith("1 fault:\nlatin: A page in it is not UTF-8: ")
    assert not (place / "site").exists()


def test_a_document_is_not_fetched(place):
    """Nothing here asks the network for anything."""
    ran = docs(place, "https://example.com/openapi.yaml", "-o", "site")

    assert ran.exit_code == 2
    assert "is not fetched" in ran.stderr
