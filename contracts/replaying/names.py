"""Where a request names a resource, and by what: so that it can name another one instead."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from contracts.bench import Binding
from contracts.exchange import Call, text
from contracts.inputs import Inputs
from contracts.recorded import Verbatim
from speckit import pointer
from speckit.expression import Source, sources
from speckit.lifecycle import Path
from speckit.pointer import ABSENT

_CONDITIONS = ("if-match", "if-none-match")


@dataclass(frozen=True, slots=True)
class Name:
    """A place in a request that holds the value of a field, of one of several resources."""

    place: Source
    resources: tuple[str, ...]
    field: Path
    is_unique: bool = False


@dataclass(slots=True)
class Renames:
    """What stands for what when requests are made again.

    Attributes:
        values: By resource, field and old text, the new value.
        headers: By old text, the new one: ETags and idempotency keys.
    """

    inputs: Inputs
    natures: Mapping[str, Any]
    values: dict[tuple[str, Path, str], Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def made(self, resource: str, old: Any, new: Any) -> None:
        """Keep that the resource `new` stands for `old`."""
        identity = self.natures[resource].lifecycle.identity
        self.values[resource, identity.field, text(old)] = new

    def moved(self, binding: Binding, parent: str, call: Call, key: Any) -> bool:
        """Have `key` stand for the parent that `call` names; say whether it names one."""
        place = self.inputs.place(binding, parent)
        old = _read(call, place) if place is not None else ABSENT
        for resource in binding.nature.lifecycle.parents[parent].resources:
            if old is not ABSENT and resource in self.natures:
                self.made(resource, old, key)
        return old is not ABSENT

    def knows(self, binding: Binding, call: Call) -> bool:
        """Return whether the resource that `call` names was made anew."""
        return any(
            self._new(name, _read(call, name.place)) is not ABSENT
            for name in self._names(binding)
            if name.resources == (binding.nature.name,) and name.place.kind == "request.path"
        )

    def call(self, binding: Binding, call: Call) -> Call:
        """Return `call` as it is made again."""
        found = call
        for name in self._names(binding):
            old = _read(call, name.place)
            if old is ABSENT:
                continue
            new = self._several(name, old)
            if new is ABSENT and name.is_unique and binding.rule.role == "create":
                new = self._fresh(binding, name, old)
            if new is not ABSENT and text(new) != text(old):
                found = _written(found, name.place, old, new)
        return replace(found, headers=self._headers(binding, found.headers))

    def _several(self, name: Name, old: Any) -> Any:
        """Return what stands for a value, or for each of those between its commas."""
        new = self._new(name, old)
        if new is ABSENT and isinstance(old, str) and "," in old and name.place.kind == "request.query":
            parts = [(part, self._new(name, part)) for part in old.split(",")]
            if any(part is not ABSENT for _, part in parts):
                return ",".join(kept if part is ABSENT else text(part) for kept, part in parts)
        return new

    def _new(self, name: Name, old: Any) -> Any:
        for resource in name.resources if isinstance(old, str | int | float) else ():
            if (key := (resource, name.field, text(old))) in self.values:
                return self.values[key]
        return ABSENT

    def _fresh(self, binding: Binding, name: Name, old: Any) -> Any:
        """Return a value that no resource has yet, and keep it for what is unique."""
        if not isinstance(old, str | int) or isinstance(old, bool):
            return ABSENT
        place = name.place
        if place.kind == "request.body":
            schema = self.inputs.members(binding.operation).get(place.pointer[0], {})
        else:
            parameter = binding.operation.parameter(place.kind.removeprefix("request."), place.name)
            schema = parameter.schema if parameter else {}
        new = self.inputs.fresh(old, schema)
        self.values[binding.nature.name, name.field, text(old)] = new
        return new

    def _headers(self, binding: Binding, headers: Mapping[str, str]) -> dict[str, str]:
        key = binding.rule.idempotency_header.lower()
        return {
            name: self._header(value, is_key=name.lower() == key)
            if name.lower() in (key, *_CONDITIONS)
            else value
            for name, value in headers.items()
        }

    def _header(self, value: str, *, is_key: bool) -> str:
        if is_key and value not in self.headers:
            self.headers[value] = f"{value}-{self.inputs.number()}"
        return self.headers.get(value, value)

    # Where

    def _names(self, binding: Binding) -> Iterator[Name]:
        """Yield every place in a request to the operation that names a resource."""
        lifecycle = binding.nature.lifecycle
        own = (binding.nature.name,)
        keys = [(lifecycle.identity.param, lifecycle.identity.field), *lifecycle.identity.alternates]
        for param, path in keys:
            if binding.operation.parameter("path", param):
                yield Name(Source("request.path", param), own, path)
        yield from self._parents(binding)
        parents = {parent.field for parent in lifecycle.parents.values()}
        for path in self._unique(binding) - parents:
            yield from (Name(place, own, path, is_unique=True) for place in self._sources(binding, path))
        for each in binding.rule.filters:
            if each.field not in parents:
                yield Name(Source("request.query", each.param), own, each.field)

    def _parents(self, binding: Binding) -> Iterator[Name]:
        for name, parent in binding.nature.lifecycle.parents.items():
            known = next((self.natures[r] for r in parent.resources if r in self.natures), None)
            if known is None:
                continue
            path = known.lifecycle.identity.field
            if (place := self.inputs.place(binding, name)) is not None:
                yield Name(place, parent.resources, path)
            for each in binding.rule.filters:
                if each.field == parent.field:
                    yield Name(Source("request.query", each.param), parent.resources, path)

    def _unique(self, binding: Binding) -> set[Path]:
        lifecycle = binding.nature.lifecycle
        return {path for unique in lifecycle.unique for path in unique.fields} | {
            path for _, path in lifecycle.identity.alternates
        }

    def _sources(self, binding: Binding, path: Path) -> Iterator[Source]:
        """Yield what of a request ends up in a field."""
        slots = binding.nature.slots
        templates = [slots[path]] if binding.rule.role == "create" and path in slots else []
        templates += [template for changed, template in binding.rule.change if changed == path]
        for source in (each for template in templates for each in sources(template)):
            if source.kind in ("request.body", "request.path", "request.query"):
                yield source


def _read(call: Call, place: Source) -> Any:
    if place.kind == "request.body":
        return pointer.read(call.body, place.pointer) if isinstance(call.body, dict) else ABSENT
    return (call.path if place.kind == "request.path" else call.query).get(place.name, ABSENT)


def _written(call: Call, place: Source, old: Any, new: Any) -> Call:
    """Return `call` with `new` at `place`."""
    if place.kind == "request.body":
        body = copy.deepcopy(call.body)
        pointer.write(body, place.pointer, new)
        return replace(call, body=body)
    if isinstance(call, Verbatim) and call.sent_target:
        target = call.sent_target.replace(quote(text(old), safe=""), quote(text(new), safe=""))
        call = replace(call, sent_target=target)
    if place.kind == "request.path":
        return replace(call, path={**call.path, place.name: new})
    return replace(call, query={**call.query, place.name: new})
