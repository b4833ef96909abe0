"""The control door: what a test does to the server that no client of the API could."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from secrets import compare_digest
from typing import Any
from urllib.parse import urlsplit

from mockserver import provider
from mockserver.answers import Refused, Reply
from mockserver.breaches import Breach
from mockserver.clock import ManualClock, shown
from mockserver.doors import asked_in, body_in, needed, only, text
from mockserver.index import hashable
from mockserver.kind import Kind
from mockserver.likeness import Likenesses
from mockserver.outbox import Outbox
from mockserver.principals import Principal, Principals
from mockserver.reports import reported, told
from mockserver.store import Resource
from mockserver.world import World
from mockserver.worlds import TooManyWorlds, Worlds
from speckit import timing
from speckit.faults import did_you_mean

PREFIX = "/_understudy"
LONGEST_LIST = 1000

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Order:
    """What a request asks of the door: its body and query, and the credential that it came with."""

    body: Body
    query: Mapping[str, str]
    credential: str

    @property
    def name(self) -> str | None:
        """The principal that it names, if it names one."""
        said = {**self.query, **self.body}
        if "principal" not in said:
            return None
        name = text(said, "principal")
        if not name:
            raise Refused("invalidBody", "'principal' has to name one; leave it out if nobody is meant.")
        return name


Action = Callable[[Order], Any]

_ASKED = {
    "/reset": ("principal",),
    "/resources": ("principal", "resource"),
    "/states": ("principal",),
    "/transitions": ("principal",),
    "/due": ("principal", "resource"),
    "/scenario": ("principal",),
    "/sent": ("principal", "resource"),
}
"""What the query of each path may say; of all others it is empty."""


class Control:
    """Answers the requests below `/_understudy/` that read or change worlds and the clock."""

    def __init__(
        self,
        worlds: Worlds,
        principals: Principals,
        *,
        token: str = "",
        outbox: Outbox | None = None,
        also: Iterable[Callable[[str | None], None]] = (),
        likenesses: Likenesses | None = None,
    ) -> None:
        self._likenesses = likenesses
        self._also = tuple(also)
        self._worlds = worlds
        self._outbox = Outbox() if outbox is None else outbox
        self._principals = principals
        self._token = token
        self._actions: dict[tuple[str, str], Action] = {
            ("GET", "/health"): self._health,
            ("GET", "/clock"): self._clock,
            ("POST", "/clock"): self._move_clock,
            ("POST", "/reset"): self._reset,
            ("GET", "/resources"): self._resources,
            ("POST", "/states"): self._put,
            ("POST", "/transitions"): self._fire,
            ("GET", "/due"): self._due,
            ("POST", "/scenario"): self._scenario,
            ("DELETE", "/scenario"): self._usual,
            ("GET", "/sent"): self._sent,
        }

    def allow(self, path: str) -> list[str]:
        """Return the methods that `path` has; none if it is no path of the control door."""
        return [method for method, known in self._actions if known == path]

    def paths(self) -> list[str]:
        """Return every path of the control door, whole."""
        return list(dict.fromkeys(PREFIX + path for _, path in self._actions))

    def admit(self, path: str, headers: Mapping[str, str], client: str) -> None:
        """Let in a request from this machine, or one that knows the token.

        A page in a browser is let in only if it, too, comes from this machine,
        and by a name of this machine: otherwise any web site could reach in.

        Raises:
            Refused: it is neither.
        """
        if path == "/health":
            return
        if self._token:
            sent = headers.get("authorization", "").removeprefix("Bearer ")
            if not compare_digest(sent.encode(), self._token.encode()):
                raise Refused(
                    "unauthorized", "The control door is open to who sends its token as a bearer token."
                )
            return
        hosts = (client, _host_of(f"//{headers.get('host', '')}") or "localhost")
        origin = headers.get("origin")
        if not all(map(is_loopback, hosts)) or (origin and not is_loopback(_host_of(origin))):
            detail = "The control door is open on this machine only; start the server with a control token."
            raise Refused("forbidden", detail)

    def act(self, method: str, path: str, query: bytes, content: bytes, headers: Mapping[str, str]) -> Reply:
        """Return the reply to one request that has been let in.

        Args:
            method: One that `allow` returns for the path.
            path: What follows `/_understudy`.
            query: What follows the path, as it came.
            content: Its body, as it came.
            headers: Its headers, by lower-case name.

        Raises:
            Refused: it asks for something that is not there or cannot be.
        """
        body, asked = body_in(content), asked_in(query)
        only(asked, *_ASKED.get(path, ()))
        # With a control token that is what the header holds, and nobody's credential.
        answer = self._actions[method, path](Order(body, asked, "" if self._token else _bearer(headers)))
        return Reply(201 if path == "/states" else 200, answer)

    def _health(self, _order: Order) -> Any:
        return {"status": "ok", "worlds": len(self._worlds), "now": shown(self._worlds.clock.now())}

    def _clock(self, _order: Order) -> Any:
        clock = self._worlds.clock
        return {"now": shown(clock.now()), "manual": clock.manual}

    def _move_clock(self, order: Order) -> Any:
        body, clock = order.body, self._worlds.clock
        if not isinstance(clock, ManualClock):
            raise Refused(
                "refused", "The clock runs by itself; start the server with --clock manual to move it."
            )
        only(body, "advance", "set")
        if len(body) != 1:
            raise Refused(
                "invalidBody", 'Send either {"advance": "PT1H"} or {"set": "2026-01-01T00:00:00Z"}.'
            )
        try:
            clock.set(_moment(body, clock.now()))
        except ValueError as problem:
            raise Refused("invalidBody", str(problem)) from problem
        if self._worlds.are_told:
            with self._outbox.in_order():
                self._worlds.settle()
        return self._clock(order)

    def _reset(self, order: Order) -> Any:
        """Forget one world, or everything: then the clock starts again, for nobody lives by it any more."""
        only(order.body, "principal")
        name, clock = order.name, self._worlds.clock
        world = None if name is None else self._named(name).world
        self._outbox.forget(world)
        for forget in self._also:
            forget(name)
        answer = {"reset": self._worlds.reset(world), "principal": name, "clock": "kept"}
        if name is None and isinstance(clock, ManualClock):
            clock.restart()
            answer["clock"] = "restarted"
        return {**answer, "now": shown(clock.now())}

    def _resources(self, order: Order) -> Any:
        asker, asked = self._asker(order), self._asked(order)
        world = self._world(asker)
        wanted = list(world.stores) if asked is None else [asked.name]
        found = [told(each) for name in wanted for each in _some(world.stores[name])]
        count = sum(len(world.stores[name]) for name in wanted)
        return {"principal": asker.name, "resources": found[:LONGEST_LIST], "count": count}

    def _due(self, order: Order) -> Any:
        asker, asked = self._asker(order), self._asked(order)
        upcoming = [each for each in self._world(asker).upcoming() if asked in (None, each.store.kind)]
        due = [told(each) for each in upcoming[:LONGEST_LIST]]
        return {"principal": asker.name, "due": due, "count": len(upcoming)}

    def _sent(self, order: Order) -> Any:
        """List what was sent to others; of one principal's world or resource where that is asked for."""
        world = None if order.name is None else self._named(order.name).world
        asked = self._asked(order)
        wanted = [
            each
            for each in self._outbox
            if world in (None, each.message.world) and (asked is None or asked.name == each.message.resource)
        ]
        return {"principal": order.name, "sent": [reported(each) for each in wanted], "count": len(wanted)}

    def _put(self, order: Order) -> Any:
        """Put a world into a provider state: a resource in a given state exists."""
        body, asker = order.body, self._asker(order)
        only(body, "principal", "resource", "state", "scenario", "fields")
        fields = body.get("fields", {})
        if not isinstance(fields, dict):
            raise Refused("invalidBody", "'fields' is an object: the resource's own fields.")
        kind = self._kind(needed(body, "resource"))
        made = provider.put(
            self._world(asker),
            kind,
            state=text(body, "state") or "",
            scenario=text(body, "scenario") or "",
            fields=fields,
            likenesses=self._likenesses,
        )
        return {"principal": asker.name, **told(made)}

    def _fire(self, order: Order) -> Any:
        """Make an external transition: what somebody does outside the API."""
        body, asker = order.body, self._asker(order)
        only(body, "principal", "resource", "id", "transition")
        kind, world = self._kind(needed(body, "resource")), self._world(asker)
        key = _id(body)
        name = needed(body, "transition")
        resource = world.stores[kind.name].by_id(key)
        if resource is None:
            raise Refused("notFound", f"There is no {kind.name} {json.dumps(key)} in this world.")
        transition = provider.external(world, resource, name)
        try:
            world.move(resource, transition, world.frame_of(resource))
        except Breach as problem:
            raise provider.plainly(problem) from problem
        return {"principal": asker.name, **told(resource)}

    def _scenario(self, order: Order) -> Any:
        """Choose how whatever a world creates from now on will end; null is the usual end."""
        body = order.body
        only(body, "principal", "scenario")
        if "scenario" not in body:
            raise Refused("invalidBody", "'scenario' is needed, as text; null, or DELETE, is the usual end.")
        name = text(body, "scenario") or ""
        names = {name for kind in self._worlds.kinds.values() for name in kind.lifecycle.scenarios}
        if name and name not in names:
            known = did_you_mean(name, sorted(names)) or "No resource has any."
            raise Refused("invalidBody", f"There is no scenario '{name}'. {known}")
        return self._chosen(order, name)

    def _usual(self, order: Order) -> Any:
        """Let whatever a world creates from now on end as it usually does."""
        only(order.body, "principal")
        return self._chosen(order, "")

    def _chosen(self, order: Order, scenario: str) -> Any:
        asker = self._asker(order)
        self._world(asker).scenario = scenario
        return {"principal": asker.name, "scenario": scenario}

    def _asked(self, order: Order) -> Kind | None:
        """Return the kind of resource that `order` asks for; None where it asks for all."""
        return self._kind(needed(order.query, "resource")) if "resource" in order.query else None

    def _asker(self, order: Order) -> Principal:
        """Return the principal that `order` names, or else the one whose credential it came with."""
        if order.name is not None:
            return self._named(order.name)
        if not order.credential:
            return self._principals.anonymous
        found = self._principals.by_credential(order.credential)
        if found is None:
            raise Refused("notFound", "The bearer token is no principal's; name one as 'principal'.")
        return found

    def _named(self, name: str) -> Principal:
        found = self._principals.named(name)
        if found is None:
            raise Refused("notFound", f"There is no principal '{name}'.")
        return found

    def _world(self, principal: Principal) -> World:
        try:
            return self._worlds.of(principal)
        except TooManyWorlds as problem:
            raise Refused("overloaded", str(problem)) from problem

    def _kind(self, name: str) -> Kind:
        kinds = self._worlds.kinds
        if name not in kinds:
            raise Refused("notFound", f"There is no resource '{name}'. {did_you_mean(name, kinds)}")
        return kinds[name]


def _bearer(headers: Mapping[str, str]) -> str:
    """Return the bearer token in some headers; empty where there is none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def is_loopback(host: str) -> bool:
    """Return whether `host` is this machine, as every machine calls itself."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host_of(url: str) -> str:
    """Return the host in `url`, `?` where it is written wrongly."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return "?"


def _moment(body: Body, now: int) -> int:
    if "advance" in body:
        if not isinstance(body["advance"], str):
            raise ValueError(f'{json.dumps(body["advance"])} is not a duration; write it like "PT1H".')
        return now + timing.duration(body["advance"])
    moment = timing.parse(body["set"], "date-time") if isinstance(body["set"], str) else None
    if moment is None:
        said = json.dumps(body["set"])
        raise ValueError(f'{said} is not a time; write it like "2026-01-01T00:00:00Z".')
    return moment


def _id(body: Body) -> Any:
    """Return the id that `body` names.

    Raises:
        Refused: it names none, or what no id can be.
    """
    key = body.get("id")
    if key is None:
        raise Refused("invalidBody", "'id' is needed.")
    if isinstance(key, bool) or not isinstance(key, str | int | float):
        raise Refused("invalidBody", "'id' is a text or a number.")
    return hashable(key)


def _some(store: Any) -> list[Resource]:
    return [resource for resource, _ in zip(store, range(LONGEST_LIST), strict=False)]
