"""The `understudy` command."""

from __future__ import annotations

import gc
import sys
from typing import ClassVar

import click

from understudy.bundle import bundle
from understudy.diff import diff
from understudy.document_options import overlay_option, reading_options
from understudy.infer import infer
from understudy.lint import lint


class Duty(click.Group):
    """The group of commands; it says what each exit status means."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what follows the options."""
        formatter.write("\nExit status: 0 fine, 1 findings or faults, 2 wrong use or no such file\n")


class Chapters(click.Command):
    """A command with so many options that its help has chapters."""

    begins: ClassVar = {
        "document": "What is promised",
        "principals": "Who asks",
        "phases": "How it is judged",
        "clock_url": "What the API cannot do itself",
        "har": "Instead of asking anew",
        "form": "How it is told",
    }
    """By its first option, the heading of each chapter."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options under their headings."""
        chapters: dict[str, list[tuple[str, str]]] = {}
        heading = "Options"
        for param in (each for each in self.get_params(ctx) if isinstance(each, click.Option)):
            heading = self.begins.get(param.name or "", heading)
            if record := param.get_help_record(ctx):
                chapters.setdefault(heading, []).append(record)
        for heading, records in chapters.items():
            with formatter.section(heading):
                formatter.write_dl(records)


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
    cls=Chapters,
    context_settings={"max_content_width": 100},
    epilog="Exit status: 0 every promise that was judged is kept, 1 one is broken, "
    "2 it could not be judged, or wrong use",
)
@click.argument("url", required=False, default="")
@click.option(
    "--document",
    metavar="FILE",
    help="What is promised; - is standard input [default: the document shipped with this].",
)
@overlay_option
@click.option(
    "--only", multiple=True, metavar="TAG", help="Judge only the operations with this tag; may be repeated."
)
@reading_options
@click.option(
    "--principal",
    "principals",
    multiple=True,
    metavar="NAME[=TOKEN]",
    help="Who asks, mostly the first; may be repeated, and two are needed to judge what keeps them apart. "
    "Sent as the document's security schemes say; USER:PASSWORD where that is basic. "
    "Without TOKEN the variable TOKEN_NAME is read [default: alice=alice, bob=bob].",
)
@click.option(
    "--role",
    "roles",
    multiple=True,
    metavar="PRINCIPAL=ROLE",
    help="A role that a principal has; may be repeated [default: all of them].",
)
@click.option(
    "--header",
    "headers",
    multiple=True,
    metavar="'NAME: VALUE'",
    help="Sent with every request; may be repeated.",
)
@click.option(
    "--param",
    "params",
    multiple=True,
    metavar="NAME=VALUE",
    help="A value for a parameter, such as the id of a resource that the API cannot make; may be repeated.",
)
@click.option(
    "--phase",
    "phases",
    multiple=True,
    type=click.Choice(["matrix", "exchanges", "walk"]),
    help="Only this part of the judgement: every operation in every state, single requests valid and not, "
    "or a random walk; may be repeated.",
)
@click.option("--seed", default=0, show_default=True, help="What is random is made from it.")
@click.option(
    "--depth",
    default=0,
    show_default=True,
    type=click.IntRange(min=0),
    help="How many steps the random walk has.",
)
@click.option(
    "--max-time",
    default="60",
    show_default=True,
    metavar="SECONDS",
    help="No new attempt after so long; also as a duration, PT5M.",
)
@click.option(
    "--max-requests",
    default=5000,
    show_default=True,
    type=click.IntRange(min=1),
    help="No more requests than that.",
)
@click.option("--strict", is_flag=True, help="Where the document is silent, that is a finding too.")
@click.option("--strict-coverage", is_flag=True, help="Exit status 2 if a promise was not judged.")
@click.option("--exitfirst", is_flag=True, help="Stop at the first finding.")
@click.option("--insecure", is_flag=True, help="Do not check the certificate of an https URL.")
@click.option(
    "--clock-url",
    default="",
    metavar="URL",
    help='Where its clock is read (GET) and moved (POST {"advance": "PT1H"}), so that nobody has to wait.',
)
@click.option(
    "--provider-url",
    default="",
    metavar="URL",
    help="Who sets up what the API cannot: POST {principal, resource, state, fields}.",
)
@click.option(
    "--provider",
    default="",
    metavar="MODULE:FUNCTION",
    help="The same as a Python function (principal, resource, state, fields) -> fields or None.",
)
@click.option(
    "--har", metavar="FILE", help="Judge recorded traffic (HAR) and send nothing; URL then says whose."
)
@click.option("--replay", metavar="FILE", help="Only try again what broke in a report written by --json.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["console", "json", "junit", "html"]),
    default="console",
    show_default=True,
    help="The form of the report on stdout.",
)
@click.option("--json", metavar="FILE", help="Write the report as JSON, too.")
@click.option("--junit", metavar="FILE", help="Write the report as JUnit XML, too.")
@click.option("--html", metavar="FILE", help="Write the report as a page, too.")
@click.option("--show-credentials", is_flag=True, help="Show tokens in reports, not the names of variables.")
def verify(**options: object) -> None:
    """Hold a server, given by its URL, to every promise of an OpenAPI document.

    It is asked over HTTP and nothing else; whoever wrote it, and in what, does
    not matter. The report goes to stdout, progress to stderr.

    Example: understudy verify http://127.0.0.1:8080 --document my-api.yaml
    """
    from understudy.options import Options
    from understudy.verify import run

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


main.add_command(bundle)
main.add_command(infer)
main.add_command(lint)
main.add_command(diff)
