"""Tables that an author writes as HTML or as a list."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from press.blocks.raw_html import with_scripts, without_scripts
from press.document import tree
from press.document.pandoc import read
from press.document.tree import Node, Nodes
from press.errors import WrongAttributeError

TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL | re.IGNORECASE)
_OPTION = "html-table-processing"
UNTOUCHED = re.compile(
    rf"<!--\|\s*quarto-{_OPTION}:\s*none\s*-->"
    r"|data-quarto-disable-processing=[\"']?true"
)


def with_html_tables(blocks: Nodes) -> Nodes:
    """Convert HTML tables to `Table` nodes; the HTML around them remains HTML.

    All nodes made from one HTML block share the key `group`, so that a layout keeps them together.
    """
    groups = 0

    def visit(node: Node) -> Nodes | None:
        nonlocal groups
        if node["t"] != "RawBlock" or not node["c"][0].startswith("html") or "group" in node:
            return None
        code, scripts = without_scripts(node["c"][1])
        if not TABLE.search(code) or UNTOUCHED.search(code):
            return None
        groups += 1
        return [{**_with_own_scripts(part, scripts), "group": groups} for part in _parts(code)]

    return list(tree.walk(tree.walk(blocks, _untouched), visit))


def _with_own_scripts(part: Node, scripts: Sequence[str]) -> Node:
    if part["t"] != "RawBlock":
        return part
    return {**part, "c": [part["c"][0], with_scripts(part["c"][1], scripts)]}


def _untouched(node: Node) -> Node | None:
    """Mark the HTML in a div that switches off table processing."""
    if node["t"] != "Div" or tree.value(node, _OPTION) is None:
        return None
    attr, content = node["c"]
    if tree.value(node, _OPTION) == "none":
        content = tree.walk(
            content, lambda raw: {**raw, "group": 0} if raw["t"] == "RawBlock" else None
        )
    return {"t": "Div", "c": [tree.without(attr, _OPTION), content]}


def _parts(code: str) -> Nodes:
    """Split HTML into tables and the HTML between them."""
    out: Nodes = []
    at = 0
    for found in TABLE.finditer(code):
        between = code[at : found.start()].strip()
        out += [tree.raw("html", between)] if between else []
        out += [{**table, "html": True} for table in read(found[0], "html")["blocks"]]
        at = found.end()
    after = code[at:].strip()
    return out + ([tree.raw("html", after)] if after else [])


def with_column_widths(content: Nodes, widths: str) -> Nodes:
    """Give tables the column widths of the surrounding cell or div."""

    def visit(node: Node) -> Node | None:
        if node["t"] != "Table" or node.get("html") or tree.value(node, "tbl-colwidths"):
            return None
        (name, marks, pairs), *rest = node["c"]
        return {**node, "c": [[name, marks, [*pairs, ["tbl-colwidths", widths]]], *rest]}

    return list(tree.walk(content, visit))


def with_widths(node: Node, options: Mapping[str, Any] | None = None) -> Node | None:
    """Apply the column widths from `tbl-colwidths` to a table; return None if there are none.

    Parameters
    ----------
    node
        The table, which may have the attribute itself.
    options
        The options of the chapter or project, which apply to Markdown tables only.
    """
    attr, caption, columns, *rest = node["c"]
    given: Any = dict(attr[2]).get("tbl-colwidths")
    if given is None and not node.get("html"):
        given = (options or {}).get("tbl-colwidths")
    if given is None or str(given).lower() in ("true", "auto"):
        return None
    widths = _widths(given, len(columns))
    columns = [[align, width] for (align, _), width in zip(columns, widths, strict=True)]
    return {"t": "Table", "c": [tree.without(attr, "tbl-colwidths"), caption, columns, *rest]}


def _widths(given: Any, count: int) -> list[Node]:
    """Return the width of each column; the last one given applies to any further columns."""
    numbers = [float(number) for number in re.findall(r"[\d.]+", str(given))]
    if not numbers:
        return [{"t": "ColWidthDefault"}] * count
    numbers = [*numbers, *[numbers[-1]] * count][:count]
    total = sum(numbers) if sum(numbers) > 100 else 100.0
    return [{"t": "ColWidth", "c": number / total} for number in numbers]


_ALIGNMENTS = {
    "d": "AlignDefault",
    "l": "AlignLeft",
    "r": "AlignRight",
    "c": "AlignCenter",
}
_OWN = ("header-rows", "header-cols", "aligns", "widths")


def with_list_tables(blocks: Nodes) -> Nodes:
    """Convert list tables to `Table` nodes.

    A paragraph before or after the list is the caption. An empty span at the start of a cell
    sets its `colspan`, `rowspan` and `align`; one before a row sets the row's attributes.
    """

    def visit(node: Node) -> Node | None:
        if not tree.has_class(node, "list-table"):
            return None
        content = node["c"][1]
        lists = [block for block in content if block["t"] == "BulletList"]
        captions = [block for block in content if block["t"] == "Para"]
        if len(lists) != 1 or len(lists) + len(captions) != len(content):
            return None
        return _table(node, lists[0]["c"], captions[-1:])

    return list(tree.walk(blocks, visit))


def _table(node: Node, items: list[Nodes], captions: Nodes) -> Node | None:
    rows = [_row(item) for item in items]
    if not rows or None in rows:
        return None
    given = dict(tree.attr(node)[2])
    columns = sum(cell[3] for cell in rows[0][1]) if rows[0] else 0
    heads = _count(given, "header-rows", "1")
    (name, marks, pairs) = tree.without(tree.attr(node), *_OWN)
    attr = [name, [mark for mark in marks if mark != "list-table"], pairs]
    caption = [tree.plain_block(block["c"]) for block in captions]
    body = [_bare(), _count(given, "header-cols", "0"), [], rows[heads:]]
    return {
        "t": "Table",
        "c": [
            attr,
            [None, caption],
            _columns(given, columns),
            [_bare(), rows[:heads]],
            [body] if rows[heads:] else [],
            [_bare(), []],
        ],
    }


def _columns(given: dict[str, str], count: int) -> list[Any]:
    """Return the alignment and width of each column from `aligns` and `widths`."""
    aligns = [_ALIGNMENTS.get(sign.strip(), "AlignDefault") for sign in _split(given, "aligns")]
    shares = [_share(share) for share in _split(given, "widths")]
    out: list[Any] = []
    for number in range(count):
        align = aligns[number] if number < len(aligns) else "AlignDefault"
        width: Node = {"t": "ColWidthDefault"}
        if number < len(shares):
            width = {"t": "ColWidth", "c": shares[number] / sum(shares)}
        out.append([{"t": align}, width])
    return out


def _count(given: dict[str, str], key: str, default: str) -> int:
    value = given.get(key, default)
    if not value.isdigit():
        raise WrongAttributeError(key, value, "a whole number")
    return int(value)


def _share(given: str) -> float:
    try:
        return float(given)
    except ValueError:
        raise WrongAttributeError("widths", given, "numbers with commas between them") from None


def _split(given: dict[str, str], key: str) -> list[str]:
    return given[key].split(",") if given.get(key) else []


def _row(item: Nodes) -> Any:
    """Return a row of a table; None for an item without cells."""
    attr = _bare()
    if len(item) == 2 and (found := _leading_span(item[0])) is not None:
        attr, item = found, item[1:]
    if len(item) != 1 or item[0]["t"] != "BulletList":
        return None
    return [attr, [_cell(content) for content in item[0]["c"]]]


def _cell(content: Nodes) -> Any:
    attr = _bare()
    if content and (found := _leading_span(content[0])) is not None:
        attr, content = found, [{**content[0], "c": content[0]["c"][1:]}, *content[1:]]
        if content[0]["c"] and content[0]["c"][0]["t"] in ("Space", "SoftBreak"):
            content = [{**content[0], "c": content[0]["c"][1:]}, *content[1:]]
    given = dict(attr[2])
    align = _ALIGNMENTS.get(given.get("align", ""), "AlignDefault")
    spans = [_count(given, key, "1") for key in ("rowspan", "colspan")]
    return [tree.without(attr, "align", "rowspan", "colspan"), {"t": align}, *spans, content]


def _leading_span(block: Node) -> tree.Attr | None:
    """Return the attributes of an empty span at the start of a block; None if there is none."""
    inlines = block["c"] if block["t"] in ("Plain", "Para") else []
    if inlines and inlines[0]["t"] == "Span" and not inlines[0]["c"][1]:
        return tree.attr(inlines[0])
    return None


def _bare() -> tree.Attr:
    return ["", [], []]
