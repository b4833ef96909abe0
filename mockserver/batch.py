"""Moves many resources by one request: those whose ids it lists, or all below a parent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mockserver import evaluation
from mockserver.answers import Reply
from mockserver.assigning import assigned
from mockserver.effects import Effecting
from mockserver.evaluation import Frame, Request
from mockserver.index import hashable
from mockserver.kind import Kind
from mockserver.locating import Scope, is_below
from mockserver.store import Resource
from mockserver.together import Together
from mockserver.world import World
from speckit import pointer
from speckit.lifecycle import Parent, Rule
from speckit.operation import Operation

Parents = list[tuple[Parent, Resource]]


class Batch(Effecting):
    """Has each of many resources make the transition that the operation triggers, if its state has one."""

    def __init__(self, kind: Kind, rule: Rule, operation: Operation) -> None:
        super().__init__(kind, rule, operation)
        self._scope = Scope(kind, rule)
        self._ids = evaluation.compiled(rule.ids, kind.form) if rule.ids is not None else None
        self._change = assigned(rule.change, kind.form)
        self._shown = kind.view(rule.view)
        self._respond = self.responder(rule.success[0])

    def __call__(self, world: World, request: Request) -> Reply:
        """Return the answer of success, which may list what has moved."""
        parents = self._scope.found(world, request)
        frame = self._frame(world, request, parents)
        meant = list(self._meant(world, frame, parents))
        together = Together(world)
        moved = [each for each in meant if self._move(world, request, each, together)]
        together.follow()
        frame.list = {
            "items": [self._shown(world.frame_of(each, request)) for each in moved],
            "ids": [each.id for each in moved],
            "count": len(moved),
            "total": len(moved),
        }
        return self._respond(frame)

    def _frame(self, world: World, request: Request, parents: Parents) -> Frame:
        """Return the frame of the answer, which knows the parents that the path names."""
        frame = world.frame(request)
        held: dict[str, Any] = {}
        for parent, found in parents:
            frame.found[parent.name] = found
            pointer.write(held, parent.field, found.id)
        world.focus(frame, self.kind, held)
        return frame

    def _meant(self, world: World, frame: Frame, parents: Parents) -> Iterator[Resource]:
        """Yield the resources that the request is about, each once; ids of none are passed over."""
        store = world.stores[self.kind.name]
        if self._ids is None:
            every = list(store)
        else:
            keys = dict.fromkeys(_keys(self._ids(frame)))
            every = [found for key in keys if (found := store.by_id(key)) is not None]
        yield from (each for each in every if is_below(each, parents))

    def _move(self, world: World, request: Request, resource: Resource, together: Together) -> bool:
        """Have `resource` make its transition, all of them or none; return whether it has one."""
        frame = world.frame_of(resource, request)
        guard = self.kind.guard(frame)
        transition = self.kind.machine.triggered(resource.state, self.rule.operation, guard)
        if transition is not None:
            together.move(resource, self._change, frame, transition)
        return transition is not None


def _keys(listed: Any) -> list[Any]:
    """Return what may be ids in a list of them; nothing where there is no list."""
    return [hashable(each) for each in listed] if isinstance(listed, list) else []
