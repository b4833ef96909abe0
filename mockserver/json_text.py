"""Reads JSON text, no deeper than a server should."""

from __future__ import annotations

from typing import Any

import orjson

DEEPEST = 100
"""How deep objects and arrays may be nested."""


class UnreadableJSON(ValueError):
    """The text is not JSON, not UTF-8, or nested too deep; the message says which."""


def parsed(content: bytes, _media: object = None) -> Any:
    """Return the JSON value in `content`, whatever its media type says besides.

    Raises:
        UnreadableJSON: it is not JSON, not UTF-8, or nested too deep.
    """
    if len(content) > DEEPEST and content.count(b"[") + content.count(b"{") > DEEPEST < depth(content):
        raise UnreadableJSON(f"is nested deeper than {DEEPEST} levels")
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as problem:
        raise UnreadableJSON(f"is not JSON: {problem}") from problem


def depth(content: bytes) -> int:
    """Return how deep the brackets of a JSON text go, those inside strings left aside."""
    deepest = level = 0
    in_string = is_escaped = False
    for byte in content:
        if in_string:
            in_string = is_escaped or byte != 0x22
            is_escaped = byte == 0x5C and not is_escaped
        elif byte == 0x22:
            in_string, is_escaped = True, False
        elif byte in b"[{":
            level += 1
            deepest = max(deepest, level)
        elif byte in b"]}":
            level -= 1
    return deepest
