"""Check that a document has the form OpenAPI, or Swagger 2.0, gives it."""

import importlib.util
import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema_rs
import orjson
from jsonschema_rs import ValidationError

from speckit.faults import Fault, Pointer, did_you_mean
from speckit.misfit import brief, exact
from speckit.pointer import parse
from speckit.references import BUNDLED, deref, references, resolve

_MOST = 50
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_UNKNOWN = ("additionalProperties", "unevaluatedProperties")
_TEMPLATE = re.compile(r"\{([^{}]+)\}")


def structural_faults(data: dict[str, Any]) -> list[Fault]:
    """Return at most 50 places where `data` is not what its OpenAPI version asks for.

    First what the JSON Schema of OpenAPI finds, then what it cannot say:
    unique names, and paths that agree with their parameters. In Swagger 2.0
    also whether references lead to what is needed where they stand.
    """
    only_in_20 = (_referred(data), _bodies(data)) if "swagger" in data else ()
    checks = (_form(data, _version(data)), _paths(data), _operation_ids(data), _path_parameters(data))
    everything = (*checks, _security(data), *only_in_20)
    return list(islice((fault for check in everything for fault in check), _MOST))


def _version(data: dict[str, Any]) -> str:
    return str(data["openapi"])[:3] if "openapi" in data else "2.0"


# What the JSON Schema of OpenAPI says


def _form(data: Any, version: str, part: str = "", at: Pointer = ()) -> Iterator[Fault]:
    """Yield where `data`, which stands at `at` in the document, is not what its version asks for.

    Args:
        part: What it is, by its name in the JSON Schema; the whole document without one.
    """
    schema, validator = _compiled(version, part)
    errors = [_deepest(error) for error in islice(validator.iter_errors(data), 20 * _MOST)]
    known = {tuple(error.instance_path) for error in errors if error.kind.name not in _UNKNOWN}
    told: set[tuple[Pointer, str]] = set()
    for error in errors:
        path = exact(data, error.instance_path)
        message, hint = _told(error, schema, known)
        # Paths without a slash are told by _paths, once.
        is_paths = path == ("paths",) and error.kind.name in _UNKNOWN
        if message and not is_paths and (path, message) not in told:
            told.add((path, message))
            yield Fault((*at, *path), message, hint)


@cache
def _compiled(version: str, part: str) -> tuple[dict[str, Any], jsonschema_rs.Validator]:
    """Return the schema of an OpenAPI version, or of a part of it, and its validator.

    The validator looks up nothing on the network.
    """
    # find_spec, not import: importing the package takes longer than all the checks.
    package = importlib.util.find_spec("openapi_spec_validator")
    if package is None or package.origin is None:
        raise ModuleNotFoundError(
            "openapi_spec_validator is not installed, and its OpenAPI schemas are needed."
        )
    file = Path(package.origin).parent / "resources" / "schemas" / f"v{version}" / "schema.json"
    schema: dict[str, Any] = orjson.loads(file.read_bytes())
    if part:
        schema |= {"$ref": f"#/definitions/{part}"}
    # The schema of Swagger 2.0 has no name.
    identity = schema.get("$id") or schema.get("id") or "urn:swagger"
    registry = jsonschema_rs.Registry([(identity, schema)])
    options: dict[str, Any] = {"registry": registry, "offline": True, "validate_formats": False}
    return schema, jsonschema_rs.validator_for(schema, **options)


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


# What it cannot say


def _operations(data: dict[str, Any]) -> Iterator[tuple[str, Pointer, dict[str, Any], dict[str, Any]]]:
    """Yield template, path, path item and operation."""
    for template, path, item in _items(data):
        for method in _METHODS:
            if isinstance(item.get(method), dict):
                yield template, (*path, method), item, item[method]


def _items(data: dict[str, Any]) -> Iterator[tuple[str, Pointer, dict[str, Any]]]:
    paths = data.get("paths")
    for template, node in paths.items() if isinstance(paths, dict) else ():
        item = _followed(data, node)
        if not template.startswith("x-") and isinstance(item, dict):
            yield template, ("paths", template), item


def _followed(data: dict[str, Any], node: Any) -> Any:
    try:
        return deref(data, node)
    except LookupError:
        return None  # told by the bundler


def _paths(data: dict[str, Any]) -> Iterator[Fault]:
    templates = data.get("paths")
    for template in templates if isinstance(templates, dict) else ():
        if not template.startswith(("/", "x-")):
            message = f"The path '{template}' does not start with '/'."
            yield Fault(("paths", template), message, f"Write '/{template}'.")
    shapes: dict[tuple[str, str], str] = {}
    for template, path, item in _items(data):
        # Swagger 2.0 does not forbid such paths; they only must not share a method.
        methods = [method for method in _METHODS if method in item] if "swagger" in data else [""]
        shape = _TEMPLATE.sub("{}", template)
        firsts = [shapes.setdefault((shape, method), template) for method in methods]
        for first in {first: None for first in firsts if first != template}:
            message = f"'{template}' and '{first}' differ only in the names of parameters."
            yield Fault(path, message, "Keep one of them.")


def _operation_ids(data: dict[str, Any]) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for template, path, _, operation in _operations(data):
        name, here = operation.get("operationId"), f"{str(path[-1]).upper()} {template}"
        if isinstance(name, str) and first.setdefault(name, here) != here:
            message = f"The operationId '{name}' already belongs to {first[name]}."
            yield Fault((*path, "operationId"), message, "Give each operation a name of its own.")


def _path_parameters(data: dict[str, Any]) -> Iterator[Fault]:
    for template, path, item, operation in _operations(data):
        wanted = _TEMPLATE.findall(template)
        shared = dict(_declared(data, item, path[:-1]))
        declared = shared | dict(_declared(data, operation, path))
        if None in declared:
            continue
        for name in dict.fromkeys(wanted):
            if name not in declared:
                message = f"The path has '{{{name}}}', and no parameter with 'in: path' declares it."
                yield Fault(path, message, did_you_mean(name, (n for n in declared if n)))
        for other, where in declared.items():
            if other is not None and other not in wanted:
                message = f"The path parameter '{other}' has no '{{{other}}}' in '{template}'."
                yield Fault(where, message, did_you_mean(other, wanted))


def _declared(
    data: dict[str, Any], holder: dict[str, Any], path: Pointer
) -> Iterator[tuple[str | None, Pointer]]:
    """Yield each path parameter with where it stands; None for one that cannot be looked up."""
    parameters = holder.get("parameters")
    for index, node in enumerate(parameters if isinstance(parameters, list) else ()):
        parameter = _followed(data, node)
        if not isinstance(parameter, dict):
            yield None, path
        elif parameter.get("in") == "path" and isinstance(parameter.get("name"), str):
            yield parameter["name"], (*path, "parameters", index)


def _security(data: dict[str, Any]) -> Iterator[Fault]:
    home = ("components", "securitySchemes") if "openapi" in data else ("securityDefinitions",)
    schemes: Any = data
    for name in home:
        schemes = schemes.get(name) if isinstance(schemes, dict) else None
    known = schemes if isinstance(schemes, dict) else {}
    holders: list[tuple[Pointer, dict[str, Any]]] = [((), data)]
    holders += [(path, operation) for _, path, _, operation in _operations(data)]
    for path, holder in holders:
        needs = holder.get("security")
        for index, need in enumerate(needs if isinstance(needs, list) else ()):
            for name in need if isinstance(need, dict) else ():
                if name not in known:
                    hint = did_you_mean(name, known) or f"Declare it under {'/'.join(home)}."
                    message = f"The security scheme '{name}' is not declared."
                    yield Fault((*path, "security", index, name), message, hint)


# What Swagger 2.0 needs besides, because it is upgraded, and references are followed then


def _referred(data: dict[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with the targets of references, which may be anything, in any file."""
    own = (found for found in references(data) if found[0][:1] != (BUNDLED,))
    waiting = [(kind, ref) for path, _, ref in own if (kind := _kind(path))]
    seen: set[tuple[str, str]] = set()
    while waiting:
        kind, ref = waiting.pop()
        if (kind, ref) in seen:
            continue
        seen.add((kind, ref))
        try:
            node = resolve(data, ref)
        except LookupError:
            continue  # told by the bundler
        yield from _misfits(data, node, kind, ref)
        inside = ((_kind(path) if path else kind, each) for path, _, each in references(node))
        waiting += [(below, each) for below, each in inside if below]


def _kind(path: Pointer) -> str:
    """Return what a reference at `path` has to lead to, as the JSON Schema calls it; empty for anything."""
    above = path[-2] if len(path) > 1 else ""
    if above == "parameters" and isinstance(path[-1], int):
        return "parameter"
    if above == "responses" and re.fullmatch(r"\d{3}|default", str(path[-1])):
        return "response"
    if len(path) == 2 and above == "paths":
        return "pathItem"
    is_example = above == "examples" and path[-3:-2] != ("properties",)
    return "" if is_example else "schema"


def _misfits(data: dict[str, Any], node: Any, kind: str, ref: str) -> Iterator[Fault]:
    at = parse(unquote(ref[1:]))
    if kind != "schema":
        yield from _form(node, _version(data), kind, at)
    elif not isinstance(node, dict):
        yield Fault(
            at, f"A schema is a mapping, and {brief(node)} is not.", "Correct it, or the reference to it."
        )


def _bodies(data: dict[str, Any]) -> Iterator[Fault]:
    for _, path, item, operation in _operations(data):
        places = [place for holder in (item, operation) for place in _places(data, holder)]
        if "body" in places and "formData" in places:
            message = "A request has a body or form fields, and this operation has both."
            yield Fault(path, message, "Make the fields properties of the body, or leave the body out.")


def _places(data: dict[str, Any], holder: dict[str, Any]) -> Iterator[Any]:
    parameters = holder.get("parameters")
    for node in parameters if isinstance(parameters, list) else ():
        parameter = _followed(data, node)
        yield parameter.get("in") if isinstance(parameter, dict) else None
