"""One judgement under way: the drivers one after another, and why a run ends before its time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from contracts.acts.scene import made
from contracts.admission import UNAUTHORIZED, Admission, is_closed
from contracts.bench import Binding
from contracts.client import Client, OutOfBudget
from contracts.docket import Docket
from contracts.exchange import Call, Exchange
from contracts.finding import Finding, Subject
from contracts.inputs import Inputs
from contracts.laws import is_of_answers
from contracts.making import Maker
from contracts.matrix import Matrix
from contracts.observed import Track
from contracts.observer import Observer
from contracts.onetime import new_nonce
from contracts.opening import client
from contracts.report.progress import Progress
from contracts.settings import PHASES, Settings
from contracts.wire import Unreachable, Wire
from speckit.specification import Specification

if TYPE_CHECKING:
    from contracts.exchanges.judging import Found

_PRE_FLIGHT = 4
"""How many answers are looked at before the rest is believed to be worth the time."""
_MOST_CONFIRMED = 12
"""How many findings are done again; where there are more, something is wrong throughout."""
_STOCK = 2
"""How many resources are made for the data-driven phase, by each operation that makes some."""


class _Enough(Exception):
    """A finding was made, and one is enough."""


@dataclass(slots=True)
class Run:
    """One judgement under way.

    Attributes:
        watch: Is told of progress.
        stopped: Why not everything was tried, where that is as it was asked for.
    """

    specification: Specification
    settings: Settings
    url: str
    wire: Wire
    watch: Callable[[Progress], None]
    phase: str = ""
    stopped: str = ""
    docket: Docket = field(init=False)
    observer: Observer = field(init=False)
    admission: Admission = field(init=False)
    client: Client = field(init=False)
    nonce: str = field(init=False)
    inputs: Inputs = field(init=False)
    maker: Maker = field(init=False)
    matrix: Matrix = field(init=False)

    def __post_init__(self) -> None:
        settings = self.settings
        self.docket = Docket(self.specification, settings.is_strict, self._found, settings.excluded_laws)
        self.observer = Observer(self.specification, self.docket, settings.roles)
        self.client = client(self.specification, settings, self.url, self.wire)
        self.admission = Admission(self.observer)
        self.client.watch = self.admission.watch
        self.nonce = settings.nonce or new_nonce()
        self.inputs = Inputs(self.specification, self.observer.ledger, settings.params, settings.seed)
        self.inputs.nonce = self.nonce
        self.maker = Maker(self.observer, self.client, self.inputs, settings.provide)
        principals = list(settings.principals) or [""]
        self.matrix = Matrix(
            self.observer, self.client, self.inputs, self.maker, principals, settings.roles, self.tell
        )

    def drive(self) -> str:
        """Have every driver do its part; return why that ended before its time, if it did."""
        try:
            self._start()
            drivers = {"matrix": self.matrix.run, "exchanges": self._exchanges, "walk": self._walk}
            for phase in PHASES:
                if phase in (self.settings.phases or PHASES) and (phase != "walk" or self.settings.depth):
                    self.phase = self.client.phase = phase
                    self.tell()
                    drivers[phase]()
            self._tidy()
        except (OutOfBudget, _Enough) as reason:
            self.stopped = str(reason)
        except Unreachable as problem:
            return str(problem)
        except KeyboardInterrupt:
            return "It was interrupted"
        self.stopped = self.stopped or self.client.budget.spent
        return self._end()

    def _end(self) -> str:
        """Settle what is open and do the findings again; return why that ended early, if it did."""
        try:
            with suppress(_Enough):
                if refused := self.admission.close():
                    return refused
                self.observer.bench.finish()
            if self.docket.findings and not self.settings.stops_at:
                self._confirm()
        except Unreachable as problem:
            return str(problem)
        except KeyboardInterrupt:
            return "It was interrupted"
        return ""

    def _confirm(self) -> None:
        """Do each finding again, cut to the exchanges that matter."""
        # Reading it takes a while, and most runs find nothing.
        from contracts.replaying import CONFIRM_SECONDS, confirmed, housed

        self.phase = "confirm"
        house = housed(
            self.specification,
            self.client,
            headers=self.settings.headers,
            roles=self.settings.roles,
            params=self.settings.params,
        )
        findings = self.docket.findings
        for number, finding in enumerate(findings[:_MOST_CONFIRMED]):
            left = self.client.budget.left
            if left < 1:
                return
            self.tell(finding.law)
            share = min(CONFIRM_SECONDS, left / (min(len(findings), _MOST_CONFIRMED) - number))
            self.docket.replace(finding, confirmed(finding, house, self.observer.ledger, share))

    def tell(self, doing: str = "") -> None:
        """Say where the run is."""
        budget = self.client.budget
        self.watch(Progress(self.phase, budget.used, budget.elapsed, len(self.docket.findings), doing))

    def _found(self, finding: Finding) -> None:
        if self.settings.stops_early or finding.law in self.settings.stops_at:
            raise _Enough("the first finding ended the run (--exitfirst)")

    # Before anything is tried

    def _start(self) -> None:
        """Make sure that there is something to be judged.

        Raises:
            Unreachable: nobody answers, or something that is not the API does.
        """
        if self.settings.clock_url:
            before = self.client.clock.now()
            if (told := self.client.clock.told()) is not None:
                self.observer.ledger.wall.tell(told, before, self.client.clock.now())
        seen = [self.client.send(call) for call in self._safe_calls()]
        if seen and not any(map(_is_like, seen)):
            raise Unreachable(_unlike(seen[0]))
        self._introduce(list(self.settings.principals)[1:])

    def _introduce(self, others: Sequence[str]) -> None:
        """Ask once as everybody else: a wrong token is told before anything is tried.

        Raises:
            Unreachable: somebody is not let in.
        """
        for name in others:
            calls = [call for call in self._safe_calls(name) if is_closed(call.operation)]
            if calls and all(self.client.send(call).status == UNAUTHORIZED for call in calls):
                raise Unreachable(self.admission.close())

    def _safe_calls(self, name: str = "") -> Iterator[Call]:
        """Yield calls that change nothing and need nothing to be there, by one principal or the first."""
        principal = name or next(iter(self.settings.principals), "")
        chosen = [
            binding
            for binding in self.observer.bindings.values()
            if binding.rule.role == "list" and binding.operation.method == "GET"
        ]
        yield from (self.inputs.listing(binding, principal) for binding in chosen[:_PRE_FLIGHT])
        plain = [
            each
            for each in self.specification.operations.values()
            if each.method == "GET" and not any(p.required for p in each.parameters)
        ]
        yield from (Call(each, principal=principal) for each in plain[: max(0, _PRE_FLIGHT - len(chosen))])

    # The drivers

    def _exchanges(self) -> None:
        """Try every operation by itself, with data from its schemas."""
        # It takes a second to be read, which only those wait for who need it.
        from contracts import exchanges

        self._make_stock()
        budget, usual = self.client.budget, exchanges.Limits()
        limits = replace(
            usual,
            requests=min(usual.requests, budget.requests - budget.used),
            seconds=min(usual.seconds, max(budget.left, 0.0)),
        )
        line = exchanges.Line.of(self.client, self._owner, self.settings.headers)
        found = exchanges.run(
            self.specification,
            line,
            seed=self.settings.seed,
            limits=limits,
            known=lambda name: self._ids(name, own=False),
            own=lambda name: self._ids(name, own=True),
            tried=lambda law, name: self.docket.hold(law, self._subject(name), True),
        )
        for each in found:
            subject = self._subject(each.operation)
            # What the observer tells, which has seen it too, is told as it tells it.
            if not self.docket.knows(each.law, subject, str(each.exchange.status)):
                self.docket.hold(each.law, subject, False, each.message, [each.exchange], _cause(each))
            self.tell(each.operation)

    @property
    def _owner(self) -> str:
        """Who the judge mostly is."""
        scenes = self.matrix.scenes
        return scenes[0].owner if scenes else next(iter(self.settings.principals), "")

    def _subject(self, operation: str) -> Subject:
        binding = self.observer.bindings.get(operation)
        return binding.subject if binding else Subject("", operation)

    def _make_stock(self) -> None:
        for scene in self.matrix.scenes:
            makers = [binding for binding in scene.bindings("create") if scene.may(binding, scene.owner)]
            for binding in makers * _STOCK:
                self.matrix.stage.add("make some to try on", made(scene, binding), lambda _reason: None)
        self.matrix.stage.run()

    def _ids(self, operation: str, *, own: bool) -> Mapping[str, Sequence[Any]]:
        """Return what the path parameters of an operation may be, for resources that are there."""
        binding = self.observer.bindings.get(operation)
        if binding is None or binding.rule.role in ("create", "list", "batch"):
            return self._parents(binding) if binding else self._params(operation)
        owner = next(s.owner for s in self.matrix.scenes if s.nature is binding.nature)
        tracks = [
            track
            for track in self.observer.ledger.of(owner, binding.nature.name).values()
            if not track.is_gone and (track.is_own or not own)
        ]
        found = sorted(tracks, key=lambda track: not track.is_own)[:20]
        names = [p for p in binding.operation.parameters if p.place == "path"]
        return {p.name: [self.inputs.path_of(binding, p, t) for t in found] for p in names} if found else {}

    def _parents(self, binding: Binding) -> Mapping[str, Sequence[Any]]:
        call = self.inputs.listing(binding, self._owner)
        told = {parent.param for parent in binding.nature.lifecycle.parents.values()} | set(
            self.settings.params
        )
        return {name: [value] for name, value in call.path.items() if name in told}

    def _params(self, operation: str) -> Mapping[str, Sequence[Any]]:
        known = self.specification.operations[operation].parameters
        return {p.name: [self.inputs.value(p)] for p in known if p.place == "path"}

    def _walk(self) -> None:
        """Do what comes to mind."""
        # Hypothesis takes a while to be read.
        from contracts.walk import Walk

        principals = list(self.settings.principals) or [""]
        roles = self.settings.roles
        walk = Walk(self.observer, self.client, self.inputs, self.maker, principals, roles, self.tell)
        walk.run(self.settings.depth, self.settings.seed)

    def _tidy(self) -> None:
        """Remove what the judge has made and left."""
        for track in list(self.observer.ledger.every()):
            if _is_left(track):
                self.maker.release(track)


def _cause(found: Found) -> str:
    """Return what tells what was found from what else breaks the law there, whatever the ids were."""
    return str(found.exchange.status) if is_of_answers(found.law) else found.message[:40]


def _is_left(track: Track) -> bool:
    return track.is_made and not track.is_gone and bool(track.nature.lifecycle.states)


def _is_like(exchange: Exchange) -> bool:
    """Return whether an answer may come from an implementation of the document at all."""
    response = exchange.call.operation.response(exchange.status)
    if response is None:
        return False
    return not response.content or exchange.media_type in response.content or "json" in exchange.media_type


def _unlike(exchange: Exchange) -> str:
    """Return in a sentence why nobody seems to implement the document there."""
    if 300 <= exchange.status < 400:
        where = exchange.headers.get("location", "nowhere")
        return f"{exchange.url} redirects to {where} ({exchange.status}); that is not followed. Name that URL"
    kind = exchange.media_type or "nothing"
    return (
        f"What answers at {exchange.url} is not this API: {exchange.status} with {kind}. "
        "Is the URL the base that the paths of the document follow?"
    )
