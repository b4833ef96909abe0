"""Read a YAML or JSON file into data, with nothing in it executed, and within limits."""

import json
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any, TextIO

import orjson

from speckit import plain_yaml
from speckit.faults import DocumentFaults, Fault, NoFile, Place
from speckit.noting import note
from speckit.plain_yaml import DEEPEST, MOST_KEYS, MOST_NODES, Unreadable, too_deep, too_large, too_long

LARGEST_BYTES = 64 * 1024 * 1024

STDIN = Path("<stdin>")
"""Stands for standard input, as if it were a file of the current folder."""

_PIPE = "Pipe a document into it, as in: understudy lint - < my-api.yaml"


def read(source: Path) -> Any:
    """Return the data in a YAML or JSON file, every key a string; of `STDIN`, what comes from there.

    Timestamps and the like stay text, as in JSON. Parts that YAML aliases
    share are one object, so whoever changes the data must copy it first.

    Raises:
        NoFile: It is missing, or cannot be read.
        DocumentFaults: It is too large or too deep, or is not YAML or JSON.
    """
    text = text_of(source)
    try:
        return _from_json(text) if is_json(source, text) else plain_yaml.data(text)
    except Unreadable as trouble:
        faults = [Fault((), why, hint, Place(str(source), line)) for line, why, hint in trouble.troubles]
        raise DocumentFaults(faults) from None


def is_json(source: Path, text: str) -> bool:
    """Return whether the text of a file is read as JSON: its name says so, or for want of one the text."""
    if source != STDIN:
        return source.suffix.lower() == ".json"
    try:
        return text.lstrip().startswith("{") and bool(orjson.loads(text))
    except json.JSONDecodeError:
        return False


def text_of(source: Path) -> str:
    """Return the text of a file, no more of it read than is allowed.

    Standard input is read once, and is the same text from then on.

    Raises:
        NoFile: It is missing, or cannot be read.
        DocumentFaults: It is too large, or is not UTF-8.
    """
    content = _content(source)
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


def _content(source: Path) -> bytes:
    try:
        if source == STDIN:
            return _piped(sys.stdin)
        note(source)
        with source.open("rb") as file:
            return file.read(LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise _no_file(source, *_reason(error)) from None


@lru_cache(maxsize=1)
def _piped(stream: TextIO | None) -> bytes:
    if stream is None or stream.closed:
        raise _no_file(STDIN, "Standard input is closed.", _PIPE)
    if stream.isatty():
        raise _no_file(STDIN, "Standard input is a terminal.", _PIPE)
    content = stream.buffer.read(LARGEST_BYTES + 1)
    if not content:
        raise _no_file(STDIN, "Standard input is empty.", _PIPE)
    return content


def _reason(error: Exception) -> tuple[str, str]:
    """Return why a file is not read, and what would work."""
    if isinstance(error, FileNotFoundError):
        return "There is no such file.", ""
    if isinstance(error, IsADirectoryError):
        return "This is a folder, not a file.", "Name the document in it."
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"The file cannot be read: {reason}.", ""


def _no_file(source: Path, message: str, hint: str) -> NoFile:
    return NoFile([Fault((), message, hint, Place(str(source)))])


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
