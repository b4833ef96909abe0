"""Which files were read, and how each was then: whoever notes that can tell when one has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

Stamp = tuple[int, int, int, int] | None
"""What differs once a file has changed: its time (ns), size, number and mode; None where there is no file."""

Stamps = Mapping[Path, Stamp]
"""Files by their absolute paths, each with its stamp."""

_NOTED: ContextVar[dict[Path, Stamp] | None] = ContextVar("noted", default=None)


@contextmanager
def noted() -> Iterator[Stamps]:
    """Have the files noted that are read inside, or looked for, with their stamps just before that."""
    files: dict[Path, Stamp] = {}
    token = _NOTED.set(files)
    try:
        yield files
    finally:
        _NOTED.reset(token)


def note(file: Path) -> None:
    """Note that `file` is about to be read, if anybody wants to know; the first time counts."""
    files = _NOTED.get()
    if files is not None and (path := file.absolute()) not in files:
        files[path] = stamp(path)


def stamp(file: Path) -> Stamp:
    """Return the stamp that `file` has now; None if it is not there."""
    try:
        found = file.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode
