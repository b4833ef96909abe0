"""Links (OpenAPI 3.1, section 4.8.20): what a client can ask next, and from where it has the id."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from speckit.lifecycle import REMOVED, Lifecycle, Rule, Success
from speckit.operation import Operation
from speckit.pointer import render
from speckit.specification import Specification
from toolkit.bundle.showing import Shown, listed, shown

_STRANGE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Link:
    """One link of one response."""

    operation: str
    status: int
    name: str
    value: Mapping[str, Any]


def links(specification: Specification) -> Iterator[Link]:
    """Yield the links that the lifecycles of `specification` imply, in the order of its operations."""
    for lifecycle in specification.lifecycles.values():
        for rule in lifecycle.rules.values():
            source = specification.operations.get(rule.operation)
            if source is not None:
                yield from _of_operation(specification, lifecycle, rule, source)


def _of_operation(
    specification: Specification, lifecycle: Lifecycle, rule: Rule, source: Operation
) -> Iterator[Link]:
    seen: set[int] = set()
    for success in rule.success:
        status = success.status or source.success
        if status in seen or _is_gone(lifecycle, rule, success):
            continue
        if found := _found(lifecycle, rule, success, source):
            seen.add(status)
            for target in _targets(specification, lifecycle, rule):
                yield from _link(source, status, target, found)


def _found(lifecycle: Lifecycle, rule: Rule, success: Success, source: Operation) -> Shown | None:
    if rule.role == "list":
        return listed(lifecycle, rule, success)
    return None if rule.role in ("parts", "batch") else shown(lifecycle, rule, success, source)


def _is_gone(lifecycle: Lifecycle, rule: Rule, success: Success) -> bool:
    """Return whether after this answer there is nothing left to ask for."""
    caused = [each for each in lifecycle.transitions if rule.operation in each.triggers]
    concerned = [each for each in caused if not success.on or each.name in success.on]
    is_made = rule.role in ("create", "replace")
    return bool(concerned) and not is_made and all(each.ends == REMOVED for each in concerned)


def _targets(specification: Specification, lifecycle: Lifecycle, rule: Rule) -> Iterator[Operation]:
    """Yield the operations that take the id: those on the resource, and those below it.

    From a list only the reading of its first item follows: what else is done to
    it is a matter of which item a client picks.
    """
    rules = [each for each in lifecycle.rules.values() if each.operation != rule.operation]
    if rule.role == "list":
        rules = [each for each in rules if each.role == "get"]
    else:
        rules += _below(specification, lifecycle)
    found = (specification.operations.get(each.operation) for each in rules)
    yield from (each for each in found if each is not None)


def _below(specification: Specification, lifecycle: Lifecycle) -> Iterator[Rule]:
    """Yield the rules of children by which they are made and listed."""
    for child in specification.lifecycles.values():
        if any(lifecycle.name in parent.resources for parent in child.parents.values()):
            yield from (each for each in child.rules.values() if each.role in ("create", "list", "batch"))


def _link(source: Operation, status: int, target: Operation, found: Shown) -> Iterator[Link]:
    """Yield the link, if every path parameter of its target is known and one comes out of the answer."""
    wanted = [each.name for each in target.parameters if each.place == "path"]
    given = {name: _value(source, name, found) for name in wanted}
    if not wanted or not all(given.values()) or not any(name in found.ids for name in wanted):
        return
    yield Link(
        source.id,
        status,
        _STRANGE.sub("-", target.id).strip("-"),
        {**_named(target), "parameters": given},
    )


def _value(source: Operation, name: str, found: Shown) -> str:
    if name in found.ids:
        return found.ids[name]
    return f"$request.path.{name}" if source.parameter("path", name) else ""


def _named(target: Operation) -> dict[str, str]:
    """Return the way to name an operation in a link: by its id, or by a reference where it has none."""
    if " " not in target.id:
        return {"operationId": target.id}
    return {"operationRef": f"#{render(('paths', target.path, target.method.lower()))}"}
