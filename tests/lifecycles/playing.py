"""What the tests of the Overlays share: a document of the corpus, played and judged by the real commands."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from harness import ROOT, Server
from real_documents import CORPUS

OVERLAYS = ROOT / "examples" / "lifecycles"


@dataclass(frozen=True)
class Example:
    """A document of the corpus, and the Overlays that give its resources a life.

    Args:
        document: Its path below `specs/`.
        overlays: Names of files in `examples/lifecycles/`, without their ending.
        only: Tags; without them, everything is played.
    """

    document: str
    overlays: tuple[str, ...]
    only: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """The document's file; where there is no corpus, the test is skipped."""
        file = CORPUS / "specs" / self.document
        if not file.is_file():
            pytest.skip(f"{file} is not there; UNDERSTUDY_CORPUS names the folder of the corpus.")
        return file

    @property
    def narrowing(self) -> list[str]:
        """The options that both commands have: overlays and tags."""
        overlays = [word for name in self.overlays for word in ("--overlay", str(OVERLAYS / f"{name}.yaml"))]
        return [*overlays, *(word for tag in self.only for word in ("--only", tag))]

    @contextmanager
    def served(self, *arguments: str) -> Iterator[Server]:
        """Serve it with a manual clock, every response held to the document."""
        options = ("--clock", "manual", "--check-responses", *self.narrowing, *arguments)
        server = Server(str(self.path), *options)
        try:
            yield server
        finally:
            status = server.stop()
        assert status == 0, "".join(server.errors)

    def judged(self, server: Server, *arguments: str) -> dict[str, Any]:
        """Return the report of `understudy verify` on a server that plays this."""
        door = f"{server.url}/_understudy"
        command = [
            *(sys.executable, "-m", "understudy", "verify", server.url),
            *("--document", str(self.path), *self.narrowing),
            *("--clock-url", f"{door}/clock", "--provider-url", f"{door}/states"),
            *("--format", "json", *arguments),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, cwd=ROOT)
        assert done.returncode in (0, 1), done.stderr + done.stdout
        report: dict[str, Any] = json.loads(done.stdout)
        return report


class World:
    """One client, with a world of its own, of a server whose clock is moved by hand."""

    def __init__(self, server: Server, token: str, prefix: str = "", *, header: str = "") -> None:
        """Ask as `token`, sent as a bearer token or else in `header`."""
        self._server = server
        self._token = token
        self._client = server.client(None if header else token)
        if header:
            self._client.headers[header] = token
        self._prefix = prefix

    def close(self) -> None:
        self._client.close()

    def __call__(self, method: str, path: str, status: int, **options: Any) -> httpx.Response:
        """Send a request, and return its answer, which must have this status."""
        answer = self._client.request(method, self._prefix + path, **options)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def get(self, path: str, status: int = 200, **options: Any) -> Any:
        """Read something, and return its JSON."""
        return self("GET", path, status, **options).json()

    def ends(self, scenario: str) -> None:
        """Choose how what is made from now on will end."""
        body = {"principal": self._token, "scenario": scenario}
        self._server.control("POST", "/scenario", json=body)

    def advance(self, duration: str) -> None:
        """Let time pass."""
        self._server.advance(duration)

    def fire(self, resource: str, identity: Any, transition: str) -> None:
        """Let happen what no operation can cause."""
        body = {"principal": self._token, "resource": resource, "id": identity, "transition": transition}
        self._server.control("POST", "/transitions", json=body)

    def control(self, method: str, path: str) -> Any:
        """Ask the control door about this world."""
        return self._server.control(method, path, params={"principal": self._token})

    def resources(self, resource: str) -> list[dict[str, Any]]:
        """Everything there is of one resource, as the control door shows it."""
        asked = {"principal": self._token, "resource": resource}
        found: list[dict[str, Any]] = self._server.control("GET", "/resources", params=asked)["resources"]
        return found

    def seeded(self, resource: str, state: str) -> Any:
        """The id of the first one that there is in this state."""
        return next(each["id"] for each in self.resources(resource) if each["state"] == state)

    def states(self, resource: str) -> set[str]:
        """The states in which there is something."""
        return {each["state"] for each in self.resources(resource)}


def told(world: World) -> list[dict[str, Any]]:
    """What was sent to others of what happened in this world; nothing is on its way any more."""
    sent: list[dict[str, Any]] = world.control("GET", "/sent")["sent"]
    return sent


def findings(report: dict[str, Any]) -> list[str]:
    """What a report found, in words that a failed test can show."""
    return [f"{each['law']} {each['operation']}: {each['happened']}" for each in report["findings"]]


def tried(report: dict[str, Any]) -> set[str]:
    """The laws that were tried at least once: a judge that tries nothing finds nothing."""
    return {tally["law"] for tally in report["laws"] if tally["tried"]}


def walked(world: World, path: str, params: dict[str, Any], items: str, sent: str, told: str) -> list[Any]:
    """Return all items of a list, page after page.

    Args:
        items: The member of the answer with the items.
        sent: The query parameter for the token of a page.
        told: The member of the answer with the token of the next page; empty or absent on the last.
    """
    seen: list[Any] = []
    page = world.get(path, params=params)
    while page[items]:
        seen.extend(page[items])
        if not page.get(told):
            break
        page = world.get(path, params=params | {sent: page[told]})
    return seen
