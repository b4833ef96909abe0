"""The first page of a book: what the document is about, and where to read on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from handbook import prose, reaching
from speckit.specification import Specification


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the contents: a tag, the path of its page, how many operations it has, what it is about."""

    tag: str
    path: str
    operations: int
    about: str = ""


def markdown(
    specification: Specification,
    title: str,
    entries: Iterable[Entry],
    *,
    document: str,
    form: str,
    asked: str = "",
    has_mock: bool = True,
) -> str:
    """Return the page.

    Args:
        document: The path of the document itself, with the samples in it.
        asked: Where the samples ask; without it, where the document says.
        has_mock: Whether it tells what is true of a mock server alone.
    """
    data, operations = specification.document.data, list(specification.operations.values())
    info: dict[str, Any] = data.get("info", {})
    version = str(info.get("version", ""))
    rows = [_row(each, form) for each in entries]
    behind = list(_behind(info, data.get("externalDocs")))
    is_told = any(row[-1] for row in rows)
    titles = ["API", "Operations", "Description"] if is_told else ["API", "Operations"]
    parts = [
        prose.heading(1, prose.plain(title)),
        prose.plain(info.get("summary")),
        prose.block(info.get("description"), form),
        prose.plain(f"Version {version}.") if version else "",
        f"[The document]({document}), samples included.",
        prose.table(titles, [row[: len(titles)] for row in rows]) if rows else "",
        *(reaching.addresses(data, asked, form, has_mock=has_mock) if operations else ()),
        *(reaching.access(data, operations, form, in_short=True) if operations else ()),
        prose.heading(2, "About") if behind else "",
        *behind,
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _row(entry: Entry, form: str) -> list[str]:
    link = f"[{prose.plain(entry.tag)}]({entry.path})"
    return [link, str(entry.operations), prose.cell(_first_words(entry.about), form)]


def _first_words(text: str) -> str:
    """Return the first paragraph of a description.

    >>> _first_words("What it is.\\n\\n## More")
    'What it is.'
    """
    return re.split(r"\n\s*\n", text.strip(), maxsplit=1)[0]


def _behind(info: Mapping[str, Any], more: Any) -> Iterator[str]:
    """Yield who is behind the API, under which terms it may be used, and where more is told of it."""
    contact, licence = info.get("contact"), info.get("license")
    if isinstance(contact, Mapping):
        name, mail = str(contact.get("name") or ""), str(contact.get("email") or "")
        address = contact.get("url") or (f"mailto:{mail}" if mail else "")
        told = [prose.link(prose.plain(name or mail or address), address)]
        told += [prose.link(prose.plain(mail), f"mailto:{mail}")] if mail and contact.get("url") else []
        yield f"Contact: {', '.join(filter(None, told))}."
    if isinstance(licence, Mapping) and licence.get("name"):
        yield f"Licence: {prose.link(prose.plain(licence['name']), licence.get('url'))}."
    if terms := info.get("termsOfService"):
        yield f"{prose.link('Terms of service', terms)}."
    if isinstance(more, Mapping) and more.get("url"):
        yield f"More: {prose.link(prose.plain(more.get('description') or more['url']), more['url'])}."
