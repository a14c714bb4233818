"""Tabsets: ``{"t": "Tabset", "c": {"tabs": [{"title", "content"}], "open", "group"}}``."""

from __future__ import annotations

from press.document import tree
from press.document.tree import Node, Nodes


def with_tabsets(blocks: Nodes) -> Nodes:
    """Return blocks whose `.panel-tabset` divisions are tabsets.

    Each heading of the level of the first one opens a tab; text before it is dropped, as in
    Quarto.
    """

    def visit(node: Node) -> Node | None:
        return _tabset(node) if tree.has_class(node, "panel-tabset") else None

    return list(tree.walk(blocks, visit))


def _tabset(node: Node) -> Node:
    level = next((block["c"][0] for block in node["c"][1] if block["t"] == "Header"), 0)
    tabs: list[dict[str, Nodes]] = []
    opened: set[int] = set()
    for block in node["c"][1]:
        if block["t"] == "Header" and block["c"][0] == level:
            if "active" in tree.classes(block):
                opened.add(len(tabs))
            tabs.append({"title": block["c"][2], "content": []})
        elif tabs:
            tabs[-1]["content"].append(block)
    attr = tree.attr(node)
    return {
        "t": "Tabset",
        "c": {
            "id": attr[0],
            "group": tree.value(node, "group") or "",
            "tabs": tabs,
            "open": sorted(opened) or [0],
        },
    }
