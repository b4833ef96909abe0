"""Builds the server: everything a document decides is decided here, before the first request."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from mockserver.announcing import Post
from mockserver.below import Below
from mockserver.breaches import BadSeed
from mockserver.callers import Callers
from mockserver.clock import Clock, RealClock
from mockserver.control import Control
from mockserver.credentials import declared, unenforced
from mockserver.delaying import Delaying
from mockserver.doors import Desk, Names
from mockserver.framework import AsyncApp, Resolution, Resolver
from mockserver.hooks import Hook
from mockserver.journal import Journal, Journaling, desk
from mockserver.kind import Address, Kind
from mockserver.likeness import Likenesses
from mockserver.lines import Lines
from mockserver.mishaps import Mishaps
from mockserver.origins import Origins
from mockserver.outbox import Outbox
from mockserver.outside import DOCS, Outside
from mockserver.playing import Played, Stage
from mockserver.principals import ANONYMOUS, Principals, principal
from mockserver.routing import Router
from mockserver.sending import Allowed, Courier, Sending
from mockserver.shelf import Make, Shelf
from mockserver.straying import Signpost
from mockserver.stumbling import attending
from mockserver.terminal import Guard, Routing, Terminal
from mockserver.wire import Wholly, in_parts
from mockserver.worlds import SharedWorlds, Worlds
from speckit.faults import DocumentFaults, Fault
from speckit.operation import Operation
from speckit.schema import Schemas
from speckit.specification import Specification

log = logging.getLogger("understudy")

BODY_LIMIT = 1_048_576
"""How many bytes a request body may have, unless the caller says otherwise."""

_METHODS_OF_30 = ("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE")
"""The methods that Connexion knows."""

_KNOWN = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
"""The methods of OpenAPI 3.0, which Connexion reads."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a document is played.

    `body_limit` is in bytes. `control_token`, if given, opens the control door
    to other machines; `origins` are web origins that may call besides this
    machine's own. `pages` makes the folder of pages about the document, when
    somebody first asks for one below `/_understudy/docs/`. `hooks` answer
    operations in place of what the document says. `webhooks` says where each
    webhook goes, and `may_be_told` who may get messages besides this machine. All
    of the document is served below `base_path` (`/v1`). Each answer is kept waiting
    for `delay` microseconds, and the last `journal` requests are remembered. `lines`
    are the connections of the server, where somebody knows them. `address` says where it
    listens, as a URL without a path. `wholly` knows how the server takes an answer in one piece.
    """

    seed: int = 0
    checks_responses: bool = False
    body_limit: int = BODY_LIMIT
    most_worlds: int = 10_000
    most_resources: int = 10_000_000
    control_token: str = ""
    origins: tuple[str, ...] = ()
    pages: Make | None = None
    hooks: Mapping[str, Hook] = field(default_factory=dict)
    webhooks: Mapping[str, str] = field(default_factory=dict)
    may_be_told: Allowed = field(default_factory=Allowed)
    base_path: str = ""
    delay: int = 0
    journal: int = 0
    lines: Lines = field(default_factory=Lines)
    address: Address = lambda: "http://localhost"
    wholly: Wholly = in_parts

    def below(self) -> str:
        """Return the URL that all paths of the document are below."""
        return self.address() + self.base_path


def build(
    specification: Specification,
    *,
    clock: Clock | None = None,
    principals: Principals | None = None,
    settings: Settings | None = None,
) -> AsyncApp:
    """Return the Connexion application that plays `specification`.

    Args:
        specification: A document with its operations and lifecycles.
        clock: Where the time comes from; the machine's clock by default.
        principals: Who may ask; anybody by default.
        settings: Everything else.

    Raises:
        DocumentFaults: a seed cannot be planted.
    """
    settings, principals = settings or Settings(), principals or Principals()
    clock = clock or RealClock()
    outbox = Outbox()
    post = Post(specification.document.data, specification.operations, outbox, settings.webhooks)
    worlds = (SharedWorlds if principals.share else Worlds)(
        {name: Kind(each, post, settings.below) for name, each in specification.lifecycles.items()},
        clock,
        seed=settings.seed,
        most_worlds=settings.most_worlds,
        most_resources=settings.most_resources,
    )
    _rehearse(specification, worlds)
    outbox.forget()
    _tell_unenforced(specification)
    stage = Stage(
        specification,
        Schemas(specification.document.data),
        worlds,
        principals,
        settings.checks_responses,
        settings.seed,
        settings.hooks,
    )
    beside = _beside(specification, principals, clock, settings)
    control = Control(
        worlds,
        principals,
        token=settings.control_token,
        outbox=outbox,
        also=[each.forget for each in beside.desks],
        likenesses=Likenesses(specification, stage.schemas),
    )
    courier = Courier(outbox, worlds, clock, settings.may_be_told) if worlds.are_told else None
    return _connexion(specification, stage, control, settings, courier, beside)


@dataclass(frozen=True, slots=True)
class _Beside:
    """What goes wrong on purpose, and what is written down."""

    callers: Callers
    mishaps: Mishaps
    journal: Journal | None

    @property
    def desks(self) -> list[Desk]:
        return [self.mishaps.desk(), desk(self.journal)]


def _beside(
    specification: Specification, principals: Principals, clock: Clock, settings: Settings
) -> _Beside:
    callers = Callers(specification, principals)
    schemes = declared(specification.document.data).values()
    names = Names(specification.operations, callers.is_known)
    journal = Journal(settings.journal, clock, callers, names, schemes) if settings.journal else None
    return _Beside(callers, Mishaps(names), journal)


def _rehearse(specification: Specification, worlds: Worlds) -> None:
    """Make a world and forget it: what is wrong with the seeds is told now, not to the first client."""
    try:
        worlds.of(principal(ANONYMOUS))
    except BadSeed as problem:
        fault = Fault(problem.path, str(problem), "Change this seed, or one it contradicts.")
        raise DocumentFaults(specification.document.located([fault])) from problem
    worlds.reset()


def _tell_unenforced(specification: Specification) -> None:
    """Say once, in the log, which security schemes nobody checks here."""
    schemes = declared(specification.document.data)
    for sentence in unenforced(specification.operations.values(), schemes):
        log.warning(sentence)


def _connexion(
    specification: Specification,
    stage: Stage,
    control: Control,
    settings: Settings,
    courier: Courier | None,
    beside: _Beside,
) -> AsyncApp:
    operations, base = specification.operations, settings.base_path
    router = Router(operations.values(), specification.conventions)
    hint = Signpost(router, (each.path for each in operations.values()), specification.document.data, base)
    app = AsyncApp(
        "understudy",
        resolver=_Played(),
        middlewares=[
            partial(Origins, allowed=settings.origins),
            Guard,
            *([partial(Journaling, journal=beside.journal, base=base)] if beside.journal else ()),
            *([partial(Below, base=base, leads=hint.leads)] if base else ()),
            *([partial(Sending, courier=courier)] if courier else ()),
            partial(
                Outside,
                control=control,
                document=specification.document,
                shelf=Shelf(DOCS, settings.pages) if settings.pages else None,
                desks=beside.desks,
                base=base,
            ),
            *([partial(Delaying, microseconds=settings.delay)] if settings.delay else ()),
            partial(
                Routing,
                router=router,
                conventions=specification.conventions,
                hint=hint,
            ),
            partial(
                Terminal,
                play=lambda name: Played(operations[name], stage),
                body_limit=settings.body_limit,
                attend=attending(beside.mishaps, beside.callers, settings.lines, settings.body_limit),
                wholly=settings.wholly,
            ),
        ],
    )
    app.add_api(projection(operations), base_path="")
    return app


def projection(operations: Mapping[str, Operation]) -> dict[str, Any]:
    """Return the little that Connexion has to know of a document: paths, methods, operationIds.

    Any version of OpenAPI, and any oddity of a schema, thus loads alike and at once.
    """
    paths: dict[str, dict[str, Any]] = {}
    for name, operation in operations.items():
        node = {"operationId": name, "responses": {"default": {"description": ""}}}
        path, method = operation.path, operation.method
        if method not in _METHODS_OF_30:
            # Requests are routed by us, so it need not be the path that is asked.
            path, method = f"/{method}{path}", "TRACE"
        paths.setdefault(path, {})[method.lower()] = node
    return {"openapi": "3.0.3", "info": {"title": "", "version": ""}, "paths": paths}


class _Played(Resolver):
    """Tells Connexion that every operation has a handler: the terminal middleware."""

    def resolve(self, operation: Any) -> Resolution:
        """Return a resolution that is never called."""
        return Resolution(_unreached, operation.operation_id)


async def _unreached(*_arguments: Any) -> None:
    raise AssertionError("The terminal middleware answers every operation.")
