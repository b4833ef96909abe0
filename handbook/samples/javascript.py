"""A request for JavaScript, by way of `fetch`: a module, for Node 20 or later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from handbook.samples.literals import JAVASCRIPT, WIDTH, is_exact, literal, quoted
from handbook.samples.literals import JSON as JSON_LANGUAGE
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

_SHOWN = {
    JSON: "console.log(await response.json());",
    TEXT: "console.log(await response.text());",
    STATUS: "console.log(response.status);",
    EITHER: "console.log(response.status, await response.text());",
    BYTES: 'await writeFile("answer.bin", new Uint8Array(await response.arrayBuffer()));',
}
_MARGIN = JAVASCRIPT.indent


def javascript(request: Request) -> str:
    """Return the request as a module; empty for TRACE, which `fetch` does not send."""
    if request.method == "TRACE":
        return ""
    before = [*_query(request), *_form(request.body)]
    lines = [*_note(request), *before, _fetch(request), _CHECK, _SHOWN[request.answer]]
    used = [name for name in ("readFile", "writeFile") if any(f"await {name}(" in line for line in lines)]
    imports = [f'import {{ {", ".join(used)} }} from "node:fs/promises";', ""] if used else []
    return "\n".join([*imports, *lines]) + "\n"


_CHECK = "if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);"


def _note(request: Request) -> Iterator[str]:
    """Yield for where the sample is, if not for everywhere."""
    if request.cookies or any(name.lower() == "cookie" for name, _ in request.headers):
        yield "// For Node: in a browser, no script may set the header Cookie."


def _query(request: Request) -> Iterator[str]:
    if query := request.plain_query:
        yield f"const query = {_parameters(query)};"


def _parameters(query: dict[str, str | list[str]], *, margin: str = "") -> str:
    """Return the pairs as `URLSearchParams`; an object cannot hold a name twice."""
    several: Any = query
    if any(isinstance(text, list) for text in query.values()):
        several = [
            [name, text]
            for name, texts in query.items()
            for text in (texts if isinstance(texts, list) else [texts])
        ]
    return f"new URLSearchParams({literal(several, JAVASCRIPT, margin=margin, used=len(margin) + 38)})"


def _fetch(request: Request) -> str:
    options = list(_options(request))
    flat = f"const response = await fetch({_url(request)}, {{ {', '.join(options)} }});"
    if not options:
        return f"const response = await fetch({_url(request)});"
    if "\n" not in flat and len(flat) <= WIDTH:
        return flat
    inner = f"\n{_MARGIN}"
    return f"const response = await fetch({_url(request)}, {{{inner}{f',{inner}'.join(options)},\n}});"


def _url(request: Request) -> str:
    if not request.plain_query:
        return quoted(request.whole_url)
    return "`" + request.url.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${") + "?${query}`"


def _options(request: Request) -> Iterator[str]:
    if request.method != "GET":
        yield f"method: {quoted(request.method)}"
    if headers := list(_headers(request)):
        yield _block("headers", headers, request)
    yield from _body(request.body)


def _headers(request: Request) -> Iterator[tuple[str, str]]:
    """Yield the headers: name and expression."""
    if request.basic:
        yield "Authorization", f"`Basic ${{btoa({quoted(':'.join(request.basic))})}}`"
    yield from ((name, quoted(value)) for name, value in request.headers)
    if request.cookies:
        yield "Cookie", quoted("; ".join(f"{name}={value}" for name, value in request.cookies))
    if isinstance(request.body, Json | Text | File):
        yield "Content-Type", quoted(request.body.kind or "application/octet-stream")


def _block(name: str, members: list[tuple[str, str]], request: Request) -> str:
    texts = [f"{JAVASCRIPT.key(key)}: {value}" for key, value in members]
    flat = f"{name}: {{ {', '.join(texts)} }}"
    if not request.notes and len(_MARGIN + flat) < WIDTH:
        return flat
    notes = [f" // {request.notes[key]}" if key in request.notes else "" for key, _ in members]
    inner = f"\n{_MARGIN}{_MARGIN}"
    lines = inner.join(f"{text},{note}" for text, note in zip(texts, notes, strict=True))
    return f"{name}: {{{inner}{lines}\n{_MARGIN}}}"


def _body(body: Body) -> Iterator[str]:
    match body:
        case Json(value) if not is_exact(value):
            yield f"body: {quoted(literal(value, JSON_LANGUAGE))}"
        case Json(value):
            yield f"body: JSON.stringify({literal(value, JAVASCRIPT, margin=_MARGIN, used=26)})"
        case Form(pairs):
            yield f"body: {_parameters(gathered(pairs), margin=_MARGIN)}"
        case Multipart():
            yield "body: form"
        case Text(text):
            yield f"body: {quoted(text)}"
        case File(name):
            yield f"body: await readFile({quoted(name)})"


def _form(body: Body) -> Iterator[str]:
    if isinstance(body, Multipart):
        yield "const form = new FormData();"
        yield from (f"form.append({quoted(name)}, {_part(part)});" for name, part in body.parts)
        yield ""


def _part(part: str | File) -> str:
    if isinstance(part, str):
        return quoted(part)
    kind = f", {{ type: {quoted(part.kind)} }}" if part.kind else ""
    return f"new Blob([await readFile({quoted(part.name)})]{kind}), {quoted(part.name)}"
