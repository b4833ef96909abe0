"""Forms: what a schema says of a value once references and compositions are folded together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from speckit.references import deref_or_none

Schema = Mapping[str, Any]

_DEEPEST = 12
_ANNOTATIONS = frozenset(
    ("description", "title", "example", "examples", "default", "readOnly", "writeOnly", "deprecated", "xml")
)
_UPPER = frozenset(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"))
_COUNTS = frozenset(("minLength", "minItems", "minProperties"))
_LOWER = _COUNTS | {"minimum", "exclusiveMinimum"}
_NUMERIC = frozenset(("int32", "int64", "float", "double"))
"""Formats that say how a number is stored, and leave out none that a document means."""


class Form:
    """One value: its schemas folded into one, variants read as their first.

    Attributes:
        schema: The schema as the document has it.
        name: The component it is, or is the only part of; empty where it stands alone.
    """

    __slots__ = ("_data", "_depth", "_members", "name", "schema", "whole")

    def __init__(self, data: Mapping[str, Any], schema: Any, depth: int = 0) -> None:
        self._data = data
        self._depth = depth
        self.schema: Any = schema
        self.name = _component(data, schema)
        self.whole: Schema = _folded(data, schema, depth)
        self._members: dict[str, Form] | None = None

    @property
    def kind(self) -> str:
        """The type: object, array, string, integer, number, boolean, or empty where it is open."""
        found = self.whole.get("type")
        kinds = [each for each in found if each != "null"] if isinstance(found, list) else [found]
        if kinds and isinstance(kinds[0], str):
            return kinds[0]
        if "properties" in self.whole:
            return "object"
        return "array" if "items" in self.whole else ""

    @property
    def members(self) -> Mapping[str, Form]:
        """The forms of an object's properties, in the order of the document."""
        if self._members is None:
            found = self.whole.get("properties") if self._depth < _DEEPEST else None
            parts = found if isinstance(found, Mapping) else {}
            self._members = {
                str(name): Form(self._data, part, self._depth + 1) for name, part in parts.items()
            }
        return self._members

    @property
    def items(self) -> Form:
        """The form of each item of an array."""
        return Form(self._data, self.whole.get("items", {}), self._depth + 1)

    @property
    def words(self) -> tuple[str, ...]:
        """The texts that an enum allows; empty where there is none."""
        found = self.whole.get("enum", [self.whole["const"]] if "const" in self.whole else ())
        return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()

    @property
    def required(self) -> frozenset[str]:
        """The members that must be there."""
        found = self.whole.get("required")
        return frozenset(map(str, found)) if isinstance(found, list) else frozenset()

    @property
    def format(self) -> str:
        """The format, such as `date-time`."""
        return str(self.whole.get("format", ""))

    @property
    def description(self) -> str:
        """What it means, in the words of the document."""
        found = self.whole.get("description", "")
        return found if isinstance(found, str) else ""

    @property
    def is_nullable(self) -> bool:
        """Whether it may be null."""
        kinds = self.whole.get("type")
        listed = isinstance(kinds, list) and "null" in kinds
        return listed or self.whole.get("nullable") is True or None in (self.whole.get("enum") or ())

    @property
    def is_read_only(self) -> bool:
        """Whether clients do not send it."""
        return self.whole.get("readOnly") is True

    @property
    def examples(self) -> tuple[Any, ...]:
        """The values that the document shows for it."""
        listed = self.whole.get("examples")
        found = [self.whole["example"]] if "example" in self.whole else []
        return (*found, *(listed if isinstance(listed, list) else ()))

    def stands_for(self, schema: Schema) -> bool:
        """Return whether this is `schema` itself, or a reference to it."""
        return deref_or_none(self._data, self.schema) is schema

    def takes(self, other: Form, depth: int = 0) -> bool:
        """Return whether every value of `other` surely is one of this.

        Only what is plain is sure: the same component, the same keywords, narrower ones, or fewer here.
        """
        if self.name and self.name == other.name:
            return True
        if other.is_nullable and not self.is_nullable:
            return self._takes_all()
        return self.takes_unless_null(other, depth)

    def takes_unless_null(self, other: Form, depth: int = 0) -> bool:
        """Return whether every value of `other` that is not null surely is one of this."""
        if self.name and self.name == other.name:
            return True
        if depth > 4 or self._is_open() is not other._is_open():
            return self._takes_all()
        if self.kind != other.kind and not (self.kind == "number" and other.kind == "integer"):
            return self._takes_all()
        theirs = _limits(other.whole)
        if not all(_holds(key, value, theirs) for key, value in _limits(self.whole).items() if key != "type"):
            return False
        if self.kind == "object":
            return self._takes_members(other, depth)
        return self.kind != "array" or self.items.takes(other.items, depth + 1)

    def is_like(self, other: Form) -> bool:
        """Return whether values of `other` are of the type of this, whatever limits either has."""
        if not self.kind or self.kind != other.kind:
            return False
        items = self.items.kind if self.kind == "array" else ""
        return not items or items == other.items.kind

    def _takes_members(self, other: Form, depth: int) -> bool:
        shared = self.members.keys() & other.members.keys()
        is_closed = self.whole.get("additionalProperties") is False
        return (
            self.required <= other.required
            and not (is_closed and other.members.keys() - self.members.keys())
            and all(self.members[name].takes(other.members[name], depth + 1) for name in shared)
        )

    def _takes_all(self) -> bool:
        return not _limits(self.whole)

    def _is_open(self) -> bool:
        return any(key in self.whole for key in ("oneOf", "anyOf", "not", "if"))


def _limits(whole: Schema) -> dict[str, Any]:
    silent = _ANNOTATIONS | {"nullable", "properties", "required", "items"}
    return {
        key: value
        for key, value in whole.items()
        if key not in silent and not key.startswith("x-") and value != {}
    }


def _holds(key: str, bound: Any, theirs: Mapping[str, Any]) -> bool:
    """Return whether values within the keywords `theirs` surely hold to `key` with `bound`."""
    other = theirs.get(key)
    if key in ("enum", "const"):
        listed = theirs.get("enum", [theirs["const"]] if "const" in theirs else None)
        return listed is not None and _words(listed) <= _words(bound if key == "enum" else [bound])
    if key == "format" and bound in _NUMERIC:
        return True
    if key == "additionalProperties" and bound is True:
        return True
    if not (_is_number(bound) and _is_number(other)):
        return bool(other == bound) or (key in _COUNTS and bound == 0)
    if key in _UPPER:
        return bool(other <= bound)
    return bool(other >= bound) if key in _LOWER else bool(other == bound)


def _words(listed: Any) -> set[str]:
    return {repr(each) for each in _list(listed) if each is not None}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _component(data: Mapping[str, Any], schema: Any) -> str:
    """Return the name of the last component that `schema` refers to, itself or as its only part."""
    for _ in range(_DEEPEST):
        if not isinstance(schema, Mapping):
            return ""
        parts = [part for key in ("allOf", "oneOf", "anyOf") for part in _list(schema.get(key))]
        if isinstance(ref := schema.get("$ref"), str):
            target = _target(data, ref)
            if not (isinstance(target, Mapping) and isinstance(target.get("$ref"), str)):
                return ref.rpartition("/")[2]
            schema = target
        elif len(parts) == 1 and "properties" not in schema:
            schema = parts[0]
        else:
            return ""
    return ""


def _target(data: Mapping[str, Any], ref: str) -> Any:
    """Return the node that `ref` names, its own reference not followed."""
    node: Any = data
    for part in ref.removeprefix("#/").split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


def _folded(data: Mapping[str, Any], schema: Any, depth: int, within: tuple[int, ...] = ()) -> Schema:
    """Return `schema` with what it refers to and is composed of; of variants the first that is not null."""
    node = deref_or_none(data, schema)
    if not isinstance(node, Mapping) or id(node) in within or depth > _DEEPEST:
        return {}
    within = (*within, id(node))
    parts = [*_list(node.get("allOf")), *_first_variant(data, node)]
    whole: dict[str, Any] = {}
    for part in parts:
        whole = _merged(whole, _folded(data, part, depth, within))
    own = {key: value for key, value in node.items() if key not in _composing(data, node)}
    if _has_null_variant(data, node):
        own["nullable"] = True
    if isinstance(schema, Mapping) and "description" in schema:
        own["description"] = schema["description"]
    return _merged(whole, own)


def _first_variant(data: Mapping[str, Any], node: Schema) -> list[Any]:
    for key in ("oneOf", "anyOf"):
        variants = [each for each in _list(node.get(key)) if not _is_null(deref_or_none(data, each))]
        if variants:
            return variants[:1]
    return []


def _composing(data: Mapping[str, Any], node: Schema) -> tuple[str, ...]:
    """Return the keywords that say nothing more once their parts are folded in: a choice of one is none."""
    chosen = (
        key
        for key in ("oneOf", "anyOf")
        if sum(not _is_null(deref_or_none(data, each)) for each in _list(node.get(key))) == 1
    )
    return ("allOf", "$ref", *chosen)


def _has_null_variant(data: Mapping[str, Any], node: Schema) -> bool:
    variants = [*_list(node.get("oneOf")), *_list(node.get("anyOf"))]
    return any(_is_null(deref_or_none(data, each)) for each in variants)


def _is_null(node: Any) -> bool:
    return isinstance(node, Mapping) and node.get("type") == "null"


def _merged(one: Schema, other: Schema) -> dict[str, Any]:
    both = {**one, **other}
    for key in ("properties", "required"):
        if key in one and key in other:
            both[key] = _joined(one[key], other[key])
    return both


def _joined(one: Any, other: Any) -> Any:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return {**one, **other}
    return list(dict.fromkeys((*_list(one), *_list(other))))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
