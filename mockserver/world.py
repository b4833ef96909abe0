"""One principal's resources, and how they are made, move, change and go."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from mockserver.breaches import BadSeed, MissingParent, NotUnique, WorldFull, WrongId
from mockserver.clock import Clock
from mockserver.due import DueTimes
from mockserver.evaluation import NOTHING, Compute, Frame, Request
from mockserver.identifiers import Drawing, Sequences, world_key
from mockserver.kind import Assign, Kind, Move
from mockserver.store import Resource, Store
from speckit import pointer, timing
from speckit.lifecycle import EXTERNAL, REMOVED, Parent, Transition, Unique
from speckit.pointer import ABSENT

IDLE = Request()
"""What moves by themselves are asked with: nobody asked."""


class World:
    """The resources of one principal.

    Nothing here waits: every method runs from start to end before another
    request is looked at, so no lock is needed and a request is atomic. A method
    that raises has changed nothing.
    """

    def __init__(
        self,
        kinds: Mapping[str, Kind],
        clock: Clock,
        principal: Mapping[str, Any],
        sequences: Sequences,
        *,
        seed: int = 0,
        limit: int = 10_000_000,
    ) -> None:
        self.principal = principal
        self.scenario = ""
        self.replays: dict[tuple[str, str], tuple[bytes, Any]] = {}
        self._clock = clock
        self._key = world_key(seed, str(principal["name"]))
        self._sequences = sequences
        self._serial = 0
        self._count = 0
        self._limit = limit
        self._due = DueTimes()
        self.stores = {name: Store(kind.layout, kind) for name, kind in kinds.items()}
        self._plant()

    def __len__(self) -> int:
        return self._count

    def upcoming(self) -> list[Resource]:
        """Return the resources that will move by themselves, the next one first."""
        return list(self._due.upcoming())

    def frame(self, request: Request = IDLE, now: int | None = None) -> Frame:
        """Return an empty frame for `request`, at the present moment unless another is given."""
        return Frame(request, self._clock.now() if now is None else now, self.principal)

    def frame_of(self, resource: Resource, request: Request = IDLE, now: int | None = None) -> Frame:
        """Return a frame in which `resource` is looked up."""
        frame = self.frame(request, now)
        kind: Kind = resource.store.kind
        self.focus(frame, kind, resource.fields)
        frame.id = resource.id
        frame.state = kind.shown_state(resource.state)
        frame.scenario = kind.lifecycle.scenarios.get(resource.scenario, NOTHING)
        frame.draws = self._draws(kind, resource.serial, frame.now)
        return frame

    def focus(self, frame: Frame, kind: Kind, fields: Mapping[str, Any]) -> None:
        """Make `frame` look up `fields`, and the parents that they name."""
        frame.resource = fields
        # Not of `frame`: it would hold itself, and be garbage that only the collector finds.
        frame.parent = lambda name: self.parent_of(kind, name, fields)

    def settle(self) -> None:
        """Let everything happen that was due by now, in its order."""
        now = self._clock.now()
        while (resource := self._due.pop(now)) is not None:
            self._happen(resource, now)

    def look(self, resource: Resource) -> bool:
        """Count a look at `resource`; say whether it was the one after which it moves."""
        resource.looks += 1
        if resource.state not in resource.store.kind.polled:
            return False
        for move in self._automatic(resource):
            after = move.transition.after
            is_enough = after is not None and 0 < after.polls <= resource.looks
            if is_enough and move.holds(self.frame_of(resource)):
                self.move(resource, move.transition, self.frame_of(resource))
                return True
        return False

    def create(
        self,
        store: Store,
        frame: Frame,
        given: Mapping[str, Any],
        *,
        new_id: Compute | None = None,
        state: str = "",
        scenario: str = "",
    ) -> Resource:
        """Return a new resource of the store's kind, entered everywhere.

        Args:
            store: Where it goes.
            frame: The request that makes it.
            given: Fields that take the place of the document's initial ones.
            new_id: How its id comes about, if not as the kind's usually do.
            state: The state it starts in, if not the one the document chooses.
            scenario: Which of its possible ends it will take.

        Raises:
            MissingParent: it refers to something that does not exist.
            NotUnique: another resource holds the same values.
            WrongId: its id is not of the kind's type.
            WorldFull: there is no room.
        """
        if self._count >= self._limit:
            raise WorldFull(self._limit)
        kind: Kind = store.kind
        scenario = scenario or self.scenario
        last = self._sequences.last(kind.name)
        try:
            fields, state = self._settled(store, frame, given, new_id, state, scenario)
        except (MissingParent, NotUnique, WrongId):
            self._sequences.rewind(kind.name, last)
            raise
        self._serial += 1
        resource = Resource(store, self._serial, frame.id, fields, frame.now)
        resource.state, resource.scenario = state, scenario
        store.add(resource)
        self._count += 1
        self._schedule(resource)
        return resource

    def change(self, resource: Resource, assign: Assign, frame: Frame, transition: Transition | None) -> bool:
        """Write what `assign` says into `resource`, make `transition` if given; say whether anything changed.

        Raises:
            MissingParent: it would refer to something that does not exist.
            NotUnique: another resource holds the same values.
        """
        fields = dict(resource.fields)
        self.focus(frame, resource.store.kind, fields)
        assign(frame, fields)
        if transition is not None:
            return self._moved(resource, transition, frame, fields)
        if fields == resource.fields:
            return False
        self._commit(resource, fields, resource.state, frame, entered=resource.entered)
        return True

    def move(self, resource: Resource, transition: Transition, frame: Frame) -> None:
        """Make `transition`, which starts from the state `resource` is in."""
        self.change(resource, _nothing, frame, transition)

    def external(self, resource: Resource, name: str) -> Transition | None:
        """Return the external transition `name` that `resource` can make now."""
        kind: Kind = resource.store.kind
        guard = kind.guard(self.frame_of(resource))
        moves = (m for m in kind.lifecycle.transitions if EXTERNAL in m.triggers and m.name == name)
        return next((m for m in moves if resource.state in m.starts and guard(m.when)), None)

    def remove(self, resource: Resource) -> None:
        """Make `resource` be gone."""
        self._due.schedule(resource, None)
        resource.store.remove(resource)
        self._count -= 1

    def _plant(self) -> None:
        for store in self.stores.values():
            kind: Kind = store.kind
            for number, (seed, compute) in enumerate(kind.seeds):
                frame = self.frame()
                try:
                    self.create(store, frame, compute(frame), state=seed.state, scenario=seed.scenario)
                except (MissingParent, NotUnique, WrongId) as problem:
                    raise BadSeed(kind, number, problem) from problem

    def _settled(
        self,
        store: Store,
        frame: Frame,
        given: Mapping[str, Any],
        new_id: Compute | None,
        state: str,
        scenario: str,
    ) -> tuple[dict[str, Any], str]:
        """Return the fields and the state of a new resource that breaks no rule."""
        kind: Kind = store.kind
        fields = self._born(kind, frame, given, new_id, self._serial + 1)
        frame.scenario = kind.lifecycle.scenarios.get(scenario, NOTHING)
        state = state or kind.machine.initial(kind.guard(frame))
        kind.enter(state, frame, fields)
        fields.update(given)
        if pointer.read(fields, kind.identity) is ABSENT:
            pointer.write(fields, kind.identity, frame.id)
        if ABSENT in fields.values():
            fields = {key: value for key, value in fields.items() if value is not ABSENT}
        self._check_id(store, frame.id, fields)
        self._check(store, fields, state, None)
        return fields, state

    def _born(
        self, kind: Kind, frame: Frame, given: Mapping[str, Any], new_id: Compute | None, serial: int
    ) -> dict[str, Any]:
        fields: dict[str, Any] = dict(kind.birth.blank)
        fields.update(given)
        self.focus(frame, kind, fields)
        frame.draws = self._draws(kind, serial, frame.now)
        kind.birth.fill(frame, fields, new_id)
        return fields

    def _draws(self, kind: Kind, serial: int, now: int) -> Drawing:
        return Drawing(self._key, kind.name, serial, now, self._sequences, kind.sequence_start)

    def parent_of(self, kind: Kind, name: str, fields: Mapping[str, Any]) -> Any:
        """Return the fields of the parent `name` of a resource with `fields`, or ABSENT."""
        parent = kind.lifecycle.parents[name]
        found = self.find_parent(parent, pointer.read(fields, parent.field))
        return ABSENT if found is None else found.fields

    def find_parent(self, parent: Parent, key: Any) -> Resource | None:
        """Return the resource `key` stands for among those that `parent` may be."""
        for name in parent.resources:
            if (found := self.stores[name].find(key)) is not None:
                return found
        return None

    def _check_id(self, store: Store, key: Any, fields: Mapping[str, Any]) -> None:
        kind: Kind = store.kind
        if not isinstance(key, kind.id_type) or isinstance(key, bool):
            raise WrongId(kind, key)
        if store.by_id(key) is not None:
            raise NotUnique(Unique((kind.identity,)), fields)

    def _check(self, store: Store, fields: dict[str, Any], state: str, own: Resource | None) -> None:
        kind: Kind = store.kind
        for parent in kind.lifecycle.parents.values():
            key = pointer.read(fields, parent.field)
            if own is not None and key is pointer.read(own.fields, parent.field):
                continue
            if key is not ABSENT and key is not None:
                self._link(parent, key, fields)
        if unique := store.clash(fields, state, own):
            raise NotUnique(unique, fields)

    def _link(self, parent: Parent, key: Any, fields: dict[str, Any]) -> None:
        """Have `fields` hold the parent's own id, whatever it was named by (9.0 for 9, or another key)."""
        found = self.find_parent(parent, key)
        if found is None:
            raise MissingParent(parent, key)
        if key is not found.id:
            pointer.write(fields, parent.field, found.id)

    def _moved(
        self, resource: Resource, transition: Transition, frame: Frame, fields: dict[str, Any]
    ) -> bool:
        if transition.ends == REMOVED:
            self.remove(resource)
            return True
        kind: Kind = resource.store.kind
        frame.state = kind.shown_state(transition.ends)
        kind.enter(transition.ends, frame, fields)
        kind.moves[id(transition)].assign(frame, fields)
        self._commit(resource, fields, transition.ends, frame, entered=frame.now)
        resource.looks = 0  # also where it was entered and left at the same moment
        return True

    def _commit(
        self, resource: Resource, fields: dict[str, Any], state: str, frame: Frame, *, entered: int
    ) -> None:
        kind: Kind = resource.store.kind
        self._check(resource.store, fields, state, resource)
        kind.touch(frame.now, fields)
        resource.store.replace(resource, fields, state)
        resource.version += 1
        if resource.entered != entered:
            resource.entered, resource.looks = entered, 0
        self._schedule(resource)

    def _automatic(self, resource: Resource) -> list[Move]:
        kind: Kind = resource.store.kind
        return [kind.moves[id(t)] for t in kind.machine.automatic(resource.state, resource.scenario)]

    def _next(self, resource: Resource) -> tuple[int, Move] | None:
        """Return when `resource` moves next by itself, and how; of equals the first declared."""
        earliest: tuple[int, Move] | None = None
        for move in self._automatic(resource):
            when = self._moment(resource, move)
            if when is not None and (earliest is None or when < earliest[0]):
                earliest = when, move
        return earliest

    def _moment(self, resource: Resource, move: Move) -> int | None:
        """Return when `resource` makes `move`, or None if not by time or not as it is."""
        if move.delay is not None:
            return resource.entered + move.delay
        after, frame = move.transition.after, self.frame_of(resource)
        if after is None or after.polls or not move.holds(frame):
            return None
        if move.until is None:
            return resource.entered + (after.duration or 0)
        when = timing.parse(move.until(frame), resource.store.kind.form)
        return None if when is None else max(when, resource.entered)

    def _schedule(self, resource: Resource) -> None:
        upcoming = self._next(resource)
        self._due.schedule(resource, upcoming[0] if upcoming else None)

    def _happen(self, resource: Resource, now: int) -> None:
        """Make the move that is due for `resource`, at the moment it was due."""
        upcoming = self._next(resource)
        resource.due = None
        if upcoming is None:
            return
        when, move = upcoming
        if move.every is not None:
            self._repeat(resource, move, when, now)
        else:
            # Nobody is there to be refused: a move into what another resource holds does not happen.
            with suppress(MissingParent, NotUnique):
                self.move(resource, move.transition, self.frame_of(resource, now=when))

    def _repeat(self, resource: Resource, move: Move, due: int, now: int) -> None:
        """Make a move that recurs as often as it was due: one step, however long nobody looked."""
        frame = self.frame_of(resource, now=due)
        assert move.every is not None
        assert move.transition.after is not None
        assert move.transition.after.until is not None
        period = max(move.every(frame) or timing.SECOND, timing.SECOND)
        until = self._undisturbed(resource, move, due, period, now)
        frame.now = due + (until - due) // period * period
        path, upcoming = move.transition.after.until.pointer, frame.now + period
        form = resource.store.kind.form

        def advance(_frame: Frame, fields: dict[str, Any]) -> None:
            pointer.write(fields, path, timing.render(upcoming, form))

        self._recur(resource, move.transition, frame, advance)

    def _undisturbed(self, resource: Resource, recurring: Move, due: int, period: int, now: int) -> int:
        """Return up to when nothing but `recurring` happens to `resource`, `now` at the latest."""
        until = now
        for move in self._automatic(resource):
            moment, after = self._moment(resource, move), move.transition.after
            if move is recurring or moment is None or after is None:
                continue
            if after.duration is None:
                until = min(until, moment - 1)
            elif after.duration <= period:  # counted from the recurrence, which enters the state anew
                until = due
        return max(until, due)

    def _recur(self, resource: Resource, transition: Transition, frame: Frame, advance: Assign) -> None:
        fields = dict(resource.fields)
        self.focus(frame, resource.store.kind, fields)
        resource.store.kind.moves[id(transition)].assign(frame, fields)
        advance(frame, fields)
        self._commit(resource, fields, transition.ends, frame, entered=frame.now)


def _nothing(_frame: Frame, _fields: dict[str, Any]) -> None:
    """Change nothing besides what a transition does."""
