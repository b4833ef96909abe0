"""Findings as SARIF 2.1.0 (OASIS), which code scanning and editors read."""

from __future__ import annotations

from typing import Any

from speckit.annotating import fingerprint, location, log
from toolkit.lint.finding import ERROR, INFO, WARNING, Finding
from toolkit.lint.linting import Findings
from toolkit.lint.rule import Rule
from toolkit.lint.rules import RULES
from toolkit.lint.told import UNREADABLE

_LEVELS = {ERROR: "error", WARNING: "warning", INFO: "note"}


def told(findings: Findings) -> str:
    """Return a log with one run: all rules, and a result for each finding."""
    return log("understudy lint", [_rule(each) for each in RULES], [_result(each) for each in findings.found])


def _rule(rule: Rule) -> dict[str, Any]:
    source = f" See {rule.source}." if rule.source else ""
    off = f" Switch it off with 'x-understudy-ignore: {rule.name}' beside it, or in understudy.toml."
    way_out = "" if rule.name == UNREADABLE else off
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": f"{rule.summary} {rule.why}"},
        "help": {"text": f"{rule.why}{source}{way_out}"},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(finding: Finding) -> dict[str, Any]:
    return {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": " ".join(part for part in (finding.message, finding.hint) if part)},
        "locations": [location(finding.place.file, finding.line, finding.pointer)],
        # What stays the same when lines move.
        "partialFingerprints": {
            "findingPath/v1": fingerprint(finding.rule, finding.pointer, finding.message)
        },
    }
