"""Makes requests: from a document's examples, with ids that are there and values that are new."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from contracts.bench import Binding
from contracts.exchange import Call, text
from contracts.observed import Ledger, Track
from contracts.reckoning import has_hole
from contracts.values import freshened, telling, typed, types
from speckit import pointer
from speckit.expression import Constant, Source, sources
from speckit.lifecycle import Parent, Path
from speckit.operation import Operation, Parameter
from speckit.pointer import ABSENT
from speckit.references import deref
from speckit.sample import Making, example
from speckit.schema import SENT, Schemas
from speckit.specification import Specification

_MOST_CHOICES = 6
"""How many values of one enumeration are tried."""
_LONG = "Long Text, Ünïcödé — and more of it than fits into a short column of a table. "
_FORM = "multipart/form-data"
_BOUNDARY = "between-two-parts"
_KINDS = ("application/json", "application/merge-patch+json", "application/x-www-form-urlencoded", _FORM)


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to fill in a request: members of the body, by pointer, that differ from the example."""

    name: str = "as in the example"
    members: Mapping[Path, Any] = field(default_factory=dict)
    parents: Mapping[str, Any] = field(default_factory=dict)
    is_minimal: bool = False
    is_long: bool = False


PLAIN = Variant()


class Inputs:
    """Makes calls.

    Args:
        params: Values that a person has given, by name of a parameter or member.
        seed: What new values are made from.
    """

    nonce = ""
    """What tells the idempotency keys of this run from those of all others."""

    def __init__(
        self, specification: Specification, ledger: Ledger, params: Mapping[str, str], seed: int
    ) -> None:
        self._specification = specification
        self._data = specification.document.data
        self._schemas = Schemas(self._data)
        self._ledger = ledger
        self._params = params
        self._serial = itertools.count(1000 * (seed + 1))

    # Whole calls

    def create(self, binding: Binding, principal: str, variant: Variant = PLAIN) -> Call:
        """Return a call that makes a resource, with values of its own where they must be unique."""
        operation = binding.operation
        parents = {**self._first_parents(binding, principal), **variant.parents}
        path = {
            p.name: self._path_value(binding, p, parents) for p in operation.parameters if p.place == "path"
        }
        query = {p.name: self.value(p) for p in operation.parameters if p.place == "query" and p.required}
        headers = {
            p.name: text(self.value(p)) for p in operation.parameters if p.place == "header" and p.required
        }
        headers |= telling(binding.rule)
        body, kind = self.body(operation, is_minimal=variant.is_minimal)
        call = Call(operation, path, query, headers, body, principal, kind)
        for name, key in parents.items():
            call = self.put(call, self.place(binding, name), key)
        for source in self._unique_sources(binding):
            call = self._freshened(call, source)
        if variant.is_long:
            call = self._lengthened(binding, call)
        for member, value in variant.members.items():
            call = self.put(call, Source("request.body", pointer=member), value)
        return call

    def on(self, binding: Binding, track: Track, principal: str = "", **changes: Any) -> Call:
        """Return a call to an operation on one resource; `changes` are further fields of the call."""
        operation = binding.operation
        path = {p.name: self.path_of(binding, p, track) for p in operation.parameters if p.place == "path"}
        query = {p.name: self.value(p) for p in operation.parameters if p.place == "query" and p.required}
        body, kind = changes.pop("body", ABSENT), "application/json"
        if operation.body is not None:
            example_body, kind = self.body(operation, is_minimal=True)
            body = example_body if body is ABSENT else body
            kind = changes.pop("content_type", kind)
        query |= changes.pop("query", {})
        return Call(
            operation,
            path,
            query,
            body=body,
            principal=principal or track.principal,
            content_type=kind,
            **changes,
        )

    def listing(self, binding: Binding, principal: str, scope: Mapping[str, Any] | None = None) -> Call:
        """Return a call to a list; `scope` gives parents by path parameter."""
        operation = binding.operation
        parents = self._first_parents(binding, principal)
        path = {
            p.name: self._path_value(binding, p, parents) for p in operation.parameters if p.place == "path"
        }
        query = {p.name: self.value(p) for p in operation.parameters if p.place == "query" and p.required}
        return Call(operation, {**path, **(scope or {})}, query, principal=principal)

    def changing(self, binding: Binding, members: Mapping[Path, Any]) -> Any:
        """Return a body for an update that names `members`, and what the schema requires besides."""
        body, _ = self.body(binding.operation, is_minimal=True)
        body = copy.deepcopy(body) if isinstance(body, dict) else {}
        for path, value in members.items():
            pointer.write(body, path, value)
        return body

    # Bodies and values

    def body(self, operation: Operation, *, is_minimal: bool = False) -> tuple[Any, str]:
        """Return the example of a body and its media type; ABSENT where the operation takes none."""
        if operation.body is None or not operation.body.schemas:
            return ABSENT, "application/json"
        kind = _kind(operation)
        raw = deref(self._data, self._data["paths"][operation.path])[operation.method.lower()]
        media = deref(self._data, raw["requestBody"])["content"]
        value = copy.deepcopy(
            example(self._data, next(m for k, m in media.items() if k.lower().startswith(kind)), SENT)
        )
        if is_minimal and isinstance(value, dict):
            schema = self.schema(operation)
            required, least = schema.get("required", ()), schema.get("minProperties", 0)
            names = sorted(value, key=lambda name: name not in required)
            kept = names[: max(least, sum(name in required for name in names))]
            value = {name: part for name, part in value.items() if name in kept}
        return value, f"{kind}; boundary={_BOUNDARY}" if kind == _FORM else kind

    def schema(self, operation: Operation) -> Mapping[str, Any]:
        """Return the schema of the body, its own reference followed; empty where there is none."""
        if operation.body is None:
            return {}
        return self._schemas.resolved(operation.body.schemas.get(_kind(operation), {}))

    def members(self, operation: Operation) -> Mapping[str, Mapping[str, Any]]:
        """Return the schemas of the body's members."""
        properties = self.schema(operation).get("properties", {})
        return {name: self._schemas.resolved(part) for name, part in properties.items()}

    def is_valid(self, schema: Mapping[str, Any], value: Any) -> bool:
        """Return whether `value` fits `schema`."""
        check = self._schemas.validator_or_none(schema, "a value")
        return check is None or check.is_valid(value)

    def made_up(self, schema: Mapping[str, Any]) -> Any:
        """Return a value that `schema` allows."""
        return Making(self._data).value(schema, ())

    def _lengthened(self, binding: Binding, call: Call) -> Call:
        """Return `call` with texts that are as long as the document allows, up to a line."""
        members = self.members(call.operation)
        told = {s.name for t in binding.nature.slots.values() for s in sources(t) if s.kind == "request.path"}
        free = told - {parent.param for parent in binding.nature.lifecycle.parents.values()}
        body = dict(call.body) if isinstance(call.body, dict) else call.body
        for name, schema in members.items() if isinstance(body, dict) else ():
            if isinstance(body.get(name), str):
                body[name] = self._long(body[name], schema)
        path = {
            name: self._long(value, parameter.schema)
            for name, value in call.path.items()
            if name in free
            and isinstance(value, str)
            and (parameter := call.operation.parameter("path", name))
        }
        return replace(call, body=body, path={**call.path, **path})

    def _long(self, value: str, schema: Mapping[str, Any]) -> str:
        most = schema.get("maxLength", len(_LONG) + len(value))
        long = f"{value} {_LONG}"[:most].rstrip()
        return long if "format" not in schema and self.is_valid(schema, long) else value

    def number(self) -> int:
        """Return a number that was not given before."""
        return next(self._serial)

    def fresh(self, value: Any, schema: Mapping[str, Any]) -> Any:
        """Return a value like `value` that was not used before; `value` itself where there is none."""
        number = self.number()
        for each in freshened(value, number):
            if self.is_valid(schema, each):
                return each
        return value

    def others(self, schema: Mapping[str, Any], current: Any) -> list[Any]:
        """Return values that `schema` allows, other than `current`."""
        found: list[Any] = []
        if isinstance(schema.get("enum"), list):
            found = schema["enum"][:_MOST_CHOICES]
        elif schema.get("type") == "boolean" or "boolean" in types(schema):
            found = [True, False]
        elif current is not None and current is not ABSENT and not isinstance(current, dict | list):
            found = [self.fresh(current, schema)]
        if not found or found == [current]:
            found = [self.fresh(Making(self._data).value(schema, ()), schema)]
        return [each for each in found if each != current and self.is_valid(schema, each)]

    # Parents

    def place(self, binding: Binding, parent: str) -> Source | None:
        """Return where a request names the parent; None where it does not."""
        found = binding.nature.lifecycle.parents[parent]
        if found.param and binding.operation.parameter("path", found.param):
            return Source("request.path", found.param)
        template = binding.nature.slots.get(found.field)
        if binding.rule.role not in ("create", "replace"):
            template = next((part for path, part in binding.rule.change if path == found.field), None)
        asked = [each for each in sources(template) if each.kind.startswith("request.")] if template else []
        return next((each for each in asked if self._is_asked(binding.operation, each)), None)

    def _is_asked(self, operation: Operation, source: Source) -> bool:
        if source.kind == "request.body":
            return operation.body is not None and source.pointer[0] in self.members(operation)
        return operation.parameter(source.kind.removeprefix("request."), source.name) is not None

    def lacks(self, binding: Binding, parent: str, principal: str) -> bool:
        """Return whether a creation has to name a parent, and nobody knows of one that there is."""
        place = self.place(binding, parent)
        is_named = place and (place.kind == "request.path" or self._is_wanted(binding.operation, place))
        return bool(is_named) and not self._known(binding, parent, principal)

    def candidates(self, binding: Binding, parent: str, principal: str) -> list[Any]:
        """Return ids that a parent may have: those given, those seen, and those of the document."""
        written = self._examples(binding.operation, self.place(binding, parent))
        return list(dict.fromkeys([*self._known(binding, parent, principal), *written]))

    def _known(self, binding: Binding, parent: str, principal: str) -> list[Any]:
        found, place = binding.nature.lifecycle.parents[parent], self.place(binding, parent)
        names = [found.param, *((place.name, *place.pointer[-1:]) if place else ())]
        given = [typed(self._params[name], self._kind(found)) for name in names if name in self._params]
        tracks = (self._ledger.of(principal, resource).items() for resource in found.resources)
        seen = [key for each in tracks for key, track in each if not track.is_gone]
        return [*given, *seen, *self._seeds(found)]

    def _kind(self, parent: Parent) -> str:
        lifecycle = self._specification.lifecycles.get(parent.resources[0])
        return lifecycle.identity.type if lifecycle else "string"

    def _examples(self, operation: Operation, place: Source | None) -> list[Any]:
        if place is None:
            return []
        if place.kind == "request.body":
            body, _ = self.body(operation)
            value = pointer.read(body, place.pointer) if isinstance(body, dict) else ABSENT
            return [value] if isinstance(value, str | int) else []
        parameter = operation.parameter(place.kind.removeprefix("request."), place.name)
        value = self._written(operation, parameter) if parameter else ABSENT
        return [value] if isinstance(value, str | int) else []

    def _seeds(self, parent: Parent) -> Iterator[Any]:
        """Yield the ids of the parents that the document starts every world with."""
        for name in parent.resources:
            lifecycle = self._specification.lifecycles.get(name)
            for seed in lifecycle.seeds if lifecycle else ():
                if isinstance(seed.set, Constant) and lifecycle is not None:
                    key = pointer.read(seed.set.value, lifecycle.identity.field)
                    yield from [key] if isinstance(key, str | int) else []

    def _first_parents(self, binding: Binding, principal: str) -> dict[str, Any]:
        found = {}
        for name in binding.nature.lifecycle.parents:
            place = self.place(binding, name)
            if place is None or not (keys := self.candidates(binding, name, principal)):
                continue
            if place.kind == "request.path" or self._is_wanted(binding.operation, place):
                found[name] = keys[0]
        return found

    def _is_wanted(self, operation: Operation, place: Source) -> bool:
        """Return whether a request names the parent without being told to."""
        if place.kind == "request.query":
            parameter = operation.parameter("query", place.name)
            return parameter is not None and parameter.required
        body, _ = self.body(operation)
        return isinstance(body, dict) and pointer.read(body, place.pointer) is not ABSENT

    # Parameters

    def path_of(self, binding: Binding, parameter: Parameter, track: Track) -> Any:
        """Return what a path parameter is for a resource."""
        lifecycle = track.nature.lifecycle
        if parameter.name == lifecycle.identity.param:
            return track.id
        paths = dict(lifecycle.identity.alternates)
        paths |= {p.param: p.field for p in lifecycle.parents.values() if p.param}
        if parameter.name in paths:
            value = track.look(paths[parameter.name])
            if not has_hole(value) and value is not ABSENT and value is not None:
                return value
        return self._path_value(binding, parameter, self._first_parents(binding, track.principal))

    def _path_value(self, binding: Binding, parameter: Parameter, parents: Mapping[str, Any]) -> Any:
        for name, parent in binding.nature.lifecycle.parents.items():
            if parent.param == parameter.name and name in parents:
                return parents[name]
        return self.value(parameter)

    def value(self, parameter: Parameter) -> Any:
        """Return a value for a parameter: the one given, its example, or one made up."""
        if parameter.name in self._params:
            return typed(self._params[parameter.name], str(parameter.schema.get("type", "string")))
        for operation in self._specification.operations.values():
            if parameter in operation.parameters:
                written = self._written(operation, parameter)
                if written is not ABSENT:
                    return written
        return Making(self._data).value(parameter.schema, ())

    def _written(self, operation: Operation, parameter: Parameter) -> Any:
        """Return the example that the document has for a parameter; ABSENT where it has none."""
        item = deref(self._data, self._data["paths"][operation.path])
        raw = item[operation.method.lower()]
        for node in (
            deref(self._data, each) for each in (*raw.get("parameters", ()), *item.get("parameters", ()))
        ):
            if (node.get("in"), node.get("name")) == (parameter.place, parameter.name):
                if "example" in node:
                    return node["example"]
                for each in (node.get("examples") or {}).values():
                    return deref(self._data, each).get("value", ABSENT)
        return parameter.schema.get("example", ABSENT)

    # What must be unique

    def _unique_sources(self, binding: Binding) -> Iterator[Source]:
        """Yield what a request says of fields that no two resources share."""
        lifecycle = binding.nature.lifecycle
        paths = [path for unique in lifecycle.unique for path in unique.fields]
        paths += [lifecycle.identity.field, *(path for _, path in lifecycle.identity.alternates)]
        parents = {parent.field for parent in lifecycle.parents.values()}
        for path in dict.fromkeys(paths):
            is_id = path == lifecycle.identity.field
            template = (binding.rule.id if is_id else None) or binding.nature.slots.get(path)
            if path not in parents and template is not None:
                yield from (
                    s
                    for s in sources(template)
                    if s.kind in ("request.body", "request.path", "request.query")
                )

    def _freshened(self, call: Call, source: Source) -> Call:
        if source.kind == "request.body":
            if not isinstance(call.body, dict) or not source.pointer:
                return call
            schema = self.members(call.operation).get(source.pointer[0], {})
            value = pointer.read(call.body, source.pointer)
            if value is ABSENT or value is None:
                return call
            return self.put(call, source, self.fresh(value, schema))
        parameter = call.operation.parameter(source.kind.removeprefix("request."), source.name)
        if parameter is None:
            return call
        return self.put(call, source, self.fresh(self.value(parameter), parameter.schema))

    def put(self, call: Call, place: Source | None, value: Any) -> Call:
        """Return `call` with `value` at `place`; ABSENT takes it out."""
        if place is None:
            return call
        if place.kind == "request.path":
            return replace(call, path={**call.path, place.name: value})
        if place.kind == "request.query":
            return replace(call, query={**call.query, place.name: value})
        body = copy.deepcopy(call.body) if isinstance(call.body, dict) else {}
        if value is ABSENT:
            pointer.remove(body, place.pointer)
        else:
            pointer.write(body, place.pointer, value)
        return replace(call, body=body)


def _kind(operation: Operation) -> str:
    """Return the media type that a body is sent as: of those that can be filled in the first."""
    schemas = operation.body.schemas if operation.body else {}
    return next((kind for kind in (*_KINDS, *schemas) if kind in schemas), "")
