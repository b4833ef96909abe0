"""Forms: the fields of a body, each read as its encoding and its schema say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from mockserver import json_text
from mockserver.answers import Refused
from mockserver.parameters.query import MOST_PARAMETERS, Query, brackets, by_name
from mockserver.parameters.shape import shape
from mockserver.parameters.styles import Style, Unreadable, in_query
from mockserver.parameters.values import Tree, Values
from mockserver.problems import together
from speckit.pointer import ABSENT
from speckit.schema import Schemas

Encoding = Mapping[str, Any]


class Form:
    """The fields of one form.

    Args:
        schemas: What its schema refers to.
        schema: The schema of the form as a whole.
        encoding: The document's Encoding Objects by field.
    """

    def __init__(self, schemas: Schemas, schema: Any, encoding: Mapping[str, Encoding]) -> None:
        self.shape = shape(schemas, schema)
        others = frozenset(self.shape.properties)
        self.fields = {
            name: Field(name, Values(schemas, part), encoding.get(name, {}), others)
            for name, part in self.shape.properties.items()
        }
        self._whole = Values(schemas, schema)
        self._names = {name for each in self.fields.values() for name in each.names}

    def read(self, query: Query) -> dict[str, Any]:
        """Return the fields by name; what the schema does not name is taken as the schema says of such.

        Raises:
            Refused: some fields are not written as their style says.
        """
        values: dict[str, Any] = {}
        refusals: list[Refused] = []
        for name, field in self.fields.items():
            try:
                value = field.read(query)
            except Unreadable as problem:
                refusals.append(Refused("invalidBody", f"The field '{name}' {problem}."))
            else:
                if value is not ABSENT:
                    values[name] = value
        if refusals:
            raise together(refusals)
        return values | self._rest(query)

    def _rest(self, query: Query) -> dict[str, Any]:
        """Return the fields that nobody declares."""
        rest: dict[str, Any] = {}
        for name, texts in query.texts.items():
            path = brackets(name)
            root = path[0] if path else name
            if root not in self._names and name not in self._names:
                rest[root] = query.nested[root] if path else texts[-1]
        return self._whole.of(rest) if rest else rest


class Field:
    """One field of a form."""

    def __init__(self, name: str, values: Values, encoding: Encoding, others: frozenset[str]) -> None:
        self.values = values
        self.encoding = encoding
        style = Style(
            name,
            str(encoding.get("style") or "form"),
            bool(encoding.get("explode", encoding.get("style", "form") == "form")),
            values.shape,
            repeated="last",
            others=others,
        )
        self._is_spread = "style" in encoding and style.style == "form" and style.explode
        self._pick = in_query(style)
        self.names = {name, *(values.shape.properties if self._is_spread and values.shape.is_object else ())}

    @property
    def is_json(self) -> bool:
        """Whether the document says that the field is JSON."""
        return "json" in str(self.encoding.get("contentType", ""))

    def read(self, query: Query) -> Any:
        """Return the value of the field; ABSENT where it was not sent.

        Raises:
            Unreadable: it is not written as its style says.
        """
        tree = self._pick(query)
        return ABSENT if tree is None else self.value(tree)

    def value(self, tree: Tree) -> Any:
        """Return the value of what was sent: an object that comes as one text is JSON."""
        is_object = self.values.shape.is_object and not self.values.shape.is_plain
        if isinstance(tree, str) and (self.is_json or is_object):
            try:
                return json_text.parsed(tree.encode())
            except json_text.UnreadableJSON:
                return self.values.of(tree)
        return self.values.of(tree)


def urlencoded(content: bytes) -> Query:
    """Return the fields of a urlencoded form.

    Raises:
        Refused: it is not UTF-8 below its percent signs, or has too many fields.
    """
    try:
        text = content.decode()
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except UnicodeDecodeError as problem:
        detail = "The form is not UTF-8 below its percent signs; send percent-encoded UTF-8."
        raise Refused("malformedBody", detail) from problem
    except ValueError as problem:
        detail = f"The form has too many fields; send at most {MOST_PARAMETERS}."
        raise Refused("malformedBody", detail) from problem
    return Query(by_name(pairs), content if content.isascii() else b"")
