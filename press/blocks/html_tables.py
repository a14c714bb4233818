"""Parse HTML tables from cells or authors into the pandoc tree, so that both formats show them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from press.blocks.raw_html import with_scripts, without_scripts
from press.document import tree
from press.document.pandoc import read
from press.document.tree import Node, Nodes

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
