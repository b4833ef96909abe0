"""Operations whose requests go wrong by rules; while there is no rule, nothing here is on the way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from functools import partial
from typing import Any, Protocol

from mockserver.answers import Refused, Reply
from mockserver.callers import Callers
from mockserver.framework import Receive, Scope, Send
from mockserver.lines import Lines
from mockserver.mishaps import Mishap, Mishaps
from mockserver.wire import content_of, headers_of, respond
from speckit import timing
from speckit.statuses import phrase

log = logging.getLogger("understudy")

FAULT = "Understudy-Fault"
"""The header of an answer that went wrong on purpose: the number of the rule."""


class Failing(Protocol):
    """What answers an operation, and can answer it with any error."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

    def failing(self, status: int, detail: str, scope: Scope) -> Reply:
        """Return the error with `status` in the words of the API."""


class Stumbling:
    """One operation that is concerned by rules."""

    def __init__(
        self, name: str, ending: Failing, mishaps: Mishaps, callers: Callers, lines: Lines, limit: int
    ) -> None:
        self._name = name
        self._ending = ending
        self._mishaps = mishaps
        self._callers = callers
        self._lines = lines
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request as the rules say, and as ever where they say nothing."""
        raw = headers_of(scope)
        who = partial(self._callers.name, self._name, raw, scope["query_string"])
        met = self._mishaps.met(self._name, who)
        if delay := sum(rule.delay for rule in met):
            await asyncio.sleep(delay / timing.SECOND)
        if not met or not met[-1].is_the_end:
            await self._ending(scope, receive, send)
            return
        rule = met[-1]
        with suppress(Refused):
            await content_of(receive, raw, self._limit)
        if rule.drops:
            log.info("%s: fault %d: the connection is broken off", self._name, rule.number)
            await self._lines.hang_up(scope, receive, send)
        else:
            log.info("%s: fault %d: %d", self._name, rule.number, rule.status)
            await respond(send, self._wrong(rule, scope), head=scope["method"] == "HEAD")

    def _wrong(self, rule: Mishap, scope: Scope) -> Reply:
        assert rule.status is not None
        detail = f"{phrase(rule.status)}, on purpose: fault {rule.number} of the mock server says so."
        reply = self._ending.failing(rule.status, detail, scope)
        said = {name.lower() for name, _ in rule.headers}
        kept = [each for each in reply.headers if each[0].lower() not in said]
        reply.headers = (*kept, *rule.headers, (FAULT, str(rule.number)))
        return reply


def attending(
    mishaps: Mishaps, callers: Callers, lines: Lines, limit: int
) -> Callable[[MutableMapping[str | None, Any]], None]:
    """Return what keeps a mapping of operations, by their ids, as the rules have it from then on.

    Operations that a rule concerns stand behind a `Stumbling`, and others as they were.

    Args:
        mishaps: The rules.
        callers: Tells who asks.
        lines: Where connections are broken off.
        limit: How many bytes of a request body are read, at most.
    """

    def attend(endings: MutableMapping[str | None, Any]) -> None:
        plain = {name: ending for name, ending in endings.items() if name is not None}

        def change() -> None:
            concerned = mishaps.concerned()
            for name, ending in plain.items():
                is_concerned = name in concerned
                stumbling = Stumbling(name, ending, mishaps, callers, lines, limit) if is_concerned else None
                endings[name] = stumbling or ending

        mishaps.changed = change
        change()

    return attend
