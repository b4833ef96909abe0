"""Schemas of one document, compiled when they are first asked for, and what breaks them."""

from __future__ import annotations

from itertools import islice
from typing import Any

import jsonschema_rs

from speckit.schema import SchemaError, Schemas

_LONGEST = 160


class Compiled:
    """Says why values do not fit schemas."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._known: dict[tuple[int, str], tuple[Any, jsonschema_rs.Validator | None]] = {}

    def misfit(self, schema: Any, value: Any, leaves: str = "") -> str:
        """Return why `value` does not fit `schema`; empty where it does, or the schema cannot tell.

        Args:
            leaves: The mark of properties that may be left out, as in `speckit.schema`.
        """
        validator = self._validator(schema, leaves)
        return _first(validator, value) if validator else ""

    def _validator(self, schema: Any, leaves: str) -> jsonschema_rs.Validator | None:
        key = (id(schema), leaves)
        if key not in self._known:
            # The schema is kept beside, so that its id stays its own.
            self._known[key] = (schema, self._made(schema, leaves))
        return self._known[key][1]

    def _made(self, schema: Any, leaves: str) -> jsonschema_rs.Validator | None:
        try:
            return self._schemas.validator(schema, leaves=leaves)
        except (SchemaError, RecursionError):
            return None  # what is wrong with the schema is told by those who read it


def _first(validator: jsonschema_rs.Validator, value: Any) -> str:
    for error in islice(validator.iter_errors(value), 1):
        text = error.message if len(error.message) <= _LONGEST else f"{error.message[: _LONGEST - 3]}..."
        where = "/".join(str(part) for part in error.instance_path)
        return f"{text}{f' (at {where})' if where else ''}."
    return ""
