"""Check that a document has the form OpenAPI, or Swagger 2.0, gives it."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
from jsonschema_rs import ValidationError

from speckit.agreement import disagreements
from speckit.faults import Fault, Pointer, did_you_mean
from speckit.misfit import brief, exact
from speckit.targets import Target, is_schema, targets

MOST_FAULTS = 50
"""How many faults a refusal tells."""

MOST_ERRORS = 10_000
"""How many errors of one document are looked at."""

_UNKNOWN = ("additionalProperties", "unevaluatedProperties")
_DIALECTS = {
    "3.1": "https://spec.openapis.org/oas/3.1/dialect/base",
    "3.2": "https://spec.openapis.org/oas/3.2/dialect/2025-09-17",
}
"""The schemas that the schemas in a document of a version are written by."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One keyword of the JSON Schema of OpenAPI that a part of a document breaks.

    Attributes:
        path: Where in the document.
        keyword: Which, as JSON Schema calls it.
        fields: For `required` what is missing, else those that are not known.
    """

    path: Pointer
    keyword: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Misfit:
    """A fault in the form of a document, and what it comes from."""

    fault: Fault
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Mistaken:
    """A reference to what is not what is needed where it stands."""

    fault: Fault
    target: Target
    causes: tuple[Cause, ...] = ()


def structural_faults(data: dict[str, Any]) -> list[Fault]:
    """Return at most 50 places where `data` is not what its OpenAPI version asks for.

    First what the JSON Schema of OpenAPI finds, in the document and in what its references
    lead to; then what it cannot say: unique names, and paths that agree with their parameters.
    """
    checks = (
        (misfit.fault for misfit in misfits(data, version_of(data))),
        (each.fault for each in disagreements(data)),
        (each.fault for each in mistaken(data)),
    )
    return list(islice((fault for check in checks for fault in check), MOST_FAULTS))


def version_of(data: dict[str, Any]) -> str:
    """Return the version of OpenAPI that `data` is written in: `2.0`, `3.0`, `3.1` or `3.2`."""
    return str(data["openapi"])[:3] if "openapi" in data else "2.0"


def mistaken(data: dict[str, Any]) -> Iterator[Mistaken]:
    """Yield the references whose target is not what is needed where they stand."""
    version = version_of(data)
    for target in targets(data, version):
        if is_schema(target.kind) and not isinstance(target.node, dict | bool):
            message = f"A schema is a mapping, and {brief(target.node)} is not."
            yield Mistaken(Fault(target.at, message, "Correct it, or the reference to it."), target)
            continue
        for misfit in misfits(target.node, version, target.kind, target.at):
            yield Mistaken(misfit.fault, target, misfit.causes)


def misfits(data: Any, version: str, part: str = "", at: Pointer = ()) -> Iterator[Misfit]:
    """Yield where `data`, which stands at `at` in the document, is not what its version asks for.

    Args:
        part: What it is, by its name in the JSON Schema; the whole document without one.
    """
    schema, validator = _compiled(version, part)
    errors = [(_deepest(e), e) for e in islice(validator.iter_errors(data), MOST_ERRORS)]
    known = {tuple(error.instance_path) for error, _ in errors if error.kind.name not in _UNKNOWN}
    told: set[tuple[Pointer, str]] = set()
    for error, whole in errors:
        path = exact(data, error.instance_path)
        message, hint = _told(error, schema, known)
        if message and not _is_of_paths(error) and (path, message) not in told:
            told.add((path, message))
            yield Misfit(Fault((*at, *path), message, hint), tuple(_causes(data, whole, at)))


def _is_of_paths(error: ValidationError) -> bool:
    """Return whether it is about paths without a slash, which are told by what checks paths, once."""
    kind: Any = error.kind
    return error.instance_path == ["paths"] and kind.name in _UNKNOWN and "$ref" not in kind.unexpected


def _causes(data: Any, error: ValidationError, at: Pointer) -> Iterator[Cause]:
    """Yield what an error comes from: of alternatives, all that the one which nearly fits finds wrong."""
    branches = [branch for branch in getattr(error.kind, "context", ()) if branch]
    if branches:
        for each in min(branches, key=_misfit):
            yield from _causes(data, each, at)
        return
    kind: Any = error.kind
    fields = tuple(kind.unexpected) if kind.name in _UNKNOWN else ()
    if kind.name == "required":
        fields = (kind.property,)
    yield Cause((*at, *exact(data, error.instance_path)), kind.name, fields)


@cache
def _compiled(version: str, part: str) -> tuple[dict[str, Any], jsonschema_rs.Validator]:
    """Return the schema of an OpenAPI version, or of a part of it, and its validator.

    The validator looks up nothing on the network.
    """
    folder = _folder("openapi_spec_validator") / "resources" / "schemas" / f"v{version}"
    schema: dict[str, Any] = orjson.loads((folder / "schema.json").read_bytes())
    # The schema of Swagger 2.0 has no name.
    identity = schema.get("$id") or schema.get("id") or "urn:swagger"
    resources = [(identity, schema)]
    wanted = schema | ({"$ref": f"#/definitions/{part}"} if part else {})
    if version in _DIALECTS:
        if version == "3.1":
            # Where OpenAPI has `server`, this schema of it has `body`.
            link = schema["$defs"]["link"]["properties"]
            link["server"] = link.pop("body")
        wanted = _with_dialect(f"{identity}#/$defs/{part}" if part else identity, version, part)
        resources += _dialects()
    registry = jsonschema_rs.Registry(resources)
    options: dict[str, Any] = {"registry": registry, "offline": True, "validate_formats": False}
    return schema, jsonschema_rs.validator_for(wanted, **options)


def _with_dialect(schema: str, version: str, part: str) -> dict[str, Any]:
    """Return the schema of OpenAPI 3.1 or later together with that of the schemas in a document."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:openapi:{version}:{part}",
        "$ref": schema,
        "$defs": {"schema": {"$dynamicAnchor": "meta", "$ref": _DIALECTS[version]}},
    }


@cache
def _dialects() -> list[tuple[str, dict[str, Any]]]:
    """Return the schemas of schemas by their names."""
    folder = _folder("openapi_schema_validator") / "schemas"
    found = [path for path in folder.rglob("*") if path.is_file() and path.read_bytes()[:1] == b"{"]
    return [(each["$id"], each) for each in (orjson.loads(path.read_bytes()) for path in found)]


def _folder(package: str) -> Path:
    # find_spec, not import: importing the package takes longer than all the checks.
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed, and its OpenAPI schemas are needed.")
    return Path(found.origin).parent


def _deepest(error: ValidationError) -> ValidationError:
    """Return the error that tells most: of alternatives, that of the one which nearly fits."""
    while branches := [branch for branch in getattr(error.kind, "context", ()) if branch]:
        best = min(branches, key=_misfit)
        error = max(best, key=lambda e: (e.kind.name not in _UNKNOWN, len(e.instance_path)))
    return error


def _misfit(branch: list[ValidationError]) -> tuple[bool, bool, int, int]:
    """Return how little an alternative was meant: no `$ref` at all, another `in` or `type`, many errors."""
    is_reference = any(getattr(e.kind, "property", "") == "$ref" for e in branch)
    is_other = any(hasattr(e.kind, "options") and e.instance_path[-1:] in (["in"], ["type"]) for e in branch)
    return is_reference, is_other, len(branch), -max(len(e.instance_path) for e in branch)


def _told(error: ValidationError, schema: dict[str, Any], known: set[Pointer]) -> tuple[str, str]:
    """Return message and hint; no message where another error already says it."""
    kind: Any = error.kind
    match kind.name:
        case "additionalProperties" | "unevaluatedProperties":
            return _unknown(error, schema, known)
        case "required":
            return f"The field '{kind.property}' is missing.", ""
        case "type":
            return _mistyped(error)
        case "enum":
            hint = did_you_mean(str(error.instance), map(str, kind.options))
            return f"{brief(error.instance)} is not allowed here.", hint
        case "oneOf" | "anyOf" | "not":
            return f"{brief(error.instance)} does not fit what OpenAPI allows here.", ""
    return f"{error.message[:200]}.", ""


def _unknown(error: ValidationError, schema: dict[str, Any], known: set[Pointer]) -> tuple[str, str]:
    kind: Any = error.kind
    here = tuple(error.instance_path)
    # A field that is wrong inside counts as unknown too; then the inner error is the one to read.
    names = [n for n in kind.unexpected if not any(k[: len(here) + 1] == (*here, n) for k in known)]
    allowed = _allowed(error, schema)
    names = [n for n in names if n not in allowed]
    if not names:
        return "", ""
    listed = ", ".join(f"'{name}'" for name in names[:5])
    verb = "is not a field" if len(names) == 1 else "are not fields"
    hint = did_you_mean(names[0], allowed) or "Remove it, or start its name with 'x-'."
    if names[0] == "$ref":
        hint = "OpenAPI allows no reference here; refer from the mapping above it, or from a part of it."
    return f"{listed} {verb} of this object.", hint


def _allowed(error: ValidationError, schema: dict[str, Any]) -> list[str]:
    """Return the fields named beside the keyword that failed."""
    node: Any = schema
    for segment in error.schema_path[:-1]:
        try:
            node = node[segment]
        except (KeyError, IndexError, TypeError):
            return []
    return list(node.get("properties", ())) if isinstance(node, dict) else []


def _mistyped(error: ValidationError) -> tuple[str, str]:
    kind: Any = error.kind
    hint = ""
    if "string" in kind.types and isinstance(error.instance, int | float):
        hint = "Put it in quotes."
    return f"{brief(error.instance)} is not of type {' or '.join(kind.types)}.", hint
