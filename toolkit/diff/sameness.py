"""What is the same in two documents, and all that it refers to, too: it need not be compared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from speckit.references import references, resolve
from toolkit.diff.node import Node


class Sameness:
    """Knows which references of two documents lead to something that differs, here or further on."""

    def __init__(self, old: Node, new: Node) -> None:
        self._is_comparable = old.is_30 == new.is_30
        self._different = _different(old.root, new.root)

    def is_same(self, one: Node, other: Node) -> bool:
        """Return whether two parts mean the same: written alike, and so is all that they refer to."""
        if not self._is_comparable or one.value != other.value:
            return False
        return not self._different or not any(ref in self._different for ref in _refs(one.value))


def _refs(value: Any) -> Iterable[str]:
    return (text for _, _, text in references(value))


def _different(old: Any, new: Any) -> set[str]:
    """Return the references that lead to something else than they did, at once or after others."""
    known = {ref: (_target(old, ref), _target(new, ref)) for ref in set(_refs(old))}
    above: dict[str, list[str]] = {}
    for ref, (target, _) in known.items():
        for inner in _refs(target):
            above.setdefault(inner, []).append(ref)
    waiting = [ref for ref, (one, other) in known.items() if one != other]
    found = set(waiting)
    while waiting:
        fresh = [ref for ref in above.get(waiting.pop(), ()) if ref not in found]
        found.update(fresh)
        waiting += fresh
    return found


def _target(root: Any, ref: str) -> Any:
    try:
        return resolve(root, ref)
    except LookupError:
        return None
