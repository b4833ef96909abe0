"""A value that has no hash, as a key for what is remembered about it."""

from __future__ import annotations

from typing import Any


class Same:
    """Stands for a value that has no hash, and equals itself alone."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)
