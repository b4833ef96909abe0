"""Discriminators in validation: each branch of a `oneOf` or `anyOf` holds its own values of the tag."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from speckit.inheritance import called, inheritance
from speckit.references import deref

Schema = Mapping[str, Any]

_SAYING = frozenset({"enum", "const", "default", "example", "examples", "pattern", "format", "$ref", "allOf"})
"""Keywords by which a branch says itself what its tag is."""


def narrowings(data: Schema, schema: Schema, options: list[Any]) -> list[Schema | None]:
    """Return what else holds of each of `options`, the branches of `schema`; None where nothing does.

    A branch is for the values that the `mapping` gives it, for its name, and for those of its heirs. A
    `defaultMapping` (OpenAPI 3.2) is for all that no other branch is for. A branch without a name, and one
    that says itself what its tag is, stay as they are.
    """
    discriminator = schema.get("discriminator")
    tag = discriminator.get("propertyName") if isinstance(discriminator, Mapping) else None
    if not isinstance(discriminator, Mapping) or not isinstance(tag, str):
        return [None] * len(options)
    values = [list(_values(data, discriminator, each, options)) for each in options]
    usual = discriminator.get("defaultMapping")
    found: list[Schema | None] = []
    for option, own in zip(options, values, strict=True):
        if not own or not _is_open(data, option, tag):
            found.append(None)
        elif usual is not None and _leads_to(usual, option):
            others = [value for each in values for value in each if value not in own]
            found.append({"not": {"required": [tag], **_saying(tag, others)}})
        else:
            found.append(_saying(tag, own))
    return found


def _saying(tag: str, values: list[str]) -> dict[str, Any]:
    return {"properties": {tag: {"enum": values}}}


def _values(data: Schema, discriminator: Schema, option: Any, options: list[Any]) -> dict[str, None]:
    """Return the values of the tag that mean `option`; none where it has no name."""
    ref = option.get("$ref") if isinstance(option, Mapping) else None
    if not isinstance(ref, str):
        return {}
    mapping = discriminator.get("mapping")
    pairs = mapping.items() if isinstance(mapping, Mapping) else ()
    # What leads to none of the branches may be a part of any of them.
    meant = [
        str(value)
        for value, target in pairs
        if _leads_to(target, option) or not any(_leads_to(target, each) for each in options)
    ]
    return dict.fromkeys((*meant, called(ref), *_inherited(data, option)))


def _inherited(data: Schema, option: Any) -> Iterator[str]:
    for heir in inheritance(data).heirs(option):
        yield from (heir.value, heir.name)


def _leads_to(target: Any, option: Any) -> bool:
    """Return whether a value of a `mapping` names `option`: by its reference, or by its name alone."""
    ref = option.get("$ref") if isinstance(option, Mapping) else None
    return isinstance(ref, str) and target in (ref, called(ref))


def _is_open(data: Schema, option: Any, tag: str, depth: int = 8) -> bool:
    """Return whether nothing in `option` itself says what its tag may be: any text does."""
    try:
        node = deref(data, option)
    except LookupError:  # told where the schema is compiled
        return False
    if not isinstance(node, Mapping):
        return True
    members = node.get("properties")
    member = members.get(tag) if isinstance(members, Mapping) else None
    if isinstance(member, Mapping) and (_SAYING & member.keys() or member.get("type", "string") != "string"):
        return False
    parts = node.get("allOf") if depth else None
    return all(_is_open(data, part, tag, depth - 1) for part in parts if parts) if parts else True
