"""The part of a run that a finding is about, in takes: what is done again, one after another or at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from contracts.bench import Binding
from contracts.exchange import Call, Exchange, Moment, text
from contracts.finding import Finding
from contracts.matching import asked
from contracts.observed import Ledger, Track
from contracts.report.reading import RecordedFinding
from speckit.operation import Operation
from speckit.pointer import ABSENT

_MOST_LISTED = 15
"""How many resources are made again because a list held them."""
_MOST_OTHERS = 4
_NEAR = 10
"""How many exchanges before the only one of a finding are looked at for what may have brought it about."""
_READING = ("get", "list", "parts")
_WRITING = ("create", "update", "trigger")


@dataclass(frozen=True, slots=True)
class Shot:
    """One request as it was made once.

    Attributes:
        before: When it was sent.
        after: When it was answered; as `before` where that was not kept.
        made: The id of what it made; ABSENT where it made nothing, or the answer did not tell.
        status: How it was answered; 0 where that was not kept.
        tag: The ETag of the answer.
        race: Shared by those that were on their way at the same time; 0 for one alone.
    """

    call: Call
    before: Moment
    after: Moment
    made: Any = ABSENT
    status: int = 0
    tag: str = ""
    race: int = 0


@dataclass(frozen=True, slots=True)
class Take:
    """Shots that belong together: one alone, several at once, or the pages of one list."""

    shots: tuple[Shot, ...]
    is_race: bool = False
    is_walk: bool = False

    @property
    def first(self) -> Shot:
        """The shot that began it."""
        return self.shots[0]

    @property
    def ended(self) -> float:
        """When the last answer was there, on the slow clock."""
        return max(shot.after.slow for shot in self.shots)


class Slicer:
    """Cuts what a finding is about out of a run.

    Args:
        bindings: The operations with their rules, by id.
    """

    def __init__(self, bindings: Mapping[str, Binding]) -> None:
        self.bindings = bindings

    def role(self, shot: Shot) -> str:
        """Return the role of the operation that was called; empty where it has none."""
        binding = self.bindings.get(shot.call.operation.id)
        return binding.rule.role if binding else ""

    def is_reading(self, take: Take) -> bool:
        """Return whether a take only reads."""
        return all(self.role(shot) in _READING for shot in take.shots)

    def is_making(self, take: Take) -> bool:
        """Return whether a take makes a resource."""
        return any(self.role(shot) == "create" for shot in take.shots)

    def lean(self, takes: Sequence[Take]) -> tuple[Take, ...]:
        """Return `takes` without the lists that were read meanwhile: they seldom matter, and hold much."""
        return (*(take for take in takes[:-1] if self.role(take.first) != "list"), takes[-1])

    def needed(self, takes: Sequence[Take]) -> int:
        """Return how many resources a list must hold for the pages that are walked in the end."""
        binding = self.bindings.get(takes[-1].first.call.operation.id)
        if binding is None or not takes[-1].is_walk:
            return 0
        size = asked(binding, takes[-1].first.call).size or 0
        pages = {repr(sorted(shot.call.query.items(), key=repr)) for shot in takes[-1].shots}
        return size * (len(pages) - 1) + 1

    # Out of a run

    def told(self, finding: Finding) -> tuple[Take, ...]:
        """Return the takes that the finding itself names."""
        return self.takes(finding.exchanges)

    def whole(self, finding: Finding, ledger: Ledger) -> tuple[Take, ...]:
        """Return the takes that the finding names, with those that brought about what they rest on.

        These are the whole lives of the resources concerned, and how their parents and
        what a list held were made.
        """
        named, listed = self._concerned(finding, ledger)
        return self._lives(finding, named, listed, ledger)

    def wide(self, finding: Finding, ledger: Ledger) -> tuple[Take, ...]:
        """Return the takes of `whole`, with those of what was changed just before the finding was made."""
        named, listed = self._concerned(finding, ledger)
        last = finding.exchanges[-1].number
        before = max((each.number for each in finding.exchanges[:-1]), default=last - _NEAR)
        others = [
            track
            for track in _own(ledger)
            if track not in named and any(before < n < last for n in self._numbers(track, *_WRITING))
        ]
        return self._lives(finding, [*named, *others[-_MOST_OTHERS:]], listed, ledger)

    def given(self, finding: Finding, ledger: Ledger) -> tuple[tuple[str, str, Any], ...]:
        """Return what the finding is about and no request has made: by whom seen, what it is, its id."""
        numbers = {each.number for each in finding.exchanges}
        return tuple(
            (track.principal, track.nature.name, track.id)
            for track in ledger.every()
            if track.is_own and track.call is None and numbers & {e.number for e in track.exchanges}
        )

    def _lives(
        self, finding: Finding, named: Sequence[Track], listed: Sequence[Track], ledger: Ledger
    ) -> tuple[Take, ...]:
        last = finding.exchanges[-1].number
        found = {each.number: each for each in finding.exchanges}
        for track in named:
            found |= {each.number: each for each in track.exchanges if each.number <= last}
        for track in _with_parents([*named, *listed[:_MOST_LISTED]], ledger):
            found.setdefault(track.exchanges[0].number, track.exchanges[0])
        return self.takes(found.values())

    def _concerned(self, finding: Finding, ledger: Ledger) -> tuple[list[Track], list[Track]]:
        """Return the resources that the finding is about, and those that a list showed for it."""
        numbers = {each.number for each in finding.exchanges}
        made = {repr(self._made(each)) for each in finding.exchanges}
        keys = {self._asked(each) for each in finding.exchanges}
        own = _own(ledger)
        named = [
            track
            for track in own
            if repr(track.id) in made
            or keys & set(_keys(track))
            or numbers & self._numbers(track, "get", *_WRITING)
        ]
        return named, [t for t in own if t not in named and numbers & self._numbers(t, "list")]

    def _asked(self, exchange: Exchange) -> tuple[str, str, str]:
        """Return which resource a request names: what it is, the parameter, and its text."""
        binding = self.bindings.get(exchange.call.operation.id)
        if binding is None:
            return "", "", ""
        identity = binding.nature.lifecycle.identity
        params = (identity.param, *(param for param, _ in identity.alternates))
        name = next((param for param in params if param in exchange.call.path), "")
        return binding.nature.name, name, text(exchange.call.path.get(name, ""))

    def _numbers(self, track: Track, *roles: str) -> set[int]:
        """Return the numbers of those exchanges of `track` whose operation has one of `roles`."""
        return {each.number for each in track.exchanges if self._role(each) in roles}

    def _role(self, exchange: Exchange) -> str:
        binding = self.bindings.get(exchange.call.operation.id)
        return binding.rule.role if binding else ""

    def _made(self, exchange: Exchange) -> Any:
        """Return the id of what an exchange made; ABSENT where that is not told."""
        binding = self.bindings.get(exchange.call.operation.id)
        if binding is None or binding.rule.role != "create" or not exchange.is_success:
            return ABSENT
        sighting = binding.anatomy.sighting(exchange)
        return sighting.id if sighting is not None and isinstance(sighting.id, str | int) else ABSENT

    def takes(self, exchanges: Iterable[Exchange]) -> tuple[Take, ...]:
        """Return exchanges as takes, in their order."""
        ordered = sorted({each.number: each for each in exchanges}.items())
        return self._cut(
            [
                Shot(e.call, e.before, e.after, self._made(e), e.status, e.headers.get("etag", ""), e.race)
                for _, e in ordered
            ]
        )

    def _cut(self, shots: Sequence[Shot]) -> tuple[Take, ...]:
        """Return the takes that `shots` make up."""
        groups = (tuple(group) for _, group in groupby(self._named(shots), lambda s: s.race or id(s)))
        return tuple(self._walks([Take(group, is_race=len(group) > 1) for group in groups]))

    # Out of a report

    def recorded(self, finding: RecordedFinding, operations: Mapping[str, Operation]) -> tuple[Take, ...]:
        """Return the takes of a finding of an earlier run.

        Raises:
            KeyError: `operations` lacks one that was called.
        """
        return self.takes(each.exchange(operations) for each in finding.exchanges)

    def _named(self, shots: Sequence[Shot]) -> list[Shot]:
        """Return `shots`, with the ids of what was made wherever only later requests tell them."""
        known = {text(shot.made) for shot in shots if shot.made is not ABSENT}
        found: list[Shot] = []
        for position, shot in enumerate(shots):
            is_silent = self.role(shot) == "create" and shot.made is ABSENT and shot.status < 300
            key = self._next_new(shot, shots[position + 1 :], known) if is_silent else ABSENT
            if key is not ABSENT:
                known.add(text(key))
            known.update(map(text, self._ids(shot)))
            found.append(shot if key is ABSENT else replace(shot, made=key))
        return found

    def _next_new(self, creation: Shot, later: Sequence[Shot], known: set[str]) -> Any:
        """Return the first id that later requests name as the same principal, and none before."""
        for shot in later:
            binding = self.bindings.get(shot.call.operation.id)
            made = self.bindings[creation.call.operation.id]
            if binding is None or binding.nature is not made.nature:
                continue
            for key in self._ids(shot):
                if text(key) not in known:
                    return key
        return ABSENT

    def _ids(self, shot: Shot) -> Iterator[Any]:
        binding = self.bindings.get(shot.call.operation.id)
        name = binding.nature.lifecycle.identity.param if binding else ""
        if name in shot.call.path:
            yield shot.call.path[name]

    def _walks(self, takes: Sequence[Take]) -> Iterator[Take]:
        """Put the pages of one list together."""
        for list_key, group in groupby(takes, key=self._list_key):
            pages = list(group)
            if list_key is None or len(pages) == 1:
                yield from pages
            else:
                yield Take(tuple(shot for page in pages for shot in page.shots), is_walk=True)

    def _list_key(self, take: Take) -> Any:
        """Return what the pages of one list have in common; None for anything else."""
        call = take.first.call
        binding = self.bindings.get(call.operation.id)
        if binding is None or binding.rule.role != "list" or binding.rule.paging is None or take.is_race:
            return None
        query = {name: text(value) for name, value in call.query.items() if name != binding.rule.paging.param}
        return call.operation.id, call.principal, repr(sorted(call.path.items())), repr(sorted(query.items()))


def _own(ledger: Ledger) -> list[Track]:
    return [track for track in ledger.every() if track.call is not None and track.exchanges]


def _keys(track: Track) -> Iterator[tuple[str, str, str]]:
    """Yield the ways to name a resource in a path: what it is, the parameter, and its text."""
    identity = track.nature.lifecycle.identity
    yield track.nature.name, identity.param, text(track.id)
    for param, path in identity.alternates:
        if isinstance(value := track.look(path), str | int):
            yield track.nature.name, param, text(value)


def _with_parents(tracks: Iterable[Track], ledger: Ledger) -> list[Track]:
    """Return `tracks` and, as far as the judge has made them, their parents and the parents of these."""
    found: dict[int, Track] = {}
    queue = list(tracks)
    while queue:
        track = queue.pop()
        if id(track) in found or track.call is None or not track.exchanges:
            continue
        found[id(track)] = track
        for parent in track.nature.lifecycle.parents.values():
            for resource in parent.resources:
                if above := ledger.find(track.principal, resource, track.look(parent.field)):
                    queue.append(above)
    return list(found.values())
