"""The body of a request: from the document's example, else made from the schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import handbook.samples.styles as styles
from handbook import raw
from handbook.samples.concise import concise
from handbook.samples.request import Body, File, Form, Json, Multipart, Text
from speckit.operation import Operation
from speckit.pointer import ABSENT
from speckit.references import deref

FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_WITHOUT_BODY = frozenset({"GET", "HEAD", "TRACE"})
"""Methods whose body has no meaning (RFC 9110, section 9.3); `fetch` refuses to send one."""
_RANKS = ("json", FORM, MULTIPART, "text/plain")


def body(data: raw.Data, operation: Operation) -> Body:
    """Return what the request carries; None where it takes nothing, or where there is nothing to show."""
    node = raw.request_body(data, operation)
    content = node.get("content") or {}
    if not content or operation.method in _WITHOUT_BODY:
        return None
    kind = min(content, key=_rank)
    example = next((value for _, value in raw.examples(data, content[kind])), ABSENT)
    is_optional = example is ABSENT and not node.get("required")
    if is_optional and operation.method == "DELETE":
        return None
    made = _of_kind(data, _bare(kind), content[kind], example)
    return None if is_optional and _is_nothing(made) else made


def is_json(kind: str) -> bool:
    """Return whether the media type `kind` is JSON, or a range that holds it."""
    return bool(re.fullmatch(r"application/(.+\+)?json|\*/\*|application/\*", kind))


def _bare(kind: str) -> str:
    """Return a media type without its parameters."""
    return kind.split(";")[0].strip().lower()


def _rank(kind: str) -> int:
    kind = _bare(kind)
    return _RANKS.index("json" if is_json(kind) else kind) if is_json(kind) or kind in _RANKS else len(_RANKS)


def _is_nothing(made: Body) -> bool:
    return made in (Form(()), Multipart(())) or (isinstance(made, Json) and made.value in ({}, None))


def _of_kind(data: raw.Data, kind: str, media: raw.Node, example: Any) -> Body:
    if example is ABSENT and not is_json(kind) and kind not in _RANKS:
        # Nothing is known about what is inside, so the reader has to bring it.
        return File(_file_name("body", kind), "" if "*" in kind else kind)
    value = concise(data, media.get("schema", {})) if example is ABSENT else example
    if is_json(kind):
        return Json(_parsed(value), "application/json" if "*" in kind else kind)
    if kind == FORM and isinstance(value, Mapping):
        return Form(tuple(_pairs(value, media.get("encoding", {}))))
    if kind == MULTIPART and isinstance(value, Mapping):
        return Multipart(tuple(_parts(data, value, media)))
    return Text(styles.scalar(value), kind.replace("*", "plain") if kind.startswith("text/") else kind)


def _parsed(value: Any) -> Any:
    """Return an example of JSON that was written as text, read."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _pairs(value: Mapping[str, Any], encodings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the fields of a form; an object inside is JSON, unless a style says otherwise (OpenAPI 3.1)."""
    for name, each in value.items():
        encoding = encodings.get(name, {})
        style = encoding.get("style", "form")
        if isinstance(each, Mapping) and not encoding.keys() & {"style", "explode"}:
            yield name, styles.compact(each)
        else:
            explode = encoding.get("explode", style == "form")
            for pair in styles.query(name, each, style=style, explode=explode):
                yield pair.name, _DELIMITERS.get(style, pair.delimiter).join(pair.items)


_DELIMITERS = {"spaceDelimited": " ", "pipeDelimited": "|"}


def _parts(data: raw.Data, value: Mapping[str, Any], media: raw.Node) -> Iterator[tuple[str, str | File]]:
    members = _members(data, media.get("schema"))
    for name, each in value.items():
        schema = deref(data, members.get(name)) or {}
        several = each if isinstance(each, list) else [each]
        schema = deref(data, schema.get("items")) or schema if isinstance(each, list) else schema
        kind = media.get("encoding", {}).get(name, {}).get("contentType", "").split(",")[0].strip()
        for one in several:
            yield name, File(_file_name(name, kind), kind) if _is_file(schema, kind) else styles.scalar(one)


def _members(data: raw.Data, schema: Any) -> dict[str, Any]:
    schema = deref(data, schema)
    if not isinstance(schema, Mapping):
        return {}
    found = dict(schema.get("properties", {}))
    for part in schema.get("allOf", ()):
        found = {**_members(data, part), **found}
    return found


def _is_file(schema: Any, kind: str) -> bool:
    """Return whether a part is a file: binary by its format (3.0) or its media type (3.1)."""
    if not isinstance(schema, Mapping):
        return False
    inside = str(schema.get("contentMediaType") or kind)
    is_text = not inside or inside.startswith("text/") or is_json(inside)
    return schema.get("format") == "binary" or (not is_text and schema.get("type") in (None, "string"))


def _file_name(stem: str, kind: str) -> str:
    """Return what the reader's file may be called."""
    found = re.fullmatch(r"[\w-]+/(?:[\w.-]+\+)?([a-z0-9]{2,5})", kind)
    return f"{re.sub('[^A-Za-z0-9_-]+', '-', stem).strip('-') or 'file'}.{found[1] if found else 'bin'}"
