"""Answers of operations outside every lifecycle: the document's examples, or values made from its schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.answers import JSON, Reply
from mockserver.effects import documented_success
from mockserver.evaluation import Request
from mockserver.world import World
from speckit.operation import Operation
from speckit.pointer import ABSENT
from speckit.references import deref

DEEPEST = 8
"""How deep a made-up value goes before optional parts are left out."""

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


class Sample:
    """Answers every request with the same documented example."""

    def __init__(self, operation: Operation, data: Mapping[str, Any]) -> None:
        status = documented_success(operation)
        response = operation.response(status)
        content = response.content if response else {}
        kind = next((kind for kind in content if "json" in kind), next(iter(content), JSON))
        body = example(data, content[kind]) if content else ABSENT
        self._reply = (status, body, kind)

    def __call__(self, _world: World, _request: Request) -> Reply:
        """Return the example."""
        status, body, kind = self._reply
        return Reply(status, body, (), kind)


def example(data: Mapping[str, Any], media: Mapping[str, Any]) -> Any:
    """Return the example of a media type object, or a value that its schema allows."""
    if "example" in media:
        return media["example"]
    for each in (media.get("examples") or {}).values():
        found = deref(data, each)
        if "value" in found:
            return found["value"]
    return value(data, media.get("schema", {}), 0)


def value(data: Mapping[str, Any], schema: Any, depth: int) -> Any:
    """Return a value that `schema` allows: its own example, default or first choice, or one made up."""
    schema = deref(data, schema)
    if not isinstance(schema, Mapping):
        return None
    for key in ("example", "default", "const"):
        if key in schema:
            return schema[key]
    for key in ("examples", "enum"):
        if isinstance(schema.get(key), list) and schema[key]:
            return schema[key][0]
    return _composed(data, schema, depth)


def _composed(data: Mapping[str, Any], schema: Mapping[str, Any], depth: int) -> Any:
    for key in ("oneOf", "anyOf"):
        if schema.get(key):
            return value(data, schema[key][0], depth + 1)
    if schema.get("allOf"):
        parts = [value(data, part, depth + 1) for part in schema["allOf"]]
        own = _object(data, schema, depth) if "properties" in schema else {}
        merged = [part for part in (*parts, own) if isinstance(part, dict)]
        return {key: item for part in merged for key, item in part.items()} if merged else parts[0]
    return _typed(data, schema, depth)


def _typed(data: Mapping[str, Any], schema: Mapping[str, Any], depth: int) -> Any:
    kind = schema.get("type")
    kind = next((each for each in kind if each != "null"), None) if isinstance(kind, list) else kind
    if kind == "object" or (kind is None and "properties" in schema):
        return _object(data, schema, depth)
    if kind == "array":
        wanted = max(schema.get("minItems", 1), 0) if depth < DEEPEST else schema.get("minItems", 0)
        return [value(data, schema.get("items", {}), depth + 1) for _ in range(min(wanted, 100))]
    if kind in ("integer", "number"):
        return _number(schema)
    return {"boolean": True, "string": _string(schema), "null": None}.get(kind or "", {})


def _object(data: Mapping[str, Any], schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
    required = schema.get("required", ())
    members = schema.get("properties", {}).items()
    return {key: value(data, part, depth + 1) for key, part in members if depth < DEEPEST or key in required}


def _number(schema: Mapping[str, Any]) -> Any:
    low, step = schema.get("minimum"), schema.get("multipleOf")
    exclusive = schema.get("exclusiveMinimum")
    if exclusive is True and low is not None:
        low += step or 1
    elif isinstance(exclusive, int | float) and not isinstance(exclusive, bool):
        low = exclusive + (step or 1)
    if low is None:
        return min(0, schema.get("maximum", 0))
    return -(-low // step) * step if step else low


def _string(schema: Mapping[str, Any]) -> str:
    text = _FORMATS.get(schema.get("format", ""), "string")
    text = text.ljust(min(schema.get("minLength", 0), 10_000), "x")
    return text[: schema.get("maxLength", len(text))]
