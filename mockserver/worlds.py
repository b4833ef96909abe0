"""All worlds of one server, each made when the first request comes that is asked in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mockserver.clock import Clock
from mockserver.due import NEVER
from mockserver.identifiers import Sequences
from mockserver.kind import Kind
from mockserver.principals import Principal
from mockserver.sharing import SharedWorld
from mockserver.world import World


class TooManyWorlds(Exception):
    """The server holds as many worlds as it may."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"There are {limit} worlds, as many as may be; use known tokens, reset the others, or start the "
            "server with --one-world."
        )


class Worlds:
    """The worlds by name. Whose is whose is known before the first request: see `Principal.world`."""

    _kind: type[World] = World

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
        world = self._worlds.get(principal.world)
        if world is None:
            world = self._make(principal)
        world.settle()
        return world

    def settle(self) -> int | None:
        """Let everything happen that was due by now in any world; return before when nothing more is due."""
        due = min((world.settle() for world in self._worlds.values()), default=NEVER)
        return due if due < NEVER else None

    def reset(self, name: str | None = None) -> int:
        """Forget the world `name`, or every world and the counters; say how many."""
        names = list(self._worlds) if name is None else [name]
        ended = [self._worlds.pop(each) for each in names if each in self._worlds]
        for world in ended:
            world.end()
        if name is None:
            self._sequences.reset()
        return len(ended)

    def _make(self, principal: Principal) -> World:
        if len(self._worlds) >= self._most_worlds:
            raise TooManyWorlds(self._most_worlds)
        world = self._kind(
            self.kinds,
            self.clock,
            principal.hosts,
            self._sequences,
            seed=self._seed,
            limit=self._most_resources,
        )
        self._worlds[principal.world] = world
        return world


class SharedWorlds(Worlds):
    """Worlds in which several principals ask: each is told who does, request by request."""

    _kind = SharedWorld

    def of(self, principal: Principal) -> World:
        """Return the principal's world as it is now, with the principal as the one who asks in it.

        Raises:
            TooManyWorlds: it would be one too many.
        """
        world = super().of(principal)
        world.principal = principal.facts
        return world
