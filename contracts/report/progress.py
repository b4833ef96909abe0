"""What a run says of itself while it is under way."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from contracts.report.digest import counted
from contracts.report.harmless import harmless

REDRAWN_SECONDS = 0.1
"""How long a line on a terminal stays before it is drawn again."""

_ERASE = "\r\x1b[2K"


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run is.

    Attributes:
        phase: The driver at work.
        requests: How many were sent so far.
        seconds: Since the run began.
        findings: How many there are so far.
        doing: What is tried at the moment, in a few words.
    """

    phase: str
    requests: int
    seconds: float
    findings: int
    doing: str = ""


Watch = Callable[[Progress], None]
"""Is told of progress; must be quick, and may be told often."""


class Redrawn:
    """A line on a terminal, drawn again and again; as a context manager it leaves nothing behind."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._drawn_seconds = -REDRAWN_SECONDS
        self._phase = ""

    def __call__(self, progress: Progress) -> None:
        """Show `progress`, unless the line has only just been drawn."""
        is_fresh = progress.seconds - self._drawn_seconds < REDRAWN_SECONDS
        if is_fresh and progress.phase == self._phase:
            return
        self._drawn_seconds, self._phase = progress.seconds, progress.phase
        width = shutil.get_terminal_size().columns - 1
        self._stream.write(_ERASE + _line(progress)[:width])
        self._stream.flush()

    def total(self, requests: int, seconds: float, findings: int) -> None:
        """Say nothing: the report does, on the same terminal."""

    def __enter__(self) -> Redrawn:
        return self

    def __exit__(self, *_problem: object) -> None:
        self._stream.write(_ERASE)
        self._stream.flush()


class Spoken:
    """A line for each phase as it begins, for where nobody watches."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._phase = ""

    def __call__(self, progress: Progress) -> None:
        """Write a line if a phase has begun."""
        if progress.phase != self._phase:
            self._phase = progress.phase
            before = f" after {_counts(progress)}" if progress.requests else ""
            self._stream.write(f"{harmless(progress.phase)} begins{before}\n")
            self._stream.flush()

    def total(self, requests: int, seconds: float, findings: int) -> None:
        """Say what it came to, where it was said that something had begun."""
        if self._phase:
            self._stream.write(f"ended after {_counts(Progress('', requests, seconds, findings))}\n")
            self._stream.flush()

    def __enter__(self) -> Spoken:
        return self

    def __exit__(self, *_problem: object) -> None:
        return None


def shown_on(stream: TextIO) -> Redrawn | Spoken:
    """Return what shows progress on `stream` in the way that fits it."""
    return Redrawn(stream) if stream.isatty() else Spoken(stream)


def _line(progress: Progress) -> str:
    doing = f"  {progress.doing}" if progress.doing else ""
    return harmless(f"{progress.phase}: {_counts(progress)}{doing}")


def _counts(progress: Progress) -> str:
    found = f", {counted(progress.findings, 'finding')}" if progress.findings else ""
    return f"{counted(progress.requests, 'request')}, {progress.seconds:.1f} s{found}"
