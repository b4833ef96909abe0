"""The application: from a request to its handler, and from what the handler says to the client."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from urllib.parse import unquote

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from renderfarm import frames, library, studio
from renderfarm.accounts import Farm
from renderfarm.wire import Call, Refused, refusal

Handler = Callable[[Call], Response]
MOST_BYTES = 1_048_576
RENDER = "/projects/{project_id}/renders/{render_id}"


@dataclass(frozen=True, slots=True)
class Page:
    """One path of the API, and what answers its methods. `has_head`: HEAD is answered as GET is."""

    template: str
    handlers: dict[str, Handler]
    has_head: bool = True

    @property
    def pattern(self) -> re.Pattern[str]:
        """What fits the path, still percent-encoded."""
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.template))

    @property
    def methods(self) -> dict[str, Handler]:
        """All methods and their handlers."""
        head = {"HEAD": self.handlers["GET"]} if self.has_head and "GET" in self.handlers else {}
        return self.handlers | head


PAGES = [
    Page("/projects", {"GET": studio.list_projects}),
    Page("/projects/{project_id}", {"GET": studio.get_project}),
    Page("/projects/{project_id}/renders", {"GET": studio.list_renders, "POST": studio.create_render}),
    Page(
        RENDER,
        {"GET": studio.get_render, "PATCH": studio.update_render, "DELETE": studio.delete_render},
    ),
    Page(f"{RENDER}/events", {"GET": studio.get_events}),
    Page(f"{RENDER}/result", {"GET": studio.get_result}),
    Page(f"{RENDER}/log", {"GET": studio.get_log}),
    Page(f"{RENDER}/cancel", {"POST": studio.cancel_render}),
    Page(f"{RENDER}/pause", {"POST": studio.pause_render}),
    Page(f"{RENDER}/resume", {"POST": studio.resume_render}),
    Page(f"{RENDER}/retry", {"POST": studio.retry_render}),
    Page(f"{RENDER}/purge", {"POST": studio.purge_render}),
    Page("/renders/{render_id}", {"GET": studio.find_render}),
    Page("/scenes", {"GET": library.list_scenes, "POST": library.create_scene}),
    Page("/scenes/by-slug/{slug}", {"GET": library.get_scene_by_slug}),
    Page("/scenes/{scene_id}", {"GET": library.get_scene, "PUT": library.replace_scene}),
    Page("/frames", {"GET": frames.list_frames, "POST": frames.create_frame}, has_head=False),
    Page("/frames/{frame_id}", {"GET": frames.get_frame}, has_head=False),
    Page("/frames/{frame_id}/strike", {"POST": frames.strike_frame}),
]


class Application:
    """The farm as an ASGI application.

    A request is read as a whole first; what follows happens under one lock
    and waits for nothing, so no two requests ever see each other half done.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._farm = Farm()
        self._lock = Lock()
        self._pages = [(page.pattern, page.methods) for page in PAGES]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            content = await _content(request)
            with self._lock:
                response = self._answer(request, content)
        except ClientDisconnect:
            return
        except Refused as refused:
            response = refusal(refused, request.scope["path"])
        if request.method == "HEAD":
            response.body = b""
        await response(scope, receive, send)

    def _answer(self, request: Request, content: bytes) -> Response:
        methods, path = self._found(request)
        if request.method not in methods:
            return _without_method(request, ", ".join(sorted({*methods, "OPTIONS"})))
        token = _token(request.headers)
        if token is None:
            refused = Refused(401, "unauthorized", "Send a bearer token.")
            return refusal(refused, request.scope["path"], {"WWW-Authenticate": "Bearer"})
        now = int(self._now() * 1000)
        account = self._farm.account(token, now)
        query = request.scope["query_string"]
        call = Call(self._farm, account, token, now, path, query, request.headers, content)
        return methods[request.method](call)

    def _found(self, request: Request) -> tuple[dict[str, Handler], dict[str, str]]:
        # Split before it is decoded, so that a name may hold a slash.
        path = request.scope["raw_path"].decode("latin-1")
        for pattern, methods in self._pages:
            if match := pattern.fullmatch(path):
                return methods, {name: unquote(value) for name, value in match.groupdict().items()}
        raise Refused(404, "unknownPath", f"There is nothing at {unquote(path)}.")


def _without_method(request: Request, allow: str) -> Response:
    headers = {"Allow": allow}
    if request.method == "OPTIONS":
        return Response(None, 204, headers)
    refused = Refused(405, "methodNotAllowed", f"There is no {request.method} here, but {allow}.")
    return refusal(refused, request.scope["path"], headers)


def _token(headers: Headers) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


async def _content(request: Request) -> bytes:
    """Return the whole body, unless it is larger than anybody needs."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BYTES:
            raise Refused(413, "payloadTooLarge", f"Send {MOST_BYTES} bytes at most.")
    return bytes(content)


def create_app(now: Callable[[], float] = time.time) -> Application:
    """Return the farm as an ASGI application.

    Args:
        now: Tells the time, in seconds since 1970.
    """
    return Application(now)
