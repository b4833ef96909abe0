"""Holds what is seen of a resource's state to what is possible."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from contracts import possible
from contracts.anatomy import Sighting
from contracts.docket import Docket
from contracts.exchange import Exchange
from contracts.finding import Subject
from contracts.observed import Track
from contracts.possible import UNKNOWN_SINCE, Belief, Since, Tolerance
from speckit.lifecycle import REMOVED
from speckit.pointer import ABSENT

_MOST_MEDDLED = 1
"""How many resources outsiders are believed to have moved in the same way."""
_EVENT_LAWS = {
    "created": "initial-state",
    "triggered": "trigger-moves",
    "updated": "update-touches-no-more",
    "refused": "refusal-changes-nothing",
    "foreign": "isolation",
}


@dataclass(slots=True)
class States:
    """Judges states; knows how far an implementation may be off."""

    docket: Docket
    tolerance: Tolerance
    _meddled: dict[tuple[str, ...], set[object]] = field(default_factory=dict)

    def now(self, track: Track, exchange: Exchange) -> Belief:
        """Return the states possible while the exchange happened."""
        if not track.is_own:
            return self._of_others(track)
        if not any(track.nature.unasked(state) for state in track.belief):
            return track.belief
        return possible.moved(track.nature, track.belief, exchange.after, self.tolerance, track)

    def meddled(self, track: Track, exchange: Exchange) -> Belief:
        """Return the states possible if outsiders had a hand in it."""
        if not track.is_own or not track.nature.has_outsiders:
            return {}
        now = exchange.after.fast
        return possible.evolved(track.nature, track.belief, now, self.tolerance, track, external=True)

    def _is_meddling(self, track: Track, states: Iterable[str]) -> bool:
        """Return whether outsiders may have moved this one too.

        They do so now and then; where one resource after the other makes the same
        move, it is the implementation that does.
        """
        moved = self._meddled.setdefault(
            (track.nature.name, *sorted(track.belief), "", *sorted(states)), set()
        )
        moved.add(track.id)
        return len(moved) <= _MOST_MEDDLED

    def passed(self, track: Track, now: Belief, left: Belief) -> set[str]:
        """Return the states that lie on the way from what was possible to what is left of it."""
        return {s for s in now if possible.reachable(track.nature, [s], unasked=True) & set(left)}

    def recurring(self, track: Track, exchange: Exchange, subject: Subject) -> None:
        """Hold a move that recurs to having told when it happens next."""
        for state in track.belief if track.is_own and len(track.belief) == 1 and not track.is_spoiled else ():
            for transition in track.nature.timed(state):
                due = track.due(transition) if transition.every else None
                if due is not None and track.holds(transition):
                    late = exchange.before.slow - due.slow
                    said = f"{track.nature.name} {track.id} tells a next time that was {late:.1f} s ago."
                    shown = [*track.exchanges, exchange]
                    if not self.docket.hold(
                        "move-on-time", subject, late <= self.tolerance.late, said, shown, transition.name
                    ):
                        track.is_spoiled = True

    def _of_others(self, track: Track) -> Belief:
        """Return what a resource can be that anybody may move: all that can be reached."""
        reached = possible.reachable(track.nature, track.belief)
        return {state: track.belief.get(state, UNKNOWN_SINCE) for state in reached}

    def seen(
        self, track: Track, sighting: Sighting, exchange: Exchange, subject: Subject, law: str = ""
    ) -> bool:
        """Take in what a sighting tells of the state; return whether that was possible.

        Args:
            law: What is broken where it is not, if the way it was seen decides that.
        """
        recognised = track.nature.recognised(sighting)
        if recognised is None:
            return True
        said = f"{track.nature.name} {track.id} is {_word(sighting, recognised)}"
        if not self.docket.hold(
            "known-state",
            subject,
            bool(recognised),
            f"{said}, which no declared state is.",
            [*track.exchanges[-3:], exchange],
        ):
            track.is_spoiled = True
            return False
        now = self.now(track, exchange) if track.belief else dict.fromkeys(recognised, UNKNOWN_SINCE)
        left = {state: since for state, since in now.items() if state in recognised}
        if not left:
            meddled = {s: since for s, since in self.meddled(track, exchange).items() if s in recognised}
            left = meddled if meddled and self._is_meddling(track, meddled) else {}
        if not left:
            self._impossible(track, recognised, exchange, subject, law, said)
            return False
        track.visited |= self.passed(track, now, left)
        self._count_kept(track, subject, law)
        return self._in_time(track, left, exchange, subject, said)

    def _impossible(
        self,
        track: Track,
        recognised: Sequence[str],
        exchange: Exchange,
        subject: Subject,
        law: str,
        said: str,
    ) -> None:
        """Say which promise is broken by a state that cannot be."""
        if not track.is_spoiled:
            named = law or self._law(track, recognised)
            told = f"{said}; possible was {' or '.join(self._words(track, self.now(track, exchange)))}."
            cause = f"{sorted(track.belief)}>{sorted(recognised)}"
            self.docket.hold(named, subject, False, told, [*track.exchanges, exchange], cause)
        track.is_spoiled = True
        if not law:
            track.belief = dict.fromkeys(recognised, UNKNOWN_SINCE)

    def _law(self, track: Track, recognised: Sequence[str]) -> str:
        lifecycle = track.nature.lifecycle
        last = track.events[-1] if track.events else ""
        if set(track.belief) == {REMOVED}:
            return "gone-is-gone"
        by_time = possible.reachable(track.nature, track.belief, unasked=True)
        if last in _EVENT_LAWS:
            return _EVENT_LAWS[last]
        if all(state != REMOVED and lifecycle.states[state].is_final for state in track.belief):
            return "final-is-final"
        if by_time & set(recognised):
            return "not-too-early"
        is_of_another = track.ledger.changes > track.changes and self._asked(track) & set(recognised)
        return "others-untouched" if is_of_another else "possible-move"

    def _asked(self, track: Track) -> set[str]:
        """Return the states that a request alone leads to: one for another resource may have done so."""
        moves = track.nature.lifecycle.transitions
        return {each.ends for each in moves if each.triggers and set(each.starts) & set(track.belief)}

    def _count_kept(self, track: Track, subject: Subject, law: str) -> None:
        last = track.events[-1] if track.events else ""
        for name in filter(None, (law, _EVENT_LAWS.get(last, ""), "possible-move")):
            self.docket.hold(name, subject, True)
        states = track.nature.lifecycle.states
        if track.is_sighted and any(s in states and states[s].is_final for s in track.belief):
            self.docket.hold("final-is-final", subject, True)
        if track.is_own and any(t.after for s in track.belief for t in track.nature.timed(s)):
            self.docket.hold("not-too-early", subject, True)

    def _in_time(self, track: Track, left: Belief, exchange: Exchange, subject: Subject, said: str) -> bool:
        """Narrow the belief to `left` and to what is not overdue."""
        nature = track.nature
        late = {
            s: possible.overdue(nature, s, since, exchange.before.slow, self.tolerance, track)
            for s, since in left.items()
        }
        fresh = {state: since for state, since in left.items() if not track.is_own or late[state] is None}
        is_timely = bool(fresh)
        if track.is_own and any(nature.timed(state) for state in left):
            self.docket.hold(
                "move-on-time",
                subject,
                is_timely or track.is_spoiled,
                lambda: f"{said} still, {_late(late.values(), self.tolerance)} it was due to move.",
                [*track.exchanges, exchange],
                cause=str(sorted(left)),
            )
        track.is_spoiled |= not is_timely
        if not set(left) & set(track.belief):
            track.looks = 0
        track.belief = self._entered(track, fresh or left, exchange)
        track.visited |= set(track.belief)
        return is_timely

    def _entered(self, track: Track, left: Belief, exchange: Exchange) -> Belief:
        """Return `left` with the time of a state just seen for the first time bounded from above."""
        return {
            state: since if since.latest != float("inf") else Since(since.earliest, exchange.after.slow)
            for state, since in left.items()
        }

    def _words(self, track: Track, belief: Belief) -> list[str]:
        states = track.nature.lifecycle.states
        return sorted({"gone" if s == REMOVED else str(states[s].value or s) for s in belief})


def _word(sighting: Sighting, recognised: Sequence[str]) -> str:
    """Return what is said of the state: its word, or the state that the fields stand for."""
    if sighting.state is not ABSENT:
        return repr(sighting.state)
    return " or ".join(recognised) or "in a state"


def _late(beyond: Iterable[float | None], tolerance: Tolerance) -> str:
    """Return how late it is; `beyond` is by how much more than may be."""
    longest = max(each or 0.0 for each in beyond) + tolerance.late
    return "after the look at which" if math.isinf(longest) else f"{longest:.1f} s after"
