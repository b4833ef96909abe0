"""The escape hatch: operations that somebody's own Python answers, outside what the document declares."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from mockserver.answers import Refused, Reply
from mockserver.effects import Effect
from mockserver.evaluation import Request
from mockserver.world import World
from speckit import timing
from speckit.pointer import ABSENT

log = logging.getLogger("understudy")

Answered = tuple[int, Any] | tuple[int, Any, Mapping[str, str]]
"""What a hook returns: a status, a body (None for nothing), and headers if there are any."""


class Sight:
    """What a hook may see of the world of whoever asks. Nothing can be changed through it but by `usual`."""

    def __init__(self, world: World, request: Request, usual: Effect | None) -> None:
        self._world, self._request, self._usual = world, request, usual

    @property
    def now(self) -> str:
        """This moment, as `date-time`."""
        return str(timing.render(self._world.frame().now, "date-time"))

    def find(self, resource: str, key: Any) -> dict[str, Any] | None:
        """Return a copy of the fields of one resource, hidden ones too; None where there is none."""
        found = self._world.stores[resource].find(key)
        return None if found is None else deepcopy(found.fields)

    def state(self, resource: str, key: Any) -> str:
        """Return the name of the state that a resource is in; empty where there is none."""
        found = self._world.stores[resource].find(key)
        return "" if found is None else found.state

    def all(self, resource: str) -> list[dict[str, Any]]:
        """Return a copy of the fields of each resource of a kind."""
        return [deepcopy(each.fields) for each in self._world.stores[resource]]

    def usual(self) -> tuple[int, Any]:
        """Do what the document says, and return the status and the body of that answer.

        Raises:
            Refused: that is an error, which is answered as the document says unless it is caught.
        """
        if self._usual is None:
            raise Refused("internal", "The document does not say what this operation does.")
        reply = self._usual(self._world, self._request)
        return reply.status, None if reply.body is ABSENT else deepcopy(reply.body)


Hook = Callable[[Request, Sight], Answered]


class Hooked:
    """An operation that a hook answers."""

    def __init__(self, name: str, hook: Hook, usual: Effect | None) -> None:
        self._name, self._hook, self._usual = name, hook, usual

    def __call__(self, world: World, request: Request) -> Reply:
        """Return what the hook answers; what goes wrong in it is an internal error."""
        try:
            status, body, *headers = self._hook(request, Sight(world, request, self._usual))
        except Refused:
            raise
        except Exception as problem:
            log.exception("The hook of %s failed.", self._name)
            raise Refused("internal", f"The hook of {self._name} failed: {problem!r}.") from problem
        if not (isinstance(status, int) and 200 <= status < 600):
            detail = (
                f"The hook of {self._name} answered with the status {status!r}; it is one from 200 to 599."
            )
            log.error("%s", detail)
            raise Refused("internal", detail)
        told = tuple((str(name), str(value)) for each in headers for name, value in each.items())
        return Reply(status, ABSENT if body is None else body, told)
