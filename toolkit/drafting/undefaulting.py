"""Undefaulting: filters lose a default that is that of the field they ask for, where both have one schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from speckit.document import Document
from speckit.operation import Operation, Parameter
from speckit.references import BUNDLED, deref
from toolkit.survey import lists, replies
from toolkit.survey.resources import Resource

_OF_FIELDS = ("default", "description", "readOnly", "title")
"""What a schema says of a field, and not of a question for it."""


@dataclass(frozen=True, slots=True)
class Undone:
    """A query parameter that is to have no default.

    Attributes:
        ref: The reference to it in the list of the operation; empty where it stands there itself.
        is_own: Whether it is in that list, and not in the one of the path.
        node: What it is to be.
    """

    path: str
    method: str
    name: str
    ref: str
    is_own: bool
    node: Mapping[str, Any]


def undone(data: Mapping[str, Any], resources: Sequence[Resource]) -> tuple[Undone, ...]:
    """Return the filters whose default would leave out most of what there is, though it is that of a field.

    Those that are written in other files, which no Overlay reaches, are left out.
    """
    found = (
        _undone(data, act.operation, parameter)
        for resource in resources
        for act in resource.acting("list")
        for parameter in _sharing(data, act.operation, resource)
    )
    return tuple(each for each in found if each is not None)


def _sharing(data: Mapping[str, Any], operation: Operation, resource: Resource) -> Iterator[Parameter]:
    """Yield the filters that have a default, and the schema of their field."""
    for each in lists.narrowed(data, operation, resource.item, resource.stamps, frozenset()):
        parameter = operation.parameter("query", each.param)
        if parameter is None or "default" not in parameter.schema:
            continue
        if replies.at(resource.item, each.field).stands_for(parameter.schema):
            yield parameter


def _undone(data: Mapping[str, Any], operation: Operation, parameter: Parameter) -> Undone | None:
    item, method = data["paths"][operation.path], operation.method.lower()
    raw = item.get(method) if isinstance(item, Mapping) else None
    if not isinstance(raw, Mapping):
        return None
    own = (*_named(data, raw, parameter.name), *_named(data, item, parameter.name))
    schema = {key: value for key, value in parameter.schema.items() if key not in _OF_FIELDS}
    if not own or f"#/{BUNDLED}/" in repr((own[0], schema)):
        return None
    node = {**deref(data, own[0]), "schema": schema}
    is_own = bool(_named(data, raw, parameter.name))
    return Undone(operation.path, method, parameter.name, own[0].get("$ref", ""), is_own, node)


def _named(data: Mapping[str, Any], holder: Mapping[str, Any], name: str) -> list[Any]:
    listed = holder.get("parameters") or ()
    return [each for each in listed if _is(deref(data, each), name)]


def _is(node: Any, name: str) -> bool:
    return bool(node["in"] == "query" and node["name"] == name)


def without(document: Document, found: Sequence[Undone]) -> Document:
    """Return `document` with what `found` says in place of its parameters."""
    paths = dict(document.data["paths"])
    for each in found:
        operation = paths[each.path][each.method]
        others = [
            raw for raw in operation.get("parameters") or () if not _is(deref(document.data, raw), each.name)
        ]
        paths[each.path] = {
            **paths[each.path],
            each.method: {**operation, "parameters": [*others, dict(each.node)]},
        }
    return replace(document, data={**document.data, "paths": paths})
