"""What was tried and what broke, counted and kept apart by law and cause."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from contracts import pacing
from contracts.exchange import Exchange
from contracts.finding import Finding, Note, Subject, Tally
from contracts.laws import DOCUMENTED, LAWS, is_of_answers
from speckit.faults import written
from speckit.specification import LIFECYCLES, Specification

_SECTIONS: Mapping[str, tuple[str, ...]] = {
    "known-state": ("state", "states"),
    "initial-state": ("state", "initial"),
    "possible-move": ("transitions",),
    "not-too-early": ("transitions",),
    "move-on-time": ("transitions",),
    "final-is-final": ("state", "states"),
    "state-sets-fields": ("state", "states"),
    "history-true": ("history",),
    "create-keeps-input": ("initially",),
    "unique-id": ("identity",),
    "alternate-key": ("identity", "alternates"),
    "unique-fields": ("unique",),
    "hidden-stays-hidden": ("hidden",),
    "timestamp-format": ("timestamps",),
    "timestamp-order": ("timestamps",),
    "timestamp-when-due": ("timestamps",),
    "missing-parent": ("parents",),
    "etag-follows": ("etag",),
    "precondition-kept": ("etag",),
    "precondition-required": ("etag",),
    "not-modified": ("etag",),
}
"""The part of a lifecycle that a law is read from, where it is not the operation's."""

_OF_THE_OPERATION = frozenset(
    name
    for name, law in LAWS.items()
    if law.group == "answers" and name not in ("missing-parent", "answer-as-declared")
)


_HELD_OFF = "the server took no more requests ({status}), however long was waited"

Doubted = tuple[Subject, str, tuple[Exchange, ...], str]


@dataclass(slots=True)
class _Count:
    tried: int = 0
    broken: int = 0
    reason: str = ""


@dataclass(slots=True)
class Docket:
    """Keeps findings, notes and tallies; `found` is called with each finding that is new."""

    specification: Specification
    is_strict: bool = False
    found: Callable[[Finding], None] = lambda _finding: None
    excluded: frozenset[str] = frozenset()
    _findings: dict[tuple[str, Subject, str], Finding] = field(default_factory=dict)
    _notes: dict[tuple[str, Subject, str], Note] = field(default_factory=dict)
    _counts: dict[tuple[str, Subject], _Count] = field(default_factory=dict)

    _doubted: list[Doubted] | None = None
    _meant: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        self._meant = pacing.meant(self.specification)

    def is_held_off(self, exchange: Exchange) -> bool:
        """Return whether a request was not looked at, because there were too many (429, 503)."""
        return pacing.is_held_off(exchange, self._meant)

    @property
    def findings(self) -> list[Finding]:
        """The findings, in the order they were made."""
        return list(self._findings.values())

    @property
    def notes(self) -> list[Note]:
        """The notes, in the order they were made."""
        return list(self._notes.values())

    @property
    def tallies(self) -> list[Tally]:
        """How often each law was tried and broken."""
        return [Tally(law, s, c.tried, c.broken, c.reason) for (law, s), c in self._counts.items()]

    def hold(
        self,
        law: str,
        subject: Subject,
        kept: bool,
        happened: str | Callable[[], str] = "",
        exchanges: Iterable[Exchange] = (),
        cause: str = "",
    ) -> bool:
        """Count one trial of `law`; keep a finding if it was broken. Return whether it was kept.

        Args:
            happened: What was seen instead, or a function that says so.
            exchanges: Those that matter, in order.
            cause: What tells this way of breaking the law from another.
        """
        if law in self.excluded:
            return kept
        exchanges = tuple(exchanges)
        if not kept and law not in DOCUMENTED and self._proves_nothing(exchanges):
            self.pass_over(law, subject, _HELD_OFF.format(status=exchanges[-1].status))
            return True
        if self._doubted is not None and not kept:
            said = happened if isinstance(happened, str) else happened()
            self._doubted.append((subject, said, exchanges, cause))
            return False
        count = self._count(law, subject)
        count.tried += 1
        if kept:
            return True
        count.broken += 1
        key = (law, subject, cause)
        if known := self._findings.get(key):
            self._findings[key] = replace(known, count=known.count + 1)
            return False
        said = happened if isinstance(happened, str) else happened()
        made = Finding(
            law, subject, LAWS[law].promise, self.place(law, subject), said, exchanges, cause=cause
        )
        self._findings[key] = made
        self.found(made)
        return False

    def _proves_nothing(self, exchanges: Sequence[Exchange]) -> bool:
        """Return whether the last request was held off; of a race, whether all of it was."""
        last = exchanges[-1:]
        raced = [each for each in exchanges if each.race and each.race == last[0].race] if last else []
        return bool(last) and all(map(self.is_held_off, raced or last))

    def knows(self, law: str, subject: Subject, status: str) -> bool:
        """Return whether there is a finding by a law of answers, told of answers of that status.

        Its cause is the status, and where in the body it shows.
        """
        return is_of_answers(law) and any(
            key[:2] == (law, subject) and key[2].partition(" ")[0] == status for key in self._findings
        )

    @contextmanager
    def doubting(self) -> Iterator[list[Doubted]]:
        """Within, what is broken is not counted but kept in the list that this gives."""
        doubted: list[Doubted] = []
        self._doubted = doubted
        try:
            yield doubted
        finally:
            self._doubted = None

    def note(self, law: str, subject: Subject, message: str, exchanges: Iterable[Exchange] = ()) -> None:
        """Keep a note: the document is silent. Where judging is strict, it is a finding."""
        if law in self.excluded:
            return
        if self.is_strict:
            self.hold(law, subject, False, message, exchanges, cause="silent")
            return
        key = (law, subject, message)
        known = self._notes.get(key)
        count = known.count + 1 if known else 1
        self._notes[key] = Note(law, subject, message, known.exchanges if known else tuple(exchanges), count)

    def pass_over(self, law: str, subject: Subject, reason: str) -> None:
        """Say that `law` could not be tried, unless it was tried after all."""
        count = self._count(law, subject)
        count.reason = count.reason or reason

    def replace(self, old: Finding, new: Finding) -> None:
        """Put a finding in the place of another: sliced, or confirmed."""
        for key, known in self._findings.items():
            if known is old:
                self._findings[key] = new
                return

    def place(self, law: str, subject: Subject) -> str:
        """Return where the document says what `law` holds `subject` to."""
        path = self._path(law, subject)
        return f"{self.specification.document.place(path)} {written(path) if path else ''}"

    def _path(self, law: str, subject: Subject) -> tuple[str | int, ...]:
        operation = self.specification.operations.get(subject.operation)
        lifecycle = self.specification.lifecycles.get(subject.resource)
        if lifecycle is None or law in _OF_THE_OPERATION:
            return ("paths", operation.path, operation.method.lower()) if operation else ()
        if law in _SECTIONS:
            return (LIFECYCLES, lifecycle.name, *_SECTIONS[law])
        if subject.operation in lifecycle.rules:
            return (LIFECYCLES, lifecycle.name, "operations", subject.operation)
        return (LIFECYCLES, lifecycle.name)

    def _count(self, law: str, subject: Subject) -> _Count:
        return self._counts.setdefault((law, subject), _Count())
