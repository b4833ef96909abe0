"""Judges operations that move many resources at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contracts import writing
from contracts.bench import Bench, Binding, remember
from contracts.exchange import Exchange, text
from contracts.matching import is_member
from contracts.observed import Track
from contracts.possible import UNKNOWN_SINCE, Since, between
from contracts.reckoning import Known, has_hole, holds, looked_up
from speckit.lifecycle import REMOVED


class Batches:
    """Judges operations of the role `batch`."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def judge(self, binding: Binding, exchange: Exchange) -> None:
        """Judge one request, and take in what it may have done to each resource that it is about."""
        if exchange.call.aim == "parent":
            answer = binding.missing_parent(exchange)
            said = "The parent does not exist"
            self._bench.refused(binding, exchange, "notFound", "missing-parent", said, answer)
            return
        if not exchange.is_success:
            return
        self._bench.ledger.changes += 1
        told = binding.anatomy.part(exchange, "ids")
        shown = set(map(text, told)) if isinstance(told, list) else None
        for track, is_sure in list(self._meant(binding, exchange)):
            self._moved(binding, exchange, track, shown, is_sure=is_sure)

    def _meant(self, binding: Binding, exchange: Exchange) -> Iterator[tuple[Track, bool]]:
        """Yield the resources that the request is about, each with whether that is sure."""
        tracks = self._bench.ledger.of(exchange.call.principal, binding.nature.name).values()
        asked: Any = None
        if binding.rule.ids is not None:
            asked = looked_up(binding.rule.ids, Known(call=exchange.call))
            if not has_hole(asked) and not isinstance(asked, list):
                return
        named = None if asked is None or has_hole(asked) else set(map(text, asked))
        for track in tracks:
            is_below = is_member(binding, exchange.call, track)
            if not track.is_gone and is_below is not False and (named is None or text(track.id) in named):
                yield track, is_below is True and not has_hole(asked)

    def _moved(
        self, binding: Binding, exchange: Exchange, track: Track, shown: set[str] | None, *, is_sure: bool
    ) -> None:
        now = self._bench.states.now(track, exchange)
        known = track.known(call=exchange.call)
        moved = between(exchange.before, exchange.after)
        belief: dict[str, Since] = {}
        is_moved, is_left = False, not is_sure
        for state, since in now.items():
            moves = track.nature.triggered(state, binding.operation.id) if state != REMOVED else []
            met = [(each, holds(each.when, known)) for each in moves]
            belief |= {each.ends: moved for each, is_met in met if is_met is not False}
            is_moved |= any(is_met is not False for _, is_met in met)
            if not is_sure or not any(is_met for _, is_met in met):
                is_left = True
                belief.setdefault(state, since)
        if shown is not None and track.is_own and not track.is_spoiled:
            is_told = text(track.id) in shown
            kept = is_moved if is_told else is_left
            said = f"{track.nature.name} {track.id} was {' or '.join(sorted(now))}; it is "
            said += "among those that were moved." if is_told else "not among those that were moved."
            self._bench.hold("trigger-works", binding, kept, said, [*track.exchanges, exchange])
        track.belief = belief or dict.fromkeys(now, UNKNOWN_SINCE)
        every = [t for state in now for t in track.nature.triggered(state, binding.operation.id)]
        writing.take_in(track, exchange, [None, *every])
        track.free |= track.nature.machine_written | track.nature.changed_by[binding.operation.id]
        track.events.append("triggered")
        track.version += 1
        track.looks = 0
        remember(track, exchange)
