"""Findings as workflow commands of GitHub Actions, which shows them beside the lines of a pull request."""

from __future__ import annotations

from speckit.annotating import annotation
from toolkit.lint.finding import ERROR, INFO, WARNING, Finding
from toolkit.lint.forms.console import summary
from toolkit.lint.linting import Findings

_COMMANDS = {ERROR: "error", WARNING: "warning", INFO: "notice"}


def told(findings: Findings) -> str:
    """Return a command for each finding, and the count as plain text."""
    return "\n".join([*map(_one, findings.found), summary(findings)])


def _one(finding: Finding) -> str:
    message = " ".join(part for part in (finding.message, finding.hint, f"({finding.pointer})") if part)
    where = {"file": finding.place.file, "line": finding.line, "title": finding.rule}
    return annotation(_COMMANDS[finding.severity], where, message)
