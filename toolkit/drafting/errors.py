"""Errors: what operations do not document, and every server answers all the same."""

from __future__ import annotations

from collections.abc import Iterator

from speckit.operation import Operation
from speckit.specification import Specification


def silent(specification: Specification) -> dict[str, list[str]]:
    """Return the methods, by path, of operations that document no answer to some request that is wrong.

    A credential that is missing, an id that nobody has, a parameter that does not fit, a state that forbids
    it.
    """
    moving = {
        name
        for life in specification.lifecycles.values()
        for name, rule in life.rules.items()
        if rule.otherwise
    }
    found: dict[str, list[str]] = {}
    for operation in specification.operations.values():
        needed = [
            *_needed(operation),
            *((409,) if operation.id in moving and not _refuses(operation) else ()),
        ]
        if any(operation.response(status) is None for status in needed):
            found.setdefault(operation.path, []).append(operation.method.lower())
    return found


def _refuses(operation: Operation) -> bool:
    return any(operation.response(status) is not None for status in (409, 400, 422, 403, 423, 412))


def _needed(operation: Operation) -> Iterator[int]:
    if operation.security and {} not in operation.security:
        yield 401
    if any(each.place == "path" for each in operation.parameters):
        yield 404
    if operation.body is not None or any(each.place == "query" for each in operation.parameters):
        yield 400
