"""Request bodies, made of a body parameter or of form fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from speckit.faults import Pointer
from speckit.upgrade.media import JSON, forms, is_urlencoded
from speckit.upgrade.moves import Moves
from speckit.upgrade.parameters import extensions, list_style, schema_of
from speckit.upgrade.schemas import Schemas

Raw = Mapping[str, Any]


def of_body(raw: Raw, types: Sequence[str], schemas: Schemas) -> dict[str, Any]:
    """Return the request body that the body parameter `raw` is, in the media types given or in JSON."""
    made = {key: raw[key] for key in ("description", "required") if key in raw} | extensions(raw)
    schema = schemas.of(raw["schema"])
    return made | {"content": {kind: {"schema": schema} for kind in types or [JSON]}}


def note_body(moves: Moves, made: Raw, now: Pointer, at: Pointer) -> None:
    """Keep that the request body `made`, which stands at `now`, was the body parameter at `at`."""
    moves.note(now, at)
    for kind in made["content"]:
        moves.note((*now, "content", kind), at)


def of_form(fields: Sequence[Raw], types: Sequence[str], schemas: Schemas) -> dict[str, Any]:
    """Return the request body with `fields`, parameters in `formData`, as properties."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {f["name"]: _property(f, schemas) for f in fields},
    }
    required = [field["name"] for field in fields if field.get("required")]
    if required:
        schema["required"] = required
    has_file = any(field.get("type") == "file" for field in fields)
    content = {kind: _form(schema, fields, kind) for kind in forms(types, has_file=has_file)}
    return ({"required": True} if required else {}) | {"content": content}


def note_form(moves: Moves, made: Raw, now: Pointer, written: Mapping[str, Pointer]) -> None:
    """Keep where each form field of the body `made` was written, by name."""
    moves.note(now, next(iter(written.values()))[:-1])
    for kind in made["content"]:
        for name, at in written.items():
            moves.note((*now, "content", kind, "schema", "properties", name), at)


def _property(field: Raw, schemas: Schemas) -> dict[str, Any]:
    described = {key: field[key] for key in ("description",) if key in field}
    return schema_of(field, schemas) | described | extensions(field)


def _form(schema: Raw, fields: Sequence[Raw], kind: str) -> dict[str, Any]:
    """Return the media type object; only urlencoded forms can say how lists are written."""
    styles = {field["name"]: list_style(field) for field in fields if is_urlencoded(kind)}
    encoding = {name: style for name, style in styles.items() if style}
    return {"schema": schema} | ({"encoding": encoding} if encoding else {})
