"""How long it takes from starting the command to its first answer."""

from __future__ import annotations

import argparse
import socket
import subprocess
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from statistics import median

from benchmarks.servers import ROOT, UNDERSTUDY, environment, headers

TIMES = 9
WITHIN_SECONDS = 1.0
PATHS = ("/_understudy/health", "/v1/jobs")


def measure(_options: argparse.Namespace) -> Iterator[str]:
    """Yield the table of start-up times."""
    yield "| first 200 of | median | fastest | slowest | bound |"
    yield "|---|---|---|---|---|"
    for path in PATHS:
        _seconds(path)  # writes the bytecode caches
        taken = [_seconds(path) for _ in range(TIMES)]
        verdict = "" if median(taken) < WITHIN_SECONDS else " MISSED"
        numbers = " | ".join(f"{value * 1000:.0f} ms" for value in (median(taken), min(taken), max(taken)))
        yield f"| GET {path} | {numbers} | {WITHIN_SECONDS:.0f} s{verdict} |"


def _seconds(path: str) -> float:
    """Return the seconds from starting a server to having its answer to GET `path`.

    The port is chosen beforehand and tried until it answers, so that nothing depends on what is printed.
    """
    port = _free_port()
    command = [*UNDERSTUDY[:-1], str(port)]
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL)
    try:
        while not _answers(port, path):
            time.sleep(0.001)
        return time.perf_counter() - start
    finally:
        process.terminate()
        process.wait(10)


def _answers(port: int, path: str) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers=headers(None))
        return connection.getresponse().status == 200
    except ConnectionRefusedError:
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
