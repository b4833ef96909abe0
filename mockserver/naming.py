"""Names: keys that are one resource's alone as a rule, and still hold where several have the same."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from mockserver.index import Bucket


class Numbered(Protocol):
    """What was made as the `serial`th."""

    serial: int


Named = TypeVar("Named", bound=Numbered)


class Names(dict[Any, Named]):
    """Who has which name; of several with one name the oldest, and when that goes the next one.

    Nothing is kept of a name but its only bearer, until there is a second one.
    """

    __slots__ = ("_bearers",)

    def __init__(self) -> None:
        super().__init__()
        self._bearers: dict[Any, Bucket] = {}

    def enter(self, name: Any, bearer: Named) -> None:
        """Have `bearer` be found by `name`."""
        first = self.setdefault(name, bearer)
        if first is not bearer:
            bearers = self._bearers.setdefault(name, Bucket([(first.serial, first)]))
            bearers.add((bearer.serial, bearer))
            self._choose(name, bearers)

    def leave(self, name: Any, bearer: Named) -> None:
        """Have `bearer` not be found by `name` any more, if it was."""
        if name in self._bearers:
            bearers = self._bearers[name]
            bearers.discard((bearer.serial, bearer))
            self._choose(name, bearers)
            if len(bearers) == 1:
                del self._bearers[name]
        elif self.get(name) is bearer:
            del self[name]

    def clear(self) -> None:
        """Forget all names."""
        super().clear()
        self._bearers.clear()

    def _choose(self, name: Any, bearers: Bucket) -> None:
        ((_, oldest),) = bearers.slice(0, 1, False)
        self[name] = oldest
