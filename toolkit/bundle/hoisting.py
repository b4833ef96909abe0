"""Brings what came from other files to where OpenAPI keeps what is shared: the components."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from typing import Any

from speckit import pointer
from speckit.pointer import ABSENT
from speckit.references import BUNDLED

_INSIDE = f"#/{BUNDLED}/"
_STRANGE = re.compile(r"[^A-Za-z0-9._-]+")
_NO_NAMES = {"schema", "items", "yaml", "yml", "json", "index", "_index"}

# What an object of each kind has below it: one of a kind, a list `[kind]`, or a map `{kind}`.
_SCHEMA = {
    **dict.fromkeys(
        ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"), "{schemas}"
    ),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), "[schemas]"),
    **dict.fromkeys(("items", "additionalProperties", "not", "if", "then", "else", "contains"), "schemas"),
    **dict.fromkeys(("propertyNames", "unevaluatedItems", "unevaluatedProperties"), "schemas"),
}
_PARAMETER = {"schema": "schemas", "content": "{media}", "examples": "{examples}"}
_OPERATION = {
    "parameters": "[parameters]",
    "requestBody": "requestBodies",
    "responses": "{responses}",
    "callbacks": "{callbacks}",
}
_CHAIN = 100
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_BELOW: Mapping[str, Mapping[str, str]] = {
    "document": {"paths": "{pathItems}", "webhooks": "{pathItems}", "components": "components"},
    "components": {
        "schemas": "{schemas}",
        "responses": "{responses}",
        "parameters": "{parameters}",
        "examples": "{examples}",
        "requestBodies": "{requestBodies}",
        "headers": "{headers}",
        "securitySchemes": "{securitySchemes}",
        "links": "{links}",
        "callbacks": "{callbacks}",
        "pathItems": "{pathItems}",
        "mediaTypes": "{media}",
    },
    "pathItems": {
        "parameters": "[parameters]",
        "additionalOperations": "{operation}",
        **dict.fromkeys(_METHODS, "operation"),
    },
    "operation": _OPERATION,
    "schemas": _SCHEMA,
    "parameters": _PARAMETER,
    "headers": _PARAMETER,
    "requestBodies": {"content": "{media}"},
    "responses": {"content": "{media}", "headers": "{headers}", "links": "{links}"},
    "media": {
        "schema": "schemas",
        "itemSchema": "schemas",
        "examples": "{examples}",
        "encoding": "{encoding}",
    },
    "encoding": {"headers": "{headers}"},
    "callbacks": {"*": "pathItems"},
}
_INLINED = {"pathItems", "operation", "media", "encoding"}
"""What has no place among the components of every version: it stands where it is used."""


def hoisted(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document `data` with what was in other files among its components.

    What is referred to from a place that OpenAPI has no component for stays where it is.
    """
    if BUNDLED not in data:
        return dict(data)
    found = _Hoist(data).document()
    if _INSIDE not in _references(found):
        del found[BUNDLED]
    return found


def _references(data: Mapping[str, Any]) -> str:
    """Return all references of a document but those among what was bundled itself, as one text."""
    texts: list[str] = []
    waiting: list[Any] = [value for key, value in data.items() if key != BUNDLED]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            texts += [value for value in node.values() if isinstance(value, str) and value.startswith("#/")]
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return "\n".join(texts)


class _Hoist:
    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self._places: dict[tuple[str, str], str] = {}
        self._waiting: deque[tuple[str, str, Any]] = deque()
        given = (data.get("components") or {}).items()
        self._components = {
            kind: self._own(kind, found) for kind, found in given if isinstance(found, Mapping)
        }

    def _own(self, kind: str, found: Mapping[str, Any]) -> dict[str, Any]:
        """Return the components of `kind`, also where all of them stand in another file.

        One that only names something elsewhere becomes its place.
        """
        opened = self._opened(found, ()) or {}
        return {name: self._claimed(kind, name, node) for name, node in opened.items()}

    def _claimed(self, kind: str, name: str, node: Any) -> Any:
        if not (reference := self._final(node)):
            return node
        mine = f"#{pointer.render(('components', kind, name))}"
        place = self._places.setdefault((kind, reference), mine)
        return self._looked_up(reference) if place == mine else {"$ref": place}

    def _final(self, node: Any) -> str:
        """Return the last of a chain of references, of which `node` is the first; empty where it is none."""
        reference, steps = "", 0
        while isinstance(node, Mapping) and set(node) == {"$ref"} and steps < _CHAIN:
            if not str(node["$ref"]).startswith(_INSIDE):
                break
            reference, steps = str(node["$ref"]), steps + 1
            node = self._looked_up(reference)
        return "" if node is ABSENT or steps == _CHAIN else reference

    def document(self) -> dict[str, Any]:
        """Return the document, everything that was waiting brought in."""
        # Copies: names are added while these are walked.
        own = {"components": {kind: dict(each) for kind, each in self._components.items()}}
        found: dict[str, Any] = self._of("document", {**self._data, **(own if self._components else {})}, ())
        given = found.get("components") or {}
        made: dict[str, dict[str, Any]] = {}
        while self._waiting:
            kind, name, node = self._waiting.popleft()
            made.setdefault(kind, {})[name] = self._of(kind, node, ())
        if made:
            kinds = dict.fromkeys((*given, *made))
            found["components"] = {
                kind: {**given.get(kind, {}), **made[kind]} if kind in made else given[kind] for kind in kinds
            }
        return found

    def _of(self, kind: str, node: Any, inside: tuple[str, ...]) -> Any:
        """Return `node`, an object of `kind`; `inside` are the references it stands in place of."""
        if not isinstance(node, Mapping):
            return node
        reference = node.get("$ref")
        if isinstance(reference, str) and reference.startswith(_INSIDE):
            return self._referred(kind, node, reference, inside)
        below = _BELOW.get(kind, {})
        kept = {
            key: self._below(below.get(str(key), below.get("*", "")), value, inside)
            for key, value in node.items()
        }
        if kind == "schemas" and isinstance(mapping := _mapping(node), Mapping):
            kept["discriminator"] = {**node["discriminator"], "mapping": self._mapped(mapping)}
        return kept

    def _below(self, kind: str, value: Any, inside: tuple[str, ...]) -> Any:
        if kind.startswith("{"):
            found = self._opened(value, inside)
            return (
                {key: self._of(kind[1:-1], each, inside) for key, each in found.items()} if found else value
            )
        if kind.startswith("["):
            return (
                [self._of(kind[1:-1], each, inside) for each in value] if isinstance(value, list) else value
            )
        if kind == "schemas" and isinstance(value, list):
            return [self._of(kind, each, inside) for each in value]
        return self._of(kind, value, inside) if kind else value

    def _opened(self, value: Any, inside: tuple[str, ...]) -> Mapping[str, Any] | None:
        """Return a map, also one that stands in another file."""
        reference = value.get("$ref") if isinstance(value, Mapping) else None
        if isinstance(reference, str) and reference.startswith(_INSIDE) and reference not in inside:
            value = self._looked_up(reference)
        return value if isinstance(value, Mapping) else None

    def _referred(self, kind: str, node: Mapping[str, Any], reference: str, inside: tuple[str, ...]) -> Any:
        target = self._looked_up(reference)
        if target is ABSENT or reference in inside or (kind not in _BELOW and kind not in self._known()):
            return dict(node)
        if kind in _INLINED:
            beside = {key: value for key, value in node.items() if key != "$ref"}
            found = self._of(kind, target, (*inside, reference))
            return {**found, **beside} if isinstance(found, Mapping) else found
        return {**node, "$ref": self._place(kind, reference, target)}

    def _known(self) -> set[str]:
        return {"examples", "links", "securitySchemes"}

    def _place(self, kind: str, reference: str, target: Any) -> str:
        """Return the component that holds what `reference` names, made when it is first asked for."""
        if last := self._final(target):
            reference, target = last, self._looked_up(last)
        key = (kind, reference)
        if key not in self._places:
            plain = _plain(reference)
            components = self._components.setdefault(kind, {})
            name = plain if components.get(plain) == target else _free(plain, components)
            self._places[key] = f"#{pointer.render(('components', kind, name))}"
            if name not in components:
                components[name] = target
                self._waiting.append((kind, name, target))
        return self._places[key]

    def _mapped(self, mapping: Mapping[str, Any]) -> dict[str, Any]:
        return {value: self._variant(reference) for value, reference in mapping.items()}

    def _variant(self, reference: Any) -> Any:
        if not isinstance(reference, str) or not reference.startswith(_INSIDE):
            return reference
        target = self._looked_up(reference)
        return reference if target is ABSENT else self._place("schemas", reference, target)

    def _looked_up(self, reference: str) -> Any:
        return pointer.read(self._data, pointer.parse(reference[1:]))


def _mapping(schema: Mapping[str, Any]) -> Any:
    discriminator = schema.get("discriminator")
    return discriminator.get("mapping") if isinstance(discriminator, Mapping) else None


def _plain(reference: str) -> str:
    """Return the last word of a reference that says something.

    >>> _plain("#/x-bundled/models~1cow.yaml/Cow/schema")
    'Cow'
    """
    parts = [_STRANGE.sub("-", part).strip("-") for part in pointer.parse(reference[1:])[1:]]
    told = [part for part in parts if part and part not in _NO_NAMES and not part.isdigit()]
    return told[-1] if told else "shared"


def _free(plain: str, taken: Mapping[str, Any]) -> str:
    name, number = plain, 2
    while name in taken:
        name, number = f"{plain}-{number}", number + 1
    return name
