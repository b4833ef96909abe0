"""Where an answer shows a resource, or just its id: templates read from their result backwards."""

from __future__ import annotations

from dataclasses import dataclass

from speckit.checks.showing import views_of
from speckit.expression import Choice, Constant, First, Items, Members, Source, Template
from speckit.lifecycle import Lifecycle, Rule, Success, View
from speckit.operation import Operation
from speckit.pointer import render

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a response has what a next request needs.

    Attributes:
        ids: By the name of the path parameter, the runtime expression that yields its value.
    """

    ids: dict[str, str]


def shown(lifecycle: Lifecycle, rule: Rule, success: Success, source: Operation) -> Shown | None:
    """Return where an answer to `source` tells which resource it is about; None where nothing does."""
    names = _names(lifecycle, rule, success)
    body = _body(lifecycle, rule, success, source)
    places = {
        param: None if body is None else _find(body, field, lifecycle) for param, field in names.items()
    }
    found = {param: _expression(path) for param, path in places.items() if path is not None}
    for name, template in success.headers:
        if template == Source("id"):
            found.setdefault(lifecycle.identity.param, f"$response.header.{name}")
    if rule.role not in ("create", "replace"):
        # What the request has named is what the answer is about.
        for param in _params(lifecycle):
            if param not in found and source.parameter("path", param):
                found[param] = f"$request.path.{param}"
    return Shown(found) if found else None


def _body(lifecycle: Lifecycle, rule: Rule, success: Success, source: Operation) -> Template | None:
    """Return what an answer shows: its own body, that of a view, the resource, or nothing at all."""
    if success.body is not None:
        return success.body
    response = source.response(success.status or source.success)
    if response is None or not response.content:
        return None
    return _view_body(lifecycle, rule, success) or Source("resource")


def listed(lifecycle: Lifecycle, rule: Rule, success: Success) -> Shown | None:
    """Return where the answer of a list tells which resource its first item is; None where it does not."""
    items = Source("list", pointer=("items",))
    where = _position(success.body or items, items)
    if where is None or _view_body(lifecycle, rule, success) is not None:
        return None
    names = _names(lifecycle, rule, success)
    return Shown({param: _expression((*where, "0", *field)) for param, field in names.items()})


def _params(lifecycle: Lifecycle) -> dict[str, Path]:
    """Return the field behind each path parameter that names the resource."""
    identity = lifecycle.identity
    own = {identity.param: identity.field} if identity.param else {}
    return {**dict(identity.alternates), **own}


def _names(lifecycle: Lifecycle, rule: Rule, success: Success) -> dict[str, Path]:
    """Return the field behind each path parameter that names the resource or a parent, where it is shown."""
    found = {parent.param: parent.field for parent in lifecycle.parents.values() if parent.param}
    views = views_of(lifecycle, rule, success)
    bare = [set(view.only) for view in views if view.only]
    gone = {field for view in views or (View(""),) for field in view.left_out(lifecycle.hidden)}
    return {
        param: field
        for param, field in {**found, **_params(lifecycle)}.items()
        if field not in gone and all(field in only for only in bare)
    }


def _view_body(lifecycle: Lifecycle, rule: Rule, success: Success) -> Template | None:
    """Return the body that a view gives in place of the resource, if one does."""
    views = views_of(lifecycle, rule, success)
    return next((view.body for view in views if view.body is not None), None)


def _find(body: Template, field: Path, lifecycle: Lifecycle) -> Path | None:
    """Return where in `body` the field of the resource is: by itself, or in the whole resource."""
    is_id = field == lifecycle.identity.field
    alone = (Source("resource", pointer=field), *([Source("id")] if is_id else []))
    for wanted in alone:
        if (where := _position(body, wanted)) is not None:
            return where
    whole = _position(body, Source("resource"))
    return None if whole is None else (*whole, *field)


def _position(body: Template, wanted: Source) -> Path | None:
    """Return the path at which `wanted` stands in what `body` yields; None where it may stand nowhere."""
    if body == wanted:
        return ()
    if isinstance(body, Members):
        return _within(body.items, wanted)
    if isinstance(body, Items):
        return _within(tuple((str(place), each) for place, each in enumerate(body.items)), wanted)
    if isinstance(body, First):
        return _position(body.options[0], wanted)
    return None


def _within(items: tuple[tuple[str, Template], ...], wanted: Source) -> Path | None:
    for name, each in items:
        if not isinstance(each, Constant | Choice) and (inside := _position(each, wanted)) is not None:
            return (name, *inside)
    return None


def _expression(path: Path) -> str:
    return f"$response.body#{render(path)}"
