"""Findings beside the lines they are about: annotations of GitHub, and logs of SARIF 2.1.0 (OASIS)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
"""The JSON Schema of SARIF."""


def annotation(level: str, where: Mapping[str, object], message: str) -> str:
    """Return a workflow command of GitHub Actions, which shows `message` beside a line; without a line end.

    Args:
        level: `error`, `warning` or `notice`.
        where: `file`, `line`, `title`; what is empty is left out.

    >>> annotation("error", {"file": "a,b.yaml", "line": 3, "title": ""}, "50 %")
    '::error file=a%2Cb.yaml,line=3::50 %25'
    """
    given = ",".join(f"{key}={_property(str(value))}" for key, value in where.items() if value)
    return f"::{level}{f' {given}' if given else ''}::{_message(message)}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


def log(
    tool: str, rules: Sequence[Mapping[str, Any]], results: Sequence[Mapping[str, Any]], **run: Any
) -> str:
    """Return a SARIF log with one run.

    Args:
        tool: Its name.
        rules: The reporting descriptors; results point at them by their `ruleId`.
        run: More members of the run.
    """
    places = {each["id"]: number for number, each in enumerate(rules)}
    driver = {"name": tool, "semanticVersion": version("understudy"), "rules": list(rules)}
    whole = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        **run,
        "results": [{**each, "ruleIndex": places[each["ruleId"]]} for each in results],
    }
    told = {"$schema": SCHEMA, "version": "2.1.0", "runs": [whole]}
    return orjson.dumps(told, option=orjson.OPT_INDENT_2).decode()


def location(file: str, line: int, name: str) -> dict[str, Any]:
    """Return a SARIF location: a line of a file, and what stands there by its full name."""
    return {
        "physicalLocation": {"artifactLocation": {"uri": uri(file)}, "region": {"startLine": line}},
        "logicalLocations": [{"fullyQualifiedName": name}],
    }


def uri(file: str) -> str:
    """Return the place of a file as a URI, which is relative where the place is.

    >>> uri("my api.yaml")
    'my%20api.yaml'
    """
    if "://" in file:
        return file
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def fingerprint(*told: str) -> str:
    """Return what is the same for the same texts, for `partialFingerprints`."""
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]
