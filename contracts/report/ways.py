"""What of a document whoever pastes requests into a shell needs: where the ids of what is made are told."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.anatomy import places
from contracts.finding import Key, Ways
from speckit.expression import Source
from speckit.lifecycle import Path, Rule
from speckit.specification import Specification


def ways(specification: Specification, clock_url: str = "") -> Ways:
    """Return what `specification` says of how to do again by hand what was done."""
    keys = {
        rule.operation: Key(name, tuple(dict.fromkeys(_ids(rule, lifecycle.identity.field))))
        for name, lifecycle in specification.lifecycles.items()
        for rule in lifecycle.rules.values()
        if rule.role == "create"
    }
    return Ways(clock_url, keys)


def _ids(rule: Rule, identity: Path) -> Iterator[Path]:
    """Yield where the answers of a creation tell the id: templates read backwards."""
    for success in rule.success:
        if success.body is None:
            yield identity
            continue
        for where, source in places(success.body):
            if source == Source("resource"):
                yield (*where, *identity)
            if source.kind == "id" or (source.kind == "resource" and source.pointer == identity):
                yield where
