"""What the exit status says of wrong files: 2 where there is none, 1 where what it says has faults."""

from __future__ import annotations

import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from harness import ROOT

from understudy.cli import main

PAGE = (ROOT / "docs" / "reference" / "documents.md").read_text("utf-8")
URL = "http://127.0.0.1:9"
SOUND = """\
openapi: 3.1.0
info: {title: Lamps, version: '1'}
paths: {/lamps: {get: {operationId: listLamps, responses: {'200': {description: All.}}}}}
"""
OVERLAY = (
    "overlay: 1.0.0\ninfo: {title: Lamps, version: '1'}\nactions: [{target: $.info, update: {title: L}}]\n"
)

# Every way in which a command is given something to read: how the rest of its line goes, FILE being that.
DOCUMENTS = {
    "serve": ("FILE", "--port", "0"),
    "verify": (URL, "--document", "FILE"),
    "docs": ("FILE", "-o", "site"),
    "diagram": ("FILE",),
    "bundle": ("FILE",),
    "infer": ("FILE",),
    "lint": ("FILE",),
    "diff old": ("FILE", "sound.yaml"),
    "diff new": ("sound.yaml", "FILE"),
}
SOUNDLY = {
    name: tuple("sound.yaml" if each == "FILE" else each for each in line) for name, line in DOCUMENTS.items()
}
OPTIONS = [
    *((name, "--overlay", "yaml") for name in DOCUMENTS if not name.startswith("diff")),
    ("diff old", "--overlay", "yaml"),
    ("diff old", "--old-overlay", "yaml"),
    ("diff old", "--new-overlay", "yaml"),
    ("serve", "--principals", "yaml"),
    ("serve", "--hook", "py"),
    ("lint", "--config", "toml"),
    ("verify", "--har", "har"),
    ("verify", "--replay", "json"),
    ("verify", "--baseline", "json"),
]
LINES = [
    *((name, line, "yaml") for name, line in DOCUMENTS.items()),
    *((name, (*SOUNDLY[name], option, "FILE"), suffix) for name, option, suffix in OPTIONS),
]
FOLDERS = [(name, "--fence") for name in DOCUMENTS if name != "diff new"] + [("docs", "--with")]
WRITTEN = {"--output", "--json", "--junit", "--html", "--sarif", "--write-baseline"}
"""What is written and not read."""


def asked(place: Path, name: str, line: tuple[str, ...], file: str) -> Result:
    """Run a command with `file` in the place of FILE, in this process."""
    words = [file if each == "FILE" else each for each in line]
    with chdir(place):
        ran = CliRunner().invoke(main, [name.partition(" ")[0], *words], prog_name="understudy", input="")
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    assert "Traceback" not in ran.stderr
    return ran


@pytest.fixture
def place(tmp_path) -> Path:
    """A folder with a sound document, and some that are no files to be read."""
    (tmp_path / "sound.yaml").write_text(SOUND)
    (tmp_path / "overlay.yaml").write_text(OVERLAY)
    for suffix in ("yaml", "py", "toml", "har", "json"):
        (tmp_path / f"folder.{suffix}").mkdir()
        (tmp_path / f"loop.{suffix}").symlink_to(f"loop.{suffix}")
        (tmp_path / f"faulty.{suffix}").write_text("[")
    return tmp_path


def ids(value: object) -> str:
    return " ".join(value) if isinstance(value, tuple) else str(value)


@pytest.mark.parametrize("file", ["nowhere", "folder", "loop"])
@pytest.mark.parametrize(("name", "line", "suffix"), LINES, ids=ids)
def test_a_file_that_cannot_be_read_is_wrong_use(place, name, line, suffix, file):
    """It is the command line that has to be changed."""
    ran = asked(place, name, line, f"{file}.{suffix}")

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert f"{file}.{suffix}" in " ".join(ran.stderr.split())


@pytest.mark.parametrize(("name", "line", "suffix"), LINES, ids=ids)
def test_a_file_with_faults_is_no_wrong_use(place, name, line, suffix):
    """But for `verify`, whose 1 says that a promise is broken, and nothing else."""
    ran = asked(place, name, line, f"faulty.{suffix}")

    assert ran.exit_code == (2 if name == "verify" else 1)
    assert f"faulty.{suffix}" in ran.output


@pytest.mark.parametrize("folder", ["nowhere", "sound.yaml"])
@pytest.mark.parametrize(("name", "option"), FOLDERS, ids=ids)
def test_a_folder_that_is_none_is_wrong_use(place, name, option, folder):
    ran = asked(place, name, (*SOUNDLY[name], option, folder), "")

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert f"{option} '{folder}' is no folder." in " ".join(ran.stderr.split())


def test_nothing_that_is_read_is_missing_here():
    """A new option for a file has to be added to the tables above."""
    listed = {(name.partition(" ")[0], option) for name, option, _ in OPTIONS}
    listed |= {(name, option) for name, option in FOLDERS} | {("diff", "--fence")}

    there = {
        (name, max(each.opts, key=len))
        for name, command in main.commands.items()
        for each in command.params
        if isinstance(each, click.Option) and str(each.metavar).startswith(("FILE", "FOLDER"))
    }

    assert {(name, option) for name, option in there if option not in WRITTEN} == {
        (name, option) for name, option in listed if " " not in name
    } | {("verify", "--document")}
    assert {name.partition(" ")[0] for name in DOCUMENTS} == set(main.commands)


def test_a_url_that_answers_nothing_is_wrong_use(place):
    """There is no such document, as with a file; nobody at all is asked here, for the address is private."""
    ran = asked(place, "lint", ("FILE", "--allow-remote"), "http://127.0.0.1:9/openapi.yaml")

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "http://127.0.0.1:9/openapi.yaml: " in ran.stderr


def test_what_is_referred_to_is_what_the_document_says(place):
    """A reference to a file that is not there is a fault of the document."""
    (place / "open.yaml").write_text(SOUND.replace("{description: All.}", "{$ref: nowhere.yaml}"))

    ran = asked(place, "bundle", ("FILE", "--strict-document"), "open.yaml")

    assert ran.exit_code == 1
    assert "open.yaml:3" in ran.stderr


def test_the_page_says_so():
    """With the words of the help."""
    ran = subprocess.run(
        [sys.executable, "-m", "understudy", "--help"], capture_output=True, text=True, cwd=ROOT, check=True
    )
    rows = {
        row.split("|")[1].strip()
        for row in PAGE.partition("## Exit statuses")[2].splitlines()
        if row[:1] == "|"
    }

    assert {"0", "1", "2"} <= rows
    assert "Exit status: 0 fine, 1 findings or faults, 2 wrong use or no such file" in ran.stdout
