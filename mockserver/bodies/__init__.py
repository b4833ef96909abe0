"""Reads the body of a request: its media type, its text, its schema."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from mockserver import json_text
from mockserver.answers import Refused
from mockserver.bodies.forms import Form, urlencoded
from mockserver.bodies.media import FORM, Sent, fitting, is_json, is_sequence, sent
from mockserver.bodies.multipart import Multipart
from mockserver.bodies.sequences import sequence, whole
from mockserver.parameters.shape import shape
from mockserver.parameters.values import Values
from mockserver.problems import misfits, sentences
from mockserver.xml import Markup, is_xml
from speckit.marks import Path, marked, strip
from speckit.operation import Body
from speckit.pointer import ABSENT
from speckit.schema import SENT, Schemas

log = logging.getLogger("understudy")

MOST_KNOWN = 32
"""How many ways to write the header Content-Type are remembered."""

Parse = Callable[[bytes, Sent], Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """How bodies of one media type are read.

    `left` are the properties that only the server writes: what a client sends for them is passed over.
    Those inside others are taken away by `parse`.
    """

    parse: Parse
    validator: jsonschema_rs.Validator | None
    left: frozenset[str]


class BodyReader:
    """Reads the bodies of one operation."""

    def __init__(self, body: Body, schemas: Schemas) -> None:
        self._body = body
        self._schemas = schemas
        self._kinds: dict[tuple[str, str], Kind] = {}
        self._known: dict[bytes | None, tuple[Sent, Kind]] = {}
        self._usual = _usual(tuple(body.schemas))

    def read(self, content: bytes, content_type: bytes | None, content_encoding: bytes | None = None) -> Any:
        """Return the value in `content`, or ABSENT where nothing was sent.

        Args:
            content: The body as it came.
            content_type: The header that says what it is, as it came; without it, the documented media
                type is meant where there is but one, or JSON.
            content_encoding: The header that says how it is packed.

        Raises:
            Refused: it is missing, of another media type, cannot be read or does not fit.
        """
        if not content:
            if self._body.required:
                raise Refused("malformedBody", f"A body is required; send {self._documented}.")
            return ABSENT
        if content_encoding and content_encoding.lower() != b"identity":
            packed = content_encoding.decode("latin-1")
            detail = f"The body is packed as {packed}; send it as it is, without Content-Encoding."
            raise Refused("unsupportedMediaType", detail)
        media, kind = self._known.get(content_type) or self._meant(content_type)
        try:
            value = kind.parse(content, media)
        except json_text.UnreadableJSON as problem:
            raise _unreadable(problem) from problem
        if kind.left and isinstance(value, dict):
            value = {name: each for name, each in value.items() if name not in kind.left}
        if kind.validator is not None and not kind.validator.is_valid(value):
            raise Refused("invalidBody", _misfit(kind.validator, value, len(content)))
        return value

    @property
    def _documented(self) -> str:
        return " or ".join(self._body.schemas) or "any"

    def _meant(self, content_type: bytes | None) -> tuple[Sent, Kind]:
        """Return what the body is, said or meant (RFC 9110, section 8.3), and how it is read."""
        media = Sent(self._usual or "") if content_type is None else sent(content_type.decode("latin-1"))
        kind = self._kind(media.kind)
        # Clients write few headers again and again, but a new boundary each time.
        if len(self._known) < MOST_KNOWN and media.options.keys() <= {"charset"}:
            self._known[content_type] = media, kind
        return media, kind

    def _kind(self, kind: str) -> Kind:
        """Return how a body of the media type `kind` is read, compiled when the first one comes."""
        declared = fitting(kind, self._body.schemas)
        if declared is None:
            detail = f"The body is {kind or 'of no media type'}; send {self._documented}."
            raise Refused("unsupportedMediaType", detail)
        # Below a range clients choose the name; of what it means there are only so many.
        key = (declared, kind if declared == kind else _family(kind))
        if key not in self._kinds:
            self._kinds[key] = self._compiled(declared, kind)
        return self._kinds[key]

    def _compiled(self, declared: str, kind: str) -> Kind:
        media = {"schema": self._body.schemas[declared], **self._body.content.get(declared, {})}
        schema = whole(self._schemas, media) if is_sequence(kind) else media["schema"]
        where = f"A request body of type {declared}"
        if not schema or not self._is_checked(kind, schema):
            if schema:
                log.warning("%s is not checked: it is taken as it comes", where)
            return Kind(self._parser(kind, schema, media), None, frozenset())
        validator = self._schemas.validator_or_none(schema, where, leaves=SENT)
        left = self._schemas.marked(schema, SENT)
        deep = [path for path in marked(self._schemas.data, schema, SENT) if path[0] not in left]
        parse = self._parser(kind, schema, media)
        return Kind(_stripping(parse, deep) if deep else parse, validator, left)

    def _is_checked(self, kind: str, schema: Any) -> bool:
        """Return whether the value that is read of a body can be held to its schema."""
        found = shape(self._schemas, schema)
        if kind.startswith("multipart/") and kind != "multipart/form-data":
            return found.is_list
        return _family(kind) != "" or found.is_plain

    def _parser(self, kind: str, schema: Any, media: Mapping[str, Any]) -> Parse:
        """Return what reads a body of the media type `kind`."""
        encoding = media.get("encoding") or {}
        if kind == FORM:
            form = Form(self._schemas, schema, encoding)
            return lambda content, media: form.read(urlencoded(_recoded(content, media)))
        if kind.startswith("multipart/"):
            return Multipart(self._schemas, schema, encoding).read
        if is_xml(kind):
            markup = Markup(schema, self._schemas.data)
            return lambda content, _media: markup.read(content)
        if is_sequence(kind):
            return lambda content, media: sequence(_recoded(content, media))
        return json_text.parsed if is_json(kind) else self._opaque(schema)

    def _opaque(self, schema: Any) -> Parse:
        """Return what reads a body as text; of one that is none, each byte is a character."""
        values = Values(self._schemas, schema)

        def read(content: bytes, media: Sent) -> Any:
            try:
                text = media.text(content)
            except Refused:
                text = content.decode("latin-1")
            value = values.scalar(text)
            return text if value is ABSENT else value

        return read


def _stripping(parse: Parse, paths: list[Path]) -> Parse:
    """Return what reads a body without what is at `paths`."""

    def read(content: bytes, media: Sent) -> Any:
        value = parse(content, media)
        for path in paths:
            strip(value, path)
        return value

    return read


def _usual(kinds: tuple[str, ...]) -> str | None:
    """Return the media type that is meant where a request names none."""
    return kinds[0] if len(kinds) == 1 else next(filter(is_json, kinds), None)


def _family(kind: str) -> str:
    """Return what a media type is read as; empty for what is taken as it comes."""
    if kind == FORM or kind.startswith("multipart/"):
        return kind
    families = (("json", is_json), ("xml", is_xml), ("sequence", is_sequence))
    return next((name for name, fits in families if fits(kind)), "")


def _recoded(content: bytes, media: Sent) -> bytes:
    return content if media.is_utf8 else media.text(content).encode()


def parse_json(content: bytes) -> Any:
    """Return the JSON value in `content`; it is UTF-8, whatever charset is named (RFC 8259, section 11).

    Raises:
        Refused: it is not JSON, not UTF-8, or nested too deep.
    """
    try:
        return json_text.parsed(content)
    except json_text.UnreadableJSON as problem:
        raise _unreadable(problem) from problem


def _unreadable(problem: json_text.UnreadableJSON) -> Refused:
    return Refused("malformedBody", f"The body {problem}.")


def _misfit(validator: jsonschema_rs.Validator, value: Any, size: int) -> str:
    found = misfits(validator, value, size=size)
    return sentences(f"The body does not fit its schema{f' at {at}' if at else ''}: {m}." for at, m in found)
