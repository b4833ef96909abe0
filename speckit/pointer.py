"""JSON Pointers (RFC 6901) into resources and documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final


class Absent:
    """What an expression yields when there is nothing where it points."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT: Final = Absent()


def parse(text: str) -> tuple[str, ...]:
    """Return the unescaped segments of the pointer `text`.

    Raises:
        ValueError: `text` is neither empty nor starts with a slash.

    >>> parse("/a~1b/0")
    ('a/b', '0')
    """
    if not text:
        return ()
    if not text.startswith("/"):
        raise ValueError(f"'{text}' is not a JSON Pointer: it does not start with '/'.")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in text[1:].split("/"))


def render(segments: tuple[str, ...]) -> str:
    """Return `segments` as pointer text, the inverse of `parse`."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in segments)


def read(value: Any, segments: tuple[str, ...]) -> Any:
    """Return what `segments` lead to inside `value`, or ABSENT.

    >>> read({"a": [1, 2]}, ("a", "1"))
    2
    """
    for segment in segments:
        if isinstance(value, dict):
            value = value.get(segment, ABSENT)
        elif isinstance(value, list):
            value = _item(value, segment)
        else:
            return ABSENT
    return value


def reader(segments: tuple[str, ...]) -> Callable[[Any], Any]:
    """Return the function that reads `segments` out of an object; quicker for the many that are one key.

    >>> reader(("a",))({"a": 1})
    1
    """
    if len(segments) != 1:
        return lambda value: read(value, segments)
    (key,) = segments
    return lambda value: value.get(key, ABSENT)


def _item(items: list[Any], segment: str) -> Any:
    if segment.isascii() and segment.isdigit() and int(segment) < len(items):
        return items[int(segment)]
    return ABSENT


def write(target: dict[str, Any], segments: tuple[str, ...], value: Any) -> None:
    """Put `value` where `segments` lead inside `target`, making objects on the way.

    Objects on the way are copied first, so that a value shared with
    another resource (a seed, a template) is never changed through this one.
    """
    for segment in segments[:-1]:
        below = target.get(segment)
        target[segment] = below = dict(below) if isinstance(below, dict) else {}
        target = below
    target[segments[-1]] = value


def remove(target: dict[str, Any], segments: tuple[str, ...]) -> None:
    """Take away what `segments` lead to, if anything; shared objects are copied first."""
    for segment in segments[:-1]:
        below = target.get(segment)
        if not isinstance(below, dict):
            return
        target[segment] = below = dict(below)
        target = below
    target.pop(segments[-1], None)
