"""The whole: lifecycles for all that a document has and none of its own lifecycles takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from speckit.operation import Operation
from speckit.specification import Specification, specify
from toolkit.drafting.begetting import beget
from toolkit.drafting.draft import Draft
from toolkit.drafting.ground import Ground
from toolkit.drafting.lifecycle import drafted
from toolkit.drafting.proving import proved
from toolkit.drafting.undefaulting import Undone, undone, without
from toolkit.survey.resources import Resource, survey


@dataclass(frozen=True, slots=True)
class Drafted:
    """What became of a document.

    Attributes:
        resources: All that was found.
        drafts: The lifecycles that the checks accept.
        lost: The names of resources that have none, for nothing could be made up that fits their schemas.
        specification: What the document says with them.
        undone: The filters that it says it without the default of.
    """

    resources: tuple[Resource, ...]
    drafts: tuple[Draft, ...]
    lost: tuple[str, ...]
    specification: Specification
    undone: tuple[Undone, ...] = ()


def drafts(specification: Specification, *, lives: bool = True) -> Drafted:
    """Return lifecycles for the operations of `specification` that belong to none yet.

    Args:
        lives: Whether states are wanted; without them every resource is just kept.
    """
    specification, resources, changed = _undefaulted(specification)
    document = specification.document
    known = {each.name: each for each in resources}
    ground = Ground(document.data)
    found = [drafted(ground, each, known, lives=lives) for each in resources]
    made = [each for each in found if each is not None]
    beget(made)
    whole, left = proved(document, made)
    names = {each.name for each in left}
    lost = tuple(each.name for each in resources if each.name not in names)
    kept = {name: each for name, each in whole.operations.items() if name in specification.operations}
    return Drafted(resources, tuple(left), lost, replace(whole, operations=kept), changed)


def _undefaulted(
    specification: Specification,
) -> tuple[Specification, tuple[Resource, ...], tuple[Undone, ...]]:
    """Return `specification` with no defaults of filters but their own, its resources, and what changed."""
    resources = _surveyed(specification)
    changed = undone(specification.document.data, resources)
    if not changed:
        return specification, resources, ()
    whole = specify(without(specification.document, changed))
    wanted = {name: each for name, each in whole.operations.items() if name in specification.operations}
    found = replace(whole, operations=wanted)
    return found, _surveyed(found), changed


def _surveyed(specification: Specification) -> tuple[Resource, ...]:
    taken = frozenset(specification.lifecycles)
    found = survey(specification.document.data, _free(specification))
    return tuple(_renamed(each, taken) for each in found)


def _free(specification: Specification) -> Mapping[str, Operation]:
    taken = {name for each in specification.lifecycles.values() for name in each.rules}
    return {name: each for name, each in specification.operations.items() if name not in taken}


def _renamed(resource: Resource, taken: frozenset[str]) -> Resource:
    """Return `resource` with a name that no lifecycle of the document has."""
    if resource.name not in taken:
        return resource
    names = (f"{resource.name}{number}" for number in range(2, 1000))
    return replace(resource, name=next(each for each in names if each not in taken))
