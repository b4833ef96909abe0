"""The rule that each choice of an expression may be made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from speckit.faults import Fault, Pointer
from toolkit.lint.finding import WARNING
from toolkit.lint.matter import Life
from toolkit.lint.rule import life_rule


@life_rule(
    "null-never-chosen",
    WARNING,
    why="Where no other choice is there the field is left out, though whoever wrote it wants it to be null.",
)
def null_choice(life: Life) -> Iterator[Fault]:
    """A null is among the choices of `$some`, which passes over null."""
    for path in _nulls(life.subject.raw, ()):
        message = "'$some' passes over null, so this null is never chosen."
        hint = "Write '$first', which takes the first that is present, or leave the null out."
        yield life.fault(path, message, hint)


def _nulls(node: Any, path: Pointer) -> Iterator[Pointer]:
    """Yield the place of each null that is a choice of `$some`."""
    if isinstance(node, list):
        for index, each in enumerate(node):
            yield from _nulls(each, (*path, index))
    for key, each in node.items() if isinstance(node, dict) else ():
        here = (*path, key)
        if key == "$some" and isinstance(each, list):
            yield from ((*here, index) for index, choice in enumerate(each) if choice is None)
        yield from _nulls(each, here)
