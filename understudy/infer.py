"""`understudy infer`: writes a first lifecycle for a document that has none."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from understudy.document_options import overlay_option, reading_options
from understudy.patience import announced, few

if TYPE_CHECKING:
    from toolkit.drafting.whole import Drafted


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for."""

    document: str = ""
    output: str | None = None
    force: bool = False
    overlays: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    fence: str | None = None
    strict_document: bool = False
    allow_remote: bool = False


@click.command(
    context_settings={"max_content_width": 100},
    epilog="Exit status: 0 the Overlay is written, 1 nothing found or a file has faults, "
    "2 wrong use or no such file",
)
@click.argument("document", type=click.Path())
@click.option("-o", "--output", metavar="FILE", help="Where the Overlay goes [default: stdout].")
@click.option("--force", is_flag=True, help="Write over a file that is there already.")
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
        click.UsageError: the file cannot be written, or is there already.
    """
    from speckit.faults import DocumentFaults
    from toolkit.drafting.whole import drafts
    from toolkit.infer.overlay import overlay
    from understudy.output import check_new, write
    from understudy.shipped import shown, specified

    if not options.force:
        check_new(options.output)
    try:
        specification = specified(
            options.document,
            overlays=options.overlays,
            only=options.only,
            fence=options.fence,
            strict=options.strict_document,
            allow_remote=options.allow_remote,
        )
        with announced(f"Looking for resources in {len(specification.operations)} operations ..."):
            found = drafts(specification)
    except DocumentFaults as faults:
        click.echo(str(faults), err=True)
        return 1
    if not found.drafts:
        click.echo(nothing(options, found), err=True)
        return 1
    title = str(specification.document.data.get("info", {}).get("title", shown(options.document)))
    text = overlay(found, title, extends(options))
    write(text, options.output)
    for line in summary(found, text):
        click.echo(line, err=True)
    return 0


def extends(options: Options) -> str:
    """Return the document's place as the Overlay names it: relative to where that is written.

    Standard input has none.
    """
    if options.document == "-":
        return ""
    if "://" in options.document or options.output is None:
        return options.document
    return Path(os.path.relpath(options.document, Path(options.output).parent)).as_posix()


def summary(found: Drafted, text: str) -> list[str]:
    """Return what was found, what of the Overlay's `text` is sure, and what was left out."""
    from toolkit.drafting.errors import silent
    from toolkit.infer.errors import elsewhere
    from toolkit.infer.overlay import marks

    lives = [each.name for each in found.drafts if "field" in each.raw.get("state", {})]
    sure, guessed = marks(text)
    operations = sum(len(each.raw["operations"]) for each in found.drafts)
    lines = [
        f"{_counted(len(found.drafts), 'resource')}, {_counted(operations, 'operation')}; "
        f"with states: {', '.join(lives) or 'none'}.",
        f"{_counted(sure, 'decision')} {'is' if sure == 1 else 'are'} sure and {guessed} "
        f"{'is a guess' if guessed == 1 else 'are guesses'}: look for 'guessed' in the comments.",
    ]
    if left := _left(found):
        lines.append(f"Left to the document's examples: {few(left)}.")
    if found.lost:
        lines.append(
            f"Without a lifecycle, for nothing that fits their schemas could be made up: {few(found.lost)}."
        )
    if count := elsewhere(found.specification.document, silent(found.specification)):
        lines.append(
            f"{_counted(count, 'path')} in other files: no Overlay documents there what wrong requests "
            "get, and a judge reports it. Infer from what 'understudy bundle' writes."
        )
    return lines


def _left(found: Drafted) -> list[str]:
    """Return the operations that no lifecycle has, those that look as if they belonged to one first."""
    tried = (operation for each in found.drafts for operation in each.left)
    taken = {name for life in found.specification.lifecycles.values() for name in life.rules}
    return [each for each in dict.fromkeys((*tried, *found.specification.operations)) if each not in taken]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def nothing(options: Options, found: Drafted) -> str:
    """Return why no lifecycle is written, and what would have been one."""
    from understudy.shipped import shown

    where = f" with the tag {' or '.join(options.only)}" if options.only else ""
    lost = f" {few(found.lost)} looked like one, but no example fits its schema." if found.lost else ""
    if lives := list(found.specification.lifecycles):
        has = "has a lifecycle" if len(lives) == 1 else "have lifecycles"
        left = _left(found)
        rest = f" Left to the document's examples: {few(left)}." if left else ""
        return f"{few(lives)} {has} already in {shown(options.document)}{where}.{lost}{rest}"
    return (
        f"No resource was found in {shown(options.document)}{where}.{lost} "
        "Looked for: a path that ends in an id, "
        "as in /jobs/{id}, with its collection /jobs; a field called status, state or phase with an enum; "
        "verbs such as /jobs/{id}/cancel. What is like that under other names can be written by hand: see "
        "docs/reference/lifecycles.md."
    )
