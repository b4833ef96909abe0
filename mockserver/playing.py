"""One operation, compiled: from a request to its reply."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mockserver.answers import Catalogue, Refused, Reply
from mockserver.batch import Batch
from mockserver.bodies import BodyReader
from mockserver.conformance import Conformance
from mockserver.credentials import Gate
from mockserver.direct import direct
from mockserver.effects import Create, Effect, Get, Trigger
from mockserver.evaluation import NOTHING, Frame, Request
from mockserver.hooks import Hook, Hooked
from mockserver.intake import Intake
from mockserver.listing import Listing
from mockserver.locating import Scope
from mockserver.parameters import Parameters
from mockserver.parts import Parts
from mockserver.principals import ANONYMOUS, Principal, Principals
from mockserver.replacing import Replace
from mockserver.samples.answering import Documented
from mockserver.samples.negotiating import negotiated
from mockserver.samples.preferring import HEADER, RAW_HEADER, Undocumented, preferred, take
from mockserver.samples.refusing import Refusals
from mockserver.world import World
from mockserver.worlds import TooManyWorlds, Worlds
from speckit.conventions import governing
from speckit.lifecycle import Lifecycle, Rule
from speckit.operation import Operation
from speckit.schema import Schemas
from speckit.specification import Specification

log = logging.getLogger("understudy")

_ROLES: Mapping[str, Any] = {
    "create": Create,
    "replace": Replace,
    "get": Get,
    "parts": Parts,
    "update": Trigger,
    "trigger": Trigger,
    "batch": Batch,
}


@dataclass(frozen=True, slots=True)
class Stage:
    """What every operation is played on."""

    specification: Specification
    schemas: Schemas
    worlds: Worlds
    principals: Principals
    checks_responses: bool = False
    seed: int = 0
    hooks: Mapping[str, Hook] = field(default_factory=dict)


class Played:
    """An operation of the document, ready to answer."""

    def __init__(self, operation: Operation, stage: Stage) -> None:
        self.operation = operation
        self._worlds = stage.worlds
        lifecycle, rule = _rule(stage.specification, operation)
        conventions = governing(stage.specification.conventions, operation.path)
        data = stage.specification.document.data
        self._documented = Documented(operation, data, stage.schemas, seed=stage.seed)
        refusals = Refusals(self._documented, stage.specification.operations.values())
        self._catalogue = Catalogue(conventions, lifecycle, rule, refusals)
        self._own_query = frozenset(each.name for each in operation.parameters if each.place == "query")
        self._gate = Gate.of(operation, stage.specification, stage.principals)
        self._admit = direct(self._gate)
        self._roles = rule.roles if rule else ()
        parameters = Parameters(
            operation,
            stage.schemas,
            lenient=_lenient(rule),
            ids=_ids(lifecycle),
            first_wins=conventions.first_query_wins,
        )
        body = BodyReader(operation.body, stage.schemas) if operation.body else None
        self._intake = Intake(parameters, body)
        self.has_body = self._intake.has_body
        """Whether the operation reads a request body."""
        self._effect = direct(_effect(stage, operation, lifecycle, rule) or self._documented.answer)
        self._is_alive = rule is not None
        self._keys = _keys(stage, lifecycle, rule)
        self._negotiated = negotiated(self._documented) if self._is_alive else None
        self._conformance = Conformance(operation, stage.schemas, data) if stage.checks_responses else None

    def answer(
        self, path: Mapping[str, str], query: bytes, raw: Mapping[bytes, bytes], content: bytes
    ) -> Reply:
        """Return the reply to one request; whatever is wrong with it is answered as the API does.

        Args:
            path: Its path parameters, decoded.
            query: What follows the path, as it came.
            raw: Its headers by lower-case name, as they came.
            content: Its body, as it came.
        """
        request = Request(path, NOTHING, raw)
        kind = ""
        try:
            reply = self._play(request, query, content)
        except Undocumented as wish:
            return wish.reply
        except Refused as refused:
            kind, reply = refused.kind, self.refuse(refused, request)
            log.info("%s: %s: %s", self.operation.id, refused.kind, refused.detail)
        if reply.status == 401:
            self._challenging(reply)
        return self._checked(reply, kind) if self._conformance else reply

    def refuse(self, refused: Refused, request: Request) -> Reply:
        """Return the reply for `refused` in the API's own shape."""
        return self._catalogue.reply(refused, Frame(request, self._worlds.clock.now(), {}))

    def failing(self, status: int, detail: str, request: Request) -> Reply:
        """Return the error with `status` in the API's own shape, though nothing is wrong."""
        reply = self._catalogue.failing(status, detail, Frame(request, self._worlds.clock.now(), {}))
        return self._challenging(reply) if status == 401 else reply

    def _challenging(self, reply: Reply) -> Reply:
        """Have `reply` say how to be known, if it does not say so itself."""
        if not any(name.lower() == "www-authenticate" for name, _ in reply.headers):
            reply.headers = (*reply.headers, ("WWW-Authenticate", self._gate.challenge))
        return reply

    def _play(self, request: Request, query: bytes, content: bytes) -> Reply:
        principal = self._admit(request, query)
        if self._roles and not principal.may(self._roles):
            raise _unwelcome(principal, self._roles)
        preferences = None
        if RAW_HEADER in request.raw or b"__" in query:
            preferences = preferred(request.headers.get(HEADER, ""), query, self._own_query)
            take(request, preferences)
        try:
            self._intake.read(request, query, content)
        except Refused:
            if self._keys is not None:
                self._keys.found(self._world(principal), request)
            raise
        world = self._world(principal)
        if preferences and (preferences.code or preferences.example or not self._is_alive):
            return self._documented.answer(world, request, preferences)
        if self._negotiated is None:
            return self._effect(world, request)
        self._negotiated.check(request)
        return self._negotiated(self._effect(world, request), request)

    def _world(self, principal: Principal) -> World:
        try:
            return self._worlds.of(principal)
        except TooManyWorlds as problem:
            raise Refused("overloaded", str(problem)) from problem

    def _checked(self, reply: Reply, kind: str) -> Reply:
        assert self._conformance is not None
        problem = self._conformance.problem(reply, kind)
        if not problem:
            return reply
        log.error("%s: %s", self.operation.id, problem)
        refused = Refused("internal", f"The response broke the document. {problem}")
        return Catalogue(governing((), "")).reply(refused, Frame(Request(), 0, {}))


def _unwelcome(principal: Principal, roles: tuple[str, ...]) -> Refused:
    """Return the refusal of a caller without one of `roles`: nobody may become somebody, others may not."""
    detail = f"{principal.name} is not {' or '.join(roles)}, which this operation is for."
    return Refused("unauthorized" if principal.name == ANONYMOUS else "forbidden", detail)


def _rule(specification: Specification, operation: Operation) -> tuple[Lifecycle | None, Rule | None]:
    for lifecycle in specification.lifecycles.values():
        if operation.id in lifecycle.rules:
            return lifecycle, lifecycle.rules[operation.id]
    return None, None


def _keys(stage: Stage, lifecycle: Lifecycle | None, rule: Rule | None) -> Scope | None:
    """Return the parents in the path without which nobody is known; None where there are none.

    They are a part of who is asking, so they come before whatever else is wrong.
    """
    if lifecycle is None or rule is None:
        return None
    keys = Scope(stage.worlds.kinds[lifecycle.name], rule, "unauthorized")
    return keys if keys.parents else None


def _effect(
    stage: Stage, operation: Operation, lifecycle: Lifecycle | None, rule: Rule | None
) -> Effect | None:
    """Return what the operation does to a world, or the hook that answers it; None where neither is said."""
    usual = _declared(stage, operation, lifecycle, rule)
    hook = stage.hooks.get(operation.id)
    return usual if hook is None else Hooked(operation.id, hook, usual)


def _declared(
    stage: Stage, operation: Operation, lifecycle: Lifecycle | None, rule: Rule | None
) -> Effect | None:
    """Return what the operation does to a world; None for one outside every lifecycle."""
    if lifecycle is None or rule is None:
        return None
    kind = stage.worlds.kinds[lifecycle.name]
    if rule.role == "list":
        is_seen = stage.checks_responses or operation.id in stage.hooks
        return Listing(kind, rule, operation, encodes=not is_seen)
    effect: Effect = _ROLES[rule.role](kind, rule, operation)
    return effect


def _lenient(rule: Rule | None) -> frozenset[str]:
    """Return the parameters whose wrong values the document answers by itself."""
    paging = rule.paging if rule else None
    if paging is None or paging.out_of_range == "refuse":
        return frozenset()
    return frozenset({paging.param, paging.size})


def _ids(lifecycle: Lifecycle | None) -> frozenset[str]:
    if lifecycle is None:
        return frozenset()
    identity = lifecycle.identity
    return frozenset({identity.param, *(param for param, _ in identity.alternates)})
