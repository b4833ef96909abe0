"""What the resources of one world owe each other: parents that are there, values that are theirs alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockserver.breaches import MissingParent, NotUnique
from mockserver.evaluation import Frame
from mockserver.kind import Kind
from mockserver.store import Resource, Store
from speckit import pointer
from speckit.lifecycle import Parent
from speckit.pointer import ABSENT


class Kin:
    """Finds the parents of resources, and holds new fields against everybody else's.

    Args:
        stores: All resources of the world, by kind.
    """

    def __init__(self, stores: Mapping[str, Store]) -> None:
        self._stores = stores
        kinds: Iterator[Kind] = (store.kind for store in stores.values())
        parents = (parent for each in kinds for parent, _ in each.parents.values())
        self._above = frozenset(name for parent in parents for name in parent.resources)

    def parent_of(self, frame: Frame, name: str, *, bared: bool = False) -> Any:
        """Return the fields of the parent `name` of the frame's resource, or ABSENT.

        Args:
            frame: Where the resource is looked up.
            name: As the resource calls its parent.
            bared: Without those that are hidden.
        """
        parent, read = frame.kind.parents[name]
        key = read(frame.fields)
        found = frame.found.get(name)
        if found is None or found.id is not key:
            found = self._looked_for(parent, key, frame.found)
            if found is None:
                return ABSENT
        return found.store.kind.bared(found.fields) if bared else found.fields

    def find(self, parent: Parent, key: Any) -> Resource | None:
        """Return the resource `key` stands for among those that `parent` may be."""
        for name in parent.resources:
            if (found := self._stores[name].find(key)) is not None:
                return found
        return None

    def due(self, resource: Resource) -> int | None:
        """Return when the first of the resource's parents moves by itself."""
        kind: Kind = resource.store.kind
        above = (self.find(parent, read(resource.fields)) for parent, read in kind.parents.values())
        return min((each.due for each in above if each is not None and each.due is not None), default=None)

    def is_parent(self, kind: Kind) -> bool:
        """Return whether resources of any kind may look one of `kind` up."""
        return kind.name in self._above

    def check(
        self, store: Store, frame: Frame, fields: dict[str, Any], state: str, own: Resource | None
    ) -> None:
        """Hold the `fields` that a resource is to have in `state` against all others.

        They get the ids of its parents, whatever these were named by.

        Args:
            store: Where the resource is, or goes.
            frame: Remembers the parents that are found.
            fields: What it is to hold.
            state: In which it is to be.
            own: The resource, if it is there already.

        Raises:
            MissingParent: they refer to something that does not exist.
            NotUnique: another resource holds the same values.
        """
        kind: Kind = store.kind
        for parent, read in kind.parents.values():
            key = read(fields)
            known = frame.found.get(parent.name)
            if known is not None and known.id is key:
                continue
            is_new = own is None or key is not read(own.fields)
            if is_new and key is not ABSENT and key is not None:
                self._link(parent, key, fields, frame.found)
        if kind.lifecycle.unique and (unique := store.clash(fields, state, own)):
            raise NotUnique(unique, fields)

    def _looked_for(self, parent: Parent, key: Any, known: dict[str, Resource]) -> Resource | None:
        """Return what `find` does; who is found is `known` from then on."""
        found = self.find(parent, key)
        if found is not None:
            known[parent.name] = found
        return found

    def _link(self, parent: Parent, key: Any, fields: dict[str, Any], known: dict[str, Resource]) -> None:
        """Have `fields` hold the parent's own id, whatever it was named by (9.0 for 9, or another key)."""
        found = self._looked_for(parent, key, known)
        if found is None:
            raise MissingParent(parent, key)
        if key is not found.id:
            pointer.write(fields, parent.field, found.id)
