"""What a report keeps of the options it was made with, and what `--replay` takes from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from contracts.report.reading import Record
from understudy.options import Options
from understudy.principals import DEFAULT, has_token

_KEPT = ("overlays", "only", "fence", "roles")
"""What says what is promised, and to whom; it is taken from a report where nothing else is given."""
_THERE = ("clock_url", "provider_url")
"""What lies beside the server; it is taken from a report that is replayed where it was made."""
_TOLD = (
    *("max_time", "max_requests", "request_timeout", "rate", "excluded_laws", "excluded_operations"),
    *("provider", "strict", "strict_coverage", "exitfirst", "insecure", "baseline"),
)
"""What else makes the same run again; it is for people to read."""


def said(options: Options) -> Mapping[str, Any]:
    """Return what a report keeps of `options`: of those who ask, and of headers, the names alone."""
    kept = {name: getattr(options, name) for name in (*_KEPT, *_THERE, *_TOLD)}
    kept["headers"] = tuple(line.partition(":")[0] for line in options.headers)
    return {"principals": _names(options.principals)} | {
        name: list(value) if isinstance(value, tuple) else value for name, value in kept.items() if value
    }


def _names(principals: Iterable[str]) -> list[str]:
    return [value.partition("=")[0] for value in principals]


def again(options: Options, record: Record) -> Options:
    """Return `options` with what is not given as it was in an earlier run.

    Raises:
        click.UsageError: something is missing that a report does not hold.
    """
    changes: dict[str, Any] = {"url": options.url or record.url}
    for name in _THERE if not options.url else ():
        changes[name] = getattr(options, name) or record.options.get(name, "")
    if options.provider:
        changes["provider_url"] = options.provider_url
    changes["depth"] = options.depth or record.options.get("depth", 0)
    if options.document is None:
        changes["document"] = _document(record)
        for name in _KEPT:
            if name in record.options and not getattr(options, name):
                told = record.options[name]
                changes[name] = tuple(told) if isinstance(told, list) else told
    if not options.params:
        known = record.options.get("params") or {}
        changes["params"] = tuple(f"{name}={value}" for name, value in known.items())
    changes["principals"] = _principals(options.principals, record)
    if "roles" in changes:
        asking = _names(changes["principals"]) or DEFAULT
        changes["roles"] = tuple(each for each in changes["roles"] if each.partition("=")[0] in asking)
    return replace(options, **changes)


def _document(record: Record) -> str:
    if not Path(record.document).is_file():
        raise click.UsageError(
            f"The report is of '{record.document}', which is not there. Name it with --document FILE."
        )
    return record.document


def _principals(given: tuple[str, ...], record: Record) -> tuple[str, ...]:
    """Return those given, or those who asked then; their tokens are no part of a report.

    Raises:
        click.UsageError: somebody who asked has none.
    """
    names = _asked(record)
    if not given and not record.options.get("principals") and set(names) <= set(DEFAULT):
        return ()
    has = _names(given) if given else [name for name in names if has_token(name, names)]
    missing = [name for name in names if name not in has]
    if missing:
        options = " ".join(f"--principal {name}=TOKEN" for name in missing)
        raise click.UsageError(
            f"The report is of what was asked as {' and '.join(names)}, and holds no tokens. Add {options}."
        )
    return given or tuple(names)


def _asked(record: Record) -> list[str]:
    """Return who has asked what is to be asked again, the first one first."""
    asked = {each.principal for finding in record.findings for each in finding.exchanges if each.principal}
    known = record.options.get("principals") or ()
    return [*(name for name in known if name in asked), *sorted(asked - set(known))]
