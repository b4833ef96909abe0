"""Which of its documented responses an operation answers with, and in which media type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from mockserver.answers import JSON
from speckit.operation import Operation, Response

_RANGES = {"text": "text/plain", "image": "image/png", "application": JSON, "*": JSON}
_LOWEST, _HIGHEST = 200, 599
"""The final statuses (RFC 9110, section 15); those below only come before another."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A media type to answer in: the key the document has it under, and what it is called in the answer."""

    key: str
    kind: str
    media: Mapping[str, Any]


def success(operation: Operation) -> int:
    """Return the status of success: the lowest 2xx, `2XX`, the default, the lowest 3xx, what there is."""
    codes = sorted(int(code) for code in operation.responses if _is_status(code))
    ranges = [code for code in operation.responses if code.upper().endswith("XX")]
    for first in (2, 3, 4, 5):
        if found := next((code for code in codes if code // 100 == first), None):
            return found
        if f"{first}XX" in ranges:
            return first * 100
        if first == 2 and "default" in operation.responses:
            return 200
    return 200


def documented(operation: Operation, code: str) -> int | None:
    """Return the status `code` if the operation documents it, be it by a range or the default."""
    if not _is_status(code):
        return None
    return int(code) if operation.response(int(code)) is not None else None


def _is_status(code: str) -> bool:
    return code.isascii() and code.isdigit() and _LOWEST <= int(code[:9]) <= _HIGHEST


def offers(response: Response) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the media types of `response`, JSON first, with their media type objects."""
    return sorted(response.content.items(), key=lambda each: not is_json(each[0]))


def accepted(found: Iterable[tuple[str, Mapping[str, Any]]], accept: str) -> Offer | None:
    """Return what of `found` an Accept header likes best (RFC 9110, section 12.5.1); None for nothing.

    Of what it likes alike, what it names comes first, and then what comes first in `found`.
    """
    if not accept.strip():
        accept = "*/*"
    wanted = MIMEAccept(
        (kind.split(";")[0].strip().lower(), quality) for kind, quality in parse_accept_header(accept)
    )
    named = {kind for kind in wanted.values() if "*" not in kind}
    choices = [Offer(key, kind, media) for key, media in found for kind in _kinds(key, wanted)]
    fitting = [each for each in choices if wanted.quality(each.kind) > 0]
    return max(fitting, key=lambda each: (wanted.quality(each.kind), each.kind in named), default=None)


def _kinds(key: str, wanted: MIMEAccept) -> list[str]:
    """Return what a documented media type may be called: for a range, what the client names within it."""
    if "*" not in key:
        return [key]
    main = key.split("/")[0]
    named = [kind for kind in wanted.values() if "*" not in kind and main in ("*", kind.split("/")[0])]
    return [*named, _RANGES.get(main, f"{main}/octet-stream")]


def is_json(kind: str) -> bool:
    """Return whether the media type `kind` is JSON."""
    return kind in (JSON, "text/json", "*/*", "application/*") or kind.endswith("+json")
