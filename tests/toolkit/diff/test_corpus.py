"""A document does not differ from itself: those of other people, big and small."""

from __future__ import annotations

import json
import re
import time
from datetime import date
from pathlib import Path

import pytest
from real_documents import SPECS

from speckit.document import load
from speckit.faults import DocumentFaults
from speckit.specification import Specification, specify
from toolkit.diff import changes
from toolkit.diff.sameness import Sameness

VERSION = re.compile(rb"^[ {]{0,3}\"?(openapi|swagger)\"?: *['\"]?[23]", re.MULTILINE)
TODAY = date(2026, 11, 22)
SECONDS = 20
"""So long the biggest may take, both sides read."""

SMALL = 100_000
"""Bytes of a document that is compared part by part, too."""


def documents() -> list[Path]:
    """The documents of the corpus: every file that says its version."""
    return [
        each
        for each in sorted(SPECS.glob("**/*"))
        if each.suffix in (".json", ".yaml", ".yml") and is_root(each)
    ]


def is_root(file: Path) -> bool:
    """Return whether a file is a document, not a part of one."""
    return bool(VERSION.search(file.read_bytes()))


def read(file: Path) -> Specification | None:
    """Return the document; None for one that nobody can use."""
    try:
        return specify(load(file))
    except DocumentFaults:
        return None


FILES = documents()
PARAMS = [pytest.param(each, id=str(each.relative_to(SPECS))) for each in FILES]
LITTLE = [each for each in PARAMS if each.values[0].stat().st_size < SMALL]  # type: ignore[attr-defined]

pytestmark = pytest.mark.skipif(not FILES, reason="UNDERSTUDY_CORPUS names the folder of the corpus.")


@pytest.mark.parametrize("file", PARAMS)
def test_a_document_is_as_it_was(file):
    """Whoever changes nothing breaks nobody."""
    old, new = read(file), read(file)

    assert old is None or new is None or changes(old, new, today=TODAY) == []


@pytest.mark.parametrize("file", LITTLE)
def test_a_document_is_as_it_was_part_by_part(file, monkeypatch):
    """The same without the short cut for what is written alike."""
    monkeypatch.setattr(Sameness, "is_same", lambda *_: False)
    old, new = read(file), read(file)

    assert old is None or new is None or changes(old, new, today=TODAY) == []


def test_a_big_document_is_compared_in_time(tmp_path):
    """A change in the schema that nearly all operations share is the worst case."""
    file = max(
        (each for each in FILES if each.suffix == ".json" and "stripe" in str(each)),
        key=lambda each: each.stat().st_size,
    )
    data = json.loads(file.read_bytes())
    data["components"]["schemas"]["customer"]["properties"]["id"] = {"type": "integer"}
    other = tmp_path / "new.json"
    other.write_text(json.dumps(data), "utf-8")

    begun = time.monotonic()
    old, new = read(file), read(other)
    assert old is not None
    assert new is not None
    found = changes(old, new, today=TODAY)

    assert time.monotonic() - begun < SECONDS
    assert {each.rule.id for each in found} == {"response-type-changed", "response-max-length-raised"}
    assert all(len(each.subjects) > 100 for each in found)
