"""Findings for programs, as JSON whose keys stay."""

from __future__ import annotations

from typing import Any

import orjson

from toolkit.lint.finding import SEVERITIES, Finding
from toolkit.lint.linting import Findings


def told(findings: Findings) -> str:
    """Return the findings as a JSON object: `document`, `summary`, `findings`."""
    counts = {severity: findings.count(severity) for severity in SEVERITIES}
    whole = {
        "document": findings.document,
        "summary": counts | {"ignored": findings.ignored},
        "findings": [_one(each) for each in findings.found],
    }
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2).decode()


def _one(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "hint": finding.hint,
        "file": finding.place.file,
        "line": finding.line,
        "path": finding.pointer,
        "operation": finding.operation,
    }
