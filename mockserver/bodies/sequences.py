"""Sequences: many JSON values in one body, one a line or each behind a separator (OpenAPI 3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver import json_text
from mockserver.answers import Refused
from mockserver.parameters.shape import shape
from speckit.schema import Schemas

MOST = 10_000
"""How many values a sequence may have."""
_SEPARATOR = b"\x1e"
"""What stands before each value of application/json-seq (RFC 7464)."""


def whole(schemas: Schemas, media: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of a sequence as a list.

    The document has one for an item (`itemSchema`), for the list, or, as was
    usual before OpenAPI 3.2, one for an item where the list's would stand. A
    schema of text says nothing of what is in the text.
    """
    if (item := media.get("itemSchema")) is not None:
        listed: dict[str, Any] = {"type": "array", "items": item}
        return {"allOf": [media["schema"], listed]} if media.get("schema") else listed
    schema = media.get("schema") or {}
    found = shape(schemas, schema)
    if found.is_list or not found.kinds:
        return dict(schema)
    return {} if found.kinds == {"string"} else {"type": "array", "items": schema}


def sequence(content: bytes) -> list[Any]:
    """Return the values of a sequence.

    Raises:
        Refused: one of them cannot be read, or there are too many.
    """
    separator = _SEPARATOR if _SEPARATOR in content[:1] else b"\n"
    parts = [part for part in content.split(separator, MOST + 1) if part.strip()]
    if len(parts) > MOST:
        raise Refused("payloadTooLarge", f"The sequence has more than {MOST} values; send fewer.")
    return [_value(part, number) for number, part in enumerate(parts, 1)]


def _value(part: bytes, number: int) -> Any:
    try:
        return json_text.parsed(part)
    except json_text.UnreadableJSON as problem:
        raise Refused("malformedBody", f"Value {number} of the sequence {problem}.") from problem
