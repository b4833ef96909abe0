"""What an operation does to a world: create, get, update, trigger. Compiled once per operation."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import orjson

from mockserver import evaluation
from mockserver.answers import Refused, Reply, Responder
from mockserver.assigning import assigned
from mockserver.birth import Birth
from mockserver.breaches import Breach, MissingParent, NotUnique, WorldFull
from mockserver.direct import direct
from mockserver.evaluation import Compute, Frame, Request
from mockserver.kind import Assign, Kind
from mockserver.locating import Locator, Scope, is_below
from mockserver.store import Resource
from mockserver.world import World
from speckit import expression, pointer
from speckit.expression import Source, Template
from speckit.faults import did_you_mean
from speckit.lifecycle import CREATED, Answer, Otherwise, Parent, Rule, Success, Transition, ViewChoice
from speckit.operation import Operation
from speckit.pointer import ABSENT

Effect = Callable[[World, Request], Reply]

SCENARIO_HEADER = "understudy-scenario"
"""The request header by which a client chooses how a resource it creates will end."""
_RAW_SCENARIO = SCENARIO_HEADER.encode()
MOST_REPLAYS = 100_000


class Effecting:
    """What all effects share: the answers of success, the view, and the rule they follow."""

    def __init__(self, kind: Kind, rule: Rule, operation: Operation) -> None:
        self.kind = kind
        self.rule = rule
        self.operation = operation
        self._status = operation.success
        self._answers = [(self._view(success), direct(self.responder(success))) for success in rule.success]
        self._tests = [evaluation.holds(success.when, kind.form) for success in rule.success]
        self._is_choosy = len(self._answers) > 1
        self._is_tagged = kind.lifecycle.etag is not None

    def succeed(self, frame: Frame, resource: Resource, transition: str = "") -> Reply:
        """Return the answer of success after `transition` (or after none)."""
        view, respond = self._chosen(frame, transition) if self._is_choosy else self._answers[0]
        if view is not None:
            frame.resource = view(frame)
        reply = respond(frame)
        return _tagged(reply, resource) if self._is_tagged else reply

    def _chosen(self, frame: Frame, transition: str) -> tuple[Compute | None, Callable[[Frame], Reply]]:
        """Return the view and the answer of success after `transition`."""
        each = enumerate(self.rule.success)
        after = (i for i, success in each if not success.on or transition in success.on)
        return self._answers[next((i for i in after if self._tests[i](frame)), 0)]

    def _view(self, success: Success) -> Compute | None:
        """Return what shows a resource in an answer of success; None where it tells nothing of it."""
        said = [value for _, value in success.headers]
        if success.body is not None and not any(map(_tells, (success.body, *said))):
            return None
        return self.kind.view(ViewChoice(success.view) if success.view else self.rule.view)

    def _has_body(self, success: Answer) -> bool:
        """Return whether an answer of success has something to tell."""
        response = self.operation.response(success.status or self._status)
        return success.body is not None or (response is not None and bool(response.content))

    def responder(self, success: Answer) -> Responder:
        """Return the answer, compiled; without a body of its own it shows the resource, if anything."""
        status, body = success.status or self._status, success.body
        if body is None and self._has_body(success):
            body = Source("resource")
        plain = Answer(status, body, success.headers, success.content_type)
        return Responder(plain, status, self.kind.form)


class Elsewhere:
    """What an operation answers in the states that it is not for."""

    def __init__(self, effecting: Effecting, others: tuple[Otherwise, ...]) -> None:
        form = effecting.kind.form
        bare = [_bare(each.answer, effecting.operation) for each in others]
        self._rules = [
            (each, evaluation.holds(each.when, form), effecting.responder(each.answer), status)
            for each, status in zip(others, bare, strict=True)
        ]
        self._view = effecting.kind.view(effecting.rule.view)

    def __call__(self, resource: Resource, frame: Frame, detail: str) -> Reply | None:
        """Return the reply where nothing is done and that is no error; None where nothing is said of it.

        Raises:
            Refused: it is an error.
        """
        for each, holds, respond, bare in self._rules:
            if (not each.states or resource.state in each.states) and holds(frame):
                if each.effect != "none":
                    answer = None if bare else _spelled_out(each.answer)
                    raise Refused("refused", detail, answer, frame, bare)
                frame.resource = self._view(frame)
                return respond(frame)
        return None


class Get(Effecting):
    """Shows a resource, or what belongs to it, where its state allows."""

    def __init__(self, kind: Kind, rule: Rule, operation: Operation) -> None:
        super().__init__(kind, rule, operation)
        self._locate = direct(Locator(kind, rule, operation))
        self._elsewhere = Elsewhere(self, rule.unavailable)
        statuses = {success.status or self._status for success in rule.success} or {self._status}
        # What leads elsewhere is no representation that a client could have kept (RFC 9110, section 15.4.5).
        self._tells = all(self._has_body(success) for success in rule.success)
        self._shows = self._is_tagged and all(200 <= status < 300 for status in statuses)

    def __call__(self, world: World, request: Request) -> Reply:
        """Return the resource as the operation shows it."""
        resource = self._locate(world, request)
        if world.look(resource):
            resource = self._locate(world, request)
        frame = world.frame_of(resource, request)
        if self.rule.available_in and resource.state not in self.rule.available_in:
            return self._unavailable(resource, frame)
        if self._shows and _is_known(request, etag(resource)):
            return Reply(304, headers=(("ETag", etag(resource)),))
        reply = self.succeed(frame, resource)
        if reply.body is ABSENT and self._tells:
            raise Refused("notFound", "There is nothing of that here.", None, world.frame(request))
        return reply

    def _unavailable(self, resource: Resource, frame: Frame) -> Reply:
        detail = f"It is {resource.state}; this is there when it is {' or '.join(self.rule.available_in)}."
        reply = self._elsewhere(resource, frame, detail)
        if reply is None:
            raise Refused("refused", detail, None, frame)
        return _tagged(reply, resource) if self._is_tagged else reply


class Trigger(Effecting):
    """Makes a resource move, unless its state says otherwise."""

    def __init__(self, kind: Kind, rule: Rule, operation: Operation) -> None:
        super().__init__(kind, rule, operation)
        self._locate = direct(Locator(kind, rule, operation))
        self._change = assigned(rule.change, kind.form)
        self._elsewhere = Elsewhere(self, rule.otherwise)

    def __call__(self, world: World, request: Request) -> Reply:
        """Return the answer of success, or what the document says for the resource's state."""
        resource = self._locate(world, request)
        frame = world.frame_of(resource, request)
        check_precondition(self.kind, resource, request, frame)
        transition = self.transition(resource, frame)
        if transition is None and (reply := self.stay(resource, frame)):
            return reply
        try:
            world.change(resource, self._change, frame, transition)
        except Breach as problem:
            raise refusal(problem) from problem
        after = world.frame_of(resource, request)
        return self.succeed(after, resource, transition.name if transition else "")

    def transition(self, resource: Resource, frame: Frame) -> Transition | None:
        """Return the transition that the operation causes now."""
        return self.kind.machine.triggered(resource.state, self.rule.operation, self.kind.guard(frame))

    def stay(self, resource: Resource, frame: Frame) -> Reply | None:
        """Return the answer of an operation that moves nothing now; None where that is no matter.

        Raises:
            Refused: it is an error.
        """
        detail = self._detail(resource)
        if reply := self._elsewhere(resource, frame, detail):
            return _tagged(reply, resource) if self._is_tagged else reply
        if self.rule.role == "update":
            return None
        raise Refused("refused", detail, None, frame)

    def _detail(self, resource: Resource) -> str:
        moves = self.kind.lifecycle.transitions
        starts = [state for move in moves if self.rule.operation in move.triggers for state in move.starts]
        wanted = " or ".join(dict.fromkeys(starts))
        return f"{self.kind.name} {resource.id} is {resource.state}; this starts from {wanted or 'no state'}."


class Create(Effecting):
    """Makes a resource, or where the document says so changes the one that has its id already."""

    def __init__(self, kind: Kind, rule: Rule, operation: Operation) -> None:
        super().__init__(kind, rule, operation)
        self._scope = Scope(kind, rule)
        self._inside = [parent for parent in self._scope.parents if len(parent.field) > 1]
        self._around = frozenset(parent.field[0] for parent in self._inside)
        self._set = evaluation.compiled(rule.set, kind.form) if rule.set is not None else None
        self._birth = Birth(kind.lifecycle, rule.id) if rule.id is not None else kind.birth
        self._change = assigned(rule.change, kind.form) if rule.change else None

    def __call__(self, world: World, request: Request) -> Reply:
        """Return the answer of success, the same again for an idempotency key seen before."""
        header = self.rule.idempotency_header
        if not header or (key := request.headers.get(header)) is None:
            return self._create(world, request)
        return self._once(world, request, (self.rule.operation, key))

    def _once(self, world: World, request: Request, key: tuple[str, str]) -> Reply:
        print_of = fingerprint(request)
        if key in world.replays:
            seen, reply = world.replays[key]
            if seen != print_of:
                detail = f"The idempotency key {key[1]!r} came with another request before; use a new one."
                raise Refused("idempotencyMismatch", detail, None, world.frame(request))
            return Reply(reply.status, reply.body, reply.headers, reply.content_type)
        reply = self._create(world, request)
        if len(world.replays) >= MOST_REPLAYS:
            world.replays.pop(next(iter(world.replays)))
        world.replays[key] = (print_of, reply)
        return reply

    def _create(self, world: World, request: Request) -> Reply:
        frame = world.frame(request)
        given = self.given(world, request, frame)
        if self._change is not None:
            store = world.stores[self.kind.name]
            known = world.known(store, world.frame(request), given, self._birth)
            if known is not None and is_below(known, self._above(frame)):
                return self._update(world, request, known, self._change)
        resource = self.made(world, request, frame, given)
        # The frame it was made in is the one to show it in: nothing has happened since.
        return self.succeed(frame, resource, CREATED)

    def _above(self, frame: Frame) -> list[tuple[Parent, Resource]]:
        """Return the parents that the path names, once they are found."""
        return [(parent, frame.found[parent.name]) for parent in self._scope.parents]

    def made(self, world: World, request: Request, frame: Frame, given: dict[str, Any]) -> Resource:
        """Return the new resource, with what comes about besides.

        Raises:
            Refused: it would break a rule.
        """
        scenario = self._scenario(request) if _RAW_SCENARIO in request.raw else ""
        store = world.stores[self.kind.name]
        try:
            resource = world.create(store, frame, given, birth=self._birth, scenario=scenario)
        except Breach as problem:
            raise refusal(problem) from problem
        if self.kind.notices is not None:
            self.kind.notices.listen(resource, self.rule.operation, frame)
            world.tell(resource, None, request, frame.now)
        if self.rule.makes:
            world.bring_about(resource, self.rule.makes, request, frame.now)
        return resource

    def _update(self, world: World, request: Request, resource: Resource, change: Assign) -> Reply:
        """Change what is there already, and let it make the transition that the operation triggers."""
        frame = world.frame_of(resource, request)
        check_precondition(self.kind, resource, request, frame)
        transition = self.kind.machine.triggered(resource.state, self.rule.operation, self.kind.guard(frame))
        try:
            world.change(resource, change, frame, transition)
        except Breach as problem:
            raise refusal(problem) from problem
        name = transition.name if transition else ""
        return self.succeed(world.frame_of(resource, request), resource, name)

    def _scenario(self, request: Request) -> str:
        """Return the scenario that the client chooses; empty for the usual one."""
        scenario, scenarios = request.headers[SCENARIO_HEADER], self.kind.lifecycle.scenarios
        if scenario and scenario not in scenarios:
            known = did_you_mean(scenario, scenarios) or "It has none; leave the header out."
            raise Refused("invalidParameter", f"{self.kind.name} has no scenario '{scenario}'. {known}")
        return scenario

    def given(self, world: World, request: Request, frame: Frame) -> dict[str, Any]:
        """Return the fields this operation sets: the parents its path names, and its own."""
        held: dict[str, Any] = {}
        if self._scope.parents:
            for parent, found in self._scope.found(world, request):
                frame.found[parent.name] = found
                pointer.write(held, parent.field, found.id)
        # What is around an id inside an object comes about at birth, and the id with it.
        given = (
            {key: value for key, value in held.items() if key not in self._around} if self._around else held
        )
        if self._set is not None:
            world.expect(frame, self.kind, held)
            given = given | self._set(frame)
            for parent in self._inside:
                if parent.field[0] in given:
                    pointer.write(given, parent.field, frame.found[parent.name].id)
        return given


def _tells(template: Template) -> bool:
    """Return whether something of the resource goes into what `template` says."""
    return any(source.kind == "resource" for source in expression.sources(template))


def refusal(problem: Breach) -> Refused:
    """Return the answer to what the world refuses: a parent is missing, a value is taken, it is full."""
    if isinstance(problem, MissingParent):
        return Refused("notFound", str(problem), problem.parent.missing)
    if isinstance(problem, NotUnique):
        return Refused("conflict", str(problem), problem.unique.conflict)
    return Refused("overloaded" if isinstance(problem, WorldFull) else "invalidBody", str(problem))


def check_precondition(kind: Kind, resource: Resource, request: Request, frame: Frame) -> None:
    """Compare If-Match with the resource as it is (RFC 9110, section 13.1.1).

    Raises:
        Refused: it names another version, or is missing where it is required.
    """
    rule = kind.lifecycle.etag
    if rule is None:
        return
    wanted = request.headers.get("if-match")
    if wanted is None and rule.required:
        raise Refused(
            "preconditionRequired", "Send If-Match with the ETag of what you have read.", None, frame
        )
    if wanted not in (None, "*") and etag(resource) not in [tag.strip() for tag in str(wanted).split(",")]:
        detail = f"If-Match is {wanted}; the resource is {etag(resource)} now. Read it again."
        raise Refused("preconditionFailed", detail, None, frame)


def _tagged(reply: Reply, resource: Resource) -> Reply:
    if reply.status >= 300:
        return reply
    reply.headers = (*reply.headers, ("ETag", etag(resource)))
    return reply


def _is_known(request: Request, current: str) -> bool:
    """Return whether If-None-Match names `current`, weak or strong (RFC 9110, section 13.1.2)."""
    if b"if-none-match" not in request.raw:
        return False
    tags = request.headers["if-none-match"]
    return tags == "*" or current in [tag.strip().removeprefix("W/") for tag in tags.split(",")]


def etag(resource: Resource) -> str:
    """Return the entity tag of `resource`: another one after every change."""
    return f'"{resource.serial}-{resource.version}"'


def fingerprint(request: Request) -> bytes:
    """Return what two requests with the same content share."""
    body = None if request.body is ABSENT else request.body
    content = orjson.dumps([dict(request.path), dict(request.query), body], option=orjson.OPT_SORT_KEYS)
    return blake2b(content, digest_size=16).digest()


def _bare(answer: Answer, operation: Operation) -> int:
    """Return the status of an error that says no more, where the document has a body for it; else 0."""
    if answer.status is None or answer != Answer(answer.status):
        return 0
    response = operation.response(answer.status)
    return answer.status if response is not None and response.content else 0


def _spelled_out(answer: Answer) -> Answer | None:
    """Return `answer`, or None where it says nothing and the usual one for its kind stands."""
    return None if answer == Answer() else answer
