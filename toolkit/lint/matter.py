"""The matter of a run: a document with all that its readers made of it, the faults they told included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from speckit.checks.subject import Subject
from speckit.conventions import Conventions, governing
from speckit.document import Document
from speckit.faults import Fault, Pointer
from speckit.lifecycle import Lifecycle, Rule, Success
from speckit.operation import Operation, methods
from speckit.references import deref
from speckit.schema import Schemas
from toolkit.lint.errors import Said, said
from toolkit.survey.acting import Act
from toolkit.survey.resources import Resource, survey


@dataclass(frozen=True, slots=True)
class Life:
    """One lifecycle that has no faults, and the conventions around it."""

    subject: Subject
    conventions: tuple[Conventions, ...]
    places: Mapping[str, Pointer]

    @property
    def lifecycle(self) -> Lifecycle:
        """The lifecycle as read."""
        return self.subject.lifecycle

    @property
    def name(self) -> str:
        """The name of the resource."""
        return self.subject.lifecycle.name

    def rules(self, *roles: str) -> Iterator[tuple[Operation, Rule, Mapping[str, Any]]]:
        """Yield each of its operations with its rule, read and raw; only those of `roles` if given."""
        return self.subject.rules(*roles)

    def fault(self, path: Pointer, message: str, hint: str = "") -> Fault:
        """Return a fault at `path` inside the lifecycle."""
        return self.subject.fault(path, message, hint)

    def at(self, operation: Operation, *path: str | int) -> Pointer:
        """Return `path`, inside an operation, as a path from the root of the document."""
        return (*self.places[operation.id], *path)

    def status(self, operation: Operation, rule: Rule, kind: str) -> int:
        """Return the status with which `operation` answers a kind of error."""
        return self.said(operation, rule, kind).status

    def said(self, operation: Operation, rule: Rule, kind: str) -> Said:
        """Return what `operation` answers to a kind of error."""
        own = (self.subject.at("operations", operation.id, "answers"), rule.answers)
        shared = (self.subject.at("answers"), self.lifecycle.answers)
        return said([own, shared], governing(self.conventions, operation.path), kind)


@dataclass(frozen=True)
class Matter:
    """What rules look at.

    Attributes:
        document: As it was read.
        operations: Its operations, by id.
        lives: Its lifecycles without faults.
        told: The faults that readers tell, by the names of rules.
        owned: The operations that a lifecycle names, also a faulty one.
        conventions: Those of its APIs that could be read.
    """

    document: Document
    operations: Mapping[str, Operation]
    lives: tuple[Life, ...]
    told: Mapping[str, Sequence[Fault]]
    owned: frozenset[str]
    conventions: tuple[Conventions, ...] = ()

    @property
    def data(self) -> dict[str, Any]:
        """The document."""
        return self.document.data

    @cached_property
    def schemas(self) -> Schemas:
        """Compiles its schemas."""
        return Schemas(self.data)

    @cached_property
    def places(self) -> dict[str, Pointer]:
        """Where each operation stands."""
        return places(self.data, self.operations)

    @cached_property
    def surveyed(self) -> tuple[Resource, ...]:
        """The resources that paths and schemas show, whether they have a lifecycle or not."""
        return survey(self.data, self.operations)

    def strays(self, *roles: str) -> Iterator[tuple[Resource, Act]]:
        """Yield what operations that belong to no lifecycle seem to do, each once; only `roles` if given."""
        seen: set[str] = set()
        for resource in self.surveyed:
            for act in resource.acting(*roles) if roles else resource.acts:
                if act.operation.id not in self.owned and act.operation.id not in seen:
                    seen.add(act.operation.id)
                    yield resource, act


def places(data: Mapping[str, Any], operations: Mapping[str, Operation]) -> dict[str, Pointer]:
    """Return where each of `operations` stands in the document `data`."""
    found: dict[tuple[str, str], Pointer] = {}
    for path in dict.fromkeys(each.path for each in operations.values()):
        for method, below, _ in methods(deref(data, data["paths"][path])):
            found[path, method] = ("paths", path, *below)
    return {name: found[each.path, each.method] for name, each in operations.items()}


def first_success(operation: Operation, success: Success) -> int | None:
    """Return the status of a success: the one it says, or the first that is documented."""
    codes = sorted(code for code in operation.responses if code.isdigit() and code.startswith("2"))
    return success.status or (int(codes[0]) if codes else None)


def mentions(value: Any, *words: str) -> bool:
    """Return whether any of `words` is part of a text inside `value`.

    >>> mentions({"id": "job-{$id}"}, "$id")
    True
    """
    if isinstance(value, str):
        return any(word in value for word in words)
    if isinstance(value, Mapping):
        return any(mentions(key, *words) or mentions(each, *words) for key, each in value.items())
    return isinstance(value, list) and any(mentions(each, *words) for each in value)
