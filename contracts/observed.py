"""What the judge has seen of each resource."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.exchange import Call, Exchange, Moment
from contracts.finding import Subject
from contracts.nature import Nature
from contracts.possible import UNKNOWN_SINCE, Belief
from contracts.reckoning import UNKNOWN, Known, has_hole, holds, reckoned
from contracts.wall import Wall
from speckit import pointer, timing
from speckit.expression import Template
from speckit.lifecycle import REMOVED, Path, Transition
from speckit.pointer import ABSENT

_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that was shown and that cannot be, and the law it breaks unless a read shows it too."""

    law: str
    subject: Subject
    happened: str
    exchanges: tuple[Exchange, ...]
    cause: str


@dataclass(slots=True, eq=False)
class Track:
    """One resource, as far as one principal has seen it.

    Attributes:
        belief: The states it can be in.
        is_own: The judge made it, so nobody else moves it, and what became of it is known.
        is_made: The judge made it, whatever became of it: it has to be removed again.
        call: The request that made it; None where another way did.
        born: Between which moments it was made.
        birth_order: The number of the exchange that made it, and its race.
        seen: What was last seen of each slot.
        updates: What an accepted update wrote, by slot.
        wrote: What the last move that was asked for wrote, by slot, of what no other move can write.
        events: What was done since it was last seen: `updated`, `triggered`, `refused`, `foreign` ...
        free: The slots that may have changed since it was last seen.
        visited: Every state it may have been in, since the time that tells of it was last set back.
        exchanges: Those it had a part in.
        changes: How many changes of others the ledger knew of when it was last seen.
        moved: Between which moments the judge last changed it.
        listed: How each list showed it last, by operation and view.
        doubt: How a list did not agree with what is known; a read will tell who is wrong.
        is_spoiled: A law was broken on it; what follows from that is not reported again.
    """

    nature: Nature
    id: Any
    principal: str
    ledger: Ledger
    belief: Belief = field(default_factory=dict)
    is_own: bool = False
    is_made: bool = False
    call: Call | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    born: tuple[Moment, Moment] | None = None
    birth_order: tuple[int, int] = (0, 0)
    seen: dict[Path, Any] = field(default_factory=dict)
    updates: dict[Path, Any] = field(default_factory=dict)
    wrote: dict[Path, Any] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    free: set[Path] = field(default_factory=set)
    visited: set[str] = field(default_factory=set)
    exchanges: list[Exchange] = field(default_factory=list)
    etags: dict[str, tuple[str, bytes, int]] = field(default_factory=dict)
    version: int = 0
    changes: int = 0
    looks: int = 0
    moved: tuple[Moment, Moment] | None = None
    history: list[Any] = field(default_factory=list)
    listed: dict[tuple[str, str], Any] = field(default_factory=dict)
    doubt: Doubt | None = None
    is_spoiled: bool = False
    is_sighted: bool = False

    @property
    def is_gone(self) -> bool:
        """Whether it surely is no more."""
        return set(self.belief) == {REMOVED}

    def blur(self) -> None:
        """Take the resource for one of which nothing is known any more."""
        self.is_spoiled = True
        self.is_own = False
        self.belief = dict.fromkeys([*self.nature.lifecycle.states, REMOVED], UNKNOWN_SINCE)

    def look(self, path: Path) -> Any:
        """Return what is known of the field at `path`: as last seen, else as it must be; or UNKNOWN."""
        return self._look(path, _DEEPEST)

    def _look(self, path: Path, depth: int) -> Any:
        slot = self.nature.slot(path)
        if slot in self.seen:
            return pointer.read(self.seen[slot], path[len(slot) :])
        if slot not in self.nature.slots and slot[:1] and slot[0] in self.given:
            return self.birth(slot)  # which parent it was made below, where that is never shown
        if self.call is None or slot not in self.nature.slots or not depth:
            return UNKNOWN
        if slot in self.nature.machine_written:
            return UNKNOWN
        value = self.updates[slot] if slot in self.updates else self.birth(slot, depth - 1)
        return value if value is ABSENT or has_hole(value) else pointer.read(value, path[len(slot) :])

    def birth(self, slot: Path, depth: int = _DEEPEST) -> Any:
        """Return what the slot held at creation, as far as that follows from the request."""
        if slot[0] in self.given:
            return pointer.read(self.given[slot[0]], slot[1:])
        return self.reckon(self.nature.slots[slot], depth)

    def reckon(self, template: Template, depth: int = _DEEPEST) -> Any:
        """Return what a template of the lifecycle comes to for this resource."""
        return reckoned(template, self.known(depth))

    def known(self, depth: int = _DEEPEST, call: Call | None = None) -> Known:
        """Return what a template may look up; `call` is the request it is about, if not the first."""
        states = {name for name in self.belief if name != REMOVED}
        words = {repr(s.value): s.value for n, s in self.nature.lifecycle.states.items() if n in states}
        return Known(
            call=call or self.call,
            resource=lambda path: self._look(path, depth),
            parent=self.parent,
            id=self.id,
            state=next(iter(words.values())) if len(words) == 1 else UNKNOWN,
        )

    def parent(self, name: str, path: Path) -> Any:
        """Return what is known of a field of the parent `name`."""
        known = self.nature.lifecycle.parents.get(name)
        key = self._look(known.field, 2) if known else UNKNOWN
        for resource in known.resources if known and not has_hole(key) else ():
            if found := self.ledger.find(self.principal, resource, key):
                return found.look(path)
        return UNKNOWN

    def due(self, transition: Transition) -> Moment | None:
        """Return when a move at a time of its own is due, if that is known."""
        after = transition.after
        if after is not None and after.polls:
            return _polled(self.looks, after.polls)
        if after is None or after.until is None or after.until.kind != "resource":
            return None
        stamp = self.stamp(after.until.pointer)
        return None if stamp is None else self.ledger.wall.moment(stamp)

    def holds(self, transition: Transition) -> bool | None:
        """Return whether the guard of a move by itself holds, if that is known."""
        return not transition.when or holds(transition.when, self.known())

    def stamp(self, path: Path) -> int | None:
        """Return the time last seen at `path`, in microseconds; None where none was."""
        value = self.look(path)
        return None if has_hole(value) else timing.parse(value, self.nature.lifecycle.timestamps.format)


@dataclass(slots=True)
class Ledger:
    """Every resource seen so far, by who saw it; `changes` counts what the judge had changed."""

    wall: Wall = field(default_factory=Wall)
    changes: int = 0
    _tracks: dict[tuple[str, str], dict[Any, Track]] = field(default_factory=dict)

    def of(self, principal: str, resource: str) -> dict[Any, Track]:
        """Return the resources that `principal` has seen, by id."""
        return self._tracks.setdefault((principal, resource), {})

    def find(self, principal: str, resource: str, key: Any) -> Track | None:
        """Return the resource with that id, as `principal` has seen it."""
        return self.of(principal, resource).get(key) if _is_key(key) else None

    def keep(self, track: Track) -> Track:
        """Keep `track` under its id, and return it."""
        self.of(track.principal, track.nature.name)[track.id] = track
        return track

    def by_field(self, principal: str, nature: Nature, path: Path, value: Any) -> Track | None:
        """Return the resource whose field at `path` was last `value`: a living one, else the last to go."""
        tracks = [each for each in self.of(principal, nature.name).values() if each.look(path) == value]
        return next((each for each in reversed(tracks) if not each.is_gone), tracks[-1] if tracks else None)

    def of_others(self, principal: str, resource: str, key: Any) -> Track | None:
        """Return the resource with that id which the judge made as somebody else."""
        for (owner, name), tracks in self._tracks.items():
            if (
                owner != principal
                and name == resource
                and _is_key(key)
                and key in tracks
                and tracks[key].is_own
            ):
                return tracks[key]
        return None

    def principals(self) -> list[str]:
        """Return everybody who has seen something."""
        return list(dict.fromkeys(principal for principal, _ in self._tracks))

    def every(self) -> Iterator[Track]:
        """Yield every resource."""
        for tracks in self._tracks.values():
            yield from tracks.values()


def _is_key(key: Any) -> bool:
    return isinstance(key, str | int)


def _polled(looks: int, wanted: int) -> Moment:
    """Return when a move at the `wanted` look is due after `looks` of them; one look is its grace."""
    never, at_once = math.inf, -math.inf
    return Moment(slow=at_once if looks > wanted else never, fast=at_once if looks >= wanted else never)
