"""Where the real documents are that nobody here wrote: a folder beside the repository, or a named one.

They are unpacked once for all tests of a machine, outside the repository: their licences are their own.
"""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from pathlib import Path

from harness import ROOT


def _unpacked(folder: Path) -> Path:
    """Return the folder that `specs/` is in: this one, or one into which its archive is unpacked."""
    archive = folder / "open.tar.gz"
    if (folder / "specs").is_dir() or not archive.is_file():
        return folder
    told = archive.stat()
    place = Path(tempfile.gettempdir(), f"understudy-corpus-{os.getuid()}-{told.st_size}-{told.st_mtime_ns}")
    if not place.is_dir():
        own = Path(tempfile.mkdtemp(prefix="understudy-corpus-"))
        with tarfile.open(archive) as packed:
            packed.extractall(own, filter="data")
        try:
            own.rename(place)
        except OSError:  # Another process was first.
            shutil.rmtree(own)
    return place


CORPUS = _unpacked(Path(os.environ.get("UNDERSTUDY_CORPUS") or ROOT.parent / "shared" / "corpus"))
"""The folder that `specs/` is in, where it is there at all."""
SPECS = CORPUS / "specs"
