"""Numbers and texts that fit a schema: the plainest, or such as chance has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any
from uuid import UUID

from speckit.patterns import matching

Schema = Mapping[str, Any]

_FORMATS: Mapping[str, str] = {
    "date-time": "2026-01-01T00:00:00Z",
    "date-time-rfc1123": "Thu, 01 Jan 2026 00:00:00 GMT",
    "date": "2026-01-01",
    "time": "00:00:00Z",
    "duration": "P1D",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "email": "someone@example.com",
    "idn-email": "someone@example.com",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "iri": "https://example.com/",
    "uri-reference": "/",
    "iri-reference": "/",
    "uri-template": "/{id}",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "hostname": "example.com",
    "idn-hostname": "example.com",
    "json-pointer": "/a",
    "relative-json-pointer": "0",
    "regex": "^a$",
    "byte": "c3RyaW5n",
    "base64": "c3RyaW5n",
    "base64url": "c3RyaW5n",
}
PLAIN = "string"
"""The text of no particular form."""
_WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "harbor", "indigo", "juniper")
_LONGEST = 10_000


def _day(random: Random) -> str:
    return f"2026-{random.randint(1, 12):02}-{random.randint(1, 28):02}"


def _moment(random: Random) -> str:
    return f"{random.randint(0, 23):02}:{random.randint(0, 59):02}:{random.randint(0, 59):02}Z"


def _address(random: Random) -> str:
    return f"https://example.com/{random.choice(_WORDS)}/{random.randint(1, 999)}"


_BY_CHANCE: Mapping[str, Callable[[Random], str]] = {
    "date-time": lambda random: f"{_day(random)}T{_moment(random)}",
    "date": _day,
    "time": _moment,
    "duration": lambda random: f"PT{random.randint(1, 59)}M",
    "uuid": lambda random: str(UUID(int=random.getrandbits(128), version=4)),
    "email": lambda random: f"{random.choice(_WORDS)}.{random.randint(1, 999)}@example.com",
    "uri": _address,
    "url": _address,
    "ipv4": lambda random: f"192.0.2.{random.randint(1, 254)}",
    "ipv6": lambda random: f"2001:db8::{random.randint(1, 0xFFFF):x}",
    "hostname": lambda random: f"{random.choice(_WORDS)}.example.com",
}


def text(schema: Schema, random: Random | None = None) -> str:
    """Return a text of the format, the pattern and the length that `schema` asks for."""
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength")
    if isinstance(pattern := schema.get("pattern"), str):
        found = matching(pattern, shortest, longest, random.randint(1, 64) if random else 0)
        if found is not None:
            return found
    plain = _formatted(schema, random).ljust(min(shortest, _LONGEST), "x")
    return plain[:longest]


def _formatted(schema: Schema, random: Random | None) -> str:
    kind = schema.get("format", "")
    if schema.get("contentEncoding") in ("base64", "base64url"):
        kind = "base64"
    if random is not None and kind in _BY_CHANCE:
        return _BY_CHANCE[kind](random)
    if random is not None and kind not in _FORMATS:
        return f"{random.choice(_WORDS)}-{random.randint(1, 999)}"
    return _FORMATS.get(kind, PLAIN)


def number(schema: Schema, *, is_whole: bool, random: Random | None = None) -> Any:
    """Return the number nearest to the lower bound, else to nought, else to the upper bound."""
    low, above = _bound(schema, "minimum", "exclusiveMinimum")
    high, below = _bound(schema, "maximum", "exclusiveMaximum")
    step = schema.get("multipleOf") or (1 if is_whole else None)

    def fits(each: Any) -> bool:
        return not (
            (low is not None and (each < low or (above and each == low)))
            or (high is not None and (each > high or (below and each == high)))
            or (is_whole and each != int(each))
        )

    near = [] if random is None else [_by_chance(low, high, step, random)]
    near += [] if low is None else [low, low + 1] if step is None else _steps(low, step)
    near += [0]
    if high is not None:
        near += [high, high - 1] if step is None else [high // step * step, (-(-high // step) - 1) * step]
        near += [] if low is None or step is not None else [(low + high) / 2]
    found = next(filter(fits, near), near[0])
    return int(found) if is_whole and found == int(found) else found


def _steps(low: Any, step: Any) -> list[Any]:
    return [-(-low // step) * step, (low // step + 1) * step]


def _by_chance(low: Any, high: Any, step: Any, random: Random) -> Any:
    """Return a number between the bounds; where one is missing, within a thousand of the other."""
    if low is None:
        low = 0 if high is None or high > 0 else high - 1000
    high = low + 1000 if high is None else min(high, low + 1000)
    if step is None:
        return round(random.uniform(low, high), 2)
    return low // step * step + random.randint(0, max(0, int((high - low) // step))) * step


def _bound(schema: Schema, name: str, exclusive: str) -> tuple[Any, bool]:
    """Return the narrower bound and whether it is itself excluded, in the words of OpenAPI 3.0 or 3.1."""
    edge, other = schema.get(name), schema.get(exclusive)
    if isinstance(other, bool) or other is None:
        return edge, other is True
    if edge is not None and (edge > other if name == "minimum" else edge < other):
        return edge, False
    return other, True
