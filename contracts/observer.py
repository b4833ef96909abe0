"""The one observer: judges every exchange, whoever drives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from contracts.batches import Batches
from contracts.bench import Bench, Binding, bindings
from contracts.catalogue import Catalogue
from contracts.changes import Changes
from contracts.client import LOST
from contracts.creates import Creates
from contracts.docket import Docket
from contracts.documented import Documented
from contracts.exchange import Exchange
from contracts.finding import Subject
from contracts.lists import Lists
from contracts.nature import Nature
from contracts.observed import Ledger, Track
from contracts.parts import Parts
from contracts.possible import UNKNOWN_SINCE, Since, Tolerance
from contracts.reads import Reads
from contracts.replaces import Replaces
from contracts.wire import ANSWER_SECONDS
from speckit.operation import Operation
from speckit.pointer import ABSENT
from speckit.specification import Specification

_BAD_REQUEST = 400


class Observer:
    """Keeps its own small model of what it has seen, and asks of every answer whether it is possible.

    Args:
        specification: What is promised.
        docket: Where findings and trials are kept.
        roles: By principal, the roles it has; one that is not listed has all of them.
        tolerance: How far an implementation may be off.
    """

    def __init__(
        self,
        specification: Specification,
        docket: Docket,
        roles: Mapping[str, frozenset[str]] | None = None,
        tolerance: Tolerance | None = None,
    ) -> None:
        self.specification = specification
        self.docket = docket
        self.ledger = Ledger()
        self.natures = {name: Nature(each) for name, each in specification.lifecycles.items()}
        self.bindings = bindings(specification, self.natures)
        self._roles = roles or {}
        self._documented = Documented(specification, docket)
        self.bench = Bench(docket, self.ledger, tolerance or Tolerance())
        self.bench.readable = {b.nature for b in self.bindings.values() if b.rule.role == "get"}
        self.reads = Reads(self.bench)
        self.creates = Creates(self.bench)
        self.changes = Changes(self.bench, self.reads, self.creates)
        self.lists = Lists(self.bench)
        self.parts = Parts(self.bench, self.reads, self.lists)
        self.replaces = Replaces(self.reads, self.creates, self.changes)
        self.batches = Batches(self.bench)
        self.made: Track | None = None
        """What the last creation made."""
        self._plain: dict[str, Catalogue] = {}

    def observe(self, exchange: Exchange, *, race: str = "") -> Track | None:
        """Judge one exchange; return what it made, if it made something.

        Args:
            race: The law that a second success breaks, where requests raced.
        """
        operation = exchange.call.operation
        binding = self.bindings.get(operation.id)
        subject = binding.subject if binding else Subject("", operation.id)
        if exchange.status == LOST:
            said = f"The connection ended without an answer, or none came within {ANSWER_SECONDS:g} s."
            self.docket.hold("no-crash", subject, False, said, [exchange], str(LOST))
            return None
        self._documented.judge(exchange, subject, is_silent=self._is_silent(binding, exchange))
        if self.docket.is_held_off(exchange):
            return None  # It was not looked at, and tells nothing of what is there.
        if self._is_kept_out(operation, binding, subject, exchange) or binding is None:
            return None
        return self._judge(binding, exchange, race)

    def glance(self, exchanges: Iterable[Exchange]) -> None:
        """Judge exchanges that overlapped: each by itself, for nobody knows which of them came first.

        Nothing is known any more of resources of the kinds they are about.
        """
        seen = list(exchanges)
        for exchange in seen:
            operation = exchange.call.operation
            binding = self.bindings.get(operation.id)
            subject = binding.subject if binding else Subject("", operation.id)
            self._documented.judge(exchange, subject, is_silent=True)
            self._is_kept_out(operation, binding, subject, exchange)
        natures = {binding.nature for each in seen if (binding := self.bindings.get(each.call.operation.id))}
        self.bench.ledger.changes += 1
        for track in self.bench.ledger.every():
            if track.nature in natures:
                track.blur()

    def changes_something(self, exchange: Exchange) -> bool:
        """Return whether a request may have changed what others see."""
        binding = self.bindings.get(exchange.call.operation.id)
        if binding is None:
            return exchange.call.operation.method not in ("GET", "HEAD", "OPTIONS")
        return binding.rule.role not in ("get", "list", "parts")

    def _judge(self, binding: Binding, exchange: Exchange, race: str) -> Track | None:
        role = binding.rule.role
        is_sound = exchange.is_success or exchange.call.is_sure
        if role == "create" and is_sound and (known := self.creates.existing(binding, exchange)):
            self.changes.known(binding, exchange, known, race)
            return None
        if role in ("create", "replace"):
            judge = self.creates.judge if role == "create" else self.replaces.judge
            self.made = judge(binding, exchange, race)
            return self.made
        self._judge_other(binding, exchange, race)
        return None

    def _judge_other(self, binding: Binding, exchange: Exchange, race: str) -> None:
        """Judge an exchange that makes nothing."""
        role = binding.rule.role
        if role == "list":
            self.lists.judge(binding, exchange)
        elif role == "parts":
            self.parts.judge(binding, exchange)
        elif role == "batch":
            self.batches.judge(binding, exchange)
        elif role == "get":
            self.reads.judge(binding, exchange)
        else:
            self.changes.judge(binding, exchange, race)

    def _is_silent(self, binding: Binding | None, exchange: Exchange) -> bool:
        """Return whether the document says itself that it does not know how this ends."""
        if binding is None or all(each.documented for each in binding.rule.otherwise):
            return False
        where = self.reads.whereabouts(binding, exchange)
        if where.track is None:
            return False
        now = self.bench.states.now(where.track, exchange)
        return any(
            not each.documented and (not each.states or set(each.states) & set(now))
            for each in binding.rule.otherwise
        )

    def _is_kept_out(
        self, operation: Operation, binding: Binding | None, subject: Subject, exchange: Exchange
    ) -> bool:
        """Judge an exchange of somebody who may not call; return whether it was one."""
        is_open = not operation.security or any(not each for each in operation.security)
        if not exchange.call.principal and not is_open:
            if exchange.status == _BAD_REQUEST and _names_somebody(exchange):
                return True  # A credential that cannot be read may be a bad request (RFC 6750, 3.1).
            self._held(
                operation, binding, subject, exchange, "unauthorized", "credential-needed", "Nobody asked"
            )
            return True
        roles = binding.rule.roles if binding else ()
        mine = self._roles.get(exchange.call.principal)
        if roles and mine is not None and not mine & set(roles):
            told = f"{exchange.call.principal} has not the role {' or '.join(roles)}"
            self._held(operation, binding, subject, exchange, "forbidden", "role-needed", told)
            return True
        return False

    def _held(
        self,
        operation: Operation,
        binding: Binding | None,
        subject: Subject,
        exchange: Exchange,
        kind: str,
        law: str,
        told: str,
    ) -> None:
        catalogue = binding.catalogue if binding else self._catalogue(operation)
        declared = catalogue.declared(kind)
        said = f"{told}; the answer is {exchange.status}, not {declared.told()}."
        self.docket.hold(law, subject, declared.admits(exchange), said, [exchange], str(exchange.status))

    def _catalogue(self, operation: Operation) -> Catalogue:
        if operation.id not in self._plain:
            self._plain[operation.id] = Catalogue(self.specification, operation, None, None)
        return self._plain[operation.id]

    def provided(
        self, principal: str, resource: str, state: str, key: object, since: Since | None = None
    ) -> Track:
        """Return the track of a resource that a provider has put into being in `state`."""
        nature = self.natures[resource]
        track = Track(nature, key, principal, self.ledger, is_own=True, is_made=True)
        track.belief = {state: since or UNKNOWN_SINCE}
        track.visited = set(track.belief)
        self.ledger.changes += 1
        return self.ledger.keep(track)


def _names_somebody(exchange: Exchange) -> bool:
    """Return whether a request of nobody has a credential all the same: one that nobody knows."""
    return bool(exchange.credential) or exchange.call.header("Authorization") is not ABSENT
