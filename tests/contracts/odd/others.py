"""Other clients of an account, who mind their own jobs while somebody judges the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.contracts.broken.documents import ALTERYX, FARM, KRAGLE, OPENREPLAY, RENDLEY, TAIPY
from tests.contracts.broken.wire import Asked, Server

MOST = 8
"""How many jobs of their own they leave standing."""


@dataclass(frozen=True)
class Habit:
    """What they do in one API: `{n}` is a number, `{id}` one of their jobs.

    Attributes:
        id: Where the answer to `create` has the id.
        last: What is done with a job before it is forgotten, in order.
    """

    create: tuple[str, str, Any]
    id: tuple[str, ...]
    last: tuple[tuple[str, str, Any], ...] = ()


HABITS: Mapping[str, Habit] = {
    RENDLEY: Habit(
        ("POST", "/v1/export", {"project_id": "others"}),
        ("data", "job_id"),
        (("PATCH", "/v1/jobs/{id}", {"acknowledged": True}), ("DELETE", "/v1/jobs/{id}", None)),
    ),
    # Pairs of a stack and a schedule are few, so none is held longer than a moment.
    KRAGLE: Habit(
        ("POST", "/jobs", {"stack_id": 7, "schedule_id": 5, "name": "others-{n}"}),
        ("id",),
        (("DELETE", "/jobs/{id}", None),),
    ),
    ALTERYX: Habit(
        ("POST", "/webapi/v3/workflows/66ebd0f23d6200007e000d11/jobs", {"workerTag": "others"}), ("id",)
    ),
    OPENREPLAY: Habit(
        ("DELETE", "/public/3sWXSsqHgSKnE87YkNJK/users/others-{n}", None),
        ("data", "jobId"),
        (("DELETE", "/public/3sWXSsqHgSKnE87YkNJK/jobs/{id}", None),),
    ),
    TAIPY: Habit(
        ("POST", "/api/v1/jobs/?task_id=my_config", None),
        ("job", "id"),
        (("POST", "/api/v1/jobs/cancel/{id}/", None), ("DELETE", "/api/v1/jobs/{id}/", None)),
    ),
    FARM: Habit(
        ("POST", "/projects/north-pier/renders", {"name": "others-{n}", "scene": 3}),
        ("id",),
        (
            ("POST", "/projects/north-pier/renders/{id}/cancel", None),
            ("DELETE", "/projects/north-pier/renders/{id}", None),
        ),
    ),
}


class Others:
    """They make jobs, and deal with the oldest of them once there are enough."""

    def __init__(self, document: str) -> None:
        self._habit = HABITS[document]
        self._most = 0 if document == KRAGLE else MOST
        self._numbers = count(1)
        self._own: dict[str, list[str]] = {}

    async def act(self, asked: Asked, server: Server) -> None:
        """Do the next thing in the account of whoever sends `asked`."""
        own = self._own.setdefault(asked.credential, [])
        if len(own) <= self._most:
            made = await server.ask(_request(asked, self._habit.create, n=next(self._numbers)))
            if made.is_success:
                own.append(_at(made.json, self._habit.id))
        if len(own) > self._most and self._habit.last:
            oldest = own.pop(0)
            for step in self._habit.last:
                await server.ask(_request(asked, step, id=oldest))


def _request(asked: Asked, step: tuple[str, str, Any], **names: Any) -> Asked:
    method, target, body = step
    path, _, query = target.format(**names).partition("?")
    request = asked.reading(path).at(path, method)
    if query:
        request = request.asking(**dict([query.split("=")]))
    if body is None:
        return request
    filled = {
        name: value.format(**names) if isinstance(value, str) else value for name, value in body.items()
    }
    return request.saying(content_type="application/json").holding(filled)


def _at(value: Any, path: tuple[str, ...]) -> str:
    for part in path:
        value = value[part]
    return str(value)
