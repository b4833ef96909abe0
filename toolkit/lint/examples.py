"""The rule that examples fit their schemas."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import jsonschema_rs

from speckit.faults import Fault
from speckit.schema import SchemaError
from toolkit.lint.finding import ERROR
from toolkit.lint.matter import Matter
from toolkit.lint.positions import REQUEST, RESPONSE, Example, examples
from toolkit.lint.rule import rule

_LONGEST = 160


@rule(
    "example-breaks-schema",
    ERROR,
    why="It is what people copy first, and what is answered where no lifecycle says more.",
    source="OpenAPI 3.1, section 4.8.14.1: examples should match the schema",
)
def broken(matter: Matter) -> Iterator[Fault]:
    """An example of a media type, a parameter, a header or a schema does not fit its schema."""
    compiled = _Compiled(matter)
    for each in examples(matter.data):
        if _is_comparable(each) and (problem := compiled.problem(each)):
            hint = "Correct the example, or the schema."
            if isinstance(each.value, str) and "json" in each.media:
                hint = "Write the example as data, not as a text that holds JSON."
            yield Fault(each.path, f"The example does not fit its schema: {problem}", hint)


def _is_comparable(each: Example) -> bool:
    """Return whether an example stands for a value, and not for a text in another notation."""
    return not each.media or "json" in each.media or not isinstance(each.value, str)


class _Compiled:
    """Validators by schema, made when they are first asked for."""

    def __init__(self, matter: Matter) -> None:
        self._matter = matter
        self._known: dict[tuple[int, str], jsonschema_rs.Validator | None] = {}

    def problem(self, each: Example) -> str:
        """Return why an example does not fit; empty where it does, or the schema cannot tell.

        Where the direction is open it is enough that it fits in one of the two.
        """
        said = ""
        for leaves in (each.leaves,) if each.leaves else (REQUEST, RESPONSE):
            validator = self._validator(each.schema, leaves)
            found = _first(validator, each.value) if validator else ""
            if not found:
                return ""
            said = said or found
        return said

    def _validator(self, schema: Any, leaves: str) -> jsonschema_rs.Validator | None:
        key = (id(schema), leaves)
        if key not in self._known:
            try:
                self._known[key] = self._matter.schemas.validator(schema, leaves=leaves)
            except (SchemaError, RecursionError):
                self._known[key] = None  # what is wrong with the schema is told by those who read it
        return self._known[key]


def _first(validator: jsonschema_rs.Validator, value: Any) -> str:
    for error in islice(validator.iter_errors(value), 1):
        text = error.message if len(error.message) <= _LONGEST else f"{error.message[: _LONGEST - 3]}..."
        where = "/".join(str(part) for part in error.instance_path)
        return f"{text}{f' (at {where})' if where else ''}."
    return ""
