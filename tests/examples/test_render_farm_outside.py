"""The render farm from outside: its document, its README, and what schemathesis says of both servers."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openapi_spec_validator
import pytest
import yaml
from examples.render_farms import DOCUMENT, EXAMPLE, specification

from speckit.schema import Schemas

ROOT = EXAMPLE.parents[1]
HERE = Path(__file__).parent
START_SECONDS = 60
PAGE = (EXAMPLE / "README.md").read_text("utf-8")
SHELL = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = [block.strip() for block in SHELL if " --port " in block]
CURLS = [block for block in SHELL if "curl" in block]
URL = re.compile(r"http://127\.0\.0\.1:\d+\b")


class Running:
    """A command of the README as a process, on a free port. Its URL is known once it answers."""

    def __init__(self, command: str) -> None:
        words = shlex.split(re.sub(r"--port \d+", "--port 0", command))
        program = {"understudy": [sys.executable, "-m", "understudy"], "python": [sys.executable]}
        self.said: list[str] = []
        self._has_url = threading.Event()
        self._process = subprocess.Popen(
            [*program[words[0]], *words[1:]],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        assert self._has_url.wait(START_SECONDS), self.said
        self.url = next(found[0] for line in self.said if (found := _listening(line)))

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self.said.append(line)
                if _listening(line):
                    self._has_url.set()

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait(timeout=30)
        self._listener.join()


def _listening(line: str) -> re.Match[str] | None:
    """Return the URL in a line that says where a server listens."""
    is_said = "Uvicorn running on" in line or URL.fullmatch(line.strip())
    return URL.search(line) if is_said else None


@pytest.fixture(scope="module", params=COMMANDS)
def running(request: pytest.FixtureRequest) -> Iterator[Running]:
    """Each server that the README starts."""
    server = Running(request.param)
    yield server
    server.stop()
    assert not [line for line in server.said if "Traceback" in line or "ERROR" in line], server.said


# ---------------------------------------------------------------- the document


def test_the_document_is_valid():
    """By OpenAPI's own schema, and by what both extensions ask for."""
    openapi_spec_validator.validate(yaml.safe_load(DOCUMENT.read_text("utf-8")))
    assert len(specification().operations) == 25


def bodies(node: Any, at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each media type of the document with where it stands."""
    if isinstance(node, dict):
        for key, each in node.items():
            if key == "content" and isinstance(each, dict):
                yield from ((f"{at}/{kind}", media) for kind, media in each.items())
            yield from bodies(each, f"{at}/{key}")


BODIES = dict(bodies(specification().document.data["paths"]))
BODIES |= dict(bodies(specification().document.data["components"]))


@pytest.mark.parametrize("at", BODIES)
def test_every_body_has_examples_that_fit(at):
    """What a reader copies is what the API takes and gives."""
    data, media = specification().document.data, BODIES[at]
    named = media.get("examples", {}).values()
    shown = [data["components"]["examples"][e["$ref"].split("/")[-1]] if "$ref" in e else e for e in named]
    examples = [each["value"] for each in shown] + ([media["example"]] if "example" in media else [])

    validator = Schemas(data).validator(media["schema"])
    assert examples
    assert [error.message for example in examples for error in validator.iter_errors(example)] == []


def test_the_hand_written_server_shares_nothing_with_ours():
    """A judge that finds both alike has then compared two things."""
    files = [EXAMPLE / "server.py", *(EXAMPLE / "renderfarm").glob("*.py")]
    trees = [ast.walk(ast.parse(file.read_text("utf-8"))) for file in files]
    imports = [
        name
        for tree in trees
        for node in tree
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
    ]

    assert len(files) > 8
    assert not {str(name).split(".")[0] for name in imports} & {
        "speckit",
        "mockserver",
        "contracts",
        "understudy",
        "yaml",
    }
    assert all("openapi.yaml" not in file.read_text("utf-8") for file in files)


# ---------------------------------------------------------------- the page


def test_the_page_starts_both_servers():
    """The two commands, and ours once more with its principals."""
    programs = [shlex.split(command)[0] for command in COMMANDS]
    assert programs == ["understudy", "python", "understudy"]


def test_every_curl_line_of_the_page_works(running):
    """A reader pastes them, whichever server it is."""
    environment = {**os.environ, "URL": running.url}
    for block in CURLS:
        # With principals nobody is `me`.
        script = "set -e\n" + block.replace("curl -s", "curl -sS --fail-with-body").replace(" me'", " alice'")
        done = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_names_every_module():
    """The table of modules is complete."""
    for file in (EXAMPLE / "renderfarm").glob("[a-z]*.py"):
        assert f"renderfarm/{file.name}" in PAGE


# ---------------------------------------------------------------- schemathesis


@pytest.fixture(scope="module")
def report(running, tmp_path_factory) -> dict[str, Any]:
    """What one run of everything found, in either server. It leaves its files in a folder of its own."""
    folder = tmp_path_factory.mktemp("schemathesis")
    command = [
        Path(sys.executable).with_name("st"),
        *("--config-file", HERE / "render_farm.schemathesis.toml"),
        *("run", DOCUMENT, "--url", running.url),
        *("--report", "json", "--report-json-path", folder / "report.json", "--no-color"),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=300)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    told: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return told


@pytest.mark.parametrize("running", COMMANDS[:2], indirect=True, scope="module")
def test_schemathesis_finds_nothing(report):
    """It knows nothing of this project: statuses, types, headers, schemas and refusals, all as documented."""
    assert (report["failures"], report["errors"]) == ([], [])
    assert report["operations"]["tested"] == report["operations"]["total"] == 25
    assert {phase["status"] for phase in report["phases"].values()} == {"success"}
    assert report["test_cases"]["generated"] > 800
