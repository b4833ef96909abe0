"""`understudy docs`: makes a documentation site of a document, or the Markdown pages for one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click

from handbook import site
from handbook.book import book
from handbook.own import Own, own
from handbook.page import MARKDOWN, SITE, Book, Section
from handbook.placing import FolderTaken, check
from handbook.site import SiteFailed
from handbook.trying import linked
from speckit.faults import DocumentFaults, Fault, Place
from speckit.specification import Specification
from understudy.shipped import check_url, specified
from understudy.values import is_url

NOT_MADE = 2
_MOST_WARNINGS = 10


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for."""

    output: str
    document: str | None = None
    overlays: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    fence: str | None = None
    strict_document: bool = False
    allow_remote: bool = False
    form: str = SITE
    base_url: str = ""
    name: str = ""
    more: tuple[str, ...] = ()
    swagger_ui: str = ""
    no_mock: bool = False


def run(options: Options) -> int:
    """Make the pages; return the exit status.

    Raises:
        click.UsageError: an option makes no sense.
    """
    _check(options)
    try:
        return _made(read(options), options)
    except DocumentFaults as faults:
        click.echo(str(faults), err=True)
        return 1
    except FolderTaken as taken:
        raise click.UsageError(str(taken)) from taken
    except (OSError, SiteFailed) as problem:
        click.echo(f"Error: no pages were made: {problem}", err=True)
    except KeyboardInterrupt:
        click.echo("Interrupted; no pages were made.", err=True)
    return NOT_MADE


def _check(options: Options) -> None:
    check_url(options.document, allow_remote=options.allow_remote)
    if options.base_url and not is_url(options.base_url):
        raise click.UsageError(
            f"--base-url '{options.base_url}' is no URL. Write it like https://api.example.com."
        )
    if options.swagger_ui and not (is_url(options.swagger_ui) or options.swagger_ui.startswith("/")):
        raise click.UsageError(
            f"--swagger-ui '{options.swagger_ui}' is no URL. Write it like https://example.com/ui/, or /ui/."
        )
    for folder in options.more:
        if not Path(folder).is_dir():
            raise click.UsageError(f"--with '{folder}' is no folder.")
    # Before anything is read: a big document takes its time.
    try:
        check(Path(options.output))
    except FolderTaken as taken:
        raise click.UsageError(str(taken)) from taken


def read(options: Options) -> Specification:
    """Return the document the options name, overlaid and narrowed.

    Raises:
        DocumentFaults: it has mistakes.
    """
    return specified(
        options.document,
        overlays=options.overlays,
        only=options.only,
        fence=options.fence,
        strict=options.strict_document,
        allow_remote=options.allow_remote,
    )


def _made(specification: Specification, options: Options) -> int:
    pages = book(
        specification,
        form=options.form,
        base_url=options.base_url,
        name=options.name,
        only=options.only,
        has_mock=not options.no_mock,
    )
    if options.swagger_ui:
        pages = linked(pages, specification, options.swagger_ui, form=options.form)
    pages = _with_own(pages, options)
    folder = Path(options.output)
    if options.form == MARKDOWN:
        site.markdown(pages, folder)
    else:
        _warn(list(site.build(pages, folder)))
    count = sum(1 for _ in pages.whole.pages())
    first = folder / ("index.md" if options.form == MARKDOWN else "index.html")
    click.echo(f"{count} page{'s' * (count != 1)} in {folder}; begin with {first}", err=True)
    return 0


def _warn(warnings: list[str]) -> None:
    for each in warnings[:_MOST_WARNINGS]:
        click.echo(f"Warning: {each}", err=True)
    if len(warnings) > _MOST_WARNINGS:
        click.echo(f"Warning: {len(warnings) - _MOST_WARNINGS} more like these", err=True)


def _with_own(whole: Book, options: Options) -> Book:
    """Return a book with the pages of the folders `--with` names behind its own."""
    taken = {page.path.partition("/")[0] for page in whole.whole.pages()} | set(whole.files)
    entries, files = list(whole.whole.entries), dict(whole.files)
    for each in _own(options.more, taken):
        entries.append(each.section)
        files |= each.files
    return replace(whole, whole=Section(whole.title, tuple(entries)), files=files)


def _own(folders: tuple[str, ...], taken: set[str]) -> Iterator[Own]:
    for name in folders:
        folder = Path(name)
        plain = folder.resolve().name or "pages"
        place = next(each for each in _names(plain) if each not in taken)
        taken.add(place)
        try:
            found = own(folder, place)
        except UnicodeDecodeError as problem:
            why = f"A page in it is not UTF-8: {problem}."
            raise DocumentFaults([Fault((), why, "Save it as UTF-8.", Place(name))]) from problem
        if found is None:
            raise click.UsageError(f"--with '{name}' has no Markdown files.")
        yield found


def _names(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1
