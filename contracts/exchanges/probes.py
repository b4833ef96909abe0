"""Requests that are wrong on purpose, always the same: what no generator makes of a schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from contracts.exchange import as_json
from speckit.operation import Operation, Parameter

_JSON = {"Content-Type": "application/json"}
_HUGE = "9" * 40
_ODD = "\N{SNOWMAN}'\"?&\x07"
_ENDS_EARLY = "JSON that ends too early"
_BODIES: Mapping[str, tuple[Mapping[str, str], bytes]] = {
    _ENDS_EARLY: (_JSON, b'{"a": ['),
    "an empty body": (_JSON, b""),
    "text that is not UTF-8": (_JSON, b'{"a": "\xff\xfe"}'),
    "JSON of the wrong kind": (_JSON, b'"a"'),
    "JSON nested 5,000 deep": (_JSON, b"[" * 5000 + b"]" * 5000),
    "numbers without end": (_JSON, f'{{"id": {_HUGE}, "a": -{_HUGE}.5e300}}'.encode()),
    "control characters": (_JSON, rb'{"\u0000": "\u0000\u0007", "id": "\u0000"}'),
    "a media type that nobody knows": ({"Content-Type": "application/x-understudy"}, b"?"),
}
_IDS = ("a b", "a\nb\x07", "../../etc/passwd", "'\"<>`;--", _HUGE, "x" * 600, "\N{SNOWMAN}")


@dataclass(frozen=True, slots=True)
class Probe:
    """One request that is wrong on purpose; `told` says how.

    Attributes:
        must_be_refused: No reading of the document allows to accept it.
    """

    operation: Operation
    told: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    must_be_refused: bool = False


def probes(
    operation: Operation, path: Mapping[str, str], example: Any, fits: Callable[[Any], bool]
) -> Iterator[Probe]:
    """Yield what is tried on an operation.

    Args:
        path: The texts of its path parameters.
        example: A JSON body that fits; ABSENT where there is none.
        fits: Tells whether a JSON body does.
    """
    yield from _ids(operation, path)
    target = rendered(operation.path, path)
    for parameter in operation.parameters:
        if parameter.place == "query":
            odd = _HUGE if _is_number(parameter) else _ODD
            query = urlencode({parameter.name: odd})
            yield Probe(operation, f"{parameter.name}={odd!r}", f"{target}?{query}")
            yield from _cases(operation, target, parameter)
    if operation.body is not None:
        yield from _bodies(operation, target)
        yield from _texts(operation, target, example, fits)
        yield from _words(operation, target, example, fits)


def _bodies(operation: Operation, target: str) -> Iterator[Probe]:
    assert operation.body is not None
    is_json = operation.body.required and set(operation.body.schemas) == {"application/json"}
    for told, (headers, content) in _BODIES.items():
        yield Probe(operation, told, target, headers, content, is_json and told == _ENDS_EARLY)


def _texts(operation: Operation, target: str, example: Any, fits: Callable[[Any], bool]) -> Iterator[Probe]:
    """Yield the example with a number written as text, where its schema does not allow that."""
    members = example if isinstance(example, dict) else {}
    for name in [name for name, value in members.items() if type(value) is int]:
        changed = {**members, name: str(members[name])}
        if not fits(changed):
            told = f"the number {name} as a text"
            yield Probe(operation, told, target, _JSON, as_json(changed), must_be_refused=True)


def _cases(operation: Operation, target: str, parameter: Parameter) -> Iterator[Probe]:
    """Yield a query with a word of an enum in another case, which is no word of it."""
    enum = parameter.schema.get("enum")
    words = [each for each in enum if isinstance(each, str)] if isinstance(enum, list) else []
    word = next((each.swapcase() for each in words if each.swapcase() not in words), "")
    if word:
        query = urlencode({parameter.name: word})
        yield Probe(
            operation, f"{parameter.name}={word}, in another case,", f"{target}?{query}", must_be_refused=True
        )


def _words(operation: Operation, target: str, example: Any, fits: Callable[[Any], bool]) -> Iterator[Probe]:
    """Yield the example with a word in another case, where its schema does not allow that."""
    members = example if isinstance(example, dict) else {}
    for name in [name for name, value in members.items() if _is_word(value)]:
        changed = {**members, name: members[name].swapcase()}
        if fits(members) and not fits(changed):
            told = f"{name} in another case, {changed[name]},"
            yield Probe(operation, told, target, _JSON, as_json(changed), must_be_refused=True)


def _is_word(value: Any) -> bool:
    """Return whether a value is a text of letters: of such a `format` says nothing."""
    return isinstance(value, str) and value.replace("_", "").replace("-", "").isalpha()


def rendered(template: str, path: Mapping[str, str]) -> str:
    """Return a path with its parameters filled in, percent-encoded."""
    for name, value in path.items():
        template = template.replace(f"{{{name}}}", quote(value, safe=""))
    return template


def _ids(operation: Operation, path: Mapping[str, str]) -> Iterator[Probe]:
    """Yield paths with an id that nobody has, the last parameter being what the operation is to."""
    if not path:
        return
    *_, last = path
    for value in _IDS:
        yield Probe(operation, f"the id {value[:20]!r}", rendered(operation.path, {**path, last: value}))
    parameter = operation.parameter("path", last)
    if parameter and parameter.schema.get("type") == "integer":
        more = rendered(operation.path, {**path, last: f"{path[last]}x"})
        yield Probe(operation, f"the id {path[last]}x, which is no number", more, must_be_refused=True)


def _is_number(parameter: Parameter) -> bool:
    return parameter.schema.get("type") in ("integer", "number")
