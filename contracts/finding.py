"""What a judgement comes to: findings, notes, and what was tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.exchange import Exchange
from speckit.lifecycle import Path

KEPT, BROKEN, UNJUDGED = "kept", "broken", "not judged"


LEFT_OUT = "left out, as asked (--exclude-law, --exclude-operation)"
"""The reason for which a promise was not judged that somebody did not want to be."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a law is held to: an operation of a resource; `resource` is empty where there is no lifecycle."""

    resource: str
    operation: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken promise.

    Attributes:
        law: The name of the law (`contracts.laws.LAWS`).
        promise: What the document promises, in a sentence.
        place: Where it says so, as `file:line path`.
        happened: What happened instead, in a sentence.
        exchanges: The shortest sequence known that shows it, in order; the last one is where it shows.
        is_confirmed: Whether the sequence showed it again when it was repeated.
        count: How often it was seen.
        doubt: Why it did not show again when it was repeated, in a sentence; empty where it did, and where
            nothing could be repeated.
        cause: What tells this way of breaking the law there from another; the same in every run.
        is_known: It is in the baseline, and makes nobody fail.
    """

    law: str
    subject: Subject
    promise: str
    place: str
    happened: str
    exchanges: tuple[Exchange, ...]
    is_confirmed: bool = False
    count: int = 1
    doubt: str = ""
    cause: str = ""
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth knowing that breaks no promise: where the document is silent."""

    law: str
    subject: Subject
    message: str
    exchanges: tuple[Exchange, ...] = ()
    count: int = 1


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a law was tried on an operation and broken; `reason` says why it was not tried."""

    law: str
    subject: Subject
    tried: int = 0
    broken: int = 0
    reason: str = ""

    @property
    def verdict(self) -> str:
        """`kept`, `broken` or `not judged`."""
        if self.broken:
            return BROKEN
        return KEPT if self.tried else UNJUDGED

    @property
    def is_gap(self) -> bool:
        """Whether it was not judged, and nobody has asked for that."""
        return self.verdict == UNJUDGED and self.reason != LEFT_OUT


@dataclass(frozen=True, slots=True)
class Key:
    """What an operation makes: the resource, and where in its answer the id may stand."""

    resource: str
    places: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Ways:
    """How to do again by hand what the judge did.

    Attributes:
        clock_url: Where the clock was moved; empty where it was waited for.
        keys: By operation, what it makes.
    """

    clock_url: str = ""
    keys: Mapping[str, Key] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that one run found.

    Attributes:
        ended: Why the run ended before its time; empty where it did not.
        seconds: How long it took.
        options: What would make the same run again: seed, principals by name, and so on.
        ways: How to do again by hand what was done.
        gone: What is in the baseline and was not found, a line each.
        is_replay: Only findings of an earlier run were tried: each that was not judged counts.
    """

    document: str
    url: str
    findings: Sequence[Finding] = ()
    notes: Sequence[Note] = ()
    tallies: Sequence[Tally] = ()
    requests: int = 0
    seconds: float = 0.0
    seed: int = 0
    ended: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    ways: Ways = field(default_factory=Ways)
    gone: Sequence[str] = ()
    is_replay: bool = False

    @property
    def exit_status(self) -> int:
        """0 where all are kept or known to be broken, 1 where another is broken, 2 where none was judged."""
        if self.ended or not any(tally.tried for tally in self.tallies):
            return 2
        if not all(each.is_known for each in self.findings):
            return 1
        return 2 if self.is_replay and any(each.is_gap for each in self.tallies) else 0
