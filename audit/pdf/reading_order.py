"""Check that text stands on the page in the order in which its tags read it.

Numbers are compared with the ledger by their tags. A number of one row that is drawn in another,
or two numbers of a sentence that have changed places, would be right for the tags and wrong for
the reader.
"""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from audit.pdf.text_layer import LINE_STEP

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.pdf.content_stream import Run
    from audit.pdf.text_layer import Block, TextLayer

_CELLS = ("TD", "TH")
_NEAR = 0.5
"""Rounding of positions, in points."""
_RAISED = 8.0
"""Highest that a superscript stands above its line, in points; lines are further apart."""


def layout_faults(layer: TextLayer, rows: Mapping[int, tuple[int, int]]) -> Iterator[str]:
    """Yield, in words, each place where the tags read in another order than readers do.

    Parameters
    ----------
    layer
        The text of a PDF.
    rows
        The table and row of each cell, by their numbers in the tag tree.
    """
    blocks = [each for each in layer.blocks if each.element.number > 0]
    for block in blocks:
        if not block.within("Formula"):
            yield from _of_block(block)
    blocks = [each for each in blocks if not each.within("Caption")]
    # Floats may be elsewhere, but what follows a table follows it on the page.
    for block, after in pairwise(blocks):
        if block.role in _CELLS and after.role not in _CELLS:
            yield from _of_order(block, after)
    for block, after in pairwise(each for each in blocks if each.element.roles[0] != "Div"):
        if block.role not in _CELLS:
            yield from _of_order(block, after)
    cells = [each for each in blocks if each.element.number in rows]
    by_row = [
        (place, list(each))
        for place, each in groupby(cells, key=lambda cell: rows[cell.element.number])
    ]
    for _, row in by_row:
        yield from _of_row(row)
    for ((table, _), above), ((other, _), below) in pairwise(by_row):
        if table == other:
            yield from _of_rows(above, below)


def _of_block(block: Block) -> Iterator[str]:
    """Yield where a later line stands above an earlier one, or later text of a line before it."""
    plain = [run for run in block.runs if "Formula" not in run.inline and run.text.strip()]
    for one, other in pairwise(plain):
        if one.page != other.page:
            continue
        same = abs(one.height - other.height) <= LINE_STEP
        if (same and other.left < one.left - _NEAR) or other.height > one.height + _RAISED:
            yield _fault(other)


def _of_order(block: Block, after: Block) -> Iterator[str]:
    last, first = block.runs[-1], after.runs[0]
    if last.page == first.page and first.height > last.height + _RAISED:
        yield _fault(first)


def _of_row(row: list[Block]) -> Iterator[str]:
    for one, other in pairwise(row):
        first, second = one.runs[0], other.runs[0]
        if first.page == second.page and second.left <= first.left:
            yield _fault(second)


def _of_rows(above: list[Block], below: list[Block]) -> Iterator[str]:
    """Yield where a cell of a row is not below the first line of every cell of the row before."""
    upper = [cell.runs[0] for cell in above]
    for cell in below:
        first = cell.runs[0]
        if any(each.page == first.page and first.height >= each.height - _NEAR for each in upper):
            yield _fault(first)


def _fault(run: Run) -> str:
    said = run.text.strip()[:40]
    return f"page {run.page}: “{said}” stands elsewhere on the page than its tag says"
