"""A document with everything in it: what it refers to, its overlays, and its links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from speckit.operation import methods
from speckit.references import deref
from speckit.specification import Specification
from toolkit.bundle.hoisting import hoisted
from toolkit.bundle.links import Link, links


def bundled(specification: Specification, *, linked: bool = True) -> dict[str, Any]:
    """Return the document of `specification` as one value; what is unchanged is shared with it.

    What came from other files is among the components, under names of its own.

    Args:
        linked: Responses get the links that the lifecycles imply, beside those they have.
    """
    data = hoisted(specification.document.data)
    if not linked:
        return data
    wanted: dict[str, list[Link]] = {}
    for link in links(specification):
        wanted.setdefault(link.operation, []).append(link)
    if "paths" in data:
        data["paths"] = {path: _item(data, path, item, wanted) for path, item in data["paths"].items()}
    return data


def _item(data: Mapping[str, Any], path: str, node: Any, wanted: Mapping[str, list[Link]]) -> Any:
    # Two paths may share an item, but not its links; so a reference gives way to what it names.
    item = deref(data, node)
    if not isinstance(item, Mapping):
        return node
    changed: dict[str, Any] = {}
    for method, where, found in methods(item):
        name = f"{method} {path}"
        if mine := wanted.get(found.get("operationId", name)):
            shelf = changed if len(where) == 1 else changed.setdefault(str(where[0]), dict(item[where[0]]))
            shelf[str(where[-1])] = _operation(data, found, mine)
    return {**item, **changed} if changed else node


def _operation(data: Mapping[str, Any], operation: Mapping[str, Any], mine: Iterable[Link]) -> dict[str, Any]:
    responses = dict(operation.get("responses") or {})
    by_status: dict[str, dict[str, Any]] = {}
    for link in mine:
        if key := _key(responses, link.status):
            by_status.setdefault(key, {})[link.name] = dict(link.value)
    for key, found in by_status.items():
        response = deref(data, responses[key])
        responses[key] = {**response, "links": {**found, **(response.get("links") or {})}}
    return {**operation, "responses": responses}


def _key(responses: Mapping[Any, Any], status: int) -> Any:
    """Return the key of the response for `status`: a number in some documents, a range, or the default."""
    keys = (str(status), status, f"{status // 100}XX", "default")
    return next((key for key in keys if key in responses), None)
