"""Where the parts of an upgraded document were written in the original."""

from __future__ import annotations

from dataclasses import dataclass, field

from speckit.faults import Pointer


@dataclass(frozen=True, slots=True)
class Moves:
    """Pointers into the upgraded document, and what they were in the original if not the same."""

    _before: dict[Pointer, Pointer] = field(default_factory=dict)

    def note(self, now: Pointer, before: Pointer) -> None:
        """Keep that the part at `now`, with all below it, was written at `before`."""
        if now != before:
            self._before[now] = before

    def before(self, now: Pointer) -> Pointer:
        """Return where the part at `now` was written.

        >>> moves = Moves()
        >>> moves.note(("components", "schemas"), ("definitions",))
        >>> moves.before(("components", "schemas", "Job", "type"))
        ('definitions', 'Job', 'type')
        """
        for length in range(len(now), 0, -1):
            if (found := self._before.get(now[:length])) is not None:
                return found + now[length:]
        return now
