"""How two operations differ in their parameters."""

from __future__ import annotations

from collections.abc import Iterator

from toolkit.diff.endpoints import Endpoint
from toolkit.diff.media import compare_schemas, content
from toolkit.diff.node import Node
from toolkit.diff.schema_rules import REQUEST
from toolkit.diff.schemas import Schemas
from toolkit.diff.sheet import Sheet

_IGNORED = ("accept", "content-type", "authorization")
"""Header parameters that OpenAPI gives no meaning (section 4.8.12.1)."""

_STYLES = {"query": "form", "cookie": "form"}

Found = dict[tuple[str, str], Node]


def compare_parameters(old: Endpoint, new: Endpoint, sheet: Sheet, schemas: Schemas) -> None:
    """Write down how the parameters of an operation differ; those in paths go by their position."""
    ones, others = dict(_parameters(old)), dict(_parameters(new))
    for key, one in ones.items():
        if key in others:
            _kept(one, others[key], new.name, sheet, schemas)
        else:
            what = f"The {_called(one)} is gone."
            sheet.add("parameter-removed", what, new.name, one.pointer, (*new.pointer, "parameters"))
    for key in (each for each in others if each not in ones):
        rule = "required-parameter-added" if _is_required(others[key]) else "parameter-added"
        what = f"The {_called(others[key])} is new."
        sheet.add(rule, what, new.name, (*old.pointer, "parameters"), others[key].pointer)


def _parameters(endpoint: Endpoint) -> Iterator[tuple[tuple[str, str], Node]]:
    variables = endpoint.variables
    for holder in (endpoint.item, endpoint.operation):
        for _, node in holder.children("parameters"):
            found = node.followed()
            place, name = str(found.get("in")), str(found.get("name"))
            if place == "path":
                name = str(variables.index(name)) if name in variables else name
            name = name.lower() if place == "header" else name
            if place != "header" or name not in _IGNORED:
                yield (place, name), found


def _is_required(node: Node) -> bool:
    return node.get("required") is True or node.get("in") == "path"


def _called(node: Node) -> str:
    return f"{node.get('in')} parameter '{node.get('name')}'"


def _kept(old: Node, new: Node, name: str, sheet: Sheet, schemas: Schemas) -> None:
    for rule, what in _changes(old, new):
        sheet.add(rule, f"The {_called(new)} {what}", name, old.pointer, new.pointer)
    subject = f"{name}, {_called(new)}"
    one, other = (next((node for _, node in content(each)), each) for each in (old, new))
    compare_schemas(one, other, schemas, REQUEST, subject)


def _changes(old: Node, new: Node) -> Iterator[tuple[str, str]]:
    if _is_required(old) != _is_required(new):
        word = "required" if _is_required(new) else "optional"
        yield f"parameter-became-{word}", f"is {word}."
    one, other = (next((kind for kind, _ in content(each)), "") for each in (old, new))
    if one != other:
        yield (
            "parameter-media-type-changed",
            f"is written as {other or 'plain text'}, not {one or 'plain text'}.",
        )
    elif _style(old) != _style(new):
        yield "parameter-style-changed", f"is written as {_said(new)}, not {_said(old)}."
    was, now = (each.get("allowEmptyValue") is True for each in (old, new))
    if was != now:
        word, what = ("refused", "must have a value.") if was else ("allowed", "needs no value.")
        yield f"parameter-empty-value-{word}", what
    if new.get("deprecated") is True and old.get("deprecated") is not True:
        yield "parameter-deprecated", "is deprecated."


def _style(node: Node) -> tuple[str, bool]:
    """Return how a value is written; whether parts stand alone matters to lists and objects only."""
    style = str(node.get("style") or _STYLES.get(str(node.get("in")), "simple"))
    explode = node.get("explode")
    kind = node.child("schema").followed().get("type")
    is_plain = kind in ("string", "integer", "number", "boolean")
    return style, not is_plain and (explode if isinstance(explode, bool) else style in ("form", "cookie"))


def _said(node: Node) -> str:
    style, explode = _style(node)
    return f"style {style}{', exploded' if explode else ''}"
