"""The options that say what is left out of a judgement, and how fast it may ask."""

from __future__ import annotations

import re
from collections.abc import Iterable

import click

from contracts.laws import LAWS
from speckit.faults import did_you_mean
from speckit.specification import Specification

_RATE = re.compile(r"(\d+(?:\.\d+)?)/(s|m)")
_SECONDS = {"s": 1, "m": 60}


def rate(text: str) -> float:
    """Return how many requests there may be in a second, of a value such as `20/s` or `100/m`.

    Raises:
        click.UsageError: it is no such value, or 0.
    """
    found = _RATE.fullmatch(text)
    if found is None or not float(found[1]):
        raise click.UsageError(f"--rate '{text}' is no rate. Write 20/s, or 100/m for some in a minute.")
    return float(found[1]) / _SECONDS[found[2]]


def check_laws(names: Iterable[str]) -> frozenset[str]:
    """Return laws by their names.

    Raises:
        click.UsageError: there is none of that name.
    """
    return _known("--exclude-law", "law", names, LAWS)


def check_operations(names: Iterable[str], specification: Specification) -> frozenset[str]:
    """Return operations by their ids.

    Raises:
        click.UsageError: the document has none of that id, or none is left.
    """
    found = _known("--exclude-operation", "operation", names, specification.operations)
    if found and len(found) == len(specification.operations):
        raise click.UsageError("--exclude-operation leaves nothing to judge. Leave out fewer.")
    return found


def _known(option: str, kind: str, names: Iterable[str], known: Iterable[str]) -> frozenset[str]:
    given, all_of_them = list(names), list(known)
    for name in given:
        if name not in all_of_them:
            hint = did_you_mean(name, all_of_them)
            raise click.UsageError(f"{option} {name}: there is no {kind} '{name}'. {hint}".rstrip())
    return frozenset(given)
