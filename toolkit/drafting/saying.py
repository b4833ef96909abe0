"""Saying: what a made-up text says, by the name of its field, where neither example nor schema tells."""

from __future__ import annotations

from typing import Any

from speckit.scalars import PLAIN
from toolkit.survey.spelling import words

LINKS = frozenset(("url", "uri", "link", "href"))
"""The last word of a field that leads somewhere."""

_CODES = frozenset(("code", "type", "kind", "name", "status"))


def addressed(value: Any, name: str) -> Any:
    """Return `value`, made up for the field `name`, with an address where the name promises one.

    >>> addressed("string", "downloadUrl"), addressed({"href": "string"}, "report")
    ('https://example.com/download', {'href': 'https://example.com/report'})
    """
    return _said(value, words(name), "")


def excused(value: Any, name: str) -> Any:
    """Return `value`, made up for a field that tells of a failure, with words that do.

    >>> excused({"code": "string", "message": "string", "at": 7}, "error")
    {'code': 'internal_error', 'message': 'Something went wrong.', 'at': 7}
    """
    return _said(value, words(name), "Something went wrong.")


def _said(value: Any, name: tuple[str, ...], usual: str) -> Any:
    if isinstance(value, dict):
        return {key: _said(part, (*name, *words(key)), usual) for key, part in value.items()}
    if isinstance(value, list):
        return [_said(each, name, usual) for each in value]
    if value != PLAIN or not name:
        return value
    if name[-1] in LINKS:
        return f"https://example.com/{'-'.join(name[:-1])}"
    if usual and name[-1] in _CODES:
        return "internal_error"
    return usual or value
