"""What is served outside the contract, below `/_understudy/`: control door, document, Swagger UI, pages."""

from __future__ import annotations

import importlib.util
import mimetypes
from collections.abc import Awaitable, Sequence
from functools import cached_property
from pathlib import Path

from mockserver.addressed import Addressed, url_of
from mockserver.answers import Catalogue, Refused, Reply
from mockserver.control import PREFIX, Control
from mockserver.direct import direct
from mockserver.doors import Desk
from mockserver.evaluation import Frame, Request
from mockserver.framework import ASGIApp, Receive, Scope, Send
from mockserver.shelf import Shelf
from mockserver.wire import content_of, headers_of, respond
from speckit.conventions import Conventions
from speckit.document import Document

BODY_LIMIT = 1_048_576
_BELOW = PREFIX + "/"
UI = "/ui/"
DOCS = PREFIX + "/docs"
"""Where pages about the document are, if the server has any."""
_INDEX = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="swagger-ui.css"><link rel="icon" href="favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="swagger-ui-bundle.js"></script><script src="start.js"></script>
</body>
</html>
"""
# Whatever servers the document names, "try it out" must never reach anything but this one.
_START = """window.onload = async () => {
  const spec = await (await fetch("../openapi.json")).json();
  spec.servers = [{url: window.location.origin + "{base}"}];
  SwaggerUIBundle({
    spec, dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null, persistAuthorization: true,
  });
};
"""


class Pages:
    """The document in both its forms, and Swagger UI around it; made when first asked for, then kept.

    Args:
        base: The path that the API is served below.
    """

    def __init__(self, document: Document, base: str = "") -> None:
        self._document = document
        self._base = base
        self._addressed = Addressed(document.data)

    def find(self, path: str, scope: Scope) -> Reply | None:
        """Return the page at `path`, if there is one."""
        if path == "/openapi.json":
            return Reply(200, self._addressed.json(url_of(scope) + self._base))
        if path == "/openapi.yaml":
            return Reply(200, self._addressed.yaml(url_of(scope) + self._base), (), "application/yaml")
        if path in ("/", UI.rstrip("/")):
            return Reply(308, headers=(("Location", PREFIX + UI),))
        return self._ui(path.removeprefix(UI)) if path.startswith(UI) else None

    def _ui(self, name: str) -> Reply | None:
        if name in ("", "index.html"):
            title = str(self._document.data.get("info", {}).get("title", "API"))
            return Reply(200, _INDEX.replace("{title}", _escaped(title)), (), "text/html; charset=utf-8")
        if name == "start.js":
            return Reply(200, _START.replace("{base}", self._base), (), "text/javascript; charset=utf-8")
        asset = self._assets.get(name)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return None if asset is None else Reply(200, asset.read_bytes(), (), kind)

    @cached_property
    def _assets(self) -> dict[str, Path]:
        """Swagger UI's own files by name: a request can reach no others."""
        folder = _package("flask_swagger_ui") / "dist"
        return {each.name: each for each in folder.iterdir() if each.name.endswith((".js", ".css", ".png"))}


class Outside:
    """The middleware that answers what is below `/_understudy/` and passes everything else on."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        control: Control,
        document: Document,
        shelf: Shelf | None = None,
        desks: Sequence[Desk] = (),
        base: str = "",
    ) -> None:
        self._app = direct(app)
        self._control = control
        self._shelf = shelf
        self._desks = {each.path: each for each in desks}
        self._pages = Pages(document, base)
        self._catalogue = Catalogue(Conventions())

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer a request, or pass it on."""
        if scope["type"] != "http" or not scope["path"].startswith(_BELOW):
            return self._app(scope, receive, send)
        return self._respond(scope, receive, send)

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if self._shelf and self._shelf.holds(scope):
                await self._shelf(scope, receive, send)
                return
            reply = await self._answer(scope, receive)
        except Refused as refused:
            reply = self._catalogue.reply(refused, Frame(Request(), 0, {}))
        await respond(send, reply, head=scope["method"] == "HEAD")

    async def _answer(self, scope: Scope, receive: Receive) -> Reply:
        path, method = scope["path"].removeprefix(PREFIX), scope["method"]
        asked = "GET" if method == "HEAD" else method
        if asked == "GET" and (page := self._pages.find(path, scope)):
            return page
        desk = self._desks.get(path)
        allow = desk.methods if desk else self._control.allow(path)
        if not allow:
            documents = [PREFIX + path for path in (*self._desks, "/openapi.json", "/openapi.yaml", UI)]
            pages = [f"{self._shelf.path}/"] if self._shelf else []
            known = ", ".join([*self._control.paths(), *documents, *pages])
            detail = f"There is nothing at {PREFIX}{path}; there are {known}."
            raise Refused("unknownPath", detail)
        if asked not in allow:
            refused = Refused("methodNotAllowed", f"{PREFIX}{path} has {' and '.join(allow)}, not {method}.")
            reply = self._catalogue.reply(refused, Frame(Request(), 0, {}))
            reply.headers = (("Allow", ", ".join(allow)),)
            return reply
        raw = headers_of(scope)
        headers = Request(raw=raw).headers
        self._control.admit(path, headers, (scope.get("client") or ("localhost",))[0])
        content = await content_of(receive, raw, BODY_LIMIT)
        if desk:
            return desk.act(asked, scope["query_string"], content)
        return self._control.act(asked, path, scope["query_string"], content, headers)


def _package(name: str) -> Path:
    """Return the folder of an installed package, which is not imported for that."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{name} is not installed, and its files are needed.")
    return Path(spec.origin).parent


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
