"""What references lead to, and what each of them has to be where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from speckit.faults import Pointer
from speckit.pointer import parse
from speckit.references import BUNDLED, references, resolve

_IN_20: Mapping[str, str] = {
    "definitions": "schema",
    "parameters": "parameter",
    "paths": "pathItem",
    "responses": "response",
}
_IN_31: Mapping[str, str] = {
    "callbacks": "callbacks",
    "headers": "header",
    "links": "link",
    "parameters": "parameter",
    "pathItems": "path-item",
    "paths": "path-item",
    "requestBodies": "request-body",
    "responses": "response",
    "schemas": "schema",
    "securitySchemes": "security-scheme",
    "webhooks": "path-item",
}
_IN_30: Mapping[str, str] = {
    "callbacks": "Callback",
    "headers": "Header",
    "links": "Link",
    "parameters": "Parameter",
    "paths": "PathItem",
    "requestBodies": "RequestBody",
    "responses": "Response",
    "schemas": "Schema",
    "securitySchemes": "SecurityScheme",
}
_KINDS: Mapping[str, Mapping[str, str]] = {
    "2.0": _IN_20,
    "3.0": _IN_30,
    "3.1": _IN_31,
    "3.2": {**_IN_31, "content": "media-type", "mediaTypes": "media-type"},
}
"""By version and the map it stands in, what a part is called by the JSON Schema of that version."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a reference leads to.

    Attributes:
        holders: The mappings with the `$ref`; complete once all targets are known.
        ref: Its text.
        node: What it leads to, further references followed.
        kind: What that has to be, by its name in the JSON Schema of OpenAPI.
        at: Where it stands.
    """

    holders: list[dict[str, Any]]
    ref: str
    node: Any
    kind: str
    at: Pointer


def targets(data: dict[str, Any], version: str) -> Iterator[Target]:
    """Yield what references lead to, once for each thing it has to be; what is checked in its place is not.

    Files brought in have no form of their own: what is in them depends on who refers to it.
    """
    own = (found for found in references(data) if found[0] and found[0][0] != BUNDLED)
    waiting = [(kind, ref, holder) for path, holder, ref in own if (kind := _kind(path, version))]
    seen: dict[tuple[str, str], list[dict[str, Any]]] = {}
    while waiting:
        kind, ref, holder = waiting.pop()
        if (kind, ref) in seen:
            seen[kind, ref].append(holder)
            continue
        seen[kind, ref] = [holder]
        try:
            node = resolve(data, ref)
        except LookupError:
            continue  # told by the bundler
        at = parse(unquote(ref[1:]))
        if _is_checked_here(at, kind, version):
            continue  # with all the references in it
        yield Target(seen[kind, ref], ref, node, kind, at)
        inside = ((_kind(path, version) if path else kind, each, h) for path, h, each in references(node))
        waiting += [(below, each, h) for below, each, h in inside if below]


def is_schema(kind: str) -> bool:
    """Return whether `kind` is that of a schema.

    >>> is_schema("Schema"), is_schema("path-item")
    (True, False)
    """
    return kind in ("schema", "Schema")


def _is_checked_here(at: Pointer, kind: str, version: str) -> bool:
    """Return whether a shelf of the document holds it, where it is checked as what it is."""
    home = at[:-1] if version == "2.0" else at[1:-1] if at[:1] == ("components",) else ()
    return len(home) == 1 and _KINDS[version].get(str(home[0])) == kind


def _kind(path: Pointer, version: str) -> str:
    """Return what a reference at `path` has to lead to, as the JSON Schema calls it; empty for anything."""
    kinds = _KINDS[version]
    schema = kinds.get("schemas", "schema")
    above, further = str(path[-2]) if len(path) > 1 else "", path[-3:-2]
    if further == ("properties",):
        return schema  # of a property that is called like a part of OpenAPI
    if path[-1] == "requestBody":
        return kinds.get("requestBodies", schema)
    if further == ("callbacks",):
        return kinds.get("paths", schema)
    return "" if above == "examples" else kinds.get(above, schema)
