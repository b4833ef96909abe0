"""What stands between a correct server and the wire: requests and answers that can be changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DOOR = "/_understudy/"
"""Below it the control door is: nothing of it is touched."""
HERE = ("127.0.0.1", 1)
Routes = Callable[[str, str], tuple[str, Mapping[str, str]]]
"""From a method and a path to the operation's id, empty where there is none, and its path parameters."""


def no_routes(_method: str, _path: str) -> tuple[str, Mapping[str, str]]:
    """Know no operation."""
    return "", {}


def parsed(content: bytes) -> Any:
    """The JSON value in `content`; None where it is none."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None


@dataclass(frozen=True)
class Asked:
    """A request, whole.

    Attributes:
        operation: The id of the operation meant; empty where there is none.
        params: The path parameters, decoded.
    """

    scope: Scope
    content: bytes = b""
    operation: str = ""
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        return str(self.scope["method"])

    @property
    def path(self) -> str:
        """The path as it was sent, percent-encoded."""
        return (self.scope.get("raw_path") or quote(self.scope["path"]).encode()).decode("latin-1")

    @cached_property
    def query(self) -> dict[str, str]:
        """The query parameters; of one that is repeated, the last."""
        return dict(parse_qsl(self.scope["query_string"].decode("latin-1"), keep_blank_values=True))

    @cached_property
    def json(self) -> Any:
        return parsed(self.content)

    @cached_property
    def headers(self) -> dict[str, str]:
        return {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in self.scope["headers"]
        }

    @property
    def credential(self) -> str:
        """What the request says of who sends it; empty where it says nothing."""
        return self.headers.get("authorization", "")

    @property
    def id(self) -> str:
        """The last path parameter: of which resource the operation is."""
        return next(reversed(self.params.values()), "")

    @property
    def key(self) -> tuple[str, str]:
        """The resource of the path, told apart from one with the same id in another account."""
        return self.credential, self.id

    def key_of(self, identity: Any) -> tuple[str, str]:
        """The key of the resource that an answer calls `identity`."""
        return self.credential, str(identity)

    def at(self, path: str, method: str = "") -> Asked:
        """The same at another path, percent-encoded; its query stays."""
        scope = {**self.scope, "method": method or self.method, "path": path, "raw_path": path.encode()}
        return replace(self, scope=scope)

    def asking(self, **query: str | int | None) -> Asked:
        """The same with these query parameters changed; None takes one out."""
        left = {name: value for name, value in {**self.query, **query}.items() if value is not None}
        return replace(self, scope={**self.scope, "query_string": urlencode(left).encode()})

    def saying(self, **headers: str | None) -> Asked:
        """The same with these headers changed (`_` stands for `-`); None takes one out."""
        changed = {name.replace("_", "-").encode(): value for name, value in headers.items()}
        kept = [(name, value) for name, value in self.scope["headers"] if name.lower() not in changed]
        new = [(name, value.encode("latin-1")) for name, value in changed.items() if value is not None]
        return replace(self, scope={**self.scope, "headers": [*kept, *new]})

    def holding(self, body: Any) -> Asked:
        """The same with another JSON body."""
        content = orjson.dumps(body)
        return replace(self.saying(content_length=str(len(content))), content=content)

    def by(self, credential: str | None) -> Asked:
        """The same by somebody else."""
        return self.saying(authorization=credential)

    def reading(self, path: str) -> Asked:
        """A plain GET of `path` by the same caller."""
        scope = {**self.scope, "query_string": b"", "headers": []}
        plain = Asked(scope).at(path, "GET")
        return plain.by(self.credential) if self.credential else plain


@dataclass
class Answer:
    """An answer, whole. `json` may be changed in place."""

    status: int
    headers: list[tuple[bytes, bytes]]
    content: bytes = b""

    @cached_property
    def json(self) -> Any:
        return parsed(self.content)

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    def header(self, name: str) -> str:
        """The value of a header; empty where there is none."""
        wanted = name.lower().encode()
        return next((value.decode("latin-1") for key, value in self.headers if key.lower() == wanted), "")

    def put(self, name: str, value: str | None) -> None:
        """Set a header, or with None take it out."""
        wanted = name.lower().encode()
        at = next((i for i, (key, _) in enumerate(self.headers) if key.lower() == wanted), len(self.headers))
        self.headers[at : at + 1] = [] if value is None else [(wanted, value.encode("latin-1"))]

    def become(self, status: int, body: Any = None) -> Answer:
        """Turn it into another answer, with a JSON body unless that is None; return it."""
        self.status, self.content = status, b"" if body is None else orjson.dumps(body)
        self.json = body
        self.put("content-type", None if body is None else "application/json")
        self.put("content-length", "0")
        return self

    def write(self, content: bytes) -> None:
        """Put other bytes in place of the body."""
        self.__dict__.pop("json", None)
        self.content = content

    def shown(self, *members: str) -> Iterator[dict[str, Any]]:
        """Every object in the body, however deep, that has all `members`."""
        yield from _objects(self.json, members)

    def settled(self, *, is_head: bool = False) -> Answer:
        """Write what was changed of `json` into the content; mend the content length."""
        value = self.__dict__.get("json")
        # As text, for true is 1 to Python.
        if value is not None and (text := orjson.dumps(value)) != orjson.dumps(parsed(self.content)):
            self.content = text
        if not is_head and self.header("content-length"):
            self.put("content-length", str(len(self.content)))
        return self


def _objects(value: Any, members: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if all(member in value for member in members):
            yield value
        for part in value.values():
            yield from _objects(part, members)
    elif isinstance(value, list):
        for part in value:
            yield from _objects(part, members)


class Server:
    """The correct server inside, and what is remembered of it.

    Attributes:
        memory: For one fault to keep what it has to know; empty at first.
        notes: The same, where a key that is not there yet is to hold an empty map.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.memory: dict[Any, Any] = {}
        self.notes: MutableMapping[Any, dict[Any, Any]] = defaultdict(dict)

    async def ask(self, asked: Asked) -> Answer:
        """Return the server's answer to `asked`."""
        answer = Answer(500, [])

        async def receive() -> Message:
            return {"type": "http.request", "body": asked.content, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status, answer.headers = message["status"], list(message.get("headers", ()))
            else:
                answer.content += message.get("body", b"")

        # A scope is written into on its way, so each request gets one of its own.
        await self._app({**asked.scope, "extensions": {}}, receive, send)
        return answer

    async def read(self, asked: Asked, path: str) -> Any:
        """Return the JSON that the caller of `asked` would be shown at `path`."""
        return (await self.ask(asked.reading(path))).json

    async def now(self, asked: Asked) -> float:
        """Return the server's time in seconds since 1970."""
        door = Asked(
            {**asked.scope, "headers": [(b"host", b"localhost")], "client": HERE, "query_string": b""}
        )
        told = await self.ask(door.at(DOOR + "clock", "GET"))
        return datetime.fromisoformat(told.json["now"]).timestamp()


Handler = Callable[[Asked, Server], Awaitable[Answer]]


async def passed_on(asked: Asked, server: Server) -> Answer:
    """Change nothing."""
    return await server.ask(asked)


class Between:
    """An ASGI application that lets `handler` deal with each request to `app`."""

    def __init__(self, app: ASGIApp, handler: Handler, routes: Routes = no_routes) -> None:
        self._app, self._handler, self._routes = app, handler, routes
        self._server = Server(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(DOOR):
            await self._app(scope, receive, send)
            if scope.get("path") == DOOR + "reset":
                self._server = Server(self._app)
            return
        asked = Asked(scope, await _content(receive))
        operation, params = self._routes(asked.method, asked.path)
        answer = await self._handler(replace(asked, operation=operation, params=params), self._server)
        answer.settled(is_head=scope["method"] == "HEAD")
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.content})


async def _content(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)
