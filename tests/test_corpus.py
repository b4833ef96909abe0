"""The corpus of real documents: each of them is read, and small ones are played to schemathesis."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmarks import corpus
from benchmarks.corpus.client import judged
from speckit.document import load
from speckit.faults import DocumentFaults
from speckit.specification import specify

REFUSED: Mapping[str, str] = {}
"""The documents that cannot be read, and why: none at present."""
PLAYED = (
    "petstore3",
    "museum",
    "ipfs-pinning",
    "azure-xml",
    "oai-learn v3.0/uspto.yaml",
    "oai-learn v3.1/tictactoe.yaml",
    "oai-schema-suite-32 pass/path-item-object-example.yaml",
    "arazzo-examples 1.0.0/FAPI-PAR.openapi.yaml",
)
SOME = 3
"""How many operations of each are asked."""


@pytest.fixture(scope="module")
def documents(tmp_path_factory):
    """The documents by name."""
    folder = Path(os.environ.get("UNDERSTUDY_CORPUS") or corpus.CORPUS)
    if not folder.exists():
        pytest.skip(f"{folder} is not there; UNDERSTUDY_CORPUS names the folder of the corpus.")
    return {row.name: row for row in corpus.documents(tmp_path_factory.mktemp("corpus"))}


def refusal(row):
    """Why a document is not read; empty for one that is."""
    try:
        specify(load(row.file, fence=row.folder))
    except DocumentFaults as problem:
        return str(problem)
    return ""


def test_each_document_is_read_or_refused_for_a_known_reason(documents):
    """Whatever is odd about a real document, whoever has it gets a server, or is told what to mend."""
    refused = {name: why for name, row in documents.items() if (why := refusal(row))}

    unexpected = {name: why for name, why in refused.items() if REFUSED.get(name, "?") not in why}
    assert unexpected == {}
    assert refused.keys() == REFUSED.keys()


@pytest.mark.parametrize("name", PLAYED)
def test_schemathesis_finds_no_failure(documents, name):
    """What fits is answered as declared, and what plainly does not is refused as declared."""
    row = documents[name]

    result = judged(row.file, row.folder, SOME)

    assert result.get("failures") == [], result
    assert result["answered"] == result["tried"] > 0
    assert result["refused"] == result["broken"]
