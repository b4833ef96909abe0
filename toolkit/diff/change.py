"""A change between two documents, and the rule that judges it."""

from __future__ import annotations

from dataclasses import dataclass

from speckit.faults import Place, Pointer

BREAKING = "breaking"
"""A client that kept to the old document may fail with the new one."""

MAYBE = "maybe"
"""It depends on what the client does, or cannot be told from the documents."""

SAFE = "safe"
"""A client that kept to the old document does not notice."""

VERDICTS = (BREAKING, MAYBE, SAFE)
"""All verdicts, the worst first."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One way in which documents differ, and what it means for clients.

    Attributes:
        id: What it is called.
        group: What it is about; a heading of the reference.
        verdict: One of `VERDICTS`.
        reason: Why so, in one sentence.
    """

    id: str
    group: str
    verdict: str
    reason: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    Attributes:
        rule: What judges it.
        what: What is different, in one sentence.
        subjects: The operations or resources that it concerns, in order.
        old: Where the old document says it, or what is nearest above; likewise `new`.
        old_place: The file and line of `old`, once it has been looked up; likewise `new_place`.
    """

    rule: Rule
    what: str
    subjects: tuple[str, ...]
    old: Pointer
    new: Pointer
    old_place: Place | None = None
    new_place: Place | None = None

    @property
    def verdict(self) -> str:
        """The verdict of its rule."""
        return self.rule.verdict


def ordered(change: Change) -> tuple[int, tuple[str, ...], str, str, str]:
    """Return what changes are sorted by: the worst first, then by subject, rule and place."""
    where = "/".join(map(str, change.old))
    return VERDICTS.index(change.verdict), change.subjects, change.rule.id, where, change.what
