"""What one judgement came to, in words: made once, and shared by all processes of a test run."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path

from contracts.finding import Finding, Judgement, Subject, Ways
from contracts.report.curl import exports
from contracts.report.digest import counted, named
from contracts.report.hiding import Hiding
from contracts.report.manner import Manner
from contracts.report.telling import Step, Teller
from understudy.plugin_options import in_our_words

_SHOWN = 600
"""How many characters of a body are shown."""

_MOST_STEPS = 12
"""How many requests are shown of one finding: the first, and the last ones."""

_VARIABLE = re.compile(r"\$\{?(\w+)")
"""Where a line uses a variable of the shell."""

_UNASKED = "no request came to the operation"
_UNTRIED = "nothing happened that would have shown it broken"


def key(law: str, subject: Subject) -> str:
    """Return the name of a promise, as it stands in its node id."""
    return "::".join(filter(None, (named(subject.resource), subject.operation, law)))


def _operation(name: str) -> str:
    return name.rpartition("::")[0]


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that the tests of one run need to know of the judgement.

    Attributes:
        problem: Why nothing was judged, or not everything; empty where nothing stood in the way.
        skipped: The reason for which a fixture of the suite has skipped the whole judgement.
        broken: By the name of a promise, how it was broken.
        kept: The names of the promises that were tried and kept.
        reasons: By the name of a promise that was not judged, why.
        strays: What was broken that is the promise of no test.
        notes: Where the document is silent, a line each.
        summary: The run in one line.
    """

    problem: str = ""
    skipped: str = ""
    broken: Mapping[str, str] = field(default_factory=dict)
    kept: Collection[str] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    strays: Sequence[str] = ()
    notes: Sequence[str] = ()
    summary: str = ""

    def reason(self, name: str) -> str:
        """Return why a promise was not judged."""
        return self.skipped or self.reasons.get(name) or (_UNTRIED if self.is_asked(name) else _UNASKED)

    def is_gap(self, name: str) -> bool:
        """Return whether a promise that was not judged should have been: nobody could get that far."""
        return not self.skipped and (name in self.reasons or not self.is_asked(name))

    def is_asked(self, name: str) -> bool:
        """Return whether another promise of the same operation was judged."""
        return _operation(name) in set(map(_operation, (*self.kept, *self.broken)))


def outcome(judgement: Judgement, manner: Manner, names: Collection[str]) -> Outcome:
    """Return what `judgement` came to; `names` are those of the tests there are."""
    writer = _Writer(manner, judgement.ways)
    broken: dict[str, list[Finding]] = {}
    for each in judgement.findings:
        broken.setdefault(key(each.law, each.subject), []).append(each)
    told = {name: writer.findings(several) for name, several in broken.items()}
    verdicts = {key(each.law, each.subject): each for each in judgement.tallies}
    return Outcome(
        problem=_problem(judgement, writer.teller),
        broken={name: text for name, text in told.items() if name in names},
        kept=sorted(name for name, each in verdicts.items() if each.tried),
        reasons={
            name: in_our_words(writer.teller.plain(each.reason))
            for name, each in verdicts.items()
            if each.reason
        },
        strays=[f"{name}: {text}" for name, text in told.items() if name not in names],
        notes=[f"{key(n.law, n.subject)}: {writer.teller.plain(n.message)}" for n in judgement.notes],
        summary=f"{judgement.url}: {counted(judgement.requests, 'request')} in {judgement.seconds:.1f} s, "
        f"seed {judgement.seed}",
    )


def _problem(judgement: Judgement, teller: Teller) -> str:
    if judgement.ended:
        return f"The judgement did not come to its end. {teller.plain(judgement.ended)}"
    if not any(each.tried for each in judgement.tallies):
        return "Nothing could be judged."
    return ""


class _Writer:
    """Writes findings down, short enough for the output of a test run."""

    def __init__(self, manner: Manner, ways: Ways) -> None:
        self._hiding = Hiding(manner)
        self.teller = Teller(self._hiding, _SHOWN, ways)

    def findings(self, several: Sequence[Finding]) -> str:
        """Return the finding that is shown by the fewest requests, and the others in a line each."""
        first, *others = sorted(several, key=lambda each: len(each.exchanges))
        told = [f"Also:     {self.teller.plain(each.happened)}" for each in others]
        lines = [*self._finding(first), *told]
        used = set(_VARIABLE.findall("\n".join(lines)))
        needed = [line for line in exports(self._hiding) if _variable(line) in used]
        return "\n".join([*lines, *(f"Needs:    {line}" for line in needed)])

    def _finding(self, finding: Finding) -> Iterator[str]:
        """Yield what happened, what was promised, where, and how to see it again."""
        yield self.teller.plain(finding.happened)
        yield f"Promised: {self.teller.plain(finding.promise)}"
        if finding.place:
            yield f"Place:    {self.teller.plain(finding.place)}"
        yield "Again:"
        steps = self.teller.shown(finding)
        left_out = len(steps) - _MOST_STEPS
        for number, step in enumerate(steps):
            if number == 1 and left_out > 0:
                yield f"    # {counted(left_out, 'request')} left out; understudy verify shows all"
            if not 1 <= number <= left_out:
                yield from _whole(step) if step is steps[-1] else _briefly(step)


def _variable(export: str) -> str:
    """Return the name in `export NAME=...`."""
    return export.removeprefix("export ").partition("=")[0]


def _briefly(step: Step) -> list[str]:
    return [*(f"  {command}" for command in step.commands), f"    # {step.answer}"]


def _whole(step: Step) -> list[str]:
    body = [f"    # {line}" for line in step.body.splitlines()]
    return [*_briefly(step), *(f"    # {header}" for header in step.headers), *body]


def shared(make: Callable[[], Outcome], file: Path | None, wait_seconds: float) -> Outcome:
    """Return what `make` makes, once for all processes that name the same `file`.

    The first to come holds the file while it makes the outcome, and the others
    wait. If it dies, the file is let go and the next one takes over.

    Args:
        file: Where it is kept; without one, this process is alone.
        wait_seconds: How long to wait for another process.
    """
    if file is None:
        return make()
    with closing(sqlite3.connect(file, timeout=wait_seconds, isolation_level=None)) as kept:
        kept.execute("BEGIN EXCLUSIVE")
        kept.execute("CREATE TABLE IF NOT EXISTS outcome (told TEXT)")
        row = kept.execute("SELECT told FROM outcome").fetchone()
        if row is not None:
            return Outcome(**json.loads(row[0]))
        made = make()
        kept.execute("INSERT INTO outcome VALUES (?)", (json.dumps(asdict(made)),))
        kept.execute("COMMIT")
        return made
