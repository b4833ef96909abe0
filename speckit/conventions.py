"""The vocabulary `x-api-conventions`: what all operations below some paths do alike on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from speckit.faults import Pointer
from speckit.lifecycle import Answer
from speckit.reading import Reader

KINDS: Mapping[str, tuple[int, str]] = {
    "malformedBody": (400, "The request body cannot be read"),
    "invalidBody": (400, "The request body does not fit"),
    "invalidParameter": (400, "A parameter does not fit"),
    "malformedId": (400, "The id is not one"),
    "unauthorized": (401, "Who is asking is not known"),
    "forbidden": (403, "This is not for the caller"),
    "notFound": (404, "There is no such resource"),
    "unknownPath": (404, "There is no such path"),
    "methodNotAllowed": (405, "The path does not have this method"),
    "notAcceptable": (406, "The client accepts none of the documented media types"),
    "conflict": (409, "It conflicts with what is there"),
    "refused": (409, "The present state does not allow it"),
    "preconditionFailed": (412, "The resource has changed meanwhile"),
    "payloadTooLarge": (413, "The request is too large"),
    "unsupportedMediaType": (415, "The media type is not one of the documented ones"),
    "idempotencyMismatch": (422, "The idempotency key was used for another request"),
    "preconditionRequired": (428, "The request must be conditional"),
    "internal": (500, "The server broke its own contract"),
    "overloaded": (503, "The server holds as much as it may"),
}
"""Every answer the server gives by itself: its status and title where the document is silent."""


@dataclass(frozen=True, slots=True)
class Conventions:
    """What the paths of one API share. The default is what RFC 9110 and RFC 9457 say."""

    name: str = ""
    paths: tuple[str, ...] = ()
    ignores_trailing_slash: bool = False
    first_query_wins: bool = False
    exact_case_scheme: bool = False
    serves_head: bool = True
    sends_allow: bool = True
    options: Answer | None = None
    error: Answer | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)


def read(raw: Mapping[str, Any], reader: Reader) -> tuple[Conventions, ...]:
    """Return the conventions `raw` holds, in its order; faults stay with `reader`."""
    return tuple(_one(name, each, reader, ("x-api-conventions", name)) for name, each in raw.items())


def _one(name: str, raw: Mapping[str, Any], reader: Reader, at: Pointer) -> Conventions:
    return Conventions(
        name=name,
        paths=tuple(raw["paths"]),
        ignores_trailing_slash=raw.get("trailingSlash") == "ignore",
        first_query_wins=raw.get("repeatedQuery") == "first",
        exact_case_scheme=raw.get("scheme") == "exact-case",
        serves_head=raw.get("head", "as-get") == "as-get",
        sends_allow=raw.get("allow", True),
        options=reader.answer(raw, "options", at),
        error=reader.answer(raw, "error", at),
        answers=reader.answers(raw, at),
    )


def governing(conventions: tuple[Conventions, ...], path: str) -> Conventions:
    """Return the conventions with the longest path that `path` starts with, or the plain ones."""
    fitting = [(len(start), each) for each in conventions for start in each.paths if _below(path, start)]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else Conventions()


def _below(path: str, start: str) -> bool:
    stem = start.rstrip("/")
    return path == stem or path.startswith(stem + "/")
