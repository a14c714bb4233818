"""Row and column headings of tables for assistive technology, in HTML and in a PDF's tags.

Neither engine can be given row headings: Markdown has no syntax for them, and Typst offers
them only behind a feature flag that its Python binding does not reach. Column headings lack
their scope only in Quarto's HTML.
"""

from __future__ import annotations

import re
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from audit.pdf.exhibit_locations import exhibit_locations
from audit.pdf.tag_tree import is_dictionary, kids, read_tags
from audit.pdf.text_layer import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from audit.pdf.tag_tree import TagTree
    from audit.pdf.text_layer import TextLayer

_PARTS = re.compile(
    r'(?P<body><tbody\b[^>]*>.*?</tbody>)|<div class="provenance" data-exhibit="(?P<name>\w+)">',
    re.DOTALL,
)
_HEAD = re.compile(r"<thead\b.*?</thead>", re.DOTALL)
_BARE = re.compile(r"<th\b(?![^>]*\bscope=)")
_ROW = re.compile(r"<tr\b[^>]*>.*?</tr>", re.DOTALL)
_FIRST = re.compile(r'<th scope="row"[^>]*>((?:(?!</th>).)+)</th>', re.DOTALL)
_CELL_ENDS = re.compile(r"</t[hd]>")
_FEWEST_COLUMNS = 3
"""Groups are shown in tables this wide, if at least a third of rows repeat the one above."""
_CELL = re.compile(r"<td\b([^>]*)>(.*?)</td>", re.DOTALL)


def with_row_headings(page: str, counts: Mapping[str, int]) -> str:
    """Return a page of the book in which the table of each exhibit has row headings.

    Parameters
    ----------
    page
        HTML made by either engine.
    counts
        Number of columns that are row headings, by name of the exhibit under the table.
    """
    edits: list[tuple[int, int, str]] = []
    body: re.Match[str] | None = None
    for part in _PARTS.finditer(page):
        if part["body"] is not None:
            body = part
            continue
        count = counts.get(part["name"], 0)
        if body is not None and count:
            edits.append((*body.span(), _with_groups(_ROW.sub(partial(_headed, count), body[0]))))
        body = None  # a figure's line must not be taken for that of the table before it
    for start, end, text in reversed(edits):
        page = page[:start] + text + page[end:]
    return page


def _with_groups(body: str) -> str:
    """Return the rows of a table, with a class on headings that repeat the row above.

    Screen readers still read it; on screen and in print each group is named only once.
    """
    first = [found[1] for row in _ROW.findall(body) if (found := _FIRST.search(row))]
    again = sum(one == before for before, one in pairwise(first))
    wide = any(len(_CELL_ENDS.findall(row)) >= _FEWEST_COLUMNS for row in _ROW.findall(body)[:1])
    if not wide or again * _FEWEST_COLUMNS < len(first):
        return body
    above: list[str] = []

    def marked(row: re.Match[str]) -> str:
        found = _FIRST.search(row[0])
        repeats = found is not None and above[-1:] == [found[1]]
        above.append(found[1] if found else "")
        return (
            _FIRST.sub(r'<th class="again" scope="row"><span>\1</span></th>', row[0], count=1)
            if repeats
            else row[0]
        )

    return _ROW.sub(marked, body)


def with_column_headings(page: str) -> str:
    """Return a page whose column headings have their scope, which Quarto's lack.

    Examples
    --------
    >>> with_column_headings("<thead><tr><th>Pilot</th></tr></thead>")
    '<thead><tr><th scope="col">Pilot</th></tr></thead>'
    """
    return _HEAD.sub(lambda head: _BARE.sub('<th scope="col"', head[0]), page)


def _headed(count: int, row: re.Match[str]) -> str:
    return _CELL.sub(r'<th scope="row"\1>\2</th>', row[0], count=count)


def tag_row_headings(path: Path, counts: Mapping[str, int]) -> TextLayer:
    """Tag the row headings of a PDF's exhibits, in place; return its text.

    Parameters
    ----------
    path
        The PDF, not yet sealed.
    counts
        Number of columns that are row headings, by short reference under the table.
    """
    import pikepdf

    from audit.pdf.writing import replace, unsettled

    with pikepdf.open(path) as pdf:
        tags = read_tags(pdf)
        layer = read_text(pdf, tags)
        cells = list(_heading_cells(tags, layer, counts))
        if not cells:
            return layer
        for cell in cells:
            _make_heading(cell)
        # The drawing is unchanged: only the roles of its blocks are different.
        layer = layer.tagged(read_tags(pdf).placed)
        whole = unsettled(pdf)
    replace(path, whole)
    return layer


def _make_heading(cell: Any) -> None:
    """Make a cell the heading of its row, and keep its other attributes."""
    import pikepdf

    cell.S = pikepdf.Name.TH
    given = cell.get("/A", [])
    told = [given] if is_dictionary(given) else list(given)
    of_table = next((each for each in told if each.get("/O") == pikepdf.Name.Table), None)
    if of_table is None:
        of_table = pikepdf.Dictionary(O=pikepdf.Name.Table)
        told.append(of_table)
    of_table.Scope = pikepdf.Name.Row
    cell.A = pikepdf.Array(told)


def _heading_cells(tags: TagTree, layer: TextLayer, counts: Mapping[str, int]) -> Iterator[Any]:
    nodes = tags.nodes
    tables = [number for number, node in nodes.items() if _is(node, "Table")]
    for place in exhibit_locations(layer):
        if place.cells and counts.get(place.reference):
            first = place.cells[0].element.number
            table = nodes[max(number for number in tables if number < first)]
            for part in kids(table):
                for row in kids(part) if _is(part, "TBody") else ():
                    first_cells = kids(row)[: counts[place.reference]]
                    yield from (cell for cell in first_cells if _is(cell, "TD"))


def _is(node: Any, role: str) -> bool:
    return is_dictionary(node) and str(node.get("/S", "")) == f"/{role}"
