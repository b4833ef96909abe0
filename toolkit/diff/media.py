"""Media types of bodies and answers, and the schemas they stand with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from toolkit.diff.node import Node
from toolkit.diff.schema import Schema
from toolkit.diff.schemas import Schemas


def content(holder: Node) -> Iterator[tuple[str, Node]]:
    """Yield the media types of a body, an answer or a parameter, in lower case and without parameters."""
    seen: set[str] = set()
    for kind, node in holder.children("content"):
        name = str(kind).split(";")[0].strip().lower()
        if name not in seen:
            seen.add(name)
            yield name, node.followed()


def is_covered(kind: str, others: Iterable[str]) -> bool:
    """Return whether one of `others` is `kind`, or a range such as `image/*` that it is in."""
    ranges = ("*/*", f"{kind.split('/')[0]}/*")
    return any(each == kind or each in ranges for each in others)


def compare_schemas(old: Node, new: Node, schemas: Schemas, side: str, subject: str) -> None:
    """Compare the schemas of two media types, parameters or headers; a missing one allows everything."""
    for word in ("schema", "itemSchema"):
        one, other = old.child(word), new.child(word)
        if one.value is not None or other.value is not None:
            schemas.compare(Schema(one), Schema(other), side, subject)
