"""The options `--baseline` and `--write-baseline`: files of what is known to be broken."""

from __future__ import annotations

from pathlib import Path

import click

from contracts.finding import Judgement
from contracts.report.baseline import Known, NoBaseline, compared, read, written


def known(file: str | None) -> frozenset[Known]:
    """Return what `--baseline` holds; nothing where none is given.

    Raises:
        click.UsageError: the file cannot be read, or is no baseline.
    """
    if file is None:
        return frozenset()
    way_out = "Make one with --write-baseline FILE."
    try:
        return read(Path(file).read_bytes())
    except OSError as problem:
        raise click.UsageError(f"--baseline '{file}' cannot be read: {problem.strerror}. {way_out}") from None
    except NoBaseline as problem:
        raise click.UsageError(f"--baseline '{file}' cannot be used: {problem}. {way_out}") from None


def held_against(judgement: Judgement, before: frozenset[Known], file: str | None) -> Judgement:
    """Return `judgement` with what is known; all that it found is, once it is written to `file`.

    Raises:
        OSError: the file cannot be written.
    """
    if file is None:
        return compared(judgement, before) if before else judgement
    content = written(judgement, before)
    Path(file).write_bytes(content)
    return compared(judgement, before | read(content))
