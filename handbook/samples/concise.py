"""Bodies made from schemas, as short as a person would type them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from speckit.references import deref
from speckit.sample import Making, standing

FEW = 3
"""How many members an object gets before optional ones are left out."""

_TELLING = ("example", "examples", "default", "const", "enum")
_COMPOSED = ("allOf", "oneOf", "anyOf")

Schema = Mapping[str, Any]


def concise(data: Mapping[str, Any], schema: Any) -> Any:
    """Return a value that `schema` allows, with what is required, and of the rest what is told by example.

    What only answers hold (`readOnly`) is left out. An example or default inside is left as it is.
    """
    return _Pruning(data).pruned(schema, Making(data).value(schema, ()))


class _Pruning:
    """Takes away from a made value what need not be there."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data

    def pruned(self, schema: Any, value: Any) -> Any:
        if not isinstance(value, dict | list):
            return value
        parts = list(self._parts(standing(self._data, schema), set()))
        if not parts or any(key in part for part in parts for key in _TELLING):
            return value
        if isinstance(value, list):
            items: Any = next((part["items"] for part in parts if "items" in part), {})
            return [self.pruned(items, each) for each in value]
        return self._members(parts, value)

    def _parts(self, schema: Any, seen: set[int]) -> Iterator[Schema]:
        """Yield every schema that describes the same value."""
        schema = deref(self._data, schema)
        if isinstance(schema, Mapping) and id(schema) not in seen:
            seen.add(id(schema))
            yield schema
            for key in _COMPOSED:
                for each in schema.get(key, ()):
                    yield from self._parts(each, seen)

    def _members(self, parts: list[Schema], value: dict[str, Any]) -> dict[str, Any]:
        schemas: dict[str, Any] = {}
        for part in parts:
            for name, member in part.get("properties", {}).items():
                schemas.setdefault(name, member)
        required = {name for part in parts for name in part.get("required", ())}
        shown = {name: deref(self._data, schemas.get(name)) or {} for name in value}
        sent = [name for name in value if shown[name] is True or not shown[name].get("readOnly")]
        kept = [name for name in sent if name in required]
        others = [name for name in sent if name not in required]
        telling = [name for name in others if _is_telling(shown[name], value[name])]
        kept += telling[: max(0, FEW - len(kept))]
        fewest = max(1, *(part.get("minProperties", 0) for part in parts))
        plain_first = sorted(
            (name for name in others if name not in kept), key=lambda name: _is_compound(value[name])
        )
        kept += plain_first[: max(0, fewest - len(kept))]
        return {name: self.pruned(schemas.get(name), value[name]) for name in sent if name in kept}


def _is_telling(schema: Any, value: Any) -> bool:
    """Return whether a member has a value of its own to show."""
    return (
        isinstance(schema, Mapping)
        and not schema.get("deprecated")
        and any(key in schema for key in _TELLING)
        and value not in ("", None, [], {})
    )


def _is_compound(value: Any) -> bool:
    return isinstance(value, dict | list)
