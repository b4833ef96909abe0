"""A fault: a server that keeps every promise but one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.types import ASGIApp

from tests.contracts.broken.documents import routes
from tests.contracts.broken.wire import Answer, Asked, Between, Handler, Server

CATEGORIES = (
    *("schema", "status", "lifecycle", "timing", "integrity", "pagination", "filter"),
    *("authentication", "isolation", "role", "concurrency", "headers", "robustness"),
)


@dataclass(frozen=True)
class Fault:
    """A way to break one promise.

    Attributes:
        document: Which of `documents.DOCUMENTS` it is about.
        law: The law of `contracts.laws` that is broken.
        promise: What the server does wrong, in a sentence.
        wrap: Puts the fault in front of a correct server.
    """

    name: str
    document: str
    law: str
    category: str
    promise: str
    wrap: Callable[[ASGIApp], ASGIApp]


FAULTS: dict[str, Fault] = {}
"""Every fault by its name; the modules of this folder fill it."""


def fault(
    document: str, law: str, promise: str, of: str | Sequence[str] = ()
) -> Callable[[Handler], Handler]:
    """Register the handler below as a fault, named after it; its module is the category.

    Args:
        of: The operations whose requests it gets; the others pass by. All of them as without it.
    """
    wanted = {of} if isinstance(of, str) else set(of)

    def register(handler: Handler) -> Handler:
        async def only(asked: Asked, server: Server) -> Answer:
            is_meant = not wanted or asked.operation in wanted
            return await (handler(asked, server) if is_meant else server.ask(asked))

        _keep(document, law, promise, handler, only)
        return handler

    return register


def answering(
    document: str, law: str, promise: str, *, of: str | Sequence[str] = (), on: int = 0
) -> Callable[[Callable[[Answer, Asked], None]], Any]:
    """Register a change of the answers to operations as a fault: those with status `on`, or every success."""

    def register(change: Callable[[Answer, Asked], None]) -> Handler:
        async def handler(asked: Asked, server: Server) -> Answer:
            answer = await server.ask(asked)
            if answer.status == on if on else answer.is_success:
                change(answer, asked)
            return answer

        handler.__name__, handler.__module__ = change.__name__, change.__module__
        return fault(document, law, promise, of)(handler)

    return register


def asking(
    document: str, law: str, promise: str, *, of: str | Sequence[str] = ()
) -> Callable[[Callable[[Asked], Asked]], Any]:
    """Register a change of the requests to operations as a fault."""

    def register(change: Callable[[Asked], Asked]) -> Handler:
        async def handler(asked: Asked, server: Server) -> Answer:
            return await server.ask(change(asked))

        handler.__name__, handler.__module__ = change.__name__, change.__module__
        return fault(document, law, promise, of)(handler)

    return register


def _keep(document: str, law: str, promise: str, named: Handler, handler: Handler) -> None:
    category = named.__module__.rpartition(".")[2]
    name = f"{document}-{named.__name__}".replace("_", "-")
    assert category in CATEGORIES, category
    assert name not in FAULTS, f"There are two faults called {name}."
    wrap = partial(_between, document=document, handler=handler)
    FAULTS[name] = Fault(name, document, law, category, promise, wrap)


def _between(app: ASGIApp, *, document: str, handler: Handler) -> ASGIApp:
    return Between(app, handler, routes(document))
