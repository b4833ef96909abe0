"""Where everything is: boxes that do not touch each other, and lines that run between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from handbook.drawing.graph import Graph, Link
from handbook.drawing.layers import GAP, PASSING, Layers, layers

NARROWEST = 300.0
"""A drawing is at least so wide, so that small ones are not blown up on a phone."""
MOST = 342.0
"""No drawing is wider, where names allow: with its margins it shows on a phone in letters of 11 pixels."""
_BUDGETS = (320.0, 300.0, 280.0, 260.0, 240.0, 200.0, 160.0)
"""How wide the boxes of a row may be together, tried in turn: what is left is for lines that pass."""
MARGIN = 8.0

_SLOT = 13.0
_SWEEPS = 120


@dataclass(frozen=True, slots=True)
class Box:
    """The middle of a node, and its size."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """The points of a line in the direction of its arrow, joined by a straight, a curve, a straight ..."""

    link: Link
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A graph with its places."""

    graph: Graph
    boxes: Mapping[str, Box]
    lines: tuple[Line, ...]
    width: float
    height: float


def layout(graph: Graph) -> Drawing:
    """Return where everything in `graph` is, top down and narrow."""
    found = _narrow(graph)
    wide, width = _widths(graph, found)
    x = _columns(found, wide, width)
    ports = _ports(found, wide, x)
    tops, bottoms = _heights(graph, found, ports)
    rows = {node: number for number, row in enumerate(found.rows) for node in row}
    boxes = {
        node: Box(x[node] + MARGIN, (tops[rows[node]] + bottoms[rows[node]]) / 2, each.width, each.height)
        for node, each in graph.nodes.items()
    }
    lines = tuple(
        _line(number, link, found, ports, boxes, rows, tops, bottoms)
        for number, link in enumerate(graph.links)
    )
    return Drawing(graph, boxes, lines, width + 2 * MARGIN, bottoms[-1] + MARGIN)


def _narrow(graph: Graph) -> Layers:
    """Return the first layers that a phone has room for, or else the narrowest."""
    tried: list[tuple[float, Layers]] = []
    for budget in _BUDGETS:
        found = layers(graph, budget)
        tried.append((_widths(graph, found)[1], found))
        if tried[-1][0] <= MOST:
            return found
    return min(tried, key=lambda pair: pair[0])[1]


def _widths(graph: Graph, found: Layers) -> tuple[dict[str, float], float]:
    """Return the width of each node, and that of the widest row."""
    wide = {
        node: graph.nodes[node].width if node in graph.nodes else PASSING
        for row in found.rows
        for node in row
    }
    return wide, max(NARROWEST, *(_needed([wide[node] for node in row]) for row in found.rows))


def _needed(wide: list[float]) -> float:
    """Return how wide a row is whose nodes are so wide."""
    return sum(wide) + sum(gap(left, right) for left, right in pairwise(wide))


def _columns(found: Layers, wide: Mapping[str, float], width: float) -> dict[str, float]:
    """Return the middle of each node: as near to those it is joined to as its neighbours allow."""
    joined: dict[str, list[tuple[str, float]]] = {}
    for chain in found.chains:
        for upper, lower in pairwise(chain):
            weight = (1.0, 3.0, 9.0)[upper.startswith("pass ") + lower.startswith("pass ")]
            joined.setdefault(upper, []).append((lower, weight))
            joined.setdefault(lower, []).append((upper, weight))
    x = {node: width / 2 for row in found.rows for node in row}
    for turn in range(_SWEEPS):
        for row in found.rows if turn % 2 == 0 else found.rows[::-1]:
            wanted = [_wanted(node, joined, x) for node in row]
            x |= zip(row, _spread(wanted, [wide[node] for node in row], width), strict=True)
    return x


def _wanted(
    node: str, joined: Mapping[str, list[tuple[str, float]]], x: Mapping[str, float]
) -> tuple[float, float]:
    """Return where a node would like to be, and how much."""
    ways = joined.get(node, [])
    weight = sum(each for _, each in ways)
    if not weight:
        return x[node], 0.1
    return sum(x[other] * each for other, each in ways) / weight, weight


def gap(left: float, right: float) -> float:
    """Return how far apart two neighbours are, given their widths: lines that pass may be near each other."""
    return 3.0 if left == right == PASSING else GAP if PASSING not in (left, right) else 8.0


def _spread(wanted: list[tuple[float, float]], wide: list[float], width: float) -> list[float]:
    """Return places from left to right, without overlap and within `width`, nearest to those wanted.

    Least squares under an order: pool adjacent violators.
    """
    offsets = [0.0]
    for left, right in pairwise(wide):
        offsets.append(offsets[-1] + (left + right) / 2 + gap(left, right))
    pools: list[tuple[float, float, int]] = []
    for (place, weight), offset in zip(wanted, offsets, strict=True):
        pool = (place - offset, weight, 1)
        while pools and pools[-1][0] >= pool[0]:
            value, heavy, count = pools.pop()
            total = heavy + pool[1]
            pool = ((value * heavy + pool[0] * pool[1]) / total, total, count + pool[2])
        pools.append(pool)
    low, high = wide[0] / 2, width - offsets[-1] - wide[-1] / 2
    level = [min(max(value, low), high) for value, _, count in pools for _ in range(count)]
    return [value + offset for value, offset in zip(level, offsets, strict=True)]


def _ports(
    found: Layers, wide: Mapping[str, float], x: Mapping[str, float]
) -> dict[tuple[int, str], tuple[float, float]]:
    """Return, by line and node, where the line enters the node above and where it leaves below.

    Several lines at one side of a box share it in the order of where they go.
    """
    sides: dict[tuple[str, bool], list[tuple[float, int]]] = {}
    for number, chain in enumerate(found.chains):
        sides.setdefault((chain[0], False), []).append((x[chain[1]], number))
        sides.setdefault((chain[-1], True), []).append((x[chain[-2]], number))
    places: dict[tuple[int, str, bool], float] = {}
    for (node, is_top), ends in sides.items():
        room = min(_SLOT, (wide[node] - 18) / max(1, len(ends) - 1))
        for index, (_, number) in enumerate(sorted(ends)):
            places[number, node, is_top] = x[node] + (index - (len(ends) - 1) / 2) * room
    return {
        (number, node): (
            places.get((number, node, True), x[node]),
            places.get((number, node, False), x[node]),
        )
        for number, chain in enumerate(found.chains)
        for node in chain
    }


def _heights(
    graph: Graph, found: Layers, ports: Mapping[tuple[int, str], tuple[float, float]]
) -> tuple[list[float], list[float]]:
    """Return the top and the bottom of each row; rows are farther apart where lines go far to the side."""
    row_of = {node: number for number, row in enumerate(found.rows) for node in row}
    far = [0.0] * len(found.rows)
    for number, chain in enumerate(found.chains):
        for upper, lower in pairwise(chain):
            aside = abs(ports[number, upper][1] - ports[number, lower][0])
            far[row_of[upper]] = max(far[row_of[upper]], aside)
    tops, bottoms, y = [], [], MARGIN
    for number, row in enumerate(found.rows):
        tops.append(y)
        y += max((graph.nodes[node].height for node in row if node in graph.nodes), default=0.0)
        bottoms.append(y)
        y += 18 + min(26.0, far[number] / 5)
    return tops, bottoms


def _line(
    number: int,
    link: Link,
    found: Layers,
    ports: Mapping[tuple[int, str], tuple[float, float]],
    boxes: Mapping[str, Box],
    rows: Mapping[str, int],
    tops: list[float],
    bottoms: list[float],
) -> Line:
    """Return the points of a line: straight through a row, curved to the next, and so on."""
    chain = found.chains[number]
    points: list[tuple[float, float]] = []
    for node in chain:
        into, out = ports[number, node]
        row, box = rows[node], boxes.get(node)
        if node != chain[0]:
            points.append((into + MARGIN, tops[row]))
            points.append((into + MARGIN, box.y - box.height / 2 if box else bottoms[row]))
        if node == chain[0] and box:
            points += [(out + MARGIN, box.y + box.height / 2), (out + MARGIN, bottoms[row])]
    return Line(link, tuple(points if link.source == chain[0] else points[::-1]))
