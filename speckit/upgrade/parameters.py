"""Parameters of path, query and header, and the form of lists in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from speckit.upgrade.schemas import Schemas

_SCHEMA = {
    *("type", "format", "items", "default", "enum", "multipleOf", "pattern", "x-nullable"),
    *("maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength"),
    *("maxItems", "minItems", "uniqueItems"),
}
_KEPT = ("name", "in", "description", "required")
_QUERY: Mapping[str, dict[str, Any]] = {
    "multi": {"style": "form", "explode": True},
    "ssv": {"style": "spaceDelimited", "explode": False},
    "pipes": {"style": "pipeDelimited", "explode": False},
}
_COMMAS = {"style": "form", "explode": False}


def parameter(raw: Mapping[str, Any], schemas: Schemas) -> dict[str, Any]:
    """Return the parameter `raw`, which is no part of a body."""
    made = {key: raw[key] for key in _KEPT if key in raw} | extensions(raw)
    if raw["in"] == "query":
        made |= {key: raw[key] for key in ("allowEmptyValue",) if key in raw} | list_style(raw)
    return made | {"schema": schema_of(raw, schemas)}


def schema_of(raw: Mapping[str, Any], schemas: Schemas) -> dict[str, Any]:
    """Return the schema that stands among the fields of a parameter or header."""
    return schemas.made_of({key: value for key, value in raw.items() if key in _SCHEMA})


def list_style(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return how the items of a list are written in a query or a form; nothing for what is no list.

    OpenAPI 3.0 has no word for tabs (`tsv`); commas, the default, are taken instead.
    In a path or header commas are all it has.

    >>> list_style({"type": "array", "collectionFormat": "pipes"})
    {'style': 'pipeDelimited', 'explode': False}
    """
    if raw.get("type") != "array":
        return {}
    return dict(_QUERY.get(raw.get("collectionFormat", "csv"), _COMMAS))


def extensions(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the extensions of `raw` that say nothing about its schema."""
    return {key: value for key, value in raw.items() if key.startswith("x-") and key not in _SCHEMA}
