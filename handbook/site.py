"""Makes a site of a book, which needs no server and asks nobody for anything; or plain Markdown files."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from handbook import polish
from handbook.configuration import BEHAVIOUR, STYLE, WORKER, configuration
from handbook.page import Book
from handbook.placing import made

_ASSETS = files("handbook") / "assets"
_OURS: Mapping[str, str] = {
    STYLE: "pages.css",
    BEHAVIOUR: "pages.js",
    WORKER: "vendor/iframe-worker/shim.js",
    f"{WORKER}.LICENSE": "vendor/iframe-worker/LICENSE",
}
"""Files of ours that go into every site: there, and here below `assets`."""
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class SiteFailed(Exception):
    """Zensical has made no site; the text is what it said."""


def build(book: Book, folder: Path, *, name: str = "") -> tuple[str, ...]:
    """Make the site of `book` in `folder`, which is replaced as a whole if it was made here before.

    Returns what is wrong with its pages, a line each: links that lead nowhere.

    Args:
        name: What the site is called; without it, what the book is called.

    Raises:
        FolderTaken: the folder holds something else.
        OSError: it cannot be written.
        SiteFailed: Zensical gave up.
    """
    with made(folder) as new, tempfile.TemporaryDirectory(prefix="understudy-docs-") as place:
        workshop = Path(place)
        _lay_out(book, workshop, name or book.title)
        _run_zensical(workshop)
        return polish.site(workshop / "site", new)


def markdown(book: Book, folder: Path) -> None:
    """Write the pages of `book` into `folder` as they are, for a site that somebody has already.

    Raises:
        FolderTaken: the folder holds something else.
        OSError: it cannot be written.
    """
    with made(folder) as new:
        _write_book(book, new)


def _lay_out(book: Book, workshop: Path, name: str) -> None:
    """Write all that Zensical reads."""
    docs = workshop / "docs"
    _write_book(book, docs)
    for there, here in _OURS.items():
        _write(docs / there, (_ASSETS / here).read_bytes())
    _copy(_ASSETS / "overrides", workshop / "overrides")
    _write(workshop / "zensical.toml", configuration(book, name=name).encode("utf-8", "replace"))


def _write_book(book: Book, folder: Path) -> None:
    for page in book.whole.pages():
        _write(folder / page.path, page.text.encode("utf-8", "replace"))
    for path, content in book.files.items():
        _write(folder / path, content)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _copy(source: Traversable, target: Path) -> None:
    for each in source.iterdir():
        if each.is_dir():
            _copy(each, target / each.name)
        else:
            _write(target / each.name, each.read_bytes())


def _run_zensical(workshop: Path) -> None:
    """Have the site made, in a process of its own: it keeps its configuration in a global variable."""
    command = [sys.executable, "-m", "zensical", "build", "--clean"]
    ran = subprocess.run(command, cwd=workshop, capture_output=True, text=True, errors="replace")
    if ran.returncode or not (workshop / "site" / "index.html").is_file():
        raise SiteFailed(_COLOUR.sub("", ran.stderr or ran.stdout).strip()[-2000:])
