"""What is known to be broken: kept in a file, told in a run, and no reason for it to fail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from contracts.finding import UNJUDGED, Finding, Judgement

VERSION = 1
"""Counts the changes to the form of the file that a reader has to know of."""

_STATUS = re.compile(r"[1-5]\d\d")
_NUMBERS = re.compile(r"[^\s/,.\"']*\d[^\s/,.\"']*")
"""What may be another one in the next run: a word, or a part of a path, with a digit in it."""


class NoBaseline(Exception):
    """A file holds no baseline; the message says why."""


@dataclass(frozen=True, slots=True, order=True)
class Known:
    """A finding, as far as it is the same in every run: no id and no time is in it.

    Attributes:
        cause: What tells this way of breaking the law there from another: a status, the place in a body.
    """

    law: str
    resource: str
    operation: str
    cause: str

    def __str__(self) -> str:
        subject = ", ".join(filter(None, (self.resource, self.operation)))
        return f"{self.law}  {subject}{f'  ({self.cause})' if self.cause else ''}"


def known_as(finding: Finding) -> Known:
    """Return what stays the same of `finding`."""
    return Known(finding.law, finding.subject.resource, finding.subject.operation, _plain(finding.cause))


def _plain(text: str) -> str:
    return _NUMBERS.sub(lambda word: word[0] if _STATUS.fullmatch(word[0]) else "#", text)


def read(content: bytes) -> frozenset[Known]:
    """Return what a file holds.

    Raises:
        NoBaseline: it is none.
    """
    try:
        data = orjson.loads(content)
        if data["version"] != VERSION:
            raise NoBaseline(f"its version is {data['version']}, and {VERSION} is read here")
        return frozenset(map(_known, data["findings"]))
    except (orjson.JSONDecodeError, KeyError, TypeError) as problem:
        raise NoBaseline("it is no file of --write-baseline") from problem


def _known(data: Mapping[str, Any]) -> Known:
    return Known(*(str(data[name]) for name in ("law", "resource", "operation", "cause")))


def written(judgement: Judgement, before: Iterable[Known] = ()) -> bytes:
    """Return the file of what `judgement` found, and of what was known before and was not judged now."""
    found = {known_as(each): each.happened for each in judgement.findings}
    kept = {
        each: "Not judged in the run that wrote this." for each in before if not _was_judged(each, judgement)
    }
    entries = [_entry(each, happened) for each, happened in sorted((kept | found).items())]
    whole = {"version": VERSION, "findings": entries}
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _entry(known: Known, happened: str) -> dict[str, str]:
    return {
        "law": known.law,
        "resource": known.resource,
        "operation": known.operation,
        "cause": known.cause,
        "happened": _plain(happened),
    }


def compared(judgement: Judgement, known: frozenset[Known]) -> Judgement:
    """Return `judgement` with those findings marked that are `known`, and with those told that are gone."""
    findings = [replace(each, is_known=known_as(each) in known) for each in judgement.findings]
    left = known - {known_as(each) for each in judgement.findings}
    gone = [str(each) for each in sorted(left) if _was_judged(each, judgement)]
    return replace(judgement, findings=findings, gone=gone)


def _was_judged(known: Known, judgement: Judgement) -> bool:
    """Return whether a run has tried what was known to be broken."""
    return any(
        (each.law, each.subject.resource, each.subject.operation)
        == (known.law, known.resource, known.operation)
        and each.verdict != UNJUDGED
        for each in judgement.tallies
    )
