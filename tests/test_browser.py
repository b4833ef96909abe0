"""A real browser draws the page to click on, and nothing it does leaves this machine."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from functools import cache

import pytest
import yaml
from harness import ROOT

SECONDS_TO_DRAW = 120
PNG = b"\x89PNG\r\n\x1a\n"


def browse(folder, *arguments: str) -> str:
    """Run headless Chromium, for which no host but this machine has an address; return its output."""
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("There is no Chromium; install the Debian package 'chromium'.")
    command = [
        program,
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
        "--disable-dev-shm-usage",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        *("--window-size=1280,2400", "--virtual-time-budget=20000", f"--user-data-dir={folder / 'profile'}"),
        *arguments,
    ]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_TO_DRAW, cwd=folder)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def drawn(server, tmp_path_factory) -> str:
    """The page as it stands once its scripts have run."""
    return browse(tmp_path_factory.mktemp("browser"), "--dump-dom", f"{server.url}/_understudy/ui/")


@cache
def document():
    return yaml.load((ROOT / "openapi.yaml").read_text(), Loader=yaml.CSafeLoader)


def test_every_operation_is_there_to_click(drawn):
    """Swagger UI gives each an element named after its tag and operationId."""
    operations = [
        operation
        for path in document()["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict) and "operationId" in operation
    ]

    ids = {f"operations-{operation['tags'][0]}-{operation['operationId']}" for operation in operations}

    assert len(ids) == len(operations) > 0
    assert {each for each in ids if f'id="{each}"' not in drawn} == set()


def test_title_and_tags_are_shown(drawn):
    """What a visitor looks for first."""
    text = html.unescape(drawn)

    assert document()["info"]["title"] in text
    assert [tag["name"] for tag in document()["tags"] if f'data-tag="{tag["name"]}"' not in text] == []


def test_nothing_could_not_be_loaded(drawn):
    """Swagger UI draws its errors into the page."""
    assert "errors-wrapper" not in drawn
    assert "Failed to load" not in drawn


def test_the_page_loads_from_its_own_server_only(server, api):
    """It must work on a train, and tell nobody what is being tried."""
    page = api.get("/_understudy/ui/").text

    named = re.findall(r'(?:src|href)="([^"]+)"', page)

    assert named
    assert [each for each in named if "//" in each] == []
    for each in named:
        assert api.get(f"/_understudy/ui/{each}").status_code == 200, each
    assert "http" not in api.get("/_understudy/ui/start.js").text


def test_it_can_be_looked_at(server, tmp_path):
    """A picture that is more than an empty page."""
    picture = tmp_path / "page.png"

    browse(tmp_path, f"--screenshot={picture}", f"{server.url}/_understudy/ui/")

    content = picture.read_bytes()
    assert content.startswith(PNG)
    assert len(content) > 50_000
