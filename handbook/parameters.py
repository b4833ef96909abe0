"""The parameters of an operation, a table for each place they go to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from handbook import outside, prose, raw, traits
from handbook.errors import Errors
from handbook.face import Face
from handbook.prose import code
from handbook.raw import Data, Node
from handbook.shape import Shapes, chosen
from speckit.operation import Operation

PLACES = {
    "path": "Path parameters",
    "query": "Query parameters",
    "querystring": "Query string",
    "header": "Headers",
    "cookie": "Cookies",
}
_TITLES = ("Name", "Type", "Required", "Default", "Description")
_USUAL_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
_STYLES = {
    "spaceDelimited": "Values are separated by blanks.",
    "pipeDelimited": "Values are separated by vertical bars.",
    "deepObject": "Fields are written as `name[field]=value`.",
    "matrix": "Written as `;name=value`.",
    "label": "Written after a dot, as `.value`.",
}


def markdown(data: Data, operation: Operation, errors: Errors, shapes: Shapes, level: int) -> Iterator[str]:
    """Yield a heading and a table for each place that has parameters.

    Args:
        level: The level of the headings.
    """
    nodes = raw.parameters(data, operation)
    for place, title in PLACES.items():
        found = [node for node in nodes if node.get("in") == place]
        if found:
            yield prose.heading(level, title)
            yield prose.table(_TITLES, [_row(data, operation, node, errors, shapes) for node in found])
            yield from _large(found, shapes, level)


def _row(data: Data, operation: Operation, node: Node, errors: Errors, shapes: Shapes) -> tuple[str, ...]:
    face = shapes.faces.of(raw.parameter_schema(node))
    form = shapes.form
    parts = [
        "**Deprecated.**" if node.get("deprecated") is True else "",
        prose.cell(node.get("description") or face.keys.get("description"), form),
        " ".join(_asked(data, node, face, shapes)),
        " ".join(_outside(operation, node, face, errors, form)),
        chosen(node, form),
    ]
    default = traits.written(face.keys["default"], form) if "default" in face.keys else ""
    required = "yes" if node.get("required") or node.get("in") == "path" else "no"
    kind = traits.type_words(face, shapes.faces, form)
    return code(node.get("name", ""), form), kind, required, default, "<br>".join(filter(None, parts))


def _asked(data: Data, node: Node, face: Face, shapes: Shapes) -> Iterator[str]:
    """Yield what the document asks of the value."""
    keys = {key: value for key, value in face.keys.items() if key != "default"}
    plain = Face(face.name, face.kinds, face.is_nullable, keys, face.variants)
    form = shapes.form
    yield from traits.sentences(plain, form)
    if face.is_array and not face.first:
        yield from traits.item_sentences(shapes.faces.of(face.items), form)
    style = node.get("style")
    if style and style != _USUAL_STYLES.get(str(node.get("in"))):
        yield _STYLES.get(str(style), "")
    elif face.is_array and node.get("in") in ("query", "cookie"):
        yield (
            "Repeated for several values."
            if node.get("explode", True)
            else "Several values are separated by commas."
        )
    if node.get("allowEmptyValue") is True:
        yield "May be sent without a value."
    yield from _examples(data, node, face, form)


def _examples(data: Data, node: Node, face: Face, form: str) -> Iterator[str]:
    found: list[Any] = [value for _, value in raw.examples(data, node)][:3]
    if found:
        shown = ", ".join(traits.written(each, form) for each in found)
        yield f"Example{'s' if len(found) > 1 else ''}: {shown}."
    else:
        yield from traits.example_sentence(face.keys, form)


def _outside(operation: Operation, node: Node, face: Face, errors: Errors, form: str) -> Iterator[str]:
    parameter = operation.parameter(str(node.get("in")), str(node.get("name")))
    return outside.sentences(parameter, face, errors, form) if parameter else iter(())


def _large(nodes: list[Node], shapes: Shapes, level: int) -> Iterator[str]:
    """Yield the fields of those parameters that are objects."""
    for node in nodes:
        schema = raw.parameter_schema(node)
        if shapes.faces.of(schema).fields:
            yield prose.heading(level + 1, f"Fields of {code(node.get('name', ''), shapes.form)}")
            yield shapes.text(schema, 40)


def headers(headers: Mapping[str, Any], data: Data, shapes: Shapes) -> str:
    """Return the table of the headers of an answer; empty where there are none."""
    rows = []
    for name, entry in headers.items():
        node = raw.looked_up(data, entry)
        face = shapes.faces.of(raw.parameter_schema(node))
        kind, about = shapes.cell(face)
        said = [prose.cell(node.get("description"), shapes.form), "" if node.get("description") else about]
        said += list(_examples(data, node, Face(), shapes.form))
        rows.append((code(name, shapes.form), kind, "<br>".join(filter(None, said))))
    return prose.table(("Header", "Type", "Description"), rows) if rows else ""
