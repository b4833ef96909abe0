"""Writing: YAML in which a comment stands above each part that has a note."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from toolkit.drafting.draft import Note, Place

_PLAIN = re.compile(r"[A-Za-z/$_][\w/$#.+-]*( [\w/$.+-]+)*")
_RESERVED = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"))
_WIDTH = 110
_STEP = "  "


def written(value: Mapping[str, Any], notes: Mapping[Place, Note], indent: str = "") -> Iterator[str]:
    """Yield the lines of a mapping as YAML, with the notes as comments.

    Short parts without notes inside stand on one line.

    Args:
        notes: By place inside `value`; what was left out of a part is at its place and `#left`.
    """
    yield from _mapping(value, notes, (), indent)


def _mapping(
    value: Mapping[str, Any], notes: Mapping[Place, Note], place: Place, indent: str
) -> Iterator[str]:
    yield from _comment(notes.get((*place, "#left")), indent)
    for key, part in value.items():
        here = (*place, key)
        yield from _comment(notes.get(here), indent)
        yield from _entry(f"{indent}{scalar(key)}:", part, notes, here, indent)


def _entry(head: str, part: Any, notes: Mapping[Place, Note], here: Place, indent: str) -> Iterator[str]:
    flow = f"{head} {flowing(part)}"
    if not _is_nested(part) or (
        len(flow) <= _WIDTH and not _has_notes(notes, here) and not _is_chapter(here)
    ):
        yield flow
    elif isinstance(part, Mapping):
        yield head
        yield from _mapping(part, notes, here, indent + _STEP)
    else:
        yield head
        yield from _items(part, notes, here, indent + _STEP)


def _items(value: list[Any], notes: Mapping[Place, Note], place: Place, indent: str) -> Iterator[str]:
    yield from _comment(notes.get((*place, "#left")), indent)
    for index, part in enumerate(value):
        here = (*place, index)
        yield from _comment(notes.get(here), indent)
        flow = f"{indent}- {flowing(part)}"
        if not isinstance(part, Mapping) or not part or len(flow) <= _WIDTH:
            yield flow
            continue
        lines = list(_mapping(part, notes, here, indent + _STEP))
        yield f"{indent}- {lines[0].lstrip()}"
        yield from lines[1:]


def _is_chapter(here: Place) -> bool:
    """Return whether a part always has lines of its own: what people look for and correct."""
    return here[-1] in ("initially", "states", "transitions", "operations") and len(here) <= 2


def _is_nested(part: Any) -> bool:
    return isinstance(part, Mapping | list) and bool(part)


def _has_notes(notes: Mapping[Place, Note], here: Place) -> bool:
    return any(len(place) > len(here) and place[: len(here)] == here for place in notes)


def _comment(note: Note | None, indent: str) -> Iterator[str]:
    if note is None:
        return
    text = f"{'sure' if note.is_sure else 'guessed'}: {' '.join(note.text.split())}"
    start = f"{indent}# "
    yield from textwrap.wrap(
        text, _WIDTH, initial_indent=start, subsequent_indent=start, break_long_words=False
    )


def flowing(value: Any) -> str:
    """Return `value` on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flowing(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flowing, value)) + "]"
    return scalar(value)


def scalar(value: Any) -> str:
    """Return a plain value: text without quotes where nobody can mistake it for something else.

    >>> scalar("$request.body#/name"), scalar("on"), scalar("it's: so"), scalar(3)
    ('$request.body#/name', "'on'", "'it''s: so'", '3')
    """
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if _PLAIN.fullmatch(value) and value.lower() not in _RESERVED:
        return value
    if value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value)


def quoted(text: str) -> str:
    """Return `text` as a string of JSONPath.

    >>> quoted("it's")
    "'it\\\\'s'"
    """
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
