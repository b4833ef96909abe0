"""Loads the Python file that `--hook` names: its `HOOKS` maps operations to functions."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from mockserver.hooks import Hook
from speckit.faults import DocumentFaults, Fault, Place, did_you_mean
from speckit.noting import note


def load(file: str, operations: Iterable[str]) -> Mapping[str, Hook]:
    """Return the hooks of `file`, by operation.

    The file is run: it is the user who names it, and no document can.

    Raises:
        click.UsageError: there is no such Python file.
        DocumentFaults: it cannot be run, has no hooks, or has one for an operation that there is not.
    """
    hooks = getattr(_run(file), "HOOKS", None)
    if not isinstance(hooks, dict) or not hooks or not all(map(callable, hooks.values())):
        hint = "Write HOOKS = {'operationId': function}."
        raise _fault(file, "There are no hooks in it.", hint)
    known = list(operations)
    for name in hooks:
        if name not in known:
            hint = did_you_mean(str(name), known)
            raise _fault(file, f"'{name}' is not an operation of the document.", hint)
    return hooks


def _run(file: str) -> Any:
    """Return the module of `file`, which is read anew each time."""
    note(Path(file))
    if not Path(file).is_file():
        raise click.UsageError(f"--hook {file}: there is no such file.")
    spec = importlib.util.spec_from_file_location("understudy_hooks", file)
    if spec is None or spec.loader is None:
        raise click.UsageError(f"--hook {file}: that is no Python file. Its name ends in .py.")
    module = importlib.util.module_from_spec(spec)
    try:
        content = Path(file).read_bytes()
    except OSError as problem:
        raise click.UsageError(f"--hook {file}: it cannot be read: {problem.strerror}.") from None
    sys.modules[spec.name] = module  # where dataclasses, for one, look for it
    try:
        # Not by the loader: it takes what it has compiled before for a file of the same second and size.
        exec(compile(content, file, "exec"), vars(module))
    except (Exception, SystemExit) as problem:
        raise _fault(file, f"It cannot be run: {problem!r}.", line=_line(file, problem)) from problem
    return module


def _line(file: str, problem: BaseException) -> int | None:
    """Return the last line of `file` that was run, or that is no Python."""
    if isinstance(problem, SyntaxError) and problem.filename == file:
        return problem.lineno
    lines = [each.lineno for each in traceback.extract_tb(problem.__traceback__) if each.filename == file]
    return lines[-1] if lines else None


def _fault(file: str, message: str, hint: str = "", line: int | None = None) -> DocumentFaults:
    # As one text: there is no path inside of a Python file that would stand behind its line.
    return DocumentFaults([Fault((), message, hint, Place(str(Place(file, line))))])
