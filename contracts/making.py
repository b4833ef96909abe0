"""Brings a resource into a wanted state: by the API's own operations and by time, or through a provider."""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import replace
from typing import Any

from contracts.bench import Binding
from contracts.client import Client
from contracts.exchange import Call, Exchange
from contracts.inputs import PLAIN, Inputs, Variant
from contracts.matching import next_page
from contracts.nature import Nature
from contracts.observed import Track
from contracts.observer import Observer
from contracts.planning import FAR, Plan, Planner, Step, members_for
from contracts.possible import between
from contracts.stage import CannotTry, Later, Wait
from speckit import pointer
from speckit.lifecycle import REMOVED, Transition
from speckit.pointer import ABSENT
from speckit.timing import SECOND

Provide = Callable[[str, str, str, Mapping[str, Any]], Mapping[str, Any] | None]

_POLL_SECONDS = 0.2
_MOST_PAGES = 25
_MOST_RELEASES = 2
"""How often a resource is tried to be removed: while that was asked for, it may have moved."""


class Maker:
    """Makes resources."""

    def __init__(
        self, observer: Observer, client: Client, inputs: Inputs, provide: Provide | None = None
    ) -> None:
        self._observer = observer
        self._client = client
        self._inputs = inputs
        self._provide = provide
        self._planner = Planner(observer, inputs, client.clock)
        self._stood: set[tuple[str, str]] = set()
        self.mine: list[Track] = []
        """What the attempt at work has made."""

    def binding_of(self, nature: Nature, role: str) -> list[Binding]:
        """Return the operations of a resource that have `role`."""
        return self._planner.binding_of(nature, role)

    def variants(self, binding: Binding, principal: str) -> list[Variant]:
        """Return every way to make a resource by one operation."""
        return self._planner.variants(binding, principal)

    def born(
        self, binding: Binding, principal: str, variant: Variant = PLAIN, **changes: Any
    ) -> Generator[Wait | Later, None, Track]:
        """Make a resource; return its track.

        Raises:
            CannotTry: it cannot be made.
        """
        for _ in range(12):
            call = self.free_call(binding, principal, variant)
            if call is None:
                yield Later()
                continue
            track, exchange = self.made(binding, replace(call, **changes))
            if track is not None:
                return track
            if self._is_explained(binding, exchange):
                continue
            if exchange.is_success:
                raise CannotTry(f"the answer of {binding.operation.id} does not tell what was made")
            raise CannotTry(f"{binding.operation.id} was answered {exchange.status}")
        raise CannotTry(f"there are no values left that {binding.operation.id} would take")

    def _is_explained(self, binding: Binding, exchange: Exchange) -> bool:
        """Return whether a refusal comes from something that others have made meanwhile."""
        creates = self._observer.creates
        if exchange not in creates.suspects:
            return False
        creates.suspects.remove(exchange)
        lists = self.binding_of(binding.nature, "list")
        for each in lists:
            self._walk_all(each, exchange.call.principal)
        if creates.clash(binding, exchange.call) is not None:
            return True
        if lists:
            creates.refuse(binding, exchange)
        return False

    def _walk_all(self, binding: Binding, principal: str) -> None:
        """Read a list to its end."""
        call, paging = self._inputs.listing(binding, principal), binding.rule.paging
        for number in range(_MOST_PAGES):
            exchange = self._client.send(call)
            following = next_page(binding, exchange, number + 1)
            if following is None or paging is None:
                return
            call = replace(call, query={**call.query, paging.param: following})

    def made(self, binding: Binding, call: Call) -> tuple[Track | None, Exchange]:
        """Send a creation; return what it made and the exchange."""
        is_told = binding.anatomy.tells_id
        before = set() if is_told else self._ids(binding, call.principal)
        self._observer.made = None
        exchange = self._client.send(call)
        track = self._observer.made
        if track is None and exchange.is_success and not is_told:
            track = self._newcomer(binding, exchange, before)
        if track is not None:
            self.mine.append(track)
        return track, exchange

    def _newcomer(self, binding: Binding, exchange: Exchange, before: set[Any]) -> Track | None:
        """Return what a creation made whose answer does not tell: the one that is new in the list."""
        news = self._ids(binding, exchange.call.principal) - before
        if len(news) != 1:
            return None
        key = news.pop()
        known = self._observer.ledger.of(exchange.call.principal, binding.nature.name)
        known.pop(key, None)
        track = self._observer.creates.born(binding, exchange, key)
        if track is not None:
            self.read(track)
        return track

    def _ids(self, binding: Binding, principal: str) -> set[Any]:
        for each in self.binding_of(binding.nature, "list"):
            exchange = self._client.send(self._inputs.listing(each, principal))
            seen = each.anatomy.sightings(exchange) if exchange.is_success else None
            return {sighting.id for sighting in seen or () if isinstance(sighting.id, str | int)}
        return set()

    def free_call(self, binding: Binding, principal: str, variant: Variant = PLAIN) -> Call | None:
        """Return a creation that clashes with nothing known; None where everything is taken."""
        creates = self._observer.creates
        is_placed = self._is_placed(binding, principal)
        for parents in self._parents(binding, principal, variant):
            call = self._inputs.create(binding, principal, replace(variant, parents=parents))
            if creates.clash(binding, call) is None:
                is_sure = is_placed and not variant.is_long and self._is_valid(binding, call)
                return replace(call, is_sure=is_sure)
        return None

    def _is_placed(self, binding: Binding, principal: str) -> bool:
        """Return whether all that a creation stands below is there; what can be is made, for the run."""
        for name, parent in binding.nature.lifecycle.parents.items():
            if self._inputs.lacks(binding, name, principal):
                for each in parent.resources:
                    self._stand(self._observer.natures[each], principal)
                if self._inputs.lacks(binding, name, principal):
                    return False
        return True

    def _stand(self, nature: Nature, principal: str) -> None:
        """Make one of `nature` for others to be below, if that was not tried before."""
        key = (principal, nature.name)
        if key in self._stood:
            return
        self._stood.add(key)
        for binding in self.binding_of(nature, "create")[:1]:
            call = self.free_call(binding, principal)
            track = self.made(binding, call)[0] if call is not None else None
            if track is not None:
                self.mine.remove(track)

    def _is_valid(self, binding: Binding, call: Call) -> bool:
        schema = self._inputs.schema(binding.operation)
        return not schema or self._inputs.is_valid(schema, call.body)

    def _parents(self, binding: Binding, principal: str, variant: Variant) -> Iterator[dict[str, Any]]:
        """Yield combinations of parents, where what is unique depends on them."""
        yield dict(variant.parents)
        fields = {path for unique in binding.nature.lifecycle.unique for path in unique.fields}
        names = [
            name
            for name, parent in binding.nature.lifecycle.parents.items()
            if parent.field in fields and name not in variant.parents and self._inputs.place(binding, name)
        ]
        choices = [self._inputs.candidates(binding, name, principal)[:12] for name in names]
        yield from ({**variant.parents, **dict(zip(names, each, strict=True))} for each in _product(choices))

    # Into a state

    def reach(self, principal: str, nature: Nature, state: str) -> Generator[Wait | Later, None, Track]:
        """Make a resource and bring it into `state`; return its track.

        Raises:
            CannotTry: there is no way, or it did not work.
        """
        problem = ""
        for plan in self._planner.plans(principal, nature, state)[:2]:
            if not self._is_affordable(plan):
                problem = _too_far(plan.seconds)
                continue
            try:
                return (yield from self._follow(principal, plan, state))
            except CannotTry as found:
                problem = str(found)
        if (provided := self._provided(principal, nature, state)) is not None:
            return provided
        raise CannotTry(problem or f"no operation leads to '{state}'{self._unprovided}")

    @property
    def _unprovided(self) -> str:
        """What else could put a state into being, in words that follow on that nothing does."""
        if self._provide is None:
            return "; --provider-url could put it into being"
        return ", and the provider did not put it into being"

    def _is_affordable(self, plan: Plan) -> bool:
        return self._client.clock.is_movable or plan.seconds < self._client.budget.left - 2

    def _provided(self, principal: str, nature: Nature, state: str) -> Track | None:
        if self._provide is None:
            return None
        before = self._client.clock.now()
        fields = self._provide(principal, nature.name, state, {})
        key = pointer.read(dict(fields), nature.lifecycle.identity.field) if fields else ABSENT
        if not isinstance(key, str | int):
            return None
        since = between(before, self._client.clock.now())
        track = self._observer.provided(principal, nature.name, state, key, since)
        track.seen |= {
            slot: v for slot in nature.slots if (v := pointer.read(dict(fields or {}), slot)) is not ABSENT
        }
        return track

    def _follow(self, principal: str, plan: Plan, state: str) -> Generator[Wait | Later, None, Track]:
        track = yield from self.born(plan.binding, principal, plan.variant)
        self.read(track)
        for step in plan.steps:
            if set(track.belief) <= {step.transition.ends}:
                continue
            if step.operation:
                self._fire(track, step)
            else:
                yield from self.wait(track, step.transition)
        if state not in track.belief or track.is_spoiled:
            raise CannotTry(
                f"a {track.nature.name} that should be '{state}' is {' or '.join(sorted(track.belief))}"
            )
        return track

    def _fire(self, track: Track, step: Step) -> None:
        binding = self._observer.bindings[step.operation]
        body = self._inputs.changing(binding, step.members) if binding.operation.body else ABSENT
        self._client.send(self.call_on(binding, track, body=body))

    def call_on(self, binding: Binding, track: Track, **changes: Any) -> Call:
        """Return a sound call to an operation on a resource, its condition included."""
        headers = dict(changes.pop("headers", {}))
        is_guarded = track.nature.lifecycle.etag and binding.rule.role in ("update", "trigger")
        if is_guarded and "If-Match" not in headers and (tag := self._tag(track)):
            headers["If-Match"] = tag
        changes.setdefault("is_sure", True)
        return self._inputs.on(binding, track, headers=headers, **changes)

    def _tag(self, track: Track) -> str:
        reader = self.reader(track.nature)
        target = self._inputs.on(reader, track).target if reader else ""
        if target not in track.etags or track.etags[target][2] != track.version:
            self.read(track)
        return track.etags[target][0] if target in track.etags else ""

    def read(self, track: Track) -> Exchange | None:
        """Read a resource once; None where no operation shows it."""
        binding = self.reader(track.nature)
        if binding is not None:
            return self._client.send(self._inputs.on(binding, track, is_sure=True))
        for each in self.binding_of(track.nature, "list"):
            return self._client.send(self._inputs.listing(each, track.principal))
        return None

    def reader(self, nature: Nature) -> Binding | None:
        """Return the operation that shows a resource whatever its state."""
        found = [
            b
            for b in self.binding_of(nature, "get")
            if not b.rule.available_in and not b.rule.success[0].content_type
        ]
        named = [b for b in found if b.operation.parameter("path", nature.lifecycle.identity.param)]
        plain = [b for b in named if not nature.lifecycle.views.get(b.rule.view.default)]
        return next(iter(plain or named or found), None)

    def release(self, track: Track) -> None:
        """Remove a resource as far as operations alone can: what it holds may be needed."""
        for times in range(_MOST_RELEASES):
            if not track.is_made or track.is_gone:
                return
            if times or len(track.belief) > 1 or any(map(track.nature.unasked, track.belief)):
                self.read(track)
            for step in self._way_out(track):
                self._fire(track, step)

    def _way_out(self, track: Track) -> tuple[Step, ...]:
        """Return the shortest way to be gone that takes no time; empty where there is none."""
        queue: deque[tuple[str, tuple[Step, ...]]] = deque(
            (state, ()) for state in track.belief if state != REMOVED
        )
        seen: set[str] = set()
        while queue:
            here, steps = queue.popleft()
            if here == REMOVED:
                return steps
            if here not in seen:
                seen.add(here)
                for transition in track.nature.lifecycle.transitions:
                    operation = next((t for t in transition.triggers if t in self._observer.bindings), "")
                    members = members_for(transition)
                    if here in transition.starts and operation and members is not None:
                        queue.append((transition.ends, (*steps, Step(transition, operation, members))))
        return ()

    def wait(self, track: Track, transition: Transition) -> Generator[Wait | Later, None, None]:
        """Wait until a resource was seen to make a move by itself, or should have.

        Raises:
            CannotTry: it did not.
        """
        after = transition.after
        if after is not None and after.polls:
            for _ in range(after.polls + 1):
                if transition.ends in track.belief:
                    return
                self.read(track)
            return
        latest = self.deadline(track, transition)
        if latest is None:
            raise CannotTry("nothing tells when it moves by itself")
        tolerance = self._observer.bench.tolerance
        yield Wait(latest + 0.01)
        while not track.is_spoiled and not track.is_gone:
            self.read(track)
            if (
                transition.ends in track.belief
                or self._client.clock.now().slow > latest + tolerance.late + 0.5
            ):
                return
            yield Wait(self._client.clock.now().slow + _POLL_SECONDS)

    def deadline(self, track: Track, transition: Transition) -> float | None:
        """Return when, on the slow clock, a move by itself is due at the latest; None if nothing tells."""
        after = transition.after
        since = max(
            (track.belief[s].latest for s in transition.starts if s in track.belief), default=math.inf
        )
        if after is None:
            return None
        if after.duration is not None:
            return None if math.isinf(since) else since + after.duration / SECOND
        due = track.due(transition)
        return None if due is None or math.isinf(due.slow) else due.slow


def _too_far(seconds: float) -> str:
    """Return why a state is not waited for."""
    if seconds >= FAR:
        return "nothing tells how long it takes to get there; --clock-url would allow it"
    return f"it takes {seconds:.0f} s to get there (--max-time, --clock-url)"


def _product(choices: list[list[Any]]) -> Iterator[tuple[Any, ...]]:
    """Yield every combination, those first that differ in the last place."""
    if not choices:
        return
    yield from itertools.product(*choices)
