"""Read a YAML or JSON file into data, with nothing in it executed, and within limits."""

import json
from pathlib import Path
from typing import Any

import orjson

from speckit import plain_yaml
from speckit.faults import DocumentFaults, Fault, Place
from speckit.plain_yaml import DEEPEST, MOST_KEYS, MOST_NODES, Unreadable, too_deep, too_large, too_long

LARGEST_BYTES = 64 * 1024 * 1024


def read(source: Path) -> Any:
    """Return the data in a YAML or JSON file, every key a string.

    Timestamps and the like stay text, as in JSON. Parts that YAML aliases
    share are one object, so whoever changes the data must copy it first.

    Raises:
        DocumentFaults: It is missing, too large or too deep, or is not YAML or JSON.
    """
    text = text_of(source)
    try:
        return _from_json(text) if source.suffix.lower() == ".json" else plain_yaml.data(text)
    except Unreadable as trouble:
        faults = [Fault((), why, hint, Place(str(source), line)) for line, why, hint in trouble.troubles]
        raise DocumentFaults(faults) from None


def text_of(source: Path) -> str:
    """Return the text of a file, no more of it read than is allowed.

    Raises:
        DocumentFaults: It is missing, too large, or is not UTF-8.
    """
    try:
        with source.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise _cannot_read(source, error) from None
    if len(content) > LARGEST_BYTES:
        message = f"The file is larger than {LARGEST_BYTES >> 20} MiB."
        raise _whole_file(source, message, "Split it, and refer to the parts with $ref.")
    # YAML may be UTF-16 too, and begins with a mark then.
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        why = "The file is not UTF-8." if encoding == "utf-8-sig" else "The file cannot be decoded as UTF-16."
        raise _whole_file(source, why, "Save it as UTF-8.", line) from None


def _cannot_read(source: Path, error: Exception) -> DocumentFaults:
    if isinstance(error, FileNotFoundError):
        return _whole_file(source, "There is no such file.")
    if isinstance(error, IsADirectoryError):
        return _whole_file(source, "This is a folder, not a file.", "Name the document in it.")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return _whole_file(source, f"The file cannot be read: {reason}.")


def _whole_file(source: Path, message: str, hint: str = "", line: int | None = None) -> DocumentFaults:
    return DocumentFaults([Fault((), message, hint, Place(str(source), line))])


def _from_json(text: str) -> Any:
    if not text.strip():
        raise Unreadable((None, "The file is empty.", ""))
    # Before anything is built: each separates two parts, or holds some.
    if sum(map(text.count, ",[{")) > MOST_NODES:
        raise too_large(None)
    try:
        data = orjson.loads(text)
    except json.JSONDecodeError as error:
        why = f"This is not JSON: {error.msg}, column {error.colno}."
        raise Unreadable((error.lineno, why, "")) from None
    except RecursionError:
        raise too_deep(None) from None
    level, depth = [data] if isinstance(data, dict | list) else [], 0
    while level:
        depth += 1
        if any(type(node) is dict and len(node) > MOST_KEYS for node in level):
            raise too_long(None)
        below = [child for node in level for child in (node.values() if type(node) is dict else node)]
        level = [child for child in below if type(child) is dict or type(child) is list]
    if depth > DEEPEST:
        raise too_deep(None)
    return data
