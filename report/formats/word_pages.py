"""The page of each heading of a Word document, for its contents list.

Word numbers the pages when it lays a document out, and shows in a contents list what the file says
until a reader updates it. So the file is laid out here, with the measures of Arial: paragraphs are
filled word by word, rows are as high as their highest cell, and what is kept together moves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from report.formats.type_width import lines, width, words
from report.formats.word_parts import DRAWN, MATH, MATHS, W, children, run_texts, style_of
from report.formats.word_tables import CELL_MARGIN, cells, is_heading

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_LINE = 1.149
"""Height of a line of Arial, by its size."""
_EMU = 12700
"""Units of a drawing in a point."""
_FORMULA = 2.4
"""Height of a formula on lines of its own, by the size of its type."""
_ROW_EDGES = 4.5
"""Margins above and below a cell, and the rule below it, in points."""
_TABLE_EDGE = 1.1
"""The rule above a table, and that below it."""
_LIST_STEP = 36.0
"""Indent of each level of a list."""


@dataclass(frozen=True)
class Style:
    """What of a paragraph's style decides how high it is, in points."""

    size: float = 12.0
    bold: bool = False
    before: float = 0.0
    after: float = 10.0
    left: float = 0.0
    keep: bool = False
    whole: bool = False
    new_page: bool = False
    edge: float = 0.0


@dataclass
class Block:
    """Part of the flow: heights of its lines, or of the rows of a table."""

    heights: list[float]
    before: float = 0.0
    after: float = 0.0
    keep: bool = False
    whole: bool = True
    new_page: bool = False
    heads: float = 0.0
    names: list[str] = field(default_factory=list)
    kept_rows: set[int] = field(default_factory=set)
    row_below: bool = False
    """Whether the last row of a long table is kept with what is below it."""


def pages_of_bookmarks(document: Any, styles: str, room: tuple[float, float]) -> dict[str, int]:
    """Return the page on which each bookmark of a document lies.

    Parameters
    ----------
    document
        Its text as a tree.
    styles
        Its styles, as XML.
    room
        Width and height of the text on a page, in points.
    """
    known = style_measures(styles)
    return paged(list(_blocks(document, known, room[0])), room[1])


def paged(blocks: Sequence[Block], height: float) -> dict[str, int]:
    """Return the page of each name, where blocks follow one another on pages of a height.

    Examples
    --------
    >>> text = Block([10.0] * 9, whole=False)
    >>> heading = Block([10.0], keep=True, names=["next"])
    >>> paged([text, heading, Block([10.0] * 4, whole=False)], 100)
    {'next': 2}
    >>> paged([text, heading], 100)
    {'next': 1}
    """
    page, used, space, out = 1, 0.0, 0.0, {}
    for at, block in enumerate(blocks):
        if block.new_page and used:
            page, used = page + 1, 0.0
        # Of the spaces below one paragraph and above the next, Word keeps the larger.
        above = max(space, block.before) if used else 0.0
        # A chain of what is kept with what follows moves as one, where it fits on a page.
        starts = at == 0 or not blocks[at - 1].keep
        need = _chain(blocks, at) if starts else 0.0
        if used and used + above + need > height and need <= height:
            page, used, above = page + 1, 0.0, 0.0
        first = True
        parts = list(_parts(block))
        if block.row_below and parts and at + 1 < len(blocks):
            part, kept = parts[-1]
            below = max(block.after, blocks[at + 1].before) + _chain(blocks, at + 1)
            parts[-1] = part, kept + below
        for part, kept in parts:
            over = used + above + part + kept > height + _TOLERANCE
            if used and over and (starts or not first):
                page, used, above = page + 1, 0.0 if first else block.heads, 0.0
            if first:
                out.update(dict.fromkeys(block.names, page))
            used += above + part
            first, above = False, 0.0
        if first:
            out.update(dict.fromkeys(block.names, page))
        space = block.after
    return out


_TOLERANCE = 0.5
"""Points by which a line may exceed a page, since heights are rounded by Word."""


def _chain(blocks: Sequence[Block], at: int) -> float:
    """Return the height of a block and of what must follow it on its page."""
    total = space = 0.0
    for index, block in enumerate(blocks[at:]):
        total += max(space, block.before) if index else 0.0
        if not block.keep:
            (part, kept), *_ = [*_parts(block), (0.0, 0.0)]
            return total + part + kept
        total += sum(block.heights)
        space = block.after
    return total


def _parts(block: Block) -> Iterator[tuple[float, float]]:
    """Yield what of a block can't be split, with the height of what must follow it at once."""
    heights = block.heights
    if block.heads or block.kept_rows:
        for at, row in enumerate(heights):
            kept, after = 0.0, at
            while after in block.kept_rows and after + 1 < len(heights):
                after += 1
                kept += heights[after]
            yield row, kept
        return
    if block.whole or len(heights) < 4:
        if heights:
            yield sum(heights), 0.0
        return
    # No single line of a paragraph stands alone on a page.
    yield sum(heights[:2]), 0.0
    for line in heights[2:-2]:
        yield line, 0.0
    yield sum(heights[-2:]), 0.0


def _blocks(document: Any, known: Mapping[str, Style], room: float) -> Iterator[Block]:
    names: list[str] = []
    for node in _flow(document.find(W + "body")):
        if node.tag == W + "bookmarkStart":
            names.append(node.get(W + "name"))
            continue
        block = (
            _table(node, known) if node.tag == W + "tbl" else _paragraph(node, known, room)
        )  # fmt: skip
        inner = [each.get(W + "name") for each in node.iter(W + "bookmarkStart")]
        block.names, names = [*names, *inner], []
        yield block


def _flow(parent: Any) -> Iterator[Any]:
    for node in parent:
        if node.tag == W + "sdt":
            yield from _flow(node.find(W + "sdtContent"))
        elif node.tag in (W + "p", W + "tbl", W + "bookmarkStart"):
            yield node


def _paragraph(paragraph: Any, known: Mapping[str, Style], room: float) -> Block:
    style = known.get(style_of(paragraph), known["Normal"])
    own = paragraph.find(W + "pPr")
    if (level := paragraph.find(f"{W}pPr/{W}numPr/{W}ilvl")) is not None:
        style = replace(style, left=_LIST_STEP * (1 + int(level.get(W + "val"))))
    if (place := paragraph.find(f"{W}pPr/{W}ind")) is not None and place.get(W + "left"):
        style = replace(style, left=int(place.get(W + "left")) / 20)
    kept = None if own is None else own.find(W + "keepNext")
    keep = style.keep if kept is None else kept.get(W + "val") not in ("0", "false")
    heights = _line_heights(paragraph, style, room - style.left)
    heights[0] += style.edge
    return Block(heights, style.before, style.after, keep, style.whole, style.new_page)


def _line_heights(paragraph: Any, style: Style, room: float) -> list[float]:
    """Return the height of each line of a paragraph."""
    line = _LINE * style.size
    drawn = [int(each.get("cy")) / _EMU for each in paragraph.iter(DRAWN + "extent")]
    if drawn:
        return [max(*drawn, line) + 0.22 * style.size]
    formulas = len(list(paragraph.iter(MATHS + "oMathPara")))
    pieces = [
        (word, width(word, style.size, bold=style.bold or kind == "bold", code=kind == "code"))
        for text, kind in run_texts(paragraph)
        if not (formulas and kind == MATH)
        for word in words(text)
    ]
    count = lines(_joined(pieces), room) if pieces else 1 - bool(formulas)
    return [line] * count + [_FORMULA * style.size] * formulas


def _joined(pieces: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Return words with those parts joined between which no line can end."""
    out: list[tuple[str, float]] = []
    for word, wide in pieces:
        if out and not out[-1][0].endswith((" ", "-")):
            out[-1] = (out[-1][0] + word, out[-1][1] + wide)
        else:
            out.append((word, wide))
    return out


def _table(table: Any, known: Mapping[str, Style]) -> Block:
    grid = [int(each.get(W + "w")) / 20 for each in table.find(W + "tblGrid")]
    heights, heads, kept = [], 0.0, set()
    for at, row in enumerate(children(table, "tr")):
        highest = 0.0
        for cell, first, spanned in cells(row):
            inside = sum(grid[first : first + spanned]) - 2 * CELL_MARGIN
            high = 0.0
            for paragraph in children(cell, "p"):
                part = _paragraph(paragraph, known, inside)
                high += part.before + sum(part.heights) + part.after
                if part.keep:
                    kept.add(at)
            highest = max(highest, high)
        heights.append(highest + _ROW_EDGES)
        heads += heights[-1] if is_heading(row) else 0.0
    last = len(heights) - 1
    heights[0] += _TABLE_EDGE
    heights[last] += _TABLE_EDGE
    small = len(kept) > last  # each of its rows is kept with the next
    return Block(
        heights, keep=small, heads=heads, kept_rows=kept - {last},
        row_below=last in kept and not small,
    )  # fmt: skip


def style_measures(styles: str) -> dict[str, Style]:
    """Return the measures of each paragraph style, with what it has of the one it rests on."""
    found = {
        re.findall(r'w:styleId="(\w+)"', each)[0]: each
        for each in re.findall(r"<w:style .*?</w:style>", styles, re.DOTALL)
        if 'w:type="paragraph"' in each.partition(">")[0]
    }
    default = re.findall(r"<w:docDefaults>.*?</w:docDefaults>", styles, re.DOTALL)
    base = _changed(Style(), default[0] if default else "")
    known: dict[str, Style] = {}

    def measure(name: str) -> Style:
        if name not in known:
            text = found.get(name, "")
            rests = re.findall(r'<w:basedOn w:val="(\w+)"', text)
            under = measure(rests[0]) if rests and rests[0] in found else base
            known[name] = _changed(under, text)
        return known[name]

    for name in found:
        measure(name)
    return {"Normal": base, **known}


def _changed(style: Style, text: str) -> Style:
    """Return a style with what a piece of XML says of it."""

    def value(pattern: str, per: float, otherwise: float) -> float:
        said = re.findall(pattern, text)
        return float(said[0]) / per if said else otherwise

    def flag(name: str, *, otherwise: bool) -> bool:
        said = re.findall(rf"<w:{name}(?: w:val=\"(\w+)\")? ?/>", text)
        return said[0] not in ("0", "false") if said else otherwise

    top = re.search(r"<w:pBdr>\s*<w:top\b[^>]*>", text)
    rule = dict(re.findall(r'w:(sz|space)="(\d+)"', top[0])) if top else {}
    return replace(
        style,
        size=value(r'<w:sz w:val="(\d+)"', 2, style.size),
        before=value(r'<w:spacing\b[^>]*w:before="(\d+)"', 20, style.before),
        after=value(r'<w:spacing\b[^>]*w:after="(\d+)"', 20, style.after),
        left=value(r'<w:ind\b[^>]*w:left="(\d+)"', 20, style.left),
        bold=flag("b", otherwise=style.bold),
        keep=flag("keepNext", otherwise=style.keep),
        whole=flag("keepLines", otherwise=style.whole),
        new_page=flag("pageBreakBefore", otherwise=style.new_page),
        edge=int(rule["sz"]) / 8 + int(rule["space"]) if rule else style.edge,
    )
