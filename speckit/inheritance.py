"""Which schemas inherit from one whose `discriminator` tells them apart, where no `oneOf` or `anyOf` does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from speckit.references import BUNDLED, deref
from speckit.same import Same


@dataclass(frozen=True, slots=True)
class Heir:
    """A schema that is composed, by `allOf`, of a base with a discriminator.

    Attributes:
        name: What it is called.
        ref: The reference that leads to it.
        property: The property that tells the heirs of its base apart.
        value: What that property says for this one: as `mapping` has it, else its name.
        base: The reference to the base, as the document's component.
    """

    name: str
    ref: str
    property: str
    value: str
    base: str


class Inheritance:
    """The bases and heirs of one document, each found once."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self._refs = dict(_named(data))
        self._children: dict[int, list[str]] = {}
        for ref, schema in self._refs.items():
            for above in dict.fromkeys(self._above(schema)):
                self._children.setdefault(above, []).append(ref)
        self._by_base = {id(schema): self._found(ref, schema) for ref, schema in self._refs.items()}
        self._by_heir = {id(self._refs[each.ref]): each for found in self._by_base.values() for each in found}

    def heirs(self, schema: Any) -> tuple[Heir, ...]:
        """Return what inherits from `schema`, a base or a reference to one; nothing from any other.

        Those that inherit from an heir are heirs too. They come in the order of the document.
        """
        found = self._by_base.get(id(self._target(schema)), ())
        if found or not isinstance(schema, Mapping) or self.heir(schema):
            return found
        parts: Any = schema.get("allOf") or ()
        is_wrapper = len(parts) == 1 and "properties" not in schema
        return self._by_base.get(id(self._target(parts[0])), ()) if is_wrapper else ()

    def heir(self, schema: Any) -> Heir | None:
        """Return `schema` as an heir; None for one that is none."""
        return self._by_heir.get(id(self._target(schema)))

    def _above(self, schema: Any) -> Iterator[int]:
        parts = schema.get("allOf") if isinstance(schema, Mapping) else None
        for part in parts if isinstance(parts, list) else ():
            yield id(self._target(part))

    def _target(self, schema: Any) -> Any:
        try:
            return deref(self._data, schema)
        except LookupError:
            return None

    def _found(self, ref: str, schema: Any) -> tuple[Heir, ...]:
        """Return the heirs of the component that `ref` leads to; none where it tells none apart."""
        discriminator = schema.get("discriminator") if isinstance(schema, Mapping) else None
        if not isinstance(discriminator, Mapping) or not isinstance(discriminator.get("propertyName"), str):
            return ()
        if schema.keys() & {"oneOf", "anyOf"}:
            return ()
        values = _values(discriminator.get("mapping"))
        below = self._below(schema)
        return tuple(
            Heir(
                called(each),
                each,
                discriminator["propertyName"],
                values.get(each) or values.get(called(each)) or called(each),
                ref,
            )
            for each in self._refs
            if each in below and each != ref
        )

    def _below(self, schema: Any) -> set[str]:
        """Return all that is composed of `schema`, directly or not."""
        found: set[str] = set()
        waiting = list(self._children.get(id(schema), ()))
        while waiting:
            ref = waiting.pop()
            if ref not in found:
                found.add(ref)
                waiting += self._children.get(id(self._refs[ref]), ())
        return found


def inheritance(data: Mapping[str, Any]) -> Inheritance:
    """Return the bases and heirs of `data`; the same again for the same document."""
    return _inheritance(Same(data))


@lru_cache(8)
def _inheritance(data: Same) -> Inheritance:
    return Inheritance(data.value)


def _named(data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every schema that has a name or a file of its own, with the reference to it; each once."""
    schemas = (data.get("components") or {}).get("schemas")
    files = data.get(BUNDLED)
    seen: set[int] = set()
    for start, group in (("#/components/schemas/", schemas), (f"#/{BUNDLED}/", files)):
        for name, node in group.items() if isinstance(group, Mapping) else ():
            found = _resolved(data, node)
            if isinstance(found, Mapping) and id(found) not in seen:
                seen.add(id(found))
                yield start + str(name).replace("~", "~0").replace("/", "~1"), found


def _resolved(data: Mapping[str, Any], node: Any) -> Any:
    try:
        return deref(data, node)
    except LookupError:
        return None


def _values(mapping: Any) -> dict[str, str]:
    """Return the value for each schema that a `mapping` names: by its reference, or its bare name."""
    pairs = mapping.items() if isinstance(mapping, Mapping) else ()
    found: dict[str, str] = {}
    for value, ref in pairs:
        found.setdefault(str(ref), str(value))
    return found


def called(ref: str) -> str:
    """Return what a reference is called: the component, or the file without its ending.

    >>> called("#/components/schemas/Cat"), called("#/x-bundled/models~1cat.yaml")
    ('Cat', 'cat')
    """
    last = ref.rsplit("/", 1)[-1].replace("~1", "/").replace("~0", "~")
    return last if ref.startswith("#/components/") else PurePosixPath(last).stem
