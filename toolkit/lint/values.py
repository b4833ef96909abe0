"""Rules about values: what a lifecycle makes fits the schemas that show it, and the paths that name it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from speckit import pointer
from speckit.checks.shapes import Shape
from speckit.checks.showing import alone, body_of, is_reshaped, views_of
from speckit.expression import GONE, Constant, Members, Template
from speckit.faults import Fault, Pointer, an
from speckit.lifecycle import Path, Rule, Seed, View
from speckit.operation import Operation
from speckit.pointer import ABSENT
from speckit.sample import example
from speckit.scalars import PLAIN
from toolkit.lint.compiled import Compiled
from toolkit.lint.finding import ERROR
from toolkit.lint.identifiers import made
from toolkit.lint.matter import Life, Matter
from toolkit.lint.moves import written
from toolkit.lint.positions import RESPONSE
from toolkit.lint.rule import life_rule, rule


@dataclass(frozen=True, slots=True)
class _Showing:
    """A place in an answer where the resource stands by itself, and the views it may be shown in."""

    operation: Operation
    rule: Rule
    shape: Shape
    views: tuple[View, ...]


def _showings(life: Life) -> Iterator[_Showing]:
    for operation, found, _ in life.rules():
        for success in found.success if found.role != "parts" else ():
            if not is_reshaped(life.lifecycle, found, success):
                views = tuple(views_of(life.lifecycle, found, success))
                for shape in alone(body_of(found, success), life.subject.answer_shape(operation, success)):
                    yield _Showing(operation, found, shape, views)


def _is_left_out(life: Life, showing: _Showing, name: str) -> bool:
    """Return whether a field is hidden, or not in one of the views."""
    path: Path = (name,)
    hidden = life.lifecycle.hidden
    return any(_omits(view, path, hidden) for view in showing.views or (View(""),))


def _omits(view: View, path: Path, hidden: Sequence[Path]) -> bool:
    is_outside = bool(view.only) and not any(each[:1] == path for each in view.only)
    return is_outside or path in view.left_out(hidden)


@life_rule(
    "required-field-missing",
    ERROR,
    why="Every answer that shows one breaks its own schema, and clients that check it fail.",
    source="OpenAPI 3.1, section 4.8.24; JSON Schema validation, section 6.5.3",
)
def required(life: Life) -> Iterator[Fault]:
    """A schema requires a field that a resource never has, or that is not shown."""
    if "initially" not in life.subject.raw:
        return
    begins = {name for name, value in life.lifecycle.initially if value != GONE}
    there = begins | written(life) | {path[0] for path in (_kept(life)) if path}
    taken = dict(_taken_away(life))
    told: set[str] = set()
    for showing in _showings(life) if not any(name.startswith("$") for name in there) else ():
        for name in [each for each in showing.shape.required if each not in told]:
            asked = f"{showing.operation.id} requires '{name}' of {an(life.name)}"
            if name not in there:
                told.add(name)
                message = f"{asked}, and nothing sets it."
                yield life.fault(("initially",), message, _begun(life, showing.shape, name))
            elif name in taken:
                told.add(name)
                message = f"{asked}; this takes it away."
                hint = "Write null where the schema allows it, or do not require it."
                yield life.fault(taken[name], message, hint)
            elif _is_left_out(life, showing, name):
                told.add(name)
                message = f"{asked}, and does not show it."
                hint = "Show it, or do not require it in the schema."
                yield life.fault(("operations", showing.operation.id), message, hint)


def _begun(life: Life, shape: Shape, name: str) -> str:
    """Return how a new resource may begin with the field `name` of a documented shape."""
    creates = life.subject.own("create", "replace")
    bodies = [each for operation in creates for each in life.subject.body_shapes(operation)]
    if any(name in (each.properties or ()) for each in bodies):
        value = f"$request.body#{pointer.render((name,))}"
    else:
        value = _plainest(life, shape.member(name).parts)
    return f"Add it to 'initially', e.g. '{name}: {value}'." if value else "Add it to 'initially'."


def _plainest(life: Life, schemas: Sequence[Any]) -> str:
    """Return a value for a field with all of `schemas` as it may be written; empty where none tells more."""
    if any(part.get("format") == "date-time" for part in schemas):
        return "$now"
    made = example(life.subject.data, {"schema": {"allOf": list(schemas)}}) if schemas else ABSENT
    is_telling = isinstance(made, str | int | float) and made != PLAIN and "$" not in str(made)
    return (made if isinstance(made, str) else json.dumps(made)) if is_telling else ""


def _taken_away(life: Life) -> Iterator[tuple[str, Pointer]]:
    """Yield the top fields that are taken away after the resource was made, each with where that is said."""
    lifecycle = life.lifecycle
    states = ((("state", "states", name), each.set) for name, each in lifecycle.states.items())
    moves = ((("transitions", index), each.set) for index, each in enumerate(lifecycle.transitions))
    updates = ((("operations", name), rule.change) for name, rule in lifecycle.rules.items())
    for where, assigned in (*states, *moves, *updates):
        word = "change" if where[0] == "operations" else "set"
        for path, value in assigned:
            if len(path) == 1 and value == GONE:
                yield path[0], (*where, word, pointer.render(path))


def _kept(life: Life) -> list[Path]:
    """Return the fields that are kept up without being listed."""
    lifecycle = life.lifecycle
    history = [lifecycle.history.field] if lifecycle.history else []
    return [*history, *(parent.field for parent in lifecycle.parents.values())]


@rule(
    "id-never-fits",
    ERROR,
    why="What is made is refused when it is asked for, or shown with an id that its schema shuts out.",
    source="OpenAPI 3.1, section 4.8.12",
)
def unfit_ids(matter: Matter) -> Iterator[Fault]:
    """The ids of new resources do not fit the path parameter that names them, or their field."""
    compiled = Compiled(matter.schemas)
    for life in matter.lives:
        ids = made(life.lifecycle.identity) if _makes_ids(life) else []
        for where, schema, leaves in _naming(life) if ids else ():
            wrong = [each for each in ids if _misfit(compiled, schema, each, leaves)]
            if len(wrong) * 2 > len(ids):
                message = f"New ids look like '{wrong[0]}', which does not fit {where}: "
                problem = _misfit(compiled, schema, wrong[0], leaves)
                hint = "Change 'generate' so that its ids fit, or the schema."
                yield life.fault(("identity", "generate"), f"{message}{problem}", hint)
                break


def _makes_ids(life: Life) -> bool:
    return any(found.id is None for _, found, _ in life.rules("create", "replace"))


def _naming(life: Life) -> Iterator[tuple[str, Any, str]]:
    """Yield the schemas that ids have to fit: of path parameters, and of the field in answers."""
    yield from _parameters(life)
    field = life.lifecycle.identity.field
    for showing in _showings(life):
        for part in showing.shape.member(*field).parts:
            yield f"'{pointer.render(field)}' in the answer of {showing.operation.id}", part, RESPONSE


def _parameters(life: Life) -> Iterator[tuple[str, Any, str]]:
    name = life.lifecycle.identity.param
    for operation, _, _ in life.rules():
        parameter = operation.parameter("path", name) if name else None
        if parameter is not None:
            yield f"the parameter '{name}' of {operation.id}", parameter.schema, ""


def _misfit(compiled: Compiled, schema: Any, value: Any, leaves: str) -> str:
    """Return why an id does not fit; in a path it is a text, and may stand for a number."""
    problem = compiled.misfit(schema, value, leaves)
    if not problem or leaves:
        return problem
    return "" if not compiled.misfit(schema, _other(value)) else problem


def _other(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdecimal() else str(value)


@rule(
    "seed-breaks-schema",
    ERROR,
    why="It is the first thing that anybody reads of a new server, and it breaks the document.",
    source="OpenAPI 3.1, section 4.8.24",
)
def unfit_seeds(matter: Matter) -> Iterator[Fault]:
    """A value of a seed does not fit the schema that shows it, or its id not the path that names it."""
    compiled = Compiled(matter.schemas)
    for life in matter.lives:
        reads = [each for each in _showings(life) if each.rule.role in ("get", "list")]
        for index, seed in enumerate(life.lifecycle.seeds):
            showings = [each for each in reads if _shows(each.rule, seed.state)]
            for name, value in _constants(life, seed):
                if problem := _unfit(life, compiled, showings, name, value):
                    hint = "Correct the seed, or the schema."
                    yield life.fault(("seed", index, "set", name), problem, hint)


def _shows(found: Rule, state: str) -> bool:
    """Return whether an operation shows what is in `state`."""
    return not state or state in (found.available_in or found.states or (state,))


def _unfit(life: Life, compiled: Compiled, showings: list[_Showing], name: str, value: Any) -> str:
    """Return what is wrong with a field of a seed; empty where nothing is."""
    for showing in showings:
        if _is_reshaped_in(showing, name) or _is_left_out(life, showing, name):
            continue
        for part in showing.shape.member(name).parts:
            if problem := compiled.misfit(part, value, RESPONSE):
                return f"'{name}' does not fit what {showing.operation.id} documents: {problem}"
    for where, schema, leaves in _parameters(life) if life.lifecycle.identity.field == (name,) else ():
        if problem := _misfit(compiled, schema, value, leaves):
            return f"'{name}' does not fit {where}: {problem}"
    return ""


def _is_reshaped_in(showing: _Showing, name: str) -> bool:
    """Return whether a view shows only a part of a field."""
    paths = [path for view in showing.views for path in (*view.omit, *view.only)]
    return any(len(path) > 1 and path[0] == name for path in paths)


def _constants(life: Life, seed: Seed) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a seed whose values are written down, and that its state does not set anew."""
    state = life.lifecycle.states.get(seed.state)
    anew = {path[0] for path, _ in state.set} if state else set()
    parts = {path[0] for path in life.lifecycle.hidden if len(path) > 1}
    for name, value in _members(seed.set):
        if isinstance(value, Constant) and name not in anew | parts:
            yield name, value.value


def _members(template: Template) -> list[tuple[str, Template]]:
    if isinstance(template, Members):
        return list(template.items)
    values = template.value if isinstance(template, Constant) else None
    return [(name, Constant(each)) for name, each in values.items()] if isinstance(values, dict) else []
