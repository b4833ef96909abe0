"""Findings as workflow commands of GitHub Actions, which shows them beside the lines of a pull request."""

from __future__ import annotations

from toolkit.lint.finding import ERROR, INFO, WARNING, Finding
from toolkit.lint.forms.console import summary
from toolkit.lint.linting import Findings

_COMMANDS = {ERROR: "error", WARNING: "warning", INFO: "notice"}


def told(findings: Findings) -> str:
    """Return a command for each finding, and the count as plain text."""
    return "\n".join([*map(_one, findings.found), summary(findings)])


def _one(finding: Finding) -> str:
    message = " ".join(part for part in (finding.message, finding.hint, f"({finding.pointer})") if part)
    values = {"file": finding.place.file, "line": str(finding.line), "title": finding.rule}
    properties = ",".join(f"{key}={_property(value)}" for key, value in values.items())
    return f"::{_COMMANDS[finding.severity]} {properties}::{_data(message)}"


def _data(text: str) -> str:
    """Return `text` as the message of a command can hold it.

    >>> _data("50 %")
    '50 %25'
    """
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Return `text` as a property of a command can hold it.

    >>> _property("a:b,c")
    'a%3Ab%2Cc'
    """
    return _data(text).replace(":", "%3A").replace(",", "%2C")
