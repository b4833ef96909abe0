"""Puts a finished folder where it is wanted, all at once, and never over somebody else's files."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MARKER = ".understudy-docs"
"""A file in every folder made here, which lists what was made: that may be replaced, and nothing else."""
_TOLD = "Made by `understudy docs`, which replaces what is listed here, and keeps what is not."


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
        (new / MARKER).write_text("\n".join([_TOLD, *sorted(_files(new)), ""]), "utf-8")
        _keep_others(folder, new)
        _swap(new, folder, workshop / "old")
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _files(folder: Path) -> set[str]:
    return {each.relative_to(folder).as_posix() for each in folder.rglob("*") if not each.is_dir()}


def _keep_others(folder: Path, new: Path) -> None:
    """Take over from `folder` what somebody has put there since it was made, a CNAME say."""
    if not (folder / MARKER).is_file():
        return
    listed = {MARKER, *(folder / MARKER).read_text("utf-8").splitlines()[1:]}
    for name in sorted(_files(folder) - listed - _files(new)):
        (new / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / name, new / name, follow_symlinks=False)


def _swap(new: Path, folder: Path, old: Path) -> None:
    check(folder)
    if folder.exists():
        os.replace(folder, old)
    os.replace(new, folder)
