"""The page about `diff`: its example is run, and its rules are all there are."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import pytest
from click.testing import CliRunner
from harness import ROOT

from toolkit.diff import FORMS, RULES
from understudy.cli import main
from understudy.diff import diff

PAGE = (ROOT / "docs/reference/diff.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
RULE = re.compile(r"^\| `([a-z0-9-]+)` \| (breaking|maybe|safe) \| (.+) \|$", re.MULTILINE)


def block(language: str) -> str:
    """The only block of the page in a language."""
    [found] = [body for name, body in BLOCK.findall(PAGE) if name == language]
    return found


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with the two documents of the page."""
    old = block("yaml")
    lines = block("diff").splitlines()
    less, more = ("\n".join(line[1:] for line in lines if line[0] == sign) for sign in "-+")
    assert old.count(less.replace("\n", "\n")) == 1
    (tmp_path / "old.yaml").write_text(old, "utf-8")
    (tmp_path / "new.yaml").write_text(old.replace(less, more), "utf-8")
    return tmp_path


def test_the_example_says_what_the_page_shows(place):
    command, shown = block("console").split("\n", 1)

    with chdir(place):
        done = CliRunner().invoke(main, shlex.split(command)[2:], catch_exceptions=False)

    assert done.stdout == shown
    assert done.exit_code == 1


def test_the_line_for_a_workflow_marks_lines(place):
    who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "commit.gpgsign=false"]
    for git in (["init", "-q"], ["add", "old.yaml"], [*who, "commit", "-q", "-m", "Begun"]):
        subprocess.run(["git", *git], cwd=place, check=True, capture_output=True)

    words = shlex.split(block("sh"))
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=place, capture_output=True, text=True, timeout=60
    )

    assert done.stdout.startswith("::error file=new.yaml,line=")
    assert (done.returncode, done.stderr) == (1, "")


def test_the_page_lists_every_rule_with_its_verdict_and_reason():
    """In the order of the rules, below the heading of their group."""
    listed = RULE.findall(PAGE)

    assert listed == [(rule.id, rule.verdict, rule.reason) for rule in RULES.values()]


def test_the_headings_are_the_groups():
    headings = re.findall(r"^### (.+)$", PAGE, re.MULTILINE)

    assert headings == list(dict.fromkeys(rule.group for rule in RULES.values()))


def test_the_page_names_every_option_and_form():
    options = {name for param in diff.params for name in param.opts if name.startswith("--")}

    assert {each for each in options if f"`{each} " not in PAGE and f"`{each}`" not in PAGE} == set()
    assert all(f"`{form}`" in PAGE for form in FORMS)


def test_reasons_are_sentences():
    """Each stands by itself in a report."""
    assert all(re.fullmatch(r"[A-Z0-9].*\.", rule.reason) for rule in RULES.values())
    assert len(RULES) > 50
