"""A judgement in order: what every report tells, put together once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from contracts.finding import BROKEN, KEPT, UNJUDGED, Finding, Judgement, Note, Subject, Tally
from contracts.laws import LAWS
from contracts.report.manner import Manner

ELSEWHERE = "(no resource)"
"""The name under which operations stand that belong to no resource."""

_OTHER = "other"


@dataclass(frozen=True, slots=True)
class Row:
    """How the laws of one group went for one resource; `tried` counts attempts, the others promises."""

    resource: str
    group: str
    kept: int
    broken: int
    unjudged: int
    tried: int


@dataclass(frozen=True, slots=True)
class Digest:
    """A judgement in order: resources and operations as in the document, laws as in their reference.

    Attributes:
        tallies: One for each law and operation.
        unjudged: What could not be judged, by the reason why.
        total: The sum in one line.
    """

    tallies: Sequence[Tally]
    rows: Sequence[Row]
    findings: Sequence[Finding]
    notes: Sequence[Note]
    unjudged: Mapping[str, Sequence[Tally]]
    total: str

    def count(self, verdict: str) -> int:
        """Return how many promises have this verdict."""
        return sum(tally.verdict == verdict for tally in self.tallies)


def digest(judgement: Judgement, manner: Manner) -> Digest:
    """Return what `judgement` says, in order."""
    order = _Order(judgement, manner)
    tallies = sorted(_complete(judgement), key=order)
    return Digest(
        tallies=tallies,
        rows=_rows(tallies),
        findings=sorted(judgement.findings, key=order),
        notes=sorted(judgement.notes, key=order),
        unjudged=_by_reason(tallies),
        total=_total(judgement, tallies),
    )


def group(law: str) -> str:
    """Return the group that `law` belongs to."""
    return LAWS[law].group if law in LAWS else _OTHER


def named(resource: str) -> str:
    """Return how a resource is called in a report."""
    return resource or ELSEWHERE


def counted(number: int, thing: str) -> str:
    """Return a number and what it counts, in the plural where it is not one.

    >>> counted(1, "request"), counted(1200, "request")
    ('1 request', '1,200 requests')
    """
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


class _Order:
    """Where what is told of a law and a subject stands in a report."""

    def __init__(self, judgement: Judgement, manner: Manner) -> None:
        everything: list[Finding | Note | Tally] = [*judgement.tallies, *judgement.findings, *judgement.notes]
        told = [each.subject for each in everything]
        self._resources = _places([*manner.resources, *(each.resource for each in told if each.resource)])
        self._operations = _places([*manner.operations, *(each.operation for each in told)])
        self._laws = _places(LAWS)

    def __call__(self, told: Finding | Note | Tally) -> tuple[int, int, str, int]:
        return (
            self._resources.get(told.subject.resource, len(self._resources)),
            self._laws.get(told.law, len(self._laws)),
            told.law,
            self._operations[told.subject.operation],
        )


def _places(names: Iterable[str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(dict.fromkeys(names))}


def _complete(judgement: Judgement) -> list[Tally]:
    """Return one tally for each law and subject, of every finding too."""
    found: dict[tuple[str, Subject], Tally] = {}
    for tally in judgement.tallies:
        key = tally.law, tally.subject
        found[key] = _sum(found[key], tally) if key in found else tally
    for finding in judgement.findings:
        key = finding.law, finding.subject
        known = found.get(key) or Tally(*key, tried=finding.count)
        found[key] = known if known.broken else replace(known, broken=finding.count)
    return list(found.values())


def _sum(one: Tally, other: Tally) -> Tally:
    return replace(
        one,
        tried=one.tried + other.tried,
        broken=one.broken + other.broken,
        reason=one.reason or other.reason,
    )


def _rows(tallies: Iterable[Tally]) -> list[Row]:
    together: dict[tuple[str, str], list[Tally]] = {}
    for tally in tallies:
        together.setdefault((tally.subject.resource, group(tally.law)), []).append(tally)
    return [_row(*key, members) for key, members in together.items()]


def _row(resource: str, group: str, tallies: Sequence[Tally]) -> Row:
    verdicts = [tally.verdict for tally in tallies]
    return Row(
        resource=named(resource),
        group=group,
        kept=verdicts.count(KEPT),
        broken=verdicts.count(BROKEN),
        unjudged=verdicts.count(UNJUDGED),
        tried=sum(tally.tried for tally in tallies),
    )


def _by_reason(tallies: Iterable[Tally]) -> dict[str, list[Tally]]:
    found: dict[str, list[Tally]] = {}
    for tally in tallies:
        if tally.verdict == UNJUDGED:
            found.setdefault(tally.reason or "No request came to it.", []).append(tally)
    return found


def _total(judgement: Judgement, tallies: Sequence[Tally]) -> str:
    verdicts = [tally.verdict for tally in tallies]
    broken, findings = verdicts.count(BROKEN), len(judgement.findings)
    known = sum(each.is_known for each in judgement.findings)
    about = [counted(findings, "finding")] if findings > broken or known else []
    about += [f"{known:,} known"] if known else []
    seen = f" ({', '.join(about)})" if about else ""
    return (
        f"{counted(broken, 'promise')} broken{seen}, {verdicts.count(KEPT):,} kept, "
        f"{verdicts.count(UNJUDGED):,} not judged; {counted(judgement.requests, 'request')} "
        f"in {judgement.seconds:.1f} s; seed {judgement.seed}"
    )
