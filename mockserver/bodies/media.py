"""Media types: what a request says its body is, and which documented one that fits."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from werkzeug.http import parse_options_header

from mockserver.answers import Refused

FORM = "application/x-www-form-urlencoded"
_SEQUENCES = {
    *("application/jsonl", "application/x-jsonlines", "application/x-jsonl", "application/jsonlines"),
    *("application/x-ndjson", "application/ndjson", "application/json-seq"),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """The media type of a body: its name in lower case, and its parameters."""

    kind: str
    options: Mapping[str, str] = field(default_factory=dict)

    def text(self, content: bytes) -> str:
        """Return `content` as text in the charset that was said, else as UTF-8.

        Raises:
            Refused: the charset is none, or not that of the content.
        """
        charset = self.options.get("charset", "utf-8")
        try:
            return content.decode(codecs.lookup(charset).name)
        except (LookupError, UnicodeDecodeError) as problem:
            detail = f"The body cannot be read as {charset} ({problem}); send it as UTF-8."
            kind = "malformedBody" if isinstance(problem, UnicodeDecodeError) else "unsupportedMediaType"
            raise Refused(kind, detail) from problem

    @property
    def is_utf8(self) -> bool:
        """Whether the body is said to be UTF-8, or nothing is said."""
        return self.options.get("charset", "utf-8").lower() in ("utf-8", "utf8", "us-ascii", "ascii")


def sent(content_type: str) -> Sent:
    """Return what a Content-Type header says.

    >>> sent("Text/CSV; charset=latin-1")
    Sent(kind='text/csv', options={'charset': 'latin-1'})
    """
    if ";" not in content_type:
        return Sent(content_type.strip().lower())
    kind, options = parse_options_header(content_type)
    return Sent(kind.strip().lower(), options)


def fitting(kind: str, declared: Iterable[str]) -> str | None:
    """Return which of the `declared` media types the type `kind` is: by name, by range, or none.

    >>> fitting("text/csv", ["*/*", "text/*"]), fitting("text/csv", ["text/plain"])
    ('text/*', None)
    """
    known = set(declared)
    ranges = (kind, f"{kind.split('/')[0]}/*", "*/*", "*")
    return next((each for each in ranges if each in known), None)


def is_json(kind: str) -> bool:
    """Return whether `kind` is JSON: application/json, anything that ends in +json, or may be it."""
    base = kind.split(";")[0].strip()
    return base in ("application/json", "*/*", "*", "application/*") or base.endswith("+json")


def is_sequence(kind: str) -> bool:
    """Return whether `kind` is many JSON values one after the other (OpenAPI 3.2, section 4.14.3)."""
    return kind in _SEQUENCES or kind.endswith("+json-seq")
