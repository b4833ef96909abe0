"""The resources of two documents, matched and compared."""

from __future__ import annotations

from collections.abc import Mapping

from speckit.lifecycle import Lifecycle
from speckit.specification import LIFECYCLES, Specification
from toolkit.diff.endpoints import Matched
from toolkit.diff.living.conventions import compare_conventions
from toolkit.diff.living.doings import compare_doings
from toolkit.diff.living.errors import compare_errors
from toolkit.diff.living.listing import compare_listing
from toolkit.diff.living.moves import compare_moves
from toolkit.diff.living.notices import compare_notices
from toolkit.diff.living.pair import Pair, deeds
from toolkit.diff.living.refusals import compare_refusals
from toolkit.diff.living.resource import compare_resource
from toolkit.diff.living.states import compare_states, same_states
from toolkit.diff.living.successes import compare_successes
from toolkit.diff.sheet import Sheet


def compare_lives(old: Specification, new: Specification, matched: Matched, sheet: Sheet) -> None:
    """Write down how resources live differently, and what all paths have in common."""
    operations = _operations(old, new, matched)
    resources = _resources(old.lifecycles, new.lifecycles, operations)
    for name, other in resources.items():
        _compare(old, new, Pair(
            old.lifecycles[name],
            new.lifecycles[other],
            operations,
            same_states(old.lifecycles[name], new.lifecycles[other]),
            resources,
            sheet,
        ))  # fmt: skip
    _others(old, new, resources, sheet)
    compare_errors(old, new, operations, sheet)
    compare_conventions(old, new, sheet)


def _operations(old: Specification, new: Specification, matched: Matched) -> dict[str, str]:
    """Return, by the name of each old operation, that of the same one now."""
    ones = {(each.method, each.path): name for name, each in old.operations.items()}
    others = {(each.method, each.path): name for name, each in new.operations.items()}
    pairs = (((one.method, one.path), (other.method, other.path)) for one, other in matched.both)
    return {ones[a]: others[b] for a, b in pairs if a in ones and b in others}


def _resources(
    old: Mapping[str, Lifecycle], new: Mapping[str, Lifecycle], operations: Mapping[str, str]
) -> dict[str, str]:
    """Return, by its old name, the new name of each resource: the same, or that with the same operations."""
    found = {name: name for name in old if name in new}
    for name in (each for each in old if each not in found):
        mine = {operations.get(each) for each in old[name].rules}
        free = [other for other in new if other not in found.values()]
        shared = {other: len(mine & set(new[other].rules)) for other in free}
        best = max(free, key=lambda other: shared[other], default="")
        if best and shared[best]:
            found[name] = best
    return found


def _compare(old: Specification, new: Specification, pair: Pair) -> None:
    compare_resource(pair)
    compare_states(pair, old)
    compare_moves(pair)
    compare_notices(pair)
    for deed in deeds(pair, old, new):
        compare_doings(deed)
        # What does something else is not compared any further.
        if deed.old.role != deed.new.role:
            continue
        compare_successes(deed)
        compare_refusals(deed, old, new)
        compare_listing(deed)
    _joined(pair)


def _joined(pair: Pair) -> None:
    for name in pair.old.rules:
        now = pair.operations.get(name)
        if now and now not in pair.new.rules:
            pair.add(
                "operation-left-lifecycle",
                f"{now} does nothing to it.",
                ("operations", name),
                ("operations",),
            )
    before = {now: name for name, now in pair.operations.items()}
    for name in pair.new.rules:
        if name in before and before[name] not in pair.old.rules:
            what = f"{name} has a role in its life."
            pair.add("operation-joined-lifecycle", what, ("operations",), ("operations", name))


def _others(old: Specification, new: Specification, resources: Mapping[str, str], sheet: Sheet) -> None:
    for name in (each for each in old.lifecycles if each not in resources):
        what = f"Nothing is said of the life of '{name}' any more."
        sheet.add("resource-removed", what, name, (LIFECYCLES, name), (LIFECYCLES,))
    for name in (each for each in new.lifecycles if each not in resources.values()):
        what = f"The life of '{name}' is told."
        sheet.add("resource-added", what, name, (LIFECYCLES,), (LIFECYCLES, name))
