"""What an answer of the vocabulary comes to: its status, and what is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from speckit.conventions import KINDS, Conventions, governing
from speckit.faults import Pointer
from speckit.lifecycle import Answer, Lifecycle, Rule
from speckit.operation import Operation
from speckit.specification import CONVENTIONS, LIFECYCLES, Specification

_CHAIN = 5
"""So many kinds may stand for each other."""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that has a status."""

    status: int
    answer: Answer
    at: Pointer = ()

    @property
    def content(self) -> tuple[object, ...]:
        """What is in it: body, headers, media type."""
        return self.answer.body, self.answer.headers, self.answer.content_type


@dataclass(frozen=True, slots=True)
class Errors:
    """How one operation tells each kind of error: by itself, or as its resource or its API does."""

    operation: Operation
    rule: Rule | None
    lifecycle: Lifecycle | None
    conventions: Conventions

    @property
    def kinds(self) -> list[str]:
        """The kinds of which something is said."""
        return list(dict.fromkeys(kind for _, each in self._levels() for kind in each))

    def _levels(self) -> list[tuple[Pointer, Mapping[str, Answer]]]:
        found: list[tuple[Pointer, Mapping[str, Answer]]] = []
        if self.rule and self.lifecycle:
            at = (LIFECYCLES, self.lifecycle.name)
            found.append(((*at, "operations", self.rule.operation, "answers"), self.rule.answers))
            found.append(((*at, "answers"), self.lifecycle.answers))
        found.append(((CONVENTIONS, self.conventions.name, "answers"), self.conventions.answers))
        return found

    def given(self, kind: str) -> Given:
        """Return the answer for a kind of error."""
        for _ in range(_CHAIN):
            at, found = self._found(kind)
            if not found.kind:
                return Given(found.status or KINDS[kind][0], found, at)
            kind = found.kind
        return Given(KINDS[kind][0], Answer())

    def _found(self, kind: str) -> tuple[Pointer, Answer]:
        for at, answers in self._levels():
            if kind in answers:
                return (*at, kind), answers[kind]
        return (CONVENTIONS, self.conventions.name, "error"), self.conventions.error or Answer()


def errors_of(specification: Specification, name: str) -> Errors:
    """Return how the operation `name` tells errors."""
    operation = specification.operations[name]
    life = next((each for each in specification.lifecycles.values() if name in each.rules), None)
    rule = life.rules[name] if life else None
    return Errors(operation, rule, life, governing(specification.conventions, operation.path))
