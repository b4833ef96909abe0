"""What operations, webhooks and tags are called, alike on every page."""

from __future__ import annotations

from handbook import raw
from handbook.raw import Data
from speckit.operation import Operation


def title(operation: Operation) -> str:
    """Return what an operation is called, as plain text: its summary, else its id."""
    return " ".join(operation.summary.split()) or operation.id


def tag_title(data: Data, tag: str) -> str:
    """Return what a tag is called, as plain text."""
    node = raw.tag_object(data, tag)
    return str(node.get("x-displayName") or node.get("summary") or tag)
