"""Whether a document tells its clients all the states that a resource can be in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from speckit.lifecycle import Lifecycle
from speckit.specification import Specification
from toolkit.diff.endpoints import endpoints
from toolkit.diff.media import content
from toolkit.diff.node import Node
from toolkit.diff.schema import Schema

_DEEPEST = 6
"""So deep in an answer a resource stands at most."""


def is_closed(lifecycle: Lifecycle, specification: Specification) -> bool:
    """Return whether an answer that shows the state has an `enum` of all of them."""
    values = [state.value for state in lifecycle.states.values()]
    name = (lifecycle.state_field or ("",))[-1]
    schemas = (each for operation in lifecycle.rules for each in _answers(operation, specification))
    return any(all(value in enum for value in values) for each in schemas for enum in _enums(each, name))


def _answers(operation: str, specification: Specification) -> Iterator[Schema]:
    found = specification.operations[operation]
    data = specification.document.data
    item = Node(data, (), data).child("paths", found.path)
    for each in endpoints(found.path, item):
        if each.method == found.method:
            for status, response in each.operation.children("responses"):
                if str(status).startswith("2"):
                    yield from (Schema(media.child("schema")) for _, media in content(response.followed()))


def _enums(root: Schema, name: str) -> Iterator[list[Any]]:
    """Yield the enums of properties called `name` in a schema."""
    waiting, seen = [(root, 0)], set()
    while waiting:
        schema, depth = waiting.pop()
        if depth > _DEEPEST or schema.key in seen:
            continue
        seen.add(schema.key)
        if name in schema.properties and (enum := schema.properties[name].enum):
            yield enum
        items = schema.below("items")
        below = (
            *schema.properties.values(),
            *([items] if items else ()),
            *(b for g in schema.groups for b in g),
        )
        waiting += ((each, depth + 1) for each in below)
