"""Patience: long lists are told in short, and what takes long is told while it does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Timer

import click

PATIENCE_SECONDS = 1.0
"""How long nothing is said."""


@contextmanager
def announced(line: str, after: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Print `line` on stderr if what is done inside takes longer than `after` seconds."""
    timer = Timer(after, click.echo, (line,), {"err": True})
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def few(names: Sequence[str]) -> str:
    """Return the first eight of `names`, and how many more there are."""
    shown = ", ".join(names[:8])
    return shown if len(names) <= 8 else f"{shown} and {len(names) - 8} more"
