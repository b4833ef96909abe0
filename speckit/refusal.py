"""Which of the statuses that an operation documents stands for a kind of error."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from speckit.conventions import KINDS

_BAD_INPUT = frozenset(
    {"malformedBody", "invalidBody", "invalidParameter", "malformedId", "unsupportedMediaType"}
)
_NOT_FOR_INPUT = frozenset({401, 403, 407, 408, 425, 429})
"""Statuses that say something else than that a request is wrong."""
_FITTING: Mapping[str, tuple[int, ...]] = {
    "malformedBody": (400, 422),
    "invalidBody": (400, 422),
    "invalidParameter": (400, 422),
    "malformedId": (400, 422),
}
"""Which documented statuses stand for a kind of error, the best first, where it is not just its usual one."""
_ELSE: Mapping[str, tuple[int, ...]] = {
    "unsupportedMediaType": (400, 422),
    "refused": (422, 400),
    "conflict": (422, 400),
    "idempotencyMismatch": (409, 400),
    "preconditionRequired": (412, 400),
    "payloadTooLarge": (400,),
    "overloaded": (429,),
}
"""And which do where neither those are documented, nor a range or the default."""


def refusal_status(codes: Collection[str], kind: str) -> int | None:
    """Return the status with which an operation refuses where nothing else says how; None for none.

    Args:
        codes: The statuses, ranges and `default` of its responses.
        kind: One of the kinds of error in `speckit.conventions.KINDS`.
    """
    usual = KINDS[kind][0]
    for status in _FITTING.get(kind, (usual,)):
        if str(status) in codes:
            return status
    if f"{usual // 100}XX" in codes or "default" in codes:
        return usual
    others = [status for status in _ELSE.get(kind, ()) if str(status) in codes]
    if kind in _BAD_INPUT:
        declared = sorted(int(code) for code in codes if code.isdigit() and code.startswith("4"))
        others += [status for status in declared if status not in _NOT_FOR_INPUT]
    return others[0] if others else None
