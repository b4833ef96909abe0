"""The line on which a part of a document was written, and in which file."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson
import yaml

from speckit.faults import DocumentFaults, Origin, Pointer
from speckit.source import is_json, text_of

Lines = tuple[int, dict[Any, Any]]
"""The line a node starts on, and the same for its children."""


def origin_of(origins: Iterable[Origin], pointer: Pointer) -> Origin | None:
    """Return where `pointer` was written if not in the document itself: the longest match, the latest.

    An origin in `Path()` says: in the document itself, but at another pointer.
    """
    return origin_among({origin.at: origin for origin in origins}, pointer)


def origin_among(origins: Mapping[Pointer, Origin], pointer: Pointer) -> Origin | None:
    """Return what `origin_of` does, of origins by where they are."""
    for length in range(len(pointer), -1, -1):
        if (best := origins.get(pointer[:length])) is not None:
            return Origin(pointer, best.file, best.there + pointer[length:])
    return None


def line_of(lines: Lines, pointer: Pointer) -> int:
    """Return the line of `pointer`, or of the deepest part of it that exists."""
    line, children = lines
    for segment in pointer:
        if segment not in children:
            break
        line, children = children[segment]
    return line


def outline(file: Path) -> Lines:
    """Return the lines of a file that has been read before; all of it on line 1 if it no longer can be."""
    try:
        text = text_of(file)
        if is_json(file, text):
            return _json_lines(text)
        return _yaml_lines(yaml.compose(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader)), {})
    except (DocumentFaults, yaml.YAMLError, IndexError):
        return 1, {}


def _yaml_lines(node: Any, known: dict[int, Lines]) -> Lines:
    if id(node) in known:
        return known[id(node)]
    children: dict[Any, Any] = {}
    known[id(node)] = lines = (node.start_mark.line + 1, children)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            children[key.value] = (key.start_mark.line + 1, _yaml_lines(value, known)[1])
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            children[index] = (item.start_mark.line + 1, _yaml_lines(item, known)[1])
    return lines


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:\n]|[^\s{}\[\],:"]+')


def _json_lines(text: str) -> Lines:
    """Return the lines of a text that is known to be JSON."""
    line = 1
    top: Lines = (1, {})
    stack: list[tuple[dict[Any, Any], bool]] = [(top[1], False)]
    key: str | None = None
    for token in _TOKEN.findall(text):
        if token == "\n":
            line += 1
        elif token in ("}", "]"):
            stack.pop()
        elif token not in (",", ":"):
            children, is_mapping = stack[-1]
            if is_mapping and key is None:
                key = orjson.loads(token)
                children[key] = (line, {})
                continue
            name: Any = key if is_mapping else len(children)
            below = children.setdefault(name, (line, {}))[1]
            key = None
            if token in ("{", "["):
                stack.append((below, token == "{"))
    root: Lines = top[1].get(0, top)
    return root
