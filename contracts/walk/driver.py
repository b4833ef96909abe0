"""The third driver: a random walk, for values and depth that no table has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from contracts.acts.scene import adopt, scenes
from contracts.client import Client, OutOfBudget
from contracts.inputs import Inputs
from contracts.making import Maker
from contracts.observer import Observer
from contracts.walk.acts import Acts
from contracts.walk.steps import Steps

STRETCH = 50
"""After so many steps everything is looked at, and what was made is removed."""


class Walk:
    """Does what comes to mind, and lets the observer judge: it holds no law of its own.

    Only what the judge has made is changed. The same seed draws the same steps; a server that
    answers the same is sent the same requests.

    Args:
        principals: Who may ask; the first makes what is walked on, the second must see nothing of it.
        announce: Is told how far the walk is.
    """

    def __init__(
        self,
        observer: Observer,
        client: Client,
        inputs: Inputs,
        maker: Maker,
        principals: list[str],
        roles: Mapping[str, frozenset[str]],
        announce: Callable[[str], None] = lambda _doing: None,
    ) -> None:
        self._announce = announce
        self._scenes = scenes(observer, client, inputs, maker, principals, roles)
        self._steps = Steps(observer.specification, inputs, self._scenes)
        self._acts = Acts(client, inputs, maker)

    def run(self, depth: int, seed: int) -> None:
        """Take `depth` steps, or as many as the budget allows.

        Raises:
            Unreachable: the implementation does not answer any more.
        """
        try:
            adopt(self._scenes)
            for number, length in enumerate(_stretches(depth)):
                self._stretch(length, seed * 1_000_003 + number, number * STRETCH)
        except OutOfBudget:
            return

    def _stretch(self, length: int, seed: int, taken: int) -> None:
        """Take some steps; then look at everything, and remove what was made."""
        for number, step in enumerate(self._steps.drawn(length, seed), taken + 1):
            binding = step.move.binding
            self._announce(
                f"step {number}: {step.move.kind} {binding.operation.id if binding else ''}".rstrip()
            )
            self._acts.take(step)
        self._announce(f"step {taken + length}: look at everything")
        self._acts.look_back(self._scenes)


def _stretches(depth: int) -> Iterator[int]:
    yield from (min(STRETCH, depth - done) for done in range(0, depth, STRETCH))
