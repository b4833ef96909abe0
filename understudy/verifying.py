"""The command line of `understudy verify`: its options, under the headings of its help."""

from __future__ import annotations

import sys
from typing import ClassVar

import click

from understudy.document_options import overlay_option, reading_options


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


@click.command(
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
@click.option(
    "--request-timeout",
    default="10",
    show_default=True,
    metavar="SECONDS",
    help="How long an answer may take, to its last byte.",
)
@click.option(
    "--rate",
    default="",
    metavar="N/s",
    help="No more requests than that in a second, or N/m in a minute.",
)
@click.option(
    "--exclude-law", "excluded_laws", multiple=True, metavar="LAW", help="Do not judge it; may be repeated."
)
@click.option(
    "--exclude-operation",
    "excluded_operations",
    multiple=True,
    metavar="ID",
    help="Neither ask nor judge the operation with this operationId; may be repeated.",
)
@click.option("--baseline", metavar="FILE", help="Findings that are known, and make nobody fail.")
@click.option("--write-baseline", metavar="FILE", help="Write what is found as a baseline, and do not fail.")
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
    type=click.Choice(["console", "json", "junit", "html", "sarif", "github"]),
    default="console",
    show_default=True,
    help="The form of the report on stdout.",
)
@click.option("--json", metavar="FILE", help="Write the report as JSON, too.")
@click.option("--junit", metavar="FILE", help="Write the report as JUnit XML, too.")
@click.option("--html", metavar="FILE", help="Write the report as a page, too.")
@click.option("--sarif", metavar="FILE", help="Write the report as SARIF, too.")
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
