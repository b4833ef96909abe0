"""Who is let in: a credential that is refused from the start says nothing of an implementation."""

from __future__ import annotations

from dataclasses import dataclass, field

from contracts.client import LOST
from contracts.exchange import Exchange
from contracts.observer import Observer
from contracts.wire import Unreachable
from speckit.operation import Operation

UNAUTHORIZED = 401
_ENOUGH = 3
"""After so many refusals, and nothing else, a credential is taken for a wrong one."""
_OF_MANY = ("create", "list")
"""What anybody may ask who is known at all; a resource may be kept from one who does not own it."""


class NotAdmitted(Unreachable):
    """A principal's credential is refused; the message says whose, and where."""


@dataclass(slots=True)
class Admission:
    """Hands exchanges on to the observer, those refused with 401 only once a principal was let in.

    Until then nobody knows whether the implementation or the credential is wrong.
    """

    observer: Observer
    _admitted: set[str] = field(default_factory=set)
    _held: dict[str, list[tuple[Exchange, str]]] = field(default_factory=dict)

    def watch(self, exchange: Exchange, race: str) -> None:
        """Take one exchange; `race` is as `Observer.observe` has it.

        Raises:
            NotAdmitted: its principal was refused again and again, and never let in.
        """
        name = exchange.call.principal
        if self._is_telling(exchange):
            if exchange.status == UNAUTHORIZED:
                self._hold(name, exchange, race)
                return
            self._admitted.add(name)
            self._hand_on(name)
        self.observer.observe(exchange, race=race)

    def close(self) -> str:
        """Hand on what is held; return why the run tells little, where somebody was never let in."""
        for name in list(self._held):
            if self._asked(name):
                return _told(self._asked(name)[0])
            self._hand_on(name)
        return ""

    def _is_telling(self, exchange: Exchange) -> bool:
        """Return whether an exchange may tell if its principal is let in."""
        name = exchange.call.principal
        return (
            bool(name and is_closed(exchange.call.operation))
            and exchange.status != LOST
            and name not in self._admitted
        )

    def _hold(self, name: str, exchange: Exchange, race: str) -> None:
        self._held.setdefault(name, []).append((exchange, race))
        self.observer.made = None
        if len(asked := self._asked(name)) >= _ENOUGH:
            raise NotAdmitted(_told(asked[0]))

    def _hand_on(self, name: str) -> None:
        for held, race in self._held.pop(name, ()):
            self.observer.observe(held, race=race)

    def _asked(self, name: str) -> list[Exchange]:
        """Return the refusals of what anybody may ask."""
        return [held for held, _ in self._held.get(name, ()) if self._is_of_many(held)]

    def _is_of_many(self, exchange: Exchange) -> bool:
        binding = self.observer.bindings.get(exchange.call.operation.id)
        return binding is None or binding.rule.role in _OF_MANY


def is_closed(operation: Operation) -> bool:
    """Return whether an operation needs a credential."""
    return bool(operation.security) and all(operation.security)


def _told(exchange: Exchange) -> str:
    name, method = exchange.call.principal, exchange.call.operation.method
    return (
        f"{name}'s token is refused (401): {method} {exchange.call.target}. "
        f"Give the right one with --principal {name}=TOKEN"
    )
