"""The guide to pages about an API: its document, its commands and what they are said to make."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from harness import ROOT

from handbook.book import book
from handbook.page import MARKDOWN
from handbook.samples import samples
from speckit.document import load
from speckit.specification import specify
from understudy.cli import main

GUIDE = ROOT / "docs/guides/document-an-api.md"
REFERENCE = ROOT / "docs/reference/docs.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [body for found, body in BLOCK.findall(GUIDE.read_text("utf-8")) if found == language]


COMMANDS = [block.removeprefix("$ ").strip() for block in blocks("console")]
STEPS = yaml.safe_load(blocks("yaml")[1])["jobs"]["docs"]["steps"]
"""What the workflow does, one after the other."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the reader has saved the document of the guide."""
    (tmp_path / "lamps.yaml").write_text(blocks("yaml")[0], "utf-8")
    return tmp_path


def ran(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", *shlex.split(command)]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_guide_does_what_it_says(folder: Path, command: str) -> None:
    """A reader pastes them one after the other."""
    done = ran(command, folder)

    assert done.returncode == 0, done.stderr


def test_the_site_of_the_guide_has_the_diagram_and_the_table(folder: Path) -> None:
    done = ran(COMMANDS[0], folder)

    page = (folder / "site/lamps/lamp.html").read_text("utf-8")
    assert "begin with site/index.html" in done.stderr
    assert "<svg" in page
    assert "What each operation does in each state" in page


def test_the_pages_of_the_guide_have_the_diagram_in_mermaid(folder: Path) -> None:
    ran(COMMANDS[1], folder)

    assert "```mermaid" in (folder / "pages/lamps/lamp.md").read_text("utf-8")
    assert ran(COMMANDS[2], folder).stdout.startswith("stateDiagram-v2")


def test_the_document_of_the_guide_is_judged_sound(folder: Path) -> None:
    """It is an example of a lifecycle, too."""
    done = ran("understudy diagram lamps.yaml --resource Lamp", folder)

    assert (done.returncode, done.stderr) == (0, "")


def test_the_workflow_of_the_guide_makes_the_site(folder: Path) -> None:
    """It runs on other people's machines, so what can be held here is that its commands are ours."""
    (command,) = [step["run"] for step in STEPS if step.get("run", "").startswith("understudy")]

    assert command == f"{COMMANDS[0].removeprefix('$ ')} --strict-document"
    assert ran(command, folder).returncode == 0


def test_the_workflow_of_the_guide_installs_what_it_has_fetched() -> None:
    """No registry has the package, and what has its name there some day may be somebody else's."""
    (installed,) = [step["run"] for step in STEPS if step.get("run", "").startswith("pip install")]
    fetched = [step["with"]["path"] for step in STEPS if "repository" in step.get("with", {})]

    assert [installed] == [f"pip install ./{path}" for path in fetched]


def test_a_document_with_a_fault_stops_the_workflow_of_the_guide(folder: Path) -> None:
    """As the guide says: without the option it is only warned of."""
    document = folder / "lamps.yaml"
    document.write_text(document.read_text("utf-8").replace("summary: Buy a lamp", "summary: [1]"), "utf-8")
    (command,) = [step["run"] for step in STEPS if step.get("run", "").startswith("understudy")]

    assert ran(command, folder).returncode == 1
    assert ran(COMMANDS[0], folder).returncode == 0


def test_the_reference_has_exactly_the_options() -> None:
    shown = set(re.findall(r"`(?:-o`, `)?(--[a-z-]+)", REFERENCE.read_text("utf-8")))
    options = [option for each in main.commands["docs"].params for option in each.opts]

    assert shown == {option for option in options if option.startswith("--")}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["docs"], "Missing option '-o'"),
        (["docs", "-o", "x", "--base-url", "nowhere"], "--base-url 'nowhere' is no URL"),
        (["docs", "-o", "x", "--with", "there is none"], "is no folder"),
        (["docs", "-o", "x", "--swagger-ui", "ui"], "--swagger-ui 'ui' is no URL"),
        (["docs", "-o", "x", "https://example.com/openapi.yaml"], "is not fetched"),
        (["docs", "-o", "x", "--format", "pdf"], "'pdf' is not one of"),
        (["diagram", "--resource", "Lmp"], "Lmp"),
    ],
)
def test_wrong_use_says_what_would_be_right(
    arguments: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    done = CliRunner().invoke(main, arguments)

    assert (done.exit_code, told in done.stderr) == (2, True), done.output


def test_a_folder_of_somebody_elses_is_left_alone(folder: Path) -> None:
    """A slip of the fingers must not cost a week's work."""
    (folder / "site").mkdir()
    (folder / "site/thesis.txt").write_text("mine")

    done = ran(COMMANDS[0], folder)

    assert done.returncode == 2
    assert "site" in done.stderr
    assert (folder / "site/thesis.txt").read_text() == "mine"


def test_a_document_with_faults_is_told_and_makes_nothing(folder: Path) -> None:
    (folder / "lamps.yaml").write_text(blocks("yaml")[0].replace("to: burnt", "to: brunt"), "utf-8")

    done = ran(COMMANDS[0], folder)

    assert done.returncode == 1
    assert "lamps.yaml:" in done.stderr
    assert "Did you mean 'burnt'?" in done.stderr
    assert not (folder / "site").exists()


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Our own pages with those of the five APIs, as `make docs` makes them, and what was said on the way."""
    made = tmp_path_factory.mktemp("ours") / "site"
    makefile = (ROOT / "Makefile").read_text("utf-8")
    command = re.search(r"^docs: .*\n\t@\$\(BIN\)/(.*?) \$\(ARGS\)$", makefile, re.MULTILINE)
    assert command
    words = shlex.split(command[1].replace("--output site", f"--output {made}"))
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return made, done.stderr


def test_our_own_pages_are_made_by_it_and_no_link_leads_nowhere(ours: tuple[Path, str]) -> None:
    made, said = ours

    assert "Warning" not in said
    for page in (ROOT / "docs").rglob("*.md"):
        name = "index" if page.name == "README.md" else page.stem
        assert (made / "docs" / page.parent.relative_to(ROOT / "docs") / f"{name}.html").is_file(), page


def test_the_command_of_the_readme_makes_the_pages_of_the_five_apis(tmp_path: Path) -> None:
    found = [body.strip() for language, body in BLOCK.findall((ROOT / "README.md").read_text("utf-8"))]
    (command,) = [each for each in found if each.startswith("understudy docs")]

    done = ran(command, tmp_path)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site/index.html").is_file()


def test_the_samples_on_the_pages_are_those_that_are_run() -> None:
    """What is shown and what is tried must not be two things."""
    specification = specify(load(ROOT / "openapi.yaml"))
    pages = [page.text for page in book(specification, form=MARKDOWN, base_url="http://h:1").whole.pages()]

    for each in specification.operations.values():
        for code in samples(specification, each, base_url="http://h:1").values():
            assert any(code.strip() in page for page in pages), each.id


def test_whoever_interrupts_it_is_told_that_nothing_was_made(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status 1 would say that the document has faults."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("understudy.docs.book", interrupted)
    monkeypatch.chdir(folder)

    done = CliRunner().invoke(main, ["docs", "lamps.yaml", "-o", "site"])

    assert (done.exit_code, done.stderr) == (2, "Interrupted; no pages were made.\n")
    assert not (folder / "site").exists()


def test_nothing_that_the_document_has_is_left_out(folder: Path) -> None:
    """Webhooks and callbacks were, once, with a warning."""
    text = blocks("yaml")[0].replace(
        "x-resource-lifecycles:",
        "webhooks: {burnt: {post: {responses: {'200': {description: Noted.}}}}}\nx-resource-lifecycles:",
    )
    (folder / "lamps.yaml").write_text(text, "utf-8")

    done = ran(COMMANDS[1], folder)

    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    assert (folder / "pages/webhooks/burnt.md").is_file()


@pytest.mark.parametrize("command", ["docs -o pages --format markdown", "diagram"])
def test_what_lies_outside_the_folder_is_read_where_that_is_allowed(folder: Path, command: str) -> None:
    """A document must not fetch what its reader did not mean to show."""
    inside = folder / "inside"
    inside.mkdir()
    text = blocks("yaml")[0].replace("{$ref: '#/components/schemas/Lamp'}", "{$ref: '../lamp.yaml'}", 1)
    (inside / "lamps.yaml").write_text(text, "utf-8")
    (folder / "lamp.yaml").write_text("type: object\n", "utf-8")

    fenced = ran(f"understudy {command} inside/lamps.yaml", folder)
    allowed = ran(f"understudy {command} inside/lamps.yaml --fence .", folder)

    assert "'../lamp.yaml' leads to" in fenced.stderr
    assert (allowed.returncode, allowed.stderr.count("../lamp.yaml")) == (0, 0), allowed.stderr
