"""`understudy infer`: writes a first lifecycle for a document that has none."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from understudy.document_options import overlay_option, reading_options

if TYPE_CHECKING:
    from toolkit.drafting.whole import Drafted


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for."""

    document: str = ""
    output: str | None = None
    overlays: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    fence: str | None = None
    strict_document: bool = False
    allow_remote: bool = False


@click.command(
    context_settings={"max_content_width": 100},
    epilog="Exit status: 0 the Overlay is written, 1 nothing found or the document has faults, 2 wrong use",
)
@click.argument("document", type=click.Path())
@click.option("-o", "--output", metavar="FILE", help="Where the Overlay goes [default: stdout].")
@overlay_option
@click.option(
    "--only", multiple=True, metavar="TAG", help="Only the operations with this tag; may be repeated."
)
@reading_options
def infer(**options: object) -> None:
    """Write a first lifecycle for each resource of a document, as an OpenAPI Overlay.

    Each guess has a comment that says why. Correct what is wrong, then give the file to the other
    commands as --overlay.

    Example: understudy infer my-api.yaml -o lifecycles.yaml
    """
    sys.exit(run(Options(**options)))  # type: ignore[arg-type]


def run(options: Options) -> int:
    """Write the Overlay, and a summary to stderr; return the exit status.

    Raises:
        click.UsageError: the file cannot be written.
    """
    from speckit.faults import DocumentFaults
    from toolkit.drafting.whole import drafts
    from toolkit.infer.overlay import overlay
    from understudy.shipped import specified

    try:
        specification = specified(
            options.document,
            overlays=options.overlays,
            only=options.only,
            fence=options.fence,
            strict=options.strict_document,
            allow_remote=options.allow_remote,
        )
        found = drafts(specification)
    except DocumentFaults as faults:
        click.echo(str(faults), err=True)
        return 1
    if not found.drafts:
        click.echo(nothing(options, found), err=True)
        return 1
    title = str(specification.document.data.get("info", {}).get("title", options.document))
    _write(overlay(found, title, extends(options)), options.output)
    for line in summary(found):
        click.echo(line, err=True)
    return 0


def extends(options: Options) -> str:
    """Return the document's place as the Overlay names it: relative to where that is written."""
    if "://" in options.document or options.output is None:
        return options.document
    return Path(os.path.relpath(options.document, Path(options.output).parent)).as_posix()


def _write(text: str, output: str | None) -> None:
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        Path(output).write_text(text, "utf-8")
    except OSError as problem:
        hint = "Name a file in a folder that is there."
        raise click.UsageError(f"'{output}' cannot be written: {problem.strerror}. {hint}") from None


def summary(found: Drafted) -> list[str]:
    """Return what was found, what is sure, and what was left out."""
    from toolkit.infer.overlay import marks

    lives = [each.name for each in found.drafts if "field" in each.raw.get("state", {})]
    sure, guessed = marks(found.drafts)
    operations = sum(len(each.raw["operations"]) for each in found.drafts)
    lines = [
        f"{_counted(len(found.drafts), 'resource')}, {_counted(operations, 'operation')}; "
        f"with states: {', '.join(lives) or 'none'}.",
        f"{sure} decisions are sure and {guessed} are guesses: look for 'guessed' in the comments.",
    ]
    if left := [operation for each in found.drafts for operation in each.left]:
        lines.append(f"Left to the document's examples: {_few(left)}.")
    if found.lost:
        lines.append(
            f"Without a lifecycle, for nothing that fits their schemas could be made up: {_few(found.lost)}."
        )
    return lines


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _few(names: list[str] | tuple[str, ...]) -> str:
    shown = ", ".join(names[:8])
    return shown if len(names) <= 8 else f"{shown} and {len(names) - 8} more"


def nothing(options: Options, found: Drafted) -> str:
    """Return why no lifecycle is written, and what would have been one."""
    where = f" with the tag {' or '.join(options.only)}" if options.only else ""
    lost = f" {_few(found.lost)} looked like one, but no example fits its schema." if found.lost else ""
    return (
        f"No resource was found in {options.document}{where}.{lost} Looked for: a path that ends in an id, "
        "as in /jobs/{id}, with its collection /jobs; a field called status, state or phase with an enum; "
        "verbs such as /jobs/{id}/cancel. What is like that under other names can be written by hand: see "
        "docs/reference/lifecycles.md."
    )
