"""Judges lists: each page by itself, and the pages of one list together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from contracts.anatomy import Sighting
from contracts.bench import Bench, Binding, adopted
from contracts.exchange import Call, Exchange, text
from contracts.matching import (
    BY_MARK,
    Asked,
    admits_state,
    asked,
    fits_all,
    is_living,
    is_member,
    mark_after,
    misordered,
    value_of,
)
from contracts.observed import Track
from contracts.reckoning import UNKNOWN
from speckit.lifecycle import REMOVED
from speckit.pointer import ABSENT


@dataclass(slots=True)
class Walk:
    """The pages of one list, read one after another."""

    binding: Binding
    asked: Asked
    changes: int
    pages: list[Exchange] = field(default_factory=list)
    tracks: list[Track] = field(default_factory=list)
    ids: list[Any] = field(default_factory=list)
    totals: list[Any] = field(default_factory=list)
    expects: Any = None
    is_complete: bool = False


class Lists:
    """Judges operations of the role `list`."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._ledger = bench.ledger
        self._walks: dict[tuple[Any, ...], Walk] = {}

    def judge(self, binding: Binding, exchange: Exchange) -> None:
        """Judge one page."""
        wanted = asked(binding, exchange.call)
        if not exchange.is_success:
            self.refused(binding, exchange, wanted)
            return
        sightings = binding.anatomy.sightings(exchange)
        if sightings is None and not binding.anatomy.tells("items"):
            return  # It may list the ids alone, or count them.
        if sightings is None:
            for success in binding.rule.success[:1]:
                said = "There is no list in the answer."
                self._bench.hold("answer-as-declared", binding, False, said, [exchange], str(success.status))
            return
        self.bounds(binding, exchange, wanted)
        ids = [sighting.id for sighting in sightings]
        known_ids = [each for each in ids if each is not ABSENT]
        twice = [each for position, each in enumerate(known_ids) if each in known_ids[:position]]
        said = f"{twice[0]} is there twice." if twice else ""
        self._bench.hold("listed-once", binding, not twice, said, [exchange])
        raw = binding.anatomy.part(exchange, "items")
        tracks = [
            self._item(binding, exchange, wanted, sighting, item)
            for sighting, item in zip(sightings, raw, strict=True)
        ]
        known = [track for track in tracks if track is not None]
        self._order(binding, exchange, wanted, known, sightings)
        self.parts(binding, exchange, wanted, ids)
        self._walk(binding, exchange, wanted, known, ids)

    def refused(self, binding: Binding, exchange: Exchange, wanted: Asked) -> None:
        """Judge a request for a page that was refused."""
        call = exchange.call
        paging = binding.rule.paging
        if call.aim == "parent":
            answer = binding.missing_parent(exchange)
            self._bench.refused(
                binding, exchange, "notFound", "missing-parent", "The parent does not exist", answer
            )
        elif wanted.is_out_of_range and paging is not None:
            if paging.out_of_range == "refuse":
                said = f"{call.target} is out of bounds"
                self._bench.refused(binding, exchange, "invalidParameter", "page-bounds", said)
            elif call.is_sure:
                said = f"{call.target} was answered {exchange.status}; {paging.out_of_range} is declared."
                self._bench.hold("page-bounds", binding, False, said, [exchange])
        elif call.is_sure and not self._is_below_others(binding, call):
            said = f"A request that fits the document was answered {exchange.status}."
            self._bench.hold("valid-accepted", binding, False, said, [exchange], str(exchange.status))

    def _is_below_others(self, binding: Binding, call: Call) -> bool:
        """Return whether a list is asked for below what somebody else has made: it may be hidden."""
        lifecycle = binding.nature.lifecycle
        above = [lifecycle.parents[name] for name in binding.rule.scope]
        return any(
            self._ledger.of_others(call.principal, resource, call.path.get(parent.param, ABSENT))
            for parent in above
            for resource in parent.resources
        )

    def bounds(self, binding: Binding, exchange: Exchange, wanted: Asked) -> None:
        """Hold a list that is shown to being one that may be asked for so."""
        paging = binding.rule.paging
        if exchange.call.aim == "parent":
            said = "The parent does not exist, and a list is shown."
            self._bench.hold("missing-parent", binding, False, said, [exchange])
        if paging is not None and wanted.is_out_of_range and exchange.call.is_sure:
            said = f"{exchange.call.target} is out of bounds and was answered {exchange.status}."
            self._bench.hold("page-bounds", binding, paging.out_of_range != "refuse", said, [exchange])

    def _item(
        self, binding: Binding, exchange: Exchange, wanted: Asked, sighting: Sighting, item: Any
    ) -> Track | None:
        """Take in one resource of a list; `item` is how it stands there."""
        if not isinstance(sighting.id, str | int):
            return None
        principal, nature = exchange.call.principal, binding.nature
        track = self._ledger.find(principal, nature.name, sighting.id)
        if track is None:
            if self._is_foreign(binding, exchange, sighting):
                return None
            track = adopted(self._ledger, nature, sighting.id, principal)
        if not self._belongs(binding, exchange, wanted, sighting, track):
            return track
        if not self._is_old(binding, track, sighting.view, item):
            self._bench.sight(track, sighting, exchange, binding, "list-agrees")
            track.listed[binding.operation.id, sighting.view] = item
        return track

    def _is_old(self, binding: Binding, track: Track, view: str, item: Any) -> bool:
        """Return whether the resource is shown as it was before, and nothing may have changed it since."""
        is_quiet = track.is_sighted and not track.free and not track.events and track.doubt is None
        rests = not any(track.nature.unasked(state) for state in track.belief)
        return is_quiet and rests and track.listed.get((binding.operation.id, view)) == item

    def _is_foreign(self, binding: Binding, exchange: Exchange, sighting: Sighting) -> bool:
        """Hold a list to showing nothing of what the judge made as somebody else."""
        other = self._ledger.of_others(exchange.call.principal, binding.nature.name, sighting.id)
        if other is None or (isinstance(sighting.id, int) and _contradicts(other, sighting)):
            return False
        told = f"{other.nature.name} {other.id} of {other.principal}"
        said = f"{told} is in the list of {exchange.call.principal}."
        return not self._bench.hold(
            "isolation", binding, False, said, [*other.exchanges[:1], exchange], "list"
        )

    def _belongs(
        self, binding: Binding, exchange: Exchange, wanted: Asked, sighting: Sighting, track: Track
    ) -> bool:
        told = f"{track.nature.name} {track.id}"
        shown = [*track.exchanges, exchange]
        if track.is_own and not track.is_spoiled:
            gone = set(self._bench.states.now(track, exchange)) == {REMOVED}
            if not self._bench.hold("gone-is-gone", binding, not gone, f"{told} is listed.", shown, "list"):
                track.is_spoiled = True
                return False
        if binding.rule.scope:
            is_below = is_member(binding, exchange.call, track) is not False
            self._bench.hold(
                "scope-kept", binding, is_below, f"{told} is below another parent.", shown, "list"
            )
        if (states := binding.rule.states) and track.is_own and not track.is_spoiled:
            may = bool(set(self._bench.states.now(track, exchange)) & set(states))
            self._bench.hold("filter-exact", binding, may, f"{told} is listed.", shown, "state")
        if wanted.filters:
            self._filtered(binding, exchange, wanted, sighting, track)
        return True

    def _filtered(
        self, binding: Binding, exchange: Exchange, wanted: Asked, sighting: Sighting, track: Track
    ) -> None:
        fits = fits_all(wanted.filters, track, _shown(sighting, wanted))
        names = " and ".join(each.param for each, _ in wanted.filters)
        said = f"{track.nature.name} {track.id} does not fit {names}: {exchange.call.target}."
        if fits is not None:
            self._bench.hold(
                "filter-exact", binding, fits, said, [*track.exchanges, exchange], f"holds {names}"
            )

    def _order(
        self,
        binding: Binding,
        exchange: Exchange,
        wanted: Asked,
        tracks: list[Track],
        sightings: list[Sighting],
    ) -> None:
        is_promised = wanted.order.is_declared or wanted.is_sorted
        if len(tracks) != len(sightings) or len(tracks) < 2 or not is_promised:
            return
        order = wanted.order
        pairs = [
            (track, value_of(track, order.field, _shown(sighting, wanted)) if order.field else UNKNOWN)
            for track, sighting in zip(tracks, sightings, strict=True)
        ]
        wrong = misordered(order, pairs)
        way = f"{'descending' if order.descending else 'ascending'} by {'/'.join(order.field) or 'creation'}"
        said = f"{wrong[0].id} comes before {wrong[1].id}; the order is {way}." if wrong else ""
        law = "sorted" if wanted.is_sorted else "ordered"
        exchanges = [*wrong[0].exchanges[:1], *wrong[1].exchanges[:1], exchange] if wrong else []
        self._bench.hold(law, binding, wrong is None, said, exchanges, way)

    def parts(self, binding: Binding, exchange: Exchange, wanted: Asked, ids: list[Any]) -> None:
        """Hold what the list tells of itself to what it is; `ids` are those of its items."""
        count = len(ids)
        if wanted.size is not None:
            said = f"A page holds {count}; {wanted.size} were asked for."
            self._bench.hold("page-size", binding, count <= wanted.size, said, [exchange], "more")
        facts: dict[str, Any] = {"count": count, "size": wanted.size}
        if binding.rule.paging and binding.rule.paging.style not in BY_MARK:
            facts["page" if binding.rule.paging.style == "page" else "offset"] = wanted.page
        facts |= {"first": ids[0], "last": ids[-1]} if ids else {}
        for name, value in facts.items():
            told = binding.anatomy.part(exchange, name)
            if told is not ABSENT and value is not None:
                said = f"The list says that {name} is {told!r}; it is {value!r}."
                self._bench.hold("total-true", binding, told == value, said, [exchange], name)

    def _walk(
        self, binding: Binding, exchange: Exchange, wanted: Asked, tracks: list[Track], ids: list[Any]
    ) -> None:
        """Put the page to those before it; judge them together once there is no more."""
        call = exchange.call
        key = (call.principal, binding.operation.id, tuple(sorted(call.path.items())), wanted.key)
        if self._is_first(binding, wanted):
            before = self._walks.pop(key, None)
            if before and before.is_complete and len(before.pages) > 1 and before.ids[: len(ids)] == ids:
                self._whole(binding, before, exchange)
            self._walks[key] = Walk(binding, wanted, self._ledger.changes)
        walk = self._walks.get(key)
        if walk is None or (walk.pages and wanted.page != walk.expects) or walk.is_complete:
            return
        is_again = bool(ids) and all(each in walk.ids for each in ids)
        walk.pages.append(exchange)
        walk.tracks += tracks
        walk.ids += ids
        walk.totals.append(binding.anatomy.part(exchange, "total"))
        # A page that only repeats what was there leads nowhere: whoever reads the list stops here.
        walk.is_complete = self._ends(binding, exchange, walk, wanted, len(ids)) or is_again
        if walk.is_complete and len(walk.pages) == 1:
            self._whole(binding, walk, exchange)

    def _is_first(self, binding: Binding, wanted: Asked) -> bool:
        paging = binding.rule.paging
        if paging is None or paging.style in BY_MARK:
            return not wanted.page
        return wanted.page == (1 if paging.style == "page" else 0)

    def _ends(self, binding: Binding, exchange: Exchange, walk: Walk, wanted: Asked, count: int) -> bool:
        """Return whether this page is the last one; if not, say which is next."""
        paging = binding.rule.paging
        if paging is None or wanted.size is None:
            return True
        if paging.style in BY_MARK:
            walk.expects = mark_after(binding, exchange, walk.ids[len(walk.ids) - count :], wanted.size)
            if walk.expects is UNKNOWN:
                return False  # There may be more, and nothing leads there.
            is_onward = walk.expects not in [page.call.query.get(paging.param) for page in walk.pages]
            said = f"The page leads back to one before it: {walk.expects!r}."
            self._bench.hold("pages-join", binding, is_onward or not walk.expects, said, walk.pages, "circle")
            return walk.expects is None
        assert isinstance(wanted.page, int)
        walk.expects = wanted.page + (1 if paging.style == "page" else wanted.size)
        total = walk.totals[-1]
        says_more = isinstance(total, int) and len(walk.pages) * wanted.size < total
        return count < wanted.size and not (count and says_more)

    def _whole(self, binding: Binding, walk: Walk, last: Exchange) -> None:
        """Judge all pages of a list, between which nothing has changed."""
        if walk.changes != self._ledger.changes or ABSENT in walk.ids:
            return
        pages = [*walk.pages, last] if last is not walk.pages[-1] else walk.pages
        twice = [each for position, each in enumerate(walk.ids) if each in walk.ids[:position]]
        said = f"{twice[0]} is on two pages." if twice else ""
        if len(pages) > 1 and (moving := self._moving(binding, walk, pages)):
            # One that leaves and one that comes push one other each onto the next page.
            if len(twice) > 2 * moving:
                self._bench.hold("pages-join", binding, False, said, pages, "twice")
            return
        if len(walk.pages) > 1:
            self._bench.hold("pages-join", binding, not twice, said, pages, "twice")
            size = walk.asked.size or 0
            short = [page for page in walk.pages[:-1] if len(binding.anatomy.sightings(page) or ()) < size]
            said = "A page that is not the last holds fewer than were asked for."
            self._bench.hold("page-size", binding, not short, said, pages, "fewer")
        totals = [total for total in walk.totals if total is not ABSENT]
        if totals:
            wrong = [total for total in totals if total != len(walk.ids)]
            where = "The list" if len(wrong) == len(totals) else "One page of the list"
            said = f"{where} says that there are {wrong[0]!r}; there are {len(walk.ids)}." if wrong else ""
            self._bench.hold("total-true", binding, not wrong or bool(twice), said, pages, "total")
        if not twice:
            self._more(binding, walk, pages)
            self._missing(binding, walk, pages)

    def _moving(self, binding: Binding, walk: Walk, pages: list[Exchange]) -> int:
        """Return how many resources time alone may have moved in the list while its pages were read."""
        if pages[0].before.fast == pages[-1].after.fast:
            return 0
        nature, wanted = binding.nature, walk.asked
        moving = {nature.lifecycle.state_field, *nature.machine_written} - {
            nature.lifecycle.timestamps.created
        }
        paths = [wanted.order.field, *(each.field for each, _ in wanted.filters)]
        at_stake = {path for path in paths if path and nature.slot(path) in moving}
        tracks = self._ledger.of(pages[0].call.principal, nature.name).values()
        living = [track for track in tracks if not track.is_gone]
        if at_stake or binding.rule.states:
            by_field = not binding.rule.states and at_stake == {nature.lifecycle.state_field}
            is_by_state = by_field and wanted.order.field not in at_stake
            return sum(self._may_shift(track, wanted, pages, is_by_state=is_by_state) for track in living)
        own = [track for track in living if track.is_own]
        return sum(REMOVED in self._bench.states.now(track, pages[-1]) for track in own)

    def _may_shift(self, track: Track, wanted: Asked, pages: list[Exchange], *, is_by_state: bool) -> bool:
        """Return whether a resource may have come into a list, left it or changed its place meanwhile.

        Args:
            is_by_state: Nothing that moves decides that but the state that is filtered by.
        """
        now = self._bench.states.now(track, pages[-1])
        if track.is_own and any(since.latest > pages[0].before.slow for since in track.belief.values()):
            return True
        if is_by_state:
            by_state = [
                each for each in wanted.filters if each[0].field == track.nature.lifecycle.state_field
            ]
            inside = {admits_state(by_state, track.nature, state) for state in now}
            return inside not in ({True}, {False})
        if track.is_own:
            return len(now) > 1 or any(track.nature.timed(state) for state in now if state in track.belief)
        return any(track.nature.timed(state) for state in now)

    def _more(self, binding: Binding, walk: Walk, pages: list[Exchange]) -> None:
        """Hold what pages say of those that follow to what does."""
        is_followed = False
        for page in reversed(walk.pages):
            more = binding.anatomy.part(page, "more")
            if isinstance(more, bool):
                said = f"The list says that there is {'' if more else 'no '}more, which is not so."
                self._bench.hold("total-true", binding, more is is_followed, said, pages, "more")
            is_followed |= bool(binding.anatomy.sightings(page))

    def _missing(self, binding: Binding, walk: Walk, pages: list[Exchange]) -> None:
        """Hold a whole list to holding all that belongs to it."""
        call = pages[0].call
        law = "filter-exact" if any(e.param in call.query for e, _ in walk.asked.filters) else "listed"
        law = "pages-join" if len(walk.pages) > 1 else law
        law = "page-bounds" if walk.asked.is_out_of_range else law
        shown = set(map(text, walk.ids))
        for track in self._ledger.of(call.principal, binding.nature.name).values():
            now = self._bench.states.now(track, pages[0]) if track.is_own else {}
            then = self._bench.states.now(track, pages[-1])
            if not is_living(track, now) or REMOVED in then:
                continue
            if binding.rule.states and not set(then) | set(now) <= set(binding.rule.states):
                continue
            if not is_member(binding, call, track) or not fits_all(walk.asked.filters, track, {}):
                continue
            if len(then) > 1 and any(
                e.field == track.nature.lifecycle.state_field for e, _ in walk.asked.filters
            ):
                continue
            is_there = text(track.id) in shown
            said = f"{track.nature.name} {track.id} is not in the list: {call.target}."
            self._bench.hold(law, binding, is_there, said, [*track.exchanges, *pages], "missing")


def _shown(sighting: Sighting, wanted: Asked) -> dict[tuple[str, ...], Any]:
    """Return those fields that a list shows and that it is filtered or ordered by."""
    paths = [each.field for each, _ in wanted.filters]
    paths += [wanted.order.field] if wanted.order.field else []
    seen = {path: sighting.get(path) for path in paths}
    return {path: value for path, value in seen.items() if value is not ABSENT}


def _contradicts(track: Track, sighting: Sighting) -> bool:
    """Return whether the same id stands for two resources: something shown is not as it was seen."""
    return any(
        slot in track.seen and sighting.get(slot) not in [ABSENT, track.seen[slot]]
        for slot in track.nature.slots
        if slot not in track.nature.machine_written and slot not in track.nature.updatable
    )
