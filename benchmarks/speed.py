"""Requests per second beside two others: a bare ASGI application, and stock Connexion doing the same job."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.servers import ROOT, UNDERSTUDY, ask, running
from benchmarks.wrk import requests_per_second

PROJECT = "/public/3sWXSsqHgSKnE87YkNJK"
ENQUEUE = '{"workerTag":"finance","questions":[{"name":"Region","value":"North"}],"priority":"High"}'
# What Connexion's FlaskApp needs and this package does not.
FLASK_APP_NEEDS = "a2wsgi==1.10.10"
FLASK_APP_FOLDER = ROOT / "build" / "benchmarks"
AT_LEAST_STOCK = 10.0


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
    """Yield the table of both comparisons, line by line."""
    yield "| request | bytes | understudy/s | bare/s | ratio | bound | per pair | stock/s | times stock |"
    yield "|---|---|---|---|---|---|---|---|---|"
    with ExitStack() as stack:
        understudy = stack.enter_context(running(UNDERSTUDY))
        stock = stack.enter_context(running((sys.executable, "-m", "benchmarks.stock"), PYTHONPATH=_flask()))
        taipy = _fill(understudy)
        for request in REQUESTS:
            yield _row(request, request.path.format(taipy=taipy), understudy, stock, options)


def _row(request: Request, path: str, understudy: str, stock: str, options: argparse.Namespace) -> str:
    """Measure one request, one server after the other, again and again; return its line of the table."""
    size, answer = _answer(understudy, request, path)
    ours, bare, theirs = [], [], []
    with running((sys.executable, "-m", "benchmarks.bare", answer)) as constant:
        for number in range(-1, options.runs):
            # A world of its own for each run of a POST: no run starts with more jobs than another.
            token = f"run-{number}" if request.method == "POST" else "benchmark"
            seconds = options.seconds if number >= 0 else 1
            rates = [
                requests_per_second(url, request.method, path, request.body, seconds=seconds, token=token)
                for url in (understudy, constant, *([stock] if request.stock else []))
            ]
            if request.method == "POST":
                ask(understudy, "POST", "/_understudy/reset", json.dumps({"principal": token}))
            if number >= 0:
                ours.append(rates[0])
                bare.append(rates[1])
                theirs += rates[2:]
    ratio = median(ours) / median(bare)
    pairs = " ".join(f"{a / b:.2f}" for a, b in zip(ours, bare, strict=True))
    verdict = f"{request.at_least}{'' if ratio >= request.at_least else ' MISSED'}"
    row = f"| {request.name} | {size} | {median(ours):.0f} | {median(bare):.0f} | {ratio:.2f} | {verdict} | {pairs} |"
    if not theirs:
        return row + " | |"
    times = median(ours) / median(theirs)
    return row + f" {median(theirs):.0f} | {times:.1f}{'' if times >= AT_LEAST_STOCK else ' MISSED'} |"


def _answer(url: str, request: Request, path: str) -> tuple[int, str]:
    """Return the size of understudy's answer, and what the bare application has to send the same."""
    response, content = ask(url, request.method, path, request.body)
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
