"""`understudy diagram`: prints the states of a resource as a picture or as Mermaid text."""

from __future__ import annotations

from dataclasses import dataclass

import click

from handbook.diagram import mermaid, svg
from speckit.faults import DocumentFaults, did_you_mean
from speckit.lifecycle import Lifecycle
from speckit.specification import Specification
from understudy.shipped import specified

FORMS = ("mermaid", "svg")
"""What can be printed; the first is the usual one."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for."""

    document: str | None = None
    overlays: tuple[str, ...] = ()
    fence: str | None = None
    strict_document: bool = False
    allow_remote: bool = False
    resource: str | None = None
    form: str = FORMS[0]


def run(options: Options) -> int:
    """Print the diagram to stdout; return the exit status.

    Raises:
        click.UsageError: the document is a URL, has no such resource, or several and none is named.
    """
    try:
        found = specified(
            options.document,
            overlays=options.overlays,
            fence=options.fence,
            strict=options.strict_document,
            allow_remote=options.allow_remote,
        )
        lifecycle = _chosen(found, options.resource)
    except DocumentFaults as faults:
        click.echo(str(faults), err=True)
        return 1
    click.echo(
        mermaid(lifecycle) if options.form == "mermaid" else f"{svg(lifecycle, links=False)}\n", nl=False
    )
    return 0


def _chosen(specification: Specification, name: str | None) -> Lifecycle:
    """Return the resource called `name`, or the only one with states.

    Raises:
        click.UsageError: there is none, or more than one.
    """
    living = {each.name: each for each in specification.lifecycles.values() if each.states}
    if name is None:
        if len(living) == 1:
            return next(iter(living.values()))
        raise click.UsageError(_which(specification, living))
    if name in living:
        return living[name]
    if name in specification.lifecycles:
        raise click.UsageError(f"{name} has no states, so there is nothing to draw. {_listed(living)}")
    hint = did_you_mean(name, living) or _listed(living)
    raise click.UsageError(f"There is no resource '{name}' in {specification.document.source}. {hint}")


def _which(specification: Specification, living: dict[str, Lifecycle]) -> str:
    if not living:
        return f"No resource in {specification.document.source} has states: there is nothing to draw."
    return f"Say which resource to draw: --resource {next(iter(living))}. {_listed(living)}"


def _listed(living: dict[str, Lifecycle]) -> str:
    return f"Resources with states are {', '.join(living)}." if living else "No resource has states."
