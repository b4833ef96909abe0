"""The escape hatch: a Python file that answers operations, and what is said of one that cannot."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from mockserver.app import Settings, build
from mockserver.clock import ManualClock
from speckit.document import load as read
from speckit.specification import specify
from understudy import hooks
from understudy.cli import main

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "reference" / "lifecycles.md").read_text()
SPECIFICATION = specify(read(ROOT / "openapi.yaml"))
JOB = "/public/3sWXSsqHgSKnE87YkNJK/jobs"


@pytest.fixture
def file(tmp_path):
    """Writes a file of hooks: `file(text)` returns its path."""

    def write(text, name="hooks.py"):
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return write


def client(path):
    found = hooks.load(path, SPECIFICATION.operations)
    app = build(SPECIFICATION, clock=ManualClock(), settings=Settings(hooks=found))
    return TestClient(app, base_url="http://localhost", headers={"Authorization": "Bearer YOUR_API_KEY"})


def test_the_example_of_the_reference_page_does_what_it_says(file):
    (example,) = re.findall(r"^```python\n(# hooks.py.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    http = client(file(example))
    (first, *_) = http.get(JOB).json()["data"]

    shown = http.get(f"{JOB}/{first['jobId']}").json()["data"]

    assert shown == first | {"progress": shown["progress"]}
    assert shown["progress"] in (0, 50, 100)
    assert "progress" not in http.get(JOB).json()["data"][0]


def test_an_error_of_the_document_stays_one(file):
    """Whoever only adds to an answer need not know the errors."""
    http = client(file("HOOKS = {'getOpenReplayJob': lambda request, world: world.usual()}"))

    assert http.get(f"{JOB}/99999").status_code == 404


def test_a_hook_sees_the_world_and_sends_headers(file):
    text = """
def count(request, world):
    every = world.all("OpenReplayJob")
    one = world.find("OpenReplayJob", every[0]["jobId"])
    return 200, {"count": len(every), "same": one == every[0], "now": world.now}, {"X-From": "hook"}

HOOKS = {"listOpenReplayJobs": count}
"""
    answer = client(file(text)).get(JOB)

    assert answer.json()["count"] > 0
    assert answer.json()["same"]
    assert (answer.json()["now"][-1], answer.headers["X-From"]) == ("Z", "hook")


def test_a_file_of_hooks_may_hold_what_any_module_may(file):
    """A dataclass looks its module up by name."""
    text = """
from __future__ import annotations
from dataclasses import dataclass

@dataclass
class Seen:
    times: int = 0

HOOKS = {'listOpenReplayJobs': lambda request, world: (200, {'times': Seen().times})}
"""

    assert client(file(text)).get(JOB).json() == {"times": 0}


def test_a_hook_that_fails_is_an_internal_error(file, caplog):
    answer = client(file("HOOKS = {'listOpenReplayJobs': lambda request, world: 1 / 0}")).get(JOB)

    assert answer.status_code == 500
    assert "The hook of listOpenReplayJobs failed." in caplog.text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "hooks.py: There are no hooks in it. Write HOOKS"),
        ("HOOKS = {'listOpenReplayJobs': 1}", "There are no hooks in it"),
        ("HOOKS = {'listOpenReplayJob': print}", "is not an operation of the document."),
        ("HOOKS = {", "hooks.py:1: It cannot be run: SyntaxError"),
        ("\n1 / 0", "hooks.py:2: It cannot be run: ZeroDivisionError"),
        ("import sys\nsys.exit(0)", "hooks.py:2: It cannot be run: SystemExit"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_at_the_start(file, text, says):
    result = CliRunner().invoke(main, ["serve", "--port", "0", "--hook", file(text)])

    assert result.exit_code == 1
    assert says in result.output


@pytest.mark.parametrize("name", ["nowhere.py", "hooks.txt"])
def test_a_name_that_is_no_python_file_is_refused(file, tmp_path, name):
    file("HOOKS = {}", "hooks.txt")

    result = CliRunner().invoke(main, ["serve", "--port", "0", "--hook", str(tmp_path / name)])

    assert result.exit_code == 2
    assert "there is no such file" in result.output or "Its name ends in .py" in result.output


@pytest.mark.parametrize("status", [100, 101, 199, 600, -1, "200", None])
def test_a_hook_that_answers_with_no_status_is_an_internal_error(file, status):
    """A client would wait for the answer that comes after a 100, or read the body as one."""
    http = client(file(f"HOOKS = {{'getOpenReplayJob': lambda request, world: ({status!r}, {{'a': 1}})}}"))

    answer = http.get(f"{JOB}/3451")

    assert answer.status_code == 500
    assert "a status is" in answer.text or "it is one from 200 to 599" in answer.text
