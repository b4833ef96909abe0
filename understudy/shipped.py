"""What a command reads: the documents that come with the package, or those it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from speckit.document import Document, load
from speckit.faults import DocumentFaults, NoFile, Place
from speckit.remote import Remote, is_url
from speckit.source import STDIN
from speckit.specification import Specification, specify

MOST_WARNINGS = 10
"""How many faults are told of a document that is used in spite of them."""

DASH = "-"
"""What stands for standard input on the command line."""

_INSTALLED = Path(__file__).parent / "documents"
_CHECKOUT = Path(__file__).parent.parent


def folder() -> Path:
    """Return the folder of `openapi.yaml` and `overlays/`: inside an installed package, or the checkout."""
    return _CHECKOUT if (_CHECKOUT / "openapi.yaml").is_file() else _INSTALLED


def default_document() -> Path:
    """Return the document of the five job APIs."""
    return folder() / "openapi.yaml"


def overlay(name: str) -> Path:
    """Return the overlay file `name`: as it stands, or else the one that comes with the package."""
    given = Path(name)
    ours = folder() / "overlays" / given.name
    return ours if not given.exists() and given.parent.name in ("", "overlays") and ours.is_file() else given


def specified(
    document: str | None,
    *,
    overlays: Iterable[str] = (),
    only: Iterable[str] = (),
    fence: str | None = None,
    strict: bool = False,
    allow_remote: bool = False,
    tells: bool = True,
) -> Specification:
    """Return the document that a command names, overlaid and narrowed.

    Args:
        document: A file, a URL, or `-` for standard input; without it, the document that comes with the
            package.
        overlays: Files, or names of overlays that come with the package.
        only: Tags.
        fence: The folder that references may not leave; without it, the document's.
        strict: Faults that leave something to be used count too.
        allow_remote: What is referred to by a URL is fetched.
        tells: The first of the faults that it has all the same are written to stderr.

    Raises:
        DocumentFaults: it has mistakes, and nothing of it can be used or `strict` is said.
        click.UsageError: a file is not there, or it is a URL, and nothing may be fetched.
    """
    found = loaded(document, overlays=overlays, fence=fence, strict=strict, allow_remote=allow_remote)
    if tells:
        warn(found)
    return specify(found, only=only)


def loaded(
    document: str | None,
    *,
    overlays: Iterable[str] = (),
    fence: str | None = None,
    strict: bool = False,
    allow_remote: bool = False,
) -> Document:
    """Return the document that a command names, overlaid; what its extensions say is not looked at.

    The arguments are those of `specified`.

    Raises:
        DocumentFaults: nothing of it can be used, or it has faults and `strict` is said.
        click.UsageError: a file is not there, or it is a URL, and nothing may be fetched.
    """
    check_url(document, allow_remote=allow_remote)
    if fence and not Path(fence).is_dir():
        raise click.UsageError(f"--fence '{fence}' is no folder. Name one that the document is in.")
    remote = Remote() if allow_remote else None
    inside = Path(fence) if fence else None
    given = [overlay(name) for name in overlays]
    with files_needed():
        source = default_document() if document is None else _file(document, remote)
        return load(source, overlays=given, fence=inside, strict=strict, remote=remote)


@contextmanager
def files_needed() -> Iterator[None]:
    """Have a file that is not there, or cannot be read, be wrong use.

    Raises:
        click.UsageError: there is one.
    """
    try:
        yield
    except NoFile as refusal:
        raise click.UsageError(" ".join(map(str, refusal.faults))) from None


def shown(document: str) -> str:
    """Return the document that a command names as it is called where something is told of it."""
    return str(STDIN) if document == DASH else document


def check_url(document: str | None, *, allow_remote: bool) -> None:
    """Refuse a document that would have to be fetched, unless that is allowed.

    Raises:
        click.UsageError: it is a URL, and nothing may be fetched.
    """
    if document and is_url(document) and not allow_remote:
        way_out = "Download it and name the file, or add --allow-remote."
        raise click.UsageError(f"'{document}' is not fetched. {way_out}")


def _file(document: str, remote: Remote | None) -> Path:
    if document == DASH:
        return STDIN
    if remote is None or not is_url(document):
        return Path(document)
    try:
        return remote.fetch(document)
    except DocumentFaults as refusal:
        place = Place(document)
        raise NoFile(replace(fault, place=place) for fault in refusal.faults) from None


def warn(document: Document) -> None:
    """Write the first faults of `document` to stderr, and how many more there are."""
    for fault in document.first_faults(MOST_WARNINGS):
        click.echo(f"Warning: {fault}", err=True)
    if document.fault_count > MOST_WARNINGS:
        more = document.fault_count - MOST_WARNINGS
        click.echo(f"Warning: {more} more; --strict-document lists them, and refuses the document.", err=True)
