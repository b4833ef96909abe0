"""Judges operations that put a new resource in the place of one that is there."""

from __future__ import annotations

from contracts.bench import Binding
from contracts.changes import Changes
from contracts.creates import Creates
from contracts.exchange import Exchange
from contracts.observed import Track
from contracts.reads import KNOWN, STRANGE, Reads


class Replaces:
    """Judges operations of the role `replace`."""

    def __init__(self, reads: Reads, creates: Creates, changes: Changes) -> None:
        self._reads = reads
        self._creates = creates
        self._changes = changes

    def judge(self, binding: Binding, exchange: Exchange, race: str = "") -> Track | None:
        """Judge one replacement; return what was made, where that is known.

        Args:
            race: The law that a second success breaks, where requests raced.
        """
        where = self._reads.whereabouts(binding, exchange)
        if where.standing == STRANGE and not exchange.call.aim:
            return self._creates.judge(binding, exchange, race) if exchange.is_success else None
        if where.standing != KNOWN or where.track is None:
            self._reads.absent(binding, exchange, where, race)
            return None
        if not exchange.is_success:
            self._changes.known(binding, exchange, where.track, race)
            return None
        made = self._creates.judge(binding, exchange, race)
        self._changes.replaced(binding, exchange, where.track, race)
        return made
