"""A page, and the book that pages make up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

SITE, MARKDOWN = "site", "markdown"
"""What a page is written for: the site that is built here, or whatever renders CommonMark with tables."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    Attributes:
        path: Where it lies in the book, such as `jobs/cancel-job.md`; always with `/`.
        title: What navigation calls it.
        text: Markdown. It begins with a heading of the first level, and links to other pages by their
            relative paths.
    """

    path: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """Pages that belong together, in their order."""

    title: str
    entries: tuple[Page | Section, ...]

    def pages(self) -> Iterator[Page]:
        """Yield every page, from first to last."""
        for entry in self.entries:
            if isinstance(entry, Page):
                yield entry
            else:
                yield from entry.pages()


@dataclass(frozen=True, slots=True)
class Book:
    """Everything there is to read about a document.

    Attributes:
        whole: Its pages; the first is `index.md`.
        files: What is not a page, by its path: the bundled document, say.
    """

    whole: Section
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What it is about."""
        return self.whole.title
