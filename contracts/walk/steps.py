"""The steps of a walk: drawn from the document alone, so that no answer changes what is drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from contracts.acts.scene import Scene
from contracts.bench import Binding
from contracts.inputs import Inputs
from contracts.walk.values import Values
from speckit.drawing import drawn
from speckit.lifecycle import REMOVED
from speckit.pointer import ABSENT
from speckit.specification import Specification

CREATE, READ, CHANGE, LIST = "create", "read", "change", "list"
AGAIN, FOREIGN, RACE, WAIT, LOOK = "again", "foreign", "race", "wait", "look"


@dataclass(frozen=True, slots=True)
class Move:
    """A kind of step: on one kind of resource, by one operation; `binding` is None where it takes none."""

    kind: str
    scene: Scene
    binding: Binding | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `number` decides every choice that depends on what there is, `body` is a random body."""

    move: Move
    number: int
    body: Any

    def dice(self) -> Random:
        """Return what makes the step's choices, the same each time."""
        return Random(self.number)


class Steps:
    """Draws steps: what is done and to what by plain chance, the values by Hypothesis."""

    def __init__(self, specification: Specification, inputs: Inputs, scenes: Sequence[Scene]) -> None:
        weighted = [each for scene in scenes for each in _moves(scene)]
        self._weights = [weight for weight, _ in weighted]
        self._moves = [move for _, move in weighted]
        values = Values(specification.document.data)
        self._bodies = {
            move.binding.operation.id: values.fitting(inputs.schema(move.binding.operation))
            for move in self._moves
            if move.binding is not None and inputs.members(move.binding.operation)
        }

    def drawn(self, count: int, seed: int) -> list[Step]:
        """Return `count` steps, the same for the same seed; none where there is nothing to do."""
        dice = Random(seed)
        moves = dice.choices(self._moves, self._weights, k=count) if self._moves else []
        names = Counter(move.binding.operation.id for move in moves if move.binding is not None)
        bodies = {
            name: iter(drawn(self._bodies[name], most, dice.randrange(2**32)))
            for name, most in names.items()
            if name in self._bodies
        }
        return [Step(move, dice.randrange(2**62), _next(bodies, move)) for move in moves]


def _next(bodies: Mapping[str, Iterator[Any]], move: Move) -> Any:
    """Return the next body for a move; ABSENT where there is none, or no more."""
    return next(bodies.get(move.binding.operation.id, iter(())), ABSENT) if move.binding else ABSENT


def _moves(scene: Scene) -> Iterator[tuple[int, Move]]:
    """Yield what can be done with a resource, each with how often."""
    for binding in scene.bindings("create"):
        yield 5, Move(CREATE, scene, binding)
        if binding.rule.idempotency_header:
            yield 2, Move(AGAIN, scene, binding)
    for binding in scene.bindings("list"):
        yield 4, Move(LIST, scene, binding)
    if not scene.bindings("create"):
        return
    for binding in scene.on_one():
        yield 1, Move(FOREIGN, scene, binding)
        if binding.rule.role in ("get", "parts"):
            yield 3, Move(READ, scene, binding)
            continue
        if binding.rule.role == "replace":
            continue
        yield 2 if _removes(binding) else 4, Move(CHANGE, scene, binding)
        if binding.rule.role == "trigger" and not _goes_on(binding):
            yield 1, Move(RACE, scene, binding)
    yield 3, Move(WAIT, scene)
    yield 2, Move(LOOK, scene)


def _goes_on(binding: Binding) -> bool:
    """Return whether a second call moves what the first has moved: then nobody can tell who came first."""
    name, nature = binding.operation.id, binding.nature
    moves = [t for t in nature.lifecycle.transitions if name in t.triggers]
    return any(then.ends != t.ends for t in moves for then in nature.triggered(t.ends, name))


def _removes(binding: Binding) -> bool:
    """Return whether the operation may end a resource's life."""
    return any(
        t.ends == REMOVED and binding.operation.id in t.triggers for t in binding.nature.lifecycle.transitions
    )
