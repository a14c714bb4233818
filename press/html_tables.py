"""Tables that cells or authors give as HTML, read into the tree so that both formats have them."""

from __future__ import annotations

import re

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
        before, after = code[: found.start()].strip(), code[found.end() :].strip()
        out = [tree.raw("html", before)] if before else []
        out += inner
        return out + ([tree.raw("html", after)] if after else [])

    return list(tree.walk(blocks, visit))


def with_widths(node: Node) -> Node | None:
    """Return a table whose columns have the widths that `tbl-colwidths` gives; None without."""
    attr, caption, columns, *rest = node["c"]
    given = dict(attr[2]).get("tbl-colwidths")
    if given is None:
        return None
    numbers = [float(number) for number in re.findall(r"[\d.]+", given)]
    total = sum(numbers) if sum(numbers) > 100 else 100.0
    if len(numbers) == len(columns):
        columns = [
            [align, {"t": "ColWidth", "c": number / total}]
            for (align, _), number in zip(columns, numbers, strict=True)
        ]
    return {"t": "Table", "c": [tree.without(attr, "tbl-colwidths"), caption, columns, *rest]}
