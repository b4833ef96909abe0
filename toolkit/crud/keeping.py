"""Keeping: a plain lifecycle, without states, for each collection that has none of its own."""

from __future__ import annotations

from dataclasses import replace

from speckit.operation import Operation, Response
from speckit.specification import Specification
from toolkit.drafting.errors import silent
from toolkit.drafting.whole import drafts

_REFUSED = Response(content={}, headers={})


def kept(specification: Specification) -> Specification:
    """Return `specification` with its collections remembered: made, read, listed, changed, removed.

    Resources with a lifecycle keep it. Operations that list no answer for an id that nobody has, or for a
    request that does not fit, get one: without it no server could answer them as documented.
    """
    whole = drafts(specification, lives=False).specification
    without = silent(whole)
    operations = {
        name: _refusing(each) if each.method.lower() in without.get(each.path, ()) else each
        for name, each in whole.operations.items()
    }
    return replace(whole, operations=operations)


def _refusing(operation: Operation) -> Operation:
    return replace(operation, responses={**operation.responses, "4XX": _REFUSED})
