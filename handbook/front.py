"""The first page of a book: what the document is about, and where to read on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from handbook import prose
from speckit.specification import Specification


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the contents: a tag, the path of its page, and how many operations it has."""

    tag: str
    path: str
    operations: int


def markdown(
    specification: Specification, title: str, entries: Iterable[Entry], *, document: str, form: str
) -> str:
    """Return the page.

    Args:
        document: The path of the document itself, with the samples in it.
    """
    info: dict[str, Any] = specification.document.data.get("info", {})
    version = str(info.get("version", ""))
    rows = [[f"[{prose.plain(each.tag)}]({each.path})", str(each.operations)] for each in entries]
    parts = [
        prose.heading(1, prose.plain(title)),
        prose.block(info.get("description") or info.get("summary") or "", form),
        f"Version {prose.plain(version)}." if version else "",
        f"[The document]({document}), samples included.",
        prose.table(["API", "Operations"], rows),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"
