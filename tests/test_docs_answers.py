"""The page about answers without a lifecycle: every curl line prints what the page says it prints."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import ROOT, Server

from mockserver.samples.refusing import TEXTS

PAGE = ROOT / "docs/reference/answers.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINES = re.compile(r"^\$ (curl .*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def blocks(language: str) -> list[str]:
    return [body for found, body in BLOCK.findall(PAGE.read_text("utf-8")) if found == language]


SHOWN = [LINES.findall(block) for block in blocks("console")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The document of the page, served as the page says."""
    folder: Path = tmp_path_factory.mktemp("answers")
    (folder / "pets.yaml").write_text(blocks("yaml")[0], "utf-8")
    running = Server("pets.yaml", "--check-responses", cwd=folder)
    yield running
    assert running.stop() == 0


def test_every_line_is_found() -> None:
    assert sum(map(len, SHOWN)) == PAGE.read_text("utf-8").count("$ curl ")


@pytest.mark.parametrize("lines", SHOWN, ids=lambda lines: lines[0][0][:60])
def test_every_curl_line_prints_what_the_page_shows(server: Server, lines: list[tuple[str, str]]) -> None:
    """A reader pastes them and compares, block by block with a server just started."""
    server.control("POST", "/reset")

    for command, shown in lines:
        done = subprocess.run(
            ["sh", "-c", command], env={**os.environ, "URL": server.url}, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.rstrip("\n") == shown.rstrip("\n")


def test_the_names_that_tell_what_is_wrong_are_all_shown() -> None:
    text = PAGE.read_text("utf-8")

    assert [name for name in TEXTS if f"`{name}`" not in text] == []
