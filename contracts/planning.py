"""How a resource gets into a state: the shortest way by operations and by time."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.bench import Binding
from contracts.client import Clock
from contracts.creates import starts
from contracts.inputs import Inputs, Variant
from contracts.nature import Nature
from contracts.observed import Track
from contracts.observer import Observer
from contracts.reckoning import holds
from contracts.variants import variants
from speckit.lifecycle import REMOVED, Path, Transition
from speckit.timing import SECOND

FAR = 1e9
"""Seconds that nobody waits."""


@dataclass(frozen=True, slots=True)
class Step:
    """One move on the way: by an operation, with what its body names, or by itself."""

    transition: Transition
    operation: str = ""
    members: Mapping[Path, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """How to get a resource into a state: how it is made, what follows, and how many seconds it takes."""

    binding: Binding
    variant: Variant
    steps: tuple[Step, ...]
    seconds: float


class Planner:
    """Finds ways into states."""

    def __init__(self, observer: Observer, inputs: Inputs, clock: Clock) -> None:
        self._observer = observer
        self._inputs = inputs
        self._clock = clock
        self._plans: dict[tuple[str, str, str], list[Plan]] = {}
        self._variants: dict[tuple[str, str], list[Variant]] = {}

    def binding_of(self, nature: Nature, role: str) -> list[Binding]:
        """Return the operations of a resource that have `role`."""
        return [b for b in self._observer.bindings.values() if b.nature is nature and b.rule.role == role]

    def variants(self, binding: Binding, principal: str) -> list[Variant]:
        """Return every way to make a resource by one operation."""
        key = (binding.operation.id, principal)
        if key not in self._variants:
            self._variants[key] = variants(self._inputs, binding, binding.nature, principal)
        return self._variants[key]

    def plans(self, principal: str, nature: Nature, state: str) -> list[Plan]:
        """Return the ways into `state`, the quickest first."""
        key = (principal, nature.name, state)
        if key not in self._plans:
            found = [
                plan
                for binding in self.binding_of(nature, "create")
                for variant in self.variants(binding, principal)
                if (plan := self._plan(principal, binding, variant, state)) is not None
            ]
            self._plans[key] = sorted(
                found, key=lambda p: (p.seconds, len(p.steps), not p.binding.anatomy.tells_id)
            )
        return self._plans[key]

    def _plan(self, principal: str, binding: Binding, variant: Variant, state: str) -> Plan | None:
        nature = binding.nature
        call = self._inputs.create(binding, principal, variant)
        pretended = Track(nature, "", principal, self._observer.ledger, is_own=True, call=call)
        first = starts(nature.lifecycle, pretended.known())
        if len(first) != 1:
            return None
        queue: deque[tuple[str, tuple[Step, ...], float]] = deque([(first[0], (), 0.0)])
        best: dict[str, float] = {}
        found: Plan | None = None
        while queue:
            here, steps, seconds = queue.popleft()
            if best.get(here, math.inf) <= seconds:
                continue
            best[here] = seconds
            if here == state and (found is None or seconds < found.seconds):
                found = Plan(binding, variant, steps, seconds)
            for step, cost in self._edges(nature, here, pretended):
                queue.append((step.transition.ends, (*steps, step), seconds + cost))
        return found

    def _edges(self, nature: Nature, state: str, pretended: Track) -> Iterator[tuple[Step, float]]:
        """Yield the moves out of a state that can be brought about, with the seconds they take."""
        for transition in nature.lifecycle.transitions:
            if state not in transition.starts or transition.ends == REMOVED or transition.scenario:
                continue
            for operation in transition.triggers:
                members = members_for(transition)
                if operation in self._observer.bindings and members is not None:
                    yield Step(transition, operation, members), 0.05
            if transition.after is not None and holds(transition.when, pretended.known()) is True:
                yield Step(transition), self._seconds(transition, pretended)

    def _seconds(self, transition: Transition, pretended: Track) -> float:
        after = transition.after
        if after is None or after.polls:
            return 0.1
        if after.duration is not None:
            return after.duration / SECOND
        due = pretended.due(transition)
        if due is not None:
            return max(0.0, due.slow - self._clock.now().slow)
        return 60.0 if self._clock.is_movable else FAR


def members_for(transition: Transition) -> Mapping[Path, Any] | None:
    """Return what a body must name so that the guard holds; None where a body cannot decide that."""
    members: dict[Path, Any] = {}
    for source, condition in transition.when:
        if source.kind != "request.body":
            return None
        if condition.kind == "equals":
            members[source.pointer] = condition.value
        elif condition.kind == "in":
            members[source.pointer] = condition.value[0]
    return members
