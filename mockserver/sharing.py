"""A world in which several principals ask."""

from __future__ import annotations

from mockserver.evaluation import Frame
from mockserver.kind import Move
from mockserver.store import Resource
from mockserver.world import World


class SharedWorld(World):
    """A world of several principals: `principal` is who asks, and where nobody does, the world itself.

    Whoever hands it out says who asks, after `settle`. What will happen by itself
    is reckoned with the world itself too, so that it does not depend on who looks.
    """

    def settle(self) -> int:
        """Let everything happen that was due by now, which nobody asks for; return when more will happen."""
        self.principal = self._host
        return super().settle()

    def look(self, resource: Resource) -> bool:
        """Count a look at `resource`; nobody asks for the move that comes of it, whoever looks."""
        asks, self.principal = self.principal, self._host
        has_moved = super().look(resource)
        self.principal = asks
        return has_moved

    def _schedule(
        self, resource: Resource, frame: Frame | None = None, *, since: int = 0, behind: Move | None = None
    ) -> None:
        asks, self.principal = self.principal, self._host
        if frame is not None:
            frame.principal = self._host
        super()._schedule(resource, frame, since=since, behind=behind)
        self.principal = asks
        if frame is not None:
            frame.principal = asks
