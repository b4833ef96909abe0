"""A request as a person would type it: everything decided but the language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from handbook.samples.styles import Pair

JSON, TEXT, STATUS, EITHER, BYTES = "json", "text", "status", "either", "bytes"
"""What to show of the answer: its JSON, its text, its status, both of these, or a file with its bytes."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that the reader has; `kind` is its media type, or empty where none is documented."""

    name: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Json:
    """A body in JSON."""

    value: Any
    kind: str = "application/json"


@dataclass(frozen=True, slots=True)
class Form:
    """A body as browsers send a form without files."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Multipart:
    """A body in parts, some of which may be files."""

    parts: tuple[tuple[str, str | File], ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A body that is text."""

    text: str
    kind: str


Body = Json | Form | Multipart | Text | File | None


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        url: Percent-encoded, and without the query.
        query: In the order of the document.
        headers: Without those that follow from the body.
        cookies: Values as they are sent.
        basic: User name and password, where they are the credential.
        notes: Why a header has its value, by its name.
        answer: What to show of the answer.
        redirects: Whether the answer may name another place to look.
    """

    method: str
    url: str
    query: tuple[Pair, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    cookies: tuple[tuple[str, str], ...] = ()
    basic: tuple[str, str] | None = None
    body: Body = None
    notes: Mapping[str, str] = field(default_factory=dict)
    answer: str = JSON
    redirects: bool = False

    @property
    def whole_url(self) -> str:
        """The URL with its query."""
        if not self.query:
            return self.url
        return f"{self.url}{'&' if '?' in self.url else '?'}{'&'.join(pair.encoded for pair in self.query)}"

    @property
    def plain_query(self) -> dict[str, str | list[str]] | None:
        """The query by name, where a library that encodes it says the same; else None.

        Delimiters between items must stay as they are, and so must reserved characters that are allowed.
        """
        if not self.query or "?" in self.url or not all(pair.is_plain for pair in self.query):
            return None
        return gathered((pair.name, pair.items[0]) for pair in self.query)


def gathered(pairs: Any) -> dict[str, str | list[str]]:
    """Return what `pairs` say by name; a name that is there several times has a list."""
    texts: dict[str, list[str]] = {}
    for name, text in pairs:
        texts.setdefault(name, []).append(text)
    return {name: found[0] if len(found) == 1 else found for name, found in texts.items()}
