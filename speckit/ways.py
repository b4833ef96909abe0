"""Ways from one state to another: the transitions that a resource makes one after the other."""

from __future__ import annotations

from collections.abc import Iterable

from speckit.lifecycle import REMOVED, Transition


def between(moves: Iterable[Transition], first: str, last: str) -> list[Transition] | None:
    """Return the shortest way from one state to another; None where none leads there.

    Args:
        moves: Those that may be made, whatever their guards say; of two equally short ways the one counts
            whose moves come first.
        first: Where the way begins.
        last: Where it ends; from a state to itself nothing has to be done.
    """
    known = list(moves)
    ways: dict[str, list[Transition]] = {first: []}
    waiting = [first]
    while waiting and last not in ways:
        here = waiting.pop(0)
        for each in known:
            if here in each.starts and each.ends not in (*ways, REMOVED):
                ways[each.ends] = [*ways[here], each]
                waiting.append(each.ends)
    return ways.get(last)
