"""Judges operations that make a resource."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from contracts.bench import Bench, Binding
from contracts.elsewhere import successes
from contracts.exchange import Call, Exchange, text
from contracts.nature import Nature
from contracts.observed import Track
from contracts.possible import Belief, between
from contracts.reckoning import UNKNOWN, Known, differs, has_hole, holds, reckoned
from speckit.expression import Source
from speckit.lifecycle import CREATED, REMOVED, Lifecycle, Success, Unique
from speckit.pointer import ABSENT, read


@dataclass(frozen=True, slots=True)
class Clash:
    """A resource that holds what must be unique already; `is_sure` unless it may have let it go."""

    track: Track
    unique: Unique
    is_sure: bool


class Creates:
    """Judges operations of the role `create`."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._ledger = bench.ledger
        self._keys: dict[tuple[str, str, str], Exchange] = {}
        self.suspects: list[Exchange] = []
        """Refusals that something not yet seen may explain."""

    def judge(self, binding: Binding, exchange: Exchange, race: str = "") -> Track | None:
        """Judge one creation; return what was made, where that is known.

        Args:
            race: The law that a second success breaks, where requests raced.
        """
        key = self._key(binding, exchange)
        prior = self._keys.get(key) if key else None
        if prior is not None:
            self._again(binding, exchange, prior)
            return None
        made = self._made(binding, exchange, race) if exchange.is_success else None
        if exchange.is_success and key:
            self._keys[key] = exchange
            self._hold_keys_apart(binding, exchange, key, made)
        if not exchange.is_success:
            self._refused(binding, exchange)
        return made

    def existing(self, binding: Binding, exchange: Exchange) -> Track | None:
        """Return what is there already of the id that a creation names, where that is then changed."""
        if not binding.rule.change:
            return None
        key = chosen_id(binding, exchange.call)
        if has_hole(key) and exchange.is_success:
            key = self._id(binding, exchange)
        return self._living(binding, exchange, key)

    def _living(self, binding: Binding, exchange: Exchange, key: Any) -> Track | None:
        """Return what has the id `key` and is not known to be gone."""
        track = self._ledger.find(exchange.call.principal, binding.nature.name, key)
        return None if track is None or track.is_gone else track

    def _key(self, binding: Binding, exchange: Exchange) -> tuple[str, str, str] | None:
        key = exchange.call.header(binding.rule.idempotency_header)
        return None if key is ABSENT else (exchange.call.principal, binding.operation.id, key)

    def _again(self, binding: Binding, exchange: Exchange, prior: Exchange) -> None:
        """Judge a request with a key that came before."""
        if (exchange.call.target, exchange.call.content) != (prior.call.target, prior.call.content):
            self._bench.refused(
                binding,
                exchange,
                "idempotencyMismatch",
                "key-reuse-refused",
                "The key came with another request",
                before=[prior],
            )
            return
        is_same = (exchange.status, exchange.answer) == (prior.status, prior.answer)
        said = f"The same request with the same key was answered {exchange.told()}; first {prior.told()}."
        self._bench.hold("idempotent-replay", binding, is_same, said, [prior, exchange])

    def _hold_keys_apart(
        self, binding: Binding, exchange: Exchange, key: tuple[str, str, str], made: Track | None
    ) -> None:
        for (principal, operation, word), other in self._keys.items():
            if (operation, word) == key[1:] and principal != key[0]:
                mine, theirs = self._id(binding, exchange), self._id(binding, other)
                said = f"{key[0]} got what {principal} had made with the same key: {theirs}."
                apart = made is not None and mine != theirs
                self._bench.hold("key-per-principal", binding, apart, said, [other, exchange])

    def _id(self, binding: Binding, exchange: Exchange) -> Any:
        sighting = binding.anatomy.sighting(exchange)
        return sighting.id if sighting else ABSENT

    def _made(self, binding: Binding, exchange: Exchange, race: str) -> Track | None:
        """Take in what was made."""
        self._ledger.changes += 1
        if exchange.call.aim == "parent":
            answer = binding.missing_parent(exchange)
            self._bench.refused(
                binding, exchange, "notFound", "missing-parent", "The parent does not exist", answer
            )
            return None
        clash = self.clash(binding, exchange.call, exchange) if binding.rule.role != "replace" else None
        if clash and clash.is_sure:
            said = f"{clash.track.nature.name} {clash.track.id} holds {_names(clash.unique)} already."
            law = race or "unique-fields"
            self._bench.hold(law, binding, False, said, [*clash.track.exchanges, exchange])
        self._preferred(binding, exchange)
        sighting = binding.anatomy.sighting(exchange)
        if sighting is None:
            self._unlike(binding, exchange)
            return None
        if not isinstance(sighting.id, str | int):
            return None
        track = self.born(binding, exchange, sighting.id)
        if track is not None:
            self._bench.sight(track, sighting, exchange, binding)
            if (success := binding.anatomy.success(exchange)) is not None:
                self._bench.headers(binding, exchange, success, track)
                if success.body is not None:
                    self._bench.body(binding, exchange, success.body, track)
        return track

    def _preferred(self, binding: Binding, exchange: Exchange) -> None:
        """Hold the status to the success that the request leads to, where guards tell several apart."""
        if not any(each.when for each in binding.rule.success):
            return
        statuses = {each.status for each in _told(binding, exchange)}
        if statuses and None not in statuses:
            wanted = " or ".join(map(str, sorted(each for each in statuses if each)))
            said = f"The answer is {exchange.status}; what was asked for is answered {wanted}."
            kept = exchange.status in statuses
            self._bench.hold("answer-as-declared", binding, kept, said, [exchange], str(exchange.status))

    def _unlike(self, binding: Binding, exchange: Exchange) -> None:
        may = [each for each in _told(binding, exchange) if each.status in (None, exchange.status)]
        if len(may) == 1 and may[0].body is not None:
            self._bench.body(binding, exchange, may[0].body, None)

    def born(self, binding: Binding, exchange: Exchange, key: Any) -> Track | None:
        """Return the track of what `exchange` made; None where its id was given before."""
        principal, nature = exchange.call.principal, binding.nature
        is_chosen = not has_hole(chosen_id(binding, exchange.call))
        known = self._ledger.find(principal, nature.name, key)
        if known is None and not is_chosen:
            known = self._ledger.of_others(principal, nature.name, key)
        is_new = known is None or (isinstance(key, int) and known.principal != principal)
        is_new |= is_chosen and known is not None and known.is_gone
        said = f"The id {key} of a new {nature.name} was given before."
        earlier = known.exchanges[:1] if known else []
        if not self._bench.hold("unique-id", binding, is_new, said, [*earlier, exchange]):
            return None
        track = Track(nature, key, principal, self._ledger, is_own=True, is_made=True, call=exchange.call)
        track.born = (exchange.before, exchange.after)
        track.birth_order = (exchange.number, exchange.race)
        track.given = self._given(binding, track)
        track.belief = self._initial(track, exchange)
        track.visited = set(track.belief)
        track.events.append("created")
        track.exchanges.append(exchange)
        return self._ledger.keep(track)

    def _given(self, binding: Binding, track: Track) -> dict[str, Any]:
        """Return what the operation itself says that the new resource holds."""
        given: dict[str, Any] = {}
        if binding.rule.set is not None:
            value = reckoned(binding.rule.set, track.known())
            given = dict(value) if isinstance(value, dict) else {}
        if track.call is not None:
            for name in binding.rule.scope:
                parent = track.nature.lifecycle.parents[name]
                if len(parent.field) == 1 and parent.field[0] not in given:
                    given[parent.field[0]] = self._parent_key(track, parent.param, parent.resources)
        return given

    def _parent_key(self, track: Track, param: str, resources: tuple[str, ...]) -> Any:
        named = track.call.path.get(param, UNKNOWN) if track.call else UNKNOWN
        for resource in resources:
            for key in self._ledger.of(track.principal, resource):
                if text(key) == text(named):
                    return key
        return named if isinstance(named, str) else UNKNOWN

    def _initial(self, track: Track, exchange: Exchange) -> Belief:
        """Return the states in which the document lets it start."""
        since = between(exchange.before, exchange.after)
        return dict.fromkeys(starts(track.nature.lifecycle, track.known()), since) or {"": since}

    def _refused(self, binding: Binding, exchange: Exchange) -> None:
        """Judge a creation that was refused."""
        call = exchange.call
        if call.aim == "parent":
            answer = binding.missing_parent(exchange)
            self._bench.refused(
                binding, exchange, "notFound", "missing-parent", "The parent does not exist", answer
            )
            return
        clash = self.clash(binding, exchange.call, exchange)
        if clash and clash.is_sure and call.is_meant:
            said = f"{clash.track.nature.name} {clash.track.id} holds {_names(clash.unique)} already"
            self._bench.refused(
                binding, exchange, "conflict", "unique-fields", said, clash.unique.conflict, clash.track
            )
        elif call.is_sure and clash is None and not self._is_taken(binding, exchange):
            if self._may_be_taken(binding, exchange):
                self.suspects.append(exchange)
            else:
                self.refuse(binding, exchange)

    def _is_taken(self, binding: Binding, exchange: Exchange) -> bool:
        """Return whether a refusal may come of the id, which the request chooses and something else has."""
        is_conflict = binding.catalogue.declared("conflict").admits(exchange)
        key = chosen_id(binding, exchange.call)
        return is_conflict and not has_hole(key) and self._living(binding, exchange, key) is not None

    def refuse(self, binding: Binding, exchange: Exchange) -> None:
        """Hold a refusal of what fits the document, and clashes with nothing, against the server."""
        said = f"A request that fits the document was answered {exchange.status}."
        self._bench.hold("valid-accepted", binding, False, said, [exchange], str(exchange.status))

    def _may_be_taken(self, binding: Binding, exchange: Exchange) -> bool:
        """Return whether something that the judge never saw may hold what is asked for.

        What somebody else holds in another account may not.
        """
        unique = binding.nature.lifecycle.unique
        if not any(binding.catalogue.declared("conflict", each.conflict).admits(exchange) for each in unique):
            return False
        for principal in self._ledger.principals():
            other = replace(exchange.call, principal=principal)
            if principal != exchange.call.principal and (clash := self.clash(binding, other, exchange)):
                said = f"{clash.track.nature.name} {clash.track.id} of {principal} keeps it from being made."
                shown = [*clash.track.exchanges, exchange]
                return not self._bench.hold("isolation", binding, not clash.is_sure, said, shown, "taken")
        return True

    def clash(
        self, binding: Binding, call: Call, exchange: Exchange | None = None, own: Track | None = None
    ) -> Clash | None:
        """Return what a new resource, or `own` as it would be, clashes with; the surest first.

        Args:
            exchange: When that is asked; without it, right after what was seen last.
        """
        nature = binding.nature
        found: list[Clash] = []
        for unique in nature.lifecycle.unique:
            inside = self._is_inside(unique, nature, call, exchange, own)
            values = [self._asked(binding, call, path, own) for path in unique.fields]
            if inside is not False and not any(value is ABSENT or value is None for value in values):
                holders = self._holders(call, exchange, nature.name, unique, values, own)
                found += [replace(each, is_sure=each.is_sure and bool(inside)) for each in holders]
        return min(found, key=lambda clash: not clash.is_sure, default=None)

    def _is_inside(
        self, unique: Unique, nature: Nature, call: Call, exchange: Exchange | None, own: Track | None
    ) -> bool | None:
        """Return whether it would be in a state in which it must be unique; None if that is open."""
        if not unique.states:
            return True
        if own is None:
            states = set(starts(nature.lifecycle, Known(call=call)))
        else:
            states = set(self._bench.states.now(own, exchange) if exchange else own.belief)
        if not states & set(unique.states):
            return False
        return True if states <= set(unique.states) else None

    def _asked(self, binding: Binding, call: Call, path: tuple[str, ...], own: Track | None) -> Any:
        """Return what the field would hold."""
        nature = binding.nature
        for changed, template in binding.rule.change if own else ():
            if changed == path:
                value = reckoned(template, Known(call=call))
                if value is not ABSENT:
                    return value
        if own:
            return own.look(path)
        slot = nature.slot(path)
        if slot not in nature.slots:
            parent = next((p for p in nature.lifecycle.parents.values() if p.field == path), None)
            return call.path.get(parent.param, UNKNOWN) if parent and parent.param else UNKNOWN
        value = reckoned(nature.slots[slot], Known(call=call))
        return value if has_hole(value) or value is ABSENT else read(value, path[len(slot) :])

    def _holders(
        self,
        call: Call,
        exchange: Exchange | None,
        name: str,
        unique: Unique,
        values: list[Any],
        own: Track | None,
    ) -> list[Clash]:
        found = []
        for track in self._ledger.of(call.principal, name).values():
            if track is own or track.is_gone:
                continue
            held = [track.look(path) for path in unique.fields]
            if any(differs(v, h) and differs(h, v) for v, h in zip(values, held, strict=True)):
                continue
            is_known = not any(has_hole(v) for v in (*values, *held))
            now = self._bench.states.now(track, exchange) if exchange else track.belief
            states = [s for s in now if s != REMOVED]
            inside = [s for s in states if not unique.states or s in unique.states]
            if inside:
                is_sure = is_known and track.is_own and not track.is_spoiled and len(inside) == len(now)
                found.append(Clash(track, unique, is_sure))
        return found


def _told(binding: Binding, exchange: Exchange) -> list[Success]:
    """Return the answers of success that a creation may be given."""
    found = successes(binding.rule.success, CREATED, Known(call=exchange.call))
    return [each for each in found if each is not None]


def chosen_id(binding: Binding, call: Call) -> Any:
    """Return the id that a request chooses for what it makes; UNKNOWN where the server does."""
    identity = binding.nature.lifecycle.identity
    template = binding.rule.id or binding.nature.slots.get(identity.field)
    if template is None or template == Source("id"):
        template = identity.generate
    return UNKNOWN if template is None else reckoned(template, Known(call=call))


def starts(lifecycle: Lifecycle, known: Known) -> list[str]:
    """Return the states that a new resource may start in: one, where the guards can be told."""
    found = []
    for guard, state in lifecycle.initial:
        is_met = holds(guard, known)
        if is_met is not False:
            found.append(state)
        if is_met:
            break
    return found


def _names(unique: Unique) -> str:
    return " and ".join("/".join(path) for path in unique.fields)
