"""Reads the body of a request: its media type, its text, its schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import jsonschema_rs
import orjson

from mockserver.answers import Refused
from mockserver.parameters import parser
from speckit.operation import Body
from speckit.pointer import ABSENT
from speckit.schema import Schemas

DEEPEST = 100
"""How deep the objects and arrays of a body may be nested."""

FORM = "application/x-www-form-urlencoded"


class BodyReader:
    """Reads the bodies of one operation."""

    def __init__(self, body: Body, schemas: Schemas) -> None:
        self._is_required = body.required
        self._schemas = body.schemas
        self._readers = {
            kind: (self._parser(kind), _validator(schemas, kind, schema))
            for kind, schema in body.schemas.items()
        }
        self._json = next((kind for kind in body.schemas if is_json(kind)), None)
        properties = schemas.resolved(body.schemas.get(FORM, {})).get("properties", {})
        self._fields = {name: _field(schemas, schema) for name, schema in properties.items()}

    def read(self, content: bytes, content_type: str | None) -> Any:
        """Return the value in `content`, or ABSENT where nothing was sent.

        Raises:
            Refused: it is missing, of another media type, cannot be read or does not fit.
        """
        if not content:
            if self._is_required:
                raise Refused("malformedBody", f"A body is required; send {' or '.join(self._schemas)}.")
            return ABSENT
        parse, validator = self._readers.get(content_type or "") or self._readers[self._kind(content_type)]
        value = parse(content)
        if validator is not None and value is not ABSENT and not validator.is_valid(value):
            raise Refused("invalidBody", _misfit(validator, value))
        return value

    def _parser(self, kind: str) -> Callable[[bytes], Any]:
        """Return what reads a body of the media type `kind`; of what is neither JSON nor a form, nothing."""
        if kind == FORM:
            return self._form
        return parse_json if is_json(kind) else lambda _content: ABSENT

    def _form(self, content: bytes) -> dict[str, Any]:
        """Return the fields of a form: everything is text there, and the schema says what it stands for."""
        texts: dict[str, list[str]] = {}
        for name, text in _form(content):
            texts.setdefault(name, []).append(text)
        return {name: self._fields[name](t) if name in self._fields else t[-1] for name, t in texts.items()}

    def _kind(self, content_type: str | None) -> str:
        """Return which documented media type the request's is."""
        if content_type is None and self._json:
            return self._json
        sent = (content_type or "").split(";")[0].strip().lower()
        for kind in (sent, sent.split("/")[0] + "/*", "*/*"):
            if kind in self._schemas:
                return kind
        detail = f"The body is {sent or 'of no media type'}; send {' or '.join(self._schemas)}."
        raise Refused("unsupportedMediaType", detail)


def _field(schemas: Schemas, schema: Any) -> Callable[[list[str]], Any]:
    """Return the function that reads a form field; what cannot be read stays text, to be refused."""
    schema = schemas.resolved(schema)
    is_list = schema.get("type") == "array"
    parse = parser(schemas.resolved(schema.get("items", {})) if is_list else schema)

    def one(text: str) -> Any:
        value = parse(text)
        return text if value is ABSENT else value

    return lambda texts: list(map(one, texts)) if is_list else one(texts[-1])


def is_json(kind: str) -> bool:
    """Return whether `kind` is JSON: application/json or anything that ends in +json."""
    base = kind.split(";")[0].strip()
    return base in ("application/json", "*/*", "application/*") or base.endswith("+json")


def _validator(schemas: Schemas, kind: str, schema: Mapping[str, Any]) -> jsonschema_rs.Validator | None:
    if not schema or not (is_json(kind) or kind == FORM):
        return None
    return schemas.validator_or_none(schema, f"A request body of type {kind}")


def parse_json(content: bytes) -> Any:
    """Return the JSON value in `content`.

    Raises:
        Refused: it is not JSON, not UTF-8, or nested too deep.
    """
    if len(content) > DEEPEST and content.count(b"[") + content.count(b"{") > DEEPEST < depth(content):
        raise Refused("malformedBody", f"The body is nested deeper than {DEEPEST} levels.")
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as problem:
        raise Refused("malformedBody", f"The body is not JSON: {problem}.") from problem


def depth(content: bytes) -> int:
    """Return how deep the brackets of a JSON text go, those inside strings left aside."""
    deepest = level = 0
    in_string = is_escaped = False
    for byte in content:
        if in_string:
            in_string = is_escaped or byte != 0x22
            is_escaped = byte == 0x5C and not is_escaped
        elif byte == 0x22:
            in_string, is_escaped = True, False
        elif byte in b"[{":
            level += 1
            deepest = max(deepest, level)
        elif byte in b"]}":
            level -= 1
    return deepest


def _form(content: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(content.decode(), keep_blank_values=True, errors="strict", max_num_fields=1000)
    except (UnicodeDecodeError, ValueError) as problem:
        raise Refused("malformedBody", f"The form cannot be read: {problem}.") from problem


def _misfit(validator: jsonschema_rs.Validator, value: Any) -> str:
    error = next(validator.iter_errors(value))
    at = "/".join(map(str, error.instance_path))
    return f"The body does not fit its schema{f' at {at}' if at else ''}: {error.message}."
