"""Files as they were in a commit: `git:REVISION:PATH`."""

from __future__ import annotations

import io
import posixpath
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

_PREFIX = "git:"
_HINT = "Write git:REVISION:PATH, as in git:main:openapi.yaml."


@dataclass(frozen=True, slots=True)
class _Named:
    """A file in a commit; `path` is seen from the root of the repository, which is the folder `root`."""

    git: str
    name: str
    revision: str
    path: str
    root: str


def is_commit(name: str) -> bool:
    """Return whether `name` stands for a file in a commit."""
    return name.startswith(_PREFIX)


@contextmanager
def checked_out(name: str) -> Iterator[tuple[Path, Path]]:
    """Yield the file that `name` stands for and the folder it was put into, with all that lay beside it.

    The path is seen from the root of the repository, as git itself sees it; `./` and `../` begin one that
    is seen from the current folder, and so is one that the root does not have.

    Raises:
        click.UsageError: It is not of that form, or git has no such file.
    """
    revision, _, path = name.removeprefix(_PREFIX).partition(":")
    if not revision or not path or revision.startswith("-"):
        raise click.UsageError(f"'{name}' does not say which file of which commit. {_HINT}")
    found = _found(name, revision, path)
    with tempfile.TemporaryDirectory() as folder:
        _extract(found, Path(folder))
        file = Path(folder, found.path)
        if not file.is_file():
            raise click.UsageError(f"'{name}' is not there: {found.path} is no file in {revision}. {_HINT}")
        yield file, Path(folder)


def _found(name: str, revision: str, path: str) -> _Named:
    git = shutil.which("git")
    if git is None:
        raise click.UsageError(f"'{name}' cannot be read: there is no git. Name a file instead.")
    root, here = _asked(git, "rev-parse", "--show-toplevel"), _asked(git, "rev-parse", "--show-prefix")
    if root is None or here is None:
        raise click.UsageError(f"'{name}' cannot be read: the current folder is in no git repository.")
    if _asked(git, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") is None:
        raise click.UsageError(f"'{name}' is not there: git knows no revision '{revision}'. {_HINT}")
    tried = list(_paths(path, here))
    for each in tried:
        if _asked(git, "cat-file", "-e", f"{revision}:{each}") is not None:
            return _Named(git, name, revision, each, root)
    raise click.UsageError(
        f"'{name}' is not there: {revision} has no {' and no '.join(tried)}. {_why(tried[-1], here)}{_HINT}"
    )


def _paths(path: str, here: str) -> Iterator[str]:
    """Yield what `path` may be, seen from the root of the repository."""
    from_here = posixpath.normpath(posixpath.join(here, path))
    is_from_here = path.startswith(("./", "../"))
    if not is_from_here:
        yield path
    if is_from_here or from_here != path:
        yield from_here


def _why(path: str, here: str) -> str:
    """Return why a file that lies here may be in no commit; empty where none does."""
    is_here = Path(posixpath.relpath(path, here or ".")).is_file()
    return "The file is here, and was not committed then. " if is_here else ""


def _asked(git: str, *arguments: str) -> str | None:
    """Return what git says; None where it fails."""
    done = subprocess.run([git, *arguments], capture_output=True, check=False)
    return None if done.returncode else done.stdout.decode(errors="replace").strip()


def _extract(found: _Named, folder: Path) -> None:
    # The whole folder, because a document may refer to files beside it.
    below = posixpath.dirname(found.path) or "."
    command = [found.git, "-C", found.root, "archive", "--format=tar", found.revision, "--", below]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise click.UsageError(
            f"'{found.name}' cannot be read: git says '{said[0] if said else 'no'}'. {_HINT}"
        )
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter=_safe)


def _safe(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
    """Return what may be put into `folder`; None for a link out of it, which no document may follow."""
    try:
        return tarfile.data_filter(member, folder)
    except tarfile.FilterError:
        return None
