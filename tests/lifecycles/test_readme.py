"""The page about the Overlays names all of them, and its commands work."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from harness import ROOT, Server
from lifecycles.playing import OVERLAYS, Example

PAGE = (OVERLAYS / "README.md").read_text()
FILES = sorted(OVERLAYS.glob("*.yaml"))
SOURCE = re.compile(r"https://raw\.githubusercontent\.com/[\w.-]+/[\w.-]+/[0-9a-f]{40}/\S+")


def test_the_table_has_every_file():
    assert re.findall(r"^\| `([\w.-]+)` \|", PAGE, re.MULTILINE) != []
    assert sorted(re.findall(r"^\| `([\w.-]+)` \|", PAGE, re.MULTILINE)) == [file.name for file in FILES]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_overlay_names_the_document_it_was_written_for(file):
    overlay = yaml.safe_load(file.read_text())

    assert overlay["overlay"] == "1.0.0"
    assert SOURCE.fullmatch(overlay["extends"])


def test_the_commands_of_the_page_work(tmp_path: Path):
    serve, verify = re.findall(r"^understudy (.+)$", PAGE, re.MULTILINE)
    shutil.copy(Example("ipfs-pinning/ipfs-pinning-service.yaml", ()).path, tmp_path / "openapi.yaml")
    shutil.copytree(OVERLAYS, tmp_path / OVERLAYS.relative_to(ROOT))
    server = Server(*shlex.split(serve)[1:], cwd=tmp_path)
    words = [word.replace("http://127.0.0.1:8080", server.url) for word in shlex.split(verify)]

    command = [sys.executable, "-m", "understudy", *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300)

    assert server.stop() == 0
    assert done.returncode == 0, done.stdout + done.stderr
