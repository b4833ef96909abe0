"""Judges lists of parts: pages of an array that one resource has."""

from __future__ import annotations

from typing import Any

from contracts.bench import Bench, Binding, remember
from contracts.exchange import Exchange
from contracts.lists import Lists
from contracts.matching import asked
from contracts.reads import KNOWN, STRANGE, Reads
from speckit import pointer
from speckit.lifecycle import Path
from speckit.pointer import ABSENT

_KEY = ("id",)


class Parts:
    """Judges operations of the role `parts`."""

    def __init__(self, bench: Bench, reads: Reads, lists: Lists) -> None:
        self._bench = bench
        self._reads = reads
        self._lists = lists

    def judge(self, binding: Binding, exchange: Exchange) -> None:
        """Judge one page of parts."""
        wanted = asked(binding, exchange.call)
        if wanted.is_out_of_range and not exchange.is_success:
            self._lists.refused(binding, exchange, wanted)
            return
        where = self._reads.whereabouts(binding, exchange)
        if where.standing == STRANGE and not exchange.call.aim:
            return
        if where.standing != KNOWN or where.track is None:
            self._reads.absent(binding, exchange, where)
            return
        if not exchange.is_success:
            is_marked = wanted.page is not None and exchange.status in (400, 404, 422)
            if not is_marked:  # A page after what is not there any more may be refused.
                self._reads.known(binding, exchange, where.track)
            return
        if not self._reads.available(binding, exchange, where.track):
            return
        items = binding.anatomy.part(exchange, "items")
        is_list = isinstance(items, list)
        said = "There is no list in the answer."
        if self._bench.hold("answer-as-declared", binding, is_list, said, [exchange], "items"):
            self._page(binding, exchange, items)
        remember(where.track, exchange)

    def _page(self, binding: Binding, exchange: Exchange, items: list[Any]) -> None:
        """Hold one page to its length, and to what it tells of itself."""
        wanted = asked(binding, exchange.call)
        self._lists.bounds(binding, exchange, wanted)
        key: Path = binding.rule.paging.key if binding.rule.paging else _KEY
        ids = [pointer.read(item, key) for item in items]
        known = [each for each in ids if isinstance(each, str | int)]
        twice = [each for position, each in enumerate(known) if each in known[:position]]
        said = f"{twice[0]} is there twice." if twice else ""
        self._bench.hold("listed-once", binding, not twice, said, [exchange])
        if ABSENT not in ids:
            self._lists.parts(binding, exchange, wanted, ids)
