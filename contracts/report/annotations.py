"""A judgement for those who show findings beside the lines of the document: GitHub, and readers of SARIF."""

from __future__ import annotations

import re
from typing import Any

from contracts.finding import Finding, Judgement
from contracts.laws import LAWS, Law
from contracts.report.baseline import known_as
from contracts.report.digest import digest
from contracts.report.hiding import Hiding
from contracts.report.manner import Manner
from contracts.report.telling import Teller
from speckit.annotating import annotation, fingerprint, location, log

_PLACE = re.compile(r"(?P<file>.*?):(?P<line>\d+) (?P<path>.*)")


def github(judgement: Judgement, manner: Manner) -> str:
    """Return a workflow command of GitHub Actions for each finding, and the sum as plain text."""
    teller, found = Teller(Hiding(manner)), digest(judgement, manner)
    lines = [_annotated(each, teller) for each in found.findings]
    if judgement.ended:
        lines.append(annotation("error", {"title": "Ended early"}, teller.plain(judgement.ended)))
    return "\n".join([*lines, found.total, ""])


def _annotated(finding: Finding, teller: Teller) -> str:
    file, line, _ = _place(finding)
    title = f"{finding.law} {finding.subject.operation}".rstrip()
    level = "notice" if finding.is_known else "error"
    message = f"{_said(finding, teller)} {teller.seen(finding)}"
    return annotation(level, {"file": file, "line": line, "title": title}, message)


def sarif(judgement: Judgement, manner: Manner) -> str:
    """Return a SARIF log: every law is a rule, and every finding a result."""
    teller, found = Teller(Hiding(manner)), digest(judgement, manner)
    results = [_result(each, teller) for each in found.findings]
    invocation: dict[str, Any] = {
        "executionSuccessful": judgement.exit_status != 2,
        "exitCode": judgement.exit_status,
    }
    if judgement.ended:
        said = {"text": teller.plain(judgement.ended)}
        invocation["toolExecutionNotifications"] = [{"level": "error", "message": said}]
    return log(
        "understudy verify", [_rule(each) for each in LAWS.values()], results, invocations=[invocation]
    )


def _rule(law: Law) -> dict[str, Any]:
    return {
        "id": law.name,
        "shortDescription": {"text": law.promise},
        "help": {"text": f"{law.promise} See docs/reference/laws.md#{law.name}."},
        "defaultConfiguration": {"level": "error"},
    }


def _result(finding: Finding, teller: Teller) -> dict[str, Any]:
    file, line, path = _place(finding)
    known = known_as(finding)
    told: dict[str, Any] = {
        "ruleId": finding.law,
        "level": "note" if finding.is_known else "error",
        "message": {"text": _said(finding, teller)},
        "partialFingerprints": {
            "findingCause/v1": fingerprint(known.law, known.resource, known.operation, known.cause)
        },
    }
    if finding.is_known:
        told["baselineState"] = "unchanged"
    return told | ({"locations": [location(file, line, f"/{path}")]} if file else {})


def _said(finding: Finding, teller: Teller) -> str:
    subject = ", ".join(filter(None, (finding.subject.resource, finding.subject.operation)))
    return teller.plain(f"{subject}: {finding.happened} Promised: {finding.promise}")


def _place(finding: Finding) -> tuple[str, int, str]:
    """Return file, line and path of what was promised; an empty file where that is not told."""
    found = _PLACE.fullmatch(finding.place)
    return (found["file"], int(found["line"]), found["path"]) if found else ("", 1, "")
