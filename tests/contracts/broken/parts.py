"""What many faults are made of: jobs in an answer, overlapping requests, other people's keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

from tests.contracts.broken.wire import Answer, Asked, Server

Job = dict[str, Any]
NO_JOB = {"toolId", "detail"}
"""Members that only other things with a status have: a message, a problem."""
RACE_SECONDS = 0.03
"""How long a server that reads, waits and then writes waits: the window in which two requests collide."""


def jobs(asked: Asked, answer: Answer) -> Iterator[tuple[tuple[str, str], Job]]:
    """Every job that a successful answer shows, with its key; it may be changed in place."""
    if answer.is_success:
        for member in ("status", "do_run", "engine"):
            for job in answer.shown(member):
                if not NO_JOB & job.keys():
                    yield asked.key_of(job.get("jobId", job.get("id", asked.id))), job


def text_of(error: Any) -> str:
    """The text of an error answer, whatever it is wrapped in."""
    if isinstance(error, dict):
        return " ".join(text_of(value) for value in error.values())
    return str(error)


def first(server: Server, key: Any, what: str, now: float) -> float:
    """Remember when `what` was first so of the job with that key; return it."""
    return float(server.notes[key].setdefault(what, now))


@asynccontextmanager
async def slowly(server: Server, place: Any) -> AsyncIterator[bool]:
    """Wait as a slow write does; the value says whether another request was at the same place meanwhile."""
    inside = server.notes["inside"]
    token = object()
    inside.setdefault(place, {})[token] = False
    for other in inside[place]:
        inside[place][other] = len(inside[place]) > 1
    try:
        await asyncio.sleep(RACE_SECONDS)
        yield inside[place][token]
    finally:
        del inside[place][token]


def learn(asked: Asked, server: Server, answer: Answer) -> list[str]:
    """Remember whose credential is good; return those of everybody else that are known."""
    if asked.credential and answer.is_success:
        server.notes["credentials"][asked.credential] = True
    return [known for known in server.notes["credentials"] if known != asked.credential]


async def as_anybody(asked: Asked, server: Server, answer: Answer) -> Answer:
    """Return the first answer that is a success, asked by each of those known; else `answer`."""
    for credential in learn(asked, server, answer):
        other = await server.ask(asked.by(credential))
        if other.is_success:
            return other
    return answer


def mark(answer: Answer) -> None:
    """Give an answer that was changed an ETag of its own."""
    if tag := answer.header("etag"):
        answer.put("etag", tag.removesuffix('"') + '~"')


def unmarked(asked: Asked) -> Asked:
    """Return a request with the server's own ETags in place of marked ones."""
    names = [name for name in ("if_match", "if_none_match") if name.replace("_", "-") in asked.headers]
    return asked.saying(**{name: asked.headers[name.replace("_", "-")].replace("~", "") for name in names})
