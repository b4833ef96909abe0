"""The `understudy` command."""

from __future__ import annotations

import gc
import sys

import click

from understudy.bundle import bundle
from understudy.diff import diff
from understudy.document_options import overlay_option, reading_options
from understudy.infer import infer
from understudy.lint import lint
from understudy.verifying import verify


class Duty(click.Group):
    """The group of commands; it says what each exit status means."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what follows the options."""
        formatter.write("\nExit status: 0 fine, 1 findings or faults, 2 wrong use or no such file\n")


@click.group(cls=Duty, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="understudy")
def main() -> None:
    """Play OpenAPI documents whose resources live."""


@main.command(
    context_settings={"max_content_width": 100},
    epilog="Exit status: 0 stopped by you, 1 a file has faults, 2 wrong use or no such file",
)
@click.argument("document", required=False, type=click.Path())
@overlay_option
@click.option(
    "--only", multiple=True, metavar="TAG", help="Play only the operations with this tag; may be repeated."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "-p", "--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one."
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
    help="How much faster than life time passes; dates in answers run ahead of a browser's clock.",
)
@click.option("--seed", default=0, show_default=True, help="What new ids and values are made from.")
@click.option("--principals", metavar="FILE", help="Who may ask, with which token, roles and world.")
@click.option("--one-world", is_flag=True, help="Show everybody the same resources, whatever their token.")
@click.option("--check-responses", is_flag=True, help="Answer 500 where a response would break the document.")
@click.option(
    "--control-token", default="", metavar="TOKEN", help="Open /_understudy/ to whoever sends this token."
)
@click.option(
    "--origin",
    "origins",
    multiple=True,
    metavar="URL",
    help="A web origin whose pages may call, besides local ones; '*' is any, null that of files, both "
    "without cookies; may be repeated.",
)
@click.option(
    "--base-path",
    default="",
    metavar="PATH",
    help="Serve everything below this path; servers takes it from the document's first server.",
)
@click.option("--delay", default="", metavar="DURATION", help="Let each answer wait, such as PT0.2S.")
@click.option(
    "--journal",
    default=0,
    metavar="N",
    type=click.IntRange(0, 100_000),
    help="Keep the last N requests for GET /_understudy/requests.",
)
@reading_options
@click.option(
    "--body-limit",
    default=1_048_576,
    show_default=True,
    type=click.IntRange(1, 1 << 30),
    help="How many bytes a request body may have.",
)
@click.option("--log-requests", is_flag=True, help="Write a line per request to stderr.")
@click.option("--hook", metavar="FILE", help="Python that answers some operations, in place of the document.")
@click.option(
    "--webhook",
    "webhooks",
    multiple=True,
    metavar="NAME=URL",
    help="Where a webhook that the document sends goes; may be repeated.",
)
@click.option(
    "--allow-callbacks",
    "may_be_told",
    multiple=True,
    metavar="HOST",
    help="A host or network, besides this machine, that callbacks and webhooks may be sent to; "
    "may be repeated.",
)
@click.option("--crud", is_flag=True, help="Remember what collections without a lifecycle are sent.")
@click.option("--watch", is_flag=True, help="Serve anew what is in the document's files when one changes.")
def serve(**options: object) -> None:
    """Play an OpenAPI document as a working API, with its resources kept in memory.

    DOCUMENT is OpenAPI 3 or Swagger 2.0, YAML or JSON; - is standard input. Without
    one, the five job APIs that come with the package are played.

    Example: understudy serve --port 0 --speed 60
    """
    # Nothing that start-up makes is garbage; looking for some costs a tenth of the time.
    gc.disable()
    from understudy.serve import Options, run

    sys.exit(run(Options(**options)))  # type: ignore[arg-type]


@main.command(
    context_settings={"max_content_width": 100},
    epilog="Exit status: 0 the pages are made, 1 a file has faults, 2 wrong use, no such file or no pages",
)
@click.argument("document", required=False, type=click.Path())
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FOLDER",
    help="Where the pages go: a new folder, an empty one, or one made by this.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["site", "markdown"]),
    default="site",
    show_default=True,
    help="A site that works from its folder, or its pages as Markdown for a site of yours.",
)
@overlay_option
@click.option(
    "--only", multiple=True, metavar="TAG", help="Only the operations with this tag; may be repeated."
)
@reading_options
@click.option(
    "--base-url", default="", metavar="URL", help="Where samples ask [default: the document's first server]."
)
@click.option(
    "--name", default="", metavar="TITLE", help="What the pages are called [default: the document's title]."
)
@click.option(
    "--with",
    "more",
    multiple=True,
    metavar="FOLDER",
    help="Markdown pages of your own to go behind them; may be repeated.",
)
@click.option(
    "--swagger-ui", default="", metavar="URL", help="A Swagger UI of the document: operations link to it."
)
@click.option(
    "--no-mock", is_flag=True, help="Leave out what is true of a mock server alone: times, scenarios, seeds."
)
def docs(**options: object) -> None:
    """Write documentation of an OpenAPI document: its operations, and how its resources live.

    DOCUMENT is OpenAPI 3 or Swagger 2.0, YAML or JSON; - is standard input. Without
    one, the five job APIs that come with the package are documented.

    Example: understudy docs my-api.yaml -o site
    """
    from understudy.docs import Options, run

    sys.exit(run(Options(**options)))  # type: ignore[arg-type]


@main.command(
    context_settings={"max_content_width": 100},
    epilog="Exit status: 0 printed, 1 a file has faults, 2 wrong use or no such file",
)
@click.argument("document", required=False, type=click.Path())
@overlay_option
@reading_options
@click.option("--resource", metavar="NAME", help="Which resource; not needed where only one has states.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["mermaid", "svg"]),
    default="mermaid",
    show_default=True,
    help="What to print.",
)
def diagram(**options: object) -> None:
    """Print the states of a resource, and the ways between them, as Mermaid text or SVG.

    Example: understudy diagram openapi.yaml --resource Job --format svg
    """
    from understudy.diagram import Options, run

    sys.exit(run(Options(**options)))  # type: ignore[arg-type]


main.add_command(verify)
main.add_command(bundle)
main.add_command(infer)
main.add_command(lint)
main.add_command(diff)
