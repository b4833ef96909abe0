"""Findings for people: a line to click on, what would work below it, and a count at the end."""

from __future__ import annotations

import click

from toolkit.lint.finding import ERROR, INFO, WARNING, Finding
from toolkit.lint.linting import Findings

_COLOURS = {ERROR: "red", WARNING: "yellow", INFO: "blue"}
_NOUNS = {ERROR: ("error", "errors"), WARNING: ("warning", "warnings"), INFO: ("note", "notes")}


def told(findings: Findings) -> str:
    """Return the findings as text, coloured for a terminal."""
    lines = [line for each in findings.found for line in _lines(each)]
    return "\n".join([*lines, *([""] if lines else []), summary(findings)])


def _lines(finding: Finding) -> list[str]:
    severity = click.style(finding.severity, fg=_COLOURS[finding.severity], bold=True)
    rule = click.style(finding.rule, bold=True)
    lines = [f"{finding.place}: {severity} {rule}: {finding.message}"]
    lines += [f"    {finding.hint}"] if finding.hint else []
    return [*lines, *([click.style(f"    at {finding.pointer}", dim=True)] if finding.path else [])]


def summary(findings: Findings) -> str:
    """Return how many findings there are, in one line."""
    counts = [(findings.count(severity), nouns) for severity, nouns in _NOUNS.items()]
    told = [f"{count} {nouns[count != 1]}" for count, nouns in counts if count]
    left = f" {findings.ignored} left out as configured." if findings.ignored else ""
    return f"{findings.document}: {', '.join(told) or 'nothing found'}.{left}"
