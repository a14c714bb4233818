"""Check that the words in a drawing are legible: their size, contrast, space and position.

The drawing itself is checked once it is laid out, since in a finished SVG letters are only
outlines.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from analysis.exhibits.parts.design import (
    LEAST_CONTRAST,
    LEAST_MARK_CONTRAST,
    SMALLEST_CHART_TEXT,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.figure import Figure as Drawing
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

WHITE = (1.0, 1.0, 1.0)
_SLACK = 1.0
"""Points by which words may overlap each other's boxes, which are a little too large."""


def faults(drawing: Drawing) -> list[str]:
    """Return the faults that make a drawing hard to read, each with the words or the mark.

    Parameters
    ----------
    drawing
        The drawing, laid out, as it is after it has been saved.
    """
    from matplotlib.backend_bases import RendererBase

    wide, high = drawing.bbox.width, drawing.bbox.height
    renderer = RendererBase()  # measures outlines, as SVG has them
    # Rotated or hidden words, and ticks beyond the axis, do not count.
    words = [each for each in _words(drawing) if not each.get_rotation() % 90]
    boxes = [(each, each.get_window_extent(renderer)) for each in words]
    areas = _areas(drawing)
    found = [_said(each, "is too small", f"{each.get_fontsize():g} pt") for each in words
             if float(each.get_fontsize()) < SMALLEST_CHART_TEXT]  # fmt: skip
    for each, box in boxes:
        ratio = contrast(_rgb(each), _ground(areas, box))
        if ratio < LEAST_CONTRAST:
            found.append(
                _said(each, "has too little contrast with its background", f"{ratio:.1f}:1")
            )
        if box.x0 < -_SLACK or box.x1 > wide + _SLACK or box.y0 < -_SLACK or box.y1 > high + _SLACK:
            found.append(_said(each, "reaches beyond the picture"))
    for (one, at), (other, beside) in combinations(boxes, 2):
        if _overlap(at, beside):
            found.append(_said(one, f"overlaps “{_short(other)}”"))
    return found + _faint_marks(drawing)


def _faint_marks(drawing: Drawing) -> list[str]:
    """Return the intervals and stems of a drawing that hardly stand out from white."""
    from matplotlib.collections import LineCollection
    from matplotlib.colors import to_hex

    found: dict[str, float] = {}
    for each in drawing.findobj(LineCollection):
        edges: Any = each.get_edgecolor()
        found |= {to_hex(edge): contrast(tuple(edge), WHITE) for edge in edges}
    return [
        f"lines in {colour} have too little contrast with their background ({ratio:.1f}:1)"
        for colour, ratio in sorted(found.items())
        if ratio < LEAST_MARK_CONTRAST
    ]


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2, relative luminance).

    Parameters
    ----------
    one, other
        Red, green and blue, from 0 to 1.

    Examples
    --------
    >>> round(contrast((0, 0, 0), (1, 1, 1)), 1)
    21.0
    """
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: tuple[float, ...]) -> float:
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _words(drawing: Drawing) -> Iterator[Text]:
    from matplotlib.text import Text

    outside = {
        label
        for axes in drawing.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())
        for label in (tick.label1, tick.label2)
        if not _within(tick.get_loc(), axis.get_view_interval()) or not axes.axison
    }
    for each in drawing.findobj(Text):
        if each.get_visible() and each.get_text().strip() and each not in outside:
            yield each


def _within(place: float, ends: tuple[float, float]) -> bool:
    low, high = sorted(ends)
    slack = 1e-9 * (high - low)
    return bool(low - slack <= place <= high + slack)


def _rgb(words: Text) -> tuple[float, ...]:
    from matplotlib.colors import to_rgb

    return to_rgb(words.get_color())


def _areas(drawing: Drawing) -> list[tuple[Bbox, tuple[float, ...]]]:
    """Return the filled areas of a drawing with their colours, in the order they are drawn."""
    from matplotlib.colors import to_rgba
    from matplotlib.patches import Patch

    return [
        (each.get_window_extent(), to_rgba(each.get_facecolor()))
        for axes in drawing.axes
        for each in sorted(axes.patches, key=Patch.get_zorder)
        if each.get_fill()
    ]


def _ground(areas: Sequence[tuple[Bbox, tuple[float, ...]]], box: Bbox) -> tuple[float, ...]:
    """Return the background colour at the middle of words: the last area drawn there, or white."""
    middle = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
    behind: tuple[float, ...] = WHITE
    for area, (*colour, alpha) in areas:
        if area.contains(*middle):
            behind = tuple(
                alpha * new + (1 - alpha) * old for new, old in zip(colour, behind, strict=True)
            )
    return behind


def _overlap(one: Bbox, other: Bbox) -> bool:
    wide = min(one.x1, other.x1) - max(one.x0, other.x0)
    high = min(one.y1, other.y1) - max(one.y0, other.y0)
    return bool(wide > _SLACK and high > _SLACK)


def _said(words: Text, what: str, measured: str = "") -> str:
    return f"“{_short(words)}” {what}" + (f" ({measured})" if measured else "")


def _short(words: Text) -> str:
    return " ".join(words.get_text().split())[:40]
