"""Schemathesis, which knows nothing of this project, finds no difference between document and server."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from harness import ROOT, Server

DATA = Path(__file__).parent / "data"
PHASES = ("examples", "coverage", "fuzzing", "stateful")
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
# Its first request asks whether a NUL may be in a header, which it may not.
PROBE = "WARNING:  Invalid HTTP request received.\n"


@pytest.fixture(scope="module")
def judged() -> Iterator[Server]:
    """A server that lets only known principals in, so that an unknown credential can be refused."""
    running = Server(
        *("--clock", "manual", "--check-responses"),
        *("--principals", str(DATA / "schemathesis-principals.yaml")),
    )
    yield running
    assert running.stop() == 0
    assert set(running.errors) <= {PROBE}, "".join(running.errors)


@pytest.fixture(scope="module")
def report(judged, tmp_path_factory) -> dict[str, Any]:
    """What one run of everything found. It leaves its files in a folder of its own."""
    folder = tmp_path_factory.mktemp("schemathesis")
    command = [
        Path(sys.executable).with_name("st"),
        *("--config-file", DATA / "schemathesis.toml"),
        *("run", ROOT / "openapi.yaml", "--url", judged.url),
        *("--report", "json", "--report-json-path", folder / "report.json", "--no-color"),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=300)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    told: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return told


def test_it_finds_nothing(report):
    """Every answer has a documented status, type and form, and what breaks the document is refused."""
    assert report["failures"] == []
    assert report["errors"] == []


def test_it_has_tried_every_operation(report):
    """A run that skips what it cannot read would find nothing either."""
    paths = yaml.load((ROOT / "openapi.yaml").read_text(), Loader=yaml.CSafeLoader)["paths"]
    number = sum(1 for path in paths.values() for method in path if method in METHODS)

    assert report["operations"]["tested"] == report["operations"]["total"] == number


def test_it_has_been_through_every_phase(report):
    """The written examples, every boundary of every schema, random values, and chains of calls."""
    assert {name: phase["status"] for name, phase in report["phases"].items()} == dict.fromkeys(
        PHASES, "success"
    )
    assert report["test_cases"]["generated"] > 1000


def test_it_knows_who_it_is(report):
    """With a credential that is refused everywhere, it would have seen nothing but 401."""
    assert report["warnings"]["missing_auth"] == []
    assert report["warnings"]["unused_openapi_auth"] == []
    rates = [rate for phases in report["valid_rates"].values() for rate in phases.values()]
    assert sum(rate["accepted"] for rate in rates) > 200
