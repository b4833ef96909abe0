"""The first driver: no randomness, every operation in every state, and what people try besides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from contracts.acts import asking, conditions, listing, living, racing, several
from contracts.acts.scene import Scene, Try, adopt, made, scenes
from contracts.bench import Binding
from contracts.client import Client
from contracts.docket import Docket
from contracts.inputs import PLAIN, Inputs, Variant
from contracts.making import Maker
from contracts.observed import Track
from contracts.observer import Observer
from contracts.stage import Attempt, CannotTry, Stage

_DAY_SECONDS = 90_000.0
"""A little more than a day: over midnight, whatever the hour."""
_LEFT_ALONE = 12
"""How many resources are left to themselves, by each operation that makes some."""
_KINDS = (
    living.timed,
    conditions.attempts,
    racing.attempts,
    asking.attempts,
    living.attempts,
    several.attempts,
    listing.attempts,
)
"""In their order: what waits, then what is quick, then what takes many requests."""


class Matrix:
    """Drives every attempt on every resource.

    Args:
        principals: Who may ask; the first makes what is tried on, the second must see nothing of it.
        announce: Is told what is tried at the moment.
    """

    def __init__(
        self,
        observer: Observer,
        client: Client,
        inputs: Inputs,
        maker: Maker,
        principals: list[str],
        roles: Mapping[str, frozenset[str]],
        announce: Callable[[str], None],
    ) -> None:
        self._observer = observer
        self._client = client
        self._maker = maker
        self.stage = Stage(client, announce)
        self.scenes = scenes(observer, client, inputs, maker, principals, roles)

    def run(self) -> None:
        """Try everything.

        Raises:
            OutOfBudget: the time or the requests are used up.
            Unreachable: the implementation does not answer any more.
        """
        adopt(self.scenes)
        for scene in self.scenes:
            for attempts in _KINDS:
                for each in attempts(scene):
                    attempt = self._tidied(each.attempt)
                    self.stage.add(each.name, attempt, _giving_up(self._observer.docket, each))
        self.stage.run()
        self._let_time_pass()
        self._look_back()

    def _tidied(self, attempt: Attempt) -> Attempt:
        """Run an attempt, and then remove what it has made and left."""
        mine: list[Track] = []
        problem: CannotTry | None = None
        while True:
            self._maker.mine = mine
            try:
                wait = next(attempt)
            except StopIteration:
                break
            except CannotTry as found:
                problem = found
                break
            yield wait
        for track in mine:
            self._maker.release(track)
        if problem is not None:
            raise problem

    def _let_time_pass(self) -> None:
        """Where that costs nothing, make one of each and let a day go by."""
        if not self._client.clock.is_movable:
            return
        for scene in self.scenes:
            for binding in scene.bindings("create"):
                for variant in self._apart(scene, binding):
                    attempt = _made(scene, binding, variant)
                    self.stage.add("let a day go by", attempt, lambda _reason: None)
        self.stage.run()
        self._client.clock.advance(_DAY_SECONDS)

    def _apart(self, scene: Scene, binding: Binding) -> list[Variant]:
        """Return how those are made that are left to themselves: the usual way twice, then in others."""
        if not scene.may(binding, scene.owner):
            return []
        return [PLAIN, *scene.maker.variants(binding, scene.owner)][:_LEFT_ALONE]

    def _look_back(self) -> None:
        """Read everything once more: what has ended stays ended, what is gone stays gone."""
        for scene in self.scenes:
            if scene.maker.reader(scene.nature) is None:
                continue
            for track in list(self._own(scene)):
                scene.read(track)

    def _own(self, scene: Scene) -> Iterator[Track]:
        tracks = self._observer.ledger.of(scene.owner, scene.nature.name).values()
        yield from (track for track in tracks if track.is_own and not track.is_spoiled)


def _made(scene: Scene, binding: Binding, variant: Variant) -> Attempt:
    if scene.maker.free_call(binding, scene.owner, variant) is not None:
        yield from made(scene, binding, variant)


def _giving_up(docket: Docket, each: Try) -> Callable[[str], None]:
    def give_up(reason: str) -> None:
        for law, subject in each.laws:
            docket.pass_over(law, subject, reason)

    return give_up
