"""Finds the resource a request names, within its parents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mockserver.answers import Refused
from mockserver.evaluation import Request
from mockserver.kind import Kind
from mockserver.store import Resource, Store
from mockserver.world import World
from speckit import pointer
from speckit.lifecycle import Parent, Rule
from speckit.operation import Operation

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
LARGEST = 2**63 - 1


def integer(text: str) -> int | None:
    """Return the integer that `text` spells in at most 64 bits, or None.

    >>> integer("+1"), integer("0x1"), integer("9" * 19)
    (1, None, None)
    """
    if len(text) < 19 and text.isdigit() and text.isascii():
        return int(text)
    if not _INTEGER.fullmatch(text):
        return None
    number = int(text)
    return number if -LARGEST - 1 <= number <= LARGEST else None


class Scope:
    """The parents that an operation's path names.

    Args:
        missing: Only those of them whose absence is answered so.
    """

    def __init__(self, kind: Kind, rule: Rule, missing: str = "") -> None:
        parents = [kind.lifecycle.parents[name] for name in rule.scope]
        told = {each.name: each.missing.kind if each.missing else "" for each in parents}
        self.parents = [each for each in parents if missing in ("", told[each.name])]

    def found(self, world: World, request: Request) -> list[tuple[Parent, Resource]]:
        """Return each parent with the resource that it is.

        Raises:
            Refused: one of them does not exist, or not below those that the path names before it.
        """
        found: list[tuple[Parent, Resource]] = []
        for parent in self.parents:
            resource = _named(world, parent, request)
            if resource is None or not _is_where_named(world, resource, request):
                detail = f"There is no {' or '.join(parent.resources)} {request.path[parent.param]!r}."
                raise Refused("notFound", detail, parent.missing, world.frame(request))
            found.append((parent, resource))
        return found


def _named(world: World, parent: Parent, request: Request) -> Resource | None:
    """Return the resource that a path names as `parent`: a number may be written as a text there."""
    key = request.path[parent.param]
    found = world.kin.find(parent, key)
    if found is None and key.__class__ is str and (number := integer(key)) is not None:
        return world.kin.find(parent, number)
    return found


def _is_where_named(world: World, resource: Resource, request: Request) -> bool:
    """Return whether a parent is below its own parents, as far as the path names them too."""
    for above in resource.store.kind.lifecycle.parents.values():
        if above.param in request.path:
            found = _named(world, above, request)
            if found is None or not is_below(resource, [(above, found)]):
                return False
    return True


class Locator:
    """Finds the one resource that an operation's path names."""

    def __init__(self, kind: Kind, rule: Rule, operation: Operation) -> None:
        identity = kind.lifecycle.identity
        self._kind = kind
        self._scope = Scope(kind, rule)
        self._integer = identity.type == "integer"
        self._param, self._alternate = _key(identity.param, identity.alternates, operation)

    def __call__(self, world: World, request: Request) -> Resource:
        """Return the resource.

        Raises:
            Refused: the id is malformed, or there is no such resource there.
        """
        parents = self._scope.found(world, request) if self._scope.parents else []
        key = request.path[self._param]
        store = world.stores[self._kind.name]
        is_usual = self._alternate is None and not (self._integer and key.__class__ is str)
        resource = store.by_id(key) if is_usual else self._find(store, key, world, request)
        if resource is None or (parents and not is_below(resource, parents)):
            raise Refused("notFound", f"There is no {self._kind.name} {key!r}.", None, world.frame(request))
        return resource

    def _find(self, store: Store, key: Any, world: World, request: Request) -> Resource | None:
        if self._alternate is not None:
            return store.by_alternate(self._alternate, key)
        number = integer(key)
        if number is None:
            raise Refused("malformedId", f"'{key}' is not an integer.", None, world.frame(request))
        return store.by_id(number)


def is_below(resource: Resource, parents: list[tuple[Parent, Resource]]) -> bool:
    """Return whether `resource` belongs to all of `parents`."""
    others = [parent for parent, found in parents if pointer.read(resource.fields, parent.field) != found.id]
    return not others


def _key(param: str, alternates: tuple[tuple[str, Any], ...], operation: Operation) -> tuple[str, int | None]:
    """Return the path parameter that names the resource, and which alternate key it is, if one."""
    if operation.parameter("path", param):
        return param, None
    names: Mapping[str, int] = {name: position for position, (name, _) in enumerate(alternates)}
    found = next(name for name in names if operation.parameter("path", name))
    return found, names[found]
