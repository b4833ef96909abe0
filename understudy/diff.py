"""`understudy diff`: tells what has changed between two documents, and what of it breaks a client."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from understudy.document_options import reading_options

if TYPE_CHECKING:
    from speckit.faults import Fault, Place
    from speckit.specification import Specification
    from toolkit.diff import Change


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for."""

    old: str
    new: str
    overlays: tuple[str, ...] = ()
    old_overlays: tuple[str, ...] = ()
    new_overlays: tuple[str, ...] = ()
    fence: str | None = None
    strict_document: bool = False
    allow_remote: bool = False
    form: str = "console"
    fail_on: str = "breaking"


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two documents; what comes from a commit was put into a folder, known with its name."""

    specification: Specification
    folders: Mapping[Path, str]

    def shown(self, place: Place | None) -> Place | None:
        """Return a place as people write it; in a commit that is `git:main:openapi.yaml:12`."""
        return None if place is None else replace(place, file=_shown(place.file, self.folders))


def _shown(file: str, folders: Mapping[Path, str]) -> str:
    for folder, name in folders.items():
        inside = os.path.relpath(os.path.realpath(file), os.path.realpath(folder))
        if not inside.startswith(os.pardir):
            return f"{':'.join(name.split(':')[:2])}:{inside}"
    return file


@click.command(
    context_settings={"max_content_width": 100},
    epilog="Exit status: 0 nothing that --fail-on names, 1 something of it, or a file has faults, "
    "2 wrong use or no such file",
)
@click.argument("old", type=click.Path())
@click.argument("new", type=click.Path())
@click.option(
    "--overlay",
    "overlays",
    multiple=True,
    metavar="FILE",
    help="Apply an OpenAPI Overlay to both, also git:REVISION:PATH; may be repeated.",
)
@click.option(
    "--old-overlay",
    "old_overlays",
    multiple=True,
    metavar="FILE",
    help="Apply one to OLD, after those of both.",
)
@click.option(
    "--new-overlay",
    "new_overlays",
    multiple=True,
    metavar="FILE",
    help="Apply one to NEW, after those of both.",
)
@reading_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["console", "json", "markdown", "github"]),
    default="console",
    show_default=True,
    help="For people, for programs, for a page, or as annotations of GitHub.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["breaking", "maybe", "none"]),
    default="breaking",
    show_default=True,
    help="The mildest verdict that makes the exit status 1.",
)
def diff(**options: object) -> None:
    """Tell what has changed from OLD to NEW, and what of it breaks a client.

    OLD and NEW are OpenAPI 3 or Swagger 2.0, YAML or JSON; also git:REVISION:PATH, for a file as it
    was in a commit, and - for standard input. Requests, responses and lifecycles are compared, and
    each change comes with the reason for its verdict.

    Example: understudy diff git:main:openapi.yaml openapi.yaml --format markdown
    """
    sys.exit(run(Options(**options)))  # type: ignore[arg-type]


def run(options: Options) -> int:
    """Tell the changes; return the exit status.

    Raises:
        click.UsageError: a file is not there, git knows no such file, a document would have to be
            fetched, or both are standard input.
    """
    from speckit.faults import DocumentFaults
    from toolkit.diff import told
    from understudy.shipped import DASH

    if options.old == options.new == DASH:
        raise click.UsageError("Standard input is one document. Name a file for the other.")
    try:
        found = _found(options)
    except DocumentFaults as faults:
        click.echo(str(faults), err=True)
        return 1
    click.echo(told(found, options.form), nl=False)
    return int(_fails(found, options.fail_on))


def _found(options: Options) -> list[Change]:
    from toolkit.diff import changes

    today = datetime.now(UTC).date()
    with ExitStack() as stack:
        old, new = _sides(options, stack)
        made = changes(old.specification, new.specification, today=today)
        return [
            replace(each, old_place=old.shown(each.old_place), new_place=new.shown(each.new_place))
            for each in made
        ]


def _sides(options: Options, stack: ExitStack) -> list[_Side]:
    """Return both documents, or raise what is wrong with both."""
    from speckit.faults import DocumentFaults

    sides: list[_Side] = []
    faults: list[Fault] = []
    for name, overlays in ((options.old, options.old_overlays), (options.new, options.new_overlays)):
        try:
            sides.append(stack.enter_context(_read(name, options, overlays)))
        except DocumentFaults as refusal:
            faults += refusal.faults
    if faults:
        raise DocumentFaults(faults)
    return sides


def _fails(found: Sequence[Change], fail_on: str) -> bool:
    from toolkit.diff import BREAKING, MAYBE

    counted = {"breaking": (BREAKING,), "maybe": (BREAKING, MAYBE), "none": ()}[fail_on]
    return any(each.verdict in counted for each in found)


@contextmanager
def _read(name: str, options: Options, overlays: Sequence[str]) -> Iterator[_Side]:
    """Yield the document that `name` stands for; files of a commit are there for so long."""
    from speckit.faults import DocumentFaults
    from understudy.commits import is_commit
    from understudy.shipped import specified

    folders: dict[Path, str] = {}
    with ExitStack() as stack:
        document, *others = [_file(each, stack, folders) for each in (name, *options.overlays, *overlays)]
        try:
            found = specified(
                document,
                overlays=others,
                fence=str(next(iter(folders))) if is_commit(name) else options.fence,
                strict=options.strict_document,
                allow_remote=options.allow_remote,
                tells=not is_commit(name),
            )
        except DocumentFaults as refusal:
            raise DocumentFaults(_told(refusal.faults, folders)) from None
        yield _Side(found, folders)


def _file(name: str, stack: ExitStack, folders: dict[Path, str]) -> str:
    """Return the file that `name` stands for; one of a commit is put into a folder, which is kept."""
    from understudy.commits import checked_out, is_commit

    if not is_commit(name):
        return name
    file, folder = stack.enter_context(checked_out(name))
    folders[folder] = name
    return str(file)


def _told(faults: Iterable[Fault], folders: Mapping[Path, str]) -> Iterator[Fault]:
    for each in faults:
        place = each.place
        yield each if place is None else replace(each, place=replace(place, file=_shown(place.file, folders)))
