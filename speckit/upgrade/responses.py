"""Responses: their schema, examples and headers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from speckit.faults import Pointer
from speckit.references import deref
from speckit.upgrade.media import JSON, is_same
from speckit.upgrade.moves import Moves
from speckit.upgrade.parameters import extensions, schema_of
from speckit.upgrade.schemas import Schemas

Raw = Mapping[str, Any]

PRODUCES = "x-produces"
"""What Swagger 2.0 says of the media type of a response without content, which OpenAPI 3 has no word for."""


def response(source: Raw, raw: Raw, types: Sequence[str], schemas: Schemas) -> dict[str, Any]:
    """Return the response `raw` of the document `source`, in the media types given, or in the usual one."""
    made = {"description": raw["description"]} | extensions(raw)
    if headers := raw.get("headers"):
        made["headers"] = {name: _header(each, schemas) for name, each in headers.items()}
    if content := _content(source, raw, types, schemas):
        made["content"] = content
    elif types:
        made[PRODUCES] = list(types)
    return made


def note_response(moves: Moves, made: Raw, now: Pointer, at: Pointer) -> None:
    """Keep that the parts of the response `made`, which stands at `now`, were written below `at`."""
    moves.note(now, at)
    for name in made.get("headers", ()):
        moves.note((*now, "headers", name, "schema"), (*at, "headers", name))
    for kind, each in made.get("content", {}).items():
        moves.note((*now, "content", kind), at)
        if "example" in each:
            moves.note((*now, "content", kind, "example"), (*at, "examples", kind))


def _header(raw: Raw, schemas: Schemas) -> dict[str, Any]:
    described = {key: raw[key] for key in ("description",) if key in raw}
    return described | extensions(raw) | {"schema": schema_of(raw, schemas)}


def _content(source: Raw, raw: Raw, types: Sequence[str], schemas: Schemas) -> dict[str, Any]:
    examples = _examples(source, raw)
    schema = {"schema": schemas.of(raw["schema"])} if "schema" in raw else {}
    kinds = (types or [_usual(raw)]) if schema else []
    made = {kind: schema | _example(examples, kind) for kind in kinds}
    others = (kind for kind in examples if not any(is_same(kind, known) for known in made))
    return made | {kind: schema | {"example": examples[kind]} for kind in others}


def _examples(source: Raw, raw: Raw) -> dict[str, Any]:
    """Return the examples by media type; those kept in files are brought in."""
    return {kind: deref(source, each) for kind, each in raw.get("examples", {}).items() if "/" in kind}


def _example(examples: Raw, kind: str) -> dict[str, Any]:
    found = [each for known, each in examples.items() if is_same(known, kind)]
    return {"example": examples.get(kind, found[0])} if found else {}


def _usual(raw: Raw) -> str:
    return "application/octet-stream" if raw["schema"].get("type") == "file" else JSON
