"""What the README and the reference pages show is run."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from harness import NO_TLS, ROOT, START_SECONDS, URL, Server

from contracts.docket import Docket
from contracts.fields import SLACK_SECONDS
from contracts.finding import Subject
from contracts.laws import LAWS
from contracts.possible import Tolerance
from contracts.settings import PHASES
from contracts.wall import RESOLUTION
from speckit.document import load
from speckit.specification import specify

PAGES = ["README.md", "docs/reference/control.md", "docs/reference/faults.md", "docs/reference/serve.md"]
LAW_PAGE = "docs/reference/laws.md"
TUTORIAL = "docs/guides/verify-a-flask-api.md"
EXAMPLE = "examples/flask_jobs/README.md"
ALICE, BOB = ({"Authorization": f"Bearer {name}"} for name in ("alice", "bob"))
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


def test_the_other_commands_for_a_document_of_ones_own_run(tmp_path):
    """One after the other, as they stand, on the document that the guide begins with."""
    folder = str(Path(sys.executable).parent)
    (tmp_path / "my-api.yaml").write_text(blocks("docs/guides/bring-your-own.md", "yaml")[0])
    wanted = ("understudy infer", "understudy diff")
    scripts = [block for block in blocks("README.md", "sh") if block.startswith(wanted)]

    for script in scripts:
        done = subprocess.run(
            ["sh", "-c", f"set -e\n{script}cp bundled.yaml bundled-next.yaml"],
            cwd=tmp_path,
            env={**os.environ, "PATH": os.pathsep.join([folder, os.environ["PATH"]])},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    assert len(scripts) == 2
    assert "x-resource-lifecycles" in (tmp_path / "bundled.yaml").read_text()


def test_the_greeting_shown_is_the_greeting_printed(server):
    """A reader compares what they see with the page."""
    (shown,) = (block for block in blocks("README.md", "text") if "resources " in block)

    printed = [line.replace(server.url, "http://127.0.0.1:8080") for line in server.greeting]

    assert shown.splitlines() == printed[-len(shown.splitlines()) :]


@contextmanager
def make_serve(arguments: str, errors: Path) -> Iterator[str]:
    """Serve by the command of the README; give the URL, and leave in `errors` what stderr was told."""
    command = ["make", "-s", "serve", f"ARGS=--port 0 {arguments}"]
    with errors.open("w") as stderr:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=stderr, text=True, start_new_session=True
        )
        assert process.stdout is not None
        try:
            yield next((line.strip() for line in process.stdout if URL.fullmatch(line.strip())), "")
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.stdout.close()
            process.wait(timeout=30)


def test_the_command_of_the_readme_serves(tmp_path):
    """`make serve` is the main job: it must work as it stands, without another step."""
    assert "$ make serve\n" in blocks("README.md", "console")

    with make_serve("", tmp_path / "errors") as url:
        assert url

    assert "Traceback" not in (tmp_path / "errors").read_text()


def test_the_options_shown_for_that_command_do_what_is_said(tmp_path):
    """All of them at once: what alice makes bob sees, time runs ahead, and a refusal is explained."""
    text = (ROOT / "README.md").read_text("utf-8")
    shown = ["".join(each) for each in re.findall(r'`make serve ARGS=(?:"(.+?)"|(.+?))`', text)]

    with (
        make_serve(" ".join(shown), tmp_path / "errors") as url,
        httpx.Client(base_url=url, verify=NO_TLS) as client,
    ):
        asked, begun = time.monotonic(), now(client)
        made = client.post("/v1/export", json={"project_id": "proj_5b1e"}, headers=ALICE).json()["data"]
        seen = client.get("/v1/jobs?source_type=api", headers=BOB).json()["data"]
        client.post("/v1/export", json={"project_id": 7}, headers=ALICE)
        passed, took = now(client) - begun, time.monotonic() - asked

    assert shown == ["--one-world", "--speed 60", "--log-requests"]
    assert made["job_id"] in [job["id"] for job in seen]
    assert passed.total_seconds() > 10 * took
    assert '7 is not of type "string"' in (tmp_path / "errors").read_text()


def now(client: httpx.Client) -> datetime:
    """Return what the clock of the server shows."""
    return datetime.fromisoformat(client.get("/_understudy/clock").json()["now"])


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


# The laws


def chapters() -> Iterator[tuple[str, str, str]]:
    """Every law of the page, with its group and what is said of it."""
    groups = re.split(r"^## (.+)\n", (ROOT / LAW_PAGE).read_text("utf-8"), flags=re.MULTILINE)
    for group, text in zip(groups[1::2], groups[2::2], strict=True):
        sections = re.split(r"^### (.+)\n", text, flags=re.MULTILINE)
        if group != "Principles":
            yield from ((group, *pair) for pair in zip(sections[1::2], sections[2::2], strict=True))


def points(text: str) -> dict[str, str]:
    """What is said of a law, by the word that it begins with."""
    found = re.findall(r"^- \*\*(.+?)\*\* (.*?)(?=^- |\Z)", text, re.MULTILINE | re.DOTALL)
    assert len(found) == len(dict(found))
    return dict(found)


CHAPTERS = list(chapters())


def test_the_page_has_exactly_the_laws_in_their_order():
    """The name of a law is its anchor: a report names it, and a reader looks it up."""
    assert [(name, group) for group, name, _ in CHAPTERS] == [(law.name, law.group) for law in LAWS.values()]


@pytest.fixture(scope="module")
def docket() -> Docket:
    """What a finding is told by."""
    return Docket(specify(load(ROOT / "openapi.yaml"), only=["openreplay"]))


@pytest.mark.parametrize(("name", "text"), [pytest.param(name, text, id=name) for _, name, text in CHAPTERS])
def test_every_law_says_what_is_promised_and_how_it_is_tried(docket, name, text):
    """In the words of the report; and it is derived from where a finding says that it stands."""
    said = points(text)
    _, _, place = docket.place(name, Subject("OpenReplayJob", "getOpenReplayJob")).partition(" ")
    words = place.removeprefix("x-resource-lifecycles/OpenReplayJob/").split("/")

    assert text.split("\n\n")[0].strip() == LAWS[name].promise
    assert [word for word in said if word != "Leeway"] == ["From", "Tried", "Not judged", "Breach"]
    assert words[0] in ("paths", "operations") or all(f"`{word}`" in said["From"] for word in words)


def test_the_page_tells_the_tolerances_that_are_in_force():
    """A reader asks why a late server passed."""
    page = (ROOT / LAW_PAGE).read_text("utf-8")
    allowed = {each.name: each.default for each in fields(Tolerance)}

    assert f"| {allowed['late']:g} s late, {allowed['early']:g} s early |" in page
    assert f"| {SLACK_SECONDS:g} s | two times that belong together" in page
    assert f"| {RESOLUTION:g} s | a time that says when" in page
    assert [phase for phase in PHASES if f"| `{phase}` |" not in page] == []


# The tutorial


def parts() -> Iterator[tuple[str, list[str], str]]:
    """Each server that the tutorial starts: the command, what is asked then, and what comes of that."""
    shown: list[tuple[str, str]] = BLOCK.findall((ROOT / TUTORIAL).read_text("utf-8"))
    starts = [number for number, (_, body) in enumerate(shown) if body.startswith("python ")]
    for start, end in zip(starts, [*starts[1:], len(shown)], strict=True):
        scripts = [body for language, body in shown[start + 1 : end] if language == "sh"]
        (told,) = (body for language, body in shown[start + 1 : end] if language == "text")
        yield shown[start][1].strip(), scripts, told


PARTS = list(parts())
HELPER = PARTS[0][1][0]
"""Defines what every later command uses."""


@contextmanager
def started(command: str) -> Iterator[str]:
    """The URL of the application, started as the tutorial does but for the port."""
    words = shlex.split(command.replace("--port 8081", "--port 0"))
    process = subprocess.Popen(
        [sys.executable, *words[1:]], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    watchdog.cancel()
    try:
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
        process.stdout.close()


def run(script: str) -> str:
    """What a script prints on stdout; `python` and `understudy` are those of these tests."""
    folder = str(Path(sys.executable).parent)
    path = os.pathsep.join([folder, os.environ["PATH"]])
    done = subprocess.run(
        ["sh", "-c", script], cwd=ROOT, env={**os.environ, "PATH": path}, capture_output=True, text=True
    )
    assert "Error" not in done.stderr
    return done.stdout


def alike(line: str) -> str:
    """A line without what differs from run to run: numbers, and so the width of columns.

    How many promises are broken, and the exit status, count.
    """
    numbers = r"(?<!exit status )\b\d+([.,]\d+)*\b(?! promises? broken)"
    return " ".join(re.sub(numbers, "0", line).split())


def missing(shown: str, printed: str) -> list[str]:
    """The lines shown that were not printed, or not in this order; `...` stands for any."""
    rest = iter(map(alike, printed.splitlines()))
    return [line for line in map(alike, shown.splitlines()) if line not in ("", "...") and line not in rest]


@pytest.mark.parametrize(("start", "scripts", "told"), [pytest.param(*p, id=p[0][-20:]) for p in PARTS])
def test_the_tutorial_shows_what_the_judge_says(start, scripts, told):
    """The application as it is, and each of its bugs: the finding shown is the one that is made."""
    script = HELPER + scripts[-1]

    with started(start) as url:
        printed = run(script.replace("http://127.0.0.1:8081", url)).replace(url, "http://127.0.0.1:8081")

    assert missing(told, printed) == [], printed


def test_the_example_is_judged_as_the_tutorial_does_it():
    """Its own page names one command; that is the one the tutorial runs."""
    (command,) = (body for body in blocks(EXAMPLE, "console") if "understudy verify" in body)

    assert shlex.split(command.removeprefix("$ ")) == [
        word for word in shlex.split(HELPER.partition("{")[2].rpartition("}")[0]) if word != "$@"
    ]


def test_the_judge_of_the_readme_finds_nothing_wrong_with_our_own_server():
    """The first thing a reader tries."""
    (script,) = (block for block in blocks("README.md", "sh") if block.startswith("understudy verify"))
    (told,) = (block for block in blocks("README.md", "text") if "promises broken" in block)
    running = Server("--clock", "manual", "--check-responses")

    printed = run(f"URL={running.url}\n{script}")

    assert running.stop() == 0
    assert missing(told, printed) == [], printed
