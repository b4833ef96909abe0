"""Links from the pages about operations to where each can be tried: a Swagger UI of the same document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from handbook.page import SITE, Book, Page, Section
from handbook.prose import code
from speckit.operation import Operation
from speckit.specification import Specification

_UNTAGGED = "default"
"""What Swagger UI calls the tag of an operation without one."""


def linked(book: Book, specification: Specification, swagger_ui: str, *, form: str = SITE) -> Book:
    """Return `book` with a link behind the method and path of every operation.

    Args:
        swagger_ui: The URL of the Swagger UI, as a browser reads it from any page of the book.
    """
    ends = {
        _head(each, form): f"{_head(each, form)} [Try it]({swagger_ui}{_place(each)})"
        for each in specification.operations.values()
    }
    return replace(book, whole=_section(book.whole, ends))


def _head(operation: Operation, form: str) -> str:
    """Return the line of a page that says how an operation is called."""
    return f"**`{operation.method}`** {code(operation.path, form)}"


def _place(operation: Operation) -> str:
    """Return where in its page Swagger UI shows an operation; it finds no name that has a slash in it."""
    names = (operation.tags[0].strip() if operation.tags else _UNTAGGED, operation.id)
    return (
        "" if any("/" in name for name in names) else f"#/{'/'.join(quote(name, safe='') for name in names)}"
    )


def _section(section: Section, ends: Mapping[str, str]) -> Section:
    entries = [
        _page(each, ends) if isinstance(each, Page) else _section(each, ends) for each in section.entries
    ]
    return Section(section.title, tuple(entries))


def _page(page: Page, ends: Mapping[str, str]) -> Page:
    lines = page.text.split("\n")
    return replace(page, text="\n".join(ends.get(line, line) for line in lines))
