"""What all judges of exchanges share: the operations bound to their rules, and how a resource is taken in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from contracts import possible
from contracts.anatomy import Anatomy, Sighting, strays
from contracts.catalogue import Catalogue, Declared
from contracts.docket import Docket
from contracts.exchange import Exchange, text
from contracts.fields import Fields
from contracts.finding import Subject
from contracts.nature import Nature
from contracts.observed import Doubt, Ledger, Track
from contracts.possible import UNKNOWN_SINCE, Belief, Tolerance
from contracts.reckoning import Known, differs, has_hole, reckoned
from contracts.stamps import Histories, Stamps
from contracts.states import States
from speckit.expression import Template
from speckit.lifecycle import Answer, Rule, Success
from speckit.operation import Operation
from speckit.pointer import ABSENT
from speckit.specification import Specification

DOUBTFUL = ("list-agrees", "alternate-key")
"""What a resource is not read by in the first place: where it shows what cannot be, a read decides."""
_MOST_REMEMBERED = 40
"""How many exchanges of one resource are kept to show where something comes from."""


@dataclass(frozen=True, slots=True)
class Binding:
    """An operation with the rule it follows."""

    operation: Operation
    rule: Rule
    nature: Nature
    anatomy: Anatomy
    catalogue: Catalogue
    subject: Subject

    def is_success(self, exchange: Exchange) -> bool:
        """Return whether the answer is one of success: in the 200s, or declared as such (a redirect)."""
        return exchange.is_success or any(each.status == exchange.status for each in self.rule.success)

    def missing_parent(self, exchange: Exchange) -> Answer | None:
        """Return the answer declared for the parent that the request names in vain."""
        parent = self.nature.lifecycle.parents.get(exchange.call.about)
        return parent.missing if parent else None

    @property
    def successes(self) -> frozenset[int]:
        """The documented statuses of success."""
        codes = [int(code) for code in self.operation.responses if code.isdigit() and code.startswith("2")]
        return frozenset(codes or [200])


def bindings(specification: Specification, natures: Mapping[str, Nature]) -> dict[str, Binding]:
    """Return every operation that has a rule, by its id."""
    found: dict[str, Binding] = {}
    for name, lifecycle in specification.lifecycles.items():
        for rule in lifecycle.rules.values():
            operation = specification.operations.get(rule.operation)
            if operation is not None:
                found[operation.id] = Binding(
                    operation,
                    rule,
                    natures[name],
                    Anatomy(lifecycle, rule),
                    Catalogue(specification, operation, lifecycle, rule),
                    Subject(name, operation.id),
                )
    return found


class Bench:
    """Takes in what answers show, and holds it to every law of one resource."""

    def __init__(self, docket: Docket, ledger: Ledger, tolerance: Tolerance) -> None:
        self.docket = docket
        self.ledger = ledger
        self.tolerance = tolerance
        self.states = States(docket, tolerance)
        self.fields = Fields(docket)
        self.stamps = Stamps(docket, ledger.wall)
        self.histories = Histories(docket)
        self.readable: set[Nature] = set()
        """The resources that can be read one by one."""

    def hold(
        self,
        law: str,
        binding: Binding,
        kept: bool,
        happened: str,
        exchanges: Iterable[Exchange],
        cause: str = "",
    ) -> bool:
        """Count one trial of a law on the operation of `binding`."""
        return self.docket.hold(law, binding.subject, kept, happened, exchanges, cause)

    def sight(
        self, track: Track, sighting: Sighting, exchange: Exchange, binding: Binding, law: str = ""
    ) -> None:
        """Take in what an answer shows of a resource.

        Args:
            law: What is broken where it does not agree with what is known, if that is decided.
        """
        if law in DOUBTFUL and track.is_own and binding.nature in self.readable:
            self._doubtful(track, sighting, exchange, binding, law)
        else:
            self._judged(track, sighting, exchange, binding, law)
            self._settle(track)

    def _doubtful(
        self, track: Track, sighting: Sighting, exchange: Exchange, binding: Binding, law: str
    ) -> None:
        """Take in what a list shows; where it cannot be, wait for a read to say who is wrong."""
        belief, seen, is_spoiled = track.belief, dict(track.seen), track.is_spoiled
        with self.docket.doubting() as doubted:
            self._judged(track, sighting, exchange, binding, law)
        if doubted:
            track.belief, track.seen, track.is_spoiled = belief, seen, is_spoiled
            track.doubt = track.doubt or Doubt(law, *doubted[0])

    def _settle(self, track: Track) -> None:
        """Blame the list for what it showed, if the resource is as it was known to be."""
        doubt, track.doubt = track.doubt, None
        if doubt is not None and not track.is_spoiled:
            self.docket.hold(doubt.law, doubt.subject, False, doubt.happened, doubt.exchanges, doubt.cause)
            track.is_spoiled = True

    def finish(self) -> None:
        """Blame lists for what no read has settled."""
        for track in self.ledger.every():
            self._settle(track)

    def _judged(
        self, track: Track, sighting: Sighting, exchange: Exchange, binding: Binding, law: str
    ) -> None:
        subject = binding.subject
        before = dict(track.seen)
        if track.is_own:
            self.stamps.learn(track, sighting, exchange)
        if self._may_have_moved(track, exchange):
            track.free |= track.nature.machine_written
        if self.states.seen(track, sighting, exchange, subject, law):
            # Of several judges the first to find something is believed: the rest follows from it.
            self.stamps.seen(track, sighting, exchange, subject)
            self.fields.seen(track, sighting, exchange, subject, law)
            self.histories.seen(track, sighting, exchange, subject, self.states.now(track, exchange))
            self.states.recurring(track, exchange, subject)
        if any(slot in before and before[slot] != value for slot, value in track.seen.items()):
            track.version += 1
        self._tag(track, exchange, binding)
        self._seen(track, sighting, exchange)

    def narrow(self, track: Track, exchange: Exchange, left: Belief) -> None:
        """Take in that of all that is possible only `left` can be; what lies on the way was passed."""
        now = self.states.now(track, exchange)
        if self._may_have_moved(track, exchange):
            track.free |= track.nature.machine_written
        track.visited |= self.states.passed(track, now, left)
        track.belief = left

    def _may_have_moved(self, track: Track, exchange: Exchange) -> bool:
        """Return whether the resource may have moved by itself since it was last seen."""
        if not track.is_own:
            return True
        if not any(track.nature.unasked(state) for state in track.belief):
            return False
        now = exchange.after.fast
        for state, since in track.belief.items():
            for transition in track.nature.unasked(state):
                alone = {state: since}
                if (
                    transition.ends == state
                    or len(possible.evolved(track.nature, alone, now, self.tolerance, track)) > 1
                ):
                    return True
        return False

    def _seen(self, track: Track, sighting: Sighting, exchange: Exchange) -> None:
        track.free -= {slot for slot in track.nature.slots if sighting.get(slot) is not ABSENT}
        if sighting.fields or sighting.state is not ABSENT:
            track.events.clear()
        track.changes = track.ledger.changes
        track.is_sighted = True
        remember(track, exchange)

    def _tag(self, track: Track, exchange: Exchange, binding: Binding) -> None:
        """Hold the ETag of a read to following the resource."""
        tag = exchange.headers.get("etag")
        if binding.rule.role != "get" or track.nature.lifecycle.etag is None or exchange.status != 200:
            return
        if tag is None:
            self.hold("etag-follows", binding, False, "The answer has no ETag.", [exchange], "none")
            return
        known = track.etags.get(exchange.call.target)
        if known and track.is_own and not track.is_spoiled:
            before, content, version = known
            is_touched = version != track.version or bool(track.free)
            shown = [*track.exchanges, exchange]
            if content != exchange.content:
                said = f"The ETag is {tag} still, after a change."
                self.hold("etag-follows", binding, tag != before, said, shown, "same")
            elif not is_touched:
                said = f"The ETag was {before} and is {tag}, and nothing has changed."
                self.hold("etag-follows", binding, tag == before, said, shown, "other")
        track.etags[exchange.call.target] = (tag, exchange.content, track.version)

    def refused(
        self,
        binding: Binding,
        exchange: Exchange,
        kind: str,
        law: str,
        said: str,
        answer: Answer | None = None,
        track: Track | None = None,
        before: Iterable[Exchange] = (),
    ) -> bool:
        """Hold an answer to being the error that is declared for `kind`; return whether it is.

        Args:
            before: What else brought it about than what happened to `track`.
        """
        declared = binding.catalogue.declared(kind, answer)
        exchanges = [*before, *(track.exchanges if track else ()), exchange]
        told = f"{said}; the answer is {exchange.status}, not {declared.told()}."
        is_it = self.hold(
            law, binding, declared.admits(exchange), told, exchanges, f"{kind}:{exchange.status}"
        )
        if is_it and declared.is_spelled_out:
            self.spelled_out(binding, exchange, declared, track)
        return is_it

    def lost(self, binding: Binding, exchange: Exchange, race: str) -> bool:
        """Return whether a request lost its race, in whichever of the documented ways.

        Who loses may have met the resource half-way, in no state that could be seen.
        """
        response = binding.operation.response(exchange.status)
        is_lost = response is not None and not binding.is_success(exchange)
        return is_lost and self.hold(race, binding, True, "", [exchange])

    def headers(self, binding: Binding, exchange: Exchange, success: Success, track: Track) -> None:
        """Hold the headers of an answer of success to what the document spells out."""
        for name, template in success.headers:
            expected = reckoned(template, track.known(call=exchange.call))
            actual = exchange.headers.get(name.lower())
            if expected is ABSENT or (actual is None and has_hole(expected)):
                continue
            law = "location-leads" if name.lower() == "location" else "answer-as-declared"
            said = f"The header {name} is {actual!r}, not {expected!r}."
            read = _readings(name, actual, exchange) if actual is not None else ()
            kept = any(not _header_differs(expected, each) for each in read)
            self.hold(law, binding, kept, said, [*track.exchanges[-2:], exchange], name)

    def spelled_out(
        self, binding: Binding, exchange: Exchange, declared: Declared, track: Track | None
    ) -> None:
        """Hold the body of an answer to what the document spells out for it."""
        if declared.body is None or "json" not in exchange.media_type:
            return
        self.body(binding, exchange, declared.body, track)

    def body(self, binding: Binding, exchange: Exchange, body: Template, track: Track | None) -> None:
        """Hold the body of an answer to a template."""
        known = track.known(call=exchange.call) if track else Known(call=exchange.call)
        said = strays(body, known, exchange.answer)
        told = f"In the answer {exchange.status}, {said}." if said else ""
        exchanges = [*(track.exchanges if track else ()), exchange]
        self.hold("answer-as-declared", binding, not said, told, exchanges, f"{exchange.status}{said[:30]}")


def _readings(name: str, actual: str, exchange: Exchange) -> Iterator[str]:
    """Yield what a header may be read as.

    A Location is absolute, wherever the API is to others, or relative to what was asked (RFC 9110,
    10.2.2): then the path that all of the API is below is part of it, or left out as in the document.
    """
    yield actual
    if name.lower() != "location":
        return
    try:
        yield (whole := urljoin(exchange.url, actual))
        path, is_absolute = urlsplit(whole).path, bool(urlsplit(actual).scheme)
    except ValueError:
        return  # It is no URL.
    yield path
    base = urlsplit(exchange.url.removesuffix(exchange.call.target)).path
    yield path.removeprefix(base)
    yield from (path[at:] for at, sign in enumerate(path) if sign == "/" and is_absolute)


def _header_differs(expected: Any, actual: str) -> bool:
    return differs(expected if has_hole(expected) else text(expected), actual)


def remember(track: Track, exchange: Exchange) -> None:
    """Keep `exchange` among those that `track` had a part in."""
    if not track.exchanges or track.exchanges[-1] is not exchange:
        track.exchanges.append(exchange)
    if len(track.exchanges) > _MOST_REMEMBERED:
        del track.exchanges[1 : len(track.exchanges) - _MOST_REMEMBERED + 1]


def adopted(ledger: Ledger, nature: Nature, key: object, principal: str) -> Track:
    """Return a new track for a resource that somebody else made."""
    belief = dict.fromkeys(nature.lifecycle.states, UNKNOWN_SINCE) or {"": UNKNOWN_SINCE}
    return ledger.keep(Track(nature, key, principal, ledger, belief))
