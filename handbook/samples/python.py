"""A request for Python, by way of `requests`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from handbook.samples.literals import PYTHON, WIDTH, call, literal
from handbook.samples.request import (
    BYTES,
    EITHER,
    JSON,
    STATUS,
    TEXT,
    Body,
    File,
    Form,
    Json,
    Multipart,
    Request,
    Text,
    gathered,
)

_FUNCTIONS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_SHOWN = {
    JSON: "print(response.json())",
    TEXT: "print(response.text)",
    STATUS: "print(response.status_code)",
    EITHER: "print(response.status_code, response.text)",
    BYTES: 'Path("answer.bin").write_bytes(response.content)',
}
_MARGIN = PYTHON.indent


def python(request: Request) -> str:
    """Return the request as a script."""
    has_function = request.method in _FUNCTIONS
    name = f"requests.{request.method.lower()}" if has_function else "requests.request"
    first = [] if has_function else [literal(request.method, PYTHON)]
    arguments = [
        *first,
        literal(request.url if request.plain_query else request.whole_url, PYTHON),
        *_arguments(request),
        "timeout=10",
    ]
    sending = call(name, arguments, PYTHON, prefix="response = ")
    lines = [sending, "response.raise_for_status()", _SHOWN[request.answer]]
    imports = ["import requests", ""]
    if any("Path(" in line for line in lines):
        imports = ["from pathlib import Path", "", *imports]
    return "\n".join([*imports, *lines]) + "\n"


def _arguments(request: Request) -> Iterator[str]:
    if query := request.plain_query:
        yield _argument("params", query)
    if request.basic:
        yield f"auth=({literal(request.basic[0], PYTHON)}, {literal(request.basic[1], PYTHON)})"
    if headers := [*request.headers, *_content_type(request.body)]:
        yield _headers(headers, request)
    if request.cookies:
        yield _argument("cookies", dict(request.cookies))
    yield from _body(request.body)
    if request.method == "HEAD" and request.redirects:
        yield "allow_redirects=True"


def _argument(name: str, value: Any) -> str:
    return f"{name}={literal(value, PYTHON, margin=_MARGIN, used=len(_MARGIN + name) + 2)}"


def _headers(headers: list[tuple[str, str]], request: Request) -> str:
    if not request.notes:
        return _argument("headers", dict(headers))
    inner = f"\n{_MARGIN}{_MARGIN}"
    lines = [
        f"{literal(name, PYTHON)}: {literal(value, PYTHON)},"
        + (f"  # {request.notes[name]}" if name in request.notes else "")
        for name, value in headers
    ]
    return f"headers={{{inner}{inner.join(lines)}\n{_MARGIN}}}"


def _content_type(body: Body) -> Iterator[tuple[str, str]]:
    # `json=` says application/json by itself, and leaves another one alone.
    if isinstance(body, Text | File) or (isinstance(body, Json) and body.kind != "application/json"):
        yield "Content-Type", body.kind or "application/octet-stream"


def _body(body: Body) -> Iterator[str]:
    match body:
        case Json(value):
            yield _argument("json", value)
        case Form(pairs):
            yield _argument("data", gathered(pairs))
        case Multipart(parts):
            yield _files(parts)
        case Text(text):
            yield f"data={literal(text, PYTHON)}{'' if text.isascii() else '.encode()'}"
        case File(name):
            yield f"data={_read(name)}"


def _files(parts: tuple[tuple[str, str | File], ...]) -> str:
    """Return the parts as `requests` takes them: a text without a file name is a field."""
    lines = [f"({literal(name, PYTHON)}, {_part(part)})" for name, part in parts]
    flat = f"files=[{', '.join(lines)}]"
    inner = f"\n{_MARGIN}{_MARGIN}"
    fits = len(lines) < 2 and len(_MARGIN + flat) < WIDTH
    return flat if fits else f"files=[{inner}{f',{inner}'.join(lines)},\n{_MARGIN}]"


def _part(part: str | File) -> str:
    if isinstance(part, str):
        return f"(None, {literal(part, PYTHON)})"
    kind = f", {literal(part.kind, PYTHON)}" if part.kind else ""
    return f"({literal(part.name, PYTHON)}, {_read(part.name)}{kind})"


def _read(name: str) -> str:
    return f"Path({literal(name, PYTHON)}).read_bytes()"
