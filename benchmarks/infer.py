"""How much of a lifecycle made by hand `understudy infer` finds from the document alone."""

from __future__ import annotations

import argparse
import csv
import os
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers import ROOT
from speckit.document import load
from speckit.lifecycle import Lifecycle
from speckit.source import read
from speckit.specification import Specification, specify
from toolkit.drafting.whole import drafts

CORPUS = Path(os.environ.get("UNDERSTUDY_CORPUS") or ROOT.parent / "shared" / "corpus")
BY_HAND = ROOT / "examples" / "lifecycles"
ASPECTS = ("states", "roles", "transitions")
GOAL = 0.8


@dataclass(frozen=True, slots=True)
class Score:
    """How many there are by hand, how many were inferred, and how many of both agree."""

    by_hand: int = 0
    inferred: int = 0
    right: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(self.by_hand + other.by_hand, self.inferred + other.inferred, self.right + other.right)

    def __str__(self) -> str:
        """Return recall and precision, and the counts behind them."""
        found, right = share(self.right, self.by_hand), share(self.right, self.inferred)
        return f"{found} of {self.by_hand}, {right} of {self.inferred}"


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "-"


def measure(_options: argparse.Namespace) -> Iterator[str]:
    """Yield the table: how many of those by hand were found, and how many of those found are right."""
    yield "found of those by hand, right of those inferred:"
    yield ""
    yield f"| API | {' | '.join(ASPECTS)} |"
    yield f"|---|{'---|' * len(ASPECTS)}"
    total = {aspect: Score() for aspect in ASPECTS}
    with tempfile.TemporaryDirectory() as scratch:
        documents = unpacked(Path(scratch))
        for overlay in sorted(BY_HAND.glob("*.yaml")):
            scores = scored(overlay, documents)
            total = {aspect: total[aspect] + scores[aspect] for aspect in ASPECTS}
            yield f"| {overlay.stem} | {' | '.join(str(scores[aspect]) for aspect in ASPECTS)} |"
    yield f"| all | {' | '.join(str(total[aspect]) for aspect in ASPECTS)} |"
    whole = sum(total.values(), Score())
    verdict = "" if whole.right >= GOAL * whole.by_hand else " MISSED"
    yield ""
    yield (
        f"{share(whole.right, whole.by_hand)} of all by hand are found (goal {GOAL:.0%}){verdict}; "
        f"{share(whole.right, whole.inferred)} of all inferred are right"
    )


def unpacked(scratch: Path) -> dict[str, Path]:
    """Return the documents of the corpus, unpacked into `scratch`, by repository and path."""
    with tarfile.open(CORPUS / "open.tar.gz") as archive:
        archive.extractall(scratch, filter="data")
    with (CORPUS / "index.csv").open(encoding="utf-8", newline="") as index:
        rows = list(csv.DictReader(index))
    return {f"{row['repo']} {row['path']}": scratch / row["file"] for row in rows}


def scored(overlay: Path, documents: Mapping[str, Path]) -> dict[str, Score]:
    """Return the score of one API whose lifecycle was made by hand."""
    document = extended(str(read(overlay)["extends"]), documents)
    by_hand = specify(load(document, overlays=[overlay]))
    inferred = drafts(specify(load(document))).specification
    return compared(by_hand, inferred)


def extended(url: str, documents: Mapping[str, Path]) -> Path:
    """Return the document that an Overlay extends: the one whose repository and path its URL has."""
    pairs = ((*name.split(" ", 1), file) for name, file in documents.items())
    return next(file for repo, path, file in pairs if f"/{repo}/" in url and url.endswith(f"/{path}"))


def compared(by_hand: Specification, inferred: Specification) -> dict[str, Score]:
    """Return how far both agree; of what was inferred counts what those by hand are about."""
    total = {aspect: Score() for aspect in ASPECTS}
    for name, other in counterparts(by_hand, inferred).items():
        one = by_hand.lifecycles[name]
        total["states"] += score(states(one), states(other))
        total["roles"] += score(roles(one), roles(other))
        total["transitions"] += score(transitions(one), transitions(other))
    return total


def counterparts(by_hand: Specification, inferred: Specification) -> dict[str, Lifecycle | None]:
    """Return, for each resource by hand, the inferred one with most of its operations; each one once."""
    pairs = sorted(
        ((-len(one.rules.keys() & other.rules.keys()), name, found)
         for name, one in by_hand.lifecycles.items() for found, other in inferred.lifecycles.items()
         if one.rules.keys() & other.rules.keys()),
    )  # fmt: skip
    chosen: dict[str, Lifecycle | None] = {}
    taken: set[str] = set()
    for _, name, found in pairs:
        if name not in chosen and found not in taken:
            chosen[name] = inferred.lifecycles[found]
            taken.add(found)
    return {name: chosen.get(name) for name in by_hand.lifecycles}


def score(by_hand: Mapping[object, object], inferred: Mapping[object, object]) -> Score:
    right = sum(1 for key, value in by_hand.items() if key in inferred and inferred[key] == value)
    return Score(len(by_hand), len(inferred), right)


def states(life: Lifecycle | None) -> dict[object, object]:
    """Return the category and outcome of each state that is shown."""
    if life is None or life.state_field is None:
        return {}
    return {each.value: (each.category, each.outcome) for each in life.states.values()}


def roles(life: Lifecycle | None) -> dict[object, object]:
    return {name: rule.role for name, rule in life.rules.items()} if life else {}


def transitions(life: Lifecycle | None) -> dict[object, object]:
    """Return each way from one state to another with its cause: time, an operation, or something outside.

    States that nobody sees have no name here: how they are called is free.
    """
    if life is None:
        return {}
    shown = {name: state.value if life.state_field else "" for name, state in life.states.items()}
    return {
        (shown.get(start, ""), shown.get(each.ends, each.ends), cause): True
        for each in life.transitions
        for start in each.starts or ("",)
        for cause in each.triggers or ("time",)
    }
