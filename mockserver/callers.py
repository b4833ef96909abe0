"""Who asks, for those who look on: read from a request as its operation would read it."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.answers import Refused
from mockserver.credentials import Gate
from mockserver.evaluation import Request
from mockserver.principals import Principals
from speckit.specification import Specification


class Callers:
    """Tells principals by their requests; nothing is made before the first one is asked for.

    Args:
        specification: Says where each operation has its credentials.
        principals: Who has which.
    """

    def __init__(self, specification: Specification, principals: Principals) -> None:
        self._specification = specification
        self._principals = principals
        self._gates: dict[str, Gate] = {}

    def name(self, operation: str, raw: Mapping[bytes, bytes], query: bytes) -> str | None:
        """Return what the principal is called who asks; None for one who is let in by nobody.

        Args:
            operation: The id of an operation.
            raw: The headers of the request by lower-case name.
            query: What follows its path.
        """
        try:
            return self._gate(operation)(Request(raw=raw), query).name
        except Refused:
            return None

    def is_known(self, name: str) -> bool:
        """Return whether a principal may be called `name`."""
        return self._principals.named(name) is not None

    def _gate(self, operation: str) -> Gate:
        if operation not in self._gates:
            found = self._specification.operations[operation]
            self._gates[operation] = Gate.of(found, self._specification, self._principals)
        return self._gates[operation]
