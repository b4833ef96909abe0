"""What the README and the reference pages show is run."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
from pathlib import Path

import pytest
from harness import ROOT, URL, Server

PAGES = ["README.md", "docs/reference/control.md"]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)

BARE = """
openapi: 3.1.0
info: {title: Mine, version: '1'}
paths:
  /things:
    get:
      responses: {'200': {description: All, content: {application/json: {example: [1]}}}}
"""


def blocks(page: str, language: str) -> list[str]:
    """Every fenced block of `language` on a page."""
    text = (ROOT / page).read_text("utf-8")
    return [body for found, body in BLOCK.findall(text) if found == language]


SHELL = [(page, block) for page in PAGES for block in blocks(page, "sh")]
CURLS = [pytest.param(block, id=f"{page}-{i}") for i, (page, block) in enumerate(SHELL) if "curl" in block]
SERVES = [block.strip() for _, block in SHELL if block.startswith("understudy serve")]


@pytest.mark.parametrize("block", CURLS)
def test_every_curl_line_shown_works(server, block):
    """A reader pastes them; each must do what the page says."""
    script = "set -e\n" + block.replace("curl -s", "curl -sS --fail-with-body")

    done = subprocess.run(
        ["sh", "-c", script], env={**os.environ, "URL": server.url}, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("{")


@pytest.mark.parametrize("command", SERVES)
def test_every_serve_line_shown_serves(tmp_path, command):
    """With the reader's own document where one is named."""
    (tmp_path / "my-api.yaml").write_text(BARE)
    arguments = shlex.split(command)[2:]

    running = Server(*arguments, cwd=tmp_path)

    assert running.control("GET", "/health")["status"] == "ok"
    assert running.stop() == 0


def test_the_greeting_shown_is_the_greeting_printed(server):
    """A reader compares what they see with the page."""
    (shown,) = (block for block in blocks("README.md", "text") if "resources " in block)

    printed = [line.replace(server.url, "http://127.0.0.1:8080") for line in server.greeting]

    assert shown.splitlines() == printed[-len(shown.splitlines()) :]


def test_the_command_of_the_readme_serves():
    """`make serve` is the main job: it must work as it stands, without another step."""
    assert "$ make serve\n" in blocks("README.md", "console")
    command = ["make", "-s", "serve", "ARGS=--port 0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None

    url = next((line for line in process.stdout if URL.fullmatch(line.strip())), "")
    os.killpg(process.pid, signal.SIGINT)
    rest = process.stdout.read()
    process.stdout.close()
    process.wait(timeout=30)

    assert url
    assert "Traceback" not in rest


def test_ci_runs_the_test_command_of_the_readme():
    """What passes for a reader is what passes in CI."""
    assert "$ make test\n" in blocks("README.md", "console")
    assert "make test" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_every_link_between_pages_leads_somewhere():
    """A page that moved takes its links along."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")]
    links = [
        (page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8"))
    ]

    lost = [f"{page.relative_to(ROOT)}: {link}" for page, link in links if not (page.parent / link).exists()]

    assert links
    assert not lost


def test_the_control_page_lists_every_path_of_the_door(server):
    """The reference is complete: what the door has, the page has."""
    page = Path(ROOT / "docs/reference/control.md").read_text("utf-8")
    with server.client(None) as client:
        refusal = client.get("/_understudy/nothing").json()["detail"]

    paths = re.findall(r"/_understudy/\w+", refusal.split("; there are ")[1])

    assert len(paths) > 5
    assert [path for path in paths if path not in page] == []
