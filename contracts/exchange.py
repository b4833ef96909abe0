"""One request and its answer, as somebody watching the wire sees them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import orjson

from speckit.operation import Operation, Parameter
from speckit.pointer import ABSENT

DELIMITERS: Mapping[str, str] = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
"""What parts the items of a query parameter, by its style."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment on the judge's two clocks, in seconds.

    Between two moments at least `slow` and at most `fast` has passed for the
    server. They differ only where the server's clock is moved by the judge: then
    it may or may not run by itself meanwhile.
    """

    slow: float
    fast: float


@dataclass(frozen=True, slots=True)
class Call:
    """A request as a driver means it.

    Attributes:
        principal: The name of who asks; empty for nobody.
        body: A JSON value, or a mapping of form fields; ABSENT where there is none.
        content_type: The media type of the body.
        is_sure: The driver knows that nothing is wrong with the request itself.
        aim: What the driver knows to be wrong: `missing` or `malformed` (the id), `parent` (it does not
            exist), `stale` (the condition), `invalid` (the request).
        about: What the aim is about: the name of a parent.
    """

    operation: Operation
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = ABSENT
    principal: str = ""
    content_type: str = "application/json"
    is_sure: bool = False
    aim: str = ""
    about: str = ""

    def header(self, name: str) -> Any:
        """Return the header `name`, in whatever case it is written; ABSENT where it is not sent."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), ABSENT)

    @property
    def is_meant(self) -> bool:
        """Whether the driver knows what is right or wrong with the request itself."""
        return self.is_sure or bool(self.aim)

    @property
    def target(self) -> str:
        """The path and query of the request, percent-encoded."""
        path = self.operation.path
        for name, value in self.path.items():
            path = path.replace(f"{{{name}}}", quote(text(value), safe=""))
        query = self._gathered()
        written = "&".join(part for name, value in query.items() for part in self._written(name, value))
        return f"{path}?{written}" if written else path

    def _gathered(self) -> dict[str, Any]:
        """Return the query with the members of an object, which filters name apart, in one value."""
        found: dict[str, Any] = {}
        for name, value in self.query.items():
            holder, path = self.operation.asked(name) or (None, ())
            whole = found.setdefault(holder.name, {}) if holder and len(path) == 1 else None
            if isinstance(whole, dict):
                whole[path[0]] = value
            else:
                found[name] = value
        return found

    def _written(self, name: str, value: Any) -> list[str]:
        """Return what a query parameter is written as: an array is several, or one text that is parted."""
        parameter = self.operation.parameter("query", name)
        if isinstance(value, list) and parameter is not None and not parameter.explode:
            return _joined(parameter, value)
        if parameter is not None and parameter.style == "deepObject":
            pairs = [(key, each) for key, part in _members(value) for each in _several(part)]
            return [urlencode({f"{name}[{key}]": text(each)}) for key, each in pairs]
        if parameter is not None and isinstance(value, dict) and parameter.style in DELIMITERS:
            return _object(parameter, value)
        return [urlencode({name: text(each)}) for each in _several(value)]

    @property
    def content(self) -> bytes:
        """The body as it is sent; empty where there is none."""
        if self.body is ABSENT:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        if self.content_type.startswith("application/x-www-form-urlencoded"):
            return urlencode(
                [(name, text(v)) for name, value in self.body.items() for v in _several(value)]
            ).encode()
        if self.content_type.startswith("multipart/form-data") and isinstance(self.body, dict):
            return _multipart(self.body, self.content_type)
        return as_json(self.body)


def as_json(value: Any) -> bytes:
    """Return a value as it is sent: also a whole number that takes more than 64 bits."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value).encode()


def _multipart(body: Mapping[str, Any], content_type: str) -> bytes:
    """Return a form as RFC 7578 has it: what is no text is a part of JSON, and an array several parts."""
    boundary = content_type.partition("boundary=")[2].partition(";")[0].strip('"')
    parts = []
    for name, value in body.items():
        for each in value if isinstance(value, list) else [value]:
            kind = "\r\nContent-Type: application/json" if isinstance(each, dict | list) else ""
            head = f'Content-Disposition: form-data; name="{name}"{kind}'
            parts.append(f"--{boundary}\r\n{head}\r\n\r\n{text(each)}\r\n")
    return "".join([*parts, f"--{boundary}--\r\n"]).encode()


@dataclass(frozen=True)
class Exchange:
    """A call and what came back.

    Attributes:
        number: Counts the exchanges of a judgement from 1.
        url: The whole URL that was asked.
        before: When the request was sent.
        after: When the answer was there; the server did what it did between the two.
        headers: Of the answer, their names in lower case.
        credential: The headers that said who asked.
        phase: Which driver sent it.
        race: Shared by requests that were on their way at the same time; 0 where it was alone.
    """

    number: int
    call: Call
    url: str
    before: Moment
    after: Moment
    status: int
    headers: Mapping[str, str]
    content: bytes
    credential: Mapping[str, str] = field(default_factory=dict)
    phase: str = ""
    race: int = 0

    @cached_property
    def answer(self) -> Any:
        """The body of the answer as a JSON value; ABSENT where it is none."""
        try:
            return orjson.loads(self.content)
        except orjson.JSONDecodeError:
            return ABSENT

    @property
    def media_type(self) -> str:
        """The media type of the answer, in lower case and without parameters."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    @property
    def is_success(self) -> bool:
        """Whether the status is in the 200s."""
        return 200 <= self.status < 300

    def told(self) -> str:
        """Return the exchange in one line."""
        said = self.content[:200].decode("utf-8", "replace")
        return f"{self.call.operation.method} {self.call.target} -> {self.status} {said}".rstrip()


def _object(parameter: Parameter, value: Mapping[str, Any]) -> list[str]:
    """Return an object as a query holds it: a parameter for each member, or one with all of them."""
    if parameter.explode:
        return [urlencode({key: text(each)}) for key, part in value.items() for each in _several(part)]
    return _joined(parameter, [part for pair in value.items() for part in pair])


def _joined(parameter: Parameter, parts: Iterable[Any]) -> list[str]:
    """Return values as one parameter that its style parts; by commas where it has no such style."""
    delimiter = quote(DELIMITERS.get(parameter.style, ","), safe=",")
    return [f"{quote_plus(parameter.name)}={delimiter.join(quote_plus(text(each)) for each in parts)}"]


def _members(value: Any) -> list[tuple[str, Any]]:
    """Return the members of an object, or of a text that holds one as JSON."""
    try:
        known = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return []
    return list(known.items()) if isinstance(known, dict) else []


def _several(value: Any) -> list[Any]:
    """Return the values of a form field: a list is written as the same field again and again."""
    return value if isinstance(value, list) else [value]


def text(value: Any) -> str:
    """Return `value` as a path, a query or a form holds it: a string as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
