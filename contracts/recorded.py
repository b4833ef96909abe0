"""What went over the wire, read back into a call: the operation, its parameters as values, its body."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from contracts.exchange import DELIMITERS, Call, Exchange, Moment
from contracts.routes import Routes, Undecodable
from speckit import servers
from speckit.lifecycle import Lifecycle
from speckit.marks import Path, marked, strip
from speckit.operation import Operation, Parameter
from speckit.pointer import ABSENT
from speckit.schema import SENT, Schemas
from speckit.specification import Specification

FORM = "application/x-www-form-urlencoded"
_TRANSPORT = frozenset(
    (
        *("accept-encoding", "connection", "content-length", "content-type", "host", "keep-alive"),
        *("proxy-connection", "te", "transfer-encoding", "upgrade", "user-agent"),
    )
)
_ANYTHING = ("accept", "*/*")
_CONDITIONAL = ("If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "Idempotency-Key")

Read = Callable[[str], Any]
"""Turns text into the value that a schema means by it; what does not fit stays text."""


@dataclass(frozen=True, slots=True)
class Verbatim(Call):
    """A call whose own rendering would differ from what was sent, so that it keeps that beside its values.

    Attributes:
        sent_target: The path and query as they were sent; empty where the call renders them itself.
        sent_content: The body as it was sent; None where the call renders it itself.
    """

    sent_target: str = ""
    sent_content: bytes | None = None

    @property
    def target(self) -> str:
        """The path and query of the request, as they were sent."""
        return self.sent_target or Call.target.__get__(self)

    @property
    def content(self) -> bytes:
        """The body as it was sent."""
        return Call.content.__get__(self) if self.sent_content is None else self.sent_content


class Recorder:
    """Makes exchanges of raw traffic. Whatever the document decides is worked out once, here.

    Args:
        base_url: Where the implementation is; the path of it, and those of the document's
            `servers`, are no part of an operation's path.
    """

    def __init__(self, specification: Specification, base_url: str = "") -> None:
        data = specification.document.data
        self._routes = Routes(specification.operations.values(), specification.conventions)
        self._prefixes = _prefixes(data, base_url)
        self._schemas = Schemas(data)
        self._credentials = credential_headers(data)
        self._spellings = _spellings(specification.lifecycles.values())
        self._reads: dict[int, tuple[Any, Read]] = {}
        self._members = _asked_for(specification)
        self._data = data
        self._passed_over: dict[tuple[str, str], tuple[Path, ...]] = {}

    def exchange(
        self,
        number: int,
        method: str,
        url: str,
        request_headers: Mapping[str, str],
        request_content: bytes,
        status: int,
        headers: Mapping[str, str],
        content: bytes,
        before: Moment,
        after: Moment,
        principal: str = "",
        phase: str = "",
    ) -> Exchange | None:
        """Return the exchange, or None where the request is to no operation of the document."""
        call = self.call(method, url, request_headers, request_content, principal)
        if call is None:
            return None
        return Exchange(
            number=number,
            call=call,
            url=url,
            before=before,
            after=after,
            status=status,
            headers={name.lower(): value for name, value in headers.items()},
            content=content,
            credential=self.credential(request_headers),
            phase=phase,
        )

    def call(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes, principal: str = ""
    ) -> Call | None:
        """Return the call that a request makes, or None where it is to no operation of the document."""
        parts = urlsplit(url)
        found = self._found(method.upper(), parts.path)
        if found is None:
            return None
        operation, path, texts = found
        kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
        body, kind = self._body(operation, content, kind)
        values = {name: self._read(operation.parameter("path", name))(text) for name, text in texts.items()}
        target = f"{path}?{parts.query}" if parts.query else path
        call = Call(
            operation=operation,
            path=values,
            query=self._query(operation, parts.query),
            headers=self._headers(operation, headers),
            body=body,
            principal=principal,
            content_type=kind,
        )
        return _faithful(call, target, content)

    def credential(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        """Return those of a request's headers that say who asks."""
        return {name: value for name, value in headers.items() if name.lower() in self._credentials}

    def _found(self, method: str, path: str) -> tuple[Operation, str, Mapping[str, str]] | None:
        for prefix in self._prefixes:
            rest = path[len(prefix) :]
            if not path.startswith(prefix) or not rest.startswith("/"):
                continue
            try:
                found = self._routes.find(method, rest)
            except Undecodable:
                return None
            if found is not None:
                return found.operation, rest, found.values
        return None

    def _query(self, operation: Operation, query: str) -> dict[str, Any]:
        texts: dict[str, list[str]] = {}
        for name, text in parse_qsl(query, keep_blank_values=True, errors="replace"):
            texts.setdefault(name, []).append(text)
        members = self._members.get(operation.id, {})
        texts = _apart(operation, members, texts) if members else texts
        return {
            name: self._several(members.get(name) or operation.parameter("query", name), found)
            for name, found in texts.items()
        }

    def _several(self, parameter: Parameter | None, texts: list[str]) -> Any:
        if parameter is None or "array" not in self._kinds(parameter.schema):
            return self._read(parameter)(texts[0])
        if not parameter.explode:
            texts = [part for text in texts for part in text.split(DELIMITERS.get(parameter.style, ","))]
        read = reader(self._kinds(self._schemas.resolved(parameter.schema).get("items", {})))
        return [read(text) for text in texts]

    def _read(self, parameter: Parameter | None) -> Read:
        if parameter is None:
            return str
        key = id(parameter)
        if key not in self._reads:
            # The parameter is kept beside its function, so that its id stays its own.
            self._reads[key] = (parameter, reader(self._kinds(parameter.schema)))
        return self._reads[key][1]

    def _kinds(self, schema: Any, depth: int = 8) -> frozenset[str]:
        """Return every type that `schema` speaks of."""
        resolved = self._schemas.resolved(schema)
        own = resolved.get("type", ())
        kinds = frozenset([own] if isinstance(own, str) else own)
        parts = [part for key in ("allOf", "anyOf", "oneOf") for part in resolved.get(key, ())]
        return kinds.union(*(self._kinds(part, depth - 1) for part in parts)) if depth else kinds

    def _headers(self, operation: Operation, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the headers that mean something, spelt as the document spells them."""
        spelt = {p.name.lower(): p.name for p in operation.parameters if p.place == "header"}
        spelt = {**self._spellings, **spelt}
        silent = _TRANSPORT | self._credentials
        return {
            spelt.get(name.lower(), name): value
            for name, value in headers.items()
            if not (name.lower() in silent or name.startswith(":") or (name.lower(), value) == _ANYTHING)
        }

    def _body(self, operation: Operation, content: bytes, kind: str) -> tuple[Any, str]:
        """Return a body as a value, with its media type; bytes where it is not of that type."""
        media = kind.split(";")[0].strip().lower()
        if not content:
            return ABSENT, media
        if media == "application/json" or media.endswith("+json"):
            try:
                return self._heeded(operation, media, orjson.loads(content)), media
            except orjson.JSONDecodeError:
                return content, kind
        return (self._form(operation, content), media) if media == FORM else (content, kind)

    def _heeded(self, operation: Operation, media: str, value: Any) -> Any:
        """Return a body without what only the server writes, which it passes over (OpenAPI, `readOnly`)."""
        key = (operation.id, media)
        if key not in self._passed_over:
            schema = operation.body.schemas.get(media, {}) if operation.body else {}
            self._passed_over[key] = marked(self._data, schema, SENT)
        for path in self._passed_over[key]:
            strip(value, path)
        return value

    def _form(self, operation: Operation, content: bytes) -> Any:
        schema = operation.body.schemas.get(FORM, {}) if operation.body else {}
        members = self._schemas.resolved(schema).get("properties", {})
        try:
            pairs = parse_qsl(content.decode("ascii"), keep_blank_values=True, errors="strict")
        except UnicodeDecodeError:
            return content
        found: dict[str, Any] = {}
        for name, text in pairs:
            schema = self._schemas.resolved(members.get(name, {}))
            if "array" in self._kinds(schema):
                found.setdefault(name, []).append(reader(self._kinds(schema.get("items", {})))(text))
            else:
                found[name] = reader(self._kinds(schema))(text)
        return found


def _asked_for(specification: Specification) -> dict[str, dict[str, Parameter]]:
    """Return by operation the members of query parameters, by their name with brackets, that filters name."""
    found: dict[str, dict[str, Parameter]] = {}
    for lifecycle in specification.lifecycles.values():
        for rule in lifecycle.rules.values():
            operation = specification.operations[rule.operation]
            for each in rule.filters:
                if not operation.parameter("query", each.param) and (asked := operation.query(each.param)):
                    found.setdefault(operation.id, {})[each.param] = asked
    return found


def _apart(operation: Operation, members: Iterable[str], texts: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the texts of a query with each of the `members` under its name with brackets."""
    found = dict(texts)
    for name in members:
        holder, path = operation.asked(name) or (None, ())
        if holder is None or holder.style not in DELIMITERS:
            continue
        if holder.explode:
            found |= {name: found.pop(path[0])} if path[0] in found else {}
        elif holder.name in found:
            parts = found.pop(holder.name)[0].split(DELIMITERS[holder.style])
            found |= {f"{holder.name}[{k}]": [v] for k, v in zip(parts[::2], parts[1::2], strict=False)}
    return found


def credential_headers(data: Mapping[str, Any]) -> frozenset[str]:
    """Return the names, in lower case, of the headers by which a document's callers are known."""
    schemes = data.get("components", {}).get("securitySchemes", {}).values()
    keys = {str(each["name"]).lower() for each in schemes if each.get("in") == "header" and "name" in each}
    cookies = {"cookie"} if any(each.get("in") == "cookie" for each in schemes) else set()
    return frozenset({"authorization", *keys, *cookies})


def reader(kinds: frozenset[str]) -> Read:
    """Return what reads a text as one of `kinds`: a number or a boolean where it is one, else text."""
    reads = [read for kind, read in _READS if kind in kinds]
    if not reads:
        return str
    return lambda text: next((value for read in reads if (value := read(text)) is not None), text)


def _integer(text: str) -> int | None:
    digits = text[1:] if text[:1] in ("-", "+") else text
    # More than 64 bits cannot be rendered again.
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None


def _number(text: str) -> Any:
    if (whole := _integer(text)) is not None:
        return whole
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    is_finite = isinstance(value, float) and value - value == 0
    return value if is_finite else None


def _boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text)


_READS: tuple[tuple[str, Callable[[str], Any]], ...] = (
    ("integer", _integer),
    ("number", _number),
    ("boolean", _boolean),
)


def _faithful(call: Call, target: str, content: bytes) -> Call:
    """Return `call` in a form that renders to what was sent, or to what means the same."""
    keeps_target = _same_query(call.target, target)
    keeps_content = _same_body(call, content)
    if keeps_target and keeps_content:
        return call
    return Verbatim(
        call.operation,
        call.path,
        call.query,
        call.headers,
        call.body,
        call.principal,
        call.content_type,
        sent_target="" if keeps_target else target,
        sent_content=None if keeps_content else content,
    )


def _same_query(rendered: str, sent: str) -> bool:
    if rendered == sent:
        return True
    here, there = urlsplit(rendered), urlsplit(sent)
    pairs = [parse_qsl(each.query, keep_blank_values=True) for each in (here, there)]
    return here.path == there.path and pairs[0] == pairs[1] and "%" not in there.query


def _same_body(call: Call, content: bytes) -> bool:
    try:
        rendered = call.content
        if rendered == content:
            return True
        # The standard library reads whole numbers of any length, which the other one makes floats of.
        return call.content_type != FORM and bool(json.loads(rendered) == json.loads(content))
    except (ValueError, TypeError, RecursionError):
        return False


def _prefixes(data: Mapping[str, Any], base_url: str) -> list[str]:
    """Return what may stand before an operation's path, the longest first."""
    found = {servers.path(each) for each in data.get("servers") or () if isinstance(each, Mapping)}
    base = urlsplit(base_url).path.rstrip("/")
    joined = {base + path for path in found if path != base}
    return sorted({*found, *joined, base, ""}, key=len, reverse=True)


def _spellings(lifecycles: Iterable[Lifecycle]) -> dict[str, str]:
    """Return how headers are spelt that a lifecycle or HTTP gives a meaning, by their lower case."""
    keys = [rule.idempotency_header for each in lifecycles for rule in each.rules.values()]
    return {name.lower(): name for name in (*_CONDITIONAL, *filter(None, keys))}
