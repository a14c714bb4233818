"""Tables that cells or authors give as HTML, read into the tree so that both formats have them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from press import tree
from press.pandoc import read
from press.tree import Node, Nodes

_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL | re.IGNORECASE)


def with_html_tables(blocks: Nodes) -> Nodes:
    """Return blocks in which an HTML table is a table; what stands around it stays HTML."""

    def visit(node: Node) -> Nodes | None:
        if node["t"] != "RawBlock" or not node["c"][0].startswith("html"):
            return None
        code = node["c"][1]
        found = _TABLE.search(code)
        if found is None:
            return None
        inner: Nodes = read(found[0], "html")["blocks"]
        for table in inner:
            table["html"] = True
        before, after = code[: found.start()].strip(), code[found.end() :].strip()
        out = [tree.raw("html", before)] if before else []
        out += inner
        return out + ([tree.raw("html", after)] if after else [])

    return list(tree.walk(blocks, visit))


def with_widths(node: Node, options: Mapping[str, Any] | None = None) -> Node | None:
    """Return a table whose columns have the widths that `tbl-colwidths` gives; None without.

    Parameters
    ----------
    node
        The table, which may carry the attribute itself.
    options
        The options of chapter or project, which hold for the tables of Markdown.
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
    """Return the widths of columns; the last one given holds for those that follow."""
    numbers = [float(number) for number in re.findall(r"[\d.]+", str(given))]
    if not numbers:
        return [{"t": "ColWidthDefault"}] * count
    numbers = [*numbers, *[numbers[-1]] * count][:count]
    total = sum(numbers) if sum(numbers) > 100 else 100.0
    return [{"t": "ColWidth", "c": number / total} for number in numbers]
