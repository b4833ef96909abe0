"""What the options of `understudy serve` say of where and how slowly a document is served."""

from __future__ import annotations

import re

import click

from mockserver.mishaps import LONGEST_DELAY
from mockserver.straying import base_path as base_of_servers
from speckit import timing
from speckit.specification import Specification

SERVERS = "servers"
"""Asks for the path of the document's first server."""
_BASE = re.compile(r"(/[A-Za-z0-9._~-]+)*/?")


def check(said: str) -> None:
    """Hold a base path, as it was said, against what one may be.

    Raises:
        click.UsageError: it is none.
    """
    if said != SERVERS and not _BASE.fullmatch(said):
        raise click.UsageError(
            f"--base-path '{said}' is no path. Write it like /v1; {SERVERS} takes that of the first server."
        )


def base_path(said: str, specification: Specification) -> str:
    """Return the path that everything is served below, without a slash at its end; empty for none.

    Raises:
        click.UsageError: the document's first server has a path that none can be served below.
    """
    if said != SERVERS:
        return said.rstrip("/")
    found = base_of_servers(specification.document.data)
    if not _BASE.fullmatch(found):
        raise click.UsageError(f"The first of `servers` is at '{found}'. Write a path: --base-path /v1.")
    return found


def delay(said: str) -> int:
    """Return a duration in microseconds.

    Raises:
        click.UsageError: it is none, or longer than an hour.
    """
    try:
        found = timing.duration(said) if said else 0
    except ValueError as problem:
        raise click.UsageError(f"--delay: {problem}") from problem
    if found > LONGEST_DELAY:
        raise click.UsageError("--delay is an hour at most.")
    return found
