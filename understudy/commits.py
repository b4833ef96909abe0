"""Files as they were in a commit: `git:REVISION:PATH`."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import click

_PREFIX = "git:"
_HINT = "Write git:REVISION:PATH, as in git:main:openapi.yaml."


def is_commit(name: str) -> bool:
    """Return whether `name` stands for a file in a commit."""
    return name.startswith(_PREFIX)


@contextmanager
def checked_out(name: str) -> Iterator[tuple[Path, Path]]:
    """Yield the file that `name` stands for and the folder it was put into, with all that lay beside it.

    Raises:
        click.UsageError: It is not of that form, or git has no such file.
    """
    revision, _, path = name.removeprefix(_PREFIX).partition(":")
    if not revision or not path or revision.startswith("-"):
        raise click.UsageError(f"'{name}' does not say which file of which commit. {_HINT}")
    with tempfile.TemporaryDirectory() as folder:
        _extract(name, revision, str(PurePosixPath(path).parent), Path(folder))
        file = Path(folder, path)
        if not file.is_file():
            raise click.UsageError(f"'{name}' is not there: {revision} has no file {path}. {_HINT}")
        yield file, Path(folder)


def _extract(name: str, revision: str, below: str, folder: Path) -> None:
    git = shutil.which("git")
    if git is None:
        raise click.UsageError(f"'{name}' cannot be read: there is no git. Name a file instead.")
    # The whole folder, because a document may refer to files beside it.
    command = [git, "archive", "--format=tar", revision, "--", below]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise click.UsageError(f"'{name}' is not there: git says '{said[0] if said else 'no'}'. {_HINT}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
