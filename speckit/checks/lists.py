"""Lists: their parameters are declared, and say the same as the parameters' own schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from speckit.checks.subject import Subject, members, parameters
from speckit.faults import Fault, Pointer
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
    yield from ((path, name) for path, name, _ in members(raw, "filters"))


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
        here = value.get("default") if isinstance(value, dict) else None
        there = _schema(operation, name).get("default")
        if here != there:
            message = f"The default of '{name}' is {_shown(here)} here, and {_shown(there)} in its schema."
            at = (*path, *where) if here is None else (*path, *where, "default")
            yield subject.fault(at, message, "Let both say the same.")


def _orders(subject: Subject, operation: Operation, path: Pointer, sort: Raw) -> Iterator[Fault]:
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
            yield subject.fault(
                (*path, "fields"), message, f"Add '{word}: /field', or take it out of the enum."
            )


def _shown(value: Any) -> str:
    return "not given" if value is None else repr(value)
