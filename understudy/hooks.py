"""Loads the Python file that `--hook` names: its `HOOKS` maps operations to functions."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from mockserver.hooks import Hook
from speckit.faults import did_you_mean


def load(file: str, operations: Iterable[str]) -> Mapping[str, Hook]:
    """Return the hooks of `file`, by operation.

    The file is run: it is the user who names it, and no document can.

    Raises:
        click.UsageError: it cannot be run, has no hooks, or has one for an operation that there is not.
    """
    hooks = getattr(_run(file), "HOOKS", None)
    if not isinstance(hooks, dict) or not hooks or not all(map(callable, hooks.values())):
        raise click.UsageError(
            f"--hook {file}: there are no hooks in it. Write HOOKS = {{'operationId': function}}."
        )
    known = list(operations)
    for name in hooks:
        if name not in known:
            hint = did_you_mean(str(name), known)
            raise click.UsageError(f"--hook {file}: '{name}' is not an operation of the document. {hint}")
    return hooks


def _run(file: str) -> Any:
    """Return the module of `file`."""
    if not Path(file).is_file():
        raise click.UsageError(f"--hook {file}: there is no such file.")
    spec = importlib.util.spec_from_file_location("understudy_hooks", file)
    if spec is None or spec.loader is None:
        raise click.UsageError(f"--hook {file}: that is no Python file. Its name ends in .py.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as problem:
        raise click.UsageError(f"--hook {file}: it cannot be run: {problem!r}") from problem
    return module
