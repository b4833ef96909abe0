"""What is remembered of how clients have asked: never more than so much, whatever they send."""

from __future__ import annotations

from typing import TypeVar

MOST = 256
"""How many ways of asking are remembered for one operation."""

Key = TypeVar("Key")
Value = TypeVar("Value")


class Memory(dict[Key, Value]):
    """A mapping of at most `MOST` keys: where one more is set, the one that was set first is forgotten."""

    def __setitem__(self, key: Key, value: Value) -> None:
        if len(self) >= MOST and key not in self:
            del self[next(iter(self))]
        super().__setitem__(key, value)
