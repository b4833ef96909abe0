"""Two documents compared as a whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from speckit.document import Document
from speckit.specification import Specification
from toolkit.diff.change import Change, ordered
from toolkit.diff.endpoints import Endpoint, matched
from toolkit.diff.living.lives import compare_lives
from toolkit.diff.messages import Messages
from toolkit.diff.node import Node, present
from toolkit.diff.operations import compare_operations, compare_servers
from toolkit.diff.rules import RULES
from toolkit.diff.sameness import Sameness
from toolkit.diff.schemas import Schemas
from toolkit.diff.security import Security
from toolkit.diff.sheet import Sheet
from toolkit.diff.within import within


def changes(old: Specification, new: Specification, *, today: date) -> list[Change]:
    """Return all changes from one document to another, the worst first.

    Args:
        old: What clients were told.
        new: What they are told now.
        today: The day by which the sunset of an operation that is gone has passed, or has not.
    """
    sheet = Sheet(RULES)
    one, other = (Node(each.document.data, (), each.document.data) for each in (old, new))
    operations = matched(one.root, other.root)
    compare_servers(one, other, sheet)
    compare_operations(operations, sheet, today)
    sameness = Sameness(one, other)
    messages, security = Messages(sheet, Schemas(sameness)), Security(one, other, sheet)
    for pair in operations.both:
        if not _is_same(sameness, *pair):
            messages.called(*pair)
        security.operation(*pair)
    security.schemes()
    messages.sent(one, other, "webhook", "")
    for side, each, subjects in messages.schemas.found():
        sheet.add(f"{side}-{each.kind}", within(each.what, each.new), subjects, each.old, each.new)
    compare_lives(old, new, operations, sheet)
    return sorted((_placed(each, old.document, new.document) for each in sheet.changes()), key=ordered)


def _is_same(sameness: Sameness, old: Endpoint, new: Endpoint) -> bool:
    parameters = (each.item.child("parameters") for each in (old, new))
    is_same = old.path == new.path and sameness.is_same(old.operation, new.operation)
    return is_same and sameness.is_same(*parameters)


def _placed(change: Change, old: Document, new: Document) -> Change:
    """Return a change with its lines, and with paths cut to what each document has."""
    return replace(
        change,
        old=present(old.data, change.old),
        new=present(new.data, change.new),
        old_place=old.place(change.old),
        new_place=new.place(change.new),
    )
