"""Errors: where a document spells out what is answered to each kind of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from speckit.conventions import KINDS, Conventions
from speckit.faults import Pointer
from speckit.lifecycle import Answer
from speckit.specification import CONVENTIONS

Level = tuple[Pointer, Mapping[str, Answer]]
"""The answers that one part of a document has for kinds of error, and where they stand."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is answered to a kind of error: the status, and what is spelled out, if anything, at `path`."""

    path: Pointer
    answer: Answer
    status: int


def said(levels: Sequence[Level], around: Conventions, kind: str) -> Said:
    """Return what is answered to an error of `kind`.

    Args:
        levels: What stands before the conventions, the nearest first.
        around: The conventions of the API.
    """
    at = (CONVENTIONS, around.name)
    known: dict[str, tuple[Pointer, Answer]] = {}
    for path, answers in (*levels, ((*at, "answers"), around.answers)):
        for each, answer in answers.items():
            known.setdefault(each, ((*path, each), answer))
    usual = ((*at, "error"), around.error or Answer())
    path, answer = known.get(kind, usual)
    if answer.kind in KINDS:
        kind = answer.kind
        path, answer = known.get(kind, usual)
    return Said(path, answer, answer.status or KINDS[kind][0])
