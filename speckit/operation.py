"""The operations of a document, with everything they share resolved into them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from speckit.faults import Pointer
from speckit.references import deref, deref_or_none

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
"""The methods a path item may hold by name (OpenAPI 3.2, section 4.9); `query` only since then."""

ADDITIONAL = "additionalOperations"
"""Where a path item of OpenAPI 3.2 holds operations by other methods, written as they are sent."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation; `schema` is as the document has it.

    Attributes:
        place: `path`, `query`, `header`, `cookie`, or `querystring` for the query as a whole.
        style: How the value is written; empty where it is written as a media type.
        media: The media type of one that is described by `content`; else empty.
        allow_reserved: Characters with a meaning in URLs are sent as they are.
        members: The schemas of the properties that an object is documented to have.
    """

    name: str
    place: str
    required: bool
    schema: Mapping[str, Any]
    allow_empty: bool = False
    style: str = ""
    explode: bool = True
    media: str = ""
    allow_reserved: bool = False
    members: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def member(self, path: tuple[str, ...]) -> Mapping[str, Any]:
        """Return the schema of what is at `path` in the value, an object; empty where it says nothing."""
        head, *below = path
        found: Any = self.members.get(head, {})
        for name in below:
            properties = found.get("properties")
            found = _mapping(properties.get(name, {})) if isinstance(properties, Mapping) else {}
        return _mapping(found)


@dataclass(frozen=True, slots=True)
class Body:
    """What a request may carry: schemas by media type, and the media type objects they stand in."""

    required: bool
    schemas: Mapping[str, Mapping[str, Any]]
    content: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Response:
    """One documented response; `content` holds the media type objects, `headers` the header objects.

    `produces` holds the media types that Swagger 2.0 declares even where there is no content.
    """

    content: Mapping[str, Mapping[str, Any]]
    headers: Mapping[str, Mapping[str, Any]]
    produces: tuple[str, ...] = ()


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

    @property
    def success(self) -> int:
        """The lowest status in the 200s that is documented, else 200."""
        return min((int(code) for code in self.responses if code.isdigit() and code[0] == "2"), default=200)

    def response(self, status: int) -> Response | None:
        """Return the documented response for `status`: exact, by range (`4XX`), or the default."""
        for key in (str(status), f"{status // 100}XX", "default"):
            if key in self.responses:
                return self.responses[key]
        return None

    def parameter(self, place: str, name: str) -> Parameter | None:
        """Return the parameter `name` in `place` (path, query, header, cookie), if declared."""
        return next((p for p in self.parameters if (p.place, p.name) == (place, name)), None)

    def asked(self, name: str) -> tuple[Parameter, tuple[str, ...]] | None:
        """Return the query parameter that a filter names, and the path to what it names inside of it.

        `filter[size]` is a parameter of that name, or else the member `size` of the object `filter`.
        """
        whole = self.parameter("query", name)
        if whole is not None:
            return whole, ()
        root, *path = parted(name)
        holder = self.parameter("query", root) if path else None
        return (holder, tuple(path)) if holder else None

    def query(self, name: str) -> Parameter | None:
        """Return what `asked` does as one parameter, which has the schema of what is named."""
        found = self.asked(name)
        if found is None or not found[1]:
            return found[0] if found else None
        holder, path = found
        return Parameter(name, "query", required=False, schema=holder.member(path), style="form")


def parted(name: str) -> tuple[str, ...]:
    """Return the parts of a name with brackets; one that has none is its only part.

    >>> parted("filter[size]"), parted("size"), parted("tags[]")
    (('filter', 'size'), ('size',), ('tags[]',))
    """
    root, bracket, rest = name.partition("[")
    parts = rest.removesuffix("]").split("][")
    return (root, *parts) if root and bracket and rest.endswith("]") and all(parts) else (name,)


def operations(data: Mapping[str, Any], only: Iterable[str] = ()) -> dict[str, Operation]:
    """Return the operations of the document `data` by id, in its order.

    An operation without `operationId` is known as `"DELETE /jobs/{id}"`, and so is one whose
    `operationId` another has before it.

    Args:
        data: An OpenAPI document, structurally sound.
        only: Tags; where any are given, other operations are left out.
    """
    wanted = set(only)
    made: dict[str, Operation] = {}
    for path, item, method, raw in _entries(data):
        each = _read(data, path, item, method, raw)
        if not wanted or wanted & set(each.tags):
            each = replace(each, id=f"{method} {path}") if each.id in made else each
            made[each.id] = each
    return made


def methods(item: Mapping[str, Any]) -> Iterator[tuple[str, Pointer, Any]]:
    """Yield what a path item holds for each method: the method as it is sent, where, and the operation.

    >>> list(methods({"get": {}, "additionalOperations": {"COPY": {}}}))
    [('GET', ('get',), {}), ('COPY', ('additionalOperations', 'COPY'), {})]
    """
    for method in METHODS:
        if method in item:
            yield method.upper(), (method,), item[method]
    additional = item.get(ADDITIONAL)
    for name, raw in additional.items() if isinstance(additional, Mapping) else ():
        yield name, (ADDITIONAL, name), raw


def _entries(data: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], str, Mapping[str, Any]]]:
    for path, node in (data.get("paths") or {}).items():
        if path.startswith("/"):
            item = deref(data, node)
            yield from ((path, item, method, raw) for method, _, raw in methods(item))


def _read(
    data: Mapping[str, Any], path: str, item: Mapping[str, Any], method: str, raw: Mapping[str, Any]
) -> Operation:
    responses = raw.get("responses") or {}
    return Operation(
        id=raw.get("operationId") or f"{method} {path}",
        method=method,
        path=path,
        tags=tuple(raw.get("tags", ())),
        summary=raw.get("summary", ""),
        parameters=_parameters(data, item.get("parameters", []), raw.get("parameters", [])),
        body=_body(data, raw.get("requestBody")),
        responses={
            str(code): _response(data, node) for code, node in responses.items() if not code.startswith("x-")
        },
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
    media, content = next(iter(_content(data, node).items()), ("", {}))
    schema = _mapping(deref(data, node.get("schema", content.get("schema", {}))))
    style = node.get("style") or ("form" if node["in"] in ("query", "cookie") else "simple")
    return Parameter(
        name=node["name"],
        place=node["in"],
        required=bool(node.get("required")) or node["in"] == "path",
        schema=schema,
        allow_empty=bool(node.get("allowEmptyValue")),
        style="" if media else style,
        explode=node.get("explode", style in ("form", "cookie")),
        media=media,
        allow_reserved=bool(node.get("allowReserved")),
        members=_members(data, schema),
    )


def _members(data: Mapping[str, Any], schema: Mapping[str, Any], depth: int = 8) -> dict[str, Any]:
    """Return the schemas of the properties of an object, with those of what it is composed of."""
    found: dict[str, Any] = {}
    parts, own = schema.get("allOf"), schema.get("properties")
    for part in parts if depth and isinstance(parts, list) else ():
        found |= _members(data, _part(data, part), depth - 1)
    named = own.items() if isinstance(own, Mapping) else ()
    return found | {name: _part(data, each) for name, each in named}


def _part(data: Mapping[str, Any], schema: Any) -> Mapping[str, Any]:
    return _mapping(deref_or_none(data, schema))


def _mapping(schema: Any) -> Mapping[str, Any]:
    """Return a schema that may be true or false as a mapping."""
    if isinstance(schema, Mapping):
        return schema
    return {"not": {}} if schema is False else {}


def _body(data: Mapping[str, Any], node: Mapping[str, Any] | None) -> Body | None:
    if node is None:
        return None
    node = deref(data, node)
    content = _content(data, node)
    schemas = {kind: media.get("schema", {}) for kind, media in content.items()}
    return Body(bool(node.get("required")), schemas, content)


def _response(data: Mapping[str, Any], node: Mapping[str, Any]) -> Response:
    node = deref(data, node)
    headers = {name.lower(): deref(data, header) for name, header in node.get("headers", {}).items()}
    return Response(_content(data, node), headers, tuple(node.get("x-produces", ())))


def _content(data: Mapping[str, Any], node: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the media type objects by type alone, in lower case, without parameters such as a charset."""
    found: dict[str, Mapping[str, Any]] = {}
    for kind, media in node.get("content", {}).items():
        found.setdefault(kind.split(";")[0].strip().lower(), deref(data, media))
    return found
