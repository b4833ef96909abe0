"""Multipart bodies (RFC 2046, RFC 7578): from parts to the value of a form, or of a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from mockserver import json_text
from mockserver.answers import Refused
from mockserver.bodies.forms import Form
from mockserver.bodies.media import Sent, fitting, is_json, sent
from mockserver.parameters.query import MOST_PARAMETERS, Query, brackets
from mockserver.parameters.reader import Reader
from mockserver.problems import together
from mockserver.xml import Markup, is_xml
from speckit.operation import Parameter
from speckit.pointer import ABSENT
from speckit.references import deref
from speckit.schema import Schemas

UNKNOWN = "application/octet-stream"
"""What a client says of a file that it knows nothing of."""


@dataclass(slots=True)
class Part:
    """One part of a body: its name (if any), its headers by lower-case name, its content."""

    name: str
    headers: Mapping[str, str]
    is_file: bool = False
    chunks: list[bytes] = field(default_factory=list)

    @property
    def content(self) -> bytes:
        """The bytes of the part."""
        return b"".join(self.chunks)

    @property
    def sent(self) -> Sent:
        """The media type of the part; without one, it is text (RFC 7578, section 4.4)."""
        return sent(self.headers.get("content-type", "text/plain"))


class Multipart:
    """Reads multipart bodies of one schema.

    Args:
        schemas: What the schema refers to.
        schema: The schema of the body.
        encoding: The document's Encoding Objects by part.
    """

    def __init__(self, schemas: Schemas, schema: Any, encoding: Mapping[str, Any]) -> None:
        self._schemas = schemas
        self._form = Form(schemas, schema, encoding)
        self._headers = {name: list(_headers(schemas, each)) for name, each in encoding.items()}

    def read(self, content: bytes, media: Sent) -> Any:
        """Return the fields by name, or the parts as a list where they have no names.

        A file is the text it holds; where that is not UTF-8, each byte is one character.

        Raises:
            Refused: it cannot be read as multipart, or a part is not what its encoding says.
        """
        parts = _named(content, media) if media.kind == "multipart/form-data" else _any(content, media)
        if any(not part.name for part in parts):
            return [_content(part) for part in parts]
        if refusals := [refused for part in parts for refused in self._problems(part)]:
            raise together(refusals)
        return self._fields(parts)

    def _fields(self, parts: list[Part]) -> dict[str, Any]:
        texts: dict[str, list[str]] = {}
        ready: dict[str, list[Any]] = {}
        for part in parts:
            if (value := self._ready(part)) is ABSENT:
                texts.setdefault(part.name, []).append(_text(part))
            else:
                ready.setdefault(self._root(part.name), []).append(value)
        values = self._form.read(Query(texts))
        for name, several in ready.items():
            values[name] = several if self._is_list(name) else several[-1]
        return values

    def _ready(self, part: Part) -> Any:
        """Return the value of a part that says itself what it is; ABSENT for one that is a plain field."""
        kind = part.sent.kind
        if (is_json(kind) or is_xml(kind)) and self._is_structured(part):
            schema = self._form.shape.properties.get(self._root(part.name), {})
            is_markup = is_xml(kind)
            return Markup(schema, self._schemas.data).read(part.content) if is_markup else _content(part)
        return _text(part) if part.is_file or kind.split("/")[0] != "text" else ABSENT

    def _is_structured(self, part: Part) -> bool:
        """Return whether a part is to be taken apart: an uploaded file of JSON is a file first."""
        field = self._form.fields.get(self._root(part.name))
        if field is None:
            return not part.is_file
        values = field.values.items if self._is_list(self._root(part.name)) else field.values
        return not values.shape.is_plain or not (part.is_file or "string" in values.shape.kinds)

    def _root(self, name: str) -> str:
        """Return the field that the part `name` belongs to: `files` for `files[]` and `files[0]`."""
        path = brackets(name)
        return path[0] if path and name not in self._form.fields else name

    def _is_list(self, name: str) -> bool:
        return name in self._form.fields and self._form.fields[name].values.shape.is_list

    def _problems(self, part: Part) -> Iterator[Refused]:
        """Yield what is wrong with the media type and the headers of a part."""
        name = self._root(part.name)
        if name not in self._form.fields:
            return
        wanted = str(self._form.fields[name].encoding.get("contentType", ""))
        kinds = [kind.split(";")[0].strip().lower() for kind in wanted.split(",") if kind]
        kind = part.sent.kind
        if kinds and "content-type" in part.headers and kind != UNKNOWN and fitting(kind, kinds) is None:
            yield Refused("invalidBody", f"The part '{part.name}' is {kind}; send {' or '.join(kinds)}.")
        for reader in self._headers.get(name, ()):
            try:
                reader.read(part.headers.get(reader.name.lower()))
            except Refused as refused:
                yield Refused("invalidBody", f"The part '{part.name}' has a fault: {refused.detail}")


def _headers(schemas: Schemas, encoding: Mapping[str, Any]) -> Iterator[Reader]:
    """Yield what reads the headers of a part; the one with its media type is described elsewhere."""
    for name, header in encoding.get("headers", {}).items():
        if name.lower() != "content-type":
            node = deref(dict(schemas.data), header)
            schema = schemas.resolved(node.get("schema", {}))
            yield Reader(
                Parameter(
                    name,
                    "header",
                    bool(node.get("required")),
                    schema,
                    False,
                    "simple",
                    bool(node.get("explode")),
                ),
                schemas,
            )


def _content(part: Part) -> Any:
    """Return the value of a part by its own media type alone."""
    if not is_json(part.sent.kind):
        return _text(part)
    try:
        return json_text.parsed(part.content)
    except json_text.UnreadableJSON as problem:
        raise Refused("malformedBody", f"The part '{part.name}' {problem}.") from problem


def _text(part: Part) -> str:
    """Return the text of a part; of one that is none, each byte as a character."""
    try:
        return part.sent.text(part.content)
    except Refused:
        return part.content.decode("latin-1")


def _named(content: bytes, media: Sent) -> list[Part]:
    """Return the parts of a form."""
    boundary = media.options.get("boundary", "")
    if not boundary:
        raise Refused("malformedBody", "The form names no boundary; send multipart/form-data; boundary=...")
    decoder = MultipartDecoder(boundary.encode("latin-1", "replace"), max_parts=MOST_PARAMETERS)
    try:
        decoder.receive_data(content)
        decoder.receive_data(None)
        return list(_parts(decoder))
    except RequestEntityTooLarge as problem:
        detail = f"The form has more than {MOST_PARAMETERS} parts; send fewer."
        raise Refused("payloadTooLarge", detail) from problem
    except ValueError as problem:
        raise Refused("malformedBody", f"The form cannot be read as multipart: {problem}.") from problem


def _parts(decoder: MultipartDecoder) -> Iterator[Part]:
    part: Part | None = None
    while not isinstance(event := decoder.next_event(), Epilogue | NeedData):
        if isinstance(event, Field | File):
            if event.name is None:
                raise ValueError("a part has no name in its Content-Disposition")
            headers = {name.lower(): value for name, value in event.headers}
            part = Part(event.name, headers, isinstance(event, File))
        elif isinstance(event, Data) and part is not None:
            part.chunks.append(event.data)
            if not event.more_data:
                yield part
    if not isinstance(event, Epilogue):
        raise ValueError("it ends before its last boundary")


def _any(content: bytes, media: Sent) -> list[Part]:
    """Return the parts of a body such as multipart/mixed, which need no names."""
    boundary = media.options.get("boundary", "").replace('"', "")
    head = f'Content-Type: {media.kind}; boundary="{boundary}"\r\n\r\n'.encode("latin-1", "replace")
    message = message_from_bytes(head + content)
    if not boundary or not message.is_multipart():
        raise Refused(
            "malformedBody", f"The body has no parts; send {media.kind}; boundary=... with its parts."
        )
    return [_part(each) for each in message.get_payload() if isinstance(each, Message)]


def _part(message: Message) -> Part:
    headers = {name.lower(): str(value) for name, value in message.items()}
    _, options = parse_options_header(headers.get("content-disposition", ""))
    content = message.get_payload(decode=True)
    return Part(
        options.get("name", ""),
        headers,
        "filename" in options,
        [content if isinstance(content, bytes) else b""],
    )
