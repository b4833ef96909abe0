"""Rules about lists: that they end somewhere, and that clients can know where."""

from __future__ import annotations

from collections.abc import Iterator

from speckit.faults import Fault
from speckit.lifecycle import Paging
from speckit.operation import Operation
from speckit.references import deref
from toolkit.lint.finding import INFO, WARNING
from toolkit.lint.matter import Life, Matter
from toolkit.lint.rule import life_rule, rule
from toolkit.survey.lists import paged, size_alone

_AIP_158 = "AIP-158 (pagination)"


@rule(
    "list-without-paging",
    INFO,
    why="It grows with every resource that is made; to cut it into pages later breaks clients.",
    source=_AIP_158,
)
def no_paging(matter: Matter) -> Iterator[Fault]:
    """A list gives everything at once."""
    for life in matter.lives:
        for operation, found, _ in life.rules("list"):
            if found.paging is None:
                yield _endless(life.at(operation), operation, life.name)
    for resource, act in matter.strays("list"):
        if paged(matter.data, act.operation) is None and size_alone(matter.data, act.operation) is None:
            yield _endless(matter.places[act.operation.id], act.operation, resource.name)


def _endless(where: tuple[str | int, ...], operation: Operation, name: str) -> Fault:
    message = f"{operation.id} gives every {name} there is, however many."
    return Fault(where, message, "Add a parameter for the length of a page and one for its place.")


@rule(
    "list-without-bounds",
    WARNING,
    why="One request for a million of them is a request like any other, and takes the server with it.",
    source=f"{_AIP_158}; OWASP API4:2023",
)
def no_bounds(matter: Matter) -> Iterator[Fault]:
    """The length of a page has no upper bound."""
    for life in matter.lives:
        for operation, found, _ in life.rules("list", "parts"):
            size = found.paging.size if found.paging else ""
            if size and found.paging and found.paging.max is None:
                yield from _unbounded(matter, operation, size)
    for _, act in matter.strays("list"):
        pages = paged(matter.data, act.operation) or size_alone(matter.data, act.operation)
        if pages is not None and pages.size:
            yield from _unbounded(matter, act.operation, pages.size)


def _unbounded(matter: Matter, operation: Operation, size: str) -> Iterator[Fault]:
    parameter = operation.parameter("query", size)
    if (
        parameter is not None
        and not {"maximum", "exclusiveMaximum", "enum", "const"} & parameter.schema.keys()
    ):
        message = f"{operation.id} takes any '{size}'."
        hint = "Give its schema a 'maximum', and 'max' to the paging where there is a lifecycle."
        yield Fault(_parameter(matter, operation, size), message, hint)


def _parameter(matter: Matter, operation: Operation, name: str) -> tuple[str | int, ...]:
    """Return where the query parameter `name` of an operation stands, else where the operation does."""
    where = matter.places[operation.id]
    raw = deref(matter.data, matter.data["paths"][operation.path])
    for segment in where[2:]:
        raw = raw[segment]
    for index, each in enumerate(raw.get("parameters", ())):
        found = deref(matter.data, each)
        if (found["in"], found["name"]) == ("query", name):
            return (*where, "parameters", index)
    return where


@life_rule(
    "paging-undocumented",
    INFO,
    why="The server knows how long a page is, and clients have to find out.",
    source=_AIP_158,
)
def undocumented_paging(life: Life) -> Iterator[Fault]:
    """Default or bounds of a page are in the lifecycle, and not in the schema of the parameter."""
    for operation, found, _ in life.rules("list", "parts"):
        missing = _missing(operation, found.paging) if found.paging else []
        if missing:
            message = f"The lifecycle says {' and '.join(missing)} of the pages of {operation.id}."
            hint = f"Its parameter '{found.paging.size if found.paging else ''}' should say so, too."
            yield Fault(life.subject.at("operations", operation.id, "paging"), message, hint)


def _missing(operation: Operation, paging: Paging) -> list[str]:
    parameter = operation.parameter("query", paging.size) if paging.size else None
    if parameter is None:
        return []
    told = {"default": paging.default, "maximum": paging.max}
    return [
        f"{key} {value}" for key, value in told.items() if value is not None and key not in parameter.schema
    ]
