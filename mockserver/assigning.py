"""Assignments: what a state, a transition or an update writes into a resource."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockserver.evaluation import Frame, compiled
from speckit import expression, pointer
from speckit.expression import Constant, Template
from speckit.lifecycle import Path
from speckit.pointer import ABSENT


def assigned(
    assignments: tuple[tuple[Path, Template], ...], form: str
) -> Callable[[Frame, dict[str, Any]], None]:
    """Return the function that writes `assignments` into a resource.

    A value that comes to nothing changes nothing; `$absent` itself takes the field away.
    """
    plain = {
        path[0]: each.value for path, each in assignments if len(path) == 1 and isinstance(each, Constant)
    }
    if len(plain) == len(assignments):
        return _constants(plain)
    steps = [
        (path, len(path) == 1, None if template == expression.GONE else compiled(template, form))
        for path, template in assignments
    ]

    def assign(frame: Frame, fields: dict[str, Any]) -> None:
        for path, is_top, compute in steps:
            if compute is None:
                pointer.remove(fields, path)
                continue
            if (value := compute(frame)) is ABSENT:
                continue
            if is_top:
                fields[path[0]] = value
            else:
                pointer.write(fields, path, value)

    return assign


def _constants(values: Mapping[str, Any]) -> Callable[[Frame, dict[str, Any]], None]:
    return lambda _frame, fields: fields.update(values)
