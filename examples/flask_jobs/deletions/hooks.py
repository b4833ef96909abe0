"""What tests do that no client can: move the clock, and put a job into a state."""

from __future__ import annotations

import re
import sqlite3
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, request

from deletions.store import PROJECTS, RUN_MS, AlreadyScheduled, Jobs, Project, next_midnight, shown
from deletions.worker import Worker

DURATION = re.compile(
    r"P(?=[\dT])(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.ASCII
)
SECONDS = (604_800, 86_400, 3_600, 60, 1)
COLUMNS = {
    "referenceId": "user",
    "projectKey": "project",
    "createdAt": "created_at",
    "updatedAt": "updated_at",
    "startAt": "start_at",
    "errors": "errors",
}
STATES = ("scheduled", "running", "completed", "failed", "cancelled")
FAILURE = "could not reach the session store"


class Clock:
    """Another clock, moved on by tests.

    Args:
        now: That clock, in seconds since 1970.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._ahead = 0.0

    def __call__(self) -> float:
        return self._now() + self._ahead

    def advance(self, seconds: float) -> None:
        """Move it on."""
        self._ahead += seconds


def seconds(duration: str) -> float:
    """How long an ISO 8601 duration is, in seconds.

    Raises:
        ValueError: it is none, or has years or months, which differ in length.

    >>> seconds("P1DT1H0.5S")
    90000.5
    """
    parts = DURATION.fullmatch(duration)
    if parts is None:
        raise ValueError(f"{duration!r} is no duration; write it like PT1H, P1D or PT0.5S")
    return sum(float(part) * each for part, each in zip(parts.groups("0"), SECONDS, strict=True))


def rfc_3339(moment: float) -> str:
    """A moment, in seconds since 1970, as text."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def hooks(
    clock: Clock, jobs: Jobs, worker: Worker, answer: Callable[..., Response], account: Callable[[str], str]
) -> Blueprint:
    """The paths below /test/.

    Args:
        answer: Makes a response of a body and a status.
        account: The account that an API key belongs to.
    """
    routes = Blueprint("test", __name__, url_prefix="/test")

    @routes.get("/clock")
    def tell_the_time() -> Response:
        return answer({"now": rfc_3339(clock())})

    @routes.post("/clock")
    def move_the_clock() -> Response:
        try:
            clock.advance(seconds(sent().get("advance", "")))
        except (TypeError, ValueError) as problem:
            return answer({"error": str(problem)}, 400)
        worker.run_due()
        return answer({"now": rfc_3339(clock())})

    @routes.post("/states")
    def put() -> Response:
        """Make it true that a job is in a state, for one API key."""
        body = sent()
        if body.get("resource") != "OpenReplayJob":
            return answer({"error": "there is no such resource"}, 404)
        key = str(body.get("principal", "anonymous")).removeprefix("Bearer ")
        try:
            columns = as_asked(body, round(clock() * 1000))
            project = Project(account(key), columns.pop("project"))
            job = jobs.add(project, columns.pop("user"), **columns)
        except ValueError as problem:
            return answer({"error": str(problem)}, 400)
        except AlreadyScheduled:
            return answer({"error": "there is already such a job"}, 409)
        return answer(described(job), 201)

    return routes


def sent() -> dict[str, Any]:
    """The body of the request: a JSON object."""
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        abort(400)
    return body


def as_asked(body: dict[str, Any], now: int) -> dict[str, Any]:
    """The columns of a job as a test wants it.

    Raises:
        ValueError: a state, a scenario or a field is unknown.
    """
    state, scenario = body.get("state") or "scheduled", body.get("scenario") or ""
    given = body.get("fields") or {}
    if state not in STATES or scenario not in ("", "failure") or not given.keys() <= COLUMNS.keys():
        raise ValueError(f"a job has the states {', '.join(STATES)} and the fields {', '.join(COLUMNS)}")
    columns = {"user": f"user-{uuid.uuid4()}", "project": next(iter(PROJECTS)), "status": state}
    columns |= times(state, now) | {"fails_with": FAILURE if scenario else None}
    columns |= {"errors": FAILURE if state == "failed" else None}
    columns |= {COLUMNS[name]: value for name, value in given.items()}
    if columns["project"] not in PROJECTS:
        raise ValueError("there is no such project")
    return columns


def times(state: str, now: int) -> dict[str, Any]:
    """When it was made and started, as if all that had happened just now."""
    if state == "scheduled":
        return {"created_at": now, "start_at": next_midnight(now)}
    if state == "cancelled":
        return {"created_at": now, "start_at": next_midnight(now), "updated_at": now}
    started = {"created_at": now, "start_at": now, "started_at": now, "updated_at": now}
    return started if state == "running" else started | {"finished_at": now}


def described(job: sqlite3.Row) -> dict[str, Any]:
    """The job, as this door tells of it."""
    due = {"scheduled": job["start_at"], "running": (job["started_at"] or 0) + RUN_MS}.get(job["status"])
    return {
        "resource": "OpenReplayJob",
        "id": job["id"],
        "state": job["status"],
        "scenario": "failure" if job["fails_with"] else None,
        "due": None if due is None else rfc_3339(due / 1000),
        "fields": {**shown(job), "projectKey": job["project"]},
    }
