"""What one schema says once its references and compositions are folded in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from handbook import raw
from handbook.raw import Data, Node
from speckit.inheritance import Heir, inheritance

_NULL = "null"
_LONGEST_CHAIN = 30
"""How many references and compositions lie behind one schema at most; only a circle has more."""
CONDITIONS = "if/then/else"
"""A keyword of ours: under it a face has every `if` of its schema and of its parts, with what each asks."""
_CONDITIONAL = ("if", "then", "else")
_ROOT_ONLY = ("$ref", "allOf", "oneOf", "anyOf")


@dataclass(frozen=True, slots=True)
class Face:
    """A schema, seen from outside.

    Attributes:
        name: What the component is called that it is; empty for one without a name.
        kinds: Its types without null; none where it does not say.
        keys: Its keywords, with those of all its parts.
        variants: The schemas of which one (or any) must fit, apart from null; or what inherits from it.
        heirs: What inherits from it, where a discriminator tells them apart.
        own: What it is itself, where it inherits from such a base.
    """

    name: str = ""
    kinds: tuple[str, ...] = ()
    is_nullable: bool = False
    keys: Node = field(default_factory=dict)
    variants: tuple[Any, ...] = ()
    heirs: tuple[Heir, ...] = ()
    own: Heir | None = None

    @property
    def is_object(self) -> bool:
        """Whether it has named fields, or any others."""
        return "object" in self.kinds or bool(self.keys.get("properties"))

    @property
    def is_array(self) -> bool:
        """Whether it is a list of items."""
        return "array" in self.kinds or "items" in self.keys or "prefixItems" in self.keys

    @property
    def required(self) -> frozenset[str]:
        """The names of the fields that must be there."""
        return frozenset(each for each in self.keys.get("required") or () if isinstance(each, str))

    @property
    def fields(self) -> Mapping[str, Any]:
        """Its named fields, in the order of the document."""
        found = self.keys.get("properties")
        return found if isinstance(found, Mapping) else {}

    @property
    def others(self) -> Any:
        """What other fields must be; None where nothing is said of them, or there are none."""
        found = self.keys.get("additionalProperties")
        if found is None and (patterns := self.keys.get("patternProperties")):
            found = next(iter(patterns.values()))
        return found if isinstance(found, Mapping) and found else (True if found in (True, {}) else None)

    @property
    def first(self) -> tuple[Any, ...]:
        """What the items at its start must be, each by its place."""
        found = self.keys.get("prefixItems")
        return tuple(found) if isinstance(found, list) else ()

    @property
    def items(self) -> Any:
        """What its items must be, after the first; empty where that is left open."""
        return self.keys.get("items") if isinstance(self.keys.get("items"), Mapping) else {}


class Faces:
    """The faces of the schemas of one document: each is made once."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self._kin = inheritance(data)
        # The schema is kept beside its face, so that its id stays its own.
        self._known: dict[int, tuple[Any, Face]] = {}

    def of(self, schema: Any) -> Face:
        """Return the face of `schema`, which may be true, false or a reference."""
        known = self._known.get(id(schema))
        if known is None:
            known = self._known[id(schema)] = (schema, self._related(schema, self._face(schema)))
        return known[1]

    def _related(self, schema: Any, face: Face) -> Face:
        """Return `face` with what inherits from it, and what it inherits."""
        heirs = () if face.variants else self._kin.heirs(schema)
        variants = tuple({"$ref": each.ref} for each in heirs) or face.variants
        own = self._kin.heir(schema)
        return replace(face, variants=variants, heirs=heirs, own=own) if heirs or own else face

    def _face(self, schema: Any, left: int = _LONGEST_CHAIN) -> Face:
        name, keys = self._folded(schema, _LONGEST_CHAIN)
        kinds = keys.get("type")
        kinds = kinds if isinstance(kinds, list) else [kinds] if isinstance(kinds, str) else []
        options = keys.get("oneOf") or keys.get("anyOf") or ()
        variants = tuple(each for each in options if not self._is_null(each))
        is_nullable = (
            keys.get("nullable") is True
            or _NULL in kinds
            or len(variants) < len(options)
            or None in (keys.get("enum") or ())
        )
        own = {key: value for key, value in keys.items() if key not in _ROOT_ONLY}
        if len(variants) == 1 and left:
            only = self._face(variants[0], left - 1)
            keys = _merged(only.keys, own)
            return Face(name or only.name, only.kinds, is_nullable or only.is_nullable, keys, only.variants)
        return Face(
            name, tuple(each for each in kinds if each != _NULL), is_nullable, {**own, **_of(keys)}, variants
        )

    def _is_null(self, schema: Any) -> bool:
        return isinstance(schema, Mapping) and (
            schema.get("type") == _NULL or schema.get("enum") == [None] or schema.get("const", 0) is None
        )

    def _folded(self, schema: Any, left: int) -> tuple[str, Node]:
        """Return the name of the component that a schema is, if any, and all its keywords in one."""
        if not isinstance(schema, Mapping) or not left:
            return "", ({"not": {}} if schema is False else {})
        parts = list(schema.get("allOf") or ())
        keys: Node = {}
        name = ""
        if isinstance(ref := schema.get("$ref"), str):
            keys = self._folded(raw.looked_up(self._data, {"$ref": ref}), left - 1)[1]
            name = raw.component(ref)
        for part in parts:
            found, below = self._folded(part, left - 1)
            name = found if len(parts) == 1 and not name else name
            keys = _merged(keys, below)
        own = {key: value for key, value in schema.items() if key not in ("$ref", "allOf", *_CONDITIONAL)}
        if "if" in schema:
            own[CONDITIONS] = [{key: schema[key] for key in _CONDITIONAL if key in schema}]
        return ("" if own.get("properties") else name), _merged(keys, own)


def _of(keys: Node) -> Node:
    """Return which of the two words for variants a schema uses, for the sentence about them."""
    return {key: keys[key] for key in ("oneOf", "anyOf") if key in keys}


def _merged(one: Node, other: Node) -> Node:
    """Return the keywords of both; the later ones count, and fields add up."""
    if not one or not other:
        return one or other
    merged = {**one, **other}
    for key in ("properties", "patternProperties"):
        if isinstance(one.get(key), Mapping) and isinstance(other.get(key), Mapping):
            merged[key] = {**one[key], **dict(_refined(one[key], other[key]))}
    for key in ("required", CONDITIONS):
        if isinstance(one.get(key), list) and isinstance(other.get(key), list):
            merged[key] = [*one[key], *other[key]]
    return merged


def _refined(one: Node, other: Node) -> Iterator[tuple[str, Any]]:
    """Yield the fields of `other`, those of both composed of what each says."""
    for name, schema in other.items():
        yield name, {"allOf": [one[name], schema]} if name in one and schema != one[name] else schema
