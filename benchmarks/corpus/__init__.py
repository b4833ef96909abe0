"""Real documents, served as they are, with schemathesis as the client: one row for each, and what fails."""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.servers import ROOT

CORPUS = ROOT.parent / "shared" / "corpus"
PATIENCE_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Row:
    """One document of the corpus: where it is, and what its index says of it."""

    name: str
    file: Path
    folder: Path
    is_valid: bool


def measure(options: argparse.Namespace) -> Iterator[str]:
    """Yield the table as lines of Markdown, a row as soon as its document is done."""
    with tempfile.TemporaryDirectory() as scratch:
        rows = [
            row for row in documents(Path(scratch)) if not options.only or row.name.split()[0] in options.only
        ]
        yield from _HEADING
        with ThreadPoolExecutor(options.workers) as workers:
            results = list(_told(rows, workers.map(lambda row: _judged(row, options.most), rows)))
        for line, _ in results:
            yield line
        yield from _summary(rows, [result for _, result in results])


_HEADING = (
    "| document | valid | operations | asked | served | answered | refused | s | what fails |",
    "|---|---|---|---|---|---|---|---|---|",
)


def documents(scratch: Path) -> list[Row]:
    """Return the documents of the corpus, unpacked below `scratch` unless they are already.

    Raises:
        FileNotFoundError: the corpus is not where UNDERSTUDY_CORPUS says, nor beside the repository.
    """
    corpus = Path(os.environ.get("UNDERSTUDY_CORPUS") or CORPUS)
    if (corpus / "specs").is_dir():
        scratch = corpus
    else:
        with tarfile.open(corpus / "open.tar.gz") as archive:
            archive.extractall(scratch, filter="data")
    index = corpus / "index.csv"
    with (index if index.exists() else CORPUS / "index.csv").open(newline="") as lines:
        found = list(csv.DictReader(lines))
    shared = Counter(each["name"] for each in found)
    return [_row(each, scratch, is_shared=shared[each["name"]] > 1) for each in found]


def _row(entry: Mapping[str, str], scratch: Path, *, is_shared: bool) -> Row:
    path = Path(entry["file"])
    name = f"{entry['name']} {'/'.join(path.parts[-2:])}" if is_shared else entry["name"]
    return Row(name, scratch / path, scratch / "specs" / path.parts[1], entry["osv"] == "valid")


def _judged(row: Row, most: int) -> dict[str, Any]:
    command = (sys.executable, "-m", "benchmarks.corpus.client", str(row.file), str(row.folder), str(most))
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return {"refusal": f"no end after {PATIENCE_SECONDS} s"}
    if done.returncode:
        return {"refusal": f"the client broke: {(done.stderr.strip().splitlines() or ['?'])[-1]}"}
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _told(rows: list[Row], results: Iterator[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for row, result in zip(rows, results, strict=True):
        failures = result.get("failures", [])
        why = result.get("refusal") or "; ".join(failures[:3]) + (" ..." if len(failures) > 3 else "")
        cells = (
            row.name,
            "yes" if row.is_valid else "no",
            result.get("operations", ""),
            result.get("asked", ""),
            "no" if "refusal" in result else "yes",
            f"{result['answered']}/{result['tried']}" if "tried" in result else "",
            f"{result['refused']}/{result['broken']}" if "tried" in result else "",
            f"{result['seconds']:.0f}" if "seconds" in result else "",
            why.replace("|", "\\|").replace("\n", " "),
        )
        line = "| " + " | ".join(str(cell) for cell in cells) + " |"
        print(line, file=sys.stderr, flush=True)
        yield line, result


def _summary(rows: list[Row], results: list[dict[str, Any]]) -> Iterator[str]:
    valid = [result for row, result in zip(rows, results, strict=True) if row.is_valid]
    served = [result for result in valid if "refusal" not in result]
    clean = [result for result in served if not result["failures"]]
    yield ""
    yield (
        f"Of {len(valid)} valid documents {len(served)} are served and {len(clean)} have no failure "
        f"({len(clean) / max(len(valid), 1):.1%}); of {len(rows)} documents "
        f"{sum('refusal' not in each for each in results)} are served."
    )
    for counted, of in (("answered", "tried"), ("refused", "broken")):
        done, all_ = (sum(each.get(key, 0) for each in results) for key in (counted, of))
        yield f"Requests {counted} as declared: {done} of {all_} ({done / max(all_, 1):.2%})."
    unasked = sum(each.get("unasked", 0) for each in results)
    yield f"For {unasked} operations schemathesis makes no request that fits and can be sent."
