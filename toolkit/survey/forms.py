"""Forms: what a schema says of a value once references and compositions are folded together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from speckit.references import deref

Schema = Mapping[str, Any]

_DEEPEST = 12
_ANNOTATIONS = frozenset(
    ("description", "title", "example", "examples", "default", "readOnly", "writeOnly", "deprecated", "xml")
)


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

    def takes(self, other: Form, depth: int = 0) -> bool:
        """Return whether every value of `other` surely is one of this.

        Only what is plain is sure: the same component, the same keywords, or fewer of them here.
        """
        if self.name and self.name == other.name:
            return True
        if (
            (other.is_nullable and not self.is_nullable)
            or depth > 4
            or self._is_open() is not other._is_open()
        ):
            return self._takes_all()
        mine, theirs = _limits(self.whole), _limits(other.whole)
        if self.kind == "object" and other.kind == "object":
            return _same(mine, theirs) and self._takes_members(other, depth)
        if self.kind == "array" and other.kind == "array":
            return _same(mine, theirs) and self.items.takes(other.items, depth + 1)
        if self.kind != other.kind and not (self.kind == "number" and other.kind == "integer"):
            return self._takes_all()
        return all(
            theirs.get(key) == value for key, value in mine.items() if key not in ("type", "enum")
        ) and (
            "enum" not in mine
            or ("enum" in theirs and set(map(repr, theirs["enum"])) <= set(map(repr, mine["enum"])))
        )

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


def _same(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    return all(theirs.get(key) == value for key, value in mine.items() if key != "type")


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
    node = _node(data, schema)
    if not isinstance(node, Mapping) or id(node) in within or depth > _DEEPEST:
        return {}
    within = (*within, id(node))
    parts = [*_list(node.get("allOf")), *_first_variant(data, node)]
    whole: dict[str, Any] = {}
    for part in parts:
        whole = _merged(whole, _folded(data, part, depth, within))
    own = {key: value for key, value in node.items() if key not in ("allOf", "$ref")}
    if _has_null_variant(data, node):
        own["nullable"] = True
    if isinstance(schema, Mapping) and "description" in schema:
        own["description"] = schema["description"]
    return _merged(whole, own)


def _first_variant(data: Mapping[str, Any], node: Schema) -> list[Any]:
    for key in ("oneOf", "anyOf"):
        variants = [each for each in _list(node.get(key)) if not _is_null(_node(data, each))]
        if variants:
            return variants[:1]
    return []


def _has_null_variant(data: Mapping[str, Any], node: Schema) -> bool:
    variants = [*_list(node.get("oneOf")), *_list(node.get("anyOf"))]
    return any(_is_null(_node(data, each)) for each in variants)


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


def _node(data: Mapping[str, Any], schema: Any) -> Any:
    try:
        return deref(data, schema)
    except LookupError:  # told where references are checked
        return None
