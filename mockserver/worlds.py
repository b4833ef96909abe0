"""All worlds of one server: one per principal, made when its first request comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mockserver.clock import Clock
from mockserver.identifiers import Sequences
from mockserver.kind import Kind
from mockserver.principals import Principal
from mockserver.world import World


class TooManyWorlds(Exception):
    """The server holds as many worlds as it may."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"{limit} principals have a world, as many as may; use known tokens, or reset the others."
        )


class Worlds:
    """The worlds by principal."""

    def __init__(
        self,
        kinds: Mapping[str, Kind],
        clock: Clock,
        *,
        seed: int = 0,
        most_worlds: int = 10_000,
        most_resources: int = 10_000_000,
    ) -> None:
        self.kinds = kinds
        self.clock = clock
        self._seed = seed
        self._most_worlds = most_worlds
        self._most_resources = most_resources
        self._sequences = Sequences()
        self._worlds: dict[str, World] = {}
        self.are_told = any(kind.notices is not None for kind in kinds.values())
        """Whether anybody is told what happens in them."""

    def __len__(self) -> int:
        return len(self._worlds)

    def __iter__(self) -> Iterator[tuple[str, World]]:
        yield from self._worlds.items()

    def of(self, principal: Principal) -> World:
        """Return the principal's world as it is now, filled with the seeds if it is new.

        Raises:
            TooManyWorlds: it would be one too many.
        """
        world = self._worlds.get(principal.name)
        if world is None:
            world = self._make(principal)
        world.settle()
        return world

    def settle(self) -> int | None:
        """Let everything happen that was due by now in any world; return before when nothing more is due."""
        for world in self._worlds.values():
            world.settle()
        due = (world.due for world in self._worlds.values())
        return min((each for each in due if each is not None), default=None)

    def reset(self, name: str | None = None) -> int:
        """Forget the world of the principal `name`, or every world and the counters; say how many."""
        if name is not None:
            return 0 if self._worlds.pop(name, None) is None else 1
        forgotten = len(self._worlds)
        self._worlds.clear()
        self._sequences.reset()
        return forgotten

    def _make(self, principal: Principal) -> World:
        if len(self._worlds) >= self._most_worlds:
            raise TooManyWorlds(self._most_worlds)
        world = World(
            self.kinds,
            self.clock,
            principal.facts,
            self._sequences,
            seed=self._seed,
            limit=self._most_resources,
        )
        self._worlds[principal.name] = world
        return world
