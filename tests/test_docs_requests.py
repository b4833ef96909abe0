"""The page about requests: what it says is read is read so, and every curl line prints what it shows."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import ROOT, Server

from mockserver.parameters import Parameters
from mockserver.routing import Router
from speckit.operation import Operation, Parameter
from speckit.schema import Schemas

TEXT = (ROOT / "docs/reference/requests.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINES = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
SHOWN = [line for kind, block in BLOCK.findall(TEXT) if kind == "console" for line in LINES.findall(block)]
STYLES = re.findall(
    r"^\| `(path|query)` \| `(\w+)` \| (yes|no) \| `(.*?)` \| `(.*?)` \|$", TEXT, re.MULTILINE
)
PATHS = re.findall(r"^\| `(/.*?)` \| `(/.*?)` \| `(.*?)` \|$", TEXT, re.MULTILINE)
SCHEMAS = {
    list: {"type": "array", "items": {"type": "string"}},
    dict: {"type": "object", "properties": {"R": {"type": "integer"}, "G": {"type": "integer"}}},
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The document of the page, served as the page says."""
    folder: Path = tmp_path_factory.mktemp("requests")
    (folder / "orders.yaml").write_text(next(b for kind, b in BLOCK.findall(TEXT) if kind == "yaml"), "utf-8")
    running = Server("orders.yaml", "--check-responses", cwd=folder)
    yield running
    assert running.stop() == 0
    assert "'certificate' is not enforced" in "".join(running.errors)


def test_everything_shown_is_found() -> None:
    assert len(SHOWN) == TEXT.count("\n$ ") > 5
    assert len(STYLES) > 15
    assert len(PATHS) == 4


@pytest.mark.parametrize(("command", "shown"), SHOWN)
def test_every_line_prints_what_the_page_shows(server: Server, command: str, shown: str) -> None:
    done = subprocess.run(
        ["sh", "-c", command], env={**os.environ, "URL": server.url}, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip("\n") == shown.rstrip("\n")


@pytest.mark.parametrize(("place", "style", "explode", "sent", "expected"), STYLES)
def test_every_row_of_the_styles_is_read_so(
    place: str, style: str, explode: str, sent: str, expected: str
) -> None:
    value = json.loads(expected)
    parameter = Parameter("color", place, True, SCHEMAS[type(value)], False, style, explode == "yes")
    parameters = Parameters(
        Operation("op", "GET", "/", parameters=(parameter,)), Schemas({"openapi": "3.1.0"})
    )

    read = parameters.path({"color": sent}) if place == "path" else parameters.query(sent.encode())

    assert read == {"color": value}


@pytest.mark.parametrize(("template", "path", "expected"), PATHS)
def test_every_row_of_the_paths_is_found_so(template: str, path: str, expected: str) -> None:
    found = Router([Operation("op", "GET", template)], ()).find(path.encode(), "GET")

    assert found is not None
    assert found.values == json.loads(expected)
