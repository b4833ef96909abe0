"""Requests per second beside two others: a bare ASGI application, and stock Connexion doing the same job."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from benchmarks.servers import ROOT, TOKEN, UNDERSTUDY, Server, ask, running
from benchmarks.wrk import Rate, load

PROJECT = "/public/3sWXSsqHgSKnE87YkNJK"
ENQUEUE = '{"workerTag":"finance","questions":[{"name":"Region","value":"North"}],"priority":"High"}'
# What Connexion's FlaskApp needs and this package does not.
FLASK_APP_NEEDS = "a2wsgi==1.10.10"
FLASK_APP_FOLDER = ROOT / "build" / "benchmarks"
TIMES_STOCK = 10
HEADER = (
    "| request | bytes | understudy/s | bare/s | ratio | bound | per pair | us | bare us "
    "| stock/s | times stock |"
)


@dataclass(frozen=True, slots=True)
class Request:
    """One measured request. `at_least` is its bound as a share of the bare application's speed."""

    name: str
    at_least: float
    method: str
    path: str
    body: str | None = None
    stock: bool = False


REQUESTS = (
    Request("GET one job (OpenReplay)", 0.5, "GET", f"{PROJECT}/jobs/3447", stock=True),
    Request("GET one job (Rendley)", 0.5, "GET", "/v1/jobs/job_8f2c1d4e5a6b7c8d9e0f1a2b"),
    Request("GET one job (Taipy)", 0.5, "GET", "/api/v1/jobs/{taipy}/"),
    Request(
        "POST (Alteryx, JSON body)",
        0.4,
        "POST",
        "/webapi/v3/workflows/66ebd0f23d6200007e000d11/jobs",
        ENQUEUE,
        stock=True,
    ),
    Request("POST (Rendley, JSON body)", 0.4, "POST", "/v1/export", '{"project_id":"proj_5b1e"}'),
    Request("POST (Taipy, no body)", 0.4, "POST", "/api/v1/jobs/?task_id=my_config"),
    Request("list of 50 (OpenReplay)", 0.35, "GET", f"{PROJECT}/jobs?limit=50", stock=True),
)


def measure(options: argparse.Namespace) -> Iterator[str]:
    """Yield the table of both comparisons, line by line; `us` is the server's processor time per request."""
    yield HEADER
    yield "|---" * 11 + "|"
    with ExitStack() as stack:
        understudy = stack.enter_context(running(UNDERSTUDY))
        stock = stack.enter_context(running((sys.executable, "-m", "benchmarks.stock"), PYTHONPATH=_flask()))
        made = _fill(understudy.url)
        for request in REQUESTS:
            request = replace(request, path=request.path.format(taipy=made))
            size, answer = _answer(understudy.url, request)
            with running((sys.executable, "-m", "benchmarks.bare", answer)) as bare:
                rivals = (bare, stock) if request.stock else (bare,)
                yield _row(request, size, _interleaved(request, understudy, rivals, options))


def _interleaved(
    request: Request, understudy: Server, rivals: tuple[Server, ...], options: argparse.Namespace
) -> list[list[Rate]]:
    """Return the rates of each server, understudy's first: one run after the other, in turns."""
    runs = []
    for number in range(-1, options.runs):
        # A world of its own for each run of a POST: no run starts with more jobs than another.
        token = f"run-{number}" if request.method == "POST" else TOKEN
        seconds = options.seconds if number >= 0 else 1
        runs.append(
            [
                load(server, request.method, request.path, request.body, seconds=seconds, token=token)
                for server in (understudy, *rivals)
            ]
        )
        if request.method == "POST":
            ask(understudy.url, "POST", "/_understudy/reset", json.dumps({"principal": token}))
    # The first one warmed them up.
    return [list(each) for each in zip(*runs[1:], strict=True)]


def _row(request: Request, size: int, rates: list[list[Rate]]) -> str:
    """Return the line of one request; medians, and in `per pair` the ratio of each pair of runs."""
    ours, bare, *stock = (median(rate.per_second for rate in each) for each in rates)
    cpu = [median(rate.cpu_us for rate in each) for each in rates]
    pairs = " ".join(f"{a.per_second / b.per_second:.2f}" for a, b in zip(rates[0], rates[1], strict=True))
    cells = [request.name, size, f"{ours:.0f}", f"{bare:.0f}", f"{ours / bare:.2f}"]
    cells += [_verdict(ours / bare, request.at_least), pairs, f"{cpu[0]:.0f}", f"{cpu[1]:.0f}"]
    if stock:
        cells += [f"{stock[0]:.0f}", f"{ours / stock[0]:.1f} ({_verdict(ours / stock[0], TIMES_STOCK)})"]
    return f"| {' | '.join(map(str, cells))} |"


def _verdict(value: float, at_least: float) -> str:
    return f">= {at_least}" if value >= at_least else f">= {at_least} MISSED"


def _answer(url: str, request: Request) -> tuple[int, str]:
    """Return the size of understudy's answer, and what the bare application has to send the same."""
    response, content = ask(url, request.method, request.path, request.body)
    headers = [(name.lower(), value) for name, value in response.getheaders() if name.lower() != "date"]
    answer = {"status": response.status, "headers": headers, "body": content.decode()}
    return len(content), json.dumps(answer)


def _fill(url: str) -> str:
    """Put 50 jobs and more where they are listed; return the id of a Taipy job."""
    for number in range(60):
        ask(url, "DELETE", f"{PROJECT}/users/user{number}")
    _, content = ask(url, "POST", "/api/v1/jobs/?task_id=my_config")
    return str(json.loads(content)["job"]["id"])


def _flask() -> str:
    """Return the folder with what FlaskApp needs, fetched once."""
    if not Path(FLASK_APP_FOLDER, "a2wsgi").is_dir():
        command = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*command, "--target", str(FLASK_APP_FOLDER), FLASK_APP_NEEDS], check=True)
    return str(FLASK_APP_FOLDER)
