"""What a code host is told of a broken promise: the line that made it, in SARIF or an annotation."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from click.testing import CliRunner, Result

from tests.sarif import SARIF
from understudy.cli import main

DOCUMENT = """\
openapi: 3.1.0
info: {title: Lamps, version: '1'}
paths:
  /lamp:
    parameters: []
    get:
      operationId: getLamp
      responses:
        '200':
          description: The lamp.
          content: {application/json: {schema: {properties: {lit: {type: boolean}}}}}
"""
LINE = DOCUMENT.splitlines().index("    get:") + 1


class Broken(BaseHTTPRequestHandler):
    """Says how bright the lamp is, not whether it is lit."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"lit": 7}')

    def log_message(self, *_: Any) -> None:
        """Say nothing on stderr."""


@pytest.fixture
def verify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Give what runs the command in the folder of the document, as a checkout has it."""
    (tmp_path / "my api.yaml").write_text(DOCUMENT)
    monkeypatch.chdir(tmp_path)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Broken)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["verify", url, "--document", "my api.yaml", *arguments])

    yield run
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_broken_promise_is_a_result_at_its_line(verify, tmp_path):
    """These members are what a host shows and counts by; none of them is of this run alone."""
    logs = []
    for seed in ("1", "2"):
        ran = verify("--sarif", "found.sarif", "--seed", seed)
        assert ran.exit_code == 1, ran.output
        logs.append(json.loads((tmp_path / "found.sarif").read_text("utf-8")))

    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema", **SARIF}
    jsonschema_rs.validator_for(dialect, validate_formats=True).validate(logs[0])
    assert logs[0]["version"] == "2.1.0"
    ((run,), (again,)) = (log["runs"] for log in logs)
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "documented-body"
    assert '/lit: 7 is not of type "boolean"' in result["message"]["text"]
    (location,) = result["locations"]
    assert location == {
        "physicalLocation": {"artifactLocation": {"uri": "my%20api.yaml"}, "region": {"startLine": LINE}},
        "logicalLocations": [{"fullyQualifiedName": "/paths/~1lamp/get"}],
    }
    assert run["invocations"] == [{"executionSuccessful": True, "exitCode": 1}]
    assert again["results"] == run["results"]


def test_a_broken_promise_is_an_annotation_at_its_line(verify):
    """The host reads stdout, so nothing may stand before a command on its line."""
    ran = verify("--format", "github")

    assert ran.exit_code == 1
    annotations = [line for line in ran.stdout.splitlines() if "::" in line]
    assert len(annotations) == 1
    assert annotations[0].startswith(
        f"::error file=my api.yaml,line={LINE},title=documented-body getLamp::getLamp: The answer does"
    )
    assert ran.stdout.splitlines()[-1].startswith("1 promise broken, ")
