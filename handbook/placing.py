"""Puts a finished folder where it is wanted, all at once, and never over somebody else's files."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MARKER = ".understudy-docs"
"""A file in every folder made here: what has it may be replaced."""
_TOLD = "Made by `understudy docs`, which replaces this folder as a whole.\n"


class FolderTaken(Exception):
    """There is something where the folder should be, and it was not made here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        what = "holds files that were not made by this command" if folder.is_dir() else "is not a folder"
        super().__init__(f"'{folder}' {what}. Name a new folder, or an empty one.")


def check(folder: Path) -> None:
    """Look whether `folder` may be made or replaced.

    Raises:
        FolderTaken: it may not.
    """
    if not folder.exists() and not folder.is_symlink():
        return
    is_ours = folder.is_dir() and ((folder / MARKER).is_file() or not any(folder.iterdir()))
    if not is_ours or folder.is_symlink():
        raise FolderTaken(folder)


@contextmanager
def made(folder: Path) -> Iterator[Path]:
    """Yield an empty folder to fill; it becomes `folder` when that has gone well, and is removed otherwise.

    Raises:
        FolderTaken: there is something else already.
        OSError: nothing can be written there.
    """
    check(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Beside it, so that the last step is a change of name within one file system.
    workshop = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        new = workshop / "new"
        new.mkdir()
        yield new
        (new / MARKER).write_text(_TOLD, "utf-8")
        _swap(new, folder, workshop / "old")
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _swap(new: Path, folder: Path, old: Path) -> None:
    check(folder)
    if folder.exists():
        os.replace(folder, old)
    os.replace(new, folder)
