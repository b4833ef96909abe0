"""A request for the shell."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from handbook.samples.literals import JSON, literal
from handbook.samples.request import BYTES, EITHER, STATUS, Body, File, Form, Json, Multipart, Request, Text

_FILLED_IN = frozenset("{}[]")
"""What curl would take for a list of URLs."""


def curl(request: Request) -> str:
    """Return the request as a command for a POSIX shell."""
    return " \\\n  ".join([f"curl {_first(request)}{shell(request.whole_url)}", *_options(request)]) + "\n"


def shell(text: str) -> str:
    r"""Return `text` as one word for the shell.

    >>> print(shell("it's"))
    'it'\''s'
    """
    return "'" + text.replace("'", "'\\''") + "'"


def _first(request: Request) -> str:
    method = {"GET": "", "HEAD": "--head "}.get(request.method, f"--request {request.method} ")
    return method + ("--globoff " if _FILLED_IN & set(request.whole_url) else "")


def _options(request: Request) -> Iterator[str]:
    if request.redirects:
        yield "--location"
    if request.basic:
        yield f"--user {shell(':'.join(request.basic))}"
    yield from (
        f"--header {shell(f'{name}: {value}' if value else f'{name};')}" for name, value in request.headers
    )
    if request.cookies:
        yield f"--cookie {shell('; '.join(f'{name}={value}' for name, value in request.cookies))}"
    yield from _body(request.body)
    if request.answer in (STATUS, EITHER) and request.method != "HEAD":
        yield "--include"
    if request.answer == BYTES:
        yield "--output answer.bin"


def _body(body: Body) -> Iterator[str]:
    match body:
        case Json(value, kind):
            yield _content_type(kind)
            yield f"--data {shell(literal(value, JSON, margin='  ', used=11))}"
        case Form(pairs):
            yield from (
                f"--data-urlencode {shell(quote(name, safe='[]') + '=' + text)}" for name, text in pairs
            )
            yield from () if pairs else ("--data ''",)
        case Multipart(parts):
            yield from (_part(name, part) for name, part in parts)
        case Text(text, kind):
            yield _content_type(kind)
            yield f"--data-raw {shell(text)}"
        case File(name, kind):
            yield _content_type(kind or "application/octet-stream")
            yield f"--data-binary {shell(f'@{name}')}"


def _content_type(kind: str) -> str:
    return f"--header {shell(f'Content-Type: {kind}')}"


def _part(name: str, part: str | File) -> str:
    if isinstance(part, File):
        return f"--form {shell(f'{name}=@{part.name}' + (f';type={part.kind}' if part.kind else ''))}"
    return f"--form-string {shell(f'{name}={part}')}"
