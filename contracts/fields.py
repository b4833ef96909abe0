"""Holds the fields of a resource to what was sent, to what its state says, and to what was seen before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from contracts.anatomy import Sighting
from contracts.docket import Docket
from contracts.exchange import Exchange
from contracts.finding import Subject
from contracts.nature import Nature, Writer
from contracts.observed import Track
from contracts.reckoning import UNKNOWN, At, assigned, differs
from speckit import expression, timing
from speckit.lifecycle import REMOVED, Path, View
from speckit.marks import strip
from speckit.pointer import ABSENT, render

SLACK_SECONDS = 2.5
"""How far two stamps that belong together may be apart: whole seconds, and a late scheduler."""

_CULPRITS = (
    ("foreign", "isolation"),
    ("refused", "refusal-changes-nothing"),
    ("updated", "update-touches-no-more"),
    ("triggered", "state-sets-fields"),
)
_PLAIN = View("")


@dataclass(slots=True)
class Fields:
    """Judges fields, slot by slot."""

    docket: Docket

    def seen(
        self, track: Track, sighting: Sighting, exchange: Exchange, subject: Subject, law: str = ""
    ) -> None:
        """Take in what a sighting tells of the fields.

        Args:
            law: What is broken where a field is not as it was, if the way it was seen decides that.
        """
        nature = track.nature
        view = nature.lifecycle.views.get(sighting.view, _PLAIN)
        self._hidden(track, sighting, view, exchange, subject)
        tried: set[str] = set()
        for slot in nature.slots:
            value = _bared(nature, slot, sighting.get(slot))
            if value is ABSENT:
                self._unseen(track, slot, sighting, view, exchange, subject)
                continue
            if _is_judged(track, slot):
                broken, named = self._judged(track, slot, value, law)
                tried.add(named)
                if broken:
                    self._break(track, slot, value, broken, named, exchange, subject)
            if not law or not track.is_spoiled:
                track.seen[slot] = value
        for name in tried if not track.is_spoiled else ():
            self.docket.hold(name, subject, True)

    def _judged(self, track: Track, slot: Path, value: Any, law: str) -> tuple[str, str]:
        """Return how `value` breaks a promise (empty where it breaks none), and which promise it is."""
        expected = [_bared(track.nature, slot, each) for each in self._expected(track, slot)]
        if expected and UNKNOWN not in expected and all(self._off(track, e, value) for e in expected):
            wanted = " or ".join(sorted({_shown(each) for each in expected}))
            return f"is {_shown(value)}, not {wanted}", law or self._law_of_value(track, slot)
        before = track.seen.get(slot, ABSENT)
        if before is not ABSENT and slot not in track.free and not same(before, value) and track.is_own:
            return f"is {_shown(value)} and was {_shown(before)}", law or culprit(track)
        return "", law or self._law_of_value(track, slot)

    def _law_of_value(self, track: Track, slot: Path) -> str:
        """Return the law that says what the slot holds now."""
        if slot in track.updates:
            return "update-keeps-input"
        if slot in track.nature.machine_written:
            return "state-sets-fields"
        if slot in track.seen:
            return culprit(track)
        return "create-keeps-input"

    def _expected(self, track: Track, slot: Path) -> Iterator[Any]:
        """Yield every value that the slot may have; UNKNOWN among them where that cannot be told."""
        if slot in track.nature.stamps and not _is_set_back(track, slot):
            return
        if not track.is_own or (track.call is None and slot not in track.wrote):
            return
        if slot in track.wrote:
            yield track.wrote[slot]
            return
        if slot in track.updates:
            yield track.updates[slot]
            if slot not in track.nature.machine_written:
                return
        if slot[0] in track.given or not track.belief:
            yield track.birth(slot)
            return
        birth = (Writer(track.nature.slots[slot], is_birth=True),)
        for state in track.belief:
            if state != REMOVED:
                for writer in track.nature.reaching.get(state, {}).get(slot, birth):
                    yield track.birth(slot) if writer.is_birth else self._written(track, writer)

    def _written(self, track: Track, writer: Writer) -> Any:
        """Return what a move wrote; UNKNOWN where that hangs on when, or on what was changed since."""
        if writer.is_circular:
            return UNKNOWN
        template = writer.template
        for source in expression.sources(template):
            parent = track.nature.lifecycle.parents.get(source.name) if source.kind == "parent" else None
            path = parent.field if parent else source.pointer if source.kind == "resource" else ()
            slot = track.nature.slot(path) if path else ()
            if slot and (slot in track.updates or slot in track.nature.machine_written & track.free):
                return UNKNOWN  # A state that was passed by may have written it.
        value = assigned(template, track.known())
        return UNKNOWN if isinstance(value, At) else value

    def _off(self, track: Track, expected: Any, value: Any) -> bool:
        """Return whether `value` is not the `expected` one."""
        if expected is ABSENT:
            return value is not None
        if isinstance(expected, At):
            return self._off_time(track, expected, value)
        return differs(expected, value) and not same(expected, value)

    def _off_time(self, track: Track, expected: At, value: Any) -> bool:
        """Return whether a time counted from the creation is not where it should be."""
        times = track.nature.lifecycle.timestamps
        base = track.stamp(times.created) if times.created else None
        stamp = timing.parse(value, times.format)
        if stamp is None:
            return True
        if base is None or track.nature.slots.get(times.created or ()) is None:
            return False
        slack = int(SLACK_SECONDS * timing.SECOND)
        return not any(abs(_counted(base + shift, expected) - stamp) <= slack for shift in (-slack, 0, slack))

    def _break(
        self, track: Track, slot: Path, value: Any, how: str, law: str, exchange: Exchange, subject: Subject
    ) -> None:
        if track.is_spoiled:
            return
        said = f"{render(slot)} of {track.nature.name} {track.id} {how}."
        self.docket.hold(law, subject, False, said, [*track.exchanges, exchange], cause=render(slot))
        track.is_spoiled = True

    def _hidden(
        self, track: Track, sighting: Sighting, view: View, exchange: Exchange, subject: Subject
    ) -> None:
        """Hold a plain view to showing nothing that is hidden or left out."""
        if not sighting.is_whole:
            return
        left_out = view.left_out(track.nature.lifecycle.hidden)
        hidden = [path for path in left_out if path in track.nature.lifecycle.hidden]
        shown = [path for path in left_out if sighting.get(path) is not ABSENT]
        law = (
            "hidden-stays-hidden" if any(path in hidden for path in shown) or not view.omit else "view-shows"
        )
        if view.only:
            shown += [slot for slot in track.nature.slots if not _shows(track.nature, view, slot)]
            shown = [path for path in shown if sighting.get(path) is not ABSENT]
            law = law if any(path in hidden for path in shown) else "view-shows"
        if hidden or view.omit or view.only:
            said = f"{render(shown[0])} of {track.nature.name} {track.id} is shown." if shown else ""
            self.docket.hold(law, subject, not shown, said, [exchange], cause=str(shown))

    def _unseen(
        self, track: Track, slot: Path, sighting: Sighting, view: View, exchange: Exchange, subject: Subject
    ) -> None:
        """Hold a view to showing what it is declared to show and the resource surely has."""
        if not sighting.is_whole or not sighting.fields or not _shows(track.nature, view, slot):
            return
        expected = list(self._expected(track, slot))
        if not expected or any(e is ABSENT or e is UNKNOWN for e in expected):
            return
        law = "view-shows" if view is not _PLAIN or slot in track.seen else "create-keeps-input"
        said = f"{render(slot)} of {track.nature.name} {track.id} is not shown."
        if not track.is_spoiled:
            self.docket.hold(law, subject, False, said, [*track.exchanges, exchange], cause=render(slot))
            track.is_spoiled = True


def culprit(track: Track) -> str:
    """Return the law that what was done last has broken, if something changed that should not."""
    found = next((law for event, law in _CULPRITS if event in track.events), "")
    if not found and track.ledger.changes > track.changes:
        return "others-untouched"
    return found or "reading-changes-nothing"


def _bared(nature: Nature, slot: Path, value: Any) -> Any:
    """Return the `value` of `slot` without what is hidden inside it."""
    inside = [path[len(slot) :] for path in nature.lifecycle.hidden if path[: len(slot)] == slot != path]
    if not inside or not isinstance(value, dict | list):
        return value
    value = deepcopy(value)
    for path in inside:
        strip(value, path)
    return value


def _shows(nature: Nature, view: View, slot: Path) -> bool:
    """Return whether a view without a body of its own shows the slot."""
    left_out = view.left_out(nature.lifecycle.hidden)
    if any(slot[: len(path)] == path or ("*" in path and slot[:1] == path[:1]) for path in left_out):
        return False
    return not view.only or any(slot[: len(path)] == path for path in view.only)


def _is_judged(track: Track, slot: Path) -> bool:
    """Return whether a slot is held to what wrote it, and not to the state, the clock or the moves."""
    if slot in track.nature.stamps:
        return _is_set_back(track, slot)
    return slot != track.nature.lifecycle.state_field and not _is_history(track.nature, slot)


def _is_set_back(track: Track, slot: Path) -> bool:
    """Return whether a move has set the time at `slot`, and no state that writes it was entered since."""
    if slot not in track.wrote or not track.is_own:
        return False
    times = track.nature.lifecycle.timestamps
    writing = {state for state, path in times.entered.items() if path == slot}
    return (
        slot != times.updated
        and slot in track.nature.stamps
        and not writing & {*track.visited, *track.belief}
    )


def _is_history(nature: Nature, slot: Path) -> bool:
    history = nature.lifecycle.history
    return history is not None and nature.slot(history.field) == slot


def _counted(base: int, at: At) -> int:
    moment = base + at.plus
    return timing.next_full(moment, at.next) if at.next else moment


def same(one: Any, other: Any) -> bool:
    """Return whether two values are the same, a time written in another way included."""
    if not differs(one, other):
        return True
    if isinstance(one, str) and isinstance(other, str) and one[:4].isdigit() and other[:4].isdigit():
        first, second = timing.parse(one, "date-time"), timing.parse(other, "date-time")
        return first is not None and first == second
    return False


def _shown(value: Any) -> str:
    text = "absent" if value is ABSENT else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def named_changes(nature: Nature, changes: Iterable[tuple[Path, Any]]) -> Mapping[Path, Any]:
    """Return what an update writes, by slot; UNKNOWN where it writes only a part of one."""
    found: dict[Path, Any] = {}
    for path, value in changes:
        slot = nature.slot(path)
        found[slot] = value if slot == path else UNKNOWN
    return found
