"""Examples: those a document has, or values made from its schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from speckit.references import deref, resolve

DEEPEST = 20
"""How many references a made-up value follows; only one that can never end follows as many."""
MOST_PARTS = 500
"""How many parts a made-up value has before optional ones are left out."""
LONGEST = 100
"""How many items a made-up array has at most."""

Schema = Mapping[str, Any]
Way = tuple[str, ...]

_EXAMPLES = frozenset({"example", "examples", "default"})
_SILENT = frozenset({"description", "title", "nullable", "deprecated", "readOnly", "writeOnly", *_EXAMPLES})
"""Keywords beside a reference that leave its example as good as it was."""

_FORMATS: Mapping[str, str] = {
    "date-time": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
    "time": "00:00:00Z",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "email": "someone@example.com",
    "uri": "https://example.com/",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "hostname": "example.com",
}


def example(data: Mapping[str, Any], media: Mapping[str, Any]) -> Any:
    """Return the example of a media type object, or a value that its schema allows."""
    if "example" in media:
        return media["example"]
    for each in (media.get("examples") or {}).values():
        found = deref(data, each)
        if "value" in found:
            return found["value"]
    return Making(data).value(media.get("schema", {}), ())


class Making:
    """Makes one value up; `way` holds the references that led to where it is.

    What is optional is left out where it would go into itself, or once the value is large.

    Args:
        data: The document that references lead into.
        leaves: `readOnly` for what is sent, `writeOnly` for what is answered: members marked so are left
            out, required or not (OpenAPI 3.0.4, section 4.8.24.2).
    """

    def __init__(self, data: Mapping[str, Any], leaves: str = "") -> None:
        self._data = data
        self._leaves = leaves
        self._left = MOST_PARTS

    def value(self, schema: Any, way: Way) -> Any:
        """Return a value that `schema` allows: its own example, default or first choice, or one made up."""
        self._left -= 1
        if len(way) > DEEPEST or (_is_nullable(schema) and self._is_within(schema, way)):
            return None
        schema, way = self._whole(schema, way)
        for key in ("example", "default", "const"):
            if key in schema:
                return schema[key]
        for key in ("examples", "enum"):
            if isinstance(schema.get(key), list) and schema[key]:
                return schema[key][0]
        return self._typed(schema, way)

    def _whole(self, schema: Any, way: Way) -> tuple[Schema, Way]:
        """Return `schema` with all that it refers to and is composed of folded into it."""
        if not isinstance(schema, Mapping):
            return {}, way
        parts: list[Any] = list(schema.get("allOf", ()))
        if isinstance(ref := schema.get("$ref"), str):
            parts += [resolve(dict(self._data), ref)] if way.count(ref) < 2 else []
            way = (*way, ref)
        parts += [self._choice(schema[key], way) for key in ("oneOf", "anyOf") if schema.get(key)]
        own = {key: part for key, part in schema.items() if key not in ("$ref", "allOf", "oneOf", "anyOf")}
        whole: Schema = {}
        for part in parts:
            found, way = self._whole(part, way)
            whole = _folded(whole, found)
        if len(parts) > 1 or (parts and own.keys() - _SILENT):
            whole = {key: part for key, part in whole.items() if key not in _EXAMPLES}
        return _folded(whole, own), way

    def _choice(self, options: list[Any], way: Way) -> Any:
        return next((each for each in options if not self._is_within(each, way)), options[0])

    def _is_within(self, schema: Any, way: Way) -> bool:
        """Return whether `schema` leads straight back into one that is being made."""
        if not isinstance(schema, Mapping):
            return False
        if schema.get("$ref") in way or self._is_within(schema.get("items"), way):
            return True
        choices = [schema[key] for key in ("oneOf", "anyOf") if schema.get(key)]
        return any(self._is_within(part, way) for part in schema.get("allOf", ())) or any(
            all(self._is_within(option, way) for option in options) for options in choices
        )

    def _typed(self, schema: Schema, way: Way) -> Any:
        kinds = schema.get("type")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        kind = next((each for each in kinds if each != "null"), "null")
        if kind == "object" or (kind is None and ("properties" in schema or "required" in schema)):
            return self._object(schema, way)
        if kind == "array":
            return self._array(schema, way)
        if kind in ("integer", "number"):
            return _number(schema, is_whole=kind == "integer")
        return {"boolean": True, "string": _string(schema), "null": None}.get(kind or "", {})

    def _object(self, schema: Schema, way: Way) -> dict[str, Any]:
        required, members = schema.get("required", ()), schema.get("properties", {})
        wanted = [
            name
            for name, part in members.items()
            if name in required or (self._left > 0 and part is not False and not self._is_within(part, way))
        ]
        others = schema.get("additionalProperties", {})
        return {
            name: self.value(members.get(name, others), way)
            for name in dict.fromkeys((*wanted, *required))
            if not self._is_left_out(members.get(name))
        }

    def _is_left_out(self, schema: Any) -> bool:
        """Return whether a member is for the other direction only."""
        if not self._leaves or not isinstance(schema, Mapping):
            return False
        whole, _ = self._whole(schema, ())
        return whole.get(self._leaves) is True

    def _array(self, schema: Schema, way: Way) -> list[Any]:
        first, rest = schema.get("prefixItems", []), schema.get("items", {})
        fewest, most = schema.get("minItems", 0), schema.get("maxItems", LONGEST)
        usual = 1 if self._left > 0 and rest is not False and not self._is_within(rest, way) else 0
        wanted = min(max(fewest, len(first) or usual), most, LONGEST)
        return [self.value(first[i] if i < len(first) else rest, way) for i in range(wanted)]


def _folded(one: Schema, other: Schema) -> Schema:
    """Return a schema for what fits both."""
    both = {**one, **other}
    if "properties" in one and "properties" in other:
        mine, theirs = one["properties"], other["properties"]
        shared = {name: {"allOf": [mine[name], theirs[name]]} for name in mine if name in theirs}
        both["properties"] = {**mine, **theirs, **shared}
    if "required" in one and "required" in other:
        both["required"] = list(dict.fromkeys((*one["required"], *other["required"])))
    return both


def _is_nullable(schema: Any) -> bool:
    return isinstance(schema, Mapping) and schema.get("nullable") is True


def _number(schema: Schema, *, is_whole: bool) -> Any:
    """Return the number nearest to the lower bound, else to nought, else to the upper bound."""
    low, above = _bound(schema, "minimum", "exclusiveMinimum")
    high, below = _bound(schema, "maximum", "exclusiveMaximum")
    step = schema.get("multipleOf") or (1 if is_whole else None)

    def fits(number: Any) -> bool:
        return not (
            (low is not None and (number < low or (above and number == low)))
            or (high is not None and (number > high or (below and number == high)))
            or (is_whole and number != int(number))
        )

    near = (
        []
        if low is None
        else [low, low + 1]
        if step is None
        else [-(-low // step) * step, (low // step + 1) * step]
    )
    near += [0]
    if high is not None:
        near += [high, high - 1] if step is None else [high // step * step, (-(-high // step) - 1) * step]
        near += [] if low is None or step is not None else [(low + high) / 2]
    found = next(filter(fits, near), near[0])
    return int(found) if is_whole and found == int(found) else found


def _bound(schema: Schema, name: str, exclusive: str) -> tuple[Any, bool]:
    """Return a bound and whether it is itself excluded, in the words of OpenAPI 3.0 or 3.1."""
    edge, other = schema.get(name), schema.get(exclusive)
    if isinstance(other, bool) or other is None:
        return edge, other is True
    return other, True


def _string(schema: Schema) -> str:
    text = _FORMATS.get(schema.get("format", ""), "string")
    text = text.ljust(min(schema.get("minLength", 0), 10_000), "x")
    return text[: schema.get("maxLength", len(text))]
