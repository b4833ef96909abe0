"""Servers as processes of their own, each on a free port."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
UNDERSTUDY = (sys.executable, "-m", "understudy", "serve", "--port", "0")
TOKEN = "benchmark"


def environment(**more: str) -> dict[str, str]:
    """Return the environment servers are started in: as a user's, with bytecode caches."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | more


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs."""

    url: str
    process_id: int

    def cpu_seconds(self) -> float:
        """Return the processor time it has used so far, all threads together."""
        times = Path(f"/proc/{self.process_id}/stat").read_text().rpartition(")")[2].split()
        return (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(command: Sequence[str], **variables: str) -> Iterator[Server]:
    """The server that `command` starts is running; it has printed a line that is its URL."""
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(**variables), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        url = next((line.strip() for line in process.stdout if line.startswith("http://")), "")
        if not url:
            raise RuntimeError(f"{' '.join(command)} ended before it answered.")
        yield Server(url, process.pid)
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


def ask(
    url: str,
    method: str,
    path: str,
    body: str | None = None,
    *,
    token: str = TOKEN,
    patience_seconds: float = 5,
) -> tuple[HTTPResponse, bytes]:
    """Return the response to one request and its body; a server that does not listen yet is waited for.

    Raises:
        RuntimeError: the answer is an error.
    """
    address = urlsplit(url)
    deadline = time.monotonic() + patience_seconds
    while True:
        connection = HTTPConnection(str(address.hostname), address.port, timeout=60)
        try:
            connection.request(method, path, body, headers(body, token))
            response = connection.getresponse()
            content = response.read()
            break
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.002)
        finally:
            connection.close()
    if response.status >= 400:
        raise RuntimeError(f"{method} {path} was answered with {response.status}: {content[:200]!r}")
    return response, content


def headers(body: str | None, token: str = TOKEN) -> dict[str, str]:
    """Return the headers every measured request has."""
    kind = {} if body is None else {"Content-Type": "application/json"}
    return {"Authorization": f"Bearer {token}", **kind}
