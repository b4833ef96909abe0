"""Load, by `wrk`: one thread, sixteen connections."""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers import TOKEN, Server, headers


class Errors(Exception):
    """Some requests were not answered with success, so their number says nothing."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What one run showed: requests per second, and the server's processor time for each of them."""

    per_second: float
    cpu_us: float


def load(
    server: Server, method: str, path: str, body: str | None = None, *, seconds: int, token: str = TOKEN
) -> Rate:
    """Return how fast `server` answers one request, sent again and again.

    Raises:
        Errors: some of the answers were errors.
    """
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "request.lua")
        script.write_text(_script(method, body, token))
        command = ["wrk", "-t1", "-c16", f"-d{seconds}s", "-s", str(script), server.url + path]
        before = server.cpu_seconds()
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        used = server.cpu_seconds() - before
    if "Non-2xx" in told or "Socket errors" in told:
        raise Errors(f"{method} {path}\n{told}")
    number, rate = re.search(r"(\d+) requests in", told), re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert number is not None, told
    assert rate is not None, told
    return Rate(float(rate[1]), used / int(number[1]) * 1e6)


def _script(method: str, body: str | None, token: str) -> str:
    lines = [f'wrk.method = "{method}"']
    lines += [f'wrk.headers["{name}"] = "{value}"' for name, value in headers(body, token).items()]
    lines += [] if body is None else [f"wrk.body = [[{body}]]"]
    return "\n".join(lines)
