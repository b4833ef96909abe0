"""Fits random bodies to what is known: parents that are there, unique values that are new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from random import Random
from typing import Any

from contracts.bench import Binding
from contracts.inputs import Inputs, Variant
from contracts.observed import Track
from contracts.values import is_nameable
from speckit.expression import Source, sources
from speckit.lifecycle import Path
from speckit.pointer import ABSENT

Members = dict[Path, Any]


class Bodies:
    """Makes the random part of creations and updates."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs

    def variant(self, binding: Binding, principal: str, body: Any, dice: Random) -> Variant | None:
        """Return how a creation differs from its example; None where a random body has no place.

        Once in a while something unique is left as it is drawn, and may be taken.
        """
        members = self._inputs.members(binding.operation)
        if not isinstance(body, dict) or not members:
            return None
        fixed, unique, keys = self._parents(binding), self._unique(binding), self._keys(binding)
        found: Members = {}
        for name, schema in members.items():
            value = body.get(name, ABSENT)
            if name in unique and (value is ABSENT or not isinstance(value, str | int)):
                continue
            if name in keys and isinstance(value, str) and not is_nameable(value):
                value = self._inputs.fresh("x", schema)
            elif name in unique and dice.random() < 0.9:
                value = self._inputs.fresh(value, schema)
            if name not in fixed:
                found[(name,)] = value
        return Variant("at random", found, self._chosen(binding, principal, dice))

    def changing(self, binding: Binding, track: Track, body: Any, dice: Random) -> Any:
        """Return a random body for an update: of the members drawn, those that a coin leaves."""
        if not isinstance(body, dict):
            return ABSENT
        members = self._inputs.members(binding.operation)
        fixed, unique = self._parents(binding), self._unique(binding)
        named: Members = {}
        for name, value in body.items():
            if name in members and name not in fixed and dice.random() < 0.6:
                fresh = name in unique and isinstance(value, str | int)
                named[(name,)] = self._inputs.fresh(value, members[name]) if fresh else value
        for parent, key in self._chosen(binding, track.principal, dice).items():
            place = self._inputs.place(binding, parent)
            if place is not None and place.kind == "request.body" and dice.random() < 0.5:
                named[place.pointer] = key
        return self._inputs.changing(binding, named)

    def _chosen(self, binding: Binding, principal: str, dice: Random) -> dict[str, Any]:
        """Return a parent of each name, where a request names it in any case."""
        found = {}
        for name in binding.nature.lifecycle.parents:
            place = self._inputs.place(binding, name)
            keys = self._inputs.candidates(binding, name, principal) if place else []
            if keys:
                found[name] = dice.choice(keys)
        return found

    def _parents(self, binding: Binding) -> frozenset[str]:
        """Return the members of a body that name parents."""
        places = [self._inputs.place(binding, name) for name in binding.nature.lifecycle.parents]
        return frozenset(_members(place for place in places if place is not None))

    def _unique(self, binding: Binding) -> frozenset[str]:
        """Return the members of a body that end up in fields which no two resources share."""
        shared = {path for unique in binding.nature.lifecycle.unique for path in unique.fields}
        return self._keys(binding) | self._ending_in(binding, shared)

    def _keys(self, binding: Binding) -> frozenset[str]:
        """Return the members of a body by which paths name a resource."""
        identity = binding.nature.lifecycle.identity
        return self._ending_in(binding, {identity.field, *(path for _, path in identity.alternates)})

    def _ending_in(self, binding: Binding, paths: Set[Path]) -> frozenset[str]:
        """Return the members of a body that end up in the fields at `paths`."""
        templates = [binding.nature.slots[path] for path in paths if path in binding.nature.slots]
        templates += [template for path, template in binding.rule.change if path in paths]
        return frozenset(_members(each for template in templates for each in sources(template)))


def _members(found: Iterator[Source]) -> Iterator[str]:
    yield from (each.pointer[0] for each in found if each.kind == "request.body" and each.pointer)


def is_sendable(body: Any, content_type: str) -> bool:
    """Return whether `body` means the same to every server: a form has no nothing and no depth."""
    if "form" not in content_type or not isinstance(body, Mapping):
        return True
    return all(isinstance(value, str | int) and value != "" for value in body.values())
