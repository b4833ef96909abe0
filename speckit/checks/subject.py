"""What is under examination: one lifecycle, as written and as read, with everything it may name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from speckit.checks.shapes import Shape, shape_of
from speckit.checks.showing import answer_shape
from speckit.expression import Source
from speckit.faults import Fault, Pointer, did_you_mean
from speckit.lifecycle import Lifecycle, Rule, Success
from speckit.operation import Operation

EXTENSION = "x-resource-lifecycles"


@dataclass(frozen=True, slots=True)
class Subject:
    """One lifecycle; `raw` is the same as the document has it.

    Attributes:
        operations: Those of the whole document, by id.
        resources: The names of all resources, also of those that could not be read.
        owners: The resource that each operation belongs to, the first where several claim it.
        data: The whole document.
    """

    lifecycle: Lifecycle
    raw: Mapping[str, Any]
    operations: Mapping[str, Operation]
    resources: tuple[str, ...]
    owners: Mapping[str, str]
    data: Mapping[str, Any]

    def at(self, *path: str | int) -> Pointer:
        """Return `path`, inside the lifecycle, as a path from the root of the document."""
        return (EXTENSION, self.lifecycle.name, *path)

    def fault(self, path: Pointer, message: str, hint: str = "") -> Fault:
        """Return a fault at `path` inside the lifecycle."""
        return Fault(self.at(*path), message, hint)

    def unknown(
        self, path: Pointer, what: str, word: str, known: Iterable[str], otherwise: str = ""
    ) -> Fault:
        """Return the fault that `word` is not `what`; the hint is what is `known`, or else `otherwise`."""
        return self.fault(path, f"'{word}' is not {what}.", did_you_mean(word, known) or otherwise)

    def rules(self, *roles: str) -> Iterator[tuple[Operation, Rule, Mapping[str, Any]]]:
        """Yield each operation that exists with its rule, read and raw; only those of `roles` if given."""
        for name, rule in self.lifecycle.rules.items():
            if name in self.operations and (not roles or rule.role in roles):
                yield self.operations[name], rule, self.raw["operations"][name]

    def own(self, *roles: str) -> tuple[Operation, ...]:
        """Return the resource's operations that exist; only those of `roles` where given."""
        return tuple(operation for operation, _, _ in self.rules(*roles))

    def answer_shape(self, operation: Operation, success: Success) -> Shape:
        """Return what `operation` documents as the JSON body of `success`."""
        return answer_shape(self.data, operation, success.status or operation.success, success.content_type)

    def may_miss(self, source: Source, operations: Iterable[Operation]) -> bool:
        """Return whether it is certain that a request sometimes has nothing where `source` looks.

        Args:
            operations: Those of which any may be asked for; none where there is no request.
        """
        asked = tuple(operations)
        is_of_request = source.kind.startswith("request.")
        return is_of_request and (not asked or any(self._may_lack(each, source) for each in asked))

    def _may_lack(self, operation: Operation, source: Source) -> bool:
        if source.kind == "request.body":
            shapes = self.body_shapes(operation)
            is_plain = all(shape.properties for shape in shapes)
            return is_plain and not any(source.pointer[:1] == (n,) for each in shapes for n in each.required)
        found = operation.parameter(source.kind.removeprefix("request."), source.name)
        return source.kind == "request.query" and found is not None and not found.required

    def body_shapes(self, operation: Operation) -> list[Shape]:
        """Return what `operation` documents as the body of a request, for each media type."""
        schemas = operation.body.schemas.values() if operation.body else ()
        return [shape_of(self.data, schema) for schema in schemas]

    @property
    def keys(self) -> tuple[str, ...]:
        """The fields a new resource has."""
        return tuple(key for key, _ in self.lifecycle.initially)

    @property
    def fields(self) -> frozenset[str]:
        """The fields a pointer may lead into: those of a new resource, and its references where not shown."""
        references = (self.lifecycle.identity.field, *(p.field for p in self.lifecycle.parents.values()))
        hidden = {path[0] for path in self.lifecycle.hidden}
        return frozenset(self.keys) | {path[0] for path in references if path[0] in hidden | self._created}

    @property
    def _created(self) -> set[str]:
        return {key for _, _, raw in self.rules("create", "replace") for key in raw.get("set", {})}


def named(raw: str | list[str], path: Pointer) -> Iterator[tuple[Pointer, str]]:
    """Yield each name of a name or a list of names, with where it stands."""
    if isinstance(raw, str):
        yield path, raw
    else:
        yield from (((*path, index), name) for index, name in enumerate(raw))


def notices(raw: Mapping[str, Any], path: Pointer) -> Iterator[tuple[Pointer, Any]]:
    """Yield each notice that the state or transition `raw` at `path` sends, with where it stands."""
    sends = raw.get("sends", [])
    if isinstance(sends, Mapping):
        yield (*path, "sends"), sends
    else:
        yield from (((*path, "sends", index), one) for index, one in enumerate(sends))


def members(raw: Mapping[str, Any], *keys: str) -> Iterator[tuple[Pointer, str, Any]]:
    """Yield path, name and value of each member of the mapping below `keys`, if it is there."""
    for key in keys:
        raw = raw.get(key, {})
    yield from (((*keys, name), name, value) for name, value in raw.items())


def items(raw: Mapping[str, Any], key: str) -> Iterator[tuple[Pointer, Any]]:
    """Yield path and value of each item of the list under `key`, if it is there."""
    yield from (((key, index), value) for index, value in enumerate(raw.get(key, ())))


def parameters(operations: Iterable[Operation], place: str) -> list[str]:
    """Return the names of the parameters in `place` that any of `operations` declares."""
    return list(dict.fromkeys(p.name for each in operations for p in each.parameters if p.place == place))
