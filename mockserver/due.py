"""The moments at which resources move by themselves, earliest first."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from mockserver.store import Resource
from speckit import timing

_SLACK = 64
NEVER = timing.LATEST + 1
"""A moment that no clock shows."""


class DueTimes:
    """A heap of due times. Asking what is due costs nothing while nothing is.

    An entry is stale once its resource is due at another moment or gone; stale
    entries are dropped when they surface, and all at once when they outnumber
    the others.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Resource]] = []
        self._stale = 0
        self.next = NEVER
        """The moment before which nothing is due."""

    def schedule(self, resource: Resource, moment: int | None) -> None:
        """Make `moment` the time at which `resource` is due; None for never."""
        if moment == resource.due:
            return
        was, resource.due = resource.due, moment
        if moment is not None:
            heapq.heappush(self._heap, (moment, resource.serial, resource))
            if moment < self.next:
                self.next = moment
        if was is not None:
            self._stale += 1
            if self._stale > _SLACK + len(self._heap) // 2:
                self._sweep()

    def pop(self, now: int) -> tuple[int, Resource] | None:
        """Return the resource due first and its moment, if that is `now` or past; it is due no longer."""
        while self._heap and self._heap[0][0] <= now:
            moment, _, resource = heapq.heappop(self._heap)
            if resource.due == moment:
                resource.due = None
                return moment, resource
            self._stale -= 1
        self.next = self._heap[0][0] if self._heap else NEVER
        return None

    def foremost(self) -> int:
        """Return a moment before which nothing is due; one at which something is, but for what is stale."""
        return self._heap[0][0] if self._heap else NEVER

    def upcoming(self) -> Iterator[Resource]:
        """Yield the resources that are due some time, earliest first."""
        # A resource that was due at this moment before, and then not, has two entries for it.
        yield from dict.fromkeys(entry[2] for entry in sorted(self._heap) if entry[2].due == entry[0])

    def _sweep(self) -> None:
        self._heap = [entry for entry in self._heap if entry[2].due == entry[0]]
        heapq.heapify(self._heap)
        self._stale = 0
        self.next = self._heap[0][0] if self._heap else NEVER
