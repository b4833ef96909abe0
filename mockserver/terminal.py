"""The middlewares Connexion runs: an error guard, routing to an operation, and the operation's answer."""

from __future__ import annotations

import logging
from asyncio import CancelledError
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from functools import cached_property, partial
from typing import Any

from mockserver.answers import Catalogue, Refused, Reply, Responder
from mockserver.direct import direct
from mockserver.evaluation import Frame, Request
from mockserver.framework import (
    ROUTING_CONTEXT,
    ASGIApp,
    Receive,
    RoutedAPI,
    RoutedMiddleware,
    Scope,
    Send,
    SpecMiddleware,
)
from mockserver.playing import Played
from mockserver.routing import Found, Router, UnreadablePath
from mockserver.wire import READ, Wholly, check_length, headers_of, messages, respond, rest_of
from speckit.conventions import Conventions, governing

log = logging.getLogger("understudy")


class Guard:
    """Turns a fault of ours into a 500 that says so, with the traceback in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = direct(app)
        self._catalogue = Catalogue(Conventions())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        try:
            await self._app(scope, receive, send)
        except CancelledError:
            # The server is ending, and the rest of the request has not come in time.
            if scope["type"] != "http":
                raise
            refused = Refused("overloaded", "The server is ending.")
            if not _at_once(respond(send, self._catalogue.reply(refused, Frame(Request(), 0, {})))):
                raise
        except Exception:
            if scope["type"] != "http":
                raise
            log.exception("%s %s", scope["method"], scope["path"])
            refused = Refused("internal", "The server has a fault; its log says more.")
            await respond(send, self._catalogue.reply(refused, Frame(Request(), 0, {})))


def _at_once(sending: Coroutine[Any, Any, None]) -> bool:
    """Run what sends an answer; return False if it would have to wait, as for a client that does not read."""
    try:
        sending.send(None)
    except StopIteration:
        return True
    except RuntimeError:
        return False  # the answer has begun already
    sending.close()
    return False


class Routing(SpecMiddleware):
    """Finds the operation of a request, or answers that there is none.

    It keeps Connexion's contract: the operation goes down in the scope under
    `extensions`, its path parameters under `path_params`.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        router: Router,
        conventions: tuple[Conventions, ...],
        hint: Callable[[str], str],
    ) -> None:
        self._app = direct(app)
        self._router = router
        self._hint = hint
        self._conventions = conventions
        self._catalogues = {each.name: Catalogue(each) for each in (*conventions, Conventions())}
        self._options = {c.name: Responder(c.options, 200, "date-time") for c in conventions if c.options}
        self._base_path = ""

    def add_api(self, specification: Any, *, base_path: str | None = None, **_options: Any) -> None:
        """Take note of where Connexion mounts the document."""
        self._base_path = specification.base_path if base_path is None else base_path

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Route one request."""
        if scope["type"] != "http":
            return self._app(scope, receive, send)
        method = scope["method"]
        path = scope.get("raw_path") or scope["path"].encode()
        try:
            found = self._router.find(path, method, scope["query_string"])
        except UnreadablePath:
            refused = Refused("invalidParameter", "The path is not UTF-8 below its percent signs.")
            return self._refuse(scope, send, refused)
        operation = found.operations.get(method) if found else None
        if found and operation is None and method == "HEAD" and self._governing(scope).serves_head:
            operation = found.operations.get("GET")
        if found is None or operation is None:
            return self._decline(scope, send, found)
        scope["path_params"] = found.values
        extensions = scope.setdefault("extensions", {})
        extensions[ROUTING_CONTEXT] = {"api_base_path": self._base_path, "operation_id": operation.id}
        return self._app(scope, receive, send)

    def _governing(self, scope: Scope) -> Conventions:
        return governing(self._conventions, scope["path"])

    async def _decline(self, scope: Scope, send: Send, found: Found | None) -> None:
        method, path = scope["method"], scope["path"]
        if found is None:
            hint = self._hint((scope.get("raw_path") or path.encode()).decode())
            await self._refuse(
                scope, send, Refused("unknownPath", f"There is no path {path} in the document.{hint}")
            )
            return
        conventions = self._governing(scope)
        methods = found.allow(serves_head=conventions.serves_head)
        allow = (("Allow", methods),) if conventions.sends_allow else ()
        if method == "OPTIONS":
            respond_options = self._options.get(conventions.name)
            reply = respond_options(Frame(Request(), 0, {})) if respond_options else Reply(204)
            await respond(send, reply, more=allow)
            return
        refused = Refused("methodNotAllowed", f"{path} has no {method}; it has {methods}.")
        await self._refuse(scope, send, refused, allow)

    async def _refuse(
        self, scope: Scope, send: Send, refused: Refused, more: tuple[tuple[str, str], ...] = ()
    ) -> None:
        reply = self._catalogues[self._governing(scope).name].reply(refused, Frame(Request(), 0, {}))
        await respond(send, reply, head=scope["method"] == "HEAD", more=more)


class Terminal(RoutedMiddleware["TerminalAPI"]):
    """Answers every routed request; nothing behind it is reached."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        play: Callable[[str], Played],
        body_limit: int,
        attend: Callable[[MutableMapping[str | None, Any]], None],
        wholly: Wholly,
    ) -> None:
        super().__init__(app)
        self._ending = partial(Ending, body_limit=body_limit, wholly=wholly)
        self._play = play
        self._attend = attend

    def add_api(self, specification: Any, **options: Any) -> TerminalAPI:
        """Give Connexion's operations our compiled ones to run."""
        api = TerminalAPI(specification, next_app=self.app, play=self._play, ending=self._ending, **options)
        self.apis[api.base_path].append(api)
        self._endings = api.operations
        self._attend(api.operations)
        return api

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer the operation that routing found; the document is mounted once, so its id is enough."""
        if scope["type"] != "http":
            return self.app(scope, receive, send)
        operation_id = scope["extensions"][ROUTING_CONTEXT]["operation_id"]
        return self._endings[operation_id].__call__(scope, receive, send)


class Ending:
    """One operation as an ASGI application."""

    def __init__(self, played: Callable[[], Played], *, body_limit: int, wholly: Wholly) -> None:
        self._compile = played
        self._wholly = wholly
        self._body_limit = body_limit
        self._digits = len(str(body_limit))

    @cached_property
    def _played(self) -> Played:
        """The operation, compiled when it is first asked for: a large document costs what is used of it."""
        return self._compile()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Nothing is awaited between reading the body and having the reply."""
        raw = scope.get(READ) or headers_of(scope)
        played = self._played
        path = scope["path_params"]
        try:
            content = b""
            if played.has_body:
                # What has fewer digits than the limit is shorter.
                if len(raw.get(b"content-length", b"")) >= self._digits:
                    check_length(raw, self._body_limit)
                message = await receive()
                content = message.get("body", b"")
                # Most bodies come at once.
                if message.get("more_body") or not content or len(content) > self._body_limit:
                    content = await rest_of(receive, message, self._body_limit)
            reply = played.answer(path, scope["query_string"], raw, content)
        except Refused as refused:
            reply = played.refuse(refused, Request(path, raw=raw))
        is_head = scope["method"] == "HEAD"
        if is_head or not self._wholly(send, reply):
            start, end = messages(reply, head=is_head)
            await send(start)
            await send(end)

    def failing(self, status: int, detail: str, scope: Scope) -> Reply:
        """Return the error with `status` in the words of the API, though nothing is wrong."""
        return self._played.failing(status, detail, Request(scope["path_params"], raw=headers_of(scope)))


class TerminalAPI(RoutedAPI[Ending]):
    """The operations of a document by their id."""

    def __init__(
        self,
        specification: Any,
        *args: Any,
        play: Callable[[str], Played],
        ending: Callable[[Callable[[], Played]], Ending],
        **options: Any,
    ) -> None:
        super().__init__(specification, *args, **options)
        self._play = play
        self._ending = ending
        self.add_paths()

    def make_operation(self, operation: Any) -> Ending:
        """Return our operation for Connexion's."""
        return self._ending(partial(self._play, operation.operation_id))
