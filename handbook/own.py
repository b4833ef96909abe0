"""Pages that somebody has written by hand, read from a folder of Markdown files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from handbook.page import Page, Section

INDEXES = ("index.md", "README.md")
"""What the first page of a folder is called."""
_HEADING = re.compile(r"^#\s+(.+?)\s*#*\s*$", re.MULTILINE)
_MARKUP = re.compile(r"[`*]|\[([^]]*)\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Own:
    """What a folder holds: its pages, and all other files by the path they have in the book."""

    section: Section
    files: Mapping[str, bytes]


def own(folder: Path, at: str) -> Own | None:
    """Return the Markdown files in and below `folder`; None where there is none.

    A folder is a section, and called what its `index.md` or `README.md` is, or what it is called itself.
    Names that begin with a dot are passed over.

    Args:
        at: The folder in the book that it becomes.

    Raises:
        OSError: something cannot be read.
        UnicodeDecodeError: a Markdown file is not UTF-8.
    """
    section = _section(folder, at)
    files = {
        f"{at}/{each.relative_to(folder).as_posix()}": each.read_bytes()
        for each in sorted(folder.rglob("*"))
        if each.is_file() and each.suffix != ".md" and not _is_hidden(each, folder)
    }
    return Own(section, files) if section.entries else None


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _section(folder: Path, at: str) -> Section:
    entries = tuple(_entries(folder, at))
    first = entries[0] if entries else None
    is_named = isinstance(first, Page) and first.path.rpartition("/")[2] in INDEXES
    return Section(first.title if first and is_named else _words(folder.resolve().name), entries)


def _entries(folder: Path, at: str) -> Iterator[Page | Section]:
    """Yield the first page, the other pages, then the sections: each kind by name."""
    inside = [each for each in sorted(folder.iterdir()) if not each.name.startswith(".")]
    pages = [each for each in inside if each.suffix == ".md" and each.is_file()]
    for each in sorted(pages, key=lambda page: page.name not in INDEXES):
        text = each.read_text("utf-8")
        yield Page(f"{at}/{each.name}", _title(text) or _words(each.stem), text)
    for each in inside:
        if each.is_dir() and (section := _section(each, f"{at}/{each.name}")).entries:
            yield section


def _title(text: str) -> str:
    """Return the first heading, as text.

    >>> _title("# What `serve` [can](a.md) do")
    'What serve can do'
    """
    found = _HEADING.search(text)
    return _MARKUP.sub(lambda markup: markup[1] or "", found[1]) if found else ""


def _words(name: str) -> str:
    """Return the name of a file as words.

    >>> _words("how-to")
    'How to'
    """
    words = re.sub(r"[-_]+", " ", name).strip()
    return words[:1].upper() + words[1:]
