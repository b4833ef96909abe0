"""Several moves of one request: all of them happen, or none."""

from __future__ import annotations

from collections.abc import Callable

from mockserver.breaches import Breach
from mockserver.effects import refusal
from mockserver.evaluation import Frame
from mockserver.kind import Assign
from mockserver.store import Resource
from mockserver.world import World
from speckit.lifecycle import Transition


class Together:
    """Moves that are undone where a later one is refused, and told of when all are made."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._undos: list[Callable[[], None]] = []
        self._made: list[tuple[Resource, Transition, Frame]] = []

    def move(self, resource: Resource, change: Assign, frame: Frame, transition: Transition) -> None:
        """Have `resource` make `transition`.

        Raises:
            Refused: it would break a rule; what was made before is undone.
        """
        self._undos.append(self._world.remember(resource))
        try:
            self._world.take(resource, change, frame, transition)
        except Breach as problem:
            self.undo()
            raise refusal(problem) from problem
        self._made.append((resource, transition, frame))

    def undo(self) -> None:
        """Make everything be again as it was, the last first."""
        while self._undos:
            self._undos.pop()()

    def follow(self) -> None:
        """Tell of what was made, and have come about what it makes, in its order."""
        for resource, transition, frame in self._made:
            self._world.follow(resource, transition, frame.request, frame.now)
