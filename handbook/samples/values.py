"""What a sample says: a value for each parameter it sends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import handbook.samples.styles as styles
from handbook import raw
from handbook.components import plain_letters
from handbook.samples.seeds import seeded
from handbook.samples.styles import Pair
from speckit.operation import Operation, Parameter
from speckit.pointer import ABSENT
from speckit.sample import Making
from speckit.specification import Specification

MOST_OPTIONAL = 2
"""How many optional query parameters a sample shows."""

_TEMPLATE = re.compile(r"\{([^{}]+)\}")
_NOT_PARAMETERS = frozenset({"accept", "content-type", "authorization"})
"""Headers whose parameters OpenAPI ignores (3.0, section 4.7.12.1)."""
_MADE_UP = "string"
"""What a text about which nothing is known is made of."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A parameter with the value that is sent."""

    parameter: Parameter
    value: Any
    node: raw.Node


class Values:
    """The parameters of one operation, as a sample has them.

    Attributes:
        seed: The resource that the path names, where it is one that is there from the start.
    """

    def __init__(self, specification: Specification, operation: Operation) -> None:
        self._data = specification.document.data
        self._operation = operation
        nodes = raw.parameters(specification.document.data, operation)
        self._nodes = {(node.get("in"), node.get("name")): node for node in nodes}
        self._paging = {
            rule.paging.param
            for each in specification.lifecycles.values()
            if (rule := each.rules.get(operation.id)) and rule.paging and rule.paging.style == "cursor"
        }
        path = [each for each in operation.parameters if each.place == "path"]
        written = {each.name: found for each in path if (found := self._written(each)) not in (ABSENT, None)}
        named, self.seed = seeded(specification, operation, written)
        self._path = {**written, **named}

    def path(self) -> str:
        """Return the path with its parameters filled in, percent-encoded."""
        pieces = _TEMPLATE.split(self._operation.path)
        return "".join(
            self._in_path(piece) if place % 2 else quote(piece, safe="/:@!$&'()*+,;=?%-._~")
            for place, piece in enumerate(pieces)
        )

    def _in_path(self, name: str) -> str:
        parameter = self._operation.parameter("path", name) or Parameter(name, "path", True, {})
        value = self._path[name] if name in self._path else self._made(parameter)
        style = parameter.style or "simple"
        return styles.path(name, value, style=style, explode=parameter.explode and bool(parameter.style))

    def query(self) -> tuple[Pair, ...]:
        """Return the query: what is required, and a few others for which the document has an example."""
        return tuple(pair for sent in self._queried() for pair in self._pairs(sent))

    def _queried(self) -> Iterator[Sent]:
        left = MOST_OPTIONAL
        for parameter in self._operation.parameters:
            if parameter.place not in ("query", "querystring"):
                continue
            if parameter.required:
                yield self._sent(parameter)
            elif left and self._is_telling(parameter):
                left -= 1
                yield self._sent(parameter)

    def _is_telling(self, parameter: Parameter) -> bool:
        """Return whether the document shows how an optional parameter is used, by an example of its own."""
        node = self._nodes[parameter.place, parameter.name]
        # A cursor means something only to the server that gave it.
        is_cursor = parameter.name in self._paging
        return not (is_cursor or node.get("deprecated")) and _example(self._data, node) is not ABSENT

    def _pairs(self, sent: Sent) -> Iterator[Pair]:
        parameter, value, node = sent.parameter, sent.value, sent.node
        if parameter.place == "querystring":
            return styles.query(parameter.name, value, style="form", explode=True)
        if "content" in node:
            value = value if isinstance(value, str) else styles.compact(value)
        reserved = bool(node.get("allowReserved"))
        return styles.query(
            parameter.name, value, style=parameter.style, explode=parameter.explode, reserved=reserved
        )

    def headers(self) -> Iterator[tuple[str, str]]:
        """Yield the required headers."""
        for parameter in self._operation.parameters:
            is_sent = parameter.place == "header" and parameter.required
            if is_sent and parameter.name.lower() not in _NOT_PARAMETERS:
                sent = self._sent(parameter)
                yield parameter.name, styles.header(sent.value, explode=parameter.explode)

    def header(self, name: str) -> tuple[str, Any]:
        """Return the header `name` as the document spells it, and its example; ABSENT where it has none."""
        for parameter in self._operation.parameters:
            if parameter.place == "header" and parameter.name.lower() == name.lower():
                return parameter.name, self._written(parameter)
        return "-".join(part.capitalize() for part in name.split("-")), ABSENT

    def cookies(self) -> Iterator[tuple[str, str]]:
        """Yield the required cookies."""
        for parameter in self._operation.parameters:
            if parameter.place == "cookie" and parameter.required:
                yield parameter.name, styles.cookie(self._sent(parameter).value)

    def _sent(self, parameter: Parameter) -> Sent:
        written = self._written(parameter)
        value = self._made(parameter) if written is ABSENT else written
        return Sent(parameter, value, self._nodes[parameter.place, parameter.name])

    def _written(self, parameter: Parameter) -> Any:
        """Return what the document gives as the parameter's value; ABSENT where it gives none."""
        found = _example(self._data, self._nodes[parameter.place, parameter.name])
        return _of_schema(parameter.schema) if found is ABSENT else found

    def _made(self, parameter: Parameter) -> Any:
        """Return a value made from the schema; text that could be any is a word that asks to be replaced."""
        schema = parameter.schema or {"type": "string"}
        made = Making(self._data).value(schema, ())
        name = _words(plain_letters(parameter.name))
        word = f"YOUR_{re.sub('[^A-Z0-9]+', '_', name.upper()).strip('_')}"
        is_any = made == _MADE_UP and "pattern" not in schema
        return word if is_any and len(word) <= schema.get("maxLength", len(word)) else made


def _words(name: str) -> str:
    """Return `name` with its humps apart.

    >>> _words("customerId")
    'customer_Id'
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)


def _example(data: dict[str, Any], node: raw.Node) -> Any:
    """Return the example of a parameter, or of its media type; ABSENT where it has none."""
    places = (node, *(node.get("content") or {}).values())
    return next((value for place in places for _, value in raw.examples(data, place)), ABSENT)


def _of_schema(schema: Mapping[str, Any]) -> Any:
    if isinstance(schema, Mapping):
        for key in ("example", "default", "const"):
            if key in schema:
                return schema[key]
        for key in ("examples", "enum"):
            if isinstance(schema.get(key), list) and schema[key]:
                return schema[key][0]
    return ABSENT
