"""What happens by itself in a world: decided on when a resource changes, done when somebody looks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import suppress
from functools import partial
from typing import Any

from mockserver.breaches import Breach
from mockserver.clock import Clock
from mockserver.due import NEVER, DueTimes
from mockserver.evaluation import IDLE, Frame, Request
from mockserver.kin import Kin
from mockserver.kind import Move
from mockserver.moments import following, moment, skipped
from mockserver.store import Resource
from speckit import timing
from speckit.lifecycle import Transition


class Passing(ABC):
    """The part of a world that time moves; the rest of it says what a move is."""

    kin: Kin

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._now = clock.now()
        self._due = DueTimes()

    @abstractmethod
    def frame_of(self, resource: Resource, request: Request = IDLE, now: int | None = None) -> Frame:
        """Return a frame in which `resource` is looked up."""

    @abstractmethod
    def move(self, resource: Resource, transition: Transition, frame: Frame) -> None:
        """Make `transition`, which starts from the state `resource` is in."""

    @abstractmethod
    def commit(
        self, resource: Resource, fields: dict[str, Any], state: str, frame: Frame, *, entered: int
    ) -> None:
        """Have `resource` hold `fields` in `state`, unless that breaks a rule."""

    def upcoming(self) -> list[Resource]:
        """Return the resources that will move by themselves, the next one first."""
        return list(self._due.upcoming())

    def settle(self) -> int:
        """Let everything happen that was due by now, in its order; what follows is at this very moment.

        Returns the moment before which nothing more will happen by itself; `NEVER` where nothing ever will.
        """
        now = self._now = self._clock.now()
        if self._due.next <= now:
            while (due := self._due.pop(now)) is not None:
                self._happen(*due, now)
        return self._due.next

    def _schedule(
        self, resource: Resource, frame: Frame | None = None, *, since: int = 0, behind: Move | None = None
    ) -> None:
        """Decide what `resource` does next by itself, and when: not before `since`, when it was changed."""
        ahead = resource.store.kind.ahead(resource.state, resource.scenario)
        when: int | None = None
        if ahead.sure is not None and behind is None:
            when, resource.move = resource.entered + ahead.sure[0], ahead.sure[1]
        elif ahead.moves:
            look = partial(self.frame_of, resource, now=since) if frame is None else lambda: frame
            if found := following(resource, ahead, look, behind):
                when, resource.move = found
        if when is not None:
            when = max(when, since) if when <= timing.LATEST else None
        if when != resource.due:
            self._due.schedule(resource, when)

    def _happen(self, due: int, resource: Resource, now: int) -> None:
        """Make the move that is due for `resource`, at the moment it was due.

        Its guard held when it was decided on. A parent may have put it off since then.
        """
        move: Move = resource.move
        frame = self.frame_of(resource, now=due)
        when = due if move.until is None else moment(resource, move, frame)
        if when is None or when > due:
            self._schedule(resource, since=due)
            return
        if move.recurrence is not None:
            frame = self._hastened(resource, move, due, now, frame)
        # Nobody is there to be refused: a move into what another resource holds does not happen.
        try:
            self.move(resource, move.transition, frame)
        except Breach:
            self._pass_over(resource, move, frame.now)

    def _hastened(self, resource: Resource, move: Move, due: int, now: int, frame: Frame) -> Frame:
        """Return the frame for the first time of a `move` that recurs which has to be made from `due` on."""
        if due + move.every(frame) > now:
            return frame
        is_seen = self.kin.is_parent(resource.store.kind)
        before = self._due.foremost() if is_seen else self.kin.due(resource) or NEVER
        count, due = skipped(resource, move, due, now, before, frame)
        resource.version += count
        return self.frame_of(resource, now=due)

    def _pass_over(self, resource: Resource, move: Move, due: int) -> None:
        """Go on without a `move` that would break a rule: what recurs is due again, all else on its time."""
        if move.recurrence is not None:
            fields, frame = dict(resource.fields), self.frame_of(resource, now=due)
            move.recurrence.put_off(fields, due + move.every(frame))
            with suppress(Breach):
                self.commit(resource, fields, resource.state, frame, entered=resource.entered)
                return
        self._schedule(resource, since=due, behind=move)
