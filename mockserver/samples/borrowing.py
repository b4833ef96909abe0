"""The shape of an error that an operation does not document: that of another, or of its neighbours'."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from speckit.operation import Operation, Response


def borrowing(operation: Operation, others: Iterable[Operation], status: int) -> Operation | None:
    """Return `operation` with an answer for `status`; None where nothing in the document tells of any error.

    Args:
        operation: It does not document `status`.
        others: All operations of the document.
        status: That of an error.
    """
    for each in (operation, *others):
        found = min(_errors(each), key=lambda error: _distance(error[0], status), default=None)
        if found:
            # Under `default`, for its examples are for another status; its headers are as well.
            lent = replace(found[1], headers={})
            return replace(operation, responses={**operation.responses, "default": lent})
    return None


def _errors(operation: Operation) -> Iterator[tuple[str, Response]]:
    """Yield the errors that are documented with a body, the most general first."""
    for key in ("default", "4XX", "5XX", *sorted(operation.responses)):
        response = operation.responses.get(key)
        if response and response.content and not key.startswith(("1", "2", "3")):
            yield key, response


def _distance(key: str, status: int) -> int:
    """Return how far a documented error is from `status`: those of its hundred come first."""
    return 0 if key == "default" or key[:1] == str(status)[:1] else 1
