"""Values as the bytes of a media type: JSON, XML, tables, streams of events, pictures."""

from __future__ import annotations

import csv
import io
import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import orjson
import yaml

from mockserver.samples.choosing import is_json
from mockserver.xml import Markup, is_xml

FORM = "application/x-www-form-urlencoded"
BOUNDARY = "understudy-boundary"

_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
_GIF = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
_JPEG = (
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////"
    "////////////////2wBDAf//////////////////////////////////////////////////////////////////////////////////"
    "////wAARCAABAAEDASIAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAUAQEAAAAAAAAA"
    "AAAAAAAAAAAA/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQACEQMRAD8AR//Z"
)
_WEBP = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"
_FILES: Mapping[str, bytes] = {
    "image/png": b64decode(_PNG),
    "image/gif": b64decode(_GIF),
    "image/jpeg": b64decode(_JPEG),
    "image/jpg": b64decode(_JPEG),
    "image/webp": b64decode(_WEBP),
    "image/svg+xml": b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>',
    "text/html": b"<!doctype html><title>Example</title>",
    "application/pdf": (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF\n"
    ),
    "application/zip": b"PK\x05\x06" + b"\0" * 18,
    "application/gzip": b64decode("H4sIAAAAAAAC/wMAAAAAAAAAAAA="),
}
"""The smallest file of each type, where the document has no example."""


def written(kind: str, value: Any, schema: Any, data: Mapping[str, Any]) -> tuple[bytes, str]:
    """Return `value` in the media type `kind`, and that with the parameters it takes.

    Args:
        schema: What `value` was made from; XML is written by it.
        data: The document that its references lead into.
    """
    if isinstance(value, bytes):
        return value, kind
    if is_json(kind):
        return as_json(value), kind
    if is_xml(kind) and not isinstance(value, str):
        return Markup(schema, data).write(value), kind
    if kind.startswith("multipart/"):
        return _parts(value), f"{kind}; boundary={BOUNDARY}"
    if isinstance(value, str) and kind not in _EVENTS:
        return value.encode("utf-8", "replace"), kind
    return _WRITERS.get(kind, as_json)(value), kind


def file_of(kind: str) -> bytes | None:
    """Return the smallest file of the media type `kind`; None for one that has no form of its own."""
    return _FILES.get(kind)


def sequential(kind: str) -> bool:
    """Return whether a body of the media type `kind` is a row of items (OpenAPI 3.2, section 4.14.3)."""
    return kind in _EVENTS or kind in _LINES or kind == "application/json-seq"


def as_json(value: Any) -> bytes:
    """Return `value` as JSON, be its numbers ever so large."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "replace")


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _lines(value: Any) -> bytes:
    return b"".join(as_json(each) + b"\n" for each in _items(value))


def _records(value: Any) -> bytes:
    return b"".join(b"\x1e" + as_json(each) + b"\n" for each in _items(value))


def _events(value: Any) -> bytes:
    return b"".join(map(_event, _items(value)))


def _event(value: Any) -> bytes:
    """Return one event; an object with the field `data` says how its fields are to be."""
    fields = value if isinstance(value, Mapping) and "data" in value else {"data": value}
    texts = {name: each if isinstance(each, str) else as_json(each).decode() for name, each in fields.items()}
    lines = [f"{name}: {line}" for name, each in texts.items() for line in each.splitlines() or [""]]
    return ("\n".join(lines) + "\n\n").encode()


def _table(value: Any) -> bytes:
    """Return rows of comma-separated values, with a first row of names where there are any."""
    rows = _items(value)
    names = list(dict.fromkeys(name for row in rows if isinstance(row, Mapping) for name in row))
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    if names:
        writer.writerow(names)
    for row in rows:
        cells = [row.get(name, "") for name in names] if isinstance(row, Mapping) else _items(row)
        writer.writerow([each if isinstance(each, str) else as_json(each).decode() for each in cells])
    return out.getvalue().encode()


def _form(value: Any) -> bytes:
    return urlencode(value if isinstance(value, Mapping) else {"value": value}, doseq=True).encode()


def _yaml(value: Any) -> bytes:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True).encode()


def _parts(value: Any) -> bytes:
    fields = value if isinstance(value, Mapping) else {"part": value}
    texts = {name: each if isinstance(each, str) else as_json(each).decode() for name, each in fields.items()}
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in texts.items()
    ]
    return ("".join(parts) + f"--{BOUNDARY}--\r\n").encode()


_EVENTS = frozenset({"text/event-stream"})
_LINES = frozenset(
    {"application/jsonl", "application/x-ndjson", "application/ndjson", "application/stream+json"}
)
_WRITERS: Mapping[str, Callable[[Any], bytes]] = {
    **dict.fromkeys(_EVENTS, _events),
    **dict.fromkeys(_LINES, _lines),
    "application/json-seq": _records,
    "text/csv": _table,
    FORM: _form,
    **dict.fromkeys(("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"), _yaml),
}
