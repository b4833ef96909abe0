"""Which operations and webhooks belong together: those of one tag, and the tags below another."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from handbook import raw
from handbook.components import is_big
from handbook.incoming import Incoming
from handbook.raw import Data
from speckit.operation import Operation
from speckit.specification import Specification

OTHERS = "Operations"
"""What those are called that have no tag."""
_VERSION = re.compile(r"v?[0-9][0-9.]*|api|rest", re.IGNORECASE)


def grouped(specification: Specification, only: Sequence[str] = ()) -> dict[str, list[Operation]]:
    """Return the operations by the tag that they are explained under, tags in the order of the document.

    That is the first of their tags. Each other one, and each tag above one of these, has its place too, if
    only to lead there. Where a big document has no tags, what its paths begin with takes their place.

    Args:
        only: Tags; where any are given, no other tag of an operation counts.
    """
    data = specification.document.data
    operations = specification.operations.values()
    found: dict[str, list[Operation]] = {str(tag.get("name", "")): [] for tag in raw.tag_objects(data)}
    of_path = is_big(data) and not any(each.tags for each in operations)
    for each in operations:
        otherwise = _first_word(each.path) if of_path else OTHERS
        homes = places(data, each, only)
        found.setdefault(homes[0] if homes else otherwise, []).append(each)
        found.update((tag, []) for tag in homes if tag not in found)
    used = {tag for each in operations for tag in places(data, each, only)}
    used |= {tag for tag, inside in found.items() if inside}
    used |= {above for tag in used for above in _ways_up(data, tag)}
    return {tag: inside for tag, inside in found.items() if tag in used}


def listed(
    specification: Specification, groups: Mapping[str, Sequence[Operation]], only: Sequence[str] = ()
) -> dict[str, list[Operation]]:
    """Return all operations that have each tag of `groups`, also those that are explained under another."""
    data, operations = specification.document.data, specification.operations
    found: dict[str, dict[str, Operation]] = {tag: {} for tag in groups}
    homes = {each.id: tag for tag, inside in groups.items() for each in inside}
    for each in operations.values():
        for tag in (homes[each.id], *places(data, each, only)):
            found[tag][each.id] = each
    return {tag: list(inside.values()) for tag, inside in found.items()}


def parent(data: Data, tag: str, groups: Mapping[str, Any]) -> str:
    """Return the tag right above `tag`; empty for one at the top."""
    above = str(raw.tag_object(data, tag).get("parent") or "")
    return above if above in groups and above in _ways_up(data, tag) else ""


def hooked(hooks: Sequence[Incoming], groups: Mapping[str, Any]) -> dict[str, list[Incoming]]:
    """Return the webhooks by tag; those of no tag that has operations are found under an empty one."""
    found: dict[str, list[Incoming]] = {}
    for each in hooks:
        tag = next((tag for tag in each.operation.tags if tag in groups), "")
        found.setdefault(tag, []).append(each)
    return found


def places(data: Data, operation: Operation, only: Sequence[str] = ()) -> list[str]:
    """Return the tags that say where an operation belongs, not only what it is like; its home comes first.

    Args:
        only: Tags; where any are given, no other tag counts.
    """
    tags = [tag for tag in operation.tags if not only or tag in only] or list(operation.tags)
    return [tag for tag in dict.fromkeys(tags) if raw.is_place(data, tag)] or tags[:1]


def _ways_up(data: Data, tag: str) -> list[str]:
    """Return all tags above `tag`, the nearest first; none in a circle, where nothing is at the top."""
    found: list[str] = []
    name = str(raw.tag_object(data, tag).get("parent") or "")
    while name and raw.tag_object(data, name):
        if name in found or name == tag:
            return []
        found.append(name)
        name = str(raw.tag_object(data, name).get("parent") or "")
    return found


def _first_word(path: str) -> str:
    """Return the first part of a path that says what it is about.

    >>> _first_word("/v1/charges/{id}")
    'charges'
    """
    parts = [part for part in path.split("/") if part and not _VERSION.fullmatch(part) and "{" not in part]
    return parts[0] if parts else OTHERS
