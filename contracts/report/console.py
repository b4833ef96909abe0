"""A judgement for a terminal, or for whoever reads a log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import groupby

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from contracts.finding import Finding, Judgement, Note, Subject, Tally
from contracts.report.curl import exports
from contracts.report.digest import Digest, Row, counted, digest, named
from contracts.report.hiding import Hiding
from contracts.report.manner import Manner
from contracts.report.telling import Step, Teller

WIDTH = 100
SHOWN = 600
"""How many characters of a body are shown."""

_STYLES = {"Kept": "green", "Broken": "bold red", "Not judged": "yellow"}


def console(judgement: Judgement, manner: Manner, *, is_coloured: bool = False, width: int = WIDTH) -> str:
    """Return `judgement` as text, `width` columns wide; commands to paste are never wrapped.

    Args:
        is_coloured: With the colours of an ANSI terminal, unless NO_COLOR is set.
    """
    return _Report(judgement, manner, is_coloured, width).text()


class _Report:
    """A report as it is being written."""

    def __init__(self, judgement: Judgement, manner: Manner, is_coloured: bool, width: int) -> None:
        self._judgement, self._manner = judgement, manner
        self._hiding = Hiding(manner)
        self._teller = Teller(self._hiding, SHOWN, judgement.ways)
        self._written = StringIO()
        self._console = Console(
            file=self._written,
            width=width,
            force_terminal=is_coloured,
            color_system="standard" if is_coloured else None,
            force_interactive=False,
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
        )

    def text(self) -> str:
        """Write all of it; return it without blanks at the ends of lines."""
        if self._is_bare():
            self._ended()
        else:
            self._whole()
        return "\n".join(line.rstrip() for line in self._written.getvalue().splitlines()) + "\n"

    def _is_bare(self) -> bool:
        """Return whether there is nothing to tell but why nothing was tried."""
        judgement = self._judgement
        told = judgement.findings or judgement.notes or any(each.tried for each in judgement.tallies)
        return bool(judgement.ended) and not told

    def _ended(self) -> None:
        self._say(f"Ended early: {self._teller.plain(self._judgement.ended)}", "bold yellow")

    def _whole(self) -> None:
        found = digest(self._judgement, self._manner)
        self._head()
        if found.rows:
            self._say("")
            self._console.print(self._table(found))
        for number, finding in enumerate(found.findings, 1):
            self._finding(finding, f"{number} of {len(found.findings)}")
        self._notes(found.notes)
        self._unjudged(found)
        self._gone()
        self._foot(found)

    def _say(self, text: str, style: str = "", indent: int = 0) -> None:
        self._console.print(Padding(Text(text, style, overflow="fold"), (0, 0, 0, indent)))

    def _head(self) -> None:
        self._say(self._teller.plain(self._judgement.url or "recorded traffic"), "bold")
        self._say(f"held to {self._teller.plain(self._judgement.document)}")
        for remark in self._manner.remarks:
            self._say(self._teller.plain(remark))
        if self._judgement.findings and (hints := exports(self._hiding)):
            self._say(f"The commands below need: {'; '.join(hints)}")

    def _table(self, found: Digest) -> Table:
        """Return the table of laws by resource; a resource is named once."""
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
        table.add_column("Resource", overflow="fold")
        table.add_column("Laws")
        for name in ("Kept", "Broken", "Not judged", "Tried"):
            table.add_column(name, justify="right")
        above = ""
        for row in found.rows:
            name = self._teller.plain(row.resource) if row.resource != above else ""
            table.add_row(Text(name), row.group, *_cells(row))
            above = row.resource
        return table

    def _finding(self, finding: Finding, which: str) -> None:
        verdict = "KNOWN" if finding.is_known else "BROKEN"
        title = f"{verdict} {which}  {finding.law}  {self._subject(finding.subject)}"
        self._say(f"\n{title}", "bold red")
        self._field("Promised", finding.promise)
        if finding.place:
            self._field("", finding.place, "cyan")
        self._field("Happened", finding.happened)
        self._say(self._teller.seen(finding), "dim", 2)
        for step in self._teller.shown(finding):
            self._step(step)

    def _field(self, name: str, text: str, style: str = "") -> None:
        grid = Table.grid(padding=(0, 2))
        grid.add_column(width=8)
        grid.add_column()
        grid.add_row(Text(name, "bold"), Text(self._teller.plain(text), style, overflow="fold"))
        self._console.print(Padding(grid, (0, 0, 0, 2)))

    def _step(self, step: Step) -> None:
        self._say(f"\n{step.asker}  {step.moment}", "dim", 2)
        # Printed past the edge: a command that is wrapped cannot be pasted.
        for command in step.commands:
            self._console.print(Text(f"  {command}"), soft_wrap=True)
        self._say(step.answer, "bold", 4)
        for line in (*step.headers, *([step.body] if step.body else [])):
            self._say(line, indent=4)

    def _notes(self, notes: Sequence[Note]) -> None:
        if notes:
            self._say("\nNotes: where the document is silent", "bold")
        for (law, subject), members in groupby(notes, lambda note: (note.law, note.subject)):
            self._say(f"{law}  {self._subject(subject)}", indent=2)
            for note in members:
                times = f" ({counted(note.count, 'time')})" if note.count > 1 else ""
                self._say(f"{self._teller.plain(note.message)}{times}", indent=4)

    def _unjudged(self, found: Digest) -> None:
        if found.unjudged:
            self._say("\nNot judged", "bold")
        for reason, tallies in found.unjudged.items():
            self._say(f"{self._teller.plain(reason)} ({len(tallies)})", "yellow", 2)
            for line in _by_law(tallies):
                self._say(self._teller.plain(line), indent=4)

    def _gone(self) -> None:
        if self._judgement.gone:
            self._say("\nIn the baseline, and not broken any more", "bold")
        for line in self._judgement.gone:
            self._say(self._teller.plain(line), "green", 2)

    def _foot(self, found: Digest) -> None:
        self._say("")
        if self._judgement.ended:
            self._ended()
        elif self._judgement.exit_status == 2:
            self._say("Nothing could be judged.", "bold yellow")
        styles = {0: "bold green", 1: "bold red", 2: "bold yellow"}
        self._say(found.total, styles[self._judgement.exit_status])

    def _subject(self, subject: Subject) -> str:
        return self._teller.plain(", ".join(filter(None, (subject.resource, subject.operation))))


def _cells(row: Row) -> Iterator[Text]:
    counts = {"Kept": row.kept, "Broken": row.broken, "Not judged": row.unjudged, "Tried": row.tried}
    for name, count in counts.items():
        yield Text(f"{count:,}", _STYLES.get(name, "")) if count else Text("-", "dim")


def _by_law(tallies: Iterable[Tally]) -> list[str]:
    """Return a line for each resource and law, with the operations."""
    together: dict[str, list[str]] = {}
    for tally in tallies:
        key = f"{named(tally.subject.resource)}  {tally.law}"
        together.setdefault(key, []).append(tally.subject.operation)
    return [f"{key}  {', '.join(filter(None, names))}".rstrip() for key, names in together.items()]
