"""Findings as SARIF 2.1.0 (OASIS), which code scanning and editors read."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from toolkit.lint.finding import ERROR, INFO, WARNING, Finding
from toolkit.lint.linting import Findings
from toolkit.lint.rule import Rule
from toolkit.lint.rules import RULES
from toolkit.lint.told import UNREADABLE

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
"""The JSON Schema of the format."""

_LEVELS = {ERROR: "error", WARNING: "warning", INFO: "note"}


def told(findings: Findings) -> str:
    """Return a log with one run: all rules, and a result for each finding."""
    driver = {
        "name": "understudy lint",
        "semanticVersion": version("understudy"),
        "rules": [_rule(each) for each in RULES],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each) for each in findings.found],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return orjson.dumps(log, option=orjson.OPT_INDENT_2).decode()


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
    names = [each.name for each in RULES]
    return {
        "ruleId": finding.rule,
        "ruleIndex": names.index(finding.rule),
        "level": _LEVELS[finding.severity],
        "message": {"text": " ".join(part for part in (finding.message, finding.hint) if part)},
        "locations": [_location(finding)],
        "partialFingerprints": {"findingPath/v1": _fingerprint(finding)},
    }


def _location(finding: Finding) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(finding.place.file)},
            "region": {"startLine": finding.line},
        },
        "logicalLocations": [{"fullyQualifiedName": finding.pointer}],
    }


def _uri(file: str) -> str:
    """Return the place of a file as a URI: relative to the current folder where it is below that.

    >>> _uri("my api.yaml")
    'my%20api.yaml'
    """
    if "://" in file:
        return file
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _fingerprint(finding: Finding) -> str:
    """Return what stays the same when lines move: of the rule, the path and what is said."""
    told = "\n".join((finding.rule, finding.pointer, finding.message))
    return hashlib.sha256(told.encode()).hexdigest()[:32]
