"""Load, by `wrk`: one thread, sixteen connections."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from benchmarks.servers import TOKEN, headers


class Errors(Exception):
    """Some requests were not answered with success, so their number says nothing."""


def requests_per_second(
    url: str, method: str, path: str, body: str | None = None, *, seconds: int, token: str = TOKEN
) -> float:
    """Return how many requests per second the server at `url` answers.

    Raises:
        Errors: some of the answers were errors.
    """
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "request.lua")
        script.write_text(_script(method, body, token))
        command = ["wrk", "-t1", "-c16", f"-d{seconds}s", "-s", str(script), url + path]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        raise Errors(f"{method} {path}\n{told}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert found is not None, told
    return float(found[1])


def _script(method: str, body: str | None, token: str) -> str:
    lines = [f'wrk.method = "{method}"']
    lines += [f'wrk.headers["{name}"] = "{value}"' for name, value in headers(body, token).items()]
    lines += [] if body is None else [f"wrk.body = [[{body}]]"]
    return "\n".join(lines)
