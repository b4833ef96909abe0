"""Which nodes lie side by side: layers from top to bottom, no wider than a phone, with few crossings.

After Sugiyama, Tagawa and Toda (1981): longest paths, then barycentres. Lines that pass a layer get a
place of their own in it, so that they never cross a box.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from handbook.drawing.graph import GONE, START, Graph

GAP = 12.0
"""How far apart two neighbours of a layer are."""
PASSING = 8.0
"""How wide a line is that passes a layer."""
ROOMY = 330.0
"""How wide a row may get for what belongs near the end of a drawing, and would be far above it otherwise."""

_PATIENCE = 6
"""How many sweeps in vain are enough."""

Chain = tuple[str, ...]
"""The nodes a line goes through, from top to bottom; the first and the last are what it joins."""


@dataclass(frozen=True, slots=True)
class Layers:
    """Rows of node ids from top to bottom, each from left to right, and the way of each line."""

    rows: tuple[tuple[str, ...], ...]
    chains: tuple[Chain, ...]


def layers(graph: Graph, most: float) -> Layers:
    """Return the layers of `graph`, none of them wider than `most` where that can be."""
    depth = _depths(graph, most)
    rows: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for node, row in depth.items():
        rows[row].append(node)
    chains = tuple(_chain(number, pair, depth, rows) for number, pair in enumerate(graph.above))
    pairs = [pair for chain in chains for pair in pairwise(chain)]
    return Layers(tuple(map(tuple, _ordered(rows, pairs))), chains)


def _chain(number: int, pair: tuple[str, str], depth: Mapping[str, int], rows: list[list[str]]) -> Chain:
    upper, lower = pair
    between = range(depth[upper] + 1, depth[lower])
    passing = [f"pass {number} {row}" for row in between]
    for row, node in zip(between, passing, strict=True):
        rows[row].append(node)
    return (upper, *passing, lower)


def _depths(graph: Graph, most: float) -> dict[str, int]:
    """Return the row of each node: below all that is above it, where there is room."""
    over: dict[str, set[str]] = {node: set() for node in graph.nodes}
    under: dict[str, set[str]] = {node: set() for node in graph.nodes}
    for upper, lower in graph.above:
        over[lower].add(upper)
        under[upper].add(lower)
    order = _topological(graph.nodes, over, under)
    depth = _placed(graph, order, over, most)
    for _ in range(4):
        _tighten(graph, [*reversed(order)], over, under, depth, most)
    depth[START] = min(depth[each] for each in under[START]) - 1
    used = sorted(set(depth.values()))
    return {node: used.index(row) for node, row in depth.items()}


def _topological(
    nodes: Iterable[str], over: Mapping[str, set[str]], under: Mapping[str, set[str]]
) -> list[str]:
    """Return the nodes so that each comes after all that is above it, else in their order."""
    position = {node: index for index, node in enumerate(nodes)}
    waiting = {node: len(over[node]) for node in position}
    ready = [node for node in position if not waiting[node]]
    done = []
    while ready:
        node = min(ready, key=position.__getitem__)
        ready.remove(node)
        done.append(node)
        for lower in under[node]:
            waiting[lower] -= 1
            if not waiting[lower]:
                ready.append(lower)
    return done


def _placed(graph: Graph, order: list[str], over: Mapping[str, set[str]], most: float) -> dict[str, int]:
    """Return rows from the top: each node as high as what is above it and the width of the rows allow."""
    depth: dict[str, int] = {}
    taken: dict[int, float] = {}
    for node in order:
        row = max((depth[upper] + 1 for upper in over[node]), default=1)
        wide = graph.nodes[node].width + GAP
        while taken.get(row, 0.0) and taken[row] + wide > most + GAP:
            row += 1
        depth[node] = row
        taken[row] = taken.get(row, 0.0) + wide
    if GONE in depth:
        depth[GONE] = max(depth.values()) + (1 if depth[GONE] < max(depth.values()) else 0)
    return depth


def _tighten(
    graph: Graph,
    order: list[str],
    over: Mapping[str, set[str]],
    under: Mapping[str, set[str]],
    depth: dict[str, int],
    most: float,
) -> None:
    """Move nodes towards those they are joined to, where that makes lines shorter and there is room."""
    taken: dict[int, float] = {}
    for node, row in depth.items():
        taken[row] = taken.get(row, 0.0) + graph.nodes[node].width + GAP
    for node in order:
        if node in (START, GONE):
            continue
        wide = graph.nodes[node].width + GAP
        low = max((depth[upper] + 1 for upper in over[node]), default=depth[node])
        high = min((depth[lower] - 1 for lower in under[node]), default=depth[node])
        # What stands above it alone, and has nothing above itself, comes along.
        bound = sum(bool(over[upper]) or upper == START for upper in over[node])
        pull = len(under[node]) - bound
        rows = range(high, depth[node], -1) if pull > 0 else range(low, depth[node]) if pull < 0 else ()
        for row in rows:
            if taken.get(row, 0.0) + wide <= (most if bound else ROOMY) + GAP:
                taken[depth[node]] -= wide
                taken[row] = taken.get(row, 0.0) + wide
                depth[node] = row
                break


def _ordered(rows: list[list[str]], pairs: list[tuple[str, str]]) -> list[list[str]]:
    """Return the rows, each in the order that was found to have the fewest crossings."""
    up: dict[str, list[str]] = {}
    down: dict[str, list[str]] = {}
    for upper, lower in pairs:
        down.setdefault(upper, []).append(lower)
        up.setdefault(lower, []).append(upper)
    best, fewest = rows, _crossings(rows, down)
    for start in (rows, [row[::-1] for row in rows]):
        now = [list(row) for row in start]
        since = 0
        for turn in range(24):
            _sweep(now, up if turn % 2 == 0 else down, downwards=turn % 2 == 0)
            _swap(now, up, down)
            found = _crossings(now, down)
            if found < fewest:
                best, fewest, since = [list(row) for row in now], found, turn
            elif turn - since > _PATIENCE:
                break
    return best


def _sweep(rows: list[list[str]], joined: Mapping[str, list[str]], *, downwards: bool) -> None:
    """Order each row by where its neighbours in the row before are, in the mean."""
    numbers = range(1, len(rows)) if downwards else range(len(rows) - 2, -1, -1)
    for number in numbers:
        before = {node: index for index, node in enumerate(rows[number + (-1 if downwards else 1)])}
        here = {node: index for index, node in enumerate(rows[number])}
        scale = len(before) / max(1, len(here))
        rows[number].sort(key=lambda node: _mean(node, joined, before, here[node] * scale))


def _mean(node: str, joined: Mapping[str, list[str]], before: Mapping[str, int], here: float) -> float:
    found = [before[each] for each in joined.get(node, ())]
    return sum(found) / len(found) if found else here


def _swap(rows: list[list[str]], up: Mapping[str, list[str]], down: Mapping[str, list[str]]) -> None:
    """Exchange neighbours wherever that saves crossings."""
    places = [{node: index for index, node in enumerate(row)} for row in rows]
    for number, row in enumerate(rows):
        for _ in row:
            is_calm = True
            for index in range(len(row) - 1):
                one, other = row[index], row[index + 1]
                now = then = 0
                for joined, beside in ((up, number - 1), (down, number + 1)):
                    if 0 <= beside < len(rows):
                        ours = [places[beside][each] for each in joined.get(one, ())]
                        theirs = [places[beside][each] for each in joined.get(other, ())]
                        now += sum(a > b for a in ours for b in theirs)
                        then += sum(b > a for a in ours for b in theirs)
                if then < now:
                    row[index], row[index + 1] = other, one
                    places[number][one], places[number][other] = index + 1, index
                    is_calm = False
            if is_calm:
                break


def _crossings(rows: list[list[str]], down: Mapping[str, list[str]]) -> int:
    """Return how often lines between neighbouring rows cross."""
    total = 0
    for upper, lower in pairwise(rows):
        place = {node: index for index, node in enumerate(lower)}
        ends = [sorted(place[each] for each in down.get(node, ())) for node in upper]
        flat = [end for each in ends for end in each]
        total += sum(a > b for index, a in enumerate(flat) for b in flat[index + 1 :])
    return total
