"""How parameters are written: the styles of OpenAPI (3.0, section 4.7.12.1), by way of RFC 6570."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

_DELIMITERS = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}
_READABLE = ":@/"
"""What may stand in a query as it is (RFC 3986, section 3.4), and is easier to read so."""
_RESERVED = ":/?#[]@!$&'()*+,;="


@dataclass(frozen=True, slots=True)
class Pair:
    """One `name=value` of a query; several items are joined by the delimiter, which is not encoded."""

    name: str
    items: tuple[str, ...]
    delimiter: str = ","
    safe: str = _READABLE

    @property
    def encoded(self) -> str:
        """The pair as it stands in a URL."""
        value = self.delimiter.join(quote(item, safe=self.safe) for item in self.items)
        return f"{quote(self.name, safe='')}={value}"

    @property
    def is_plain(self) -> bool:
        """Whether encoding name and value as texts yields the pair."""
        return len(self.items) == 1 and self.safe == _READABLE


def scalar(value: Any) -> str:
    """Return `value` as text: as it is, or as JSON would write it.

    >>> scalar(True), scalar(None), scalar("a")
    ('true', '', 'a')
    """
    if value is None:
        return ""
    return value if isinstance(value, str) else compact(value)


def compact(value: Any) -> str:
    """Return `value` as JSON without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def query(name: str, value: Any, *, style: str, explode: bool, reserved: bool = False) -> Iterator[Pair]:
    """Yield the pairs that say `value` in a query or a form.

    Args:
        reserved: Whether reserved characters are sent as they are (`allowReserved`).
    """
    safe = _RESERVED if reserved else _READABLE
    if style == "deepObject":
        yield from (Pair(deep, (text,), safe=safe) for deep, text in _deep(name, value))
    elif not isinstance(value, Mapping | list):
        yield Pair(name, (scalar(value),), safe=safe)
    elif not value:
        return
    elif explode and isinstance(value, Mapping):
        yield from (Pair(key, (scalar(each),), safe=safe) for key, each in value.items())
    elif explode:
        yield from (Pair(name, (scalar(each),), safe=safe) for each in value)
    else:
        yield Pair(name, tuple(_flat(value)), _DELIMITERS.get(style, ","), safe)


def _deep(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield what is inside `value` by its way in brackets, as in `filter[status]`."""
    if isinstance(value, Mapping | list):
        inside = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, each in inside:
            yield from _deep(f"{name}[{key}]", each)
    else:
        yield name, scalar(value)


def path(name: str, value: Any, *, style: str, explode: bool) -> str:
    """Return `value` as it stands in a path, percent-encoded.

    >>> path("id", [3, 4], style="matrix", explode=True)
    ';id=3;id=4'
    """
    if style == "label":
        return "." + ("." if explode else ",").join(_parts(value, explode=explode))
    if style != "matrix":
        return ",".join(_parts(value, explode=explode))
    if isinstance(value, Mapping) and explode:
        return "".join(f";{part}" for part in _parts(value, explode=True))
    if isinstance(value, list) and explode:
        return "".join(f";{name}={part}" for part in _parts(value, explode=True))
    return f";{name}={','.join(_parts(value, explode=False))}"


def _parts(value: Any, *, explode: bool) -> list[str]:
    if isinstance(value, Mapping) and explode:
        return [f"{_segment(key)}={_segment(each)}" for key, each in value.items()]
    return [_segment(each) for each in _flat(value)]


def _segment(value: Any) -> str:
    return quote(scalar(value), safe=":@")


def header(value: Any, *, explode: bool) -> str:
    """Return `value` as it stands in a header: visible ASCII in one line (RFC 9110, section 5.5)."""
    if isinstance(value, Mapping) and explode:
        text = ",".join(f"{key}={scalar(each)}" for key, each in value.items())
    else:
        text = ",".join(_flat(value))
    is_visible = text.isascii() and text.isprintable()
    return text if is_visible else quote(text, safe=" " + _RESERVED)


def cookie(value: Any) -> str:
    """Return `value` as it stands in a cookie (RFC 6265, section 4.1.1)."""
    return ",".join(quote(item, safe="!#$&'()*+/:<=>?@[]^`{|}") for item in _flat(value))


def _flat(value: Any) -> list[str]:
    """Return the items of `value`, or its names and values in turn, or itself alone."""
    if isinstance(value, Mapping):
        return [text for key, each in value.items() for text in (str(key), scalar(each))]
    return [scalar(each) for each in value] if isinstance(value, list) else [scalar(value)]
