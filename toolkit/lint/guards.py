"""The rule that what a guard compares with is a value that there may be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from speckit import expression
from speckit.checks.lookups import Part, parts
from speckit.checks.shapes import Shape, shape_of
from speckit.checks.showing import alone, body_of, is_reshaped
from speckit.expression import Source
from speckit.faults import Fault, Pointer, did_you_mean
from speckit.operation import Operation
from speckit.pointer import read
from toolkit.lint.finding import WARNING
from toolkit.lint.matter import Life
from toolkit.lint.rule import life_rule

_COMES_TO = {
    "equals": "this never holds",
    "in": "it is of no use here",
    "not": "this always holds",
    "contains": "this never holds",
    "lacks": "this always holds",
}
"""What comes of a comparison with a value that is never there, by its word."""


@life_rule(
    "guard-compares-in-vain",
    WARNING,
    why="What it guards never happens, or always does; most often a word is misspelt.",
)
def in_vain(life: Life) -> Iterator[Fault]:
    """A guard compares with a value that the schema of what it looks at shuts out."""
    told: dict[tuple[Pointer, str], Fault] = {}
    for part in parts(life.subject):
        for path, text, raw in _conditions(life, part):
            for fault in _faults(life, part, (path, text, raw)):
                told.setdefault((fault.path, fault.message), fault)
    yield from told.values()


_Asked = tuple[Pointer, str, Any]
"""A condition of a guard: where it stands, what it looks at, and what is asked of that, as written."""


def _conditions(life: Life, part: Part) -> Iterator[_Asked]:
    if part.path[-2:-1] == ("when",):
        yield part.path, str(part.value), read(life.subject.raw, tuple(map(str, part.path)))
    yield from _inside(part.value, part.path)


def _inside(value: Any, path: Pointer) -> Iterator[_Asked]:
    """Yield the conditions of each `$if` in a template."""
    if isinstance(value, dict):
        for text, raw in value["$if"]["when"].items() if "$if" in value else ():
            yield (*path, "$if", "when", text), text, raw
        for key, each in value.items():
            yield from _inside(each, (*path, key))
    for index, each in enumerate(value if isinstance(value, list) else ()):
        yield from _inside(each, (*path, index))


def _faults(life: Life, part: Part, asked: _Asked) -> Iterator[Fault]:
    path, text, raw = asked
    source, condition = expression.source(text), expression.condition(raw)
    if condition.kind not in _COMES_TO:
        return
    shapes = list(_shapes(life, part, source))
    if condition.kind in ("contains", "lacks"):
        shapes = [shape.items for shape in shapes]
    for value in condition.value if condition.kind == "in" else [condition.value]:
        outside = [shape.outside(value) for shape in shapes]
        if value is not None and outside and all(outside):
            known = [str(each) for listed in outside for each in listed or () if each is not None]
            message = f"'{value}' is not documented for {text}, so {_COMES_TO[condition.kind]}."
            yield life.fault(path, message, did_you_mean(str(value), known))


def _shapes(life: Life, part: Part, source: Source) -> Iterator[Shape]:
    """Yield what is documented of what a guard looks at, wherever that is; nothing where it is not plain."""
    if source.kind == "resource":
        yield from _shown(life, source)
        return
    for operation in part.operations:
        if source.kind == "request.body":
            yield from (each.member(*source.pointer) for each in life.subject.body_shapes(operation))
        elif source.kind == "request.query":
            yield _parameter(life, operation, source.name)


def _parameter(life: Life, operation: Operation, name: str) -> Shape:
    parameter = operation.parameter("query", name)
    shape = shape_of(life.subject.data, parameter.schema if parameter else {})
    is_text = all(isinstance(each, str) for part in shape.parts for each in part.get("enum", ()))
    return shape if is_text else Shape(life.subject.data)


def _shown(life: Life, source: Source) -> Iterator[Shape]:
    """Yield the shapes of a field in the answers that show it in whichever state the resource is."""
    lifecycle = life.lifecycle
    if any(source.pointer[: len(hidden)] == hidden for hidden in lifecycle.hidden):
        return
    for operation, rule, _ in life.rules("get", "list"):
        for success in rule.success if not (rule.available_in or rule.states) else ():
            if not (is_reshaped(lifecycle, rule, success) or success.when):
                shape = life.subject.answer_shape(operation, success)
                shapes = (each.member(*source.pointer) for each in alone(body_of(rule, success), shape))
                yield from (each for each in shapes if each.parts)
