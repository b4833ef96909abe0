"""What a schema asks of some values only: fields that need others, and rules with an `if`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from handbook import raw
from handbook.face import CONDITIONS, Face, Faces
from handbook.prose import code, listed
from handbook.raw import Node
from handbook.traits import written

_MORE = "more is asked"
_UNSAID = "More is asked of some: the schema has an `if` for them."


def sentences(face: Face, faces: Faces, form: str) -> Iterator[str]:
    """Yield what is asked under a condition, one sentence each."""
    yield from _needed(face, faces, form)
    yield from _dependent(face.keys.get("dependentRequired"), form)
    for node in face.keys.get(CONDITIONS) or ():
        yield _conditional(node, form)
    yield from _excluded(face.keys.get("not"), form)


def _needed(face: Face, faces: Faces, form: str) -> Iterator[str]:
    """Yield which fields are required, where variants are there for nothing but that."""
    each = [faces.of(variant) for variant in face.variants] if face.fields else []
    if each and all(variant.required and not variant.fields for variant in each):
        ways = [listed([_name(name, form) for name in _required(variant.keys)]) for variant in each]
        how = "At least" if "anyOf" in face.keys else "Exactly"
        yield f"{how} one of these is required: {listed(ways, 'or')}."


def _dependent(found: Any, form: str) -> Iterator[str]:
    for name, needed in found.items() if isinstance(found, Mapping) else ():
        if isinstance(needed, list) and needed:
            yield f"With {_name(name, form)}, {_are_required(needed, form)}."


def _conditional(node: Node, form: str) -> str:
    asked = _asked(node.get("if"), form)
    then, other = (_told(node.get(key), form) for key in ("then", "else"))
    if not asked or not (then or other):
        return _UNSAID if then or other else ""
    if not then:
        return f"Unless {asked}, {other}."
    return f"Where {asked}, {then}{f'; otherwise {other}' if other else ''}."


def _asked(node: Any, form: str) -> str:
    """Return the condition in words; empty for one that takes more than values and presence."""
    if not isinstance(node, Mapping) or node.keys() - {"properties", "required", "type"}:
        return ""
    fields = node.get("properties")
    found = {name: _is(schema, form) for name, schema in raw.pairs(fields)}
    there = {name: "is given" for name in _required(node) if name not in found}
    told = {**found, **there}
    return (
        listed([f"{_name(name, form)} {said}" for name, said in told.items()]) if all(told.values()) else ""
    )


def _is(schema: Any, form: str) -> str:
    """Return which values a schema allows, in words; empty where it does not list them."""
    if isinstance(schema, Mapping) and "const" in schema:
        return f"is {written(schema['const'], form)}"
    if isinstance(schema, Mapping) and isinstance(schema.get("enum"), list) and schema["enum"]:
        return f"is {listed([written(each, form) for each in schema['enum']], 'or')}"
    return ""


def _told(node: Any, form: str) -> str:
    """Return what is asked where a condition holds; empty for nothing."""
    if not isinstance(node, Mapping):
        return "nothing is allowed" if node is False else ""
    said = [_are_required(needed, form)] if (needed := _required(node)) else []
    said += [_rule(name, schema, form) for name, schema in raw.pairs(node.get("properties"))]
    more = node.keys() - {"required", "properties", "type"}
    return listed([*filter(None, said), *([_MORE] if more else [])])


def _rule(name: Any, schema: Any, form: str) -> str:
    """Return what is asked of one field; empty for nothing."""
    if schema is False:
        return f"{_name(name, form)} is left out"
    if schema in (True, {}):
        return ""
    return f"{_name(name, form)} {said}" if (said := _is(schema, form)) else f"{_MORE} of {_name(name, form)}"


def _excluded(node: Any, form: str) -> Iterator[str]:
    names = _required(node) if isinstance(node, Mapping) and set(node) == {"required"} else []
    if names:
        yield f"Never with {listed([_name(name, form) for name in names])}{' together' * (len(names) > 1)}."


def _are_required(names: Iterable[Any], form: str) -> str:
    found = [_name(name, form) for name in names]
    return f"{listed(found)} {'is' if len(found) == 1 else 'are'} required"


def _name(name: Any, form: str) -> str:
    return code(name, form)


def _required(node: Node) -> list[Any]:
    found = node.get("required")
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
