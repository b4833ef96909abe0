"""`understudy lint`: says what is wrong, doubtful or left out in a document and its lifecycles."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from understudy.document_options import overlay_option, reaching_options

if TYPE_CHECKING:
    from toolkit.lint.configuration import Configuration
    from toolkit.lint.linting import Findings


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for."""

    document: str | None = None
    overlays: tuple[str, ...] = ()
    form: str = "console"
    config: str | None = None
    severities: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    strict: bool = False
    fence: str | None = None
    allow_remote: bool = False
    list_rules: bool = False
    explain: str | None = None


@click.command(
    context_settings={"max_content_width": 100},
    epilog="Exit status: 0 no errors, 1 errors (with --strict also warnings), 2 wrong use or no such file",
)
@click.argument("document", required=False, type=click.Path())
@overlay_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["console", "json", "sarif", "github"]),
    default="console",
    show_default=True,
    help="How findings are told.",
)
@click.option(
    "--config",
    metavar="FILE",
    help="The configuration [default: understudy.toml or pyproject.toml beside the document or above].",
)
@click.option(
    "--severity",
    "severities",
    multiple=True,
    metavar="RULE=LEVEL",
    help="Make a rule error, warning, info or off; may be repeated.",
)
@click.option("--rule", "only", multiple=True, metavar="RULE", help="Look for this only; may be repeated.")
@click.option("--ignore", "ignored", multiple=True, metavar="RULE", help="Leave it out; may be repeated.")
@click.option("--strict", is_flag=True, help="Warnings count as errors do.")
@reaching_options
@click.option("--list-rules", is_flag=True, help="Print all rules, and stop.")
@click.option("--explain", metavar="RULE", help="Print what a rule is about, and stop.")
def lint(**options: object) -> None:
    """Say what is wrong, doubtful or left out in a document and the lives of its resources.

    Style is left to other linters. Without DOCUMENT, the five job APIs that come with the package
    are looked at.

    Example: understudy lint my-api.yaml --overlay lifecycles.yaml --format sarif > findings.sarif
    """
    sys.exit(run(Options(**options)))  # type: ignore[arg-type]


def run(options: Options) -> int:
    """Write the findings; return the exit status.

    Raises:
        click.UsageError: a rule or a severity means nothing, or a file is not there.
    """
    from toolkit.lint.configuration import ConfigurationError
    from toolkit.lint.telling import FORMS

    try:
        if options.list_rules or options.explain:
            click.echo(catalogue() if options.list_rules else explanation(str(options.explain)))
            return 0
        configuration = _configuration(options)
        if configuration is None:
            return 1
        severities = _severities(options, configuration)
    except ConfigurationError as problem:
        raise click.UsageError(str(problem)) from None
    findings = _findings(options, configuration, severities)
    click.echo(FORMS[options.form](findings))
    return 0 if findings.is_fine(strict=options.strict or configuration.is_strict) else 1


def _findings(options: Options, configuration: Configuration, severities: dict[str, str]) -> Findings:
    from speckit.faults import DocumentFaults
    from toolkit.lint.linting import lint, refused
    from understudy.shipped import default_document, loaded, shown

    try:
        document = loaded(
            options.document,
            overlays=options.overlays,
            fence=options.fence,
            allow_remote=options.allow_remote,
        )
    except DocumentFaults as faults:
        return refused(shown(options.document or str(default_document())), faults)
    return lint(document, severities=severities, quiet=configuration.ignores_finding)


def _configuration(options: Options) -> Configuration | None:
    """Return what is set by a file; None, and what is wrong is told, where that says what means nothing.

    Raises:
        NoConfiguration: it cannot be read.
    """
    from toolkit.lint.configuration import ConfigurationError, NoConfiguration, found_from, read
    from understudy.shipped import default_document

    document = options.document or str(default_document())
    folder = Path() if "://" in document else Path(document).parent
    try:
        return read(Path(options.config)) if options.config else found_from(folder.absolute())
    except NoConfiguration:
        raise
    except ConfigurationError as problem:
        click.echo(f"Error: {problem}", err=True)
        return None


def _severities(options: Options, configuration: Configuration) -> dict[str, str]:
    """Return what each rule is set to: by the configuration, then by the command line."""
    from toolkit.lint.configuration import ConfigurationError, check_level, check_rule, check_settable
    from toolkit.lint.finding import OFF
    from toolkit.lint.rules import RULES

    found = dict(configuration.severities)
    for text in options.severities:
        rule, is_set, level = text.partition("=")
        if not is_set:
            raise ConfigurationError(f"--severity {text}: no level. Write {text}=warning, for one.")
        name = check_settable(rule, "--severity")
        found[name] = check_level(level, name, "--severity")
    if options.only:
        wanted = [check_rule(name, "--rule") for name in options.only]
        found |= {each.name: OFF for each in RULES if each.name not in wanted}
    return found | {check_settable(name, "--ignore"): OFF for name in options.ignored}


def catalogue() -> str:
    """Return a line for each rule: its name, its severity and what it finds."""
    from toolkit.lint.rules import RULES

    width = max(len(each.name) for each in RULES)
    return "\n".join(f"{each.name:{width}}  {each.severity:7}  {each.summary}" for each in RULES)


def explanation(name: str) -> str:
    """Return what the rule `name` is about.

    Raises:
        ConfigurationError: there is no such rule.
    """
    from toolkit.lint.configuration import check_rule
    from toolkit.lint.rules import BY_NAME
    from toolkit.lint.told import UNREADABLE

    rule = BY_NAME[check_rule(name, "--explain")]
    source = [f"See {rule.source}."] if rule.source else []
    off = f'To keep it quiet: x-understudy-ignore: [{name}] beside what it finds, or {name} = "off"'
    way_out = [] if name == UNREADABLE else [f"{off} below [lint.rules] in understudy.toml."]
    return "\n".join(
        [
            f"{rule.name} ({rule.severity})",
            "",
            rule.summary,
            rule.why,
            *source,
            "",
            *way_out,
            f"Examples: docs/reference/lint.md#{name}",
        ]
    )
