"""The rule that something fits each schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from speckit.faults import Fault
from speckit.references import deref_or_none
from toolkit.lint.finding import ERROR
from toolkit.lint.matter import Matter
from toolkit.lint.positions import REQUEST, RESPONSE, schemas
from toolkit.lint.rule import rule

_BOUNDS = {
    "minimum": "maximum",
    "minLength": "maxLength",
    "minItems": "maxItems",
    "minProperties": "maxProperties",
}
_DEEPEST = 8


@rule(
    "schema-fits-nothing",
    ERROR,
    why="Every request that has one is refused, and no answer that has one is as documented.",
    source="JSON Schema core, section 10.3.2.3 (additionalProperties looks at the properties beside it only)",
)
def fits_nothing(matter: Matter) -> Iterator[Fault]:
    """A schema contradicts itself, so nothing fits it."""
    for path, schema in schemas(matter.data):
        if name := _closed_out(matter.data, schema):
            message = (
                f"No object fits: '{name}' is required, and 'additionalProperties: false' does not allow it."
            )
            hint = (
                f"Name '{name}' among the 'properties' beside it, or close each alternative by itself; "
                "in OpenAPI 3.1 say 'unevaluatedProperties: false'."
            )
            yield Fault((*path, "additionalProperties"), message, hint)
        for least, most in _BOUNDS.items():
            if _is_over(schema.get(least), schema.get(most)):
                message = f"Nothing fits: {least} is {schema[least]}, and {most} {schema[most]}."
                yield Fault((*path, least), message, "Exchange the two, or correct one.")


def _closed_out(data: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Return a property that is required of every object and that the schema does not let it have."""
    if schema.get("additionalProperties") is not False or "patternProperties" in schema:
        return ""
    named = schema.get("properties")
    return _beyond(data, schema, frozenset(named) if isinstance(named, Mapping) else frozenset())


def _beyond(data: Mapping[str, Any], schema: Any, allowed: frozenset[str], depth: int = 0) -> str:
    """Return a property that `schema` requires of every object, and that is not `allowed`; else nothing."""
    node = deref_or_none(data, schema)
    if depth > _DEEPEST or not isinstance(node, Mapping):
        return ""
    own = (
        name for name in _list(node, "required") if name not in allowed and not _is_one_way(data, node, name)
    )
    parts = (_beyond(data, part, allowed, depth + 1) for part in _list(node, "allOf"))
    chosen = (_of_all(data, _list(node, key), allowed, depth) for key in ("oneOf", "anyOf"))
    return _first((*own, *parts, *chosen))


def _of_all(data: Mapping[str, Any], choices: list[Any], allowed: frozenset[str], depth: int) -> str:
    """Return what the first of `choices` requires beyond what is `allowed`, if each of them does."""
    found = [_beyond(data, each, allowed, depth + 1) for each in choices]
    return found[0] if found and all(found) else ""


def _is_one_way(data: Mapping[str, Any], node: Mapping[str, Any], name: str) -> bool:
    """Return whether a property may be left out of requests, or of answers."""
    named = node.get("properties")
    found = deref_or_none(data, named.get(name)) if isinstance(named, Mapping) else None
    return isinstance(found, Mapping) and (found.get(REQUEST) is True or found.get(RESPONSE) is True)


def _is_over(least: Any, most: Any) -> bool:
    return all(type(each) in (int, float) for each in (least, most)) and least > most


def _first(found: Iterable[Any]) -> str:
    return next((each for each in found if isinstance(each, str) and each), "")


def _list(node: Mapping[str, Any], key: str) -> list[Any]:
    found = node.get(key)
    return found if isinstance(found, list) else []
