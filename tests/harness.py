"""A real server process for the tests: on loopback, on a free port."""

from __future__ import annotations

import os
import re
import signal
import ssl
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parent.parent
URL = re.compile(r"http://\S+")
START_SECONDS = 60
# One for all: making the usual one reads every certificate of the machine, and nothing here is encrypted.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Server:
    """`understudy serve` as a process. Its URL is known once it answers."""

    def __init__(self, *arguments: str, cwd: Path = ROOT) -> None:
        command = [sys.executable, "-m", "understudy", "serve", "--port", "0", *arguments]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd, env=_environment()
        )
        self.errors: list[str] = []
        self._drainer = threading.Thread(target=self._drain, daemon=True)
        self._drainer.start()
        self.greeting: list[str] = []
        self.url = self._await_url()

    def _drain(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as stream:
            self.errors.extend(stream)

    def _await_url(self) -> str:
        watchdog = threading.Timer(START_SECONDS, self.process.kill)
        watchdog.start()
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.greeting.append(line.rstrip("\n"))
            if URL.fullmatch(line.strip()):
                watchdog.cancel()
                return line.strip()
        watchdog.cancel()
        self.process.wait()
        self.process.stdout.close()
        self._drainer.join()
        raise RuntimeError("".join(self.errors) or "The server ended without a word.")

    def stop(self, how: int = signal.SIGINT) -> int:
        """End the process by a signal; return its exit status."""
        self.process.send_signal(how)
        status = self.process.wait(timeout=30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._drainer.join()
        return status

    def client(self, token: str | None, **options: Any) -> httpx.Client:
        """Return a client that sends `token` as a bearer token."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, verify=NO_TLS, **options)

    def control(self, method: str, path: str, **options: Any) -> Any:
        """Return what the control door answers; anything but success is an error."""
        response = httpx.request(
            method, f"{self.url}/_understudy{path}", timeout=30, verify=NO_TLS, **options
        )
        assert response.is_success, response.text
        return response.json()

    def advance(self, duration: str) -> None:
        """Move the manual clock."""
        self.control("POST", "/clock", json={"advance": duration})


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONUNBUFFERED": "1"}
