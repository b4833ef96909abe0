"""How two documents differ in the way errors are told."""

from __future__ import annotations

from collections.abc import Mapping

from speckit.specification import Specification
from toolkit.diff.living.answering import Errors, errors_of
from toolkit.diff.sheet import Sheet


def compare_errors(
    old: Specification, new: Specification, operations: Mapping[str, str], sheet: Sheet
) -> None:
    """Write down which kinds of error are told in another way; the others are as they were."""
    if not (old.lifecycles or old.conventions):
        return
    for name, now in operations.items():
        one, other = errors_of(old, name), errors_of(new, now)
        # What has joined a lifecycle, or left one, is told as such.
        if (one.rule is None) == (other.rule is None):
            _compare(one, other, sheet)


def _compare(old: Errors, new: Errors, sheet: Sheet) -> None:
    subject = f"{new.operation.method} {new.operation.path}"
    for kind in dict.fromkeys((*old.kinds, *new.kinds)):
        one, other = old.given(kind), new.given(kind)
        places = (one.at or other.at, other.at or one.at)
        if one.status != other.status:
            what = f"'{kind}' is answered {other.status}, not {one.status}."
            sheet.add("error-status-changed", what, subject, *places)
        elif one.content != other.content:
            sheet.add("error-body-changed", f"'{kind}' is told in other words.", subject, *places)
