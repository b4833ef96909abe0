"""One principal's resources, and how they are made, move, change and go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from mockserver.birth import Birth
from mockserver.breaches import BadSeed, Breach, MissingParent, NotUnique, WorldFull, WrongId, check_id
from mockserver.clock import Clock
from mockserver.due import DueTimes
from mockserver.evaluation import IDLE, NOTHING, Frame, Request, same
from mockserver.identifiers import MOST_DRAWN, Pool, Sequences, world_key
from mockserver.kin import Kin
from mockserver.kind import UNCHANGED, Assign, Kind
from mockserver.passing import Passing
from mockserver.past import Past
from mockserver.store import Resource, Store
from speckit import pointer
from speckit.lifecycle import REMOVED, Transition
from speckit.pointer import ABSENT


class World(Passing):
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
        super().__init__(clock)
        self.principal = self._host = principal
        self.name = str(principal["name"])
        self.scenario = ""
        self.replays: dict[tuple[str, str], tuple[bytes, Any]] = {}
        self._sequences = sequences
        key = world_key(seed, self.name)
        self._serial = self._count = 0
        self._limit = limit
        self.stores = {name: Store(kind.layout, kind) for name, kind in kinds.items()}
        self._pools = {
            name: Pool(key, name, sequences, kind.sequence_start, self.stores[name].by_id)
            for name, kind in kinds.items()
        }
        self.kin = Kin(self.stores)
        self._plant()

    def __len__(self) -> int:
        return self._count

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

    def expect(self, frame: Frame, kind: Kind, fields: Mapping[str, Any]) -> None:
        """Make `frame` look up what is known of the next resource, and draw what is random in it."""
        self.focus(frame, kind, fields)
        frame.draws, frame.serial = self._pools[kind.name], self._serial + 1

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
        past: Past | None = None,
    ) -> Resource:
        """Return a new resource of the store's kind, entered everywhere.

        Args:
            store: Where it goes.
            frame: The request that makes it.
            given: Fields that take the place of the document's initial ones.
            birth: How its fields come about, if not as the kind's usually do.
            state: The state it starts in, if not the one the document chooses.
            scenario: Which of its possible ends it will take.
            past: How it came to where it is, if it is not to start at all.

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
            first = past.first if past else state or kind.start or kind.first(frame)
            self.enter(kind, frame, given, fields, first, birth)
            state = first
            if past:
                past.live(frame, fields)
                state = past.last
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
            above = next(each for each, _ in kind.parents.values() if maker.store.kind.name in each.resources)
            given = {above.field[0]: maker.id} if len(above.field) == 1 else {}
            frame = self.frame(request, now)
            frame.found[above.name] = maker
            with suppress(Breach):
                made = self.create(self.stores[name], frame, given, scenario=scenario)
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
        if not self.take(resource, assign, frame, transition):
            return False
        if transition is not None:
            self.follow(resource, transition, frame.request, frame.now)
        return True

    def take(self, resource: Resource, assign: Assign, frame: Frame, transition: Transition | None) -> bool:
        """Do what `change` does, but for what follows: it can be undone as long as nobody knows of it."""
        fields = dict(resource.fields)
        self.focus(frame, resource.store.kind, fields)
        assign(frame, fields)
        if transition is not None:
            self._moved(resource, transition, frame, fields)
        elif same(fields, resource.fields):
            return False
        else:
            self.commit(resource, fields, resource.state, frame, entered=resource.entered)
        return True

    def follow(self, resource: Resource, transition: Transition, request: Request, now: int) -> None:
        """Tell of a `transition` that `resource` has made, and have come about what it makes."""
        self.tell(resource, transition, request, now)
        if transition.makes and transition.ends != REMOVED:
            self.bring_about(resource, transition.makes, request, now)

    def move(self, resource: Resource, transition: Transition, frame: Frame) -> None:
        """Make `transition`, which starts from the state `resource` is in."""
        self.change(resource, UNCHANGED, frame, transition)

    def remove(self, resource: Resource) -> None:
        """Make `resource` be gone."""
        self._due.schedule(resource, None)
        resource.store.remove(resource)
        self._count -= 1

    def remember(self, resource: Resource) -> Callable[[], None]:
        """Return what makes `resource` again what it is now: there, in its place, and due as it is."""
        store, fields, state, due = resource.store, resource.fields, resource.state, resource.due
        others = resource.move, resource.entered, resource.looks, resource.version
        kind: Kind = store.kind
        last = self._sequences.given[kind.name]

        def undo() -> None:
            if store.by_id(resource.id) is resource:
                store.replace(resource, fields, state)
            else:
                store.put_back(resource)
                self._count += 1
            resource.move, resource.entered, resource.looks, resource.version = others
            self._due.schedule(resource, due)
            self._sequences.rewind(kind.name, last)

        return undo

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
                self.expect(frame, kind, {})
                try:
                    self.create(store, frame, compute(frame), state=seed.state, scenario=seed.scenario)
                except (MissingParent, NotUnique, WrongId) as problem:
                    raise BadSeed(kind, number, problem) from problem

    def _born(self, kind: Kind, frame: Frame, given: Mapping[str, Any], birth: Birth) -> dict[str, Any]:
        """Return the fields that the next resource begins with."""
        fields = birth.blank.copy()
        fields.update(given)
        self.expect(frame, kind, fields)
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
    ) -> None:
        if transition.ends == REMOVED:
            self.remove(resource)
            return
        kind: Kind = resource.store.kind
        kind.make(transition, frame, fields)
        self.commit(resource, fields, transition.ends, frame, entered=frame.now)
        resource.looks = 0  # also where it was entered and left at the same moment

    def commit(
        self, resource: Resource, fields: dict[str, Any], state: str, frame: Frame, *, entered: int
    ) -> None:
        """Have `resource` hold `fields` in `state`, unless that breaks a rule."""
        kind: Kind = resource.store.kind
        if kind.is_bound:
            self.kin.check(resource.store, frame, fields, state, resource)
        kind.touch(frame.now, fields)
        resource.store.replace(resource, fields, state)
        resource.version += 1
        if resource.entered != entered:
            resource.entered, resource.looks = entered, 0
        self._schedule(resource, since=frame.now)
