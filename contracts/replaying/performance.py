"""One performance of a slice: made again on the living implementation, before a judge who knows nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from contracts.acts.scene import Scene
from contracts.bench import Binding
from contracts.client import Client, OutOfBudget
from contracts.docket import Docket
from contracts.exchange import Call, Exchange
from contracts.finding import Finding, Subject
from contracts.inputs import Inputs
from contracts.making import Maker
from contracts.observer import Observer
from contracts.possible import UNKNOWN_SINCE
from contracts.replaying.course import CannotReplay, Course
from contracts.replaying.names import Renames
from contracts.replaying.slices import Shot, Slicer, Take
from contracts.report.pasting import LONG_SECONDS
from contracts.wire import Unreachable
from speckit.pointer import ABSENT
from speckit.specification import Specification

_PATIENCE_SECONDS = 0.05
_AMONG_PRINCIPALS = frozenset({"isolation", "key-per-principal", "unique-id"})
"""Laws for which it matters what each of several principals had before."""
_MOST_PLACES = 8
"""How many parents are tried where what was made before is refused."""
_CHANGING = ("replace", "update", "trigger")
_MOST_STOCK = 60
"""How many resources are made at most for a list to have as many pages as it had."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What is said to be broken: a law, on a subject, and what happened then."""

    law: str
    subject: Subject
    happened: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What a performance showed: the finding, every exchange of it, and how many takes it took."""

    finding: Finding
    exchanges: tuple[Exchange, ...]
    takes: int


@dataclass(frozen=True, slots=True)
class House:
    """What every performance needs.

    Attributes:
        open: Opens a new client, with nobody watching.
        number: Returns numbers for new values, no two the same.
        may_change: Whether resources may be changed that the performance has not made itself.
        given: What was put into being for the judge: by whom it is seen, what it is, and its id.
    """

    specification: Specification
    open: Callable[[], Client]
    number: Callable[[], int]
    roles: Mapping[str, frozenset[str]]
    params: Mapping[str, str]
    may_change: bool = True
    given: tuple[tuple[str, str, Any], ...] = ()


class Performance:
    """Makes requests again, with a judge of its own."""

    def __init__(self, house: House, charge: Charge) -> None:
        self._house = house
        self._charge = charge
        self.docket = Docket(house.specification)
        self.observer = Observer(house.specification, self.docket, house.roles)
        self._client = house.open()
        self._client.watch = self._watch
        self._inputs = Inputs(house.specification, self.observer.ledger, house.params, house.number())
        self._maker = Maker(self.observer, self._client, self._inputs)
        self._renames = Renames(self._inputs, self.observer.natures)
        self._course = Course(charge.law, self.observer.bindings, self._renames)
        self._exchanges: list[Exchange] = []
        self._is_watched = True
        for each in house.given:
            self._take_in(*each)

    def _take_in(self, principal: str, resource: str, key: Any) -> None:
        """Take a resource for one that only the judge changes, whatever its state is by now."""
        track = self.observer.provided(principal, resource, "", key)
        track.belief = dict.fromkeys(track.nature.lifecycle.states or [""], UNKNOWN_SINCE)
        track.visited.clear()

    def _watch(self, exchange: Exchange, race: str) -> None:
        if self._is_watched:
            self._exchanges.append(exchange)
        self.observer.observe(exchange, race=race)

    def run(self, takes: Sequence[Take], seconds: float) -> Shown | None:
        """Return what was charged, where it shows again.

        Args:
            seconds: How much of the wall's time may go by between requests.

        Raises:
            CannotReplay: it does not go as it went.
            OutOfBudget: the time or the requests are used up.
            Unreachable: the implementation does not answer.
        """
        self._prepare(takes)
        ended = takes[0].first.before.slow
        played: list[Exchange] = []
        for number, take in enumerate(takes, 1):
            seconds -= self._wait(take.first.before.slow - ended, takes, seconds)
            ended = max(ended, take.ended)
            if take.is_walk and number == len(takes):
                self._stock(takes)
            played = self._play(take)
            self._course.hold_access(self._by_success(take), played, is_last=number == len(takes))
            self._course.hold_presence(self._by_success(take), played)
            if number == len(takes):
                self.observer.bench.finish()
                self._judge(take, played)
            if (found := self._found()) is not None:
                return Shown(found, tuple(self._exchanges), number)
            if number < len(takes) or not self._was_tried():
                self._hold_course(take, played)
        if takes[-1].is_walk and len(played) == 1:
            raise CannotReplay(f"the list has one page here, and had {_pages(takes[-1])} then")
        if not self._was_tried() and self._charge.law not in (*_SHOWS, "one-winner"):
            raise CannotReplay("nothing came of the requests by which it could be told")
        return None

    def _found(self) -> Finding | None:
        return next(
            (
                each
                for each in self.docket.findings
                if (each.law, each.subject) == (self._charge.law, self._charge.subject)
            ),
            None,
        )

    def _was_tried(self) -> bool:
        """Return whether the law was put to the test: a creation that is refused may be what mends it."""
        charged = (self._charge.law, self._charge.subject)
        return any(each.tried and (each.law, each.subject) == charged for each in self.docket.tallies)

    def _stock(self, takes: Sequence[Take]) -> None:
        """Make as many resources as the list must hold to have the pages that it had."""
        binding = self._binding(takes[-1].first)
        principal = takes[-1].first.call.principal
        assert binding is not None
        needed = min(Slicer(self.observer.bindings).needed(takes), _MOST_STOCK)
        creates = list(self._maker.binding_of(binding.nature, "create"))
        known = self.observer.ledger.of(principal, binding.nature.name)
        missing = needed - sum(not track.is_gone for track in known.values())
        for _ in range(missing if creates else 0):
            call = self._maker.free_call(creates[0], principal)
            if call is None or not self._maker.made(creates[0], call)[1].is_success:
                return

    def _prepare(self, takes: Sequence[Take]) -> None:
        """See what each principal has already, where that matters; it is no part of what is shown."""
        principals = dict.fromkeys(shot.call.principal for take in takes for shot in take.shots)
        if self._charge.law in _AMONG_PRINCIPALS and len(principals) > 1:
            for principal in filter(None, principals):
                for binding in self.observer.bindings.values():
                    if binding.nature.name == self._charge.subject.resource and binding.rule.role == "list":
                        self._scene(binding, principal).walk(binding, principal)
        self._exchanges.clear()

    def tidy(self) -> None:
        """Remove what was made, as far as that goes: the next performance may need its place."""
        self._is_watched = False
        try:
            for track in list(self.observer.ledger.every()):
                if track.is_made and track.call is not None and track.nature.lifecycle.states:
                    self._maker.release(track)
        except (OutOfBudget, Unreachable):
            return

    def _scene(self, binding: Binding, principal: str) -> Scene:
        return Scene(
            binding.nature,
            self.observer,
            self._client,
            self._inputs,
            self._maker,
            principal,
            "",
            self._house.roles,
        )

    def _wait(self, gap: float, takes: Sequence[Take], seconds: float) -> float:
        """Let as much time pass as passed then, where it matters; return how much of the wall's it took."""
        clock = self._client.clock
        if clock.is_movable:
            clock.advance(gap)
            return 0.0
        if gap < LONG_SECONDS or not self._is_timed(takes):
            return 0.0
        if gap > seconds:
            raise CannotReplay(f"it takes {gap:.0f} s more; --max-time or --clock-url would allow it")
        clock.advance(gap + _PATIENCE_SECONDS)
        return gap

    def _is_timed(self, takes: Sequence[Take]) -> bool:
        """Return whether anything concerned moves by itself."""
        bindings = (self._binding(shot) for take in takes for shot in take.shots)
        return any(binding is not None and _moves(binding) for binding in bindings)

    def _binding(self, shot: Shot) -> Binding | None:
        return self.observer.bindings.get(shot.call.operation.id)

    # Requests

    def _play(self, take: Take) -> list[Exchange]:
        calls = [self._call(shot) for shot in take.shots]
        if take.is_race:
            law = self._charge.law if self._charge.law == "one-winner" else ""
            raced = self._client.race(calls, law)
            for shot, exchange in zip(self._by_success(take), raced, strict=True):
                self._learn(shot, exchange)
            return raced
        if take.is_walk:
            return self._walk(take, calls[0])
        return [self._send(take.first, calls[0])]

    def _by_success(self, take: Take) -> list[Shot]:
        """Return the shots of a race in the order of its answers: those first that were accepted."""
        return sorted(take.shots, key=lambda shot: not 200 <= shot.status < 300)

    def _call(self, shot: Shot) -> Call:
        binding = self._binding(shot)
        if binding is None:
            return shot.call
        if binding.rule.role in _CHANGING and not self._house.may_change and not shot.call.aim:
            self._hold_own(binding, shot)
        return self._renames.call(binding, shot.call)

    def _hold_own(self, binding: Binding, shot: Shot) -> None:
        """Hold a change to what was made anew: whose a resource is that was not, nobody knows."""
        if not self._renames.knows(binding, shot.call):
            path = shot.call.target.partition("?")[0]
            raise CannotReplay(f"it changes {path}, and nothing in the report says how that was made")

    def _send(self, shot: Shot, call: Call) -> Exchange:
        binding = self._binding(shot)
        if binding is None or binding.rule.role != "create" or not _was_made(shot):
            exchange = self._client.send(call)
            self._learn(shot, exchange)
            return exchange
        exchange = self._made(binding, shot, call)
        for _ in self._elsewhere(binding, shot) if not exchange.is_success else ():
            self._exchanges.pop()
            exchange = self._made(binding, shot, self._renames.call(binding, shot.call))
            if exchange.is_success:
                break
        return exchange

    def _made(self, binding: Binding, shot: Shot, call: Call) -> Exchange:
        """Make a resource that was made before; what else is wrong with that is not the question."""
        call = replace(call, is_sure=False)
        if binding.anatomy.tells_id:
            exchange = self._client.send(call)
            self._learn(shot, exchange)
            return exchange
        track, exchange = self._maker.made(binding, call)
        if track is not None and shot.made is not ABSENT:
            self._renames.made(binding.nature.name, shot.made, track.id)
        return exchange

    def _elsewhere(self, binding: Binding, shot: Shot) -> Iterator[None]:
        """Name other parents, one choice after another, where a place below these may be taken."""
        unique = {path for each in binding.nature.lifecycle.unique for path in each.fields}
        for name, parent in binding.nature.lifecycle.parents.items():
            if parent.field in unique:
                for key in self._inputs.candidates(binding, name, shot.call.principal)[:_MOST_PLACES]:
                    if self._renames.moved(binding, name, shot.call, key):
                        yield

    def _learn(self, shot: Shot, exchange: Exchange) -> None:
        """Keep what stands for what from now on."""
        binding = self._binding(shot)
        if shot.tag and "etag" in exchange.headers:
            self._renames.headers[shot.tag] = exchange.headers["etag"]
        if binding is None or binding.rule.role != "create" or shot.made is ABSENT:
            return
        sighting = binding.anatomy.sighting(exchange) if exchange.is_success else None
        if sighting is not None and isinstance(sighting.id, str | int):
            self._renames.made(binding.nature.name, shot.made, sighting.id)

    def _walk(self, take: Take, call: Call) -> list[Exchange]:
        """Walk a list anew: there may be more or fewer pages than there were."""
        binding = self._binding(take.first)
        assert binding is not None
        paging = binding.rule.paging
        query = {name: value for name, value in call.query.items() if not paging or name != paging.param}
        return self._scene(binding, call.principal).walk(binding, call.principal, call.path, **query)

    # What no observer judges

    def _hold_course(self, take: Take, played: Sequence[Exchange]) -> None:
        """Hold creations to being accepted as they were: nothing that follows would be the same."""
        for shot, exchange in zip(self._by_success(take), played, strict=False):
            binding = self._binding(shot)
            is_create = binding is not None and binding.rule.role == "create"
            if is_create and _was_made(shot) and not exchange.is_success:
                said = f"answered {exchange.status}" if exchange.status else "not answered"
                raise CannotReplay(f"{shot.call.operation.id} was {said}")

    def _judge(self, take: Take, played: Sequence[Exchange]) -> None:
        """Judge what a driver tells and the observer cannot: by what a request was made for."""
        if self._found() is None and played and self._shows(take, played):
            self.docket.hold(
                self._charge.law, self._charge.subject, False, self._charge.happened, self._exchanges
            )

    def _shows(self, take: Take, played: Sequence[Exchange]) -> bool:
        last, shot = played[-1], take.shots[-1]
        if self._charge.law == "one-winner" and take.is_race:
            return self._winners(take, played) > 1
        shows = _SHOWS.get(self._charge.law)
        return shows is not None and shows(last) and shot.status in (0, last.status)

    def _winners(self, take: Take, played: Sequence[Exchange]) -> int:
        """Return how many won a race: resources made, or changes on one and the same condition."""
        binding = self._binding(take.first)
        won = [each for each in played if each.is_success]
        if binding is None or binding.rule.role != "create":
            return len(won) if all(_has(each, "if-match") for each in won) else 0
        sightings = [binding.anatomy.sighting(each) for each in won]
        return len({repr(each.id) for each in sightings if each is not None})


_SHOWS: Mapping[str, Callable[[Exchange], bool]] = {
    "invalid-refused": lambda exchange: exchange.is_success,
    "valid-accepted": lambda exchange: exchange.status >= 400,
    "no-crash": lambda exchange: exchange.status >= 500,
    "method-not-allowed": lambda exchange: exchange.status not in (405, 501),
    "not-modified": lambda exchange: (
        exchange.status != (200 if _has(exchange, "if-none-match", '"other"') else 304)
    ),
}
"""By law, whether an answer breaks it: only who makes the request knows that it is valid, or is not."""


def _has(exchange: Exchange, header: str, value: str = "") -> bool:
    """Return whether a request has a header, with that value where one is given."""
    found = [text for name, text in exchange.call.headers.items() if name.lower() == header]
    return value in found if value else bool(found)


def _pages(walk: Take) -> int:
    return len({repr(sorted(shot.call.query.items(), key=repr)) for shot in walk.shots})


def _was_made(shot: Shot) -> bool:
    return shot.made is not ABSENT or 200 <= shot.status < 300


def _moves(binding: Binding) -> bool:
    return any(transition.after for transition in binding.nature.lifecycle.transitions)
