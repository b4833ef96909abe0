"""Output: the text that a command makes, on stdout or in a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click


def write(text: str, output: str | None) -> None:
    """Write `text` into the file `output`; without one, to stdout.

    Raises:
        click.UsageError: the file cannot be written.
    """
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        Path(output).write_text(text, "utf-8")
    except OSError as problem:
        hint = "Name a file in a folder that is there."
        raise click.UsageError(f"'{output}' cannot be written: {problem.strerror}. {hint}") from None


def check_new(output: str | None) -> None:
    """Refuse a file that is there already, for somebody may have changed it since.

    Raises:
        click.UsageError: it is there.
    """
    if output is not None and Path(output).is_file():
        hint = "Name another file, or add --force to write over it."
        raise click.UsageError(f"'{output}' is there already, perhaps with corrections of yours. {hint}")


def check_apart(output: str | None, inputs: Iterable[Path]) -> None:
    """Refuse to write over what is read.

    Raises:
        click.UsageError: the file is one of `inputs`.
    """
    if output is None or not Path(output).is_file():
        return
    if any(each.is_file() and each.samefile(output) for each in inputs):
        hint = "Name another file, or add --force to write over it."
        raise click.UsageError(f"'{output}' is read for this, and would be lost. {hint}")
