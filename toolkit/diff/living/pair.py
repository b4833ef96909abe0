"""A resource of both documents, and what belongs together in its two lifecycles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from speckit.faults import Pointer
from speckit.lifecycle import EXTERNAL, REMOVED, Lifecycle, Rule
from speckit.operation import Operation
from speckit.specification import LIFECYCLES, Specification
from toolkit.diff.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Pair:
    """One resource, as it lived and as it lives.

    Attributes:
        operations: By the name of an old operation, that of the same one now.
        states: By the name of an old state, that of the same one now.
        resources: By the name of an old resource, that of the same one now.
        sheet: Where changes go.
    """

    old: Lifecycle
    new: Lifecycle
    operations: Mapping[str, str]
    states: Mapping[str, str]
    resources: Mapping[str, str]
    sheet: Sheet

    def add(
        self, rule: str, what: str, old: Pointer, new: Pointer | None = None, *, subject: str = ""
    ) -> None:
        """Write down a change of the resource, or of one of its operations; places are in its life."""
        there = old if new is None else new
        starts = (LIFECYCLES, self.old.name), (LIFECYCLES, self.new.name)
        self.sheet.add(rule, what, subject or self.new.name, (*starts[0], *old), (*starts[1], *there))

    def state(self, name: str) -> str | None:
        """Return what an old state, or the end of a transition, is called now; None where it is gone."""
        return name if name == REMOVED else self.states.get(name)

    def now(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return what those of some old states that there still are are called now."""
        return tuple(self.states[name] for name in names if name in self.states)

    def known(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return what some old resources are called now; those that are gone as they were."""
        return tuple(self.resources.get(name, name) for name in names)

    def namesake(self, number: int) -> Pointer:
        """Return where the transition stands now that is called as an old one, or all transitions."""
        name = self.old.transitions[number].name
        found = (there for there, each in enumerate(self.new.transitions) if each.name == name)
        return ("transitions", *(tuple(found)[:1]))

    def operation(self, name: str) -> str | None:
        """Return what an old operation is called now; None where it is gone."""
        return name if name == EXTERNAL else self.operations.get(name)


@dataclass(frozen=True, slots=True)
class Deed:
    """One operation on a resource, as it was and as it is."""

    pair: Pair
    old: Rule
    new: Rule
    operation: Operation
    old_operation: Operation

    @property
    def name(self) -> str:
        """How people call the operation."""
        return f"{self.operation.method} {self.operation.path}"

    def add(self, rule: str, what: str, *keys: str | int) -> None:
        """Write down a change of what the operation does; `keys` lead to it inside its entry."""
        places = (("operations", each.operation, *keys) for each in (self.old, self.new))
        self.pair.add(rule, what, *places, subject=self.name)


def deeds(pair: Pair, old: Specification, new: Specification) -> Iterator[Deed]:
    """Yield each operation that both lifecycles speak of."""
    for name, rule in pair.old.rules.items():
        now = pair.operations.get(name, "")
        if now in pair.new.rules:
            yield Deed(pair, rule, pair.new.rules[now], new.operations[now], old.operations[name])
