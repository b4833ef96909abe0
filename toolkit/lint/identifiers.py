"""What new ids look like: some of those that a lifecycle makes."""

from __future__ import annotations

from random import Random
from typing import Any
from uuid import UUID

from speckit.expression import Source, Template, Text
from speckit.lifecycle import Identity

_MANY = 16
"""How many ids are made up: by chance, hexadecimal digits may be all letters."""
_BITS = 4
"""How many bits a hexadecimal digit has."""


def made(identity: Identity) -> list[Any]:
    """Return ids such as new resources get, always the same; empty where a request decides about them."""
    random = Random(0)
    found = [_value(identity.generate, identity.start + count, random) for count in range(_MANY)]
    return [each for each in found if each is not None]


def _value(template: Template | None, number: int, random: Random) -> Any:
    if isinstance(template, Source):
        return _source(template, number, random)
    if not isinstance(template, Text):
        return None
    parts = [each if isinstance(each, str) else _source(each, number, random) for each in template.parts]
    return None if None in parts else "".join(map(str, parts))


def _source(source: Source, number: int, random: Random) -> Any:
    match source.kind:
        case "random.uuid":
            return str(UUID(int=random.getrandbits(128), version=4))
        case "random.hex":
            digits = int(source.name)
            return f"{random.getrandbits(_BITS * digits):0{digits}x}"
        case "sequence":
            return number
    return None
