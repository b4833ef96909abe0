"""Accounts: everything that belongs to one token, and the farm that holds them all."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from renderfarm.frames import Frame
from renderfarm.library import Scene
from renderfarm.renders import GONE, Render

VISITORS = frozenset({"visitor"})
"""The tokens that may not operate the farm; everybody else may."""


@dataclass(frozen=True, slots=True)
class Project:
    """What keeps renders apart."""

    id: str
    name: str
    region: str


Replay = tuple[Any, Mapping[str, Any], Mapping[str, str]]
"""What a request with an idempotency key said, and the body and headers of its answer."""


class Account:
    """Everything of one token. Moves by themselves are made up for by `settle`, before anybody looks."""

    def __init__(self, now: int) -> None:
        self.projects = {each.id: each for each in _projects()}
        self.scenes = {each.id: each for each in _scenes(now)}
        self.frames = {each.id: each for each in _frames(now)}
        self.renders: dict[str, Render] = {}
        self.replays: dict[str, Replay] = {}
        self._numbers = count(1)
        self._due: list[tuple[int, int, Render]] = []
        for fields, state in _renders():
            self.add(Render(self.next_number(), made=now, **fields), state, error=fields.get("error"))

    def next_number(self) -> int:
        """Return the number of the next render."""
        return next(self._numbers)

    def add(self, render: Render, state: str, *, error: Mapping[str, str] | None = None) -> None:
        """Take in a new render."""
        render.begin(state)
        render.error = error
        self.renders[render.id] = render
        self._schedule(render)

    def move(self, render: Render, state: str, at: int) -> None:
        """Have a render go to another state; `GONE` takes it away."""
        render.move(state, at)
        if state == GONE:
            del self.renders[render.id]
        self._schedule(render)

    def holder(self, project: str, name: str) -> Render | None:
        """Return the active render of that name."""
        named = (each for each in self.renders.values() if each.is_active and each.name == name)
        return next((each for each in named if each.project == project), None)

    def settle(self, now: int) -> None:
        """Let everything happen that was due by now, in its order."""
        while self._due and self._due[0][0] <= now:
            moment, _, render = heapq.heappop(self._due)
            if render.due == moment and render.id in self.renders:
                render.go_on()
                if render.state == GONE:
                    del self.renders[render.id]
                self._schedule(render)

    def _schedule(self, render: Render) -> None:
        if render.due is not None:
            heapq.heappush(self._due, (render.due, render.number, render))


class Farm:
    """All accounts. Numbers of scenes and frames are the farm's: no two accounts see the same."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}
        self.scene_numbers = count(4)
        self.frame_numbers = count(1001)

    def account(self, token: str, now: int) -> Account:
        """Return the account of a token, made when it is first seen, as it is now."""
        account = self._accounts.get(token)
        if account is None:
            account = self._accounts[token] = Account(now)
        account.settle(now)
        return account


def _projects() -> list[Project]:
    return [Project("north-pier", "North Pier", "eu-north"), Project("lighthouse", "Lighthouse", "us-east")]


def _scenes(now: int) -> list[Scene]:
    return [
        Scene(1, "harbour-at-dusk", "Harbour at dusk", 240, 35, now, now),
        Scene(2, "attic", "The attic", 96, 50, now, now),
        Scene(3, "glass-study", "Glass study", 96, 85, now, now),
    ]


def _frames(now: int) -> list[Frame]:
    return [Frame(1000, "calibration", made=now, scene=3, code=2, drawn=now)]


def _renders() -> list[tuple[dict[str, Any], str]]:
    done = {
        "id": "rnd_0000000000a1",
        "project": "north-pier",
        "scene": 1,
        "name": "test-card",
        "engine": "preview",
    }
    failed = {
        "id": "rnd_0000000000a2",
        "project": "lighthouse",
        "scene": 2,
        "name": "attic-wide",
        "priority": 8,
        "error": {"code": "out_of_memory", "message": "The textures did not fit."},
    }
    return [(done, "succeeded"), (failed, "failed")]
