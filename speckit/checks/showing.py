"""Where an answer shows the resource by itself, and how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from speckit.checks.shapes import Shape, shape_of
from speckit.expression import Items, Members, Source, Template
from speckit.lifecycle import Lifecycle, Rule, Success, View
from speckit.operation import Operation


def views_of(lifecycle: Lifecycle, rule: Rule, success: Success) -> list[View]:
    """Return the views in which `success` may show the resource."""
    names = [success.view] if success.view else [rule.view.default, *rule.view.views.values()]
    return [lifecycle.views[name] for name in names if name in lifecycle.views]


def is_reshaped(lifecycle: Lifecycle, rule: Rule, success: Success) -> bool:
    """Return whether what is shown may be another body than the resource."""
    return any(view.body is not None for view in views_of(lifecycle, rule, success))


def body_of(rule: Rule, success: Success) -> Template:
    """Return the body of `success`: its own, or the resource, or the items of a list."""
    usual = Source("list", pointer=("items",)) if rule.role == "list" else Source("resource")
    return usual if success.body is None else success.body


def answer_shape(data: Mapping[str, Any], operation: Operation, status: int, content_type: str = "") -> Shape:
    """Return what `operation` of the document `data` has as the JSON body of an answer with `status`."""
    response = operation.response(status)
    kinds = [kind for kind in (response.content if response else ()) if _is_json(kind)]
    usual = "application/json" if "application/json" in kinds else "".join(kinds[:1])
    wanted = content_type.split(";")[0].strip().lower() or usual
    if response is None or wanted not in kinds:
        return Shape(data)
    return shape_of(data, response.content[wanted].get("schema"))


def alone(body: Template, shape: Shape) -> Iterator[Shape]:
    """Yield the shape of each place in `body` that holds the whole resource, and nothing else."""
    match body:
        case Source("resource", _, ()):
            yield shape
        case Source("list", _, ("items",)):
            yield shape.items
        case Members(members):
            for name, value in members:
                yield from alone(value, shape.member(name))
        case Items(values):
            for value in values:
                yield from alone(value, shape.items)


def _is_json(kind: str) -> bool:
    return kind == "application/json" or kind.endswith("+json")
