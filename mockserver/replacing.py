"""Replaces a resource: a new one takes the place of the one that the path names."""

from __future__ import annotations

from typing import Any

from mockserver.answers import Refused, Reply
from mockserver.effects import Create, Trigger, check_precondition
from mockserver.evaluation import Frame, Request
from mockserver.kind import UNCHANGED, Kind
from mockserver.locating import Locator
from mockserver.store import Resource
from mockserver.together import Together
from mockserver.world import World
from speckit.lifecycle import CREATED, Rule, Transition
from speckit.operation import Operation


class Replace(Create):
    """Makes a resource; the one that its path names makes the transition that the operation triggers."""

    def __init__(self, kind: Kind, rule: Rule, operation: Operation) -> None:
        super().__init__(kind, rule, operation)
        self._locate = Locator(kind, rule, operation)
        self._old = Trigger(kind, rule, operation)

    def _create(self, world: World, request: Request) -> Reply:
        old = self._locate(world, request)
        before = world.frame_of(old, request)
        check_precondition(self.kind, old, request, before)
        transition = self._old.transition(old, before)
        if transition is None:
            reply = self._old.stay(old, before)
            assert reply is not None, "only an update may go on without a transition"
            return reply
        frame = world.frame(request)
        frame.origin = self.kind.bared(old.fields)
        given = self.given(world, request, frame)
        new = self._exchanged(world, request, frame, given, old, transition)
        return self.succeed(frame, new, CREATED)

    def _exchanged(
        self,
        world: World,
        request: Request,
        frame: Frame,
        given: dict[str, Any],
        old: Resource,
        transition: Transition,
    ) -> Resource:
        """Return the new resource; the old one has moved, and keeps nothing that is unique if it may not."""
        together = Together(world)
        together.move(old, UNCHANGED, world.frame_of(old, request), transition)
        try:
            new = self.made(world, request, frame, given)
        except Refused:
            together.undo()
            raise
        together.follow()
        return new
