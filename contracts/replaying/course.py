"""What must go in a replay as it went, or nothing that follows tells anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from contracts.bench import Binding
from contracts.exchange import Exchange
from contracts.replaying.names import Renames
from contracts.replaying.slices import Shot

_UNKNOWN, _FORBIDDEN = 401, 403
_MISSING = (404, 410)
_OF_ONE = ("get", "parts", "replace", "update", "trigger")
_REFUSING = frozenset(
    {
        "credential-needed",
        "role-needed",
        "isolation",
        "trigger-refused",
        "missing-answer",
        "missing-parent",
        "invalid-refused",
    }
)
"""Laws that an answer 403 may keep."""


class CannotReplay(Exception):
    """A slice cannot be made again; the message says why, in words for a report."""


class Course:
    """Holds answers of a replay to what they were.

    Args:
        law: The law that is said to be broken.
        bindings: The operations with their rules, by id.
        renames: What stands for what.
    """

    def __init__(self, law: str, bindings: Mapping[str, Binding], renames: Renames) -> None:
        self._law, self._bindings, self._renames = law, bindings, renames

    def hold_access(self, shots: Sequence[Shot], played: Sequence[Exchange], *, is_last: bool) -> None:
        """Hold callers to being let in as they were: who is turned away sees nothing of what is wrong."""
        for shot, exchange in zip(shots, played, strict=False):
            may_be = (_UNKNOWN,) if not shot.call.principal else ()
            if is_last and self._law in _REFUSING:
                may_be = (*may_be, _FORBIDDEN)
            refused = exchange.status in (_UNKNOWN, _FORBIDDEN) and exchange.status not in may_be
            if refused and shot.status not in (_UNKNOWN, _FORBIDDEN):
                who, asked = shot.call.principal or "nobody", shot.call.operation.id
                raise CannotReplay(f"{who} is refused ({exchange.status} to {asked}), and was not then")

    def hold_presence(self, shots: Sequence[Shot], played: Sequence[Exchange]) -> None:
        """Hold resources to being there as they were: of one that is gone nothing shows any more."""
        for shot, exchange in zip(shots, played, strict=False):
            binding = self._bindings.get(shot.call.operation.id)
            is_about_one = binding is not None and binding.rule.role in _OF_ONE
            if not is_about_one or shot.call.aim or self._law == "missing-answer":
                continue
            if exchange.status in _MISSING and 200 <= shot.status < 300 and not self._is_new(shot):
                path = shot.call.target.partition("?")[0]
                raise CannotReplay(
                    f"{path} is not there any more, and nothing in the report says how it was made"
                )

    def _is_new(self, shot: Shot) -> bool:
        binding = self._bindings.get(shot.call.operation.id)
        return binding is not None and self._renames.knows(binding, shot.call)
