"""Lists: their parameters are declared, and say the same as the parameters' own schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from speckit import pointer
from speckit.checks.shapes import Shape, shape_of
from speckit.checks.showing import alone, body_of, is_reshaped
from speckit.checks.subject import Subject, members, parameters
from speckit.faults import Fault, Pointer
from speckit.lifecycle import Path
from speckit.operation import Operation

Raw = Mapping[str, Any]

_SAID = {"default": "default", "min": "minimum", "max": "maximum"}
"""What `paging` says of the size of a page, and the keyword that says it in a schema."""


def list_faults(subject: Subject) -> Iterator[Fault]:
    """Yield what is wrong with pages, filters and orders."""
    for operation, _, raw in subject.rules():
        path = ("operations", operation.id)
        yield from _undeclared(subject, operation, path, raw)
        yield from _pages(subject, operation, (*path, "paging"), raw.get("paging", {}))
        yield from _filters(subject, operation, path, raw)
        yield from _orders(subject, operation, (*path, "sort"), raw.get("sort", {}))


def _undeclared(subject: Subject, operation: Operation, path: Pointer, raw: Raw) -> Iterator[Fault]:
    known = parameters([operation], "query")
    for where, name in _named(raw):
        if name not in known:
            what = f"a query parameter of {operation.id}"
            yield subject.unknown((*path, *where), what, name, known, "It declares none.")
    for where, name, _ in members(raw, "filters"):
        if name not in known:
            yield from _unnamed(subject, operation, (*path, *where), name)


def _unnamed(subject: Subject, operation: Operation, path: Pointer, name: str) -> Iterator[Fault]:
    """Yield that a filter names neither a query parameter nor a member of one that is an object."""
    holder, inside = operation.asked(name) or (None, ())
    if holder is None:
        known = parameters([operation], "query")
        yield subject.unknown(path, f"a query parameter of {operation.id}", name, known, "It declares none.")
        return
    *above, last = inside
    shape = shape_of(subject.data, holder.schema).member(*above)
    of = holder.name + "".join(f"[{each}]" for each in above)
    if shape.parts and not shape.is_object:
        hint = f"Write '{of}', or let its schema be an object."
        yield subject.fault(path, f"'{of}' is no object, and has no member '{last}'.", hint)
    elif shape.properties and last not in shape.properties and not shape.is_open:
        known = [f"{of}[{each}]" for each in shape.properties]
        yield subject.unknown(path, f"a member of the query parameter '{holder.name}'", name, known)


def _named(raw: Raw) -> Iterator[tuple[Pointer, str]]:
    paging, sort = raw.get("paging", {}), raw.get("sort", {})
    pages = (paging.get("style"), "size", "start", "end")
    yield from ((("paging", key), paging[key]) for key in pages if key in paging)
    if "param" in sort:
        yield ("sort", "param"), sort["param"]
    if isinstance(direction := sort.get("direction"), str):
        yield ("sort", "direction"), direction
    elif direction:
        yield ("sort", "direction", "param"), direction["param"]


def _schema(operation: Operation, name: str) -> Mapping[str, Any]:
    parameter = operation.parameter("query", name)
    return parameter.schema if parameter else {}


def _pages(subject: Subject, operation: Operation, path: Pointer, paging: Raw) -> Iterator[Fault]:
    name = paging.get("size", "")
    schema = _schema(operation, name)
    said = paging if "fixed" not in paging else {**paging, "default": paging["fixed"], "max": paging["fixed"]}
    for key, keyword in _SAID.items():
        here, there = said.get(key), schema.get(keyword)
        if here is not None and there is not None and here != there:
            message = f"The {key} of '{name}' is {here} here, and its schema says {keyword}: {there}."
            yield subject.fault((*path, key if key in paging else "fixed"), message, "Let both say the same.")
    if said and "default" in schema and "default" not in said:
        message = (
            f"Without '{name}' there is one page here, and its schema says default: {schema['default']}."
        )
        yield subject.fault((*path, "size"), message, f"Add 'default: {schema['default']}'.")


def _filters(subject: Subject, operation: Operation, path: Pointer, raw: Raw) -> Iterator[Fault]:
    for where, name, value in members(raw, "filters"):
        yield from _whole(subject, operation, (*path, *where), name, value)
        here = value.get("default") if isinstance(value, dict) else None
        there = _default(operation, name)
        if here != there:
            message = f"The default of '{name}' is {_shown(here)} here, and {_shown(there)} in its schema."
            at = (*path, *where) if here is None else (*path, *where, "default")
            yield subject.fault(at, message, "Let both say the same.")


def _default(operation: Operation, name: str) -> Any:
    """Return what counts by the schemas where the client says nothing of what a filter names."""
    holder, path = operation.asked(name) or (None, ())
    said = pointer.read(holder.schema.get("default"), path) if holder else None
    if path and said is pointer.ABSENT:
        return holder.member(path).get("default") if holder else None
    return said


def _whole(subject: Subject, operation: Operation, path: Pointer, name: str, raw: Any) -> Iterator[Fault]:
    """Yield that a filter asks with an object for a field that is documented as something else."""
    asked = operation.query(name)
    shape = shape_of(subject.data, asked.schema) if asked else None
    rule = subject.lifecycle.rules[operation.id]
    if shape is None or not shape.is_object or rule.of:
        return
    field = raw if isinstance(raw, str) else raw["field"]
    if any(each.is_scalar for each in _fields(subject, operation, pointer.parse(field))):
        message = f"'{name}' is an object, and '{field}' is none, so nothing is ever kept."
        member = (shape.properties or ["member"])[0]
        yield subject.fault(path, message, f"Name the member that asks for it, as in '{name}[{member}]'.")


def _fields(subject: Subject, operation: Operation, field: Path) -> Iterator[Shape]:
    """Yield the shape of a field in each place of an answer that holds the whole resource."""
    rule = subject.lifecycle.rules[operation.id]
    for success in rule.success:
        if not is_reshaped(subject.lifecycle, rule, success):
            found = alone(body_of(rule, success), subject.answer_shape(operation, success))
            yield from (shape.member(*field) for shape in found)


def _orders(subject: Subject, operation: Operation, path: Pointer, sort: Raw) -> Iterator[Fault]:
    yield from _alike(subject, (*path, "fields"), sort)
    allowed = _schema(operation, sort.get("param", "")).get("enum")
    if allowed is None:
        return
    words, fields = [str(word) for word in allowed if word is not None], sort.get("fields", {})
    for word in fields:
        if word not in words:
            what = f"a value that '{sort['param']}' allows"
            yield subject.unknown((*path, "fields", word), what, word, words)
    for word in words:
        if word not in fields:
            message = f"'{sort['param']}' allows '{word}', and no field belongs to it."
            wanted = "-/field" if word.startswith("-") else "/field"
            yield subject.fault(
                (*path, "fields"), message, f"Add '{word}: {wanted}', or take it out of the enum."
            )


def _alike(subject: Subject, path: Pointer, sort: Raw) -> Iterator[Fault]:
    """Yield each word with a minus that orders as the same word without it does."""
    fields, direction = sort.get("fields", {}), sort.get("direction", "")
    turning = direction["descending"] if isinstance(direction, dict) else ""
    for word, order in fields.items():
        if word.startswith("-") and word != turning and fields.get(word[1:]) == order:
            message = f"'{word}' orders as '{word[1:]}' does, by {order}."
            other = order[1:] if order.startswith("-") else f"-{order}"
            yield subject.fault((*path, word), message, f"Write '{word}: {other}'.")


def _shown(value: Any) -> str:
    return "not given" if value is None else repr(value)
