"""`understudy bundle`: writes a document as one file, with the links that its lifecycles imply."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from understudy.document_options import overlay_option, reading_options

if TYPE_CHECKING:
    from speckit.specification import Specification


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for."""

    document: str | None = None
    output: str | None = None
    force: bool = False
    overlays: tuple[str, ...] = ()
    fence: str | None = None
    strict_document: bool = False
    allow_remote: bool = False
    form: str | None = None
    links: bool = True
    code_samples: bool = False
    base_url: str = ""


@click.command(
    context_settings={"max_content_width": 100},
    epilog="Exit status: 0 written, 1 a file has faults, 2 wrong use or no such file",
)
@click.argument("document", required=False, type=click.Path())
@click.option("-o", "--output", metavar="FILE", help="Where it goes [default: stdout].")
@click.option("--force", is_flag=True, help="Write over a file that is read.")
@overlay_option
@reading_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["yaml", "json"]),
    help="How it is written [default: as the name of FILE says, else yaml].",
)
@click.option(
    "--links/--no-links",
    default=True,
    show_default=True,
    help="Give responses the links that the lifecycles imply.",
)
@click.option("--code-samples", is_flag=True, help="Give operations samples, as x-codeSamples.")
@click.option(
    "--base-url", default="", metavar="URL", help="Where samples ask [default: the document's first server]."
)
def bundle(**options: object) -> None:
    """Write a document and all it refers to as one file.

    Overlays are applied, and responses are given links. These tell other tools which operation takes
    the id that a response shows, so that they can call one after the other. Swagger 2.0 becomes
    OpenAPI 3.0.

    Example: understudy bundle my-api.yaml --overlay lifecycles.yaml -o bundled.yaml
    """
    sys.exit(run(Options(**options)))  # type: ignore[arg-type]


def run(options: Options) -> int:
    """Write the bundled document; return the exit status.

    Raises:
        click.UsageError: the file cannot be written or is one that is read, or the base URL is none.
    """
    from speckit.faults import DocumentFaults
    from toolkit.bundle import as_text, bundled
    from understudy.output import check_apart, write
    from understudy.shipped import overlay, specified

    _check_base(options.base_url)
    try:
        found = specified(
            options.document,
            overlays=options.overlays,
            fence=options.fence,
            strict=options.strict_document,
            allow_remote=options.allow_remote,
        )
    except DocumentFaults as faults:
        click.echo(str(faults), err=True)
        return 1
    if not options.force:
        check_apart(options.output, (*found.document.files, *map(overlay, options.overlays)))
    data = bundled(found, linked=options.links)
    if options.code_samples:
        data = _sampled(found, data, options.base_url)
    write(as_text(data, _form(options)), options.output)
    return 0


def _check_base(url: str) -> None:
    from understudy.values import is_url

    if url and not is_url(url):
        raise click.UsageError(f"--base-url '{url}' is no URL. Write it like https://api.example.com.")


def _form(options: Options) -> str:
    if options.form:
        return options.form
    return "json" if options.output and Path(options.output).suffix.lower() == ".json" else "yaml"


def _sampled(found: Specification, data: dict[str, Any], base_url: str) -> dict[str, Any]:
    """Return `data` with code samples in its operations."""
    from handbook import serving
    from handbook.samples import samples, written

    made = {
        each.id: samples(found, each, base_url=base_url or serving.asked(found.document.data, each))
        for each in found.operations.values()
    }
    return written(data, made)
