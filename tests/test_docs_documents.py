"""The page about documents: what it shows is what the commands say, and its numbers are those in force."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from harness import Server

import understudy.serve
from speckit import plain_yaml, references, remote, source
from speckit.document import load
from understudy.cli import main

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "documents.md"
TEXT = PAGE.read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LAMPS, OVERLAY = (body for language, body in BLOCK.findall(TEXT) if language == "yaml")
SHOWN, PIPED, WATCHED, FENCED = (body for language, body in BLOCK.findall(TEXT) if language == "console")
BULBS = "openapi: 3.1.0\ninfo: {title: Bulbs, version: '1'}\npaths:\n  /bulbs: {}\n"
PATIENCE_SECONDS = 60


@pytest.fixture
def said(tmp_path, monkeypatch):
    """What `serve` writes to stderr about a document before it would listen."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(understudy.serve, "_serve", lambda _app, listener, *_: listener.close() or 0)
    (tmp_path / "lamps.yaml").write_text(LAMPS)

    def said(line):
        words = line.removeprefix("$ understudy ").split()
        ran = CliRunner().invoke(main, [*words, "--port", "0"], prog_name="understudy")
        return ran.exit_code, ran.stderr

    return said


def test_the_warnings_shown_are_the_warnings_given(said):
    command, _, told = SHOWN.partition("\n")

    assert said(command) == (0, told)


def test_strictly_it_is_refused(said):
    status, told = said("serve lamps.yaml --strict-document")

    assert status == 1
    assert told.startswith("8 faults:\n")


def test_standard_input_is_read_as_it_is_shown(tmp_path):
    (tmp_path / "bulbs.yaml").write_text(BULBS)
    command, _, told = PIPED.partition("\n")

    ran = subprocess.run(
        ["sh", "-c", command.removeprefix("$ ")],
        cwd=tmp_path,
        env={**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (ran.returncode, ran.stdout, ran.stderr) == (1, told, "")


def test_edits_are_told_as_they_are_shown(tmp_path):
    command, *told = WATCHED.splitlines()
    document = tmp_path / "bulbs.yaml"
    document.write_text(BULBS)
    server = Server(*command.removeprefix("$ understudy serve ").split(), cwd=tmp_path)
    edits = (
        (f"{BULBS}  /lamps: {{}}\n", 1),
        (BULBS.replace("3.1.0", "4.0.0"), 4),
        (f"{BULBS}  /moons: {{}}\n", 5),
    )
    for text, lines in edits:
        document.write_text(text)
        end = time.monotonic() + PATIENCE_SECONDS
        while len(server.errors) < lines:
            assert time.monotonic() < end, server.errors
            time.sleep(0.01)

    assert server.stop() == 0
    assert [line.rstrip("\n") for line in server.errors] == told


def test_the_fence_is_moved_as_it_is_shown(said, tmp_path):
    (tmp_path / "apis").mkdir()
    (tmp_path / "common").mkdir()
    (tmp_path / "common" / "answers.yaml").write_text("description: All.\n")
    (tmp_path / "apis" / "lamps.yaml").write_text(
        "openapi: 3.1.0\ninfo: {title: Lamps, version: '1'}\npaths:\n  /lamps:\n    get:\n"
        "      responses: {200: {$ref: ../common/answers.yaml}}\n"
    )
    first, told, second = FENCED.splitlines()

    status, warnings = said(first)

    assert (status, warnings.replace(str(tmp_path), "FOLDER")) == (0, f"{told}\n")
    assert said(second) == (0, "")


def test_the_overlay_shown_applies(tmp_path):
    (tmp_path / "lamps.yaml").write_text(LAMPS)
    (tmp_path / "overlay.yaml").write_text(OVERLAY)

    document = load(tmp_path / "lamps.yaml", overlays=[tmp_path / "overlay.yaml"])

    assert document.data["info"]["version"] == "2"
    assert document.data["components"]["schemas"]["Lamp"]["properties"]["watts"] == {"type": "integer"}
    assert "post" not in document.data["paths"]["/lamps"]


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("a file", f"{source.LARGEST_BYTES >> 20} MiB"),
        ("its depth", f"{plain_yaml.DEEPEST} levels"),
        ("counted each time", f"{plain_yaml.MOST_NODES:,}"),
        ("the entries of one mapping", f"{plain_yaml.MOST_KEYS:,}"),
        ("the references that follow each other", f"{references.LONGEST_CHAIN}"),
    ],
)
def test_the_limits_told_are_those_in_force(name, number):
    [row] = [line for line in TEXT.splitlines() if line.startswith("|") and f"{name} |" in line]

    assert row.endswith(f"| {number} |")


def test_so_are_those_of_what_is_remote():
    each, whole = remote.LARGEST_BYTES >> 20, remote.MOST_BYTES >> 20
    told = (
        f"At most {remote.MOST_FILES} files, {each} MiB each and {whole} MiB together, "
        f"{remote.MOST_REDIRECTS} redirects and {remote.PATIENCE_SECONDS:.0f} seconds for each."
    )

    assert told in " ".join(TEXT.split())
