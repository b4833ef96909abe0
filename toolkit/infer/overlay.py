"""The Overlay: an inferred lifecycle of each resource in a file that people correct."""

from __future__ import annotations

import re
from collections.abc import Iterator

from speckit.specification import LIFECYCLES
from toolkit.drafting.draft import Draft
from toolkit.drafting.errors import silent
from toolkit.drafting.whole import Drafted
from toolkit.infer import defaults
from toolkit.infer.errors import actions
from toolkit.infer.writing import scalar, written

_MARK = re.compile(r"^ *# (sure|guessed): ", re.MULTILINE)
_HEAD = """\
# A first lifecycle for each resource of this API, inferred from paths, schemas, examples and words.
# "sure" rests on what the document says; "guessed" is to be looked at, and corrected where it is wrong.
"""


def overlay(found: Drafted, title: str, extends: str) -> str:
    """Return the text of an OpenAPI Overlay 1.0 that adds the lifecycles of `found`.

    Args:
        title: The title of the document.
        extends: Where the document is, as the Overlay would name it; empty where it has no place.
    """
    return "\n".join((*_lines(found, title, extends), ""))


def _lines(found: Drafted, title: str, extends: str) -> Iterator[str]:
    yield from _HEAD.splitlines()
    yield "overlay: 1.0.0"
    yield f"info: {{title: {scalar(f'Lifecycles of {title}')}, version: 0.1.0}}"
    if extends:
        yield f"extends: {scalar(extends)}"
    yield "actions:"
    yield from actions(found.specification.document, silent(found.specification))
    yield from defaults.actions(found.undone)
    yield "  - target: $"
    yield "    update:"
    yield f"      {LIFECYCLES}:"
    for draft in sorted(
        found.drafts, key=lambda each: "state" not in each.raw or "field" not in each.raw["state"]
    ):
        yield ""
        yield from _lifecycle(draft)


def _lifecycle(draft: Draft) -> Iterator[str]:
    indent = " " * 10
    yield f"        {scalar(draft.name)}:"
    for operation, why in draft.left.items():
        yield f"{indent}# left out: {operation}, because {' '.join(why.split())}"
    yield from written(draft.raw, draft.notes, indent)


def marks(text: str) -> tuple[int, int]:
    """Return how many comments of an Overlay are sure, and how many are guesses."""
    found = _MARK.findall(text)
    return found.count("sure"), found.count("guessed")
