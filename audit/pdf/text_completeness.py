"""Check that all text of a PDF is in its text layer, in the order of the page.

Text can also be drawn by a form that a page uses, in an annotation over it, or in characters
without a mapping; and it can have different text for listening or copying. No engine does this.

Numbers are compared with the ledger by their tags. A number of one row that is drawn in another,
or two numbers of a sentence that have changed places, would be right for the tags and wrong for
the reader, so text must also be drawn in the order of its tags.
"""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from audit.limits import spend
from audit.pdf.content_stream import TEXT, UNKNOWN
from audit.pdf.tag_tree import is_dictionary
from audit.pdf.text_layer import LINE_STEP

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.pdf.content_stream import Run
    from audit.pdf.text_layer import Block, TextLayer

_DESCRIBED = ("/Figure", "/Formula")
"""Roles whose elements may have an alternative text."""
_FONTS = ("/Type0", "/CIDFontType0", "/CIDFontType2")


def text_faults(pdf: Any, layer: TextLayer) -> Iterator[str]:
    """Yield, in words, what readers see or hear that is not in the text layer.

    Parameters
    ----------
    pdf
        An open `pikepdf.Pdf`.
    layer
        Its text.
    """
    import pikepdf

    for page in range(1, len(layer.pages) + 1):
        if UNKNOWN in layer.page_text(page):
            yield f"page {page} has signs for which the file gives no text"
    for each in pdf.objects:
        spend()
        if isinstance(each, pikepdf.Stream):
            if _draws_apart(each) and _sets_text(each):
                yield f"text is drawn by object {each.objgen[0]}, which is not a page"
        elif is_dictionary(each):
            yield from _of_object(each)


def _of_object(each: Any) -> Iterator[str]:
    kind = str(each.get("/Subtype", ""))
    if "/S" in each and "/P" in each:
        role = str(each.S)
        if "/ActualText" in each or "/E" in each:
            yield f"other words are given for what an element of the role {role[1:]} prints"
        if "/Alt" in each and role not in _DESCRIBED:
            yield f"an alternative text is given for an element of the role {role[1:]}"
    elif "/Rect" in each and kind not in ("", "/Link"):
        yield f"something other than a link overlies a page: {kind}"
    elif str(each.get("/Type", "")) == "/Font" and kind not in _FONTS:
        yield f"a font is of a kind that no report has: {kind}"
    elif kind == "/Type0" and str(each.get("/Encoding", "")) != "/Identity-H":
        yield "a font has an encoding that no report has"


def _draws_apart(stream: Any) -> bool:
    return str(stream.get("/Subtype", "")) == "/Form" or "/PatternType" in stream


def _sets_text(stream: Any) -> bool:
    import pikepdf

    return any(True for _ in pikepdf.parse_content_stream(stream, " ".join(TEXT)))


_CELLS = ("TD", "TH")
_NEAR = 0.5
"""Rounding of positions, in points."""
_RAISED = 8.0
"""Highest that a superscript is above its line, in points; lines are further apart."""


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
    """Yield where a later line is above an earlier one, or later text of a line before it."""
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
