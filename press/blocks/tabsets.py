"""Tabsets: ``{"t": "Tabset", "c": {"tabs": [{"title", "content"}], "open", "group"}}``."""

from __future__ import annotations

from press.document import tree
from press.document.tree import Node, Nodes


def with_tabsets(blocks: Nodes) -> Nodes:
    """Convert `.panel-tabset` divs to `Tabset` nodes.

    Each heading of the same level as the first starts a tab. Text before it, which Quarto drops,
    goes before the tabs; a tabset without a heading is replaced by its content.
    """

    def visit(node: Node) -> Nodes | None:
        if not tree.has_class(node, "panel-tabset"):
            return None
        content = node["c"][1]
        first = next((at for at, one in enumerate(content) if one["t"] == "Header"), None)
        if first is None:
            return list(content)
        return [*content[:first], _tabset(node)]

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
