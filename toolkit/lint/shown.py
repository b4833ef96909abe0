"""Rules about what is shown: schemas have to agree with the states and times that answers hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from speckit import pointer
from speckit.checks.shapes import Shape, shape_of
from speckit.checks.showing import alone, body_of, is_reshaped
from speckit.faults import Fault
from speckit.lifecycle import Filter, Path, Rule
from speckit.operation import Operation
from toolkit.lint.finding import INFO, WARNING
from toolkit.lint.matter import Life, mentions
from toolkit.lint.rule import life_rule

_TEXT = {"date-time": True, "date-time-s": True, "date-time-local": True, "epoch-s": False, "epoch-ms": False}
"""By the format of times, whether they are written as text."""

_RFC_3339 = ("date-time", "date-time-s")
_AIP_216 = "AIP-216 (states)"


@life_rule(
    "enum-without-state",
    WARNING,
    why="Either the lifecycle lacks a state that clients may meet, or the enum names one that nobody does.",
    source=_AIP_216,
)
def beyond(life: Life) -> Iterator[Fault]:
    """The enum of the state, in an answer, has a value that no state shows."""
    told: set[str] = set()
    field = life.lifecycle.state_field
    for operation, shape in _showings(life) if field else ():
        extra = [each for each in _enum(shape.member(*(field or ()))) if not _is_shown(life, each)]
        for value in [each for each in extra if each not in told]:
            told.add(value)
            message = f"{operation.id} documents '{value}' for '{_written(field)}', and no state shows it."
            hint = "Add the state, or take the value out of the enum."
            yield life.fault(("state", "states"), message, hint)


@life_rule(
    "filter-and-states-differ",
    WARNING,
    why="Resources in some states cannot be asked for, or a question always comes back empty.",
    source=_AIP_216,
)
def filters(life: Life) -> Iterator[Fault]:
    """The enum of a filter by state has other values than the states."""
    for operation, rule, _ in life.rules("list"):
        for each in [f for f in rule.filters if f.field == life.lifecycle.state_field]:
            yield from _compared(life, operation, rule, each)


def _compared(life: Life, operation: Operation, rule: Rule, each: Filter) -> Iterator[Fault]:
    parameter = operation.query(each.param)
    shape = shape_of(life.subject.data, parameter.schema) if parameter else Shape({})
    asked = _enum(shape) or _enum(shape.items)
    states = rule.states or tuple(life.lifecycle.states)
    shown = {_plain(life.lifecycle.states[name].value, each.match) for name in states}
    known = {_plain(value, each.match) for value in asked}
    where = life.subject.at("operations", operation.id, "filters", each.param)
    if asked and (missing := sorted(shown - known)):
        message = f"'{each.param}' of {operation.id} cannot ask for {_listed(missing)}."
        yield Fault(where, message, "Add it to the enum of the parameter.")
    if extra := sorted(known - shown):
        message = f"'{each.param}' of {operation.id} can ask for {_listed(extra)}, which no state shows."
        yield Fault(where, message, "Take it out of the enum of the parameter, or add the state.")


def _plain(value: Any, match: str) -> str:
    return str(value).lower() if match.endswith("-any-case") else str(value)


@life_rule(
    "timestamp-format",
    WARNING,
    why="Clients parse what the schema says, and get what the lifecycle says.",
    source="RFC 3339; OpenAPI format registry",
)
def times(life: Life) -> Iterator[Fault]:
    """A field with a time has a schema for times of another format."""
    stamps = life.lifecycle.timestamps
    fields = dict.fromkeys(p for p in (stamps.created, stamps.updated, *stamps.entered.values()) if p)
    for field in fields:
        for operation, shape in _showings(life):
            if said := _unlike(shape.member(*field), stamps.format):
                name = pointer.render(field)
                message = f"'{name}' is written as {stamps.format}, and {operation.id} documents {said}."
                yield life.fault(
                    ("timestamps",), message, "Change 'timestamps/format', or the schema of the field."
                )
                break


def _unlike(shape: Shape, written: str) -> str:
    """Return what a schema says of a time that is not written so; empty where it fits."""
    types = {each for part in shape.parts for each in _types(part.get("type"))}
    formats = {part["format"] for part in shape.parts if isinstance(part.get("format"), str)}
    is_text = _TEXT[written]
    if types and not types & ({"string"} if is_text else {"integer", "number"}):
        return f"the type {' or '.join(sorted(types))}"
    if "date-time" in formats and written not in _RFC_3339:
        return "the format date-time"
    return ""


def _types(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [each for each in listed if isinstance(each, str) and each != "null"]


@life_rule(
    "state-in-request",
    INFO,
    why="Clients send a state, and nothing comes of it: states change by transitions.",
    source=_AIP_216,
)
def settable(life: Life) -> Iterator[Fault]:
    """A request body has the state as a field to write, and the lifecycle makes nothing of it."""
    field = life.lifecycle.state_field
    for operation, _, _ in life.rules("create", "update") if field else ():
        name = (field or ("",))[0]
        shapes = [shape.member(name) for shape in life.subject.body_shapes(operation)]
        is_meant = [s for s in shapes if s.parts and not any(p.get("readOnly") is True for p in s.parts)]
        if is_meant and not mentions(_uses(life), f"$request.body#/{name}"):
            message = f"{operation.id} takes '{name}' in its body, and nothing comes of it."
            hint = "Mark it 'readOnly' in the schema, or let a guard look at it."
            yield Fault(life.at(operation, "requestBody"), message, hint)


def _uses(life: Life) -> dict[str, Any]:
    """Return the parts of a lifecycle that may make something of a request."""
    return {key: each for key, each in life.subject.raw.items() if key not in ("seed", "description")}


def _is_shown(life: Life, value: Any) -> bool:
    return value is None or any(value == each.value for each in life.lifecycle.states.values())


def _enum(shape: Shape) -> list[Any]:
    """Return the values that every enum of a shape allows."""
    enums = [part["enum"] for part in shape.parts if isinstance(part.get("enum"), list)]
    return [each for each in enums[0] if all(each in other for other in enums)] if enums else []


def _showings(life: Life) -> Iterator[tuple[Operation, Shape]]:
    """Yield each place of an answer that holds the whole resource, and the operation that gives it."""
    for operation, rule, _ in life.rules("get", "list", "create", "replace", "update", "trigger"):
        for success in rule.success:
            if not is_reshaped(life.lifecycle, rule, success):
                shape = life.subject.answer_shape(operation, success)
                yield from ((operation, each) for each in alone(body_of(rule, success), shape))


def _written(field: Path | None) -> str:
    return pointer.render(field or ())


def _listed(values: list[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)
