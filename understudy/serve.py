"""`understudy serve`: reads a document, builds its server and runs it until it is stopped."""

from __future__ import annotations

import copy
import errno
import logging
import math
import re
import signal
import socket
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import click
import uvicorn

from mockserver import principals
from mockserver.app import Settings, build
from mockserver.clock import Clock, ManualClock, RealClock
from mockserver.control import PREFIX
from mockserver.direct import direct
from mockserver.framework import ASGIApp, AsyncApp
from mockserver.lines import Lines
from mockserver.principals import Principals
from speckit.faults import DocumentFaults, did_you_mean
from speckit.noting import Stamps, noted
from speckit.operation import Operation
from speckit.remote import is_url
from speckit.specification import Specification
from understudy import hooks, placing, telling
from understudy.live import Live
from understudy.memory import lasting
from understudy.patience import announced, few
from understudy.proposal import curl
from understudy.replaceable import GRACE_SECONDS, Replaceable, Served
from understudy.shipped import DASH, files_needed, specified
from understudy.wholly import wholly

_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s*]+|\*|null", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for."""

    document: str | None = None
    overlays: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    port: int = 8080
    clock: str = "real"
    speed: float = 1.0
    seed: int = 0
    principals: str | None = None
    one_world: bool = False
    check_responses: bool = False
    control_token: str = ""
    origins: tuple[str, ...] = ()
    fence: str | None = None
    strict_document: bool = False
    allow_remote: bool = False
    body_limit: int = 1_048_576
    log_requests: bool = False
    crud: bool = False
    hook: str | None = None
    webhooks: tuple[str, ...] = ()
    may_be_told: tuple[str, ...] = ()
    watch: bool = False
    base_path: str = ""
    delay: str = ""
    journal: int = 0
    lines: Lines = field(default_factory=Lines)
    """Not asked for: the connections there are."""


def run(options: Options) -> int:
    """Serve until stopped; return the exit status.

    Raises:
        click.UsageError: an option makes no sense, two contradict each other, or a file is not there.
    """
    _check(options)
    clock = _clock(options)
    try:
        with noted() as files:
            served = made(options, clock)
    except DocumentFaults as faults:
        click.echo(str(faults), err=True)
        return 1
    try:
        listener = listen(options.host, options.port)
    except (OSError, UnicodeError) as problem:
        click.echo(_unbound(options, problem), err=True)
        return 2
    lasting()
    served.live.url = url_of(listener)
    app = watched(served, files, options, clock) if options.watch else served.app
    try:
        return _serve(app, listener, served.specification, options)
    finally:
        served.live.close()


def _check(options: Options) -> None:
    """Hold the options against each other, before anything is read.

    Raises:
        click.UsageError: an option makes no sense, or two contradict each other.
    """
    if math.isnan(options.speed):
        raise click.UsageError("--speed is a number above 0.")
    if options.clock == "manual" and options.speed != 1:
        raise click.UsageError("--speed is for a real clock; a manual one moves by POST /_understudy/clock.")
    for origin in options.origins:
        if not _ORIGIN.fullmatch(origin):
            raise click.UsageError(
                f"--origin '{origin}' is no origin. Write it like https://app.example.com:3000; '*' is any, "
                "and null that of files."
            )
    placing.check(options.base_path)
    placing.delay(options.delay)
    if options.watch and options.document is not None:
        _check_watchable(options.document)


def _check_watchable(document: str) -> None:
    if document == DASH:
        raise click.UsageError("--watch is for files, and standard input comes once. Name a file.")
    if is_url(document):
        raise click.UsageError(
            f"--watch is for files, and '{document}' is fetched once. Download it and name the file."
        )


def _clock(options: Options) -> Clock:
    return ManualClock() if options.clock == "manual" else RealClock(options.speed)


def made(options: Options, clock: Clock, url: str = "") -> Served:
    """Return what the options ask for, read anew from its files.

    Args:
        clock: Where the time comes from.
        url: Where it will answer, if that is known already.

    Raises:
        DocumentFaults: a file has mistakes.
        click.UsageError: a file is not there, or an option does not fit the document.
    """
    specification = read(options)
    live = Live(specification, options.only, url, placing.base_path(options.base_path, specification))
    # Connexion's application would only hand requests on to its middlewares.
    played = application(specification, options, live, clock).middleware
    return Served(specification, direct(played), live)


def watched(served: Served, files: Stamps, options: Options, clock: Clock) -> Replaceable:
    """Return an application that is `served`, and made anew by the options whenever `files` change."""
    # Here, not above: only those who ask for it wait for it.
    from understudy.watching import Watch

    anew = partial(made, options, clock, served.live.url)
    return Replaceable(served, Watch(anew, files, served.specification.document.name))


def read(options: Options) -> Specification:
    """Return the document the options name, overlaid and narrowed.

    Raises:
        DocumentFaults: it has mistakes.
    """
    found = specified(
        options.document,
        overlays=options.overlays,
        only=options.only,
        fence=options.fence,
        strict=options.strict_document,
        allow_remote=options.allow_remote,
    )
    return _kept(found) if options.crud else found


def _kept(specification: Specification) -> Specification:
    # Here, not above: only those who ask for it wait for it.
    from toolkit.crud.keeping import kept

    with announced(f"Looking for resources in {len(specification.operations)} operations ..."):
        found = kept(specification)
    if len(found.specification.lifecycles) == len(specification.lifecycles):
        click.echo(
            "Warning: --crud found no collection, as /jobs and /jobs/{id} are one; nothing is kept.", err=True
        )
    for names, why in (
        (found.shown, "answered from examples, so they read and change nothing of what is kept"),
        (found.unmade, "not remembered, for nobody can tell how new ids look; 'understudy infer' says more"),
        (found.untaken, "not taken from what clients send, for bodies and answers have them in two ways"),
        (found.unread, "query parameters that change nothing, for none is called like a field"),
    ):
        if names:
            click.echo(f"Note: --crud: {why}: {few(names)}.", err=True)
    return found.specification


def application(
    specification: Specification, options: Options, live: Live | None = None, clock: Clock | None = None
) -> AsyncApp:
    """Return the server of `specification`.

    Args:
        live: Where it takes pages about the document from.
        clock: Where the time comes from; by default the clock that the options ask for, made for it.

    Raises:
        DocumentFaults: the file of principals or that of hooks has mistakes.
        click.UsageError: one of them is not there, or who is to be told makes no sense.
    """
    known = _known(options.principals, one_world=options.one_world)
    _tell_unasked(known, specification)
    found = hooks.load(options.hook, specification.operations) if options.hook else {}
    settings = Settings(
        seed=options.seed,
        checks_responses=options.check_responses,
        body_limit=options.body_limit,
        control_token=options.control_token,
        origins=options.origins,
        pages=live.pages if live else None,
        hooks=found,
        webhooks=telling.addresses(options.webhooks, specification),
        may_be_told=telling.admitted(options.may_be_told),
        base_path=placing.base_path(options.base_path, specification),
        delay=placing.delay(options.delay),
        journal=options.journal,
        lines=options.lines,
        address=lambda: live.url if live else "http://localhost",
        wholly=wholly(),
    )
    return build(specification, clock=clock or _clock(options), principals=known, settings=settings)


def _known(file: str | None, *, one_world: bool) -> Principals:
    if not file:
        return Principals(one_world=one_world)
    with files_needed():
        return principals.load(Path(file), one_world=one_world)


def _tell_unasked(known: Principals, specification: Specification) -> None:
    """Say which roles of the principals no operation asks for: one may be misspelt."""
    asked = {
        role
        for each in specification.lifecycles.values()
        for rule in each.rules.values()
        for role in rule.roles
    }
    if asked and (others := [role for role in known.roles if role not in asked]):
        plural = "s" if len(others) > 1 else ""
        hint = did_you_mean(others[0], sorted(asked))
        click.echo(f"Warning: no operation asks for the role{plural} {few(others)}. {hint}", err=True)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on `host` and `port`.

    Raises:
        OSError: the address is taken, or not this machine's.
        UnicodeError: `host` is no name a host can have.
    """
    family, _, _, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener


def _unbound(options: Options, problem: OSError | UnicodeError) -> str:
    """Return why the server cannot listen, and what would work."""
    where = f"port {options.port} of {options.host}"
    if isinstance(problem, UnicodeError):
        return (
            f"Error: cannot listen on {where}: that is no name of a host. --host 127.0.0.1 is this machine."
        )
    if problem.errno == errno.EADDRINUSE:
        return f"Error: {where} is taken by another program. --port 0 takes a free one."
    if problem.errno == errno.EACCES:
        return f"Error: {where} may not be used by you. Ports from 1024 up may; --port 0 takes a free one."
    return (
        f"Error: cannot listen on {where}: {problem.strerror or problem}. --host 127.0.0.1 is this machine."
    )


class _Server(uvicorn.Server):
    """A server that says so once it answers."""

    def __init__(self, config: uvicorn.Config, greeting: list[str], lines: Lines) -> None:
        super().__init__(config)
        self._greeting = greeting
        lines.open = self.server_state.connections

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then print the greeting."""
        await super().startup(sockets)
        # Whoever reads this may have gone away; the server is there all the same.
        with suppress(BrokenPipeError):
            click.echo("\n".join(self._greeting))
            sys.stdout.flush()


def _serve(app: ASGIApp, listener: socket.socket, specification: Specification, options: Options) -> int:
    config = uvicorn.Config(
        app,
        interface="asgi3",
        loop="uvloop",
        http="httptools",
        lifespan="on",
        ws="none",
        log_level="info" if options.log_requests else "warning",
        access_log=options.log_requests,
        log_config=_logging(),
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    if options.log_requests:
        _explain_refusals()
    # The server ends in order on both signals and then raises them again: both are a wanted end.
    signal.signal(signal.SIGTERM, _leave)
    with suppress(KeyboardInterrupt):
        base = placing.base_path(options.base_path, specification)
        _Server(config, greeting(specification, url_of(listener), base), options.lines).run(
            sockets=[listener]
        )
    return 0


def _logging() -> dict[str, Any]:
    """Return how uvicorn logs, with its line per request on stderr too: stdout is for the greeting."""
    config = copy.deepcopy(uvicorn.config.LOGGING_CONFIG)
    config["handlers"]["access"]["stream"] = "ext://sys.stderr"
    return config


def _explain_refusals() -> None:
    """Have every refusal say on stderr why, which an API's own words may not."""
    logger = logging.getLogger("understudy")
    logger.addHandler(logging.StreamHandler())
    logger.setLevel(logging.INFO)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def url_of(listener: socket.socket) -> str:
    """Return the URL of a listening socket, as this machine reaches it."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def greeting(specification: Specification, url: str, base: str = "") -> list[str]:
    """Return what the server prints once it answers: what it serves, where, and what to try.

    Args:
        url: Where the server is; the API is there below `base`.
    """
    operations = list(specification.operations.values())
    title = specification.document.data.get("info", {}).get("title", "")
    resources = ", ".join(specification.lifecycles) or "none, so examples are answered"
    return [
        f"{title} ({specification.document.name})",
        "",
        *_table(operations),
        "",
        f"resources   {resources}",
        f"document    {url}{PREFIX}/openapi.yaml",
        f"to click    {url}{PREFIX}/ui/",
        f"to read     {url}{PREFIX}/docs/",
        f"try         {curl(specification, url, base)}",
        "",
        f"{url}{base}",
    ]


def _table(operations: list[Operation]) -> Iterable[str]:
    width = max((len(each.path) for each in operations), default=0)
    return (f"{each.method:<7} {each.path:<{width}}  {each.id}" for each in operations)
