"""The operations of two documents, side by side: paths are the same whatever their parameters are called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from speckit.faults import Pointer
from speckit.operation import methods
from toolkit.diff.node import Node

_TEMPLATE = re.compile(r"\{([^}]*)\}")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path: the operation, and the path item it stands in."""

    method: str
    path: str
    operation: Node
    item: Node

    @property
    def name(self) -> str:
        """How people call it: `GET /jobs/{id}`."""
        return f"{self.method} {self.path}"

    @property
    def id(self) -> str:
        """What lifecycles call it."""
        return str(self.operation.get("operationId") or self.name)

    @property
    def pointer(self) -> Pointer:
        """Where it stands."""
        return self.operation.pointer

    @property
    def variables(self) -> list[str]:
        """The names of the parameters in its path, in order."""
        return _TEMPLATE.findall(self.path)


@dataclass(frozen=True, slots=True)
class Matched:
    """The operations of two documents: those of both, and those of one."""

    both: tuple[tuple[Endpoint, Endpoint], ...]
    gone: tuple[Endpoint, ...]
    fresh: tuple[Endpoint, ...]


def matched(old: Mapping[str, Any], new: Mapping[str, Any]) -> Matched:
    """Return the operations of the documents `old` and `new`, matched by method and path."""
    ones, others = _by_shape(old), _by_shape(new)
    return Matched(
        tuple((one, others[shape]) for shape, one in ones.items() if shape in others),
        tuple(one for shape, one in ones.items() if shape not in others),
        tuple(other for shape, other in others.items() if shape not in ones),
    )


def _by_shape(data: Mapping[str, Any]) -> dict[tuple[str, str], Endpoint]:
    found: dict[tuple[str, str], Endpoint] = {}
    for path, item in Node(data, (), data).children("paths"):
        for each in endpoints(str(path), item):
            found.setdefault((each.method, _TEMPLATE.sub("{}", each.path)), each)
    return found


def endpoints(path: str, node: Node) -> Iterator[Endpoint]:
    """Yield the operations of a path item."""
    item = node.followed()
    for method, where, raw in methods(item.value if isinstance(item.value, Mapping) else {}):
        if isinstance(raw, Mapping):
            yield Endpoint(method, path, item.child(*where), item)
