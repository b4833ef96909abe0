"""How an operation differs in what it answers when it is done."""

from __future__ import annotations

from collections.abc import Iterator

from speckit.lifecycle import Success
from speckit.operation import Operation
from toolkit.diff.living.pair import Deed


def compare_successes(deed: Deed) -> None:
    """Write down how the answers of success differ."""
    ones, others = deed.old.success, deed.new.success
    if len(ones) != len(others) or [each.when for each in ones] != [each.when for each in others]:
        deed.add("success-cases-changed", "Which answer is given when has changed.", "success")
        return
    for one, other in zip(ones, others, strict=True):
        for rule, what in _changes(deed, one, other):
            deed.add(rule, what, "success")
    if deed.old.view != deed.new.view:
        deed.add("view-changed", "It is shown in another view.", "view")


def _changes(deed: Deed, old: Success, new: Success) -> Iterator[tuple[str, str]]:
    was, now = _status(old, deed.old_operation), _status(new, deed.operation)
    if was != now:
        yield "success-status-changed", f"Success is answered {now}, not {was}."
    if old.content_type != new.content_type:
        yield "success-media-type-changed", f"Success is {new.content_type or 'as documented'}."
    elif old.body != new.body or old.view != new.view:
        yield "success-body-changed", "The body of success is made in another way."
    ones, others = ({name.lower(): value for name, value in each.headers} for each in (old, new))
    for name in (each for each in ones if each not in others):
        yield "success-header-withdrawn", f"The header '{name}' is not sent."
    for name in (each for each in others if each not in ones):
        yield "success-header-added", f"The header '{name}' is sent."


def _status(success: Success, operation: Operation) -> str:
    """Return the status of a success: its own, or the first documented one of the 200s."""
    documented = (each for each in operation.responses if each.startswith("2"))
    return str(success.status) if success.status else next(documented, "200")
