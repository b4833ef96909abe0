"""Judges reads of one resource, and says where the resource that a request names stands."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.anatomy import typed
from contracts.bench import Bench, Binding, adopted, remember
from contracts.elsewhere import otherwise
from contracts.exchange import Exchange, text
from contracts.observed import Track
from contracts.reckoning import Known, has_hole, reckoned
from speckit.expression import Members, Source
from speckit.lifecycle import REMOVED, Path
from speckit.pointer import ABSENT

KNOWN, GONE, FOREIGN, MISPLACED, STRANGE = "known", "gone", "foreign", "misplaced", "strange"

_LAWS = {GONE: "gone-is-gone", FOREIGN: "isolation", MISPLACED: "scope-kept", STRANGE: "missing-answer"}
_AIMS = {"missing": "notFound", "malformed": "malformedId"}


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The resource that a request names, as far as it is known, and where it stands for who asks."""

    track: Track | None
    standing: str


class Reads:
    """Judges operations of the role `get`."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._ledger = bench.ledger

    def whereabouts(self, binding: Binding, exchange: Exchange) -> Whereabouts:
        """Return which resource the request names."""
        identity = binding.nature.lifecycle.identity
        principal = exchange.call.principal
        key = typed(exchange.call.path.get(identity.param, ABSENT), identity.type)
        if key is not ABSENT:
            track = self._ledger.find(principal, binding.nature.name, key)
        else:
            path, value = self._alternate(binding, exchange)
            track = self._ledger.by_field(principal, binding.nature, path, value) if path else None
        if track is None:
            other = self._ledger.of_others(principal, binding.nature.name, key)
            return Whereabouts(other, FOREIGN if other else STRANGE)
        if not self._is_below(binding, track, exchange):
            return Whereabouts(track, MISPLACED)
        return Whereabouts(track, GONE if track.is_gone else KNOWN)

    def _alternate(self, binding: Binding, exchange: Exchange) -> tuple[Path, object]:
        for param, path in binding.nature.lifecycle.identity.alternates:
            if param in exchange.call.path:
                return path, exchange.call.path[param]
        return (), ABSENT

    def _is_below(self, binding: Binding, track: Track, exchange: Exchange) -> bool:
        """Return whether the resource may belong to the parents that the path names."""
        for name in binding.rule.scope:
            parent = binding.nature.lifecycle.parents[name]
            key = track.look(parent.field)
            if (
                not has_hole(key)
                and key is not ABSENT
                and text(key) != text(exchange.call.path.get(parent.param))
            ):
                return False
        return True

    def absent(self, binding: Binding, exchange: Exchange, where: Whereabouts, race: str = "") -> None:
        """Hold the answer to a request for what is not there for who asks.

        Args:
            race: The law that a success breaks, where requests raced.
        """
        track = where.track
        if not exchange.call.is_meant and where.standing != FOREIGN and not binding.is_success(exchange):
            return
        if race and self._bench.lost(binding, exchange, race):
            return
        law = race or _LAWS[where.standing]
        kind = _AIMS.get(exchange.call.aim, "notFound")
        if track is not None and where.standing in (FOREIGN, MISPLACED):
            track.events.append("foreign" if where.standing == FOREIGN else "refused")
        named = f"{binding.nature.name} {track.id}" if track else f"A {binding.nature.name} that there is not"
        why = {
            GONE: "was removed",
            FOREIGN: f"belongs to {track.principal if track else ''}",
            MISPLACED: "is below another parent",
            STRANGE: "was asked for",
        }[where.standing]
        answer = None
        if exchange.call.aim == "parent":
            answer, law = binding.missing_parent(exchange), "missing-parent"
        self._bench.refused(binding, exchange, kind, law, f"{named} {why}", answer, track)
        if track is not None:
            remember(track, exchange)

    def judge(self, binding: Binding, exchange: Exchange) -> None:
        """Judge one read."""
        where = self.whereabouts(binding, exchange)
        if where.standing == STRANGE and not exchange.call.aim:
            if exchange.is_success:
                self._adopt(binding, exchange)
            return
        if where.standing != KNOWN or where.track is None:
            self.absent(binding, exchange, where)
            return
        self.known(binding, exchange, where.track)

    def _adopt(self, binding: Binding, exchange: Exchange) -> None:
        sighting = binding.anatomy.sighting(exchange)
        if sighting is not None and isinstance(sighting.id, str | int):
            track = adopted(self._ledger, binding.nature, sighting.id, exchange.call.principal)
            self._bench.sight(track, sighting, exchange, binding)

    def known(self, binding: Binding, exchange: Exchange, track: Track) -> None:
        """Judge a read of a resource that is known."""
        if binding.rule.role == "get" and not binding.rule.available_in:
            track.looks += 1
        now = self._bench.states.now(track, exchange)
        if exchange.status == 304:
            self._not_modified(binding, exchange, track)
        elif binding.is_success(exchange):
            self._found(binding, exchange, track)
        elif REMOVED in now and binding.catalogue.declared("notFound").admits(exchange):
            track.belief = {REMOVED: now[REMOVED]}
            remember(track, exchange)
        elif exchange.call.is_meant or binding.operation.response(exchange.status) is None:
            self._not_found(binding, exchange, track, [state for state in now if state != REMOVED])

    def _not_modified(self, binding: Binding, exchange: Exchange, track: Track) -> None:
        known = track.etags.get(exchange.call.target)
        asked = exchange.call.header("If-None-Match") or ""
        is_true = bool(known and known[0] in asked) or asked == "*"
        said = f"The answer is 304 to If-None-Match {asked}; the ETag is {known[0] if known else 'unknown'}."
        self._bench.hold("not-modified", binding, is_true, said, [*track.exchanges, exchange], "304")

    def _found(self, binding: Binding, exchange: Exchange, track: Track) -> None:
        if self.available(binding, exchange, track):
            self._told(binding, exchange, track)

    def available(self, binding: Binding, exchange: Exchange, track: Track) -> bool:
        """Hold what is shown to being there in this state; return whether it is what is declared."""
        available = binding.rule.available_in
        if not available or track.is_spoiled:
            return True
        now = self._bench.states.now(track, exchange)
        besides = {state for state in now if self._is_shown(binding, exchange, state)}
        fitting = {state: since for state, since in now.items() if state in {*available, *besides}}
        named = f"{track.nature.name} {track.id} is {' or '.join(sorted(now))}"
        said = f"{named}; the answer is {exchange.status}."
        exchanges = [*track.exchanges, exchange]
        if not self._bench.hold("available-in-state", binding, bool(fitting), said, exchanges, "early"):
            track.is_spoiled = True
            return False
        self._bench.narrow(track, exchange, fitting)
        if besides:
            remember(track, exchange)
        return not besides

    def _is_shown(self, binding: Binding, exchange: Exchange, state: str) -> bool:
        """Return whether something may be shown in a state that the operation is not for."""
        if state == REMOVED or state in binding.rule.available_in:
            return False
        known = Known(call=exchange.call)
        others = otherwise(binding.rule.unavailable, state, known)
        return any(each is not None and each.effect == "none" for each in others)

    def _told(self, binding: Binding, exchange: Exchange, track: Track) -> None:
        """Take in what an answer shows of a resource."""
        if (success := binding.anatomy.success(exchange)) is not None:
            self._bench.headers(binding, exchange, success, track)
        sighting = binding.anatomy.sighting(exchange)
        if sighting is None:
            if "json" in exchange.media_type:
                for success in binding.rule.success[:1]:
                    if success.body is not None:
                        self._bench.body(binding, exchange, success.body, track)
            return
        law = (
            "found-again"
            if binding.nature.lifecycle.identity.param in exchange.call.path
            else "alternate-key"
        )
        if sighting.id is not ABSENT:
            said = f"{track.nature.name} {track.id} was asked for, and {sighting.id} is shown."
            if not self._bench.hold(
                law, binding, sighting.id == track.id, said, [*track.exchanges, exchange], "other"
            ):
                return
        self._bench.sight(track, sighting, exchange, binding, law if law == "alternate-key" else "")

    def _not_found(self, binding: Binding, exchange: Exchange, track: Track, states: list[str]) -> None:
        """Hold a failure to read what is there to what the document has for it."""
        rule = binding.rule
        closed = [state for state in states if rule.available_in and state not in rule.available_in]
        if closed or not states:
            if track.is_spoiled:
                return
            self._closed(binding, exchange, track, closed)
            return
        if self._is_nothing(binding, exchange, track):
            return
        if track.is_spoiled or not track.is_own:
            return
        last = track.events[-1] if track.events else ""
        law = "available-in-state" if rule.available_in else "found-again"
        law = "trigger-moves" if last == "triggered" else law
        said = f"{track.nature.name} {track.id} is there, and the answer is {exchange.status}."
        self._bench.hold(law, binding, False, said, [*track.exchanges, exchange], str(exchange.status))
        track.is_spoiled = True

    def _closed(self, binding: Binding, exchange: Exchange, track: Track, closed: list[str]) -> None:
        """Hold the answer where something is not there to what is declared for one of the states `closed`."""
        known = track.known(call=exchange.call)
        told = [
            (state, each)
            for state in closed
            for each in otherwise(binding.rule.unavailable, state, known)
            if each is None or each.effect != "none"
        ]
        if not told or any(each is not None and not each.documented for _, each in told):
            return
        answers = [(state, each.answer if each else None) for state, each in told]
        declared = binding.catalogue.declared
        fitting = [pair for pair in answers if declared("refused", pair[1]).admits(exchange)]
        now = self._bench.states.now(track, exchange)
        states = {state for state, _ in fitting or answers}
        before, track.belief = track.belief, {state: now[state] for state in states}
        said = f"{track.nature.name} {track.id} is {' or '.join(closed)}"
        if len({id(answer) for _, answer in fitting}) > 1:
            is_it = self._bench.hold("available-in-state", binding, True, said, [exchange])
        else:
            answer = (fitting or answers)[0][1]
            law = "available-in-state"
            is_it = self._bench.refused(binding, exchange, "refused", law, said, answer, track)
        left, track.belief = track.belief, before
        if is_it:
            self._bench.narrow(track, exchange, left)

    def _is_nothing(self, binding: Binding, exchange: Exchange, track: Track) -> bool:
        """Return whether what the operation shows of a resource may be nothing, and the answer says so."""
        success = binding.rule.success[0]
        view = binding.nature.lifecycle.views.get(success.view or binding.anatomy.view(exchange))
        template = success.body or (view.body if view else None)
        if template is None or isinstance(template, Members) or template == Source("resource"):
            return False
        shown = reckoned(template, track.known(call=exchange.call))
        may_be = shown is ABSENT or has_hole(shown)
        return may_be and binding.catalogue.declared("notFound").admits(exchange)
