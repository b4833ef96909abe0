"""Keeping: a plain lifecycle, without states, for each collection that has none of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from speckit.operation import Operation, Response
from speckit.specification import Specification
from toolkit.drafting.draft import Draft
from toolkit.drafting.errors import silent
from toolkit.drafting.lifecycle import NO_IDS
from toolkit.drafting.whole import Drafted, drafts
from toolkit.survey.replies import PATCH

_REFUSED = Response(content={}, headers={})


@dataclass(frozen=True, slots=True)
class Kept:
    """A document whose collections are remembered, and what of them is not.

    Attributes:
        specification: What the document says with them.
        untaken: Fields that requests give and that are made up all the same, as in `Customer.tags`.
        unread: Query parameters of lists that change nothing, as in `from of listCustomers`.
        shown: Operations on what is kept that are answered from examples: they read and change nothing. So
            are those that write to a path which shows something, and belong to no collection.
        unmade: Operations that would make something, but nobody can tell how its id is to look.
    """

    specification: Specification
    untaken: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    unmade: tuple[str, ...] = ()


def kept(specification: Specification) -> Kept:
    """Return `specification` with its collections remembered: made, read, listed, changed, removed.

    Resources with a lifecycle keep it. Operations that list no answer for an id that nobody has, or for a
    request that does not fit, get one: without it no server could answer them as documented. A JSON Patch
    is no longer taken, for nothing here applies one.
    """
    found = drafts(specification, lives=False)
    whole = found.specification
    without, ours = silent(whole), {name for each in found.drafts for name in each.raw["operations"]}
    operations = {
        name: _told(each, is_ours=name in ours, is_silent=each.method.lower() in without.get(each.path, ()))
        for name, each in whole.operations.items()
    }
    unmade = tuple(name for each in found.drafts for name, why in each.left.items() if why == NO_IDS)
    return Kept(
        replace(whole, operations=operations),
        tuple(f"{each.name}.{field}" for each in found.drafts for field in dict.fromkeys(each.untaken)),
        tuple(each for draft in found.drafts for each in _unread(draft)),
        tuple(name for name in _shown(found) if name not in unmade),
        unmade,
    )


def _shown(found: Drafted) -> Iterator[str]:
    """Yield the operations that nothing takes, at or below the paths of what is kept or written."""
    whole, names = found.specification, {each.name for each in found.drafts}
    paths = tuple(each.path for each in found.resources if each.name in names)
    taken = {name for life in whole.lifecycles.values() for name in life.rules}
    written = _written(each for name, each in whole.operations.items() if name not in taken)
    for name, operation in whole.operations.items():
        is_below = any(f"{operation.path}/".startswith(f"{path}/") for path in paths)
        if name not in taken and (is_below or operation.path in written):
            yield name


def _written(operations: Iterable[Operation]) -> set[str]:
    """Return the paths of what is shown and written, but is none of a collection."""
    methods: dict[str, set[str]] = {}
    for each in operations:
        methods.setdefault(each.path, set()).add(each.method)
    return {path for path, found in methods.items() if "GET" in found and found & {"PUT", "PATCH", "DELETE"}}


def _told(operation: Operation, *, is_ours: bool, is_silent: bool) -> Operation:
    if is_ours and operation.body is not None:
        body = operation.body
        plain = replace(body, schemas=_unpatched(body.schemas), content=_unpatched(body.content))
        operation = replace(operation, body=plain)
    return _refusing(operation) if is_silent else operation


def _unpatched(content: Mapping[str, Any]) -> dict[str, Any]:
    return {media: each for media, each in content.items() if media != PATCH}


def _unread(draft: Draft) -> list[str]:
    return [
        f"{name} of {operation}"
        for operation, names in draft.unread.items()
        if operation in draft.raw["operations"]
        for name in names
    ]


def _refusing(operation: Operation) -> Operation:
    return replace(operation, responses={**operation.responses, "4XX": _REFUSED})
