"""Stamps: which fields are times, and how they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from speckit import pointer
from speckit.lifecycle import Path
from toolkit.survey.forms import Form
from toolkit.survey.spelling import plain, words
from toolkit.survey.vocabulary import TIMES

_DEEPEST = 2
_ZONED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
_LOCAL = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?")
_MILLISECONDS = 10**11


@dataclass(frozen=True, slots=True)
class Stamps:
    """The fields with times: by what they tell, and by word of the state they belong to."""

    format: str = "date-time"
    created: Path | None = None
    updated: Path | None = None
    started: Path | None = None
    ended: Path | None = None
    others: dict[str, Path] = field(default_factory=dict)

    def fields(self) -> list[Path]:
        """Return every field that is a time."""
        known = (self.created, self.updated, self.started, self.ended, *self.others.values())
        return [each for each in known if each]


def stamps(item: Form, states: frozenset[str], shown: Any = None) -> Stamps:
    """Return the times of `item`.

    Args:
        states: The words of its states, plain: `cancelled_at` is when it entered `cancelled`.
        shown: An example of the whole.
    """
    leaves = ((path, form, (*form.examples, pointer.read(shown, path))) for path, form in _leaves(item, ()))
    times = [(path, form, kind) for path, form, values in leaves if (kind := _format(form, path, values))]
    if not times:
        return Stamps()
    main = _usual([kind for _, _, kind in times])
    found: dict[str, Path] = {}
    others: dict[str, Path] = {}
    for path, _, kind in times:
        if kind == main or (kind.startswith("epoch") and main.startswith("epoch")):
            _sort(path, states, found, others)
    return Stamps(main, **found, others=others)


def _sort(path: Path, states: frozenset[str], found: dict[str, Path], others: dict[str, Path]) -> None:
    name = plain(path[-1])
    stem = name.removesuffix("at").removesuffix("time").removesuffix("on")
    if stem in states and name not in TIMES["created"]:
        others.setdefault(stem, path)
        return
    for what, names in TIMES.items():
        if name in names and what not in found:
            found[what] = path


def _usual(kinds: list[str]) -> str:
    """Return the format that most times have; milliseconds, once one shows them, are for all numbers."""
    if kinds.count("date-time") + kinds.count("date-time-local") < len(kinds) / 2 and "epoch-ms" in kinds:
        return "epoch-ms"
    return max(dict.fromkeys(kinds), key=kinds.count)


def _leaves(form: Form, path: Path) -> Iterator[tuple[Path, Form]]:
    for name, member in form.members.items():
        if member.kind == "object" and len(path) + 1 < _DEEPEST:
            yield from _leaves(member, (*path, name))
        elif member.kind in ("string", "integer", "number"):
            yield (*path, name), member


def _format(form: Form, path: Path, shown: tuple[Any, ...]) -> str:
    """Return how a time is written; empty where it is none."""
    is_named = any(plain(path[-1]) in names for names in TIMES.values())
    if form.kind == "string":
        return _textual(form, [each for each in shown if isinstance(each, str)], is_named=is_named)
    sounds = is_named or words(path[-1])[-1:] == ("at",) or "timestamp" in form.description.lower()
    return _numeric(form, [each for each in shown if isinstance(each, int | float)]) if sounds else ""


def _textual(form: Form, shown: list[str], *, is_named: bool) -> str:
    if form.format == "date-time" or any(map(_ZONED.fullmatch, shown)):
        return "date-time"
    if is_named and any(map(_LOCAL.fullmatch, shown)):
        return "date-time-local"
    return "date-time" if is_named and not shown and not form.format and not form.words else ""


def _numeric(form: Form, shown: list[int | float]) -> str:
    said = form.description.lower()
    if "milli" in said or any(each > _MILLISECONDS for each in shown):
        return "epoch-ms"
    return "epoch-s"
