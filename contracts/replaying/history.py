"""What a list may rest on beside what it shows: something was made, and removed again, before it was read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from contracts.bench import Binding
from contracts.exchange import Exchange, Moment
from contracts.finding import Finding
from contracts.laws import LAWS
from contracts.observed import Ledger, Track
from contracts.replaying.slices import Shot, Take
from speckit.lifecycle import REMOVED

_WRITING = ("create", "update", "trigger")
_OF_PLACES = ("pages-join", "listed", "listed-once", "total-true", "page-size", "filter-exact")
"""Laws that a place which something removed has left behind may break."""


def is_of_a_list(law: str, binding: Binding | None) -> bool:
    """Return whether what breaks `law` may rest on what else was ever in a list that everything is in."""
    is_list = binding is not None and binding.rule.role == "list" and not binding.rule.scope
    return is_list and law in LAWS and LAWS[law].group == "lists"


def history(
    finding: Finding,
    ledger: Ledger,
    bindings: Mapping[str, Binding],
    takes: Callable[[Sequence[Exchange]], tuple[Take, ...]],
) -> tuple[Take, ...]:
    """Return how something in the list of a finding was made and removed before; nothing where nothing was.

    That must be done again even where it shows without: the server that has just been judged
    remembers what was removed, and a new one does not.

    Args:
        takes: Makes takes of exchanges.
    """
    last = finding.exchanges[-1]
    binding = bindings.get(last.call.operation.id)
    if binding is None or finding.law not in _OF_PLACES or not is_of_a_list(finding.law, binding):
        return ()
    lives = [
        life
        for track in ledger.every()
        if (track.principal, track.nature.name) == (last.call.principal, binding.nature.name)
        and (life := _life(track, bindings))
        and life[-1].number < last.number
    ]
    if not lives:
        return ()
    shortest = min(lives, key=lambda life: (len(life), life[-1].after.slow - life[0].before.slow))
    return _just_before(takes(shortest), finding.exchanges[0].before.slow)


def _life(track: Track, bindings: Mapping[str, Binding]) -> list[Exchange]:
    """Return the requests by which a resource came and went; none where it went otherwise, or is there."""
    if track.call is None or not track.is_gone:
        return []
    removing = {
        operation
        for transition in track.nature.lifecycle.transitions
        if transition.ends == REMOVED
        for operation in transition.triggers
    }
    life = []
    for exchange in track.exchanges:
        operation = exchange.call.operation.id
        if operation in bindings and bindings[operation].rule.role in _WRITING and exchange.is_success:
            life.append(exchange)
    is_whole = len(life) > 1 and life[-1].call.operation.id in removing
    return life if is_whole else []


def _just_before(takes: tuple[Take, ...], end: float) -> tuple[Take, ...]:
    """Return `takes` as if they had ended at `end`: nobody waits for what came between."""
    shift = end - takes[-1].ended
    return tuple(replace(take, shots=tuple(_moved(shot, shift) for shot in take.shots)) for take in takes)


def _moved(shot: Shot, shift: float) -> Shot:
    before, after = shot.before, shot.after
    return replace(
        shot,
        before=Moment(before.slow + shift, before.fast + shift),
        after=Moment(after.slow + shift, after.fast + shift),
    )
