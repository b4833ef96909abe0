"""A draft: one lifecycle as a document would hold it, and a note on each part that had to be decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Place = tuple[str | int, ...]
"""A path inside one lifecycle."""


@dataclass(frozen=True, slots=True)
class Note:
    """Why a part is as it is; a guess, or sure."""

    text: str
    is_sure: bool = True


@dataclass(slots=True)
class Draft:
    """One lifecycle in the making.

    Attributes:
        left: Operations that it does not take, each with the reason.
        untaken: Fields that a body gives and that are not taken from it.
        wider: Fields that are taken from it, be it wider than their schemas.
        unread: By list, the query parameters that change nothing.
        held: The resource that it is always below, where no operation makes one; else empty.
    """

    name: str
    raw: dict[str, Any]
    notes: dict[Place, Note] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    untaken: list[str] = field(default_factory=list)
    wider: list[str] = field(default_factory=list)
    unread: dict[str, tuple[str, ...]] = field(default_factory=dict)
    held: str = ""

    def note(self, place: Place, text: str, *, is_sure: bool = True) -> None:
        """Keep why `place` is as it is."""
        self.notes[place] = Note(text, is_sure)

    def guess(self, place: Place, text: str) -> None:
        """Keep why `place` is thought to be as it is."""
        self.notes[place] = Note(text, is_sure=False)

    def withdraw(self, place: Place, why: str) -> None:
        """Take out what is at `place`, and say so where it was."""
        node: Any = self.raw
        for key in place[:-1]:
            node = node[key]
        del node[place[-1]]
        self.notes = _shifted(self.notes, place)
        left = (*place[:-1], "#left")
        before = f"{self.notes[left].text} " if left in self.notes else ""
        self.guess(left, f"{before}left out: {place[-1]}, because {why}")

    def drop(self, operation: str, why: str) -> None:
        """Take an operation out, and the transitions that it alone causes."""
        self.raw["operations"].pop(operation, None)
        self.notes.pop(("operations", operation), None)
        self.left[operation] = why
        _each_transition(self, lambda raw: _without_trigger(raw, operation))


def _each_transition(draft: Draft, keep: Callable[[dict[str, Any]], bool]) -> None:
    """Keep the transitions that `keep` wants, with their notes."""
    found = list(enumerate(draft.raw.get("transitions", ())))
    kept = [(index, raw) for index, raw in found if keep(raw)]
    notes = {place: note for place, note in draft.notes.items() if place[:1] != ("transitions",)}
    for new, (old, _) in enumerate(kept):
        if note := draft.notes.get(("transitions", old)):
            notes["transitions", new] = note
    draft.notes = notes
    if found:
        draft.raw["transitions"] = [raw for _, raw in kept]


def _without_trigger(raw: dict[str, Any], operation: str) -> bool:
    """Take `operation` from the triggers of a transition; say whether anything still causes it."""
    triggers = raw.get("trigger")
    if isinstance(triggers, list) and operation in triggers:
        left = [each for each in triggers if each != operation]
        raw["trigger"] = left[0] if len(left) == 1 else left
        return bool(left)
    return triggers != operation


def _shifted(notes: dict[Place, Note], gone: Place) -> dict[Place, Note]:
    """Return `notes` once `gone` is: those below it go, too, and items of a list after it move up."""
    kept: dict[Place, Note] = {}
    for place, note in notes.items():
        if place[: len(gone)] == gone:
            continue
        index, depth = gone[-1], len(gone) - 1
        at = place[depth] if len(place) > depth and place[:depth] == gone[:-1] else None
        if isinstance(index, int) and isinstance(at, int) and at > index:
            place = (*place[:depth], at - 1, *place[depth + 1 :])
        kept[place] = note
    return kept
