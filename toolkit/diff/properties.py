"""How two schemas differ in the properties of an object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from toolkit.diff.constraints import Difference
from toolkit.diff.schema import Schema
from toolkit.diff.schema_rules import REQUEST


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs, and the pairs of schemas below that are to be compared.

    With `is_whole` nothing else of the two is to be compared.
    """

    differences: tuple[Difference, ...]
    pairs: tuple[tuple[Schema, Schema], ...]
    is_whole: bool = False


def properties(old: Schema, new: Schema, side: str) -> Compared:
    """Compare the properties of two schemas, in a request or a response."""
    shared = [name for name in old.properties if name in new.properties]
    differences = [
        *_removed(old, new, side),
        *_added(old, new, side),
        *(each for name in shared for each in _kept(old, new, name, side)),
        *_unnamed(old, new),
    ]
    pairs = [(old.properties[name], new.properties[name]) for name in shared]
    seen = [(a, b) for a, b in pairs if not (_is_unseen(a, side) and _is_unseen(b, side))]
    return Compared(tuple(differences), tuple(seen))


def _is_unseen(schema: Schema, side: str) -> bool:
    """Return whether a property does not travel this way."""
    return schema.is_true("readOnly" if side == REQUEST else "writeOnly")


def _removed(old: Schema, new: Schema, side: str) -> Iterator[Difference]:
    for name, each in old.properties.items():
        if name in new.properties or _is_unseen(each, side):
            continue
        kind = "property-removed"
        if side == REQUEST and new.is_closed:
            kind = "property-shut-out"
        elif side != REQUEST and name in old.required:
            kind = "required-property-removed"
        yield Difference(kind, f"The property '{name}' is gone.", each.nodes[0].pointer, new.at("properties"))


def _added(old: Schema, new: Schema, side: str) -> Iterator[Difference]:
    for name, each in new.properties.items():
        if name in old.properties or _is_unseen(each, side):
            continue
        kind = "property-added"
        if side == REQUEST and name in new.required:
            kind = "required-property-added" if name not in old.required else "property-added"
        elif side != REQUEST and old.is_closed:
            kind = "property-let-in"
        yield Difference(kind, f"The property '{name}' is new.", old.at("properties"), each.nodes[0].pointer)


def _kept(old: Schema, new: Schema, name: str, side: str) -> Iterator[Difference]:
    one, other = old.properties[name], new.properties[name]
    at = (one.nodes[0].pointer, other.nodes[0].pointer)
    was, now = _is_unseen(one, side), _is_unseen(other, side)
    if was != now:
        yield Difference(_direction(side, now, name in new.required), _way(side, name, now), *at)
    elif not was and (name in old.required) != (name in new.required):
        became = "required" if name in new.required else "optional"
        yield Difference(f"property-became-{became}", f"The property '{name}' is {became}.", *at)
    if not now and other.is_true("deprecated") and not one.is_true("deprecated"):
        yield Difference("property-deprecated", f"The property '{name}' is deprecated.", *at)


def _direction(side: str, is_unseen: bool, is_required: bool) -> str:
    word = "read-only" if side == REQUEST else "write-only"
    if is_unseen:
        return f"property-became-{word}"
    start = "required-property" if side == REQUEST and is_required else "property"
    return f"{start}-no-longer-{word}"


def _way(side: str, name: str, is_unseen: bool) -> str:
    verb = "sent" if side == REQUEST else "shown"
    return f"The property '{name}' is {verb} no more." if is_unseen else f"The property '{name}' is {verb}."


def _unnamed(old: Schema, new: Schema) -> Iterator[Difference]:
    at = (old.at("additionalProperties"), new.at("additionalProperties"))
    if old.is_closed != new.is_closed:
        kind = "closed" if new.is_closed else "opened"
        said = "shut out" if new.is_closed else "let in"
        yield Difference(f"additional-properties-{kind}", f"Properties that are not named are {said}.", *at)
