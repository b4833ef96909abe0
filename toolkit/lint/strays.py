"""Rules about operations that look as if they belonged to a lifecycle, and do not."""

from __future__ import annotations

from collections.abc import Iterator

from speckit.faults import Fault, an
from toolkit.lint.finding import INFO
from toolkit.lint.matter import Matter
from toolkit.lint.rule import rule

_ROLES = {
    "create": "create",
    "get": "get",
    "list": "list",
    "update": "update",
    "replace": "replace",
    "remove": "trigger",
    "trigger": "trigger",
}
"""By what an operation seems to do, the role that it would have."""


@rule(
    "stray-operation",
    INFO,
    why="It is answered from examples: what it shows does not follow from what was made or changed.",
)
def stray(matter: Matter) -> Iterator[Fault]:
    """An operation on a resource with a lifecycle belongs to none."""
    owners = {name: life.name for life in matter.lives for name in life.lifecycle.rules}
    for resource in matter.surveyed:
        owner = next((owners[a.operation.id] for a in resource.acts if a.operation.id in owners), "")
        for act in resource.acting(*_ROLES) if owner else ():
            if act.operation.id not in matter.owned:
                message = (
                    f"{act.operation.id} looks like the {act.role} of {an(owner)}, and no lifecycle has it."
                )
                hint = f"List it: '{act.operation.id}: {{role: {_ROLES[act.role]}}}'."
                yield Fault(matter.places[act.operation.id], message, hint)
