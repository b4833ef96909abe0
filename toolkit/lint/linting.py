"""Linting: every rule that is wanted looks at a document, and what is not to be heard is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from speckit.document import Document
from speckit.faults import DocumentFaults, Fault, Place, Pointer
from speckit.specification import LIFECYCLES
from toolkit.lint.finding import ERROR, OFF, WARNING, Finding
from toolkit.lint.ignoring import ignored
from toolkit.lint.matter import Matter
from toolkit.lint.reading import read
from toolkit.lint.rules import RULES
from toolkit.lint.told import UNREADABLE

Quiet = Callable[[Finding], bool]
"""Whether a finding is not to be heard."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found in one document, in the order of its lines.

    Attributes:
        document: What it is called.
        ignored: How many findings are left out because somebody said so.
    """

    document: str
    found: tuple[Finding, ...]
    ignored: int = 0

    def count(self, severity: str) -> int:
        """Return how many findings have a severity."""
        return sum(each.severity == severity for each in self.found)

    def is_fine(self, *, strict: bool = False) -> bool:
        """Return whether there are no errors; with `strict` no warnings either."""
        return not self.count(ERROR) and not (strict and self.count(WARNING))


def lint(
    document: Document, *, severities: Mapping[str, str] | None = None, quiet: Quiet | None = None
) -> Findings:
    """Return what is wrong, doubtful or left out in `document`.

    Args:
        severities: By rule, another than its own, or `off`.
        quiet: Says which findings are left out.
    """
    matter = read(document)
    heard: dict[Finding, None] = {}
    left = 0
    for path, finding in _all(matter, severities or {}):
        if finding.rule in ignored(matter.data, path) or (quiet and quiet(finding)):
            left += 1
        else:
            heard[finding] = None
    return Findings(document.name, _sorted(heard), left)


def refused(document: str, faults: DocumentFaults) -> Findings:
    """Return what there is to say of a document that cannot be read; nobody can switch it off."""
    return Findings(document, _sorted(_finding(UNREADABLE, ERROR, each, "") for each in faults.faults))


def _all(matter: Matter, severities: Mapping[str, str]) -> Iterator[tuple[Pointer, Finding]]:
    """Yield all findings, each with its path in the document as it is used."""
    names = {path: name for name, path in matter.places.items()}
    for rule in RULES:
        severity = severities.get(rule.name, rule.severity)
        for fault in rule.check(matter) if severity != OFF else ():
            (placed,) = matter.document.located([fault])
            yield fault.path, _finding(rule.name, severity, placed, _operation(fault.path, names))


def _finding(rule: str, severity: str, fault: Fault, operation: str) -> Finding:
    hint = " ".join(part for part in (fault.hint, fault.outcome) if part)
    return Finding(rule, severity, fault.message, hint, fault.path, fault.place or Place(""), operation)


def _operation(path: Pointer, names: Mapping[Pointer, str]) -> str:
    """Return the operation that `path` is inside of, or that it says something of."""
    if path[:1] == (LIFECYCLES,) and path[2:3] == ("operations",) and len(path) > 3:
        return str(path[3])
    return next((names[path[:end]] for end in (3, 4) if path[:end] in names), "")


def _sorted(found: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(
        sorted(found, key=lambda each: (each.place.file, each.line, each.pointer, each.rule, each.message))
    )
