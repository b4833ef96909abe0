"""A client that Alteryx's own Swagger file generated, published by others, believes the server is Alteryx."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).parent / "data" / "alteryx_client.py"
WORKFLOW = "66ebd0f23d6200007e000d11"
# The client and what its API part imports; what its MCP part needs is left out.
PINS = (
    "mcp-server-alteryx==0.2.22",
    "six==1.17.0",
    "python-dateutil==4.0.0",
    "urllib3==2.8.0",
    "certifi==2026.10.18",
)


@pytest.fixture(scope="session")
def library(request) -> Path:
    """The client in a folder of its own, apart from the project's environment; installed once, then kept."""
    place = Path(request.config.cache.mkdir("real-client"))
    stamp = place / "installed.json"
    if stamp.is_file() and json.loads(stamp.read_text()) == list(PINS):
        return place / "lib"
    shutil.rmtree(place / "lib", ignore_errors=True)
    stamp.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps"]
    ran = subprocess.run(
        [*command, "--target", place / "lib", *PINS], capture_output=True, text=True, timeout=300
    )
    if ran.returncode:
        pytest.fail(f"pip cannot install {PINS[0]}; this test needs a package registry.\n{ran.stderr}")
    # Written last, so that an installation that was interrupted is made anew.
    stamp.write_text(json.dumps(PINS))
    return place / "lib"


@pytest.fixture(scope="session")
def told(library, server) -> dict[str, Any]:
    """What the client saw on its way from enqueueing a job to reading its messages."""
    command = [sys.executable, "-I", "-S", PROGRAM, library, server.url, "real-client", WORKFLOW]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    seen: dict[str, Any] = json.loads(ran.stdout)
    return seen


def test_the_client_is_the_published_one(told, library):
    """A `src` of the project's own would say nothing about anybody's client."""
    assert Path(told["from"]).is_relative_to(library)


def test_it_enqueues_a_job(told):
    """What it sent comes back in its own types."""
    job = told["enqueued"]

    assert job["app_id"] == WORKFLOW
    assert (job["status"], job["disposition"]) == ("Queued", "None")
    assert (job["priority"], job["worker_tag"]) == ("High", "gpu")
    assert (job["outputs"], job["messages"]) == ([], [])


def test_it_polls_the_job_to_its_end(told):
    """Its loop waits for Completed or Cancelled, and must see the phases on the way in their order."""
    states = told["states"]

    assert list(dict.fromkeys(states)) == ["Queued", "Running", "Completed"]
    assert told["last"]["disposition"] == "Success"


def test_it_reads_outputs_and_messages(told):
    """The nested models are where a generated client breaks first."""
    last = told["last"]

    assert [sorted(output) for output in last["outputs"]] == [["available_formats", "file_name", "id"]]
    assert told["message"] == last["messages"][0]
    assert told["message"]["text"] == "Finished running Monthly sales."


def test_it_can_leave_the_messages_out(told):
    """It writes the parameter the way Python does: `includeMessages=False`."""
    assert told["without_messages"] == {**told["last"], "messages": None}


def test_it_finds_the_job_in_the_list_of_its_workflow(told):
    """The list has a shorter form of the job, under another name for its time of creation."""
    last = told["last"]
    listed = {each["id"]: each for each in told["listed"]}

    assert listed[last["id"]] == {
        "id": last["id"],
        "create_date": last["create_date_time"],
        "status": "Completed",
        "priority": "High",
        "worker_tag": "gpu",
        "run_with_e2": True,
    }
