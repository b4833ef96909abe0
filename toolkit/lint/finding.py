"""Findings: what a rule has to say about one place of a document."""

from __future__ import annotations

from dataclasses import dataclass

from speckit.faults import Place, Pointer, written

ERROR = "error"
WARNING = "warning"
INFO = "info"
OFF = "off"

SEVERITIES = (ERROR, WARNING, INFO)
"""How much a finding matters, the worst first."""

LEVELS = (*SEVERITIES, OFF)
"""What a rule can be set to."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend, or to decide about.

    Attributes:
        rule: The name of the rule that found it.
        severity: `error`, `warning` or `info`.
        message: What was asked, and what stands in the way.
        hint: What would work; may be empty.
        path: Where in the document, as it was written.
        place: The line of the file that a person has to change.
        operation: The operation that it stands in; empty elsewhere.
    """

    rule: str
    severity: str
    message: str
    hint: str
    path: Pointer
    place: Place
    operation: str = ""

    @property
    def pointer(self) -> str:
        """The path as people read it."""
        return written(self.path)

    @property
    def line(self) -> int:
        """The line, counted from 1; 1 where the whole file is meant."""
        return self.place.line or 1
