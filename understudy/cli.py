"""The `understudy` command."""

from __future__ import annotations

import gc
import sys

import click


class Duty(click.Group):
    """The group of commands; it says what each exit status means."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what follows the options."""
        formatter.write("\nExit status: 0 fine, 1 findings or faults, 2 wrong use\n")


@click.group(cls=Duty, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="understudy")
def main() -> None:
    """Play OpenAPI documents whose resources live."""


@main.command(
    context_settings={"max_content_width": 100},
    epilog="Exit status: 0 stopped by you, 1 the document has faults, 2 wrong arguments",
)
@click.argument("document", required=False, type=click.Path())
@click.option(
    "--overlay", "overlays", multiple=True, metavar="FILE", help="Apply an OpenAPI Overlay; may be repeated."
)
@click.option(
    "--only", multiple=True, metavar="TAG", help="Play only the operations with this tag; may be repeated."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one."
)
@click.option(
    "--clock",
    type=click.Choice(["real", "manual"]),
    default="real",
    show_default=True,
    help="Let time pass by itself, or only when POST /_understudy/clock says so.",
)
@click.option(
    "--speed",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0, 1_000_000, min_open=True),
    help="How much faster than life time passes.",
)
@click.option("--seed", default=0, show_default=True, help="What new ids and values are made from.")
@click.option("--principals", metavar="FILE", help="Who may ask, with which token and roles.")
@click.option("--check-responses", is_flag=True, help="Answer 500 where a response would break the document.")
@click.option(
    "--control-token", default="", metavar="TOKEN", help="Open /_understudy/ to whoever sends this token."
)
@click.option(
    "--origin",
    "origins",
    multiple=True,
    metavar="URL",
    help="A web origin that may call, besides local ones.",
)
@click.option(
    "--fence", metavar="FOLDER", help="The folder references may not leave [default: the document's]."
)
@click.option(
    "--body-limit",
    default=1_048_576,
    show_default=True,
    type=click.IntRange(1, 1 << 30),
    help="How many bytes a request body may have.",
)
@click.option("--log-requests", is_flag=True, help="Write a line per request to stderr.")
def serve(**options: object) -> None:
    """Play an OpenAPI document as a working API, with its resources kept in memory.

    DOCUMENT is an OpenAPI 3 document, YAML or JSON. Without one, the five job
    APIs that come with the package are played.

    Example: understudy serve --port 0 --speed 60
    """
    # Nothing that start-up makes is garbage; looking for some costs a tenth of the time.
    gc.disable()
    from understudy.serve import Options, run

    sys.exit(run(Options(**options)))  # type: ignore[arg-type]
