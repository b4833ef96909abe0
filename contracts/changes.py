"""Judges operations that change a resource: updates and triggers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from contracts import writing
from contracts.anatomy import fits as is_like
from contracts.bench import Bench, Binding, remember
from contracts.catalogue import Declared
from contracts.creates import Creates
from contracts.elsewhere import otherwise, successes
from contracts.exchange import Exchange
from contracts.fields import named_changes
from contracts.observed import Track
from contracts.possible import UNKNOWN_SINCE, Belief, Since, between
from contracts.reads import KNOWN, STRANGE, Reads
from contracts.reckoning import Known, holds, reckoned
from speckit import expression
from speckit.expression import Template
from speckit.lifecycle import REMOVED, Otherwise, Path, Success, Transition
from speckit.pointer import ABSENT

MOVE, CHANGE, NONE, REFUSED, MISSING = "move", "change", "none", "refused", "missing"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way that a request may end for a resource that is in `state`."""

    state: str
    kind: str
    declared: Declared
    transition: Transition | None = None
    success: Success | None = None
    otherwise: Otherwise | None = None

    @property
    def is_documented(self) -> bool:
        """Whether the API's own documentation says so."""
        return self.otherwise is None or self.otherwise.documented


class Changes:
    """Judges operations of the roles `update` and `trigger`."""

    def __init__(self, bench: Bench, reads: Reads, creates: Creates) -> None:
        self._bench = bench
        self._reads = reads
        self._creates = creates

    def judge(self, binding: Binding, exchange: Exchange, race: str = "") -> None:
        """Judge one change.

        Args:
            race: The law that a second success breaks, where requests raced.
        """
        where = self._reads.whereabouts(binding, exchange)
        if where.standing == STRANGE and not exchange.call.aim:
            return
        if where.standing != KNOWN or where.track is None:
            self._reads.absent(binding, exchange, where, race)
            return
        self.known(binding, exchange, where.track, race)

    def known(self, binding: Binding, exchange: Exchange, track: Track, race: str = "") -> None:
        """Judge one change of a resource that is known."""
        if not self._condition(binding, exchange, track, race):
            return
        outcomes = self._outcomes(binding, exchange, track, self._bench.states.now(track, exchange))
        fits = [each for each in outcomes if each.declared.admits(exchange)]
        fits = self._shaped(fits, exchange) or fits
        if not fits and (meddled := self._bench.states.meddled(track, exchange)):
            other = self._outcomes(binding, exchange, track, meddled)
            fits = [each for each in other if each.is_documented and each.declared.admits(exchange)]
        if fits:
            self._expected(binding, exchange, track, fits)
        else:
            self._unexpected(binding, exchange, track, outcomes, race)
        remember(track, exchange)

    def _condition(self, binding: Binding, exchange: Exchange, track: Track, race: str) -> bool:
        """Judge what If-Match decides; return whether anything is left to judge."""
        etag = track.nature.lifecycle.etag
        if etag is None:
            return True
        asked = exchange.call.header("If-Match")
        if asked is ABSENT and etag.required:
            kind, law = "preconditionRequired", "precondition-required"
        elif exchange.call.aim == "stale" and not self._is_refused_anyway(binding, exchange, track):
            kind, law = "preconditionFailed", race or "precondition-kept"
        else:
            return exchange.status != 412
        said = f"If-Match is {asked or 'not sent'}"
        is_it = self._bench.refused(binding, exchange, kind, law, said, None, track)
        track.events.append("refused")
        if not is_it:
            track.blur()
        remember(track, exchange)
        return False

    def _is_refused_anyway(self, binding: Binding, exchange: Exchange, track: Track) -> bool:
        """Return whether the answer is that to the same request without a condition (RFC 9110, 13.2.1)."""
        outcomes = self._outcomes(binding, exchange, track, self._bench.states.now(track, exchange))
        fits = [each.kind for each in outcomes if each.declared.admits(exchange)]
        return exchange.status != 412 and bool(fits) and set(fits) <= {REFUSED, MISSING}

    def _outcomes(
        self, binding: Binding, exchange: Exchange, track: Track, states: Iterable[str]
    ) -> list[Outcome]:
        """Return every way the request may end in one of `states`."""
        found: list[Outcome] = []
        for state in states:
            if state == REMOVED:
                found.append(Outcome(state, MISSING, binding.catalogue.declared("notFound")))
            else:
                found += self._in_state(binding, exchange, track, state)
        if not exchange.call.is_sure:
            found += self._invalid(binding, exchange, found)
        return found + self._clashing(binding, exchange, track, found)

    def _clashing(
        self, binding: Binding, exchange: Exchange, track: Track, found: list[Outcome]
    ) -> list[Outcome]:
        """Return the refusal of a change that may take what another resource holds."""
        if not binding.rule.change:
            return []
        clash = self._creates.clash(binding, exchange.call, exchange, track)
        if clash is None:
            return []
        declared = binding.catalogue.declared("conflict", clash.unique.conflict)
        return [Outcome(each.state, REFUSED, declared) for each in found]

    def _invalid(self, binding: Binding, exchange: Exchange, found: Iterable[Outcome]) -> list[Outcome]:
        """Return the refusal of a request that may not be right in itself."""
        is_judged = binding.operation.body is None and not exchange.call.query
        response = exchange.call.operation.response(exchange.status)
        if is_judged or exchange.is_success or response is None:
            return []
        declared = Declared(frozenset({exchange.status}))
        return [Outcome(each.state, REFUSED, declared) for each in found if each.kind != MISSING]

    def _in_state(self, binding: Binding, exchange: Exchange, track: Track, state: str) -> list[Outcome]:
        rule = binding.rule
        known = track.known(call=exchange.call)
        found, is_certain = [], False
        for transition in track.nature.triggered(state, rule.operation):
            is_met = holds(transition.when, known)
            if is_met is not False:
                found += [
                    Outcome(state, MOVE, self._statuses(binding, success), transition, success)
                    for success in _told(binding, exchange, transition.name)
                ]
            is_certain |= bool(is_met)
        return found if is_certain else [*found, *self._stays(binding, exchange, known, state)]

    def _stays(self, binding: Binding, exchange: Exchange, known: Known, state: str) -> Iterator[Outcome]:
        """Yield how the request may end in a state without a transition."""
        for each in otherwise(binding.rule.otherwise, state, known):
            if each is None:
                yield from self._silently(binding, exchange, state)
            elif each.effect == "none":
                statuses = frozenset({each.answer.status}) if each.answer.status else binding.successes
                yield Outcome(state, NONE, Declared(statuses), otherwise=each)
            else:
                declared = binding.catalogue.declared("refused", each.answer)
                yield Outcome(state, REFUSED, declared, otherwise=each)

    def _silently(self, binding: Binding, exchange: Exchange, state: str) -> Iterator[Outcome]:
        """Yield how it may end where nothing is said of the state."""
        if binding.rule.role in ("update", "create"):
            for success in _told(binding, exchange, ""):
                yield Outcome(state, CHANGE, self._statuses(binding, success), success=success)
        else:
            yield Outcome(state, REFUSED, binding.catalogue.declared("refused"))

    def _statuses(self, binding: Binding, success: Success | None) -> Declared:
        return Declared(frozenset({success.status}) if success and success.status else binding.successes)

    def _shaped(self, fits: list[Outcome], exchange: Exchange) -> list[Outcome]:
        """Return those outcomes whose body is like the one of the answer, where several have its status."""
        if len({id(each.success) for each in fits}) < 2:
            return fits
        return [
            each
            for each in fits
            if each.success is None
            or each.success.body is None
            or is_like(each.success.body, exchange.answer)
        ]

    def replaced(self, binding: Binding, exchange: Exchange, track: Track, race: str = "") -> None:
        """Judge what became of a resource in whose place another was put."""
        outcomes = self._outcomes(binding, exchange, track, self._bench.states.now(track, exchange))
        moves = [each for each in outcomes if each.kind == MOVE]
        if moves:
            self._taken(binding, exchange, track, moves)
        else:
            self._unexpected(binding, exchange, track, outcomes, race)
        remember(track, exchange)

    def _expected(self, binding: Binding, exchange: Exchange, track: Track, fits: list[Outcome]) -> None:
        self._taken(binding, exchange, track, fits)
        self._answered(binding, exchange, track, fits)
        if any(each.race == exchange.race and each.is_success for each in track.exchanges if each.race):
            # Which of two changes came last, their answers do not tell.
            track.free |= track.nature.updatable | track.nature.machine_written

    def _taken(self, binding: Binding, exchange: Exchange, track: Track, fits: list[Outcome]) -> None:
        """Take in what an answer that was possible means for the resource."""
        kinds = {each.kind for each in fits}
        self._count_kept(binding, exchange, track, kinds)
        states = self._bench.states
        now = states.now(track, exchange)
        track.visited |= states.passed(track, now, {o.state: now[o.state] for o in fits if o.state in now})
        self._bench.narrow(track, exchange, self._belief(exchange, track, fits))
        if kinds <= {REFUSED, NONE, MISSING}:
            track.events.append("refused")
        else:
            moves = [each.transition for each in fits if each.kind not in (REFUSED, MISSING)]
            writing.take_in(track, exchange, moves)
            self._changed(binding, exchange, track, kinds)

    def _count_kept(self, binding: Binding, exchange: Exchange, track: Track, kinds: set[str]) -> None:
        if MOVE in kinds:
            self._bench.hold("trigger-works", binding, True, "", [])
        if kinds & {REFUSED, NONE} and binding.rule.role == "trigger":
            self._bench.hold("trigger-refused", binding, True, "", [])
        clash = self._creates.clash(binding, exchange.call, exchange, track) if binding.rule.change else None
        if clash and clash.is_sure and exchange.is_success:
            said = f"{clash.track.nature.name} {clash.track.id} holds that already."
            exchanges = [*clash.track.exchanges, *track.exchanges, exchange]
            self._bench.hold("unique-fields", binding, False, said, exchanges)

    def _belief(self, exchange: Exchange, track: Track, fits: list[Outcome]) -> Belief:
        """Return what the resource can be after the outcomes that fit."""
        now = self._bench.states.now(track, exchange)
        moved = between(exchange.before, exchange.after)
        belief: dict[str, Since] = {}
        for each in fits:
            if each.transition is not None:
                belief[each.transition.ends] = moved
            elif each.state not in belief:
                belief[each.state] = now.get(each.state, UNKNOWN_SINCE)
        return belief

    def _changed(self, binding: Binding, exchange: Exchange, track: Track, kinds: set[str]) -> None:
        """Take in that the resource was changed."""
        nature = track.nature
        known = track.known(call=exchange.call)
        named = named_changes(nature, _assigned(binding.rule.change, known))
        track.updates.update(named)
        for slot in named:
            track.wrote.pop(slot, None)
        track.free |= set(named) | set(nature.stamps)
        if MOVE in kinds:
            track.free |= nature.machine_written
        track.events.append("triggered" if MOVE in kinds and not named else "updated")
        track.ledger.changes += 1
        track.version += 1
        track.looks = 0 if MOVE in kinds else track.looks
        if kinds == {MOVE} or (kinds <= {MOVE, CHANGE} and named):
            is_news = MOVE in kinds or any(track.seen.get(slot) != value for slot, value in named.items())
            track.moved = (exchange.before, exchange.after) if is_news else track.moved
        track.changes = track.ledger.changes

    def _answered(self, binding: Binding, exchange: Exchange, track: Track, fits: list[Outcome]) -> None:
        """Judge the body of an answer that was possible."""
        first = fits[0]
        if first.otherwise is not None and not exchange.is_success:
            answer = first.otherwise.answer
            declared = binding.catalogue.declared("refused", answer)
            if declared.is_spelled_out and {each.kind for each in fits} == {REFUSED}:
                self._bench.spelled_out(binding, exchange, declared, track)
            return
        if not exchange.is_success or (track.is_gone and not exchange.content):
            return
        success = first.success
        if success is not None and len(fits) == 1:
            self._bench.headers(binding, exchange, success, track)
        if success is not None and success.body is not None and len(fits) == 1:
            self._bench.body(binding, exchange, success.body, track)
        sighting = binding.anatomy.sighting(exchange)
        if sighting is not None and sighting.fields and not track.is_gone:
            self._bench.sight(track, sighting, exchange, binding)

    def _unexpected(
        self, binding: Binding, exchange: Exchange, track: Track, outcomes: list[Outcome], race: str
    ) -> None:
        """Say which promise an answer breaks that was not possible."""
        if race and self._bench.lost(binding, exchange, race):
            track.events.append("refused")
            return
        said = f"{track.nature.name} {track.id} was {' or '.join(sorted({o.state for o in outcomes}))}"
        wanted = sorted({each.declared.told() for each in outcomes})
        told = f"{said}; the answer is {exchange.status}, not {' or '.join(wanted)}."
        exchanges = [*track.exchanges, exchange]
        if any(not each.is_documented for each in outcomes) or not track.is_own:
            if track.is_own:
                self._bench.docket.note("trigger-refused", binding.subject, told, exchanges)
            track.blur()
            return
        if not track.is_spoiled:
            law = self._law(binding, exchange, outcomes, race)
            self._bench.hold(law, binding, False, told, exchanges, f"{sorted({o.state for o in outcomes})}")
        track.blur()

    def _law(self, binding: Binding, exchange: Exchange, outcomes: list[Outcome], race: str) -> str:
        kinds = {each.kind for each in outcomes}
        if kinds == {MISSING}:
            return "gone-is-gone"
        if exchange.is_success and kinds <= {REFUSED, NONE, MISSING}:
            return race or "trigger-refused"
        if MOVE in kinds:
            return "trigger-works"
        if binding.catalogue.declared("notFound").admits(exchange) and MISSING not in kinds:
            return "found-again"
        return "valid-accepted" if CHANGE in kinds else "trigger-refused"


def _told(binding: Binding, exchange: Exchange, transition: str) -> list[Success | None]:
    """Return the answers of success that may be given after `transition`."""
    found = list(successes(binding.rule.success, transition, Known(call=exchange.call)))
    return [each for each in found if each is not None] or [None]


def _assigned(change: Iterable[tuple[Path, Template]], known: Known) -> Iterator[tuple[Path, Any]]:
    """Yield what an update writes: what the request leaves out changes nothing."""
    for path, template in change:
        value = reckoned(template, known)
        if value is not ABSENT or template == expression.GONE:
            yield path, value
