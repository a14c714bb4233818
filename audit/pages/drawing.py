"""The lineage of an exhibit, drawn: an SVG that reads as text to who cannot see it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from audit.pages.layered import Spacing, lay_out, without_shortcuts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from audit.pages.layered import Layout, Point
    from audit.pages.lineage_graph import LineageGraph, Step

NAME_WIDTH, PLACE_WIDTH = 7.3, 6.1
"""Pixels that one sign takes, of a box's first and second line."""
PADDING, MARGIN = 20, 6
SMALLEST = 0.8
"""The share of its size to which the drawing shrinks before it scrolls."""
SPACING = Spacing()


def draw(graph: LineageGraph, link: Callable[[str], str]) -> str:
    """Return the lineage as inline SVG.

    Parameters
    ----------
    link
        The address of a box's code or file; empty for none.
    """
    widths = {name: _width(step) for name, step in graph.steps.items()}
    layout = lay_out(widths, without_shortcuts(graph.edges), SPACING)
    return "\n".join(_svg(graph, layout, widths, link))


def _svg(
    graph: LineageGraph, layout: Layout, widths: dict[str, float], link: Callable[[str], str]
) -> Iterator[str]:
    width, height = layout.width + 2 * MARGIN, layout.height + 2 * MARGIN
    files = sum(step.kind == "file" for step in graph.steps.values())
    yield (
        f'<svg class="lineage" role="group" aria-labelledby="lineage-title lineage-desc" '
        f'style="max-width: {width:.0f}px; min-width: {SMALLEST * width:.0f}px" '
        f'viewBox="{-MARGIN} {-MARGIN} {width:.0f} {height:.0f}" xmlns="http://www.w3.org/2000/svg">'
    )
    yield f'<title id="lineage-title">From data to {escape(graph.target)}</title>'
    yield (
        f'<desc id="lineage-desc">A graph of {len(graph.steps)} boxes joined by arrows from top '
        f"to bottom: {files} data files, settings of the study and functions, and last "
        f"{escape(graph.target)}. The list below says the same in words.</desc>"
    )
    yield (
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0.8 L7.5 4 L0 7.2 z"/></marker></defs>'
    )
    yield '<g class="arrows" aria-hidden="true">'
    yield from (f'<path d="{_curve(route)}"/>' for route in layout.routes.values())
    yield "</g>"
    for name, step in graph.steps.items():
        yield _box(step, layout.centres[name], widths[name], link(name))
    yield "</svg>"


def _width(step: Step) -> float:
    return round(max(len(step.name) * NAME_WIDTH, len(step.place) * PLACE_WIDTH)) + PADDING


def _box(step: Step, centre: Point, width: float, address: str) -> str:
    x, y = centre
    left, top, height = x - width / 2, y - SPACING.height / 2, SPACING.height
    shape = (
        _sheet(left, top, width, height)
        if step.kind == "file"
        else f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.0f}" height="{height:.0f}" '
        f'rx="{height / 2 if step.kind == "setting" else 5:.0f}"/>'
    )
    words = (
        f'<text x="{x:.1f}" y="{y - 3:.1f}" class="name">{escape(step.name)}</text>'
        f'<text x="{x:.1f}" y="{y + 13:.1f}" class="place">{escape(step.place)}</text>'
    )
    group = f'<g class="box {step.kind}">{shape}{words}</g>'
    return f'<a href="{escape(address)}">{group}</a>' if address else group


def _sheet(left: float, top: float, width: float, height: float) -> str:
    """Return the outline of a sheet of paper with a corner turned down."""
    right, bottom, fold = left + width, top + height, 9
    return (
        f'<path d="M{left:.1f} {top:.1f}H{right - fold:.1f}L{right:.1f} {top + fold:.1f}'
        f"V{bottom:.1f}H{left:.1f}ZM{right - fold:.1f} {top:.1f}V{top + fold:.1f}"
        f'H{right:.1f}"/>'
    )


def _curve(points: Sequence[Point]) -> str:
    """Return a smooth line through points, upright at each."""
    (x, y), *rest = points
    parts = [f"M{x:.1f} {y:.1f}"]
    for to_x, to_y in rest:
        half = (y + to_y) / 2
        parts.append(f"C{x:.1f} {half:.1f} {to_x:.1f} {half:.1f} {to_x:.1f} {to_y:.1f}")
        x, y = to_x, to_y
    return "".join(parts)
