"""What a world refuses: resources that would break a rule of their kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.kind import Kind
from speckit import pointer
from speckit.lifecycle import Parent, Unique


class Breach(Exception):
    """Something would break a rule, so it has not happened."""


class MissingParent(Breach):
    """A resource refers to another that does not exist."""

    def __init__(self, parent: Parent, key: Any) -> None:
        self.parent, self.key = parent, key
        super().__init__(f"There is no {' or '.join(parent.resources)} {key!r}.")


class NotUnique(Breach):
    """Another resource holds these values already."""

    def __init__(self, unique: Unique, fields: Mapping[str, Any]) -> None:
        self.unique = unique
        held = ", ".join(f"{path[-1]} {pointer.read(fields, path)!r}" for path in unique.fields)
        super().__init__(f"Another resource has {held} already.")


class WrongId(Breach):
    """The id is not of the type that the ids of its kind are."""

    def __init__(self, kind: Kind, key: Any) -> None:
        self.key = key
        said = "it has none" if key is pointer.ABSENT else f"{key!r} is not"
        super().__init__(f"The id of a {kind.name} is of type {kind.lifecycle.identity.type}; {said}.")


def check_id(kind: Kind, key: Any, fields: Mapping[str, Any], *, is_taken: bool) -> None:
    """Say whether a new resource may have the id `key`.

    Raises:
        WrongId: it is not of the kind's type.
        NotUnique: it is taken.
    """
    if not isinstance(key, kind.id_type) or isinstance(key, bool):
        raise WrongId(kind, key)
    if is_taken:
        raise NotUnique(Unique((kind.identity,)), fields)


class BadSeed(Exception):
    """A seed cannot be planted: the document contradicts itself."""

    def __init__(self, kind: Kind, number: int, problem: Exception) -> None:
        self.path = ("x-resource-lifecycles", kind.name, "seed", number)
        super().__init__(str(problem))


class WorldFull(Breach):
    """The world holds as many resources as it may."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"This world holds {limit} resources, as many as it may; reset it or delete some.")
