"""Draws values from Hypothesis strategies: all before the first is used, the same for the same seed."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, Verbosity, configuration, given, settings
from hypothesis import seed as seeded
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")


def drawn(strategy: SearchStrategy[T], count: int, seed: int) -> list[T]:
    """Return `count` values of `strategy`, or fewer where it has no more.

    Nothing is tried on them, so there is nothing to shrink, to keep or to find flaky.
    """
    found: list[T] = []

    def keep(value: T) -> None:
        found.append(value)

    frugal = settings(
        max_examples=count,
        database=None,
        deadline=None,
        derandomize=False,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    drawing: Any = given(strategy)
    collect: Any = seeded(seed)(frugal(drawing(keep)))
    with nothing_left_behind(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        collect()
    return found


@contextmanager
def nothing_left_behind() -> Iterator[None]:
    """Have Hypothesis keep its tables of characters in the user's cache, not in the working folder."""
    usual = configuration.storage_directory(intent_to_write=False).home_directory
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    if "HYPOTHESIS_STORAGE_DIRECTORY" not in os.environ:
        configuration.set_hypothesis_home_dir(cache / "understudy" / "hypothesis")
    try:
        yield
    finally:
        configuration.set_hypothesis_home_dir(usual)
