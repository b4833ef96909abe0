"""Check that an extension has the form its vocabulary gives it."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
from jsonschema_rs import ValidationError

from speckit.faults import Fault, Pointer, did_you_mean
from speckit.misfit import brief, exact

_VOCABULARY = Path(__file__).parent / "vocabulary"
_ROLES = ("create", "replace", "get", "list", "parts", "update", "trigger", "batch")


def form_faults(extension: str, raw: Any) -> list[Fault]:
    """Return every place where `raw`, the value of `extension`, is not what its JSON Schema asks for."""
    schema, validator = _compiled(extension)
    faults = (fault for error in validator.iter_errors(raw) for fault in _told(extension, error, raw, schema))
    return list(dict.fromkeys(faults))


@cache
def _compiled(extension: str) -> tuple[dict[str, Any], jsonschema_rs.Validator]:
    schema: dict[str, Any] = orjson.loads((_VOCABULARY / f"{extension}.schema.json").read_bytes())
    return schema, jsonschema_rs.validator_for(schema, offline=True)


def _told(extension: str, error: ValidationError, raw: Any, schema: dict[str, Any]) -> Iterator[Fault]:
    """Yield what `error` means: one fault, or one for each key that is not known."""
    for each in _nearest(error):
        path = (extension, *exact(raw, each.instance_path))
        kind: Any = each.kind
        if kind.name == "additionalProperties":
            known = _beside(each, schema)
            # As everywhere in OpenAPI, what starts with x- is for others.
            for key in (each for each in kind.unexpected if not each.startswith("x-")):
                hint = did_you_mean(key, known)
                yield Fault((*path, key), f"'{key}' is not a key of this mapping.", hint)
        elif kind.name == "propertyNames":
            yield from (Fault((*path, name), *said) for name, said in _misnamed(each))
        else:
            message, hint = _said(each)
            yield Fault(path, message, _remedy(path, each.instance) or _meant(each, path, raw) or hint)


def _nearest(error: ValidationError) -> list[ValidationError]:
    """Return the errors of the alternative that is meant: the one of the right type, or the error itself."""
    branches = getattr(error.kind, "context", None)
    if not branches or error.kind.name == "oneOf":
        return [error]
    here = list(error.instance_path)
    meant = [
        b for b in branches if not any(e.kind.name == "type" and list(e.instance_path) == here for e in b)
    ]
    if len(meant) != 1:
        return [error]
    return [deeper for each in meant[0] for deeper in _nearest(each)]


def _said(error: ValidationError) -> tuple[str, str]:
    """Return the message and the hint for an error of one value."""
    kind: Any = error.kind
    value = brief(error.instance)
    match kind.name:
        case "required":
            return f"The key '{kind.property}' is missing.", ""
        case "type":
            return f"{value} is not of type {' or '.join(kind.types)}.", ""
        case "enum":
            return f"{value} is not allowed here.", did_you_mean(str(error.instance), map(str, kind.options))
        case "pattern" if "~" in kind.pattern:
            return f"{value} is not a JSON Pointer.", f"Write '/{str(error.instance).lstrip('-/')}'."
        case "pattern" if "$" in kind.pattern:
            return (
                f"{value} is not an expression.",
                "An expression starts with '$', as in $request.body#/name.",
            )
        case "oneOf" if "sends" in error.instance_path:
            return "Either 'callback' or 'webhook' says who is told, and only one.", ""
        case "oneOf":
            return "Either 'trigger' or 'after' says what causes a transition, and only one.", ""
        case "anyOf":
            return f"{value} is none of the forms this may have.", ""
    return f"{error.message}.", ""


def _remedy(path: Pointer, value: Any) -> str:
    """Return what to write for a `value` that is a mistake people make at `path`; empty for others."""
    match path[2:]:
        case ("operations", _) if isinstance(value, str):
            return f"Write {{role: {value if value in _ROLES else 'create'}}}."
        case ("operations", _, "role") if value == "delete":
            return "A delete is a role 'trigger' with a transition to $removed."
        case ("transitions", _, "after") if isinstance(value, str):
            key = "until" if value.startswith("$") else "duration"
            return f"Write {{{key}: {value if value.startswith(('$', 'P')) else 'PT2S'}}}."
        case ("state", "states", _) if not isinstance(value, dict):
            return "Write {category: pending}."
        case (*_, "unique", int()) if isinstance(value, str):
            return f"Write {{fields: [/{value.lstrip('/')}]}}."
        case (*_, "idempotency") if isinstance(value, str):
            return f"Write {{header: {value}}}."
        case (*above, key) if not isinstance(value, dict | list) and len(above) in (0, 2):
            return _shape(above, key)
    return ""


_SHAPES = {
    "identity": "{param: id, field: /id}",
    "etag": "{}, or {required: true} where changes have to be conditional",
    "unique": "[{fields: [/name]}]",
    "timestamps": "{created: /created_at, updated: /updated_at}",
    "history": "{field: /events, entry: {state: $state, at: $now}}",
    "hidden": "[/owner]",
    "paging": "{style: page, page: page, size: limit, default: 20, max: 100}",
    "idempotency": "{header: Idempotency-Key}",
    "available": "{in: [done], otherwise: {status: 409}}",
    "sort": "{param: sort, fields: {name: /name}}",
    "filters": "{status: /status}",
}
"""By a key of a lifecycle or of an operation, what it may look like."""


def _shape(above: list[str | int], key: str | int) -> str:
    is_of_operation = above[:1] == ["operations"]
    return f"Write {_SHAPES[str(key)]}." if key in _SHAPES and (is_of_operation or not above) else ""


def _meant(error: ValidationError, path: Pointer, raw: Any) -> str:
    """Return which field a wrong pointer may mean: the nearest of those that a new resource has."""
    kind: Any = error.kind
    if kind.name != "pattern" or "~" not in kind.pattern or not isinstance(error.instance, str):
        return ""
    whole = raw.get(path[1]) if len(path) > 1 and isinstance(raw, dict) else None
    begins = whole.get("initially") if isinstance(whole, dict) else None
    head, slash, below = error.instance.lstrip("-/").partition("/")
    known = [str(each) for each in begins] if isinstance(begins, dict) else []
    minus = "-" if error.instance.startswith("-") and kind.pattern.startswith("^-?") else ""
    near = [head] if head in known else get_close_matches(head, known, n=1, cutoff=0.6)
    if near:
        return f"Write '{minus}/{near[0]}{slash}{below}'."
    return f"Write '{minus}/{head}{slash}{below}'. {did_you_mean(head, known)}".strip()


def _misnamed(error: ValidationError) -> Iterator[tuple[str, tuple[str, str]]]:
    inner: Any = error.kind
    name = str(getattr(inner, "error", error).instance)
    yield name, _said(getattr(inner, "error", error))


def _beside(error: ValidationError, schema: dict[str, Any]) -> list[str]:
    """Return the keys named beside the keyword that failed."""
    node: Any = schema
    for segment in error.schema_path[:-1]:
        node = node[segment]
    return list(node.get("properties", ()))
