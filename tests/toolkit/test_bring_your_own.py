"""The guide for documents of one's own: what it shows is what happens."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from harness import ROOT, Server

from understudy.cli import main

GUIDE = (ROOT / "docs/guides/bring-your-own.md").read_text("utf-8")
REFERENCE = (ROOT / "docs/reference/infer.md").read_text("utf-8")
SHOWN = "http://127.0.0.1:8080"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


COMMANDS = [line[2:] for block in blocks("console") for line in block.splitlines() if line.startswith("$ ")]


def command(start: str) -> str:
    return next(each for each in COMMANDS if each.startswith(start))


def run(line: str, folder: Path, url: str = SHOWN) -> subprocess.CompletedProcess[str]:
    words = [word.replace(SHOWN, url) for word in shlex.split(line)]
    words = [sys.executable, "-m", *words] if words[0] == "understudy" else words
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=120)


def served(line: str, folder: Path) -> Server:
    """What the guide serves, on a free port."""
    return Server(*shlex.split(line)[2:], cwd=folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reader's folder, with the document, the Overlay, and three lines of it corrected."""
    found = tmp_path_factory.mktemp("shop")
    (found / "prints.yaml").write_text(blocks("yaml")[0], "utf-8")
    done = run(command("understudy infer"), found)
    told = next(block for block in blocks("console") if block.startswith("$ understudy infer"))
    assert done.stderr == told.split("\n", 1)[1]
    (found / "lifecycles.yaml").write_text(corrected((found / "lifecycles.yaml").read_text("utf-8")), "utf-8")
    return found


def corrected(text: str) -> str:
    lines = [line for line in blocks("diff")[0].splitlines() if line]
    for old, new in zip(lines[::2], lines[1::2], strict=True):
        assert (old[0], new[0], text.count(old[1:])) == ("-", "+", 1), old
        text = text.replace(old[1:], new[1:])
    return text


def test_the_plain_document_answers(folder):
    server = served("understudy serve prints.yaml", folder)
    try:
        answer = run(command("curl -s http://127.0.0.1:8080/prints/prt_5hT2"), folder, server.url)
    finally:
        server.stop()

    assert '"id":"prt_5hT2"' in answer.stdout


def test_the_corrected_lifecycle_lives_and_is_kept(folder):
    """From the first request of the guide to the judgement at its end."""
    server = served(command("understudy serve prints.yaml --overlay"), folder)
    try:
        first = COMMANDS.index(command("understudy serve prints.yaml --overlay"))
        made, _, listed = (run(each, folder, server.url).stdout for each in COMMANDS[first + 1 : first + 4])
        identity = re.search(r'"id":"(\w+)"', made)
        assert identity is not None
        cancelled = run(
            f"curl -s -w %{{http_code}} -X POST {SHOWN}/prints/{identity[1]}/cancel", folder, server.url
        )
        run(
            command("curl -s http://127.0.0.1:8080/_understudy/clock").replace("PT10S", "PT1M"),
            folder,
            server.url,
        )
        ended = run(f"curl -s {SHOWN}/prints/{identity[1]}", folder, server.url).stdout
        judged = run(command("understudy verify"), folder, server.url)
    finally:
        server.stop()

    assert '"status":"printing"' in listed
    assert cancelled.stdout.endswith("409")
    assert '"status":"printed"' in ended
    assert '"finished_at":"' in ended
    assert judged.returncode == 0, judged.stdout


def test_the_reference_has_exactly_the_options_of_infer():
    shown = set(re.findall(r"`(--[a-z-]+)", REFERENCE.split("## serve --crud")[0])) - {
        "--crud",
        "--check-responses",
    }
    options = {
        option for each in main.commands["infer"].params for option in each.opts if option.startswith("--")
    }

    assert shown - {"--check-responses"} == options
    assert "--crud" in {option for each in main.commands["serve"].params for option in each.opts}
