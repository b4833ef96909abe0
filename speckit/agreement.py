"""Check what no JSON Schema can say: that the parts of a document agree with each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from speckit.faults import Fault, Pointer, did_you_mean
from speckit.operation import methods
from speckit.references import deref, short

_TEMPLATE = re.compile(r"\{([^{}]+)\}")
Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Parts of a document that contradict each other.

    Attributes:
        fault: What a person has to know.
        mend: Changes the document so that it can be used all the same, and returns what comes of it.
    """

    fault: Fault
    mend: Callable[[], str]


@dataclass(frozen=True, slots=True)
class _Found:
    """An operation where it stands."""

    template: str
    path: Pointer
    item: Node
    method: str
    raw: Node


def disagreements(data: Node) -> Iterator[Disagreement]:
    """Yield where the paths, parameters, names and securities of `data` contradict each other."""
    yield from _without_slash(data)
    yield from _alike(data)
    found = list(_operations(data))
    yield from _operation_ids(found)
    for each in found:
        yield from _path_parameters(data, each)
    yield from _security(data, found)
    if "swagger" in data:
        yield from _bodies(data, found)


def _operations(data: Node) -> Iterator[_Found]:
    for template, path, item in _items(data):
        for method, below, raw in methods(item):
            if isinstance(raw, dict):
                yield _Found(template, (*path, *below), item, method, raw)


def _items(data: Node) -> Iterator[tuple[str, Pointer, Node]]:
    paths = data.get("paths")
    for template, node in paths.items() if isinstance(paths, dict) else ():
        item = _followed(data, node)
        if not template.startswith("x-") and isinstance(item, dict):
            yield template, ("paths", template), item


def _followed(data: Node, node: Any) -> Any:
    try:
        return deref(data, node)
    except LookupError:
        return None  # told by the bundler


def _without_slash(data: Node) -> Iterator[Disagreement]:
    found = data.get("paths")
    paths: Node = found if isinstance(found, dict) else {}
    for template in paths:
        if template.startswith(("/", "x-")) or (template == "$ref" and isinstance(paths[template], str)):
            continue
        message = f"The path '{short(template)}' does not start with '/'."
        fault = Fault(("paths", template), message, f"Write '/{short(template)}'.")
        yield Disagreement(fault, _removal(paths, template, "The path is left out."))


def _removal(holder: Node, key: str, outcome: str) -> Callable[[], str]:
    def mend() -> str:
        holder.pop(key, None)
        return outcome

    return mend


def _alike(data: Node) -> Iterator[Disagreement]:
    shapes: dict[tuple[str, str], str] = {}
    for template, path, item in _items(data):
        # Swagger 2.0 does not forbid such paths; they only must not share a method.
        held = [method for method, _, _ in methods(item)] if "swagger" in data else [""]
        shape = _TEMPLATE.sub("{}", template)
        firsts = [shapes.setdefault((shape, method), template) for method in held]
        for first in {first: None for first in firsts if first != template}:
            message = f"'{short(template)}' and '{short(first)}' differ only in the names of parameters."
            outcome = f"'{first}' is served where both fit."
            yield Disagreement(Fault(path, message, "Keep one of them."), partial(str, outcome))


def _operation_ids(found: list[_Found]) -> Iterator[Disagreement]:
    first: dict[str, _Found] = {}
    for each in found:
        name = each.raw.get("operationId")
        if not isinstance(name, str) or (other := first.setdefault(name, each)) is each:
            continue
        message = f"The operationId '{name}' already belongs to {other.method} {other.template}."
        fault = Fault((*each.path, "operationId"), message, "Give each operation a name of its own.")
        outcome = f"The operation is known as '{each.method} {each.template}'."
        # Of an operation that two paths share, the first keeps the name.
        holder = each.raw if each.raw is not other.raw else {}
        yield Disagreement(fault, _removal(holder, "operationId", outcome))


def _path_parameters(data: Node, each: _Found) -> Iterator[Disagreement]:
    wanted = _TEMPLATE.findall(each.template)
    shared = list(_declared(data, each.item, each.path[:2]))
    own = list(_declared(data, each.raw, each.path))
    if any(name is None for name, _, _ in (*shared, *own)):
        return
    declared = {name: (place, items) for name, place, items in (*shared, *own) if name is not None}
    for name in dict.fromkeys(wanted):
        if name not in declared:
            message = f"The path has '{{{name}}}', and no parameter with 'in: path' declares it."
            fault = Fault(each.path, message, did_you_mean(name, declared))
            yield Disagreement(fault, _declaration(data, each.raw, name))
    for other, (place, items) in declared.items():
        if other not in wanted:
            message = f"The path parameter '{other}' has no '{{{other}}}' in '{short(each.template)}'."
            item = items[int(place[-1])]
            yield Disagreement(Fault(place, message, did_you_mean(other, wanted)), _dropping(items, item))


def _declared(data: Node, holder: Node, path: Pointer) -> Iterator[tuple[str | None, Pointer, list[Any]]]:
    """Yield each path parameter with where it stands, and in which list; None for one that leads nowhere."""
    found = holder.get("parameters")
    parameters = found if isinstance(found, list) else []
    for index, node in enumerate(parameters):
        parameter = _followed(data, node)
        if not isinstance(parameter, dict):
            yield None, path, parameters
        elif parameter.get("in") == "path" and isinstance(parameter.get("name"), str):
            yield parameter["name"], (*path, "parameters", index), parameters


def _declaration(data: Node, operation: Node, name: str) -> Callable[[], str]:
    def mend() -> str:
        kind: Node = {"type": "string"} if "swagger" in data else {"schema": {"type": "string"}}
        parameters = operation.setdefault("parameters", [])
        parameters.append({"name": name, "in": "path", "required": True, **kind})
        return "It is taken as text."

    return mend


def _dropping(items: list[Any], item: Any) -> Callable[[], str]:
    def mend() -> str:
        items[:] = [each for each in items if each is not item]
        return "The parameter is left out."

    return mend


def _security(data: Node, found: list[_Found]) -> Iterator[Disagreement]:
    home = ("components", "securitySchemes") if "openapi" in data else ("securityDefinitions",)
    schemes: Any = data
    for name in home:
        schemes = schemes.get(name) if isinstance(schemes, dict) else None
    known = schemes if isinstance(schemes, dict) else {}
    holders: list[tuple[Pointer, Node]] = [((), data), *((each.path, each.raw) for each in found)]
    for path, holder in holders:
        needs = holder.get("security")
        for index, need in enumerate(needs if isinstance(needs, list) else ()):
            for name in need if isinstance(need, dict) else ():
                if name not in known:
                    hint = did_you_mean(name, known) or f"Declare it under {'/'.join(home)}."
                    at, message = (
                        (*path, "security", index, name),
                        f"The security scheme '{name}' is not declared.",
                    )
                    yield Disagreement(Fault(at, message, hint), _removal(need, name, "It is not enforced."))


def _bodies(data: Node, found: list[_Found]) -> Iterator[Disagreement]:
    for each in found:
        places = [place for holder in (each.item, each.raw) for place in _places(data, holder)]
        if "body" in places and "formData" in places:
            message = "A request has a body or form fields, and this operation has both."
            hint = "Make the fields properties of the body, or leave the body out."
            yield Disagreement(Fault(each.path, message, hint), lambda: "The form fields are left out.")


def _places(data: Node, holder: Node) -> Iterator[Any]:
    parameters = holder.get("parameters")
    for node in parameters if isinstance(parameters, list) else ():
        parameter = _followed(data, node)
        yield parameter.get("in") if isinstance(parameter, dict) else None
