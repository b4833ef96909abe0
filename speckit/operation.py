"""The operations of a document, with everything they share resolved into them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from speckit.references import deref

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
"""The methods a path item may hold (OpenAPI 3.0, section 4.7.9)."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation; `schema` is as the document has it."""

    name: str
    place: str
    required: bool
    schema: Mapping[str, Any]
    allow_empty: bool = False
    style: str = ""
    explode: bool = True


@dataclass(frozen=True, slots=True)
class Body:
    """What a request may carry: schemas by media type."""

    required: bool
    schemas: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Response:
    """One documented response; `content` holds the media type objects, `headers` the header objects."""

    content: Mapping[str, Mapping[str, Any]]
    headers: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    id: str
    method: str
    path: str
    tags: tuple[str, ...] = ()
    summary: str = ""
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    responses: Mapping[str, Response] = field(default_factory=dict)
    security: tuple[Mapping[str, tuple[str, ...]], ...] = ()

    def response(self, status: int) -> Response | None:
        """Return the documented response for `status`: exact, by range (`4XX`), or the default."""
        for key in (str(status), f"{status // 100}XX", "default"):
            if key in self.responses:
                return self.responses[key]
        return None

    def parameter(self, place: str, name: str) -> Parameter | None:
        """Return the parameter `name` in `place` (path, query, header, cookie), if declared."""
        return next((p for p in self.parameters if (p.place, p.name) == (place, name)), None)


def operations(data: Mapping[str, Any], only: Iterable[str] = ()) -> dict[str, Operation]:
    """Return the operations of the document `data` by id, in its order.

    An operation without `operationId` is known as `"DELETE /jobs/{id}"`.

    Args:
        data: An OpenAPI document, structurally sound.
        only: Tags; where any are given, other operations are left out.
    """
    wanted = set(only)
    found = (_read(data, path, item, method) for path, item, method in _entries(data))
    return {each.id: each for each in found if not wanted or wanted & set(each.tags)}


def _entries(data: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any], str]]:
    for path, node in (data.get("paths") or {}).items():
        item = deref(data, node)
        yield from ((path, item, method) for method in METHODS if method in item)


def _read(data: Mapping[str, Any], path: str, item: Mapping[str, Any], method: str) -> Operation:
    raw = item[method]
    return Operation(
        id=raw.get("operationId") or f"{method.upper()} {path}",
        method=method.upper(),
        path=path,
        tags=tuple(raw.get("tags", ())),
        summary=raw.get("summary", ""),
        parameters=_parameters(data, item.get("parameters", []), raw.get("parameters", [])),
        body=_body(data, raw.get("requestBody")),
        responses={str(code): _response(data, node) for code, node in raw.get("responses", {}).items()},
        security=_security(raw.get("security", data.get("security", ()))),
    )


def _security(requirements: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, tuple[str, ...]], ...]:
    return tuple({name: tuple(scopes) for name, scopes in each.items()} for each in requirements)


def _parameters(data: Mapping[str, Any], *levels: list[Any]) -> tuple[Parameter, ...]:
    """Return the parameters of the path item, overridden by those of the operation."""
    merged: dict[tuple[str, str], Parameter] = {}
    for node in (deref(data, node) for level in levels for node in level):
        merged[node["in"], node["name"]] = _parameter(data, node)
    return tuple(merged.values())


def _parameter(data: Mapping[str, Any], node: Mapping[str, Any]) -> Parameter:
    content: Mapping[str, Any] = next(iter(node.get("content", {}).values()), {})
    style = node.get("style") or ("form" if node["in"] in ("query", "cookie") else "simple")
    return Parameter(
        name=node["name"],
        place=node["in"],
        required=bool(node.get("required")) or node["in"] == "path",
        schema=deref(data, node.get("schema") or content.get("schema") or {}),
        allow_empty=bool(node.get("allowEmptyValue")),
        style=style,
        explode=node.get("explode", style == "form"),
    )


def _body(data: Mapping[str, Any], node: Mapping[str, Any] | None) -> Body | None:
    if node is None:
        return None
    node = deref(data, node)
    schemas = {kind: media.get("schema", {}) for kind, media in _content(node).items()}
    return Body(required=bool(node.get("required")), schemas=schemas)


def _response(data: Mapping[str, Any], node: Mapping[str, Any]) -> Response:
    node = deref(data, node)
    headers = {name.lower(): deref(data, header) for name, header in node.get("headers", {}).items()}
    return Response(content=_content(node), headers=headers)


def _content(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return the media type objects by type alone, in lower case, without parameters such as a charset."""
    return {kind.split(";")[0].strip().lower(): media for kind, media in node.get("content", {}).items()}
