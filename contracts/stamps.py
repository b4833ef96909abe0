"""Holds the times that a resource tells to each other, and its history to its moves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from contracts.anatomy import Sighting, places
from contracts.docket import Docket
from contracts.exchange import Exchange
from contracts.fields import SLACK_SECONDS, culprit, same
from contracts.finding import Subject
from contracts.observed import Track
from contracts.reckoning import At
from contracts.wall import Wall
from speckit import pointer, timing
from speckit.expression import Constant, Source
from speckit.lifecycle import REMOVED, History, Path
from speckit.pointer import ABSENT, render

_EPOCHS = {"epoch-s": (10**8, 10**11), "epoch-ms": (10**11, 10**14)}
"""Between which numbers a time of our days is, by format: a wrong unit is outside."""
_TEXTS = {
    "date-time": re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)"),
    "date-time-s": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)"),
    "date-time-local": re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?"),
}
_TELLING = ("timestamp-order", "timestamp-when-due")
"""The laws of which each sentence tells one way of breaking them, without a value."""
_SLACK = int(SLACK_SECONDS * timing.SECOND)


@dataclass(slots=True)
class Stamps:
    """Judges timestamps; `wall` learns from them what the server's clock says."""

    docket: Docket
    wall: Wall

    def seen(self, track: Track, sighting: Sighting, exchange: Exchange, subject: Subject) -> None:
        """Take in the times that a sighting shows."""
        shown = {path: sighting.get(path) for path in self._paths(track)}
        shown = {path: value for path, value in shown.items() if value is not ABSENT}
        if track.is_spoiled or not (shown or track.nature.times):
            return
        for law, said in self._wrongs(track, sighting, shown, exchange):
            cause = _cause(track, law, said)
            if not self.docket.hold(law, subject, not said, said, [*track.exchanges, exchange], cause):
                track.is_spoiled = True
                return

    def _paths(self, track: Track) -> list[Path]:
        times = track.nature.lifecycle.timestamps
        return list(dict.fromkeys(p for p in (times.created, times.updated, *times.entered.values()) if p))

    def learn(self, track: Track, sighting: Sighting, exchange: Exchange) -> None:
        """Read the server's clock, and when the resource moves next, from what a change shows."""
        last = track.events[-1] if track.events else ""
        moments = {"created": track.born, "triggered": track.moved}.get(last)
        if moments is None or not track.is_own or len(track.belief) != 1:
            return
        form = track.nature.lifecycle.timestamps.format
        created = track.nature.lifecycle.timestamps.created
        recurring = self._recurring(track)
        passed = int((exchange.after.fast - moments[0].fast) * timing.SECOND)
        for path in (*filter(None, [created]), *track.nature.deadlines):
            value = sighting.get(path)
            stamp = timing.parse(value, form) if is_written(value, form) else None
            if stamp is None:
                continue
            at = self._at(track, path)
            if (
                at is not None
                and not at.next
                and (path != created or last == "created")
                and not (path in recurring and passed >= at.plus)
            ):
                self.wall.read(stamp - at.plus, *moments)
            if path in track.nature.slots and path in track.nature.deadlines:
                track.seen.setdefault(path, value)

    def _recurring(self, track: Track) -> set[Path]:
        """Return the fields that move on by themselves, in the states that are possible."""
        timed = [t for state in track.belief for t in track.nature.timed(state) if t.every]
        return {t.after.until.pointer for t in timed if t.after and t.after.until}

    def _at(self, track: Track, path: Path) -> At | None:
        """Return how the time at `path` was counted, if that is known."""
        writers = track.nature.reaching.get(next(iter(track.belief)), {}).get(path, ())
        is_new = not (track.events and track.events[-1] == "triggered")
        if len(writers) != 1 or (writers[0].is_birth and not is_new):
            return None  # What was counted from the creation says nothing of a later change.
        value = track.reckon(writers[0].template)
        return value if isinstance(value, At) else None

    def _wrongs(
        self, track: Track, sighting: Sighting, shown: dict[Path, Any], exchange: Exchange
    ) -> Iterator[tuple[str, str]]:
        """Yield each law tried, with what broke it; empty where nothing did."""
        told = _told(track)
        form = track.nature.lifecycle.timestamps.format
        times = {path: sighting.get(path) for path in track.nature.times} | shown
        bad = [p for p, v in times.items() if v is not ABSENT and v is not None and not is_written(v, form)]
        yield (
            "timestamp-format",
            f"{render(bad[0])} {told} is {times[bad[0]]!r}, which is no {form}." if bad else "",
        )
        stamps = {path: timing.parse(value, form) for path, value in shown.items()}
        yield "timestamp-order", self._disorder(track, stamps, told)
        if track.is_own and track.call is not None:
            yield "timestamp-when-due", self._untimely(track, shown, told)
            yield "timestamp-order", self._disagreement(track, stamps, exchange, told)
        yield from self._changed(track, shown, told)

    def _changed(self, track: Track, shown: dict[Path, Any], told: str) -> Iterator[tuple[str, str]]:
        """Hold times to staying as they are where nothing has happened."""
        if not track.is_own or not track.is_sighted:
            return
        times = track.nature.lifecycle.timestamps
        fixed = [
            path for path in shown if path in track.seen and (path not in track.free or path == times.created)
        ]
        moved = [path for path in fixed if not same(track.seen[path], shown[path])]
        if moved:
            yield (
                culprit(track),
                f"{render(moved[0])} {told} was {track.seen[moved[0]]!r}, is {shown[moved[0]]!r}.",
            )

    def _disorder(self, track: Track, stamps: dict[Path, int | None], told: str) -> str:
        created_at = track.nature.lifecycle.timestamps.created
        created = stamps.get(created_at) if created_at else None
        for path, stamp in stamps.items():
            if created is not None and stamp is not None and stamp < created - timing.SECOND and track.is_own:
                return f"{render(path)} {told} is before its creation."
        return ""

    def _untimely(self, track: Track, shown: dict[Path, Any], told: str) -> str:
        """Return which time is told before it has come, or is not told though it has."""
        times = track.nature.lifecycle.timestamps
        for state, path in times.entered.items():
            if path not in shown or track.nature.slots.get(path) != Constant(None):
                continue
            same_path = {s for s, p in times.entered.items() if p == path}
            is_early = path not in track.wrote and not same_path & (track.visited | set(track.belief))
            if shown[path] is not None and is_early:
                return f"{render(path)} {told} is told, and it was never {' or '.join(sorted(same_path))}."
            if shown[path] is None and set(track.belief) == {state}:
                return f"{render(path)} {told} is null, and it is {state}."
        updated = times.updated
        if updated in shown and track.nature.slots.get(updated or ()) == Constant(None):
            is_fresh = track.version == 0 and updated not in track.free and not track.is_sighted
            if shown[updated] is not None and is_fresh and len(track.visited | set(track.belief)) == 1:
                return f"{render(updated)} {told} is told, and nothing has changed it."
            if shown[updated] is None and track.moved is not None:
                return f"{render(updated)} {told} is null after a change."
        return ""

    def _disagreement(
        self, track: Track, stamps: dict[Path, int | None], exchange: Exchange, told: str
    ) -> str:
        """Return which time does not fit with when things were done."""
        times = track.nature.lifecycle.timestamps
        created = stamps.get(times.created) if times.created else None
        if created is None or track.born is None:
            return ""
        if not self.wall.agrees(created, *track.born, SLACK_SECONDS):
            return f"{render(times.created or ())} {told} does not fit the times of other resources."
        updated = stamps.get(times.updated) if times.updated else None
        if updated is None or track.moved is None:
            return ""
        earliest = track.moved[0].slow - track.born[1].slow - SLACK_SECONDS
        latest = exchange.after.fast - track.born[0].fast + SLACK_SECONDS
        if not earliest <= (updated - created) / timing.SECOND <= latest:
            return f"{render(times.updated or ())} {told} is not when it was changed."
        return ""


def _told(track: Track) -> str:
    """Return of what a time is, as it stands in a sentence after the time's field."""
    return f"of {track.nature.name} {track.id}"


def _cause(track: Track, law: str, said: str) -> str:
    """Return what a broken promise is told apart by: the field and, where no value is told, how it is wrong.

    Whose field it is counts for nothing, or each resource would be a finding of its own.
    """
    field, _, how = said.partition(_told(track))
    return field + how if law in _TELLING else field


def is_written(value: Any, form: str) -> bool:
    """Return whether `value` is a time in the format `form`."""
    if form in _EPOCHS:
        low, high = _EPOCHS[form]
        return isinstance(value, int) and not isinstance(value, bool) and low <= value < high
    return isinstance(value, str) and _TEXTS[form].fullmatch(value) is not None


@dataclass(slots=True)
class Histories:
    """Judges event histories."""

    docket: Docket

    def seen(
        self, track: Track, sighting: Sighting, exchange: Exchange, subject: Subject, states: Iterable[str]
    ) -> None:
        """Take in the history that a sighting shows; `states` are those that the resource may be in."""
        history = track.nature.lifecycle.history
        entries = sighting.get(history.field) if history else ABSENT
        if history is None or not isinstance(entries, list) or track.is_spoiled:
            return
        said = self._wrong(track, history, entries, states)
        cause = said.removeprefix(_history_of(track))[:12]
        self.docket.hold("history-true", subject, not said, said, [*track.exchanges, exchange], cause)
        track.is_spoiled |= bool(said)
        track.history = entries

    def _wrong(self, track: Track, history: History, entries: list[Any], states: Iterable[str]) -> str:
        told = _history_of(track)
        if entries[: len(track.history)] != track.history:
            return f"{told} was rewritten: {len(track.history)} entries that were there are not."
        where = next((at for at, source in places(history.entry) if source == Source("state")), None)
        if where is None:
            return ""
        words = [pointer.read(entry, where) for entry in entries]
        if not words:
            return f"{told} is empty."
        return self._broken_line(track, words, told, states)

    def _broken_line(self, track: Track, words: list[Any], told: str, states: Iterable[str]) -> str:
        lifecycle = track.nature.lifecycle
        value_of = {name: state.value for name, state in lifecycle.states.items()}
        if track.call is not None and words[0] not in [value_of[state] for _, state in lifecycle.initial]:
            return f"{told} starts with {words[0]!r}, in which nothing starts."
        arrows = {
            (value_of[s], value_of[t.ends])
            for t in lifecycle.transitions
            if t.ends != REMOVED
            for s in t.starts
        }
        for pair in pairwise(words):
            if track.call is not None and pair not in arrows:
                return f"{told} goes from {pair[0]!r} to {pair[1]!r}, which no transition does."
        now = {value_of[state] for state in states if state != REMOVED}
        if track.is_own and now and words[-1] not in now:
            return f"{told} ends with {words[-1]!r}; it is {' or '.join(map(str, sorted(now, key=str)))}."
        return ""


def _history_of(track: Track) -> str:
    return f"The history of {track.nature.name} {track.id}"
