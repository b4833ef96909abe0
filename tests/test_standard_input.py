"""`-` is standard input, wherever a document is named."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import httpx
import pytest
import yaml
from click.testing import CliRunner, Result
from harness import NO_TLS, ROOT, URL

from speckit.document import load
from speckit.source import STDIN
from understudy.cli import main

PRINTS = (
    (ROOT / "docs" / "guides" / "bring-your-own.md").read_text("utf-8").split("```yaml\n")[1].split("```")[0]
)
FAULTY = """\
openapi: 3.1.0
info: {title: Lamps, version: '1'}
paths:
  /lamps:
    get: {responses: {'200': {$ref: answers.yaml}, wrong: 5}}
"""
COMMANDS = {
    "verify": ("http://127.0.0.1:9", "--document", "-"),
    "docs": ("-", "-o", "pages", "--format", "markdown"),
    "diagram": ("-",),
    "bundle": ("-",),
    "infer": ("-",),
    "lint": ("-",),
    "diff": ("-", "prints.yaml"),
    "diff ": ("prints.yaml", "-"),
    "serve": ("-", "--port", "0"),
}


def asked(place: Path, name: str, text: str | bytes, *more: str) -> Result:
    """Run a command in a folder, in this process, with a text piped into it."""
    with chdir(place):
        words = [name.strip(), *COMMANDS[name], *more]
        return CliRunner().invoke(main, words, prog_name="understudy", input=text, catch_exceptions=False)


@pytest.fixture
def place(tmp_path) -> Path:
    """A folder with a document, and another that is referred to."""
    (tmp_path / "prints.yaml").write_text(PRINTS)
    (tmp_path / "answers.yaml").write_text("description: All.\n")
    return tmp_path


@pytest.mark.parametrize("name", COMMANDS)
def test_faults_name_the_line_of_standard_input(place, name):
    """An editor cannot jump there, but a person can count."""
    ran = asked(place, name, "openapi: 3.1.0\ninfo: [")

    assert ran.exit_code == (2 if name == "verify" else 1)
    assert "<stdin>:" in ran.output


@pytest.mark.parametrize("name", COMMANDS)
def test_nothing_is_wrong_use(place, name):
    """A pipe whose first half failed."""
    ran = asked(place, name, "")

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "<stdin>: Standard input is empty. Pipe a document into it, as in: " in ran.stderr


def test_references_lead_on_from_the_current_folder(place):
    """As if the document were a file in it; other faults are told as ever."""
    ran = asked(place, "bundle", FAULTY, "--format", "json")

    assert ran.exit_code == 0
    assert "All." in str(json.loads(ran.stdout)["paths"]) + str(json.loads(ran.stdout).get("components"))
    assert ran.stderr.startswith("Warning: <stdin>:5, paths/~1lamps/get/responses: 'wrong' is not a field")


def test_a_reference_does_not_leave_that_folder(place):
    """Unless it is said that it may."""
    (place / "here").mkdir()
    outside = FAULTY.replace("answers.yaml", "../answers.yaml")

    inside = asked(place / "here", "lint", outside)
    fenced = asked(place / "here", "lint", outside, "--fence", "..")

    assert "--fence" in inside.output
    assert "--fence" not in fenced.output


@pytest.mark.parametrize(
    "text", ['{\n\t"openapi": "3.1.0",\n\t"info": {"title": 5}, "paths": {}}', "{openapi: '3.1.0'}"]
)
def test_json_and_yaml_are_told_apart_by_what_comes(place, text):
    """There is no name to go by; JSON may be indented with tabs, and YAML may begin with a brace."""
    ran = asked(place, "lint", text)

    assert ran.exit_code == 1
    assert "<stdin>:" in ran.output
    assert "not JSON" not in ran.output
    assert "not YAML" not in ran.output


def test_the_line_of_json_is_found(place):
    ran = asked(place, "lint", '{\n\t"openapi": "3.1.0",\n\t"info": {"title": "L"},\n\t"paths": {}\n}')

    assert "<stdin>:3: " in ran.output


def test_utf_16_is_read_as_from_a_file(place):
    ran = asked(place, "bundle", FAULTY.replace(", wrong: 5", "").encode("utf-16"))

    assert (ran.exit_code, ran.stderr) == (0, "")


def test_each_command_does_what_it_does_with_a_file(place):
    """The overlay has no document to name."""
    inferred = asked(place, "infer", PRINTS)
    named = CliRunner().invoke(main, ["infer", str(place / "prints.yaml")])
    without = {key: value for key, value in yaml.safe_load(named.stdout).items() if key != "extends"}
    (place / "lifecycles.yaml").write_text(inferred.stdout)

    assert yaml.safe_load(inferred.stdout) == without
    assert "stateDiagram" in asked(place, "diagram", PRINTS, "--overlay", "lifecycles.yaml").stdout
    assert asked(place, "diff", PRINTS).stdout == asked(place, "diff ", PRINTS).stdout
    assert asked(place, "docs", PRINTS).exit_code == 0
    assert (place / "pages" / "index.md").is_file()


def test_a_document_that_is_swagger_is_inferred_as_such(place):
    """Its ranges of statuses are other ones."""
    swagger = (
        "swagger: '2.0'\ninfo: {title: Jobs, version: '1'}\npaths:\n  /jobs:\n"
        "    get: {responses: {200: {description: All., schema: {type: array, items: &job {type: object,"
        " properties: {id: {type: string}, status: {type: string, enum: [queued, done]}}}}}}}\n"
        "    post: {responses: {201: {description: It., schema: *job}}}\n"
        "  /jobs/{id}:\n    get: {parameters: [{name: id, in: path, required: true, type: string}],"
        " responses: {200: {description: It., schema: *job}}}\n"
    )

    ran = asked(place, "infer", swagger)

    assert ran.exit_code == 0, ran.stderr
    assert "update: {default: {description: The request is refused.}}" in ran.stdout


def test_only_one_of_two_documents_comes_from_there(place):
    with chdir(place):
        ran = CliRunner().invoke(main, ["diff", "-", "-"], input=PRINTS)

    assert ran.exit_code == 2
    assert "Standard input is one document. Name a file for the other." in ran.stderr


def test_it_is_served(place):
    """Its greeting says where the document came from; verify finds the same promises in the same way."""
    command = [sys.executable, "-m", "understudy", "serve", "-", "--port", "0"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=place
    ) as process:
        process.stdin.write(PRINTS)
        process.stdin.close()
        greeting = _greeting(process)
        there = httpx.get(f"{greeting[-1]}/_understudy/openapi.json", verify=NO_TLS).json()
        process.terminate()

    assert greeting[0].endswith(" (<stdin>)")
    assert there["info"]["title"] == yaml.safe_load(PRINTS)["info"]["title"]


def _greeting(process: subprocess.Popen[str]) -> list[str]:
    lines = []
    for line in process.stdout:
        lines.append(line.strip())
        if URL.fullmatch(line.strip()):
            break
    return lines


def test_a_terminal_is_wrong_use(place):
    """Who types `-` by mistake would wait for ever."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "understudy", "lint", "-"]
    ran = subprocess.run(command, stdin=theirs, capture_output=True, text=True, cwd=place, timeout=60)
    os.close(ours)
    os.close(theirs)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert "<stdin>: Standard input is a terminal. Pipe a document into it, as in: " in ran.stderr


def test_so_is_none_at_all(place):
    """As some services start their programs."""
    command = ["sh", "-c", f"{sys.executable} -m understudy lint - <&-"]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=place, timeout=60)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert "<stdin>: Standard input is closed." in ran.stderr


def test_it_is_read_once(place, monkeypatch):
    """What comes through a pipe comes once; lines are looked up later all the same."""
    with (place / "prints.yaml").open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        monkeypatch.chdir(place)
        first, second = load(STDIN), load(STDIN)

    assert first.data == second.data
    assert str(first.place(("paths",))) == str(second.place(("paths",)))
    assert first.place(("info",)).file == "<stdin>"
