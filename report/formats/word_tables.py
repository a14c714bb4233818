"""The columns of a table in Word, as wide as what they contain asks, so that no word is broken."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from analysis.exhibits.parts.design import SIZES
from report.formats.type_width import width, words
from report.formats.word_parts import MATH, W, children, run_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

CELL_MARGIN = 3.5
"""Space at the left and at the right of what a cell contains, in points."""
_SPARE = 1.5
"""Room that a column has beyond its words, since another program may measure them otherwise."""
_MATH = 0.9
"""Width of a formula, by that of its characters in Arial."""


def fit_columns(table: Any, room: float) -> list[float]:
    """Set the width of each column of a table, which fills the page, and return them in points.

    Parameters
    ----------
    table
        Element of a Word document; changed in place.
    room
        Width of the text on a page, in points.
    """
    rows = _measured_rows(table)
    needed, wanted = _needs(rows, len(table.find(W + "tblGrid")))
    found = min(
        (shared(needed, wanted, room, power) for power in _POWERS),
        key=lambda widths: _height(rows, widths),
    )
    twips = [round(20 * each) for each in found]
    properties = table.find(W + "tblPr")
    for name in ("tblW", "tblLayout", "jc"):
        for old in children(properties, name):
            properties.remove(old)
    style = properties.find(W + "tblStyle")
    at = 0 if style is None else list(properties).index(style) + 1
    properties.insert(at, _made("tblW", type="dxa", w=str(sum(twips))))
    look = properties.find(W + "tblLook")
    end = len(properties) if look is None else list(properties).index(look)
    properties.insert(end, _made("tblLayout", type="fixed"))
    grid = table.find(W + "tblGrid")
    for old in list(grid):
        grid.remove(old)
    grid.extend(_made("gridCol", w=str(each)) for each in twips)
    for row in children(table, "tr"):
        for cell, first, spanned in cells(row):
            own = cell.find(W + "tcPr")
            for old in children(own, "tcW"):
                own.remove(old)
            own.insert(0, _made("tcW", type="dxa", w=str(sum(twips[first : first + spanned]))))
    return found


def shared(
    needed: Sequence[float], wanted: Sequence[float], room: float, power: float = 0.5
) -> list[float]:
    """Return the widths of columns that together fill a page.

    Each has at least what its longest word needs, and at most what its longest line wants, until
    no column wants more. Those that want little have it; those of much text share what is left by
    a power of their wants.

    Examples
    --------
    >>> shared([20, 50], [30, 70], 200)
    [60.0, 140.0]
    >>> [round(each) for each in shared([20, 50, 50], [30, 400, 1600], 300)]
    [30, 90, 180]
    >>> shared([30, 90], [40, 100], 60)
    [15.0, 45.0]
    """
    if sum(wanted) <= room:
        return [each * room / sum(wanted) for each in wanted]
    if sum(needed) >= room:
        return [each * room / sum(needed) for each in needed]

    small = room / (2 * len(wanted))
    eased = [most if most <= small else least for least, most in zip(needed, wanted, strict=True)]
    if sum(eased) < room:
        needed = eased

    def widths(level: float) -> list[float]:
        return [
            max(least, min(most, level * most**power))
            for least, most in zip(needed, wanted, strict=True)
        ]

    low, high = 0.0, room + 1
    for _ in range(60):
        level = (low + high) / 2
        low, high = (level, high) if sum(widths(level)) < room else (low, level)
    return widths(low)


def cells(row: Any) -> list[tuple[Any, int, int]]:
    """Return the cells of a row, each with its first column and how many it spans."""
    out, at = [], 0
    for cell in children(row, "tc"):
        span = cell.find(f"{W}tcPr/{W}gridSpan")
        spanned = 1 if span is None else int(span.get(W + "val"))
        out.append((cell, at, spanned))
        at += spanned
    return out


def is_heading(row: Any) -> bool:
    """Return whether a row repeats at the top of each page."""
    return row.find(f"{W}trPr/{W}tblHeader") is not None


_POWERS = (0.5, 0.0, 0.25, 0.75, 1.0)
"""Ways to share a page's width; of those the one is taken that makes the table least high."""
_AROUND = 2 * CELL_MARGIN + _SPARE


def _measured_rows(table: Any) -> list[tuple[bool, list[tuple[int, float, float]]]]:
    """Return for each row whether it is of headings, and column, line and longest word of cells."""
    out = []
    for row in children(table, "tr"):
        bold = is_heading(row)
        found = [
            (column, *_measured(paragraph, bold=bold))
            for cell, column, spanned in cells(row)
            if spanned == 1
            for paragraph in children(cell, "p")
        ]
        out.append((bold, found))
    return out


def _needs(
    rows: Sequence[tuple[bool, list[tuple[int, float, float]]]], count: int
) -> tuple[list[float], list[float]]:
    """Return the width of the longest word and of the longest line of each column.

    A heading may take two lines.
    """
    needed, wanted = [_AROUND] * count, [_AROUND] * count
    for heading, found in rows:
        for column, line, longest in found:
            wish = max(longest, 0.6 * line) if heading else line
            needed[column] = max(needed[column], longest + _AROUND)
            wanted[column] = max(wanted[column], wish + _AROUND)
    return needed, wanted


def _height(
    rows: Sequence[tuple[bool, list[tuple[int, float, float]]]], widths: Sequence[float]
) -> int:
    """Return about how many lines a table takes."""
    total = 0
    for _, found in rows:
        high: dict[int, int] = {}
        for column, line, _ in found:
            count = max(1, ceil(line / (widths[column] - _AROUND)))
            high[column] = high.get(column, 0) + count
        total += max(high.values(), default=1)
    return total


def _measured(paragraph: Any, *, bold: bool) -> tuple[float, float]:
    """Return the width of a paragraph on one line, and of its longest word."""
    points = SIZES["table"]
    line = longest = word = 0.0
    for text, style in run_texts(paragraph):
        scale = _MATH if style == MATH else 1
        for piece in [text] if style == MATH else words(text):
            heavy = bold or style == "bold"
            wide = scale * width(piece, points, bold=heavy, code=style == "code")
            line += wide
            word += scale * width(piece.rstrip(" "), points, bold=heavy, code=style == "code")
            longest = max(longest, word)
            if piece.endswith((" ", "-")):
                word = 0.0
    return line, longest


def _made(name: str, **values: str) -> Any:
    from lxml import etree

    return etree.Element(W + name, {W + key: value for key, value in values.items()})
