"""Media types, of which Swagger 2.0 has lists and OpenAPI 3.0 mappings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

JSON = "application/json"
MULTIPART = "multipart/form-data"
URLENCODED = "application/x-www-form-urlencoded"


def declared(data: Mapping[str, Any], operation: Mapping[str, Any], key: str) -> list[str]:
    """Return what `operation` consumes or produces; an empty list of its own takes the document's away."""
    return list(dict.fromkeys(operation.get(key, data.get(key, ()))))


def is_same(one: str, other: str) -> bool:
    """Return whether two media types differ in nothing but parameters, such as a charset."""
    return _plain(one) == _plain(other)


def forms(types: Sequence[str], *, has_file: bool) -> list[str]:
    """Return those of `types` that carry form fields; the usual one where none does."""
    found = [each for each in types if _plain(each) in (MULTIPART, URLENCODED)]
    return found or [MULTIPART if has_file else URLENCODED]


def is_urlencoded(kind: str) -> bool:
    """Return whether `kind` is the media type of HTML forms without files."""
    return is_same(kind, URLENCODED)


def _plain(kind: str) -> str:
    return kind.partition(";")[0].strip().lower()
