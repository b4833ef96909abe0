"""How long the largest documents of the corpus take until their first answer, and how much memory."""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Timer
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from benchmarks.servers import ROOT, environment

CORPUS = ROOT.parent / "shared" / "corpus"
DOCUMENTS = ("stripe", "github", "kubernetes", "digitalocean", "openai", "asana")
TIMES = 3
WITHIN_SECONDS = 5.0
WITHIN_MEGABYTES = 400
PATIENCE_SECONDS = 180
PRISM_PORT = 4010
CONNEXION = (
    "import sys, connexion, connexion.mock; app = connexion.AsyncApp('stock', specification_dir=sys.argv[2]);"
    " app.add_api(sys.argv[1], resolver=connexion.mock.MockResolver(mock_all=True));"
    " app.middleware._build_middleware_stack();"
    " print('up', flush=True)"
)
"""Stock Connexion with its mock resolver: the time until it could be started."""


def measure(_options: argparse.Namespace) -> Iterator[str]:
    """Yield a row for each document; Prism has a column where the command `prism` is there."""
    prism = shutil.which("prism")
    others = ["stock Connexion is loaded", *(["Prism is up"] if prism else [])]
    yield f"| {' | '.join(['document', 'first answer', 'processor', 'memory', *others])} |"
    yield "|---" * (4 + len(others)) + "|"
    with tempfile.TemporaryDirectory() as scratch:
        for name, file in _files(Path(scratch)):
            yield _row(name, file, prism)
    if not prism:
        yield "\nPrism is not at hand: `npm install -g @stoplight/prism-cli` brings it."


def _row(name: str, file: Path, prism: str | None) -> str:
    runs = sorted(_served(file) for _ in range(TIMES))
    seconds, cpu, megabytes = runs[len(runs) // 2]
    missed = " MISSED" if seconds > WITHIN_SECONDS or megabytes > WITHIN_MEGABYTES else ""
    cells = [name, f"{seconds:.1f} s{missed}", f"{cpu:.1f} s", f"{megabytes:.0f} MB"]
    cells.append(_until([sys.executable, "-c", CONNEXION, file.name, str(file.parent)], "up"))
    if prism:
        cells.append(_until([prism, "mock", "-p", str(PRISM_PORT), str(file)], "Prism is listening"))
    return f"| {' | '.join(cells)} |"


def _files(scratch: Path) -> Iterator[tuple[str, Path]]:
    corpus = Path(os.environ.get("UNDERSTUDY_CORPUS") or CORPUS)
    with tarfile.open(corpus / "open.tar.gz") as archive:
        archive.extractall(scratch, filter="data")
    with (corpus / "index.csv").open(newline="") as index:
        known = {row["name"]: row["file"].strip() for row in csv.DictReader(index)}
    yield from ((name, scratch / known[name]) for name in DOCUMENTS)


def _served(file: Path) -> tuple[float, float, float]:
    """Return the seconds until an operation has answered, those of the processor, and the most MB."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "understudy", "serve", str(file), "--port", "0"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        path, url = _greeting(process)
        _ask(url + path)
        seconds = time.perf_counter() - start
        return seconds, _cpu_seconds(process.pid), _megabytes(process.pid)
    finally:
        process.terminate()
        process.wait(10)


def _greeting(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Return the first path that can be asked as it stands, and the server's URL."""
    assert process.stdout is not None
    path = ""
    for line in process.stdout:
        words = line.split()
        if words[:1] == ["GET"] and "{" not in words[1]:
            path = path or words[1]
        if line.startswith("http://"):
            return path, line.strip()
    raise RuntimeError("The server has not started.")


def _ask(url: str) -> None:
    try:
        urlopen(Request(url, headers={"Authorization": "Bearer token"}), timeout=PATIENCE_SECONDS).read()
    except HTTPError as answer:
        answer.close()


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def _until(command: Sequence[str], said: str) -> str:
    """Return how long it takes until a command says that it is up, or that it fails or never does."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    watchdog = Timer(PATIENCE_SECONDS, process.kill)
    watchdog.start()
    try:
        found = any(said in line for line in process.stdout)
        seconds = time.perf_counter() - start
        if seconds > PATIENCE_SECONDS:
            return f"> {PATIENCE_SECONDS} s"
        return f"{seconds:.1f} s" if found else "fails"
    finally:
        watchdog.cancel()
        process.kill()
        process.wait(10)
