"""A render and its life: what it is, where it goes by itself, and how it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from renderfarm.moments import SECOND, next_hour, written

STATES = (
    "draft",
    "queued",
    "running",
    "paused",
    "cancelling",
    "deleting",
    "cancelled",
    "succeeded",
    "failed",
)
GONE = "gone"
"""Where a render is once it is nowhere."""
ENDED = ("cancelled", "succeeded", "failed")
EXPIRING = ("cancelled", "succeeded")
ACTIVE = ("queued", "running", "paused")
"""While it is in one of these, no other render of its project may be active under its name."""
WAIT = {"queued": SECOND, "running": 3 * SECOND, "cancelling": SECOND, "deleting": SECOND}
"""How long a render stays in the states it leaves by itself."""
MOST_EVENTS = 1000


@dataclass(slots=True, eq=False)
class Render:
    """One render. `number` counts those of its account; `made` and all other moments are milliseconds."""

    number: int
    project: str
    name: str
    scene: int
    made: int
    engine: str = "path_tracer"
    priority: int = 5
    resolution: Mapping[str, int] = field(default_factory=lambda: {"width": 1920, "height": 1080})
    note: str | None = None
    rehearse_failure: bool = False
    retention_seconds: int = 86_400
    client: str | None = None
    id: str = field(default_factory=lambda: f"rnd_{token_hex(6)}")
    serial: str = field(default_factory=lambda: f"LK-{token_hex(3)}")
    state: str = ""
    entered: int = 0
    expires: int = 0
    error: Mapping[str, str] | None = None
    updated: int | None = None
    queued: int | None = None
    started: int | None = None
    ended: int | None = None
    events: list[tuple[str, int]] = field(default_factory=list)
    version: int = 0

    @property
    def etag(self) -> str:
        """What names this version of the render."""
        return f'"{self.id}.{self.version}"'

    @property
    def url(self) -> str:
        """Where the render is."""
        return f"/projects/{self.project}/renders/{self.id}"

    @property
    def is_active(self) -> bool:
        """Whether it holds its name."""
        return self.state in ACTIVE

    @property
    def due(self) -> int | None:
        """When it goes on by itself; None if it does not."""
        if self.state in WAIT:
            return self.entered + WAIT[self.state]
        return max(self.expires, self.entered) if self.state in EXPIRING else None

    def begin(self, state: str) -> None:
        """Come into being."""
        self.keep_from(self.made)
        self._enter(state, self.made)

    def keep_from(self, moment: int) -> None:
        """Count the time for which it is kept from a moment."""
        self.expires = moment + int(self.retention_seconds * SECOND)

    def move(self, state: str, at: int) -> None:
        """Go to another state."""
        self._enter(state, at)
        self.touch(at)

    def touch(self, at: int) -> None:
        """Note that it has changed."""
        self.updated = at
        self.version += 1

    def go_on(self) -> None:
        """Make the move that is due, at the moment it is due."""
        assert self.due is not None
        self.move(self._next(), self.due)

    def _next(self) -> str:
        following = {"queued": "running", "cancelling": "cancelled"}
        if self.state == "running":
            return "failed" if self.rehearse_failure else "succeeded"
        return following.get(self.state, GONE)

    def _enter(self, state: str, at: int) -> None:
        self.state, self.entered = state, at
        if state == "queued":
            self.queued, self.started, self.ended, self.error = at, None, None, None
        elif state == "running":
            self.started = at
        elif state in ENDED:
            self.ended = at
        if state == "failed":
            self.error = {"code": "rehearsed", "message": "It was asked to fail."}
        self.events = [*self.events, (state, at)][-MOST_EVENTS:]


def shown(render: Render, *, diagnostics: bool = False) -> dict[str, Any]:
    """Return a render as clients see it."""
    machine = {"pool": "larkfield-1"} | ({"serial": render.serial} if diagnostics else {})
    return {
        "id": render.id,
        "project": render.project,
        "name": render.name,
        "scene": render.scene,
        "engine": render.engine,
        "priority": render.priority,
        "resolution": render.resolution,
        "note": render.note,
        "rehearse_failure": render.rehearse_failure,
        "client": render.client,
        "machine": machine,
        "state": render.state,
        "error": render.error,
        "created_at": written(render.made),
        "updated_at": written(render.updated),
        "queued_at": written(render.queued),
        "started_at": written(render.started),
        "ended_at": written(render.ended),
        "retention_seconds": render.retention_seconds,
        "expires_at": written(render.expires),
        "storage_billed_from": written(next_hour(render.made)),
    }


def summary(render: Render) -> dict[str, Any]:
    """Return what a progress bar needs."""
    return {"id": render.id, "name": render.name, "state": render.state}


def events(render: Render) -> dict[str, Any]:
    """Return what became of a render so far."""
    told = [{"state": state, "at": written(at)} for state, at in render.events]
    return {"render": render.id, "events": told}


def result(render: Render) -> dict[str, Any]:
    """Return where the picture is."""
    return {
        "render": render.id,
        "picture": f"https://cdn.larkfield.example/{render.id}.exr",
        "resolution": render.resolution,
        "finished_at": written(render.ended),
    }


def log(render: Render, scene_title: str) -> str:
    """Return what the machine said."""
    size = f"{render.resolution['width']}x{render.resolution['height']}"
    return f'{render.id} "{render.name}": {scene_title}, {render.engine}, {size}\n{render.state}\n'
