"""Changes as text: for people, programs, pages and reviews."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from speckit.annotating import annotation
from speckit.faults import Place, written
from toolkit.diff.change import BREAKING, MAYBE, SAFE, VERDICTS, Change

_MOST_SUBJECTS = 3
"""So many operations are named; the rest is counted."""

_LEVELS = {BREAKING: "error", MAYBE: "warning", SAFE: "notice"}
"""The levels of annotations on GitHub."""


def told(changes: Sequence[Change], form: str) -> str:
    """Return `changes` in one of the `FORMS`, with a line feed at the end."""
    return FORMS[form](changes)


def counted(changes: Iterable[Change]) -> dict[str, int]:
    """Return how many changes have each verdict."""
    found = [each.verdict for each in changes]
    return {verdict: found.count(verdict) for verdict in VERDICTS}


def _console(changes: Sequence[Change]) -> str:
    lines: list[str] = []
    for each in changes:
        lines.append(f"{each.verdict:<9} {_subjects(each)}: {each.what}")
        lines.append(f"{'':9} {each.rule.reason} [{each.rule.id}]")
        lines.append(f"{'':9} {_where(each)}")
    return "\n".join([*lines, _summary(changes), ""])


def _subjects(change: Change) -> str:
    shown = "; ".join(change.subjects[:_MOST_SUBJECTS])
    more = len(change.subjects) - _MOST_SUBJECTS
    return f"{shown} and {more} more" if more > 0 else shown


def _where(change: Change) -> str:
    old, new = (str(each) if each else "" for each in (change.old_place, change.new_place))
    return f"{old} {written(change.old)} -> {new} {written(change.new)}"


def _summary(changes: Sequence[Change]) -> str:
    if not changes:
        return "Nothing has changed for clients."
    return ", ".join(f"{number} {verdict}" for verdict, number in counted(changes).items())


def _json(changes: Sequence[Change]) -> str:
    found = {"summary": counted(changes), "changes": [_entry(each) for each in changes]}
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _entry(change: Change) -> dict[str, Any]:
    return {
        "rule": change.rule.id,
        "verdict": change.verdict,
        "what": change.what,
        "reason": change.rule.reason,
        "subjects": list(change.subjects),
        "old": _side(change.old_place, written(change.old)),
        "new": _side(change.new_place, written(change.new)),
    }


def _side(place: Place | None, path: str) -> dict[str, Any]:
    return {"path": path, "file": place.file if place else None, "line": place.line if place else None}


def _markdown(changes: Sequence[Change]) -> str:
    parts = ["# What has changed for clients", "", f"{_summary(changes)}"]
    for verdict in VERDICTS:
        if mine := [each for each in changes if each.verdict == verdict]:
            parts += ["", f"## {verdict.capitalize()}", "", *map(_item, mine)]
    return "\n".join([*parts, ""])


def _item(change: Change) -> str:
    place = change.new_place or ""
    return (
        f"- **{_escaped(_subjects(change))}**: {_escaped(change.what)} {_escaped(change.rule.reason)} "
        f"(`{change.rule.id}`, {_escaped(str(place))})"
    )


def _escaped(text: str) -> str:
    for sign in "\\`*_<>[]|":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", " ")


def _github(changes: Sequence[Change]) -> str:
    return "".join(map(_annotation, changes))


def _annotation(change: Change) -> str:
    place = change.new_place
    where = {
        "file": place.file if place else "",
        "line": place.line if place else None,
        "title": change.rule.id,
    }
    said = f"{_subjects(change)}: {change.what} {change.rule.reason}"
    return f"{annotation(_LEVELS[change.verdict], where, said)}\n"


FORMS: Mapping[str, Callable[[Sequence[Change]], str]] = {
    "console": _console,
    "json": _json,
    "markdown": _markdown,
    "github": _github,
}
"""The ways to tell changes: for people, for programs, for a page, as annotations of GitHub."""
