"""What handlers see of HTTP: a call that can be read, answers, and refusals in both shapes of the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson
from starlette.datastructures import Headers
from starlette.responses import Response

from renderfarm.checks import Check, as_whole

if TYPE_CHECKING:
    from renderfarm.accounts import Account, Farm

OWN_SHAPE = ("scenes", "frames")
"""The parts of the API whose errors are older than RFC 9457, by the first segment of their paths."""
PROBLEMS = "https://larkfield.example/problems/"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MOST_PARTS = 1000


class Refused(Exception):
    """A request is answered with an error, and nothing has happened.

    `code` is the word programs read in the older shape; `slug` and `title` name
    a problem of our own in the newer one.
    """

    def __init__(self, status: int, code: str, detail: str, *, slug: str = "", title: str = "") -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.slug, self.title = status, code, detail, slug, title


def refusal(refused: Refused, path: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer to a refused request, in the shape of the part of the API that `path` belongs to."""
    if path.split("/")[1] in OWN_SHAPE:
        own = {"error": {"code": refused.code, "message": refused.detail}}
        return answer(refused.status, own, headers)
    problem = {
        "type": PROBLEMS + refused.slug if refused.slug else "about:blank",
        "title": refused.title or HTTPStatus(refused.status).phrase,
        "status": refused.status,
        "detail": refused.detail,
    }
    return Response(orjson.dumps(problem), refused.status, headers, "application/problem+json")


def answer(status: int, body: Any = None, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer with `body` as JSON, or with none."""
    if body is None:
        return Response(None, status, headers)
    return Response(orjson.dumps(body), status, headers, JSON)


@dataclass
class Call:
    """One request of somebody we know, at one moment (milliseconds since 1970)."""

    farm: Farm
    account: Account
    token: str
    now: int
    path: Mapping[str, str]
    raw_query: bytes
    headers: Headers
    content: bytes = field(repr=False)

    def header(self, name: str) -> str | None:
        """Return a header; one that came more than once is joined (RFC 9110, section 5.3)."""
        values = self.headers.getlist(name)
        return ", ".join(values) if values else None

    def checked_header(self, name: str, check: Check) -> str | None:
        """Return a header that must fit if it is there."""
        value = self.header(name)
        if value is not None and (problem := check(value)):
            raise Refused(400, "invalidParameter", f"The header {name} {problem}.")
        return value

    @cached_property
    def query(self) -> dict[str, list[str]]:
        """The query parameters by name."""
        found: dict[str, list[str]] = {}
        for name, value in _pairs(self.raw_query, "invalidParameter"):
            found.setdefault(name, []).append(value)
        return found

    def asked(self, name: str, read: Callable[[str], Any] = str, check: Check | None = None) -> Any:
        """Return a query parameter that must fit if it is there; None where it is not."""
        texts = self.query.get(name)
        if texts is None:
            return None
        if len(texts) > 1:
            raise Refused(400, "invalidParameter", f"{name} is there {len(texts)} times; send it once.")
        value = read(texts[0])
        problem = "cannot be read" if value is None else check(value) if check else ""
        if problem:
            raise Refused(400, "invalidParameter", f"{name} {problem}.")
        return value

    def number_in_path(self, name: str) -> int:
        """Return a path parameter that is a number."""
        value = as_whole(self.path[name])
        if value is None:
            raise Refused(404, "malformedId", f"{self.path[name]} is no number.")
        return value

    def json(self, check: Check, *, kinds: tuple[str, ...] = (JSON,), required: bool = True) -> Any:
        """Return the body; an empty object where there may be none and is none."""
        if not self.content:
            if required:
                raise Refused(400, "malformedBody", f"A body is required; send {' or '.join(kinds)}.")
            return {}
        if self._media_type(kinds[0]) not in kinds:
            raise Refused(415, "unsupportedMediaType", f"Send {' or '.join(kinds)}.")
        try:
            body = orjson.loads(self.content)
        except orjson.JSONDecodeError as problem:
            raise Refused(400, "malformedBody", f"The body is not JSON: {problem}.") from problem
        return _fitting(body, check)

    def form(self, read: Callable[[dict[str, list[str]]], dict[str, Any]], check: Check) -> Any:
        """Return the body, a form whose fields `read` turns from texts into values."""
        if not self.content:
            raise Refused(400, "malformedBody", f"A body is required; send {FORM}.")
        if self._media_type("") != FORM:
            raise Refused(415, "unsupportedMediaType", f"Send {FORM}.")
        texts: dict[str, list[str]] = {}
        for name, value in _pairs(self.content, "malformedBody"):
            texts.setdefault(name, []).append(value)
        return _fitting(read(texts), check)

    def _media_type(self, default: str) -> str:
        return (self.header("content-type") or default).split(";")[0].strip().lower()

    def require_match(self, etag: str, *, required: bool = False) -> None:
        """Refuse the call if If-Match names another version (RFC 9110, section 13.1.1)."""
        wanted = self.header("if-match")
        if wanted is None and required:
            raise Refused(428, "preconditionRequired", "Send If-Match with the ETag of what you have read.")
        if wanted not in (None, "*") and etag not in _tags(wanted):
            raise Refused(412, "preconditionFailed", f"It is {etag} by now; read it again.")

    def conditional(self, etag: str, respond: Callable[[], Response]) -> Response:
        """Return the answer, or 304 if If-None-Match names this version (RFC 9110, section 13.1.2)."""
        known = self.header("if-none-match")
        if known is not None and (known == "*" or etag in [tag.removeprefix("W/") for tag in _tags(known)]):
            return answer(304, headers={"ETag": etag})
        response = respond()
        response.headers["ETag"] = etag
        return response


def _tags(header: str) -> list[str]:
    return [tag.strip() for tag in header.split(",")]


def _pairs(raw: bytes, code: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARTS)
    except ValueError as problem:
        raise Refused(400, code, f"It is not percent-encoded UTF-8: {problem}.") from problem


def _fitting(body: Any, check: Check) -> Any:
    if problem := check(body):
        raise Refused(400, "invalidBody", f"The body {problem}.")
    return body
