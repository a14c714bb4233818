"""Layered drawing of a graph: the positions of its boxes and the routes of its arrows.

Follows Sugiyama, Tagawa and Toda (1981, doi:10.1109/TSMC.1981.4308636): each box is one layer
above the highest box that depends on it, crossings are reduced by sorting each layer by the
median position of its neighbours, and edges are then as straight as the widths allow.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Edge = tuple[str, str]
Point = tuple[float, float]
Grid = list[list[str]]
"""Layers from top to bottom, each from left to right."""

SWEEPS = 12
BEND = 6.0
"""Width reserved for an arrow that passes through a layer."""


@dataclass(frozen=True)
class Spacing:
    """Sizes in pixels: the height of a box, and the gaps at its sides and below it."""

    height: float = 44
    beside: float = 14
    below: float = 38


@dataclass(frozen=True)
class Layout:
    """The layout of a graph.

    Attributes
    ----------
    width, height
        Size of the whole graph, in pixels.
    centres
        Centre of each box.
    routes
        Points on each arrow's route, from the lower edge of one box to the upper edge of
        another.
    """

    width: float
    height: float
    centres: Mapping[str, Point]
    routes: Mapping[Edge, tuple[Point, ...]]


def lay_out(
    widths: Mapping[str, float], edges: Iterable[Edge], spacing: Spacing | None = None
) -> Layout:
    """Return the layout of an acyclic graph, with its last box at the bottom.

    Parameters
    ----------
    widths
        Width of each box, in pixels.
    edges
        Pairs of boxes, the upper one first.
    """
    space = spacing or Spacing()
    chains = _chains(widths, sorted(set(edges)))
    short = [pair for chain in chains.values() for pair in pairwise(chain)]
    room = {each: BEND for chain in chains.values() for each in chain[1:-1]} | dict(widths)
    depths = _depths(room, short)
    grid = _untangled(_grid(depths), short)
    middles = _straightened(grid, short, room, space.beside)
    left = min((middles[each] - room[each] / 2 for each in room), default=0)
    right = max((middles[each] + room[each] / 2 for each in room), default=0)
    step = space.height + space.below
    centres = {
        each: (round(middles[each] - left, 1), round(row * step + space.height / 2, 1))
        for row, layer in enumerate(grid)
        for each in layer
    }
    half = space.height / 2
    return Layout(
        round(right - left, 1),
        len(grid) * step - space.below if grid else 0,
        {each: centres[each] for each in widths},
        {edge: _route([centres[each] for each in chain], half) for edge, chain in chains.items()},
    )


def without_shortcuts(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """Return the transitive reduction of a graph: no edge that a longer path implies; sorted.

    Examples
    --------
    >>> without_shortcuts([("a", "b"), ("b", "c"), ("a", "c")])
    (('a', 'b'), ('b', 'c'))
    """
    below: dict[str, set[str]] = {}
    for above, under in edges:
        below.setdefault(above, set()).add(under)

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = list(below.get(start, ()))
        while waiting:
            here = waiting.pop()
            if here not in seen:
                seen.add(here)
                waiting.extend(below.get(here, ()))
        return seen

    further = {each: reached(each) for each in below}
    return tuple(
        sorted(
            (above, under)
            for above, unders in below.items()
            for under in unders
            if not any(under in further.get(other, ()) for other in unders)
        )
    )


def _depths(boxes: Iterable[str], edges: Sequence[Edge]) -> dict[str, int]:
    """Return how many layers each box is above the last layer."""
    below: dict[str, list[str]] = {each: [] for each in boxes}
    for above, under in edges:
        below[above].append(under)
    depths: dict[str, int] = {}

    def depth(box: str) -> int:
        if box not in depths:
            depths[box] = 1 + max(map(depth, below[box]), default=-1)
        return depths[box]

    return {each: depth(each) for each in below}


def _chains(boxes: Iterable[str], edges: Sequence[Edge]) -> dict[Edge, tuple[str, ...]]:
    """Return each edge as a chain of boxes, with a bend in every layer that it passes through."""
    depths = _depths(boxes, edges)
    chains = {}
    for above, under in edges:
        between = range(depths[above] - 1, depths[under], -1)
        bends = [f"{above}→{under} {depth}" for depth in between]
        chains[above, under] = (above, *bends, under)
    return chains


def _grid(depths: Mapping[str, int]) -> Grid:
    grid: Grid = [[] for _ in range(max(depths.values(), default=-1) + 1)]
    for each in sorted(depths):
        grid[len(grid) - 1 - depths[each]].append(each)
    return grid


def _neighbours(edges: Iterable[Edge]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return the boxes above and below each box."""
    up: dict[str, list[str]] = {}
    down: dict[str, list[str]] = {}
    for above, under in edges:
        up.setdefault(under, []).append(above)
        down.setdefault(above, []).append(under)
    return up, down


def _untangled(grid: Grid, edges: Sequence[Edge]) -> Grid:
    """Return the layers sorted to reduce the number of crossing arrows."""
    up, down = _neighbours(edges)
    best, fewest = grid, _crossings(grid, down)
    for sweep in range(SWEEPS):
        falling = sweep % 2 == 0
        grid = [list(layer) for layer in grid]
        beside = up if falling else down
        rows = range(1, len(grid)) if falling else range(len(grid) - 2, -1, -1)
        for row in rows:
            settled = grid[row - 1 if falling else row + 1]
            place = {each: at for at, each in enumerate(settled)}
            own = {each: at for at, each in enumerate(grid[row])}
            grid[row].sort(key=lambda each: _wish(each, beside, place, own))
        crossed = _crossings(grid, down)
        if crossed < fewest:
            best, fewest = grid, crossed
    return best


def _wish(
    box: str, beside: Mapping[str, list[str]], place: Mapping[str, int], own: Mapping[str, int]
) -> float:
    known = [place[each] for each in beside.get(box, ()) if each in place]
    return median(known) if known else own[box]


def _crossings(grid: Grid, down: Mapping[str, list[str]]) -> int:
    count = 0
    for layer, under in pairwise(grid):
        place = {each: at for at, each in enumerate(under)}
        ends: list[int] = []
        for each in layer:
            new = [place[other] for other in down.get(each, ())]
            count += sum(end < old for end in new for old in ends)
            ends += new
    return count


def _straightened(
    grid: Grid, edges: Sequence[Edge], room: Mapping[str, float], gap: float
) -> dict[str, float]:
    """Return the horizontal centre of each box: close to its neighbours, without overlaps."""
    up, down = _neighbours(edges)
    middles: dict[str, float] = {}
    for layer in grid:
        middles |= _spread(layer, [0.0] * len(layer), room, gap)
    for sweep in range(SWEEPS):
        falling = sweep % 2 == 0
        beside = up if falling else down
        for layer in grid if falling else reversed(grid):
            wishes = [
                sum(known) / len(known)
                if (known := [middles[other] for other in beside.get(each, ())])
                else middles[each]
                for each in layer
            ]
            middles |= _spread(layer, wishes, room, gap)
    return middles


def _spread(
    layer: Sequence[str], wishes: Sequence[float], room: Mapping[str, float], gap: float
) -> dict[str, float]:
    """Return positions as close to those wished for as order and widths allow.

    Isotonic least squares, by pooling adjacent boxes that would overlap.
    """
    offsets = [0.0]
    for one, other in pairwise(layer):
        offsets.append(offsets[-1] + (room[one] + room[other]) / 2 + gap)
    pools: list[tuple[float, int]] = []  # sum and number of the pooled wishes
    for wish, offset in zip(wishes, offsets, strict=False):
        total, count = wish - offset, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            total, count = total + pools[-1][0], count + pools[-1][1]
            pools.pop()
        pools.append((total, count))
    starts = [total / count for total, count in pools for _ in range(count)]
    return {
        each: start + offset for each, start, offset in zip(layer, starts, offsets, strict=False)
    }


def _route(centres: Sequence[Point], half: float) -> tuple[Point, ...]:
    """Return an arrow's points; it is vertical where it passes a layer, to clear the boxes."""
    (x, y), *bends, (to_x, to_y) = centres
    passing = [point for bx, by in bends for point in ((bx, by - half), (bx, by + half))]
    return ((x, y + half), *passing, (to_x, to_y - half))
