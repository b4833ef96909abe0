"""Runs code samples as they are written, and tells what came of each: one process for all of a language."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

LANGUAGES = ("curl", "Python", "JavaScript")
RUN_SECONDS = 60
ENVIRONMENT = {**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}

# What every command writes besides its answer, by way of its configuration: the command stays as it is.
CURLRC = 'silent\nshow-error\nwrite-out = "%{stderr}%{http_code}"\n'

SHELL = """
for file in "$@"; do
  [ -z "$BEFORE" ] || curl --disable --silent --request POST --data '{}' "$BEFORE" >/dev/null
  bash "$file" >"$file.out" 2>"$file.err"
done
"""

NODE = """
import { format } from "node:util";
import { pathToFileURL } from "node:url";

const before = process.env.BEFORE;
const send = globalThis.fetch;
const runs = [];
for (const file of process.argv.slice(2)) {
  if (before) await send(before, { method: "POST", body: "{}" });
  const run = { status: 0, output: "", error: "" };
  globalThis.fetch = async (...request) => {
    const response = await send(...request);
    run.status = response.status;
    return response;
  };
  console.log = (...values) => { run.output += `${format(...values)}\\n`; };
  try { await import(pathToFileURL(file)); } catch (error) { run.error = String(error); }
  runs.push(run);
}
process.stdout.write(JSON.stringify(runs));
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one sample: the last status, what it printed, and how it failed, if it did."""

    status: int
    output: str
    error: str


Samples = Mapping[str, Mapping[str, str]]
Runs = dict[str, dict[str, Run]]


def run(samples: Samples, folder: Path, *, before: str = "") -> Runs:
    """Return what came of each of the samples, by name and language.

    Args:
        samples: By name, what to run in which language.
        folder: Where the samples find their files, and leave some.
        before: What is asked, with POST, before each sample.
    """
    found: Runs = {name: {} for name in samples}
    for language, runner in (("curl", _curl), ("Python", _python), ("JavaScript", _javascript)):
        texts = {name: each[language] for name, each in samples.items() if language in each}
        for name, outcome in zip(texts, runner(list(texts.values()), folder, before), strict=True):
            found[name][language] = outcome
    return found


def _curl(texts: list[str], folder: Path, before: str) -> list[Run]:
    files = _written(texts, folder, "sh")
    (folder / ".curlrc").write_text(CURLRC, "utf-8")
    driver = [_program("bash"), "-c", SHELL, "bash", *files]
    _program("curl")
    _driven(driver, folder, {"BEFORE": before, "CURL_HOME": str(folder)})
    outcomes = []
    for file in files:
        output, error = (Path(f"{file}.{kind}").read_text("utf-8", "replace") for kind in ("out", "err"))
        outcomes.append(Run(int(error[-3:]) if error[-3:].isdigit() else 0, output, error[:-3]))
    return outcomes


def _python(texts: list[str], folder: Path, before: str) -> list[Run]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("NO_PROXY", ENVIRONMENT["NO_PROXY"])
        return [_executed(text, before, patch) for text in texts]


def _executed(text: str, before: str, patch: pytest.MonkeyPatch) -> Run:
    if before:
        requests.post(before, data="{}", timeout=10)
    seen: list[int] = []
    with patch.context() as inner, redirect_stdout(io.StringIO()) as output:
        inner.setattr(requests.Session, "request", _noting(requests.Session.request, seen))
        try:
            exec(compile(text, "sample.py", "exec"), {"__name__": "__main__"})
        except requests.RequestException as problem:
            return Run(seen[-1] if seen else 0, output.getvalue(), str(problem))
    return Run(seen[-1], output.getvalue(), "")


def _noting(request: Callable[..., Any], seen: list[int]) -> Callable[..., Any]:
    def noted(*arguments: Any, **options: Any) -> Any:
        response = request(*arguments, **options)
        seen.append(response.status_code)
        return response

    return noted


def _javascript(texts: list[str], folder: Path, before: str) -> list[Run]:
    files = _written(texts, folder, "mjs")
    driver = folder / "driver.mjs"
    driver.write_text(NODE, "utf-8")
    told = _driven([_program("node"), str(driver), *files], folder, {"BEFORE": before})
    return [Run(**each) for each in json.loads(told)]


def _written(texts: list[str], folder: Path, kind: str) -> list[str]:
    files = [folder / f"sample-{number}.{kind}" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text, "utf-8")
    return [str(file) for file in files]


def _driven(command: list[str], folder: Path, environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**ENVIRONMENT, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=RUN_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _program(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is needed to run code samples, and is not installed."
    return found
