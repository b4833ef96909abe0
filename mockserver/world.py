"""One principal's resources, and how they are made, move, change and go."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from mockserver.breaches import BadSeed, Breach, MissingParent, NotUnique, WorldFull, WrongId, check_id
from mockserver.clock import Clock
from mockserver.due import NEVER, DueTimes
from mockserver.evaluation import NOTHING, Frame, Request
from mockserver.identifiers import MOST_DRAWN, Pool, Sequences, world_key
from mockserver.kin import Kin
from mockserver.kind import UNCHANGED, Assign, Birth, Kind, Move
from mockserver.moments import following, moment, skipped
from mockserver.store import Resource, Store
from speckit import pointer, timing
from speckit.lifecycle import REMOVED, Transition
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
        self.principal = self._host = principal
        self.name = str(principal["name"])
        self.scenario = ""
        self.replays: dict[tuple[str, str], tuple[bytes, Any]] = {}
        self._clock = clock
        self._now = clock.now()
        self._sequences = sequences
        key = world_key(seed, self.name)
        self._pools = {name: Pool(key, name, sequences, kind.sequence_start) for name, kind in kinds.items()}
        self._serial = self._count = 0
        self._limit = limit
        self._due = DueTimes()
        self.stores = {name: Store(kind.layout, kind) for name, kind in kinds.items()}
        self.kin = Kin(self.stores)
        self._plant()

    def __len__(self) -> int:
        return self._count

    def upcoming(self) -> list[Resource]:
        """Return the resources that will move by themselves, the next one first."""
        return list(self._due.upcoming())

    def frame(self, request: Request = IDLE, now: int | None = None) -> Frame:
        """Return an empty frame for `request`, at the moment of the last `settle` unless another is given."""
        return Frame(request, self._now if now is None else now, self.principal)

    def frame_of(self, resource: Resource, request: Request = IDLE, now: int | None = None) -> Frame:
        """Return a frame in which `resource` is looked up."""
        kind: Kind = resource.store.kind
        frame = Frame(request, self._now if now is None else now, self.principal)
        frame.resource = frame.fields = resource.fields
        frame.kind, frame.parents = kind, self.kin
        frame.id = resource.id
        frame.state = kind.words[resource.state]
        if resource.scenario:
            frame.scenario = kind.lifecycle.scenarios.get(resource.scenario, NOTHING)
        frame.draws, frame.serial = self._pools[kind.name], resource.serial
        frame.drawn = resource.version * MOST_DRAWN
        return frame

    def focus(self, frame: Frame, kind: Kind, fields: Mapping[str, Any]) -> None:
        """Make `frame` look up `fields`, and the parents that they name."""
        frame.resource = frame.fields = fields
        frame.kind, frame.parents = kind, self.kin

    def settle(self) -> int:
        """Let everything happen that was due by now, in its order; what follows is at this very moment.

        Returns the moment before which nothing more will happen by itself; `NEVER` where nothing ever will.
        """
        now = self._now = self._clock.now()
        if self._due.next <= now:
            while (due := self._due.pop(now)) is not None:
                self._happen(*due, now)
        return self._due.next

    def look(self, resource: Resource) -> bool:
        """Count a look at `resource`; say whether it was the one after which it moves."""
        resource.looks += 1
        if resource.state not in resource.store.kind.polled:
            return False
        for move in resource.store.kind.ahead(resource.state, resource.scenario).moves:
            after = move.transition.after
            is_enough = after is not None and 0 < after.polls <= resource.looks
            if is_enough and move.holds(self.frame_of(resource)):
                # Whoever looks is not refused what a move would break.
                with suppress(Breach):
                    self.move(resource, move.transition, self.frame_of(resource))
                    return True
        return False

    def create(
        self,
        store: Store,
        frame: Frame,
        given: Mapping[str, Any],
        *,
        birth: Birth | None = None,
        state: str = "",
        scenario: str = "",
    ) -> Resource:
        """Return a new resource of the store's kind, entered everywhere.

        Args:
            store: Where it goes.
            frame: The request that makes it.
            given: Fields that take the place of the document's initial ones.
            birth: How its fields come about, if not as the kind's usually do.
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
        last = self._sequences.given[kind.name]
        birth = birth or kind.birth
        try:
            fields = self._born(kind, frame, given, birth)
            if scenario:
                frame.scenario = kind.lifecycle.scenarios.get(scenario, NOTHING)
            state = state or kind.start or kind.first(frame)
            self.enter(kind, frame, given, fields, state, birth)
            if frame.id.__class__ is not kind.id_type or store.by_id(frame.id) is not None:
                check_id(kind, frame.id, fields, is_taken=store.find(frame.id) is not None)
            if kind.is_bound:
                self.kin.check(store, frame, fields, state, None)
        except (MissingParent, NotUnique, WrongId):
            self._sequences.rewind(kind.name, last)
            raise
        self._serial += 1
        resource = Resource(store, self._serial, frame.id, fields, frame.now)
        resource.state, resource.scenario = state, scenario
        store.add(resource)
        self._count += 1
        # The frame it was made in is the one to look ahead in, but for the request: nobody asks then.
        frame.resource, asked, frame.request = fields, frame.request, IDLE
        self._schedule(resource, frame)
        frame.request = asked
        return resource

    def bring_about(self, maker: Resource, names: tuple[str, ...], request: Request, now: int) -> None:
        """Make one of each kind in `names` below `maker`; one that breaks a rule does not come about."""
        for name in names:
            kind: Kind = self.stores[name].kind
            scenario = maker.scenario if maker.scenario in kind.lifecycle.scenarios else ""
            above = (each for each, _ in kind.parents.values() if maker.store.kind.name in each.resources)
            given: dict[str, Any] = {}
            pointer.write(given, next(above).field, maker.id)
            with suppress(Breach):
                made = self.create(self.stores[name], self.frame(request, now), given, scenario=scenario)
                self.tell(made, None, request, now)

    def tell(self, resource: Resource, transition: Transition | None, request: Request, now: int) -> None:
        """Tell whoever asked for it that `resource` has made `transition`, or is there."""
        if notices := resource.store.kind.notices:
            notices.tell(self.frame_of(resource, request, now), resource, transition, self.name)

    def known(
        self, store: Store, frame: Frame, given: Mapping[str, Any], birth: Birth | None
    ) -> Resource | None:
        """Return the resource that has the id which a new one would get."""
        self.draft(store.kind, frame, given, birth or store.kind.birth)
        return store.by_id(frame.id) if frame.id.__class__ is store.kind.id_type else None

    def draft(self, kind: Kind, frame: Frame, given: Mapping[str, Any], birth: Birth) -> dict[str, Any]:
        """Return what a new resource would begin with; the frame gets its id, and no number is used up."""
        last = self._sequences.given[kind.name]
        fields = self._born(kind, frame, given, birth)
        self._sequences.rewind(kind.name, last)
        return fields

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
        self.change(resource, UNCHANGED, frame, transition)

    def remove(self, resource: Resource) -> None:
        """Make `resource` be gone."""
        self._due.schedule(resource, None)
        resource.store.remove(resource)
        self._count -= 1

    def restore(self, resource: Resource) -> None:
        """Make `resource` be there again, as it was when it was removed."""
        resource.store.add(resource)
        self._count += 1
        self._schedule(resource, since=self._now)

    def end(self) -> None:
        """Let go of everything, so that its memory is free at once; nobody asks in here any more."""
        for store in self.stores.values():
            store.clear()
        self._due = DueTimes()

    def _plant(self) -> None:
        for store in self.stores.values():
            kind: Kind = store.kind
            for number, (seed, compute) in enumerate(kind.seeds):
                frame = self.frame()
                frame.kind = kind
                try:
                    self.create(store, frame, compute(frame), state=seed.state, scenario=seed.scenario)
                except (MissingParent, NotUnique, WrongId) as problem:
                    raise BadSeed(kind, number, problem) from problem

    def _born(self, kind: Kind, frame: Frame, given: Mapping[str, Any], birth: Birth) -> dict[str, Any]:
        """Return the fields that the next resource begins with."""
        fields = birth.blank.copy()
        fields.update(given)
        frame.resource = frame.fields = fields
        frame.kind, frame.parents = kind, self.kin
        frame.draws, frame.serial = self._pools[kind.name], self._serial + 1
        birth.fill(frame, fields)
        return fields

    def enter(
        self,
        kind: Kind,
        frame: Frame,
        given: Mapping[str, Any],
        fields: dict[str, Any],
        state: str,
        birth: Birth,
    ) -> None:
        """Complete the `fields` that a new resource was born with, now that it is in its first state."""
        frame.state = kind.words[state]
        kind.enter[state](frame, fields)
        if given:
            fields.update(given)
        if kind.history is not None:
            kind.history.begin(frame, fields, given)
        if (fields.get(kind.id_key, ABSENT) if kind.id_key else kind.read_identity(fields)) is ABSENT:
            pointer.write(fields, kind.identity, frame.id)
        for key in birth.open:
            if fields.get(key) is ABSENT:
                del fields[key]

    def _moved(
        self, resource: Resource, transition: Transition, frame: Frame, fields: dict[str, Any]
    ) -> bool:
        if transition.ends == REMOVED:
            self.tell(resource, transition, frame.request, frame.now)
            self.remove(resource)
            return True
        kind: Kind = resource.store.kind
        move = kind.moves[id(transition)]
        again = None if move.recurrence is None else frame.now + move.every(frame)
        frame.state = kind.words[transition.ends]
        kind.enter[transition.ends](frame, fields)
        move.assign(frame, fields)
        if again is not None:
            _put_off(kind, move, fields, again)
        if kind.history is not None:
            kind.history.enter(frame, fields)
        self._commit(resource, fields, transition.ends, frame, entered=frame.now)
        resource.looks = 0  # also where it was entered and left at the same moment
        self.tell(resource, transition, frame.request, frame.now)
        if transition.makes:
            self.bring_about(resource, transition.makes, frame.request, frame.now)
        return True

    def _commit(
        self, resource: Resource, fields: dict[str, Any], state: str, frame: Frame, *, entered: int
    ) -> None:
        kind: Kind = resource.store.kind
        if kind.is_bound:
            self.kin.check(resource.store, frame, fields, state, resource)
        kind.touch(frame.now, fields)
        resource.store.replace(resource, fields, state)
        resource.version += 1
        if resource.entered != entered:
            resource.entered, resource.looks = entered, 0
        self._schedule(resource, since=frame.now)

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
            if due >= timing.LATEST:
                self._schedule(resource, since=due, behind=move)
                return
            frame = self._hastened(resource, move, due, now, frame)
        # Nobody is there to be refused: a move into what another resource holds does not happen.
        try:
            self.move(resource, move.transition, frame)
        except Breach:
            self._pass_over(resource, move, frame.now)

    def _hastened(self, resource: Resource, move: Move, due: int, now: int, frame: Frame) -> Frame:
        """Return the frame for the first time of a `move` that recurs which has to be made from `due` on."""
        kind: Kind = resource.store.kind
        period = move.every(frame)
        if due + period > now:
            return frame
        before = self._due.foremost() if self.kin.is_parent(kind) else self.kin.due(resource) or NEVER
        count = skipped(resource, move, due, now, before, frame)
        resource.version += count
        return self.frame_of(resource, now=due + count * period)

    def _pass_over(self, resource: Resource, move: Move, due: int) -> None:
        """Go on without a `move` that would break a rule: what recurs is due again, all else on its time."""
        if move.recurrence is not None:
            fields, frame = dict(resource.fields), self.frame_of(resource, now=due)
            _put_off(resource.store.kind, move, fields, due + move.every(frame))
            with suppress(Breach):
                self._commit(resource, fields, resource.state, frame, entered=resource.entered)
                return
        self._schedule(resource, since=due, behind=move)


def _put_off(kind: Kind, move: Move, fields: dict[str, Any], until: int) -> None:
    """Write into `fields` when a `move` that recurs is due again."""
    assert move.recurrence is not None
    pointer.write(fields, move.recurrence.path, timing.render(min(until, timing.LATEST), kind.form))
