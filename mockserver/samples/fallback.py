"""Values for schemas that are too intricate for our own making: drawn by schemathesis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from speckit.pointer import ABSENT

_PATH = "/made"
_LARGE = 400
"""How many schemas a document may name for its values to be drawn: reading more takes too long."""


def drawn_value(data: Mapping[str, Any], schema: Any, seed: int) -> Any:
    """Return a value that `schema` allows; ABSENT where none is found.

    Args:
        data: The document that its references lead into.
        seed: Another seed is another value.
    """
    if len((data.get("components") or {}).get("schemas") or {}) > _LARGE:
        return ABSENT
    # Reading it takes a second, which only such a schema waits for.
    import schemathesis
    from hypothesis.errors import HypothesisException
    from jsonschema_rs import ReferencingError, ValidationError
    from schemathesis.errors import SchemathesisError

    from speckit.drawing import drawn

    try:
        api = schemathesis.openapi.from_dict(_document(data, schema))
        cases = drawn(api[_PATH]["POST"].as_strategy(), 1, seed)
    except (HypothesisException, SchemathesisError, ValidationError, ReferencingError, RecursionError):
        return ABSENT
    return cases[0].body if cases else ABSENT


def _document(data: Mapping[str, Any], schema: Any) -> dict[str, Any]:
    """Return a document whose one request body is `schema`."""
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    operation = {"requestBody": body, "responses": {"200": {"description": "It is there."}}}
    rest = {key: value for key, value in data.items() if key.startswith("x-")}
    return {
        **rest,
        "openapi": data.get("openapi", "3.1.0"),
        "info": {"title": "Values", "version": "1"},
        "paths": {_PATH: {"post": operation}},
        "components": {"schemas": (data.get("components") or {}).get("schemas") or {}},
    }
